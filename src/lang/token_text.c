/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strings, and bytes that begin nothing. */
#include "lang/token_text.h"

#include <string.h>

/* How many bytes a character with this first byte has, or 0. */
static uint32_t size_of_lead(unsigned char c)
{
    return c < 0x80 ? 1 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
}

uint32_t lexer_character(const struct lexer *l, uint32_t at)
{
    if (at >= l->size)
        return 0;
    const unsigned char *s = (const unsigned char *)l->text + at;
    uint32_t n = size_of_lead(s[0]);
    if (n > l->size - at)
        return 0;
    for (uint32_t i = 1; i < n; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    bool overlong = (s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xF0 && s[1] < 0x90);
    bool beyond = (s[0] == 0xED && s[1] >= 0xA0) || (s[0] == 0xF4 && s[1] >= 0x90);
    return overlong || beyond ? 0 : n;
}

static int not_closed(struct lexer *l, uint32_t at, uint32_t end)
{
    err_at(l->e, lexer_span(l, at, end), "this string is not closed");
    return err_hint(l->e, "a \" is missing at its end");
}

static int bad_byte(struct lexer *l, uint32_t at)
{
    unsigned byte = (unsigned char)l->text[at];
    err_at(l->e, lexer_span(l, at, at + 1), "byte 0x%02x is no text", byte);
    return err_hint(l->e, byte < 0x80 ? "control characters stand nowhere but in comments"
                                      : "a script is written in UTF-8");
}

static int read_escape(struct lexer *l, uint32_t at, char *to)
{
    char c = lexer_byte(l, at + 1);
    switch (c) {
    case '"':
    case '\\':
        *to = c;
        return 0;
    case 'n':
        *to = '\n';
        return 0;
    case 't':
        *to = '\t';
        return 0;
    default:
        err_at(l->e, lexer_span(l, at, at + 1), "this \\ means nothing");
        return err_hint(l->e, "in a string write \\\" \\\\ \\n or \\t");
    }
}

int token_string(struct lexer *l, struct token *t)
{
    uint32_t at = l->at, close = at + 1;
    while (close < l->size && l->text[close] != '"' && l->text[close] != '\n')
        close += l->text[close] == '\\' && lexer_byte(l, close + 1) != '\n' ? 2 : 1;
    if (lexer_byte(l, close) != '"')
        return not_closed(l, at, close < l->size ? close : l->size);
    char *to = arena_new(l->arena, close - at, 1);
    if (!to)
        return err_memory(l->e);
    t->text = to;
    for (uint32_t i = at + 1; i < close;) {
        if (l->text[i] == '\\') {
            if (read_escape(l, i, to++))
                return -1;
            i += 2;
            continue;
        }
        uint32_t n = lexer_character(l, i);
        unsigned char c = (unsigned char)l->text[i];
        if (!n || (c < 0x20 && c != '\t') || c == 0x7f)
            return bad_byte(l, i);
        memcpy(to, l->text + i, n);
        to += n;
        i += n;
    }
    t->kind = TOKEN_STRING;
    l->at = close + 1;
    return 0;
}

static const char *advice_for(const char *character)
{
    static const char *const known[][2] = {
        {"\u201c", "write \""},
        {"\u201d", "write \""},
        {"\u2212", "write -"},
        {"\u2013", "write -"},
        {"\u2264", "write <="},
        {"\u2265", "write >="},
        {"\u2260", "write !="},
        {"\u2192", "write ->"},
        {"\u00d7", "write * or, in shapes, x"},
        {"\u00b7", "write *"},
        {"&", "write and"},
        {"!", "write not"},
        {"%", "what is left of a division is mod(a, b)"},
        {"[", "a list needs no brackets: on a, b"},
        {"]", "a list needs no brackets: on a, b"},
        {".", "a file name stands in quotes: \"../data.csv\""},
        {"\u00a0", "write a plain blank"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i][0], character) == 0)
            return known[i][1];
    return (unsigned char)character[0] >= 0x80 ? "names are made of a-z, digits and _" : "";
}

static int single_quote(struct lexer *l, uint32_t width)
{
    uint32_t end = l->at + width;
    while (is_word_byte(lexer_byte(l, end)))
        end++;
    err_at(l->e, lexer_span(l, l->at, end), "strings take double quotes");
    uint32_t n = end - l->at - width;
    if (n && n < 60)
        return err_hint(l->e, "write \"%.*s\"", (int)n, l->text + l->at + width);
    return -1;
}

int token_stray(struct lexer *l)
{
    char shown[5] = "";
    uint32_t n = lexer_character(l, l->at);
    unsigned char c = (unsigned char)l->text[l->at];
    if (!n || c < 0x20 || c == 0x7f)
        return bad_byte(l, l->at);
    memcpy(shown, l->text + l->at, n);
    if (c == '\'' || strcmp(shown, "\u2018") == 0 || strcmp(shown, "\u2019") == 0)
        return single_quote(l, n);
    err_at(l->e, lexer_span(l, l->at, l->at + n), "\"%s\" has no meaning here", shown);
    return err_hint(l->e, "%s", advice_for(shown));
}
