/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The element loops, compiled once a level: LEVEL names the table that this build defines. Only
 * loops marked `omp simd reduction` may be added up in another order than written. */
#include "num/kernels.h"
#include "num/vector_math.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

#include "num/norm_loops.h"

/* Sums are taken in real over this many elements at most, then go on in double. */
enum { CHUNK = 512 };

static const real selu_scale = R(1.0507009873554805), selu_alpha = R(1.6732632423543772);

INLINE real sigmoid(real z)
{
    return R(1.0) / (R(1.0) + vector_exp(-z));
}

INLINE real normal_share(real z)
{
    return R(0.5) * (R(1.0) + (real)erf((double)z * 0.70710678118654752440));
}

INLINE real value_of(enum activation a, real p, real z)
{
    switch (a) {
    case ACT_RELU:
        /* NaN must stay NaN: a comparison with it is false. */
        return z <= 0 ? 0 : z;
    case ACT_LEAKY_RELU:
        return z <= 0 ? p * z : z;
    case ACT_ELU:
        return z <= 0 ? p * (vector_exp(z) - R(1.0)) : z;
    case ACT_SELU:
        return selu_scale * (z <= 0 ? selu_alpha * (vector_exp(z) - R(1.0)) : z);
    case ACT_GELU:
        return z * normal_share(z);
    case ACT_SIGMOID:
        return sigmoid(z);
    case ACT_TANH:
        return vector_tanh(z);
    case ACT_SOFTPLUS:
        return (z > 0 ? z : 0) + (real)log1p(exp(-fabs((double)z)));
    case ACT_SWISH:
        return z * sigmoid(z);
    case ACT_LINEAR:
    case ACT_SOFTMAX:
        break;
    }
    return z;
}

/* f'(z), from y = f(z) or from z itself (activation_keeps_z). */
INLINE real slope_of(enum activation a, real p, real y, real z)
{
    const real root = R(0.39894228040143267794);
    real s;
    switch (a) {
    case ACT_RELU:
        return y > 0 ? R(1.0) : R(0.0);
    case ACT_LEAKY_RELU:
        return y > 0 ? R(1.0) : p;
    case ACT_ELU:
        return y > 0 ? R(1.0) : y + p;
    case ACT_SELU:
        return y > 0 ? selu_scale : y + selu_scale * selu_alpha;
    case ACT_GELU:
        return normal_share(z) + z * root * vector_exp(R(-0.5) * z * z);
    case ACT_SIGMOID:
        return y * (R(1.0) - y);
    case ACT_TANH:
        return R(1.0) - y * y;
    case ACT_SOFTPLUS:
        return sigmoid(z);
    case ACT_SWISH:
        s = sigmoid(z);
        return s + z * s * (R(1.0) - s);
    case ACT_LINEAR:
    case ACT_SOFTMAX:
        break;
    }
    return R(1.0);
}

INLINE real sign_of(real x)
{
    return (real)(x > 0) - (real)(x < 0);
}

static void powers(size_t n, const real *x, double *sums)
{
    double one = 0, two = 0;
    for (size_t from = 0; from < n; from += CHUNK) {
        size_t end = n - from < CHUNK ? n : from + CHUNK;
        real a = 0, b = 0;
#pragma omp simd reduction(+ : a, b)
        for (size_t i = from; i < end; i++) {
            a += real_abs(x[i]);
            b += x[i] * x[i];
        }
        one += (double)a;
        two += (double)b;
    }
    sums[0] = one;
    sums[1] = two;
}

INLINE void activate_rows(enum activation a, real p, size_t rows, size_t cols, const real *bias,
                          real *y, real *z, double *sums)
{
    for (size_t i = 0; i < rows; i++, y += cols) {
        if (bias)
            for (size_t j = 0; j < cols; j++)
                y[j] += bias[j];
        if (z) {
            memcpy(z, y, cols * sizeof *z);
            z += cols;
        }
        for (size_t j = 0; j < cols; j++)
            y[j] = value_of(a, p, y[j]);
        if (sums) {
            double row[2];
            powers(cols, y, row);
            sums[0] += row[0];
            sums[1] += row[1];
        }
    }
}

static void softmax_row(size_t cols, real *y)
{
    real most = y[0], sum = 0;
    for (size_t j = 1; j < cols; j++)
        most = y[j] > most ? y[j] : most;
    for (size_t j = 0; j < cols; j++)
        y[j] = vector_exp(y[j] - most);
    for (size_t j = 0; j < cols; j++)
        sum += y[j];
    for (size_t j = 0; j < cols; j++)
        y[j] /= sum;
}

static void softmax_rows(size_t rows, size_t cols, const real *bias, real *y, real *z, double *sums)
{
    activate_rows(ACT_LINEAR, 0, rows, cols, bias, y, z, NULL);
    for (size_t i = 0; i < rows; i++)
        softmax_row(cols, y + i * cols);
    if (sums)
        powers(rows * cols, y, sums);
}

