/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/out.h"

#include "base/plain.h"

#include <stdio.h>
#include <string.h>

static void write_str(void *self, const char *bytes, size_t n)
{
    str_bytes(self, bytes, n);
}

struct out out_to(struct str *s)
{
    return (struct out){.write = write_str, .self = s};
}

void out_add(const struct out *o, const char *text)
{
    o->write(o->self, text, strlen(text));
}

void out_addf(const struct out *o, const char *format, ...)
{
    char line[1024];
    va_list list;
    va_start(list, format);
    int n = vsnprintf(line, sizeof line, format, list);
    va_end(list);
    if (n < 0)
        return;
    if ((size_t)n < sizeof line) {
        o->write(o->self, line, (size_t)n);
        return;
    }
    struct str s = {0};
    va_start(list, format);
    str_addv(&s, format, list);
    va_end(list);
    if (!s.failed)
        o->write(o->self, s.text, s.size);
    str_finish(&s);
}

/* A character's number, in the two halves of UTF-16 where it is a large one. */
static void add_escaped(struct str *to, long code)
{
    if (code < 0x10000)
        str_addf(to, "\\u%04lx", code);
    else
        str_addf(to, "\\u%04lx\\u%04lx", 0xD800 + ((code - 0x10000) >> 10),
                 0xDC00 + ((code - 0x10000) & 0x3FF));
}

/* JSON is UTF-8, and what is none becomes the character that stands for such bytes. */
static void quote_text(struct str *to, const char *text)
{
    const size_t n = strlen(text);
    size_t size;
    str_add(to, "\"");
    for (size_t at = 0; at < n; at += size) {
        const long code = plain_character(text + at, n - at, &size);
        if (code == '"' || code == '\\')
            str_addf(to, "\\%c", (int)code);
        else if (code < 0 || plain_is_control(code))
            str_addf(to, "\\u%04lx", code < 0 ? 0xFFFD : code);
        else if (plain_is_hidden(code, text, at, n))
            add_escaped(to, code);
        else
            str_bytes(to, text + at, size);
    }
    str_add(to, "\"");
}

static void begin_value(struct json *j, const char *key)
{
    if (j->comma)
        str_add(j->to, ", ");
    j->comma = true;
    if (key) {
        quote_text(j->to, key);
        str_add(j->to, ": ");
    }
}

void json_open(struct json *j, const char *key, char bracket)
{
    begin_value(j, key);
    str_bytes(j->to, &bracket, 1);
    j->comma = false;
}

void json_close(struct json *j, char bracket)
{
    str_bytes(j->to, &bracket, 1);
    j->comma = true;
}

void json_number(struct json *j, const char *key, double x)
{
    char text[NUMBER_ROOM];
    begin_value(j, key);
    str_add(j->to, number_exact(x, text));
}

void json_text(struct json *j, const char *key, const char *text)
{
    begin_value(j, key);
    quote_text(j->to, text);
}

void json_bool(struct json *j, const char *key, bool yes)
{
    begin_value(j, key);
    str_add(j->to, yes ? "true" : "false");
}
