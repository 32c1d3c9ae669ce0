/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names at the right ends of curves and areas, in place of a legend. */
#ifndef NNR_PLOT_ENDS_H
#define NNR_PLOT_ENDS_H

#include "plot/style.h"

/* The y axis of a frame. */
struct axis {
    double low, high;
    bool log;
};

struct end {
    double x, y; /* where it is */
    bool early;  /* it does not reach the right side: its name stands above its last point */
    size_t colour;
    const char *name;
};

/* As many have room beside a frame, and so many characters. */
enum { ENDS_MOST = 4, ENDS_LONGEST = 34 };
/* Whether names go there: a picture of pixels whose names are few and short. */
bool ends_suit(const struct view_request *r, const struct end *end, size_t count);
/* Makes room at the right of the frame and puts the names there, moved apart where they would
 * overlap. `rows`: how many frames stand below each other. Changes the order of `end`. */
void ends_add(struct str *to, const struct view_request *r, struct end *end, size_t count,
              const struct axis *axis, size_t rows);

#endif
