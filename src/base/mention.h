/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether an expression, kept as text, speaks of something by its name. */
#ifndef NNR_BASE_MENTION_H
#define NNR_BASE_MENTION_H

#include <stdbool.h>

/* Whether `text` has `name`, or a path that begins with it: h.kernel has h, and so has val.h.loss.
 * Names of functions, as in mean(x), and of their keys, as in axis=1, are none. */
bool text_mentions(const char *text, const char *name);

#endif
