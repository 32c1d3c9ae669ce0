/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model of Keras as statements of the language, and what of it cannot be said in them. */
#ifndef NNR_CMD_COMMON_KERAS_LINES_H
#define NNR_CMD_COMMON_KERAS_LINES_H

#include "base/index.h"
#include "base/numbering.h"
#include "keras/model.h"

struct session;

/* What cannot be said, at which place of the file. */
struct keras_refusal {
    const char *place, *why;
};

/* A layer of the file. */
struct keras_line {
    const struct keras_layer *layer;
    const char *path; /* its name here, with those of the blocks that it is in: tower.dense_1 */
    const char *text; /* the line that makes it; NULL: it cannot be said */
};

struct keras_lines {
    const struct session *session;
    const struct keras_model *of;
    struct arena arena;
    struct str text; /* the statements, and behind each # and its place in the file */
    struct keras_refusal *refusal;
    size_t refusals, refusal_room;
    struct keras_line *line;
    size_t lines, line_room;
    json_t *shared;         /* layers by the numbers that the file gives to objects */
    size_t zeros;           /* regularizers that are there and have no strength, */
    const char *first_zero; /* and the place of the first */
    size_t uncut, larger;   /* first weights that Keras 1 drew otherwise, */
    const char *first_uncut, *first_larger; /* and the places of the first */
    bool failed;                            /* there was no memory */
    bool stopped;                           /* a person asked to end */
};

/* Makes the lines: of inputs, layers, outputs, loss and optimizer. Where something is refused all
 * else is looked at too, and `text` is not whole. The model that they run in is empty; `session`
 * tells which names are free. 0, or -1 without memory; keras_lines_finish in any case. `of` must
 * outlive it. */
int keras_lines_make(struct keras_lines *l, const struct session *session,
                     const struct keras_model *of, struct err *e);
void keras_lines_finish(struct keras_lines *l);

#endif
