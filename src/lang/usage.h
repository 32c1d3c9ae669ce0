/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a statement or a call is written. */
#ifndef NNR_LANG_USAGE_H
#define NNR_LANG_USAGE_H

#include "base/entry.h"
#include "base/str.h"

/* Adds how a statement of that entry is written: `dense UNITS [ACTIVATION] [key=...]`. */
void usage_print(struct str *to, const struct entry *entry);
/* The same for a call: `l1(STRENGTH, reduce=...)`. */
void usage_call_print(struct str *to, const struct entry *entry);

#endif
