/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/npy.h"

#include <stdlib.h>
#include <string.h>

/* The head is a dictionary as Python writes it:
 * {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), } */
struct head {
    const char *at; /* NUL-terminated */
    char type[16];
    bool has_type, has_order, has_shape;
    struct stored *to;
};

static void skip_blanks(struct head *h)
{
    h->at += strspn(h->at, " \t\n\r");
}

static bool take_sign(struct head *h, char sign)
{
    skip_blanks(h);
    if (*h->at != sign)
        return false;
    h->at++;
    return true;
}

static bool take_word(struct head *h, const char *word)
{
    skip_blanks(h);
    if (strncmp(h->at, word, strlen(word)) != 0)
        return false;
    h->at += strlen(word);
    return true;
}

static bool take_text(struct head *h, char *to, size_t room)
{
    skip_blanks(h);
    char quote = *h->at;
    if (quote != '\'' && quote != '"')
        return false;
    const char *end = strchr(h->at + 1, quote);
    size_t n = end ? (size_t)(end - h->at - 1) : room;
    if (n >= room)
        return false;
    memcpy(to, h->at + 1, n);
    to[n] = 0;
    h->at = end + 1;
    return true;
}

/* One size; strtoull stops at the largest number, which stored_check refuses. */
static bool take_size(struct head *h)
{
    char *end;
    skip_blanks(h);
    if (*h->at < '0' || *h->at > '9' || h->to->axes == STORED_AXES)
        return false;
    h->to->size[h->to->axes++] = strtoull(h->at, &end, 10);
    h->at = end + (*end == 'L'); /* Python 2 */
    return true;
}

static bool take_shape(struct head *h)
{
    if (!take_sign(h, '('))
        return false;
    while (!take_sign(h, ')')) {
        if (!take_size(h))
            return false;
        skip_blanks(h);
        if (!take_sign(h, ',') && *h->at != ')')
            return false;
    }
    return h->has_shape = true;
}

static bool take_order(struct head *h)
{
    h->to->columns = take_word(h, "True");
    return h->has_order = h->to->columns || take_word(h, "False");
}

/* A list describes a record of several fields: it becomes the type "[". */
static bool take_type(struct head *h)
{
    skip_blanks(h);
    if (*h->at == '[')
        strcpy(h->type, "[");
    else if (!take_text(h, h->type, sizeof h->type))
        return false;
    return h->has_type = true;
}

static bool take_pair(struct head *h)
{
    char key[24];
    if (!take_text(h, key, sizeof key) || !take_sign(h, ':'))
        return false;
    if (strcmp(key, "descr") == 0)
        return take_type(h);
    if (strcmp(key, "fortran_order") == 0)
        return take_order(h);
    return strcmp(key, "shape") == 0 && take_shape(h);
}

static bool take_head(struct head *h)
{
    if (!take_sign(h, '{'))
        return false;
    while (!take_sign(h, '}')) {
        if (!take_pair(h))
            return false;
        /* What follows the fields of a record is of no use. */
        if (strcmp(h->type, "[") == 0)
            return true;
        if (!take_sign(h, ',') && *h->at != '}')
            return false;
    }
    skip_blanks(h);
    return !*h->at && h->has_type && h->has_order && h->has_shape;
}

static int bad_type(const struct stored *s, const char *type, struct err *e)
{
    const char *what = *type == '['           ? "records"
                       : strpbrk(type, "O")   ? "Python objects"
                       : strpbrk(type, "USa") ? "texts"
                       : strpbrk(type, "Mm")  ? "dates"
                       : strpbrk(type, "c")   ? "complex numbers"
                                              : "numbers of a type that is not read here";
    err_at(e, s->file->where, "\"%.200s\" holds %s (%s)", s->file->name, what,
           *type == '[' ? "several fields" : type);
    return err_hint(e, "save it as numbers: numpy.save(\"x.npy\", x.astype(\"float32\"))");
}

/* "<f8": order, kind and width. */
static int read_type(struct stored *s, const char *type, struct err *e)
{
    static const char *const known[] = {"f2", "f4", "f8", "i1", "i2", "i4",
                                        "i8", "u1", "u2", "u4", "u8", "b1"};
    const char *name = type + strspn(type, "<>=|");
    bool good = name - type == 1;
    s->big = *type == '>';
    for (size_t i = 0; good && i < sizeof known / sizeof *known; i++)
        if (strcmp(name, known[i]) == 0) {
            s->kind = name[0] == 'b' ? 'u' : name[0];
            s->width = (unsigned)(name[1] - '0');
            return 0;
        }
    return bad_type(s, type, e);
}

