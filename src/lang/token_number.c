/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words that begin with a digit: numbers and shapes. */
#include "lang/token_number.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>

static uint32_t digits_end(const struct lexer *l, uint32_t at)
{
    while (is_digit(lexer_byte(l, at)))
        at++;
    return at;
}

static uint32_t number_end(const struct lexer *l, uint32_t at)
{
    at = digits_end(l, at);
    if (lexer_byte(l, at) == '.' && is_digit(lexer_byte(l, at + 1)))
        at = digits_end(l, at + 1);
    if (lexer_byte(l, at) != 'e')
        return at;
    char sign = lexer_byte(l, at + 1);
    uint32_t power = at + (sign == '-' || sign == '+' ? 2 : 1);
    return is_digit(lexer_byte(l, power)) ? digits_end(l, power) : at;
}

/* Behind digits "x" digits { "x" digits }; `at` if that is not what stands there. */
static uint32_t shape_end(const struct lexer *l, uint32_t at)
{
    uint32_t end = digits_end(l, at), from = end;
    while (lexer_byte(l, end) == 'x' && is_digit(lexer_byte(l, end + 1)))
        end = digits_end(l, end + 1);
    return end > from ? end : at;
}

static bool stands_free(const struct lexer *l, uint32_t end)
{
    return !is_word_byte(lexer_byte(l, end)) && lexer_byte(l, end) != '.';
}

static int not_a_number(struct lexer *l, uint32_t end)
{
    uint32_t at = l->at, digits = digits_end(l, at);
    while (!stands_free(l, end))
        end++;
    int n = end - at < 40 ? (int)(end - at) : 40;
    const char *word = l->text + at;
    struct span where = lexer_span(l, at, end);
    if (digits > at && (lexer_byte(l, digits) == 'x' || lexer_byte(l, digits) == 'X')) {
        err_at(l->e, where, "\"%.*s\" is no shape", n, word);
        return err_hint(l->e, "shapes are 10x100");
    }
    if (digits + 1 == end && l->text[digits] == '.') {
        err_at(l->e, where, "\"%.*s\" is no number", n, word);
        return err_hint(l->e, "write %.*s or %.*s0", n - 1, word, n, word);
    }
    err_at(l->e, where, "\"%.*s\" is no number and no name", n, word);
    return err_hint(l->e, "names begin with a letter, and a number may not touch one");
}

static int no_size(struct lexer *l, const struct token *t, uint32_t end, const char *what)
{
    err_at(l->e, lexer_span(l, l->at, end), "\"%.40s\" is no shape", t->text);
    return err_hint(l->e, "%s", what);
}

static int read_shape(struct lexer *l, struct token *t, uint32_t end)
{
    const double most = SHAPE_NUMBERS_MOST;
    double count = 1;
    t->kind = TOKEN_SHAPE;
    for (uint32_t at = l->at; at < end; at++) {
        double size = 0;
        for (; at < end && is_digit(l->text[at]); at++)
            size = size > most ? size : size * 10 + (l->text[at] - '0');
        if (size < 1)
            return no_size(l, t, end, "a size is 1 or more");
        if ((count *= size) > most)
            return no_size(l, t, end, "at most 2147483647 numbers have room in one");
        if (t->shape.axes == SHAPE_MOST)
            return no_size(l, t, end, "it has at most 6 sizes");
        t->shape.size[t->shape.axes++] = (uint32_t)size;
    }
    return 0;
}

/* strtod() would follow the locale. */
static int read_number(struct lexer *l, struct token *t, uint32_t end)
{
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!plain)
        return err_memory(l->e);
    errno = 0;
    t->kind = TOKEN_NUMBER;
    t->number = strtod_l(t->text, NULL, plain);
    bool lost = errno == ERANGE && (isinf(t->number) || t->number == 0);
    freelocale(plain);
    if (!lost)
        return 0;
    err_at(l->e, lexer_span(l, l->at, end), "\"%.40s\" is too %s", t->text,
           t->number == 0 ? "small" : "large");
    return err_hint(l->e, "numbers reach from 1e-307 to 1e308");
}

int token_number(struct lexer *l, struct token *t)
{
    uint32_t number = number_end(l, l->at), shape = shape_end(l, l->at);
    bool is_shape = shape > l->at && stands_free(l, shape);
    uint32_t end = is_shape ? shape : number;
    if (!stands_free(l, end))
        return not_a_number(l, end);
    t->text = arena_text(l->arena, l->text + l->at, end - l->at);
    if (!t->text)
        return err_memory(l->e);
    if (is_shape ? read_shape(l, t, end) : read_number(l, t, end))
        return -1;
    l->at = end;
    return 0;
}
