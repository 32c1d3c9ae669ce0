/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of words that fit a screen. */
#ifndef NNR_BASE_WRAP_H
#define NNR_BASE_WRAP_H

#include "base/str.h"

/* Adds the text, whose lines have `width` characters at most where a blank allows it; those that
 * are broken go on below their own beginning. */
void wrap_words(struct str *to, const char *text, unsigned width);

#endif
