/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was given to an entry as bytes (base/bytes.h): rows by their names. */
#ifndef NNR_BASE_ARGS_BYTES_H
#define NNR_BASE_ARGS_BYTES_H

#include "base/bytes.h"
#include "base/entry.h"

/* Where rows are found: in their table, and beside it. */
struct entry_finder {
    /* The row of that name which belongs to the table and does not stand in it, or NULL. NULL:
     * there are none. */
    const struct entry *(*own)(const void *self, const struct table *t, const char *name);
    const void *self;
};

/* Adds `a`, a row of `t`, or NULL. 0, or -1 when it holds what cannot be told in bytes: a tree of
 * the language, a list of files, or a row that its name does not lead to. */
int args_write(struct str *to, const struct entry_finder *f, const struct table *t,
               const struct args *a);
/* Takes what args_write added; the args live in `to`. NULL for NULL, and on error: b->failed. */
struct args *args_read(struct bytes *b, struct arena *to, const struct entry_finder *f,
                       const struct table *t);
/* The same for a row that is known. */
int args_write_row(struct str *to, const struct entry_finder *f, const struct args *a);
struct args *args_read_row(struct bytes *b, struct arena *to, const struct entry_finder *f,
                           const struct entry *row);

#endif
