/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What no argument has taken. */
#ifndef NNR_LANG_BIND_LEFT_H
#define NNR_LANG_BIND_LEFT_H

#include "lang/binding.h"

/* The hint that shows how the statement or the call is written. Returns -1. */
int binding_hint_usage(const struct words *w, const struct entry *entry, struct err *e);
/* What nobody takes: the error for the first of it, or 0. */
int binding_all_taken(const struct binding *x, const struct words *w);

#endif
