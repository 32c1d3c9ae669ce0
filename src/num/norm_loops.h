/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loops of normalisation, a part of loops.c: compiled once a level with it. Columns are taken
 * in strips, so that their sums stay in double on the stack. */
#ifndef NNR_NUM_NORM_LOOPS_H
#define NNR_NUM_NORM_LOOPS_H

#include "num/kernels.h"

enum { STRIP = 64 };

static double inverse_deviation(double variance, double epsilon)
{
    return 1 / sqrt(variance + epsilon);
}

/* Mean and variance of `width` columns, of which x is the first row. */
static void strip_moments(size_t rows, size_t cols, size_t width, const real *x, real *mean,
                          real *variance)
{
    double sum[STRIP] = {0}, squares[STRIP] = {0};
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < width; j++)
            sum[j] += (double)x[i * cols + j];
    for (size_t j = 0; j < width; j++)
        sum[j] /= (double)rows;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < width; j++) {
            const double d = (double)x[i * cols + j] - sum[j];
            squares[j] += d * d;
        }
    for (size_t j = 0; j < width; j++) {
        mean[j] = (real)sum[j];
        variance[j] = (real)(squares[j] / (double)rows);
    }
}

static void column_moments(size_t rows, size_t cols, const real *x, real *moments)
{
    for (size_t from = 0; from < cols; from += STRIP)
        strip_moments(rows, cols, cols - from < STRIP ? cols - from : STRIP, x + from,
                      moments + from, moments + cols + from);
}

static void column_norm(const struct norm *n, const real *moments, real *y)
{
    const real *mean = moments, *variance = moments + n->cols;
    real factor[STRIP], shift[STRIP];
    for (size_t from = 0; from < n->cols; from += STRIP) {
        const size_t width = n->cols - from < STRIP ? n->cols - from : STRIP;
        for (size_t j = 0; j < width; j++) {
            const double by = inverse_deviation((double)variance[from + j], n->epsilon);
            factor[j] = (real)(n->gamma ? (double)n->gamma[from + j] * by : by);
            shift[j] = n->beta ? n->beta[from + j] : 0;
        }
        for (size_t i = 0; i < n->rows; i++) {
            const real *in = n->x + i * n->cols + from;
            real *out = y + i * n->cols + from;
            for (size_t j = 0; j < width; j++)
                out[j] = (in[j] - mean[from + j]) * factor[j] + shift[j];
        }
    }
}

static void store(real *to, double x, bool add)
{
    *to = (real)(add ? (double)*to + x : x);
}

/* What the gradient of one strip needs: the sums of dy and of dy (x - mean), down the columns. */
struct strip {
    size_t from, width;
    double one[STRIP], two[STRIP];
};

static void strip_sums(const struct norm_slopes *s, struct strip *t)
{
    const size_t cols = s->of.cols;
    const real *mean = s->moments + t->from;
    for (size_t j = 0; j < t->width; j++)
        t->one[j] = t->two[j] = 0;
    for (size_t i = 0; i < s->of.rows; i++) {
        const real *x = s->of.x + i * cols + t->from, *dy = s->dy + i * cols + t->from;
        for (size_t j = 0; j < t->width; j++) {
            t->one[j] += (double)dy[j];
            t->two[j] += (double)dy[j] * ((double)x[j] - (double)mean[j]);
        }
    }
}

/* dx = factor dy - slope (x - mean) - shift; with fixed moments the last two are 0. */
static void strip_slopes(const struct norm_slopes *s, const struct strip *t)
{
    const size_t cols = s->of.cols;
    const real *mean = s->moments + t->from, *variance = mean + cols;
    real factor[STRIP], slope[STRIP], shift[STRIP];
    for (size_t j = 0; j < t->width; j++) {
        const double by = inverse_deviation((double)variance[j], s->of.epsilon);
        const double f = s->of.gamma ? (double)s->of.gamma[t->from + j] * by : by;
        const double share = s->fixed ? 0 : f / (double)s->of.rows;
        factor[j] = (real)f;
        slope[j] = (real)(share * by * by * t->two[j]);
        shift[j] = (real)(share * t->one[j]);
    }
    for (size_t i = 0; i < s->of.rows; i++) {
        const real *x = s->of.x + i * cols + t->from, *dy = s->dy + i * cols + t->from;
        real *dx = s->dx + i * cols + t->from;
        if (s->add_x)
            for (size_t j = 0; j < t->width; j++)
                dx[j] += factor[j] * dy[j] - slope[j] * (x[j] - mean[j]) - shift[j];
        else
            for (size_t j = 0; j < t->width; j++)
                dx[j] = factor[j] * dy[j] - slope[j] * (x[j] - mean[j]) - shift[j];
    }
}