static int bad_head(const struct stored *s, struct err *e)
{
    err_at(e, s->file->where, "the head of \"%.200s\" cannot be understood", s->file->name);
    return err_hint(e, "write it with numpy.save, with at most %d axes", STORED_AXES);
}

static int read_text(struct stored *s, const char *text, size_t size, struct err *e)
{
    struct head h = {.at = text, .to = s};
    if (strlen(text) != size || !take_head(&h))
        return bad_head(s, e);
    return read_type(s, h.type, e) || stored_check(s, e) ? -1 : 0;
}

static int no_npy(const struct stored *s, struct err *e)
{
    err_at(e, s->file->where, "\"%.200s\" is no npy file", s->file->name);
    return err_hint(e, "numpy.save writes them; a table of text is read by: data csv");
}

static int bad_version(const struct stored *s, const unsigned char *begin, struct err *e)
{
    err_at(e, s->file->where, "\"%.200s\" is of version %d.%d of the npy format", s->file->name,
           begin[6], begin[7]);
    return err_hint(e, "versions 1 to 3 are read");
}

/* Six bytes of magic, two of the version, two or four for the size of the head. */
static int read_begin(struct stored *s, size_t *size, struct err *e)
{
    unsigned char b[12];
    size_t n = 0, got = 1;
    while (n < 8 && got) {
        if (stream_read(s->stream, b + n, 8 - n, &got, e))
            return -1;
        n += got;
    }
    if (n < 8 || memcmp(b, "\x93NUMPY", 6) != 0)
        return no_npy(s, e);
    if (b[6] < 1 || b[6] > 3)
        return bad_version(s, b, e);
    if (stream_take(s->stream, b + 8, b[6] == 1 ? 2 : 4, e))
        return -1;
    *size = (size_t)b[8] | (size_t)b[9] << 8;
    if (b[6] > 1)
        *size |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
    return 0;
}

static int read_head(struct stored *s, struct err *e)
{
    enum { MOST = 1 << 20 };
    size_t size = 0;
    if (read_begin(s, &size, e))
        return -1;
    if (size > MOST)
        return bad_head(s, e);
    char *text = mem_new(size + 1, 1);
    if (!text)
        return err_memory(e);
    int bad = stream_take(s->stream, text, size, e) || read_text(s, text, size, e);
    mem_free(text);
    return bad ? -1 : 0;
}

/* The head of what was opened; on error it is closed. */
static int begin_npy(struct stored *s, struct err *e)
{
    if (!read_head(s, e))
        return 0;
    stored_close(s);
    return -1;
}

int npy_open(struct stored *s, const struct file_name *file, const struct stop *stop, struct err *e)
{
    return stored_open(s, file, stop, e) || begin_npy(s, e) ? -1 : 0;
}

int npy_open_member(struct stored *s, struct archive *a, size_t member,
                    const struct file_name *file, const struct stop *stop, struct err *e)
{
    *s = (struct stored){.file = file, .stream = stream_open_member(a, member, file, stop, e)};
    return !s->stream || begin_npy(s, e) ? -1 : 0;
}

void npy_head(struct str *to, size_t rows, const struct shape *shape)
{
    enum { BEGIN = 10, WHOLE = 64 };
    struct str text = {0};
    const char order = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '<' : '>';
    str_addf(&text, "{'descr': '%cf%zu', 'fortran_order': False, 'shape': (", order, sizeof(real));
    if (rows)
        str_addf(&text, shape->axes ? "%zu, " : "%zu,", rows);
    for (uint32_t i = 0; i < shape->axes; i++)
        str_addf(&text, "%s%u%s", i ? " " : "", shape->size[i],
                 i + 1 < shape->axes || shape->axes == 1 ? "," : "");
    str_add(&text, "), }");
    while (!text.failed && (BEGIN + text.size + 1) % WHOLE)
        str_add(&text, " ");
    str_add(&text, "\n");
    const unsigned char begin[BEGIN] = "\x93NUMPY\1";
    str_bytes(to, (const char *)begin, BEGIN - 2);
    str_bytes(to, (const char[]){(char)text.size, (char)(text.size >> 8)}, 2);
    if (text.size)
        str_bytes(to, text.text, text.size);
    to->failed = to->failed || text.failed;
    str_finish(&text);
}
