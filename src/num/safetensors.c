/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/safetensors.h"

#include "base/input.h"
#include "base/out.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The head of a file in memory. The format allows at most 100 MB. */
enum { HEAD_MOST = 100000000 };

struct head {
    const char *at, *end;
    struct safetensors *to;
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

static char peek_sign(struct head *h)
{
    while (h->at < h->end && strchr(" \t\r\n", *h->at) && *h->at)
        h->at++;
    return h->at < h->end ? *h->at : 0;
}

static bool take_sign(struct head *h, char sign)
{
    if (peek_sign(h) != sign || h->at == h->end)
        return say_wrong(h, "its head is no JSON of the format");
    h->at++;
    return true;
}

static int hex_number(struct head *h)
{
    int x = 0;
    for (int i = 0; i < 4; i++, h->at++) {
        const char c = h->at < h->end ? *h->at : 0;
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0)
            return -1;
        x = x * 16 + digit;
    }
    return x;
}

/* \uXXXX as UTF-8; beyond the first 65536 characters it is a pair of them. */
static bool take_unicode(struct head *h, struct str *to)
{
    long x = hex_number(h);
    if (x >= 0xD800 && x < 0xDC00 && h->end - h->at > 2 && h->at[0] == '\\' && h->at[1] == 'u') {
        h->at += 2;
        const long low = hex_number(h);
        x = low >= 0xDC00 && low < 0xE000 ? 0x10000 + (x - 0xD800) * 0x400 + (low - 0xDC00) : -1;
    } else if (x >= 0xD800 && x < 0xE000) {
        x = -1;
    }
    if (x <= 0)
        return say_wrong(h, "its head has a name with a character that is none");
    if (x < 0x80)
        str_addf(to, "%c", (int)x);
    else if (x < 0x800)
        str_addf(to, "%c%c", (int)(0xC0 | x >> 6), (int)(0x80 | (x & 0x3F)));
    else if (x < 0x10000)
        str_addf(to, "%c%c%c", (int)(0xE0 | x >> 12), (int)(0x80 | (x >> 6 & 0x3F)),
                 (int)(0x80 | (x & 0x3F)));
    else
        str_addf(to, "%c%c%c%c", (int)(0xF0 | x >> 18), (int)(0x80 | (x >> 12 & 0x3F)),
                 (int)(0x80 | (x >> 6 & 0x3F)), (int)(0x80 | (x & 0x3F)));
    return true;
}

static bool take_escape(struct head *h, struct str *to)
{
    static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
    const char c = h->at < h->end ? *h->at++ : 0;
    const char *found = c ? strchr(from, c) : NULL;
    if (c == 'u')
        return take_unicode(h, to);
    if (!found)
        return say_wrong(h, "its head is no JSON of the format");
    str_bytes(to, &into[found - from], 1);
    return true;
}

/* The text is the caller's to finish. */
static bool take_text(struct head *h, struct str *to)
{
    if (!take_sign(h, '"'))
        return false;
    str_add(to, "");
    for (;;) {
        const char c = h->at < h->end ? *h->at++ : 0;
        if (c == '"')
            break;
        if ((unsigned char)c < 0x20)
            return say_wrong(h, "its head is no JSON of the format");
        if (c != '\\')
            str_bytes(to, &c, 1);
        else if (!take_escape(h, to))
            return false;
    }
    h->memory = h->memory || to->failed;
    return !to->failed;
}

static bool take_whole(struct head *h, uint64_t *x)
{
    peek_sign(h);
    const char *first = h->at;
    *x = 0;
    for (; h->at < h->end && *h->at >= '0' && *h->at <= '9'; h->at++) {
        const uint64_t digit = (uint64_t)(*h->at - '0');
        if (*x > (UINT64_MAX - digit) / 10)
            return say_wrong(h, "a size in its head is too large");
        *x = *x * 10 + digit;
    }
    const bool good = h->at > first && (h->at - first == 1 || *first != '0');
    return good || say_wrong(h, "a size in its head is no whole number");
}

/* [1, 2, 3] of at most `most` numbers. */
static bool take_list(struct head *h, uint64_t *to, uint32_t most, uint32_t *count)
{
    *count = 0;
    if (!take_sign(h, '['))
        return false;
    if (peek_sign(h) == ']')
        return take_sign(h, ']');
    for (;;) {
        if (*count == most)
            return say_wrong(h, "a tensor has too many axes");
        if (!take_whole(h, &to[(*count)++]))
            return false;
        if (peek_sign(h) == ']')
            return take_sign(h, ']');
        if (!take_sign(h, ','))
            return false;
    }
}

