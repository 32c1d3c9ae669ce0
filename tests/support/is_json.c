/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "is_json.h"

#include <stddef.h>
#include <string.h>

/* Each returns what follows the thing it reads, or NULL if it is not there; NULL leads to NULL. */
static const char *value(const char *t);

static const char *blanks(const char *t)
{
    return t ? t + strspn(t, " ") : NULL;
}

static const char *word(const char *t, const char *w)
{
    return t && strncmp(t, w, strlen(w)) == 0 ? t + strlen(w) : NULL;
}

static const char *escape(const char *t)
{
    if (*t && strchr("\"\\/bfnrt", *t))
        return t + 1;
    return *t == 'u' && strspn(t + 1, "0123456789abcdefABCDEF") >= 4 ? t + 5 : NULL;
}

static const char *string(const char *t)
{
    t = word(t, "\"");
    while (t && *t && *t != '"')
        t = *t == '\\' ? escape(t + 1) : (unsigned char)*t >= 0x20 ? t + 1 : NULL;
    return word(t, "\"");
}

static const char *digits(const char *t)
{
    size_t n = t ? strspn(t, "0123456789") : 0;
    return n ? t + n : NULL;
}

static const char *number(const char *t)
{
    t += *t == '-';
    t = *t == '0' ? t + 1 : digits(t);
    if (t && *t == '.')
        t = digits(t + 1);
    if (t && (*t == 'e' || *t == 'E'))
        t = digits(t + 1 + (t[1] == '-' || t[1] == '+'));
    return t;
}

static const char *member(const char *t, bool key)
{
    if (key)
        t = blanks(word(blanks(string(blanks(t))), ":"));
    return t ? blanks(value(t)) : NULL;
}

static const char *members(const char *t, bool key, const char *end)
{
    t = blanks(t);
    if (word(t, end))
        return t + 1;
    t = member(t, key);
    while (t && *t == ',')
        t = member(t + 1, key);
    return word(t, end);
}

static const char *value(const char *t)
{
    t = blanks(t);
    switch (*t) {
    case '{':
        return members(t + 1, true, "}");
    case '[':
        return members(t + 1, false, "]");
    case '"':
        return string(t);
    case 't':
        return word(t, "true");
    case 'f':
        return word(t, "false");
    case 'n':
        return word(t, "null");
    default:
        return number(t);
    }
}

bool is_json_lines(const char *text, int *lines)
{
    *lines = 0;
    while (text && *text) {
        text = *text == '{' ? word(value(text), "\n") : NULL;
        ++*lines;
    }
    return text != NULL;
}
