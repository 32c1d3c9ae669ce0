/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What help says of one word. */
#ifndef NNR_CMD_VERBS_TOPICS_H
#define NNR_CMD_VERBS_TOPICS_H

#include <stdbool.h>

struct entry;
struct str;
struct table;

/* Calls `each` with every word that help has a topic for. */
void topics_each(void (*each)(void *self, const char *word), void *self);
/* Calls `each` with every row of every table. */
void topics_rows(void (*each)(void *self, const struct table *of, const struct entry *row),
                 void *self);
/* Help of one topic, or the overview for NULL; false: there is none. */
bool help_topic(struct str *to, const char *topic);

#endif
