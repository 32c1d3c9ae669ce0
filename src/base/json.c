/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/json.h"

#include "base/input.h"
#include "base/plain.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* jansson asks for memory without saying for whom, and writes beyond its buffers when there is none
 * (2.14). So it gets some that was put aside, and then no more of the text. */
static _Thread_local struct spare {
    char *begin, *at, *end; /* NULL: nothing is being read */
    bool used;
} spare;

static void *room(size_t n)
{
    const size_t whole = (n + 15) / 16 * 16;
    void *p = spare.used ? NULL : mem_new(1, n);
    if (p || !spare.begin)
        return p;
    spare.used = true;
    if (whole > (size_t)(spare.end - spare.at))
        return NULL;
    spare.at += whole;
    return spare.at - whole;
}

static void release(void *p)
{
    const uintptr_t at = (uintptr_t)p;
    if (at < (uintptr_t)spare.begin || at >= (uintptr_t)spare.end)
        mem_free(p);
}

struct place {
    size_t line, column; /* from 1, in characters */
};

static struct place place_in(const char *text, size_t at)
{
    struct place p = {1, 1};
    for (size_t i = 0; i < at; i++) {
        p.column += ((unsigned char)text[i] & 0xC0) != 0x80;
        if (text[i] == '\n')
            p = (struct place){p.line + 1, 1};
    }
    return p;
}

static int too_much(const char *what, struct place p, const char *of, long most, struct err *e)
{
    err_at(e, (struct span){0}, "%.200s has too many %s: at line %zu, column %zu", what, of, p.line,
           p.column);
    return err_hint(e, "at most %ld are read", most);
}

/* Where a text in quotes that begins at text[at] ends. */
static size_t text_end(const char *text, size_t length, size_t at)
{
    for (at++; at < length && text[at] != '"'; at++)
        at += text[at] == '\\';
    return at;
}

struct size {
    size_t values, longest; /* a text or number, in bytes, or more */
};

/* jansson has no limit on how much it makes of a text: it is counted before. */
static int check_limits(const char *text, size_t length, const char *what, struct size *size,
                        struct err *e)
{
    size_t depth = 0, begin = 0;
    *size = (struct size){.values = 1};
    for (size_t i = 0; i < length; i++) {
        const char c = text[i];
        if (c == '"')
            i = text_end(text, length, i);
        size->longest = i - begin > size->longest ? i - begin : size->longest;
        if (c == ',' || c == ':' || c == '[' || c == '{')
            begin = i;
        depth += c == '[' || c == '{';
        depth -= (c == ']' || c == '}') && depth;
        size->values += c == '[' || c == '{' || c == ',';
        if (depth > JSON_DEPTH_MOST)
            return too_much(what, place_in(text, i), "levels", JSON_DEPTH_MOST, e);
        if (size->values > JSON_VALUES_MOST)
            return too_much(what, place_in(text, i), "values", JSON_VALUES_MOST, e);
    }
    return 0;
}

static const char *advice_for(const json_error_t *found, const char *near)
{
    if (strstr(near, "NaN") || strstr(near, "Inf") || strcmp(near, "-") == 0)
        return "JSON has no NaN and no infinities, though Python writes them: write a number";
    switch (json_error_code(found)) {
    case json_error_premature_end_of_input:
        return "it was cut off; copy it again";
    case json_error_numeric_overflow:
        return "numbers are at most 1.8e308, and whole ones 9223372036854775807";
    case json_error_duplicate_key:
        return "which of the two counts nobody can tell: take one out";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "no text here may hold the character \\u0000";
    case json_error_invalid_utf8:
        return "JSON is UTF-8; iconv -t UTF-8 makes it so";
    default:
        return "python3 -m json.tool shows whether others can read it";
    }
}

