/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/report/html.h"

#include "base/plain.h"

#include <string.h>

/* Whether the character c at bytes[at] is written out. */
static bool is_odd(long c, const char *bytes, size_t at, size_t n)
{
    return (plain_is_control(c) && c != '\n' && c != '\t') || plain_is_hidden(c, bytes, at, n);
}

static const char *entity_of(long c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* Whether an escaped character begins there. */
static bool is_entity(const char *text, size_t n)
{
    static const char *const names[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (n >= strlen(names[i]) && memcmp(text, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

enum escapes { ESCAPES_ALL, ESCAPES_STRAY, ESCAPES_NONE };

static void add_text(struct str *to, const char *text, size_t n, enum escapes how)
{
    for (size_t at = 0, size; at < n; at += size) {
        const long c = plain_character(text + at, n - at, &size);
        const bool stands = how == ESCAPES_NONE ||
                            (how == ESCAPES_STRAY && (c != '&' || is_entity(text + at, n - at)));
        const char *entity = stands ? NULL : entity_of(c);
        if (c < 0)
            str_add(to, "\xEF\xBF\xBD");
        else if (is_odd(c, text, at, n))
            str_addf(to, "[U+%04lX]", (unsigned long)c);
        else if (entity)
            str_add(to, entity);
        else
            str_bytes(to, text + at, size);
    }
}

void html_text(struct str *to, const char *text, size_t n)
{
    add_text(to, text, n, ESCAPES_ALL);
}

void html_clean(struct str *to, const char *text, size_t n)
{
    add_text(to, text, n, ESCAPES_STRAY);
}

void html_plain(struct str *to, const char *text, size_t n)
{
    add_text(to, text, n, ESCAPES_NONE);
}

/* Whether blanks hold the lines in columns: one begins with a blank, or several have gaps. */
static bool has_columns(const char *text, size_t n)
{
    size_t gaps = 0;
    bool gap = false;
    for (size_t i = 0; i < n; i++) {
        const bool begins = !i || text[i - 1] == '\n';
        const bool blank = text[i] == ' ' || text[i] == '\t';
        if (begins && blank)
            return true;
        gap = !begins && gap;
        if (!gap && blank && text[i - 1] == ' ') {
            gap = true;
            gaps++;
        }
    }
    return gaps > 1;
}

void html_lines(struct str *to, const char *text, size_t n)
{
    while (n && (text[n - 1] == '\n' || text[n - 1] == ' '))
        n--;
    while (n && *text == '\n') {
        text++;
        n--;
    }
    if (!n)
        return;
    const bool columns = has_columns(text, n);
    str_add(to, columns ? "<pre>" : "<p>");
    for (size_t at = 0; at < n;) {
        const char *end = memchr(text + at, '\n', n - at);
        const size_t line = end ? (size_t)(end - text) - at : n - at;
        html_text(to, text + at, line);
        at += line + (end != NULL);
        if (end)
            str_add(to, columns ? "\n" : "<br>\n");
    }
    str_add(to, columns ? "</pre>\n" : "</p>\n");
}