static bool take_type(struct head *h, struct safetensor *t)
{
    struct str text = {0};
    bool good = take_text(h, &text);
    if (good && (!text.size || text.size >= sizeof t->type || strlen(text.text) != text.size))
        good = say_wrong(h, "a tensor is of a type that the format does not have");
    if (good)
        snprintf(t->type, sizeof t->type, "%s", text.text);
    str_finish(&text);
    return good;
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

static bool check_tensor(struct head *h, struct safetensor *t)
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
    t->width = strcmp(t->type, "F32") == 0 ? 4 : strcmp(t->type, "F64") == 0 ? 8 : 0;
    return true;
}

static bool take_field(struct head *h, struct safetensor *t, unsigned *seen)
{
    struct str key = {0};
    uint64_t place[2] = {0};
    uint32_t count = 2;
    bool good = take_text(h, &key) && take_sign(h, ':');
    const char *name = key.text ? key.text : "";
    const unsigned bit = strcmp(name, "dtype") == 0          ? 1
                         : strcmp(name, "shape") == 0        ? 2
                         : strcmp(name, "data_offsets") == 0 ? 4
                                                             : 0;
    if (good && (!bit || *seen & bit))
        good = say_wrong(h, "a tensor's head has a field that is unknown or stands twice");
    *seen |= bit;
    if (good && bit == 1)
        good = take_type(h, t);
    if (good && bit == 2)
        good = take_list(h, t->size, SAFETENSORS_AXES, &t->axes);
    if (good && bit == 4)
        good = take_list(h, place, 2, &count);
    if (bit == 4) {
        t->begin = place[0];
        t->end = place[1];
    }
    str_finish(&key);
    return good && (count == 2 || say_wrong(h, "a tensor's place is not two numbers"));
}

static bool take_tensor(struct head *h, struct safetensor *t)
{
    unsigned seen = 0;
    if (!take_sign(h, '{'))
        return false;
    do
        if (!take_field(h, t, &seen))
            return false;
    while (peek_sign(h) == ',' && take_sign(h, ','));
    if (!take_sign(h, '}'))
        return false;
    return seen == 7 ? check_tensor(h, t) : say_wrong(h, "a tensor lacks its type, shape or place");
}

/* "__metadata__": {"format": "pt"}: texts, which are of no use here. */
static bool skip_texts(struct head *h)
{
    if (!take_sign(h, '{'))
        return false;
    if (peek_sign(h) == '}')
        return take_sign(h, '}');
    bool good = true;
    do {
        struct str key = {0}, value = {0};
        good = take_text(h, &key) && take_sign(h, ':') && take_text(h, &value);
        str_finish(&key);
        str_finish(&value);
    } while (good && peek_sign(h) == ',' && take_sign(h, ','));
    return good && take_sign(h, '}');
}

static bool add_tensor(struct head *h, const struct str *name)
{
    struct safetensors *s = h->to;
    struct safetensor t = {0};
    if (strlen(name->text) != name->size || safetensors_find(s, name->text))
        return say_wrong(h, "two tensors have one name");
    if (!take_tensor(h, &t))
        return false;
    t.name = arena_text(&s->arena, name->text, name->size);
    if (!t.name || mem_room(&s->item, &s->room, s->count + 1, sizeof t) ||
        index_add(&s->by_name, t.name)) {
        h->memory = true;
        return false;
    }
    s->item[s->count++] = t;
    return true;
}

static bool take_member(struct head *h)
{
    struct str name = {0};
    bool good = take_text(h, &name) && take_sign(h, ':');
    if (good)
        good = strcmp(name.text, "__metadata__") == 0 ? skip_texts(h) : add_tensor(h, &name);
    str_finish(&name);
    return good;
}

static bool take_head(struct head *h)
{
    if (!take_sign(h, '{'))
        return false;
    if (peek_sign(h) != '}')
        do
            if (!take_member(h))
                return false;
        while (peek_sign(h) == ',' && take_sign(h, ','));
    if (!take_sign(h, '}'))
        return false;
    peek_sign(h);
    return h->at == h->end || say_wrong(h, "its head is no JSON of the format");
}

static int by_place(const void *a, const void *b)
{
    const struct safetensor *x = *(const struct safetensor *const *)a;
    const struct safetensor *y = *(const struct safetensor *const *)b;
    return x->begin == y->begin ? 0 : x->begin < y->begin ? -1 : 1;
}