/* Each case is a loop of its own, in which the kind is a constant. */
static void activate(enum activation a, double p, size_t rows, size_t cols, const real *bias,
                     real *y, real *z, double *sums)
{
    const real q = (real)p;
    if (sums)
        sums[0] = sums[1] = 0;
    switch (a) {
#define CASE(kind)                                                                                 \
    case kind:                                                                                     \
        activate_rows(kind, q, rows, cols, bias, y, z, sums);                                      \
        break;
        CASE(ACT_LINEAR)
        CASE(ACT_RELU)
        CASE(ACT_LEAKY_RELU)
        CASE(ACT_ELU)
        CASE(ACT_SELU)
        CASE(ACT_GELU)
        CASE(ACT_SIGMOID)
        CASE(ACT_TANH)
        CASE(ACT_SOFTPLUS)
        CASE(ACT_SWISH)
#undef CASE
    case ACT_SOFTMAX:
        softmax_rows(rows, cols, bias, y, z, sums);
        break;
    }
}

INLINE void deactivate_row(enum activation a, real p, size_t cols, const real *y, const real *z,
                           real c1, real c2, bool has, real *d)
{
    for (size_t j = 0; j < cols; j++) {
        real g = c1 * sign_of(y[j]) + c2 * y[j];
        d[j] = (has ? d[j] + g : g) * slope_of(a, p, y[j], z ? z[j] : 0);
    }
}

INLINE void softmax_slope(size_t cols, const real *y, real *d)
{
    real dot = 0;
    for (size_t j = 0; j < cols; j++)
        dot += d[j] * y[j];
    for (size_t j = 0; j < cols; j++)
        d[j] = y[j] * (d[j] - dot);
}

INLINE void deactivate_rows(enum activation a, real p, size_t rows, size_t cols, const real *y,
                            const real *z, struct powers c, bool has, real *d, real *bias, bool add)
{
    const real c1 = (real)c.c1, c2 = (real)(2 * c.c2);
    const bool keeps = a == ACT_GELU || a == ACT_SOFTPLUS || a == ACT_SWISH;
    if (bias && !add)
        memset(bias, 0, cols * sizeof *bias);
    for (size_t i = 0; i < rows; i++, y += cols, d += cols) {
        const real *zi = keeps ? z + i * cols : NULL;
        if (has)
            deactivate_row(a, p, cols, y, zi, c1, c2, true, d);
        else
            deactivate_row(a, p, cols, y, zi, c1, c2, false, d);
        if (a == ACT_SOFTMAX)
            softmax_slope(cols, y, d);
        if (bias)
            for (size_t j = 0; j < cols; j++)
                bias[j] += d[j];
    }
}

static void deactivate(enum activation a, double p, size_t rows, size_t cols, const real *y,
                       const real *z, struct powers c, bool has, real *d, real *bias, bool add)
{
    const real q = (real)p;
    switch (a) {
#define CASE(kind)                                                                                 \
    case kind:                                                                                     \
        deactivate_rows(kind, q, rows, cols, y, z, c, has, d, bias, add);                          \
        break;
        CASE(ACT_LINEAR)
        CASE(ACT_RELU)
        CASE(ACT_LEAKY_RELU)
        CASE(ACT_ELU)
        CASE(ACT_SELU)
        CASE(ACT_GELU)
        CASE(ACT_SIGMOID)
        CASE(ACT_TANH)
        CASE(ACT_SOFTPLUS)
        CASE(ACT_SWISH)
        CASE(ACT_SOFTMAX)
#undef CASE
    }
}

static void powers_adjoint(size_t n, const real *x, struct powers c, real *dx, bool add)
{
    const real c1 = (real)c.c1, c2 = (real)(2 * c.c2);
    if (add)
        for (size_t i = 0; i < n; i++)
            dx[i] += c1 * sign_of(x[i]) + c2 * x[i];
    else
        for (size_t i = 0; i < n; i++)
            dx[i] = c1 * sign_of(x[i]) + c2 * x[i];
}

static void columns(size_t rows, size_t cols, const real *x, real *to, bool add)
{
    if (!add)
        memset(to, 0, cols * sizeof *to);
    for (size_t i = 0; i < rows; i++, x += cols)
        for (size_t j = 0; j < cols; j++)
            to[j] += x[j];
}

static double sum(size_t n, const real *x)
{
    double total = 0;
#pragma omp simd reduction(+ : total)
    for (size_t i = 0; i < n; i++)
        total += (double)x[i];
    return total;
}

static double squares(size_t n, const real *x)
{
    double total = 0;
#pragma omp simd reduction(+ : total)
    for (size_t i = 0; i < n; i++)
        total += (double)x[i] * (double)x[i];
    return total;
}

static double difference_squares(size_t n, const real *y, const real *t)
{
    double total = 0;
#pragma omp simd reduction(+ : total)
    for (size_t i = 0; i < n; i++) {
        double d = (double)y[i] - (double)t[i];
        total += d * d;
    }
    return total;
}

static void difference(size_t n, const real *y, const real *t, double scale, real *d, bool add)
{
    const real s = (real)scale;
    if (add)
        for (size_t i = 0; i < n; i++)
            d[i] += s * (y[i] - t[i]);
    else
        for (size_t i = 0; i < n; i++)
            d[i] = s * (y[i] - t[i]);
}

