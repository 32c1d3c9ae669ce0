/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values: numbers, words, calls and what operators make of them. */
#ifndef NNR_LANG_PARSE_VALUE_H
#define NNR_LANG_PARSE_VALUE_H

#include "lang/parser.h"

/* A value, from `or` down. NULL: *p->e. */
struct node *parser_value(struct parser *p);
/* A node for the word `now`, and past it. */
struct node *parser_word(struct parser *p);
/* Whether `now` can begin a value. */
bool parser_at_value(const struct parser *p);
/* Whether `now` is a clause word that does its work: no key, no call of max. */
bool parser_at_clause(const struct parser *p);
/* The error for a single = where none can stand. NULL. */
void *parser_no_equals(struct parser *p);

#endif
