/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the binder's own files share. */
#ifndef NNR_LANG_BINDING_H
#define NNR_LANG_BINDING_H

#include "lang/binder.h"

/* Values in a row, and the | signs among them: bar_at[i] - from values stand before the i-th. */
struct values {
    struct node *const *item;
    size_t count;
    const struct span *bar;
    const uint32_t *bar_at;
    size_t bars, from;
};

/* One `name=value` of a statement or a call. */
struct key {
    const char *name; /* NULL: what stands left of = is no single name */
    struct span where, equals;
    struct values values;
    const struct pair *pair; /* NULL in a call */
    bool used;
};

enum { TAKERS_MOST = 8, BINDING_DEPTH_MOST = 32 };

/* All that a statement or a call says, and what of it has found its argument. */
struct words {
    const struct statement *s; /* NULL in a call */
    struct values values;
    size_t next; /* the first value that nobody has taken */
    struct key *key;
    size_t keys;
    bool *clause_used;
    bool braces_used, bars_used;
    const struct entry *taker[TAKERS_MOST]; /* the entries that take from it, outermost first */
    size_t takers;
};

/* One argument on its way from words to a value. */
struct binding {
    const struct binder *b;
    struct words *words; /* NULL: a value by itself */
    struct args *args;   /* those that `to` belongs to, or NULL */
    const bool *set;     /* which of them have been bound */
    const struct arg_spec *spec;
    struct arg *to;
    unsigned depth; /* of calls, entries and variables */
    struct err *e;
};

/* One level deeper than `x`, or an error for what never ends. */
int binding_deeper(const struct binding *x, struct span where, struct binding *deeper);
/* What a variable stands for, or `n` itself if it names none. */
const struct node *binding_resolve(const struct binding *x, const struct node *n);
enum { SHOWN_ROOM = 64 };
/* The value as it was written, cut to the room of `text`. Returns text. */
const char *binding_shown(const struct binding *x, const struct node *n, char text[SHOWN_ROOM]);
/* Text in one line, cut to the room of `to` behind a whole character. Returns to. */
const char *shown_text(char to[SHOWN_ROOM], const char *text);
/* "a" or "an". */
const char *article(const char *noun);

/* Whether two numbers touch one comma: 0,5 where 0.5 was meant. Then that is the hint. */
bool binding_decimal_comma(const struct binding *x, const struct node *a, const struct node *b);

#endif
