/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Trees to typed arguments: what a statement or a call says, checked against the entry that it
 * names. Nothing a person wrote is passed over: what the entry does not take is an error. */
#ifndef NNR_LANG_BIND_H
#define NNR_LANG_BIND_H

#include "lang/binder.h"

/* Binds a statement's values, pairs, clauses and braces to the entry of its verb. NULL: *e. */
struct args *bind_statement(const struct binder *b, const struct statement *s,
                            const struct entry *entry, struct err *e);
/* Binds one value to one argument's type, as `set hidden.activity = VALUE` needs it. */
int bind_value(const struct binder *b, const struct arg_spec *spec, const struct node *value,
               struct arg *to, struct err *e);
/* The number that an expression came to: checked like one that is written, and put into `to`, an
 * argument of that type. */
int bind_number_value(const struct binder *b, const struct arg_spec *spec, const struct node *n,
                      double value, struct arg *to, struct err *e);
/* The default of an argument; to->given stays false. */
int bind_standard(const struct binder *b, const struct arg_spec *spec, struct arg *to,
                  struct err *e);

#endif
