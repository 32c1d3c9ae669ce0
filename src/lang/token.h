/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text to tokens, one at a time. */
#ifndef NNR_LANG_TOKEN_H
#define NNR_LANG_TOKEN_H

#include "base/err.h"
#include "base/mem.h"
#include "base/shape.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NEWLINE,
    TOKEN_WORD, /* a name or names joined by dots; text */
    TOKEN_NUMBER,
    TOKEN_SHAPE,
    TOKEN_STRING, /* text, escapes resolved */
    TOKEN_ARROW,
    TOKEN_LE,
    TOKEN_GE,
    TOKEN_EQ,
    TOKEN_NE,
    TOKEN_PLUS,
    TOKEN_MINUS,
    TOKEN_STAR,
    TOKEN_SLASH,
    TOKEN_POWER,
    TOKEN_LT,
    TOKEN_GT,
    TOKEN_NEAR,
    TOKEN_ASSIGN,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_COMMA,
    TOKEN_SEMICOLON,
    TOKEN_BAR,
    TOKEN_BRACE_OPEN,
    TOKEN_BRACE_CLOSE,
    TOKEN_HOLE
};

/* What a word is to the grammar. */
enum word { WORD_NAME, WORD_CLAUSE, WORD_AND, WORD_OR, WORD_NOT, WORD_WITHIN, WORD_YES, WORD_NO };

struct token {
    enum token_kind kind;
    enum word word;
    struct span where;
    const char *text; /* of words and strings; as written of numbers, shapes and symbols */
    double number;
    struct shape shape;
    bool blank_before, blank_after; /* a blank, a line's end or the text's end */
    bool opens;                     /* a ( touches the word */
    bool before_equals;             /* a single = follows the word, with or without blanks */
};

struct lexer {
    struct arena *arena;
    const char *text;
    uint32_t size, at; /* the next byte to read */
    uint32_t source;
    bool incomplete; /* the text ended right after a backslash */
    struct err *e;
};

/* What a word is, whatever stands round it. */
enum word word_of(const char *text);
/* Reads the next token; 0, or -1 and *l->e. Behind the end it is TOKEN_END again and again. */
int token_next(struct lexer *l, struct token *t);

/* For the lexer's own files: the byte at `at`, or 0 behind the end; the span; kinds of bytes. */
char lexer_byte(const struct lexer *l, uint32_t at);
struct span lexer_span(const struct lexer *l, uint32_t at, uint32_t end);
bool is_digit(char c);
bool is_word_byte(char c);

#endif
