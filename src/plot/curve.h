/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Curves over the steps of training. */
#ifndef NNR_PLOT_CURVE_H
#define NNR_PLOT_CURVE_H

#include "plot/ends.h"
#include "plot/page.h"

/* What is finite in some series: steps from x[0] to x[1], values from y[0] to y[1]. */
struct extent_of {
    bool any;
    double x[2], y[2];
};
void curve_measure(struct extent_of *to, const struct series *s);
/* Whether the values suit a log axis: all are positive and they span more than `spread` times. */
bool curve_is_log(const struct extent_of *of, double spread);
/* Sets the x axis (steps; x becomes its range), and a y axis that shows all values. On a page of
 * characters both go further than the data, so that no curve lies under the frame; in pixels too
 * where a value is 0. */
void curve_steps(struct str *to, const struct page *p, const struct extent_of *of, size_t tics,
                 double x[2]);
struct axis curve_axis(struct str *to, const struct page *p, const struct extent_of *of, bool log);

struct curve {
    const struct series *series;
    struct pen pen;
    const char *name;   /* in the csv */
    const char *legend; /* NULL: none */
    const char *column; /* what is drawn of the value $2: "2", "(100*$2)" */
    bool smooth;        /* of more than 100 points: a running mean over the pale line */
};
/* Adds the series' points to the figure, at most 1000, and what draws them to `plot`; nothing if
 * none is finite. `number` is that of the curve in its picture. */
int curve_add(struct figure *f, struct str *plot, const struct view_request *r,
              const struct curve *c, size_t number, struct err *e);

/* The curves of one frame. Zeroed memory is valid. */
struct curves {
    struct arena arena; /* of names */
    struct curve *item;
    size_t count, room;
    bool failed;
};
/* Takes a curve, and copies its texts; one without a finite value is left out. */
void curves_take(struct curves *c, const struct curve *one);
void curves_finish(struct curves *c);
/* One frame of a picture that is `down` and `across` divided. */
struct frame_of {
    unsigned down, across;
    const char *xlabel, *ylabel; /* ylabel NULL: none */
    double log_from;             /* what the values span at least on a log axis; 0: never one */
    size_t tics;                 /* on the x axis, about */
    size_t first, models;        /* whose events are marked: models [first, first + models) */
    enum labels labels;
    const struct extent_of *extent; /* what the axes show; NULL: all of the curves */
};
/* Sets the axes, names the curves at their ends or in a legend, marks events, and plots. */
int curves_draw(const struct curves *c, const struct view_request *r, const struct frame_of *frame,
                struct figure *f, struct err *e);

#endif