/* Tensors fill the data from its beginning to its end, none over another. */
static bool fills_data(struct head *h)
{
    const struct safetensors *s = h->to;
    size_t n = 0;
    uint64_t at = 0;
    const struct safetensor **sorted = mem_new(s->count + 1, sizeof *sorted);
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

static int take_bytes(const struct safetensors *s, void *to, size_t n, uint64_t at, struct err *e)
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

static int read_head(struct safetensors *s, uint64_t size, struct err *e)
{
    unsigned char first[8];
    if (size < sizeof first)
        return malformed_file(s->file, "it is too short", e);
    if (take_bytes(s, first, sizeof first, 0, e))
        return -1;
    const uint64_t n = whole_at(first, 8);
    if (n > size - sizeof first || n > HEAD_MOST)
        return malformed_file(s->file, "its head would be longer than the file", e);
    char *text = mem_new((size_t)n + 1, 1);
    if (!text)
        return err_memory(e);
    s->data = sizeof first + n;
    struct head h = {.at = text, .end = text + n, .to = s, .bytes = size - s->data};
    int failed = take_bytes(s, text, (size_t)n, sizeof first, e);
    if (!failed && !(take_head(&h) && fills_data(&h)))
        failed = h.memory ? err_memory(e) : malformed_file(s->file, h.why ? h.why : "its head", e);
    mem_free(text);
    return failed;
}

int safetensors_open(struct safetensors *s, const struct file_name *file, const struct stop *stop,
                     struct err *e)
{
    uint64_t size;
    *s = (struct safetensors){.file = file, .stop = stop};
    if ((s->fd = input_open(file, &size, e)) < 0)
        return -1;
    if (!read_head(s, size, e))
        return 0;
    safetensors_close(s);
    return -1;
}

void safetensors_close(struct safetensors *s)
{
    if (s->fd >= 0)
        close(s->fd);
    arena_finish(&s->arena);
    index_finish(&s->by_name);
    mem_free(s->item);
    *s = (struct safetensors){.fd = -1};
}

const struct safetensor *safetensors_find(const struct safetensors *s, const char *name)
{
    uint32_t i = index_first(&s->by_name, name);
    while (i != INDEX_NONE && strcmp(s->item[i].name, name) != 0)
        i = index_next(&s->by_name, i);
    return i == INDEX_NONE ? NULL : &s->item[i];
}

static double number_at(const unsigned char *p, unsigned width)
{
    const uint64_t bits = whole_at(p, width);
    const uint32_t low = (uint32_t)bits;
    double x;
    float narrow;
    memcpy(&x, &bits, sizeof x);
    memcpy(&narrow, &low, sizeof narrow);
    return width == 8 ? x : (double)narrow;
}

int safetensors_read(const struct safetensors *s, const struct safetensor *t, real *to,
                     struct err *e)
{
    enum { PIECE = 1024 };
    unsigned char bytes[PIECE * 8];
    char text[NUMBER_ROOM];
    if (!t->width) {
        err_at(e, s->file->where, "%.80s in \"%.200s\" is of the type %s", t->name, s->file->name,
               t->type);
        return err_hint(e, "F32 and F64 are read");
    }
    for (uint64_t done = 0; done < t->count;) {
        const size_t n = t->count - done < PIECE ? (size_t)(t->count - done) : PIECE;
        if (take_bytes(s, bytes, n * t->width, s->data + t->begin + done * t->width, e))
            return -1;
        for (size_t i = 0; i < n; i++) {
            const double x = number_at(bytes + i * t->width, t->width);
            if (!(fabs(x) <= (double)REAL_MOST)) {
                err_at(e, s->file->where, "%.80s in \"%.200s\" holds %s", t->name, s->file->name,
                       number_text(x, text));
                return err_hint(e, "weights are finite and at most %s",
                                number_text((double)REAL_MOST, text));
            }
            to[done + i] = (real)x;
        }
        done += n;
    }
    return 0;
}

/* The head, with blanks behind it so that the numbers begin at a multiple of eight. Sizes are
 * written out: 1e+06 is JSON, and no size to other readers. */
static void print_head(struct str *to, const struct safetensor_out *tensor, size_t count)
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
    return err_hint(e, "the list of their names and shapes may have %d bytes", HEAD_MOST);
}

int safetensors_write(const struct file_name *file, const struct safetensor_out *tensor,
                      size_t count, const struct stop *stop, struct err *e)
{
    struct file_out f;
    struct str head = {0};
    unsigned char first[8];
    print_head(&head, tensor, count);
    for (size_t i = 0; i < sizeof first; i++)
        first[i] = (unsigned char)((uint64_t)head.size >> 8 * i);
    int failed = head.failed             ? err_memory(e)
                 : head.size > HEAD_MOST ? too_many(file, e)
                                         : file_begin(&f, file, FILE_OWN, e);
    if (!failed)
        failed = file_add(&f, first, sizeof first, e) || file_add(&f, head.text, head.size, e);
    str_finish(&head);
    for (size_t i = 0; i < count && !failed; i++)
        failed = write_numbers(&f, tensor[i].item, tensor[i].count, stop, e);
    return failed || file_end(&f, NULL, e) ? -1 : 0;
}
