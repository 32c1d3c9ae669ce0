/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/safetensors.h"

#include "base/input.h"
#include "base/json.h"
#include "base/out.h"
#include "num/half.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct head {
    struct tensor_file *to;
    uint64_t bytes;  /* of the data */
    const char *why; /* what is wrong */
    bool memory;
};

static bool say_wrong(struct head *h, const char *why)
{
    if (!h->why)
        h->why = why;
    return false;
}

/* How many bits a number of each type of the format has. */
static unsigned bits_of(const char *type)
{
    static const struct {
        const char *name;
        unsigned bits;
    } types[] = {{"F64", 64}, {"F32", 32}, {"F16", 16},    {"BF16", 16},   {"I64", 64},
                 {"I32", 32}, {"I16", 16}, {"I8", 8},      {"U64", 64},    {"U32", 32},
                 {"U16", 16}, {"U8", 8},   {"F8_E4M3", 8}, {"F8_E5M2", 8}, {"F8_E8M0", 8},
                 {"BOOL", 8}, {"C64", 64}, {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"F4", 4}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, type) == 0)
            return types[i].bits;
    return 0;
}

static bool check_tensor(struct head *h, struct file_tensor *t)
{
    const unsigned bits = bits_of(t->type);
    t->count = 1;
    if (!bits)
        return say_wrong(h, "a tensor is of a type that the format does not have");
    for (uint32_t i = 0; i < t->axes; i++) {
        if (t->size[i] && t->count > UINT64_MAX / 64 / t->size[i])
            return say_wrong(h, "a tensor's shape is too large");
        t->count *= t->size[i];
    }
    if (t->begin > t->end || t->end > h->bytes)
        return say_wrong(h, "a tensor lies outside of the file: it was cut off, or changed");
    if ((t->count * bits + 7) / 8 != t->end - t->begin)
        return say_wrong(h, "a tensor's shape and its place do not have the same size");
    return true;
}

static bool take_whole(struct head *h, const json_t *from, uint64_t *x)
{
    const bool good = json_is_integer(from) && json_integer_value(from) >= 0;
    *x = good ? (uint64_t)json_integer_value(from) : 0;
    return good || say_wrong(h, "a size in its head is no whole number");
}

static bool take_type(struct head *h, const json_t *from, struct file_tensor *t)
{
    if (!json_is_string(from) || json_string_length(from) >= sizeof t->type)
        return say_wrong(h, "a tensor is of a type that the format does not have");
    strcpy(t->type, json_string_value(from));
    return true;
}

static bool take_shape(struct head *h, const json_t *from, struct file_tensor *t)
{
    if (!json_is_array(from))
        return say_wrong(h, "a tensor's shape is no list of sizes");
    if (json_array_size(from) > TENSOR_FILE_AXES)
        return say_wrong(h, "a tensor has too many axes");
    t->axes = (uint32_t)json_array_size(from);
    for (size_t i = 0; i < t->axes; i++)
        if (!take_whole(h, json_array_get(from, i), &t->size[i]))
            return false;
    return true;
}

static bool take_place(struct head *h, const json_t *from, struct file_tensor *t)
{
    if (json_array_size(from) != 2)
        return say_wrong(h, "a tensor's place is not two numbers");
    return take_whole(h, json_array_get(from, 0), &t->begin) &&
           take_whole(h, json_array_get(from, 1), &t->end);
}

static bool take_tensor(struct head *h, const json_t *from, struct file_tensor *t)
{
    const json_t *type = json_object_get(from, "dtype"), *shape = json_object_get(from, "shape"),
                 *place = json_object_get(from, "data_offsets");
    if (!type || !shape || !place)
        return say_wrong(h, "a tensor lacks its type, shape or place");
    if (json_object_size(from) != 3)
        return say_wrong(h, "a tensor's head has a field that is unknown");
    return take_type(h, type, t) && take_shape(h, shape, t) && take_place(h, place, t) &&
           check_tensor(h, t);
}

/* "__metadata__": {"format": "pt"}: texts, which are of no use here. */
static bool check_texts(struct head *h, json_t *texts)
{
    const char *key;
    json_t *text;
    bool good = json_is_object(texts);
    json_object_foreach(texts, key, text) good = good && json_is_string(text);
    return good || say_wrong(h, "its metadata is no list of texts");
}

static bool take_member(struct head *h, const char *name, json_t *from)
{
    struct file_tensor t = {0};
    if (strcmp(name, "__metadata__") == 0)
        return check_texts(h, from);
    if (!take_tensor(h, from, &t))
        return false;
    h->memory = tensor_file_add(h->to, name, &t) != 0;
    return !h->memory;
}

static bool take_head(struct head *h, json_t *all)
{
    const char *name;
    json_t *one;
    if (!json_is_object(all))
        return say_wrong(h, "its head is no object of JSON");
    json_object_foreach(all, name, one) if (!take_member(h, name, one)) return false;
    return true;
}

