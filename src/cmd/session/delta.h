/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one statement changes, where that is little: undo changes it back, and no copy of the state
 * has to be made before. Statements in loops have none: the loop is taken back as a whole. */
#ifndef NNR_CMD_SESSION_DELTA_H
#define NNR_CMD_SESSION_DELTA_H

#include "cmd/session/variable.h"

#include "nn/edit.h"
#include "train/numbers.h"

struct delta {
    /* As they were. */
    size_t current, models, definitions, variables, events;
    bool edited; /* the current model's graph: */
    struct graph_edit graph;
    struct numbers numbers; /* of the penalties in one of its slots */
    bool ruled;             /* which settings follow a rule: */
    struct rules rules;     /* those that did */
    bool noised;            /* the noise of a layer that followed one: */
    struct arg noise;       /* what it was, */
    id noise_of;            /* and the layer */
    bool replaced;          /* a variable: */
    struct variable old;    /* what stood in its place, */
    size_t old_at;          /* which is this */
    struct model *first;    /* the empty first model, which went; NULL: it did not */
    char *name;             /* of the current model, before it was renamed; NULL: it was not */
};

/* NULL and *e without memory. */
struct delta *delta_create(const struct session *s, struct err *e);
void delta_destroy(struct delta *d);
size_t delta_bytes(const struct delta *d);
/* Sets the session, still as the statement left it, back to what it was. On error (memory) nothing
 * has changed. */
int delta_take_back(struct session *s, struct delta *d, struct err *e);

#endif
