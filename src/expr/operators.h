/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NNR_EXPR_OPERATORS_H
#define NNR_EXPR_OPERATORS_H

#include "expr/ops.h"
#include "lang/ast.h"

/* The operators (or and not < ... ^), for help; `-` and `+` are one row each, signs included. */
extern const struct table operators;

/* The row of an operator of the language. */
const struct operation *operation_of(enum op op);

#endif