static void column_norm_slopes(const struct norm_slopes *s)
{
    const size_t cols = s->of.cols;
    for (struct strip t = {0}; t.from < cols; t.from += STRIP) {
        t.width = cols - t.from < STRIP ? cols - t.from : STRIP;
        strip_sums(s, &t);
        for (size_t j = 0; j < t.width; j++) {
            const double variance = (double)s->moments[cols + t.from + j];
            if (s->dgamma)
                store(&s->dgamma[t.from + j], t.two[j] * inverse_deviation(variance, s->of.epsilon),
                      s->add_gamma);
            if (s->dbeta)
                store(&s->dbeta[t.from + j], t.one[j], s->add_beta);
        }
        if (s->dx)
            strip_slopes(s, &t);
    }
}

static void row_norm(const struct norm *n, real *moments, real *y)
{
    const size_t cols = n->cols;
    for (size_t i = 0; i < n->rows; i++, y += cols, moments += 2) {
        const real *x = n->x + i * cols;
        double total = 0, squares = 0;
#pragma omp simd reduction(+ : total)
        for (size_t j = 0; j < cols; j++)
            total += (double)x[j];
        const double mean = total / (double)cols;
#pragma omp simd reduction(+ : squares)
        for (size_t j = 0; j < cols; j++)
            squares += ((double)x[j] - mean) * ((double)x[j] - mean);
        moments[0] = (real)mean;
        moments[1] = (real)(squares / (double)cols);
        const real by = (real)inverse_deviation((double)moments[1], n->epsilon);
        for (size_t j = 0; j < cols; j++)
            y[j] = (x[j] - moments[0]) * by;
        for (size_t j = 0; n->gamma && j < cols; j++)
            y[j] *= n->gamma[j];
        for (size_t j = 0; n->beta && j < cols; j++)
            y[j] += n->beta[j];
    }
}

/* One row of dx; gamma may be NULL, and is known to be or not where this is inlined. */
INLINE void row_slope(const struct norm_slopes *s, size_t row, const real *gamma, bool add)
{
    const size_t cols = s->of.cols;
    const real *x = s->of.x + row * cols, *dy = s->dy + row * cols;
    real *dx = s->dx + row * cols;
    const real mean = s->moments[2 * row];
    const double by = inverse_deviation((double)s->moments[2 * row + 1], s->of.epsilon);
    double one = 0, two = 0;
#pragma omp simd reduction(+ : one, two)
    for (size_t j = 0; j < cols; j++) {
        const double d = (double)dy[j] * (gamma ? (double)gamma[j] : 1);
        one += d;
        two += d * ((double)x[j] - (double)mean);
    }
    const real factor = (real)by, slope = (real)(by * by * by * two / (double)cols),
               shift = (real)(by * one / (double)cols);
    for (size_t j = 0; j < cols; j++) {
        const real d = gamma ? dy[j] * gamma[j] : dy[j];
        const real g = factor * d - slope * (x[j] - mean) - shift;
        dx[j] = add ? dx[j] + g : g;
    }
}

/* gamma's and beta's gradients: down the columns, where every row has its own moments. */
static void row_norm_weights(const struct norm_slopes *s)
{
    const size_t cols = s->of.cols;
    for (struct strip t = {0}; t.from < cols; t.from += STRIP) {
        t.width = cols - t.from < STRIP ? cols - t.from : STRIP;
        for (size_t j = 0; j < t.width; j++)
            t.one[j] = t.two[j] = 0;
        for (size_t i = 0; i < s->of.rows; i++) {
            const real *x = s->of.x + i * cols + t.from, *dy = s->dy + i * cols + t.from;
            const double mean = (double)s->moments[2 * i];
            const double by = inverse_deviation((double)s->moments[2 * i + 1], s->of.epsilon);
            for (size_t j = 0; j < t.width; j++) {
                t.one[j] += (double)dy[j];
                t.two[j] += (double)dy[j] * ((double)x[j] - mean) * by;
            }
        }
        for (size_t j = 0; s->dgamma && j < t.width; j++)
            store(&s->dgamma[t.from + j], t.two[j], s->add_gamma);
        for (size_t j = 0; s->dbeta && j < t.width; j++)
            store(&s->dbeta[t.from + j], t.one[j], s->add_beta);
    }
}

static void row_norm_slopes(const struct norm_slopes *s)
{
    if (s->dgamma || s->dbeta)
        row_norm_weights(s);
    for (size_t i = 0; s->dx && i < s->of.rows; i++)
        if (s->of.gamma)
            row_slope(s, i, s->of.gamma, s->add_x);
        else
            row_slope(s, i, NULL, s->add_x);
}

#endif
