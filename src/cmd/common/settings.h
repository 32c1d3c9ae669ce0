/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings: what has some beside the layers, their numbers, and which of them can be set. */
#ifndef NNR_CMD_COMMON_SETTINGS_H
#define NNR_CMD_COMMON_SETTINGS_H

#include "base/entry.h"

struct layer;
struct model;
struct pair;
struct session;

/* What stands left of `=` in set: the thing, and its key behind the last dot. */
struct target {
    char thing[120], key[80];
    struct span where;
};

/* Something beside the layers of a model that has settings: a row of `setting_parts`. */
struct setting_part {
    struct entry entry;
    bool ruled;    /* its numbers may follow a rule */
    bool personal; /* it is the person's, not the session's: undo and records leave it out */
    /* What it was made with; NULL: there is nothing yet. */
    const struct args *(*args)(const struct session *s, const struct model *m);
    /* Its keys; without args those that are the same whatever it will be. NULL: none. */
    const struct entry *(*keys)(const struct session *s, const struct model *m);
    /* Whether set takes a key. */
    bool (*changes)(const struct arg_spec *spec);
    /* The number that a key has by now, where it is not kept in the args; NULL: all are. */
    bool (*number)(const struct session *s, const struct model *m, const char *key, double *value);
    /* The error that there is nothing yet; `key` is what should be set, or NULL. Returns -1. */
    int (*missing)(const struct session *s, const char *key, struct span where, struct err *e);
    int (*set)(struct session *s, struct model *m, const struct target *t, const struct pair *pair,
               struct err *e);
};

/* The part that a path or a word names, up to its first dot; NULL: none. */
const struct setting_part *setting_part_of(const char *path);

/* The value of `optimizer.lr`, `data.batch`, `hidden.trainable`; false if there is no such setting.
 */
bool setting_number(const struct session *s, const struct model *m, const char *path,
                    double *value);

/* The argument that has it; NULL: none has. */
const struct arg *setting_arg(const struct session *s, const struct model *m, const char *path);
/* The number that an argument holds; false if it holds none. */
bool setting_value(const struct arg *x, double *value);

/* Whether an argument of a layer can be changed by set. */
bool setting_changes(const struct arg_spec *spec);

#endif
