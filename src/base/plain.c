/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/plain.h"

#include <stdio.h>
#include <string.h>

long plain_character(const char *at, size_t n, size_t *size)
{
    static const long least[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *c = (const unsigned char *)at;
    const size_t m = c[0] < 0x80   ? 1
                     : c[0] < 0xC0 ? 0
                     : c[0] < 0xE0 ? 2
                     : c[0] < 0xF0 ? 3
                     : c[0] < 0xF8 ? 4
                                   : 0;
    long code = m > 1 ? c[0] & (0x7F >> m) : c[0];
    *size = 1;
    if (!m || m > n)
        return -1;
    for (size_t i = 1; i < m; i++) {
        if ((c[i] & 0xC0) != 0x80)
            return -1;
        code = code << 6 | (c[i] & 0x3F);
    }
    if (code < least[m] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return -1;
    *size = m;
    return code;
}

bool plain_is_control(long character)
{
    return (character >= 0 && character < 0x20) || (character >= 0x7F && character < 0xA0);
}

static bool is_joiner(long c)
{
    return c == 0x200C || c == 0x200D;
}

bool plain_is_hidden(long c, const char *bytes, size_t at, size_t n)
{
    static const long range[][2] = {
        {0x00AD, 0x00AD}, {0x034F, 0x034F}, {0x061C, 0x061C}, {0x115F, 0x1160}, {0x17B4, 0x17B5},
        {0x180E, 0x180E}, {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F}, {0x3164, 0x3164},
        {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF9, 0xFFFB}, {0xFFFE, 0xFFFF}, {0xE0000, 0xE007F},
    };
    const size_t size = 3; /* of a joiner */
    if (is_joiner(c) && at && at + size < n && (bytes[at - 1] & 0x80) && (bytes[at + size] & 0x80))
        return false;
    for (size_t i = 0; i < sizeof range / sizeof *range; i++)
        if (c >= range[i][0] && c <= range[i][1])
            return true;
    return false;
}

/* The length of a command at the front that only chooses colours, or 0. */
static size_t colour_length(const char *at, size_t n)
{
    if (n < 3 || at[0] != '\033' || at[1] != '[')
        return 0;
    size_t i = 2;
    while (i < n && at[i] && strchr("0123456789;", at[i]))
        i++;
    return i < n && at[i] == 'm' ? i + 1 : 0;
}

/* How many bytes at the front stay as they are; 0: `lost` of them go. */
static size_t kept_length(const char *at, size_t n, unsigned keep, size_t *lost)
{
    const long code = plain_character(at, n, lost);
    if ((keep & PLAIN_LINES) && (code == '\n' || code == '\t'))
        return 1;
    if (code >= 0 && !plain_is_control(code))
        return *lost;
    return keep & PLAIN_COLOURS ? colour_length(at, n) : 0;
}

static bool is_hidden_at(const char *bytes, size_t at, size_t n, long *code)
{
    size_t size;
    *code = bytes[at] & 0x80 ? plain_character(bytes + at, n - at, &size) : 0;
    return *code && plain_is_hidden(*code, bytes, at, n);
}

void plain_write(const struct out *to, const char *bytes, size_t n, unsigned keep)
{
    size_t from = 0, lost;
    for (size_t at = 0; at < n;) {
        char number[16];
        long code;
        const bool hidden = is_hidden_at(bytes, at, n, &code);
        const size_t size = kept_length(bytes + at, n - at, keep, &lost);
        if (size && !hidden) {
            at += size;
            continue;
        }
        if (at > from)
            to->write(to->self, bytes + from, at - from);
        snprintf(number, sizeof number, hidden ? "[U+%04lX]" : "?", (unsigned long)code);
        to->write(to->self, number, strlen(number));
        at += lost;
        from = at;
    }
    if (n > from)
        to->write(to->self, bytes + from, n - from);
}

void plain_line(struct str *to, const char *text)
{
    const struct out out = out_to(to);
    plain_write(&out, text, strlen(text), PLAIN_LINE);
}

void plain_clean(char *text)
{
    size_t lost, size;
    char *to = text;
    for (size_t n = strlen(text); n; n -= lost, text += lost) {
        size = kept_length(text, n, PLAIN_LINE, &lost);
        if (size)
            memmove(to, text, size);
        else
            *to = '?';
        to += size ? size : 1;
    }
    *to = 0;
}

bool plain_is(const char *text)
{
    const size_t n = strlen(text);
    size_t lost;
    long code;
    for (size_t at = 0, size; at < n; at += size)
        if (!(size = kept_length(text + at, n - at, PLAIN_LINE, &lost)) ||
            is_hidden_at(text, at, n, &code))
            return false;
    return true;
}
