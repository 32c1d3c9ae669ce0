/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who binds: where arguments live, and who knows variables and the rows of a session. */
#ifndef NNR_LANG_BINDER_H
#define NNR_LANG_BINDER_H

#include "lang/ast.h"

/* What the binder has to ask its user. */
struct binder {
    struct arena *arena; /* where the arguments live */
    void *self;
    /* The value of a constant expression that is no plain literal (2*k, k): 0, or -1 and *e. */
    int (*number)(void *self, const struct node *n, double *value, struct err *e);
    /* Instead of asking for numbers: each that is written is told, an expression before it is known
     * what it comes to; the argument then holds 0. `to` may be a copy of a default. 0, or -1 and
     * *e. NULL: numbers are due now. */
    int (*later)(void *notes, const struct node *n, const struct arg_spec *spec, struct arg *to,
                 struct err *e);
    void *notes; /* for `later` */
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

#endif
