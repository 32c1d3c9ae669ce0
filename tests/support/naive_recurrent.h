/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recurrent layers in plain loops, one sample and one number at a time. */
#ifndef NNR_TESTS_NAIVE_RECURRENT_H
#define NNR_TESTS_NAIVE_RECURRENT_H

#include "naive.h"

struct naive_recurrent {
    const struct naive *n;
    const struct call *call;
    const struct layer *layer;
    const double *kernel, *recurrent, *bias;
    const double *valid; /* [samples][steps], 0 where masked; NULL: all count */
    double (*activated)(const char *f, double p, double z);
    double (*left)(uint64_t key, size_t i, double rate); /* 0, or 1 / (1 - rate) */
};

/* False: the layer is of another kind. */
bool naive_recurrent(const struct naive_recurrent *r, const double *x, double *y, size_t count);

#endif
