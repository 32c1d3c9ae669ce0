/* SPDX-License-Identifier: GPL-3.0-or-later */
/* States that were given a name. */
#ifndef NNR_CMD_SESSION_MARKS_H
#define NNR_CMD_SESSION_MARKS_H

#include "cmd/session/snapshot.h"

/* Models, data and settings as they were. Variables are not in it: a figure can be carried back and
 * compared. */
struct mark {
    char *name;
    struct snapshot state;
};
/* The mark of that name, or NULL. */
struct mark *mark_named(struct session *s, const char *name);
/* The same of an argument; NULL: *e. */
struct mark *mark_find(struct session *s, const struct arg *name, struct err *e);
void marks_finish(struct session *s);
/* The name of the i-th mark. */
const char *mark_name(const struct session *s, size_t i);
uint64_t marks_digest(const struct session *s, uint64_t hash);
/* Frees what a mark holds. */
void mark_finish(struct session *s, struct mark *m);

#endif
