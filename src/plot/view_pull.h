/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pulls at the layers of one model, in one frame. Adds to a figure that has begun, in
 * the next place of a picture that is `down` and `across` divided. -1: *e says why there is
 * nothing to draw. */
#ifndef NNR_PLOT_VIEW_PULL_H
#define NNR_PLOT_VIEW_PULL_H

#include "plot/view.h"

int pull_panel(const struct view_request *r, unsigned down, unsigned across, struct figure *f,
               struct err *e);

#endif