static void axpy(size_t n, double a, const real *x, real *y)
{
    const real s = (real)a;
    for (size_t i = 0; i < n; i++)
        y[i] += s * x[i];
}

static void adam(size_t n, const struct adam_step *s, const real *restrict g, real *restrict w,
                 real *restrict m, real *restrict v)
{
    const real a = (real)(1 - s->beta1), b = (real)(1 - s->beta2), rate = (real)s->rate,
               correction = (real)s->correction, epsilon = (real)s->epsilon;
    for (size_t i = 0; i < n; i++) {
        m[i] += a * (g[i] - m[i]);
        v[i] += b * (g[i] * g[i] - v[i]);
        w[i] -= rate * m[i] / (real_sqrt(v[i]) * correction + epsilon);
    }
}

static void sgd(size_t n, const struct sgd_step *s, const real *restrict g, real *restrict w,
                real *restrict v)
{
    const real rate = (real)s->rate, momentum = (real)s->momentum;
    if (!v)
        for (size_t i = 0; i < n; i++)
            w[i] -= rate * g[i];
    else if (s->nesterov)
        for (size_t i = 0; i < n; i++) {
            v[i] = momentum * v[i] - rate * g[i];
            w[i] += momentum * v[i] - rate * g[i];
        }
    else
        for (size_t i = 0; i < n; i++) {
            v[i] = momentum * v[i] - rate * g[i];
            w[i] += v[i];
        }
}

/* The mean square is never below the squared mean but by rounding. */
static void rmsprop_centered(size_t n, const struct rmsprop_step *s, const real *restrict g,
                             real *restrict w, real *restrict v, real *restrict u, real *restrict a)
{
    const real rate = (real)s->rate, momentum = (real)s->momentum, epsilon = (real)s->epsilon,
               fresh = (real)(1 - s->rho);
    for (size_t i = 0; i < n; i++) {
        v[i] += fresh * (g[i] * g[i] - v[i]);
        a[i] += fresh * (g[i] - a[i]);
        real variance = v[i] - a[i] * a[i];
        real by = rate * g[i] / real_sqrt((variance > 0 ? variance : 0) + epsilon);
        if (u)
            by = u[i] = momentum * u[i] + by;
        w[i] -= by;
    }
}

static void rmsprop(size_t n, const struct rmsprop_step *s, const real *restrict g,
                    real *restrict w, real *restrict v, real *restrict u, real *restrict a)
{
    const real rate = (real)s->rate, momentum = (real)s->momentum, epsilon = (real)s->epsilon,
               fresh = (real)(1 - s->rho);
    if (a) {
        rmsprop_centered(n, s, g, w, v, u, a);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        v[i] += fresh * (g[i] * g[i] - v[i]);
        real by = rate * g[i] / real_sqrt(v[i] + epsilon);
        if (u)
            by = u[i] = momentum * u[i] + by;
        w[i] -= by;
    }
}

static void adagrad(size_t n, double rate, double epsilon, const real *restrict g, real *restrict w,
                    real *restrict squares_so_far)
{
    const real r = (real)rate, least = (real)epsilon;
    for (size_t i = 0; i < n; i++) {
        squares_so_far[i] += g[i] * g[i];
        w[i] -= r * g[i] / real_sqrt(squares_so_far[i] + least);
    }
}

static void shrink(size_t n, double share, real *x)
{
    const real s = (real)share;
    for (size_t i = 0; i < n; i++)
        x[i] -= s * x[i];
}

static void scale(size_t n, double s, const real *restrict x, real *restrict to)
{
    const real by = (real)s;
    for (size_t i = 0; i < n; i++)
        to[i] = by * x[i];
}

static void clamp(size_t n, double most, const real *restrict x, real *restrict to)
{
    const real m = (real)most;
    for (size_t i = 0; i < n; i++)
        to[i] = x[i] > m ? m : x[i] < -m ? -m : x[i];
}

#define NAME_OF_(level) kernels_##level
#define NAME_OF(level) NAME_OF_(level)
#define TEXT_OF_(level) #level
#define TEXT_OF(level) TEXT_OF_(level)

extern const struct kernels NAME_OF(LEVEL);
const struct kernels NAME_OF(LEVEL) = {
    .level = TEXT_OF(LEVEL),
    .activate = activate,
    .deactivate = deactivate,
    .powers = powers,
    .powers_adjoint = powers_adjoint,
    .columns = columns,
    .sum = sum,
    .squares = squares,
    .difference_squares = difference_squares,
    .difference = difference,
    .column_moments = column_moments,
    .column_norm = column_norm,
    .column_norm_slopes = column_norm_slopes,
    .row_norm = row_norm,
    .row_norm_slopes = row_norm_slopes,
    .axpy = axpy,
    .adam = adam,
    .sgd = sgd,
    .rmsprop = rmsprop,
    .adagrad = adagrad,
    .shrink = shrink,
    .scale = scale,
    .clamp = clamp,
};
