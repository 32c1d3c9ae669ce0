/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the cursor stands in a line: in which statement, behind which of its words, in which call.
 */
#ifndef NNR_CMD_SHELL_SPOT_H
#define NNR_CMD_SHELL_SPOT_H

#include <stdbool.h>
#include <stddef.h>

struct session;

enum { SPOT_ARGS = 64, SPOT_DEPTH = 12, SPOT_WORD = 80 };

/* One open bracket. */
struct open_call {
    char callee[SPOT_WORD]; /* "": a bracket alone */
    char key[SPOT_WORD];    /* behind `key=` in it; "": none */
    size_t values;          /* finished before the cursor, without a key */
};

struct spot {
    bool verb;                   /* the cursor's word is the verb */
    const struct entry *entry;   /* of the verb; NULL: none that is known */
    const struct entry *inner;   /* the row that an ENTRY argument names: data digits */
    const struct entry *keyed;   /* the row whose keys the first value brings: plot filters */
    char first[SPOT_WORD];       /* the first value, if it is a word */
    const struct arg_spec *spec; /* the key or clause that the cursor is behind; NULL: none */
    char target[SPOT_WORD];      /* left of the = of a pair; "": none */
    bool due;                    /* a value must follow: behind = , ( + or a clause word */
    size_t values;               /* finished before the cursor, by place */
    const struct arg_spec *given[SPOT_ARGS]; /* keys and clauses so far */
    size_t givens;
    struct open_call open[SPOT_DEPTH];
    size_t depth;
};

struct entry;
struct table;
struct token;

/* The words by which a person goes about in the lesson that is played; NULL: none is. */
const struct table *orders_here(const struct session *s);
/* The row of a verb, a kind of layer, or such a word; NULL: it is none. */
const struct entry *row_of_first_word(const struct session *s, const char *word);

/* Takes one token more into a spot that begins as SPOT_BEGINS, at the beginning of a statement;
 * `before` is the token before it, at first one of kind TOKEN_COMMA. False: no words could follow
 * it that are known. */
#define SPOT_BEGINS ((struct spot){.verb = true})
bool spot_step(const struct session *s, struct spot *p, const struct token *t,
               const struct token *before);
/* Reads the statement text[0..n) up to the cursor's word, which is not part of it. False: it is no
 * text that words could follow. */
bool spot_find(const struct session *s, const char *text, size_t n, struct spot *p);

#endif
