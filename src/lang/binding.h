/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the binder's own files share. */
#ifndef NNR_LANG_BINDING_H
#define NNR_LANG_BINDING_H

#include "lang/bind.h"

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

/* Binds words to an entry whose name stands at `head`. NULL: *x->e. */
struct args *binding_words(const struct binding *x, struct words *w, const struct entry *entry,
                           struct span head);
/* Binds a call's arguments, or none for a bare name. NULL: *x->e. */
struct args *binding_call(const struct binding *x, const struct node *n, const struct entry *entry);
/* Binds all the values that were given to one argument. */
int binding_values(struct binding *x, const struct values *v);

/* The types; each returns 0, or -1 and *x->e. */
int binding_number(struct binding *x, const struct node *n, double *value);
int binding_whole(struct binding *x, const struct node *n);
int binding_bool(struct binding *x, const struct node *n);
int binding_shape(struct binding *x, const struct node *n);
int binding_string(struct binding *x, const struct node *n, const char **text);
int binding_file(struct binding *x, const struct node *n, struct file_name *file);
int binding_word(struct binding *x, const struct node *n, struct written *word);
int binding_name(struct binding *x, const struct node *n, const char **name);
int binding_path(struct binding *x, const struct node *n);
int binding_choice(struct binding *x, const struct node *n, const struct entry **row);
int binding_row(struct binding *x, const struct node *n);
int binding_sum(struct binding *x, const struct node *n);
int binding_entry(struct binding *x, const struct node *n);

/* The row of the argument's table with that name, the session's own rows included, or NULL. */
const struct entry *binding_find(const struct binding *x, const char *name);
/* The error that no row has that name. Returns -1. */
int binding_no_row(struct binding *x, struct span where, const char *word);
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

/* The hint that shows how the statement or the call is written. Returns -1. */
int binding_hint_usage(const struct words *w, const struct entry *entry, struct err *e);
/* What nobody takes: the error for the first of it, or 0. */
int binding_all_taken(const struct binding *x, const struct words *w);
/* Whether two numbers touch one comma: 0,5 where 0.5 was meant. Then that is the hint. */
bool binding_decimal_comma(const struct binding *x, const struct node *a, const struct node *b);

#endif
