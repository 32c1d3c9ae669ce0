/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors are values: what went wrong, where in which text, and what to do instead. Functions that
 * can fail return 0, or -1 with `*e` filled in; who shows the error is not known here. */
#ifndef NNR_BASE_ERR_H
#define NNR_BASE_ERR_H

#include <stdint.h>

/* The bytes [at, end) of source text number `source` (base/source.h); source 0 is no place. */
struct span {
    uint32_t source, at, end;
};

enum err_kind {
    ERR_NONE,
    ERR_INPUT,  /* what a person wrote cannot be done */
    ERR_EXPECT, /* an `expect` that does not hold */
    ERR_MEMORY, /* no memory left */
    ERR_STOPPED /* the person asked to stop */
};

struct err {
    enum err_kind kind;
    struct span where;
    struct span inside; /* the line of a block's body, when `where` is a call of the block */
    char what[480];     /* one line, no full stop */
    char hint[320];     /* what to do instead; may be empty */
};

/* Fills in an ERR_INPUT; returns -1. */
int err_at(struct err *e, struct span where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds what to do instead; returns -1. */
int err_hint(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Fills in an ERR_MEMORY; returns -1. */
int err_memory(struct err *e);
/* Gives an error that has no place yet the place `where`; returns -1. */
int err_place(struct err *e, struct span where);
/* Takes out what a message quotes: no text of a file that may be secret is left in it. Returns -1.
 */
int err_unquote(struct err *e);
/* The span from the start of `a` to the end of `b`. */
struct span span_join(struct span a, struct span b);

#endif