static int by_place(const void *a, const void *b)
{
    const struct file_tensor *x = *(const struct file_tensor *const *)a;
    const struct file_tensor *y = *(const struct file_tensor *const *)b;
    return x->begin == y->begin ? 0 : x->begin < y->begin ? -1 : 1;
}

/* Tensors fill the data from its beginning to its end, none over another. */
static bool fills_data(struct head *h)
{
    const struct tensor_file *s = h->to;
    size_t n = 0;
    uint64_t at = 0;
    const struct file_tensor **sorted = mem_new(s->count + 1, sizeof *sorted);
    if (!sorted) {
        h->memory = true;
        return false;
    }
    for (size_t i = 0; i < s->count; i++)
        if (s->item[i].end > s->item[i].begin)
            sorted[n++] = &s->item[i];
    qsort(sorted, n, sizeof *sorted, by_place);
    size_t done = 0;
    while (done < n && sorted[done]->begin == at)
        at = sorted[done++]->end;
    mem_free(sorted);
    return (done == n && at == h->bytes) ||
           say_wrong(h, "its tensors lie over each other, or leave gaps");
}

static int malformed_file(const struct file_name *file, const char *why, struct err *e)
{
    err_at(e, file->where, "\"%.200s\" is no safetensors file: %s", file->name, why);
    return err_hint(e, "copy it again, or write it again with save weights");
}

