/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NNR_EXPR_FUNCTIONS_H
#define NNR_EXPR_FUNCTIONS_H

#include "base/entry.h"

/* The functions (sum, mean, abs ...): rows for help, completion and did-you-mean. */
extern const struct table functions;

#endif
