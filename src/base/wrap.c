/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/wrap.h"

#include <string.h>

static size_t letters_of(const char *text, size_t n)
{
    size_t letters = 0;
    for (size_t i = 0; i < n; i++)
        letters += ((unsigned char)text[i] & 0xC0) != 0x80;
    return letters;
}

static void wrap_line(struct str *to, const char *line, size_t n, unsigned width)
{
    const size_t indent = strspn(line, " ");
    size_t used = 0;
    if (letters_of(line, n) <= width || indent + 1 >= width) {
        str_bytes(to, line, n);
        return;
    }
    for (size_t i = 0, end; i < n; i = end) {
        size_t from = i;
        while (from < n && line[from] == ' ')
            from++;
        for (end = from; end < n && line[end] != ' ';)
            end++;
        const size_t blanks = from - i, letters = letters_of(line + from, end - from);
        const bool breaks = used > indent && used + blanks + letters > width;
        if (breaks)
            str_addf(to, "\n%*s", (int)indent, "");
        else
            str_bytes(to, line + i, blanks);
        str_bytes(to, line + from, end - from);
        used = (breaks ? indent : used + blanks) + letters;
    }
}

void wrap_words(struct str *to, const char *text, unsigned width)
{
    for (const char *end; *text; text = end) {
        end = text + strcspn(text, "\n");
        wrap_line(to, text, (size_t)(end - text), width);
        if (*end) {
            str_add(to, "\n");
            end++;
        }
    }
}
