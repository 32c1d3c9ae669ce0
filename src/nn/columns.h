/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a penalty is applied to, seen as a matrix of vectors, and the products of these. Private to
 * nn. */
#ifndef NNR_NN_COLUMNS_H
#define NNR_NN_COLUMNS_H

#include "nn/penalty.h"

enum { COLUMNS_ROWS = 4 };

/* `count` vectors of `size` numbers: number k of vector i stands at x[i across + k along], and
 * counts as (x - shift[i] - less[k]) scale[i]. What is NULL takes no part. */
struct columns {
    size_t count, size, across, along;
    const real *x;
    const double *scale, *shift; /* [count] */
    const double *less;          /* [size] */
};

/* The units: the columns along a weight's last axis; of an activity each number of a sample, over
 * the batch. */
struct columns columns_of_units(const struct extent *n, const real *x);
/* The rows, or the samples, of the same numbers. */
struct columns columns_across(const struct extent *n, const real *x);
/* Number k of each vector into row[count]. */
void columns_row(const struct columns *c, size_t k, double *row);
/* product[count][count] = the inner products of all pairs; room[COLUMNS_ROWS][count] is worked in.
 */
void columns_products(const struct columns *c, double *room, double *product);
/* to[n] = matrix[n][n] row[n]; the matrix is symmetric. */
void columns_multiply(size_t n, const double *matrix, const double *row, double *to);
/* Number k of each vector's gradient: dx (+)= row[count]. */
void columns_put(const struct columns *c, size_t k, const double *row, real *dx, bool add);
/* A kind's check: the weight is a matrix, or has more axes, of which all but the last are rows. */
int columns_check(const struct args *self, const struct shape *shape, bool activity, struct err *e);
/* The same, and no activity. */
int columns_check_weight(const struct args *self, const struct shape *shape, bool activity,
                         struct err *e);

#endif
