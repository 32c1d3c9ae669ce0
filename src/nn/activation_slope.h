/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Slopes of activation functions, for what works with them itself. */
#ifndef NNR_NN_ACTIVATION_SLOPE_H
#define NNR_NN_ACTIVATION_SLOPE_H

#include "nn/activation.h"

/* Whether a function works number by number and has slopes that activation_slope tells. */
bool activation_has_slopes(enum activation code);
/* Whether these slopes have slopes of their own: not those of straight pieces. */
bool activation_is_bent(enum activation code);
/* Its slopes at z[n] into first[n], and their own slopes into second[n], unless that is NULL. y =
 * f(z); z is read by the kinds that activation_keeps_z names. Where f has a corner the slopes are
 * those that the backward pass takes. */
void activation_slopes(struct activation_use f, size_t n, const real *y, const real *z,
                       double *first, double *second);

#endif
