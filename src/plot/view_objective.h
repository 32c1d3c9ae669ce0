/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The areas of one model in one frame, whose axis reaches to *most, or as far as they go. Adds to a
 * figure that has begun, in the next place of a picture that is `down` and `across` divided. -1: *e
 * says why there is nothing to draw. */
#ifndef NNR_PLOT_VIEW_OBJECTIVE_H
#define NNR_PLOT_VIEW_OBJECTIVE_H

#include "plot/view.h"

int objective_panel(const struct view_request *r, unsigned down, unsigned across,
                    const double *most, struct figure *f, struct err *e);

#endif
