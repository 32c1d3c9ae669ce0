/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples that stand in a statement. */
#ifndef NNR_LANG_PARSE_ROWS_H
#define NNR_LANG_PARSE_ROWS_H

#include "lang/parser.h"

/* Rows up to the } of `data rows { }`; `now` is the first token behind the {. NULL: *p->e. */
const struct rows *parser_rows(struct parser *p, struct span open);

#endif