/* jansson's "invalid token near 'x'", with our quotes where x has none. */
static int malformed(const json_error_t *found, const char *what, struct err *e)
{
    char why[JSON_ERROR_TEXT_LENGTH];
    snprintf(why, sizeof why, "%s", found->text);
    char *near = strstr(why, " near '"), *end = strrchr(why, '\'');
    if (near && end > near + 6) {
        *near = *end = 0;
        near += 7;
        plain_clean(near);
    }
    const char *quote = near && *near != '"' ? "\"" : "";
    err_at(e, (struct span){0}, "%.200s is no JSON: %s%s%s%s%s at line %d, column %d", what, why,
           near ? " near " : "", quote, near ? near : "", quote, found->line > 0 ? found->line : 1,
           found->column);
    return err_hint(e, "%s", advice_for(found, near ? near : ""));
}

struct rest {
    const char *at, *end;
};

static size_t take_rest(void *to, size_t n, void *self)
{
    struct rest *r = self;
    const size_t left = spare.used ? 0 : (size_t)(r->end - r->at);
    n = n < left ? n : left;
    memcpy(to, r->at, n);
    r->at += n;
    return n;
}

/* What jansson may ask for while it reads the piece of the text that it has: its buffer for a token
 * and the tables of an object or array double, and a value takes less than 400 bytes. */
static int put_aside(const struct size *size, struct err *e)
{
    const size_t n = ((size_t)1 << 20) + 4 * size->longest + 64 * size->values;
    spare = (struct spare){.begin = mem_new(n, 1)};
    if (!spare.begin)
        return err_memory(e);
    spare.at = spare.begin;
    spare.end = spare.begin + n;
    return 0;
}

static json_t *parse(const char *text, size_t length, const char *what, struct err *e)
{
    json_error_t found = {0};
    struct rest rest = {text, text + length};
    json_set_alloc_funcs(room, release);
    json_t *tree =
        json_load_callback(take_rest, &rest, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &found);
    if (spare.used) {
        json_decref(tree);
        tree = NULL;
        err_memory(e);
    } else if (!tree) {
        malformed(&found, what, e);
    }
    mem_free(spare.begin);
    spare = (struct spare){0};
    return tree;
}

json_t *json_from_text(const char *text, size_t length, const char *what, struct err *e)
{
    static const char mark[] = "\xef\xbb\xbf"; /* some editors begin UTF-8 with it */
    struct size size;
    if (length > JSON_BYTES_MOST) {
        err_at(e, (struct span){0}, "%.200s is too large to be read as JSON", what);
        err_hint(e, "at most %d bytes are read", JSON_BYTES_MOST);
        return NULL;
    }
    if (length >= 3 && memcmp(text, mark, 3) == 0) {
        text += 3;
        length -= 3;
    }
    if (check_limits(text, length, what, &size, e) || put_aside(&size, e))
        return NULL;
    return parse(text, length, what, e);
}

static int read_whole(const struct file_name *file, int fd, char *to, size_t n, struct err *e)
{
    for (size_t done = 0; done < n;) {
        const ssize_t got = read(fd, to + done, n - done);
        if (got < 0 && errno != EINTR)
            return input_refuse(file, errno, e);
        if (got == 0) {
            err_at(e, file->where, "\"%.200s\" became shorter while it was read", file->name);
            return err_hint(e, "read it again when it is whole");
        }
        done += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

json_t *json_from_file(const struct file_name *file, struct err *e)
{
    uint64_t size;
    json_t *tree = NULL;
    char name[200];
    const int fd = input_open(file, &size, e);
    if (fd < 0)
        return NULL;
    snprintf(name, sizeof name, "\"%.190s\"", file->name);
    const size_t n = size > JSON_BYTES_MOST ? 0 : (size_t)size;
    char *text = mem_new(n + 1, 1);
    if (!text)
        err_memory(e);
    else if (!read_whole(file, fd, text, n, e))
        tree = json_from_text(text, (size_t)size, name, e);
    if (!tree)
        err_place(e, file->where);
    mem_free(text);
    close(fd);
    return tree;
}
