/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lang/token.h"

#include "lang/token_number.h"
#include "lang/token_text.h"

#include <ctype.h>
#include <string.h>

char lexer_byte(const struct lexer *l, uint32_t at)
{
    return at < l->size ? l->text[at] : 0;
}

struct span lexer_span(const struct lexer *l, uint32_t at, uint32_t end)
{
    return (struct span){.source = l->source, .at = at, .end = end};
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
    return (c >= 'a' && c <= 'z') || c == '_';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

bool is_word_byte(char c)
{
    return is_lower(c) || is_upper(c) || is_digit(c);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

enum word word_of(const char *text)
{
    static const struct {
        const char *text;
        enum word word;
    } reserved[] = {
        {"on", WORD_CLAUSE},    {"as", WORD_CLAUSE},  {"of", WORD_CLAUSE}, {"in", WORD_CLAUSE},
        {"over", WORD_CLAUSE},  {"max", WORD_CLAUSE}, {"and", WORD_AND},   {"until", WORD_CLAUSE},
        {"every", WORD_CLAUSE}, {"or", WORD_OR},      {"not", WORD_NOT},   {"within", WORD_WITHIN},
        {"yes", WORD_YES},      {"true", WORD_YES},   {"no", WORD_NO},     {"false", WORD_NO},
    };
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (strcmp(reserved[i].text, text) == 0)
            return reserved[i].word;
    return WORD_NAME;
}

/* The place behind blanks and behind a backslash that carries the line on. */
static uint32_t behind_blanks(const struct lexer *l, uint32_t at, bool *continued)
{
    for (;;) {
        while (is_blank(lexer_byte(l, at)))
            at++;
        if (lexer_byte(l, at) != '\\')
            return at;
        uint32_t next = at + 1;
        while (is_blank(lexer_byte(l, next)))
            next++;
        if (lexer_byte(l, next) != '\n')
            return at;
        *continued = true;
        at = next + 1;
    }
}

static int ends_in_backslash(struct lexer *l, uint32_t at)
{
    l->incomplete = true;
    err_at(l->e, lexer_span(l, at, at), "the text ends after a \\");
    return err_hint(l->e, "the statement goes on in the next line");
}

static int stray_backslash(struct lexer *l)
{
    uint32_t at = l->at + 1;
    while (is_blank(lexer_byte(l, at)))
        at++;
    if (at >= l->size)
        return ends_in_backslash(l, l->at);
    err_at(l->e, lexer_span(l, l->at, l->at + 1), "something stands behind the \\");
    return err_hint(l->e, "a \\ carries a statement on from the very end of its line");
}

static int skip_blanks(struct lexer *l)
{
    bool continued = false;
    l->at = behind_blanks(l, l->at, &continued);
    if (lexer_byte(l, l->at) == '\\')
        return stray_backslash(l);
    if (lexer_byte(l, l->at) == '#')
        while (l->at < l->size && l->text[l->at] != '\n')
            l->at++;
    if (continued && l->at >= l->size)
        return ends_in_backslash(l, l->size);
    return 0;
}

static int capital_word(struct lexer *l, uint32_t at, uint32_t end)
{
    char lower[61];
    uint32_t n = end - at < 60 ? end - at : 60;
    for (uint32_t i = 0; i < n; i++)
        lower[i] = (char)tolower((unsigned char)l->text[at + i]);
    lower[n] = 0;
    err_at(l->e, lexer_span(l, at, end), "words are lower case");
    return err_hint(l->e, "write %s", lower);
}

static bool single_equals_at(const struct lexer *l, uint32_t at)
{
    bool continued;
    at = behind_blanks(l, at, &continued);
    return lexer_byte(l, at) == '=' && lexer_byte(l, at + 1) != '=';
}

static int read_word(struct lexer *l, struct token *t)
{
    uint32_t at = l->at, end = at;
    bool upper = false;
    while (is_word_byte(lexer_byte(l, end)) ||
           (lexer_byte(l, end) == '.' &&
            (is_lower(lexer_byte(l, end + 1)) || is_upper(lexer_byte(l, end + 1)))))
        upper |= is_upper(l->text[end++]);
    if (upper)
        return capital_word(l, at, end);
    if (lexer_byte(l, end) == '.') {
        err_at(l->e, lexer_span(l, end, end + 1), "no name follows this dot");
        return err_hint(l->e, "names begin with a letter and are joined without blanks: a.b");
    }
    t->kind = TOKEN_WORD;
    t->text = arena_text(l->arena, l->text + at, end - at);
    if (!t->text)
        return err_memory(l->e);
    t->word = word_of(t->text);
    t->opens = lexer_byte(l, end) == '(';
    t->before_equals = single_equals_at(l, end);
    l->at = end;
    return 0;
}

static int read_symbol(struct lexer *l, struct token *t)
{
    static const struct {
        const char *text;
        enum token_kind kind;
    } symbols[] = {
        {"->", TOKEN_ARROW}, {"<=", TOKEN_LE},        {">=", TOKEN_GE},
        {"==", TOKEN_EQ},    {"!=", TOKEN_NE},        {"+", TOKEN_PLUS},
        {"-", TOKEN_MINUS},  {"*", TOKEN_STAR},       {"/", TOKEN_SLASH},
        {"^", TOKEN_POWER},  {"<", TOKEN_LT},         {">", TOKEN_GT},
        {"~", TOKEN_NEAR},   {"=", TOKEN_ASSIGN},     {"(", TOKEN_OPEN},
        {")", TOKEN_CLOSE},  {",", TOKEN_COMMA},      {";", TOKEN_SEMICOLON},
        {"|", TOKEN_BAR},    {"{", TOKEN_BRACE_OPEN}, {"}", TOKEN_BRACE_CLOSE},
        {"?", TOKEN_HOLE},   {"\n", TOKEN_NEWLINE},
    };
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        uint32_t n = (uint32_t)strlen(symbols[i].text);
        if (l->size - l->at >= n && memcmp(l->text + l->at, symbols[i].text, n) == 0) {
            t->kind = symbols[i].kind;
            t->text = symbols[i].text;
            l->at += n;
            return 0;
        }
    }
    return token_stray(l);
}

static int read_token(struct lexer *l, struct token *t)
{
    char c = l->text[l->at];
    if (is_lower(c) || is_upper(c))
        return read_word(l, t);
    if (is_digit(c) || (c == '.' && is_digit(lexer_byte(l, l->at + 1))))
        return token_number(l, t);
    if (c == '"')
        return token_string(l, t);
    return read_symbol(l, t);
}

int token_next(struct lexer *l, struct token *t)
{
    uint32_t before = l->at;
    if (skip_blanks(l))
        return -1;
    *t = (struct token){.kind = TOKEN_END, .text = ""};
    uint32_t at = l->at;
    if (at < l->size && read_token(l, t))
        return -1;
    t->where = lexer_span(l, at, l->at);
    t->blank_before = at > before || at == 0;
    char next = lexer_byte(l, l->at);
    t->blank_after = l->at >= l->size || is_blank(next) || strchr("\n\\#", next);
    return 0;
}
