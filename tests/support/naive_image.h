/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolutions, pools and what moves numbers, number by number and in double, as Keras documents
 * them. */
#ifndef NNR_TESTS_NAIVE_IMAGE_H
#define NNR_TESTS_NAIVE_IMAGE_H

#include "nn/layer.h"

/* y[count] of a call of such a layer, before its activation; a bias may be NULL. False: it is of
 * another kind. */
bool naive_image(const struct layer *l, const double *kernel, const double *bias, const double *x,
                 double *y, size_t count);

#endif
