/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The state of a session as it was: what mark and undo keep. Models that did not change from one
 * snapshot to the next are one copy, which both share. */
#ifndef NNR_CMD_SESSION_SNAPSHOT_H
#define NNR_CMD_SESSION_SNAPSHOT_H

#include "train/model.h"

struct session;

/* What of the state is kept. MODEL: the current one, which is in its place again when it comes
 * back.
 */
enum parts {
    PART_MODELS = 1,
    PART_DATA = 2,
    PART_VARIABLES = 4,
    PART_MODEL = 8,
    PART_RESULTS = 16
};

/* A copy of a model that nobody changes. */
struct frozen {
    struct model *model;
    struct model *live; /* the session's, which it is still like; NULL: there is none */
    size_t owners, bytes;
    bool stays; /* while a snapshot comes back: so does `live` */
};

struct snapshot {
    unsigned parts;
    struct frozen **model;
    size_t models, current;
    struct dataset data; /* and the session's settings */
    bool has_data;
    uint64_t seed;
    const struct entry *emulation;
    bool ignores_frozen;
    struct variable *variable;
    size_t variables, definitions;
    struct results *results; /* shared; NULL: there were none */
};

/* What a snapshot must keep, of what is changed (enum changes): enum parts. */
unsigned snapshot_parts(unsigned changes);
/* Keeps `parts` of the state. On error *to is empty. */
int snapshot_take(struct session *s, unsigned parts, struct snapshot *to, struct err *e);
/* Sets `parts`, which the snapshot has, back to it. On error nothing has changed. */
int snapshot_restore(struct session *s, struct snapshot *from, unsigned parts, struct err *e);
void snapshot_finish(struct session *s, struct snapshot *p);
/* A model is no longer as its copy is; NULL: none of them is. */
void snapshot_touched(struct session *s, struct model *m);

#endif
