/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums over elements and columns with the widest vectors of a level. Private to num/loops.c. */
#ifndef NNR_NUM_SUMS_H
#define NNR_NUM_SUMS_H

#include "num/lane_math.h"

#include <stdbool.h>

/* Sums are taken in real over this many elements at most, then go on in double: each lane then adds
 * up so few that their rounding stays near that of the numbers. */
enum { CHUNK = 64 * LANES };

/* Of |x| and of x^2, by lanes. */
struct lane_powers {
    VEC one, two;
};

INLINE void lane_powers_add(struct lane_powers *s, VEC v)
{
    s->one += NAME(magnitude)(v);
    s->two += v * v;
}

/* to[0] += the sum of |x|, to[1] += that of x^2. */
INLINE void lane_powers_take(const struct lane_powers *s, double to[2])
{
    const VEC v[4] = {s->one, s->two};
    real sum[4];
    NAME(fold)(v, sum);
    to[0] += (double)sum[0];
    to[1] += (double)sum[1];
}

/* At most CHUNK elements. */
INLINE struct lane_powers powers_of_chunk(size_t n, const real *x)
{
    struct lane_powers s[2] = {0};
    size_t i = 0;
    for (; i + 2 * LANES <= n; i += 2 * LANES) {
        lane_powers_add(&s[0], NAME(load)(x + i));
        lane_powers_add(&s[1], NAME(load)(x + i + LANES));
    }
    if (i + LANES <= n) {
        lane_powers_add(&s[0], NAME(load)(x + i));
        i += LANES;
    }
    if (i < n)
        lane_powers_add(&s[1], NAME(load_part)(x + i, NAME(first)(n - i)));
    return (struct lane_powers){s[0].one + s[1].one, s[0].two + s[1].two};
}

/* The sum of (x - t)^2 over at most CHUNK elements; t may be NULL. */
INLINE double squares_of_chunk(size_t n, const real *x, const real *t)
{
    VEC s[4] = {{0}, {0}, {0}, {0}};
    real sum[4];
    size_t i = 0;
    for (; i + 4 * LANES <= n; i += 4 * LANES)
        UNROLL
    for (size_t u = 0; u < 4; u++) {
        const VEC v = NAME(load)(x + i + u * LANES);
        const VEC d = t ? v - NAME(load)(t + i + u * LANES) : v;
        s[u] += d * d;
    }
    for (; i + LANES <= n; i += LANES) {
        const VEC v = NAME(load)(x + i), d = t ? v - NAME(load)(t + i) : v;
        s[0] += d * d;
    }
    if (i < n) {
        const NAME(mask) m = NAME(first)(n - i);
        const VEC v = NAME(load_part)(x + i, m), d = t ? v - NAME(load_part)(t + i, m) : v;
        s[1] += d * d;
    }
    NAME(fold)(s, sum);
    return ((double)sum[0] + (double)sum[1]) + ((double)sum[2] + (double)sum[3]);
}

/* About so many elements are worked on by one loop after the other, while they stay in the nearest
 * cache. */
enum { NEAR = 2048 };

/* to[rows][cols] = x[cols] in each row, of less than a vector; the vector after the last element is
 * written too. */
INLINE void repeat_short_row(size_t rows, size_t cols, const real *x, real *to)
{
    const VEC v = NAME(load_part)(x, NAME(first)(cols));
    if (cols == 1)
        for (size_t i = 0; i < rows; i += LANES)
            NAME(store)(to + i, v[0] - (VEC){0});
    else
        for (size_t i = 0; i < rows; i++)
            NAME(store)(to + i * cols, v);
}

/* y[rows][cols] += x[cols], a width at a time; a row is a vector at least. */
INLINE void add_to_rows(size_t rows, size_t cols, const real *x, real *y)
{
    size_t j = 0;
    for (; j + LANES <= cols; j += LANES) {
        const VEC v = NAME(load)(x + j);
        for (size_t i = 0; i < rows; i++)
            NAME(store)(y + i * cols + j, NAME(load)(y + i * cols + j) + v);
    }
    if (j == cols)
        return;
    const NAME(mask) last = NAME(first)(cols - j);
    const VEC v = NAME(load_part)(x + j, last);
    for (size_t i = 0; i < rows; i++)
        NAME(store_part)(y + i * cols + j, last, NAME(load_part)(y + i * cols + j, last) + v);
}

/* One width of columns, of which the last vector may be a part. Four rows at a time, as one sum
 * waits for itself. */
INLINE VEC column_sums(size_t rows, size_t cols, const real *x, bool part, NAME(mask) last)
{
    VEC s[4] = {0};
    size_t i = 0;
    for (; i + 4 <= rows; i += 4)
        UNROLL
    for (size_t u = 0; u < 4; u++) {
        const real *p = x + (i + u) * cols;
        s[u] += part ? NAME(load_part)(p, last) : NAME(load)(p);
    }
    for (; i < rows; i++)
        s[0] += part ? NAME(load_part)(x + i * cols, last) : NAME(load)(x + i * cols);
    return (s[0] + s[1]) + (s[2] + s[3]);
}

/* The same where a whole number of rows fills a vector. */
APART void column_sums_of_short_rows(size_t rows, size_t cols, const real *x, real *to, bool add)
{
    const size_t n = rows * cols;
    real lane[LANES + 2];
    VEC s = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        s += NAME(load)(x + i);
    if (i < n)
        s += NAME(load_part)(x + i, NAME(first)(n - i));
    if (cols == 1) {
        const VEC v[4] = {s, {0}, {0}, {0}};
        NAME(fold)(v, lane);
        to[0] = add ? to[0] + lane[0] : lane[0];
        return;
    }
    if (cols == LANES) {
        NAME(store)(to, add ? NAME(load)(to) + s : s);
        return;
    }
    NAME(store)(lane, s);
    for (size_t j = 0; j < cols; j++) {
        real sum = lane[j];
        for (size_t l = j + cols; l < LANES; l += cols)
            sum += lane[l];
        to[j] = add ? to[j] + sum : sum;
    }
}

APART void column_sums_of_long_rows(size_t rows, size_t cols, const real *x, real *to, bool add)
{
    size_t j = 0;
    for (; j + LANES <= cols; j += LANES) {
        const VEC s = column_sums(rows, cols, x + j, false, NAME(first)(LANES));
        NAME(store)(to + j, add ? NAME(load)(to + j) + s : s);
    }
    if (j == cols)
        return;
    const NAME(mask) last = NAME(first)(cols - j);
    const VEC s = column_sums(rows, cols, x + j, true, last);
    NAME(store_part)(to + j, last, add ? NAME(load_part)(to + j, last) + s : s);
}

/* to[cols] = column sums of x, added where `add`. */
INLINE void column_sums_of_rows(size_t rows, size_t cols, const real *x, real *to, bool add)
{
    if (cols <= LANES && !(cols & (cols - 1)))
        column_sums_of_short_rows(rows, cols, x, to, add);
    else
        column_sums_of_long_rows(rows, cols, x, to, add);
}

#endif
