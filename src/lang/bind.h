/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trees to typed arguments: what a statement or a call says, checked against the entry that it
 * names. Nothing a person wrote is passed over: what the entry does not take is an error. */
#ifndef NNR_LANG_BIND_H
#define NNR_LANG_BIND_H

#include "lang/ast.h"

/* What the binder has to ask its user. */
struct binder {
    struct arena *arena; /* where the arguments live */
    void *self;
    /* The value of a constant expression that is no plain literal (2*k, k): 0, or -1 and *e. */
    int (*number)(void *self, const struct node *n, double *value, struct err *e);
    /* The tree that a variable stands for where no number is due (let weak = l1(1e-3)), or NULL. */
    const struct node *(*variable)(void *self, const char *name);
    /* The text a span was read from (a choice counts as it is written: keras-2.0). Writes up to
     * room bytes with a NUL; returns its length. */
    size_t (*text)(void *self, struct span where, char *text, size_t room);
    /* Rows of a table that live only in the session (define penalty), or NULL. */
    const struct entry *(*own)(void *self, const struct table *t, const char *name);
    /* The i-th of those rows, for did-you-mean; NULL behind the last. NULL if there are none. */
    const struct entry *(*own_at)(void *self, const struct table *t, size_t i);
    /* What relative file names are read against; NULL or "": the working folder. A name becomes a
     * path as its statement is bound, because the file may be opened when another script runs. */
    const char *folder;
    /* Where files may be, as file_name.within. */
    const char *within;
};

/* Binds a statement's values, pairs, clauses and braces to the entry of its verb. NULL: *e. */
struct args *bind_statement(const struct binder *b, const struct statement *s,
                            const struct entry *entry, struct err *e);
/* Binds one value to one argument's type, as `set hidden.activity = VALUE` needs it. */
int bind_value(const struct binder *b, const struct arg_spec *spec, const struct node *value,
               struct arg *to, struct err *e);
/* The default of an argument; to->given stays false. */
int bind_standard(const struct binder *b, const struct arg_spec *spec, struct arg *to,
                  struct err *e);
/* Adds how a statement of that entry is written: `dense UNITS [ACTIVATION] [key=...]`. */
void usage_print(struct str *to, const struct entry *entry);
/* The same for a call: `l1(STRENGTH, reduce=...)`. */
void usage_call_print(struct str *to, const struct entry *entry);

#endif