static int take_bytes(const struct tensor_file *s, void *to, size_t n, uint64_t at, struct err *e)
{
    char *bytes = to;
    for (size_t done = 0; done < n;) {
        if (stop_check(s->stop, e))
            return -1;
        const ssize_t got = pread(s->fd, bytes + done, n - done, (off_t)(at + done));
        if (got < 0 && errno != EINTR)
            return input_refuse(s->file, errno, e);
        if (got == 0)
            return malformed_file(s->file, "it was cut off", e);
        done += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

static uint64_t whole_at(const unsigned char *p, unsigned width)
{
    uint64_t x = 0;
    for (unsigned i = width; i-- > 0;)
        x = x << 8 | p[i];
    return x;
}

static int understand_head(struct tensor_file *s, const char *text, size_t n, uint64_t bytes,
                           struct err *e)
{
    struct head h = {.to = s, .bytes = bytes};
    char what[200];
    snprintf(what, sizeof what, "\"%.150s\" is no safetensors file: its head", s->file->name);
    json_t *all = json_from_text(text, n, what, e);
    if (!all)
        return err_place(e, s->file->where);
    const bool good = take_head(&h, all) && fills_data(&h);
    json_decref(all);
    return good ? 0 : h.memory ? err_memory(e) : malformed_file(s->file, h.why, e);
}

static int read_head(struct tensor_file *s, uint64_t size, struct err *e)
{
    unsigned char first[8];
    if (size < sizeof first)
        return malformed_file(s->file, "it is too short", e);
    if (take_bytes(s, first, sizeof first, 0, e))
        return -1;
    const uint64_t n = whole_at(first, 8);
    if (n > size - sizeof first || n > JSON_BYTES_MOST)
        return malformed_file(s->file, "its head would be longer than the file", e);
    char *text = mem_new((size_t)n + 1, 1);
    if (!text)
        return err_memory(e);
    s->data = sizeof first + n;
    const int failed = take_bytes(s, text, (size_t)n, sizeof first, e) ||
                       understand_head(s, text, (size_t)n, size - s->data, e);
    mem_free(text);
    return failed ? -1 : 0;
}

static int open_safetensors(struct tensor_file *s, struct err *e)
{
    uint64_t size;
    s->fd = input_open(s->file, &size, e);
    return s->fd < 0 || read_head(s, size, e) ? -1 : 0;
}

static double number_f64(const unsigned char *p)
{
    const uint64_t bits = whole_at(p, 8);
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static double number_f32(const unsigned char *p)
{
    const uint32_t bits = (uint32_t)whole_at(p, 4);
    float x;
    memcpy(&x, &bits, sizeof x);
    return (double)x;
}

static double number_f16(const unsigned char *p)
{
    return (double)half_from_ieee((uint16_t)whole_at(p, 2));
}

static double number_bf16(const unsigned char *p)
{
    return (double)half_from_brain((uint16_t)whole_at(p, 2));
}

/* The types that are read. */
static const struct number_type {
    const char *name;
    size_t width;
    double (*number)(const unsigned char *p);
} number_types[] = {{"F64", 8, number_f64},
                    {"F32", 4, number_f32},
                    {"F16", 2, number_f16},
                    {"BF16", 2, number_bf16}};

static const struct number_type *find_type(const char *name)
{
    for (size_t i = 0; i < sizeof number_types / sizeof *number_types; i++)
        if (strcmp(number_types[i].name, name) == 0)
            return &number_types[i];
    return NULL;
}

static int unusable_number(const struct tensor_file *s, const struct file_tensor *t, double x,
                           struct err *e)
{
    char text[NUMBER_ROOM];
    err_at(e, s->file->where, "%.80s in \"%.200s\" holds %s", t->name, s->file->name,
           number_text(x, text));
    return err_hint(e, "weights are finite and at most %s", number_text((double)REAL_MOST, text));
}

static int read_tensor(const struct tensor_file *s, const struct file_tensor *t, real *to,
                       struct err *e)
{
    enum { PIECE = 1024 };
    unsigned char bytes[PIECE * 8];
    const struct number_type *type = find_type(t->type);
    if (!type) {
        err_at(e, s->file->where, "%.80s in \"%.200s\" is of the type %s", t->name, s->file->name,
               t->type);
        return err_hint(e, "F32, F64, F16 and BF16 are read");
    }
    for (uint64_t done = 0; done < t->count;) {
        const size_t n = t->count - done < PIECE ? (size_t)(t->count - done) : PIECE;
        if (take_bytes(s, bytes, n * type->width, s->data + t->begin + done * type->width, e))
            return -1;
        for (size_t i = 0; i < n; i++) {
            const double x = type->number(bytes + i * type->width);
            if (!(fabs(x) <= (double)REAL_MOST))
                return unusable_number(s, t, x, e);
            to[done + i] = (real)x;
        }
        done += n;
    }
    return 0;
}

/* The head, with blanks behind it so that the numbers begin at a multiple of eight. Sizes are
 * written out: 1e+06 is JSON, and no size to other readers. */
static void print_head(struct str *to, const struct tensor_out *tensor, size_t count)
{
    struct json j = {.to = to};
    size_t at = 0;
    json_open(&j, NULL, '{');
    json_open(&j, "__metadata__", '{');
    json_text(&j, "comment", FILE_OWN);
    json_close(&j, '}');
    for (size_t i = 0; i < count; i++) {
        const size_t end = at + tensor[i].count * sizeof(real);
        json_open(&j, tensor[i].name, '{');
        json_text(&j, "dtype", sizeof(real) == 8 ? "F64" : "F32");
        json_open(&j, "shape", '[');
        for (uint32_t k = 0; k < tensor[i].shape->axes; k++)
            str_addf(to, "%s%u", k ? ", " : "", tensor[i].shape->size[k]);
        json_close(&j, ']');
        json_open(&j, "data_offsets", '[');
        str_addf(to, "%zu, %zu", at, end);
        json_close(&j, ']');
        json_close(&j, '}');
        at = end;
    }
    json_close(&j, '}');
    while (!to->failed && to->size % 8)
        str_add(to, " ");
}

static int write_numbers(struct file_out *f, const real *x, size_t count, const struct stop *stop,
                         struct err *e)
{
    enum { PIECE = 1024 };
    unsigned char bytes[PIECE * sizeof(real)];
    for (size_t done = 0; done < count;) {
        const size_t n = count - done < PIECE ? count - done : PIECE;
        if (stop_check(stop, e)) {
            file_drop(f);
            return -1;
        }
        for (size_t i = 0; i < n; i++) {
            uint64_t bits = 0;
            uint32_t low;
            memcpy(sizeof(real) == 8 ? (void *)&bits : (void *)&low, &x[done + i], sizeof(real));
            bits = sizeof(real) == 8 ? bits : low;
            for (size_t k = 0; k < sizeof(real); k++)
                bytes[i * sizeof(real) + k] = (unsigned char)(bits >> 8 * k);
        }
        if (file_add(f, bytes, n * sizeof(real), e))
            return -1;
        done += n;
    }
    return 0;
}

static int too_many(const struct file_name *file, struct err *e)
{
    err_at(e, file->where, "so many tensors have no room in one safetensors file");
    return err_hint(e, "the list of their names and shapes may have %d bytes", JSON_BYTES_MOST);
}

static int write_safetensors(const struct file_name *file, const struct tensor_out *tensor,
                             size_t count, const struct stop *stop, struct err *e)
{
    struct file_out f;
    struct str head = {0};
    unsigned char first[8];
    print_head(&head, tensor, count);
    for (size_t i = 0; i < sizeof first; i++)
        first[i] = (unsigned char)((uint64_t)head.size >> 8 * i);
    int failed = head.failed                   ? err_memory(e)
                 : head.size > JSON_BYTES_MOST ? too_many(file, e)
                                               : file_begin(&f, file, FILE_OWN, e);
    if (!failed)
        failed = file_add(&f, first, sizeof first, e) || file_add(&f, head.text, head.size, e);
    str_finish(&head);
    for (size_t i = 0; i < count && !failed; i++)
        failed = write_numbers(&f, tensor[i].item, tensor[i].count, stop, e);
    return failed || file_end(&f, NULL, e) ? -1 : 0;
}

const struct tensor_format format_safetensors = {.ending = ".safetensors",
                                                 .open = open_safetensors,
                                                 .read = read_tensor,
                                                 .write = write_safetensors};
