/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the runs of a sweep came to, as the views of a sweep read it; and the axis that its values
 * stand on. */
#ifndef NNR_PLOT_SWEEP_TABLE_H
#define NNR_PLOT_SWEEP_TABLE_H

#include "plot/view.h"

struct sweep_table {
    const char *text;   /* what was swept: "h.kernel = l1(?)" */
    const char *target; /* "h.kernel"; NULL: several settings were swept */
    size_t values, runs, figures, measures;
    const char *const *label;   /* of each value, as it is written: "0.001" */
    const double *number;       /* of each value; NaN: it is none */
    struct model *const *model; /* of each value; NULL: it did not stay */
    const size_t *value_of;     /* of each run, the number of its value */
    const char *const *name;    /* of the figures: the first `measures` were measured */
    const double *figure;       /* [runs][figures]; NaN: the run has none of that name */
};

/* Refuses a request without a sweep, or one whose runs all failed. */
int sweep_table_check(const struct view_request *r, const char *view, struct err *e);
/* An axis for the values. */
struct sweep_axis {
    char column[64];  /* what is drawn: of $1 on x, of $2 on y */
    double low, high; /* of what is drawn */
};
/* The values as numbers, into x[values]: one after the other from 0 where one of them is no number.
 * Numbers that span more than a factor of 30 stand by their logarithms, and 0 then one power of ten
 * before the smallest. Sets the axis ("x") with the values' labels and its range. */
struct sweep_axis sweep_table_axis(struct str *to, const struct sweep_table *t, const char *axis,
                                   double *x);

#endif
