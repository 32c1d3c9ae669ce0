/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words of a table: choices, calls, sums of calls, and entries that take the rest. */
#ifndef NNR_LANG_BIND_CALL_H
#define NNR_LANG_BIND_CALL_H

#include "lang/binding.h"

/* Binds a call's arguments, or none for a bare name. NULL: *x->e. */
struct args *binding_call(const struct binding *x, const struct node *n, const struct entry *entry);
/* Each returns 0, or -1 and *x->e. */
int binding_choice(struct binding *x, const struct node *n, const struct entry **row);
int binding_row(struct binding *x, const struct node *n);
int binding_sum(struct binding *x, const struct node *n);
int binding_entry(struct binding *x, const struct node *n);

/* The row of the argument's table with that name, the session's own rows included, or NULL. */
const struct entry *binding_find(const struct binding *x, const char *name);
/* The error that no row has that name. Returns -1. */
int binding_no_row(struct binding *x, struct span where, const char *word);

#endif
