/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first word of a statement. */
#ifndef NNR_LANG_PARSE_VERB_H
#define NNR_LANG_PARSE_VERB_H

#include "lang/parser.h"

/* Reads the verb; what stands in its place otherwise is answered with the line that was meant. */
int parser_verb(struct parser *p, struct statement *s);

#endif
