/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What help is made of. Private to help.c, topics.c and their users in cmd. */
#ifndef NNR_CMD_HELP_H
#define NNR_CMD_HELP_H

#include "cmd/command.h"

void help_overview(struct str *to);
void help_expressions(struct str *to);
/* All of one row. */
void help_entry(struct str *to, const struct catalog *c, const struct entry *entry);
/* A line on one argument, which begins with `before`. */
void help_argument(struct str *to, const struct arg_spec *spec, const char *before);
/* Words filled into lines of at most 78 characters. */
void help_filled(struct str *to, const char *text);

/* Calls `each` with every word that help has a topic for. */
void topics_each(void (*each)(void *self, const char *word), void *self);

#endif
