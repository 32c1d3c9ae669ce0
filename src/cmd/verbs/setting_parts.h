/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the settings of layers and those of all else share. */
#ifndef NNR_CMD_VERBS_SETTING_PARTS_H
#define NNR_CMD_VERBS_SETTING_PARTS_H

#include "cmd/common/settings.h"

struct model;

/* The number of the argument that a target names in an entry; an error that lists what can be set.
 */
int setting_find_key(const struct entry *entry, const struct target *t, size_t *at, struct err *e);
/* Binds the new value for argument `at` of an entry. */
int setting_bind(struct session *s, struct arena *arena, const struct entry *entry, size_t at,
                 const struct pair *pair, struct arg *value, struct err *e);
/* A labelled line on the curves: from here on something is different. Before the first step there
 * is nothing to tell apart. */
int setting_note(struct model *m, const struct target *t, const struct arg *value, struct err *e);

/* The same with a text: `what = value`. */
int setting_event(struct model *m, const char *what, const char *value, struct err *e);
/* Whether a target is the strength of a term. */
int setting_of_term(const struct target *t, struct err *e);

#endif
