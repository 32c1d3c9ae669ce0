/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples that a view makes up, run through a model. */
#ifndef NNR_PLOT_PASS_H
#define NNR_PLOT_PASS_H

#include "plot/view.h"

/* Runs x[rows][inputs of d] through the model without training and writes `value` of each row into
 * to[rows][numbers of value]. Of d only its inputs and shape are read; the model's plans for
 * training stay as they are. */
int pass_rows(struct model *m, const struct dataset *d, uint64_t seed, const real *x, size_t rows,
              id value, real *to, struct err *e);

#endif
