/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What help is made of. Private to help.c, topics.c and their users in cmd. */
#ifndef NNR_CMD_VERBS_HELP_TEXT_H
#define NNR_CMD_VERBS_HELP_TEXT_H

#include "cmd/session/words.h"

struct out;
struct penalty_kind;

void help_overview(struct str *to);
void help_expressions(struct str *to);
/* All of one row. */
void help_entry(struct str *to, const struct catalog *c, const struct entry *entry);
/* How a row is written: `dense 8 kernel=l1(STRENGTH)` without what stands before the row. */
void help_usage(struct str *to, const struct catalog *c, const struct entry *entry);
/* When one takes a row, where it is from, and which other systems have it, as far as it says so. */
void help_use(struct str *to, const struct table *of, const struct entry *entry);
/* A line on one argument, which begins with `before`. */
void help_argument(struct str *to, const struct arg_spec *spec, const char *before);
/* Words filled into lines of at most 78 characters. */
void help_filled(struct str *to, const char *text);

/* docs/reference.md, written from the tables. */
void manual_write(const struct out *to);
/* Whether a line of the prompt asks for help: `?`, `?WORD`, `... WORD?`, or `help WORD` with a word
 * of the grammar. The line that does so is written into to[room]. */
bool help_asked(const char *text, size_t n, char *to, size_t room);
/* Help of a penalty that stands in no table. */
void help_penalty(struct str *to, const struct penalty_kind *kind);

#endif
