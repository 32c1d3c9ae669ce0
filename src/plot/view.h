/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Views: one file each. A view turns models and data into a figure; it changes nothing that a
 * person can see. */
#ifndef NNR_PLOT_VIEW_H
#define NNR_PLOT_VIEW_H

#include "plot/figure.h"
#include "train/evaluator.h"
#include "train/history.h"

struct sweep_table;

struct view_request {
    struct model *const *model; /* whose; each has a history */
    size_t models;
    bool among;                 /* a part of a picture of several models, whose names are said */
    const struct dataset *data; /* NULL: none is loaded */
    uint64_t seed;
    const char *const *layer; /* names the person gave; none: all that suit */
    const struct span *where; /* of each name */
    size_t layers;
    const struct args *keys; /* those of the view's entry; NULL: all are at their defaults */
    struct span place;       /* of the view's name, for errors */
    /* Of the view of curves: series of the expressions that were asked for, so many for each model,
     * one model after the other; none: those that were watched. */
    const struct series *curve;
    size_t curves;
    const struct sweep_table *sweep; /* the newest; NULL: there is none */
    bool big;                        /* letters and lines for the back of a classroom */
    bool text; /* for a terminal that shows characters: few colours, points that differ */
    unsigned width, height; /* of that terminal, in characters */
};

struct view_kind {
    struct entry entry;
    bool all; /* without names it is about all models that were trained */
    /* Fills *f. -1: *e says why there is nothing to draw (no steps yet, data of 64 columns). */
    int (*draw)(const struct view_request *r, struct figure *f, struct err *e);
    bool traces; /* it draws traces: watching it puts rows into them */
};
extern const struct table view_kinds;

#endif
