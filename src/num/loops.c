/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The element loops, compiled once a level: LEVEL names the table that this build defines. Only
 * loops marked `omp simd reduction` may be added up in another order than written. */
#include "num/kernels.h"
#include "num/lane_math.h"
#include "num/norm_loops.h"
#include "num/sums.h"
#include "num/vector_math.h"

#include <string.h>

static const real selu_scale = R(1.0507009873554805), selu_alpha = R(1.6732632423543772);

INLINE real sigmoid(real z)
{
    return R(1.0) / (R(1.0) + vector_exp(-z));
}

INLINE real normal_share(real z)
{
    return R(0.5) * (R(1.0) + (real)erf((double)z * 0.70710678118654752440));
}

/* n of tanh(softplus(z)) = n / (n + 2), n = e^z (e^z + 2): from z = 20 on that is 1. */
INLINE real mish_share(real z)
{
    const real power = vector_exp(z > R(20.0) ? R(20.0) : z);
    return power * (power + R(2.0));
}

INLINE real value_of(enum activation a, real p, real z)
{
    real y;
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
    case ACT_RELU6:
        return z <= 0 ? 0 : z >= 6 ? 6 : z;
    case ACT_MISH:
        return z * (mish_share(z) / (mish_share(z) + R(2.0)));
    case ACT_SOFTSIGN:
        return z / (R(1.0) + (z < 0 ? -z : z));
    case ACT_HARD_SIGMOID:
        /* Exactly 0 where the lower piece ends: p z + 1/2 may miss it by a rounding. */
        y = (z + R(0.5) / p) * p;
        return y <= 0 ? 0 : y >= 1 ? 1 : y;
    case ACT_STEP:
        return z <= 0 ? 0 : z > 0 ? 1 : z;
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
    real s, n;
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
    case ACT_RELU6:
        return y > 0 && y < 6 ? R(1.0) : R(0.0);
    case ACT_MISH:
        n = mish_share(z);
        s = R(2.0) / (n + R(2.0));
        return R(1.0) - s + z * sigmoid(z) * s * (R(2.0) - s);
    case ACT_SOFTSIGN:
        s = R(1.0) - (y < 0 ? -y : y);
        return s * s;
    case ACT_HARD_SIGMOID:
        return p * (y > 0 && y < 1 ? R(1.0) : R(0.0));
    case ACT_STEP:
        return R(0.0);
    case ACT_LINEAR:
    case ACT_SOFTMAX:
        break;
    }
    return R(1.0);
}

/* c * sign(x) */
INLINE real with_sign_of(real x, real c)
{
    return (x > 0 ? c : 0) - (x < 0 ? c : 0);
}

static void powers(size_t n, const real *x, double *sums)
{
    sums[0] = sums[1] = 0;
    for (size_t from = 0; from < n; from += CHUNK) {
        const size_t count = n - from < CHUNK ? n - from : CHUNK;
        const struct lane_powers s = powers_of_chunk(count, x + from);
        lane_powers_take(&s, sums);
    }
}

INLINE VEC value_of_lanes(enum activation a, real p, VEC z)
{
    if (a == ACT_TANH)
        return tanh_of_lanes(z);
    if (a == ACT_SIGMOID)
        return sigmoid_of_lanes(z);
    real y[LANES];
    NAME(store)(y, z);
#pragma omp simd
    for (size_t j = 0; j < LANES; j++)
        y[j] = value_of(a, p, y[j]);
    return NAME(load)(y);
}

/* What is added to element i of rows: bias[i & mask]; bias may be NULL. */
struct bias_lanes {
    const real *bias;
    size_t mask;
};

/* What does not fill a vector: elements [i, i + n). */
INLINE void values_of_part(enum activation a, real p, size_t i, size_t n, struct bias_lanes b,
                           real *y, struct lane_powers *s)
{
    const NAME(mask) m = NAME(first)(n);
    const VEC z = NAME(load_part)(y + i, m);
    real value[LANES];
    NAME(store)
    (value, value_of_lanes(a, p, b.bias ? z + NAME(load_part)(b.bias + (i & b.mask), m) : z));
    NAME(store_part)(y + i, m, NAME(load)(value));
    if (s)
        lane_powers_add(s, NAME(load_part)(value, m));
}

/* y = f(y + bias), element by element, and the sums are added to; sums may be NULL. */
INLINE void values_of(enum activation a, real p, size_t n, struct bias_lanes b, real *y,
                      double *sums)
{
    for (size_t from = 0; from < n; from += CHUNK) {
        const size_t end = n - from < CHUNK ? n : from + CHUNK;
        struct lane_powers s = {{0}, {0}};
        size_t i = from;
        for (; i + LANES <= end; i += LANES) {
            const VEC z = NAME(load)(y + i);
            const VEC v = value_of_lanes(a, p, b.bias ? z + NAME(load)(b.bias + (i & b.mask)) : z);
            NAME(store)(y + i, v);
            if (sums)
                lane_powers_add(&s, v);
        }
        if (i < end)
            values_of_part(a, p, i, end - i, b, y, sums ? &s : NULL);
        if (sums)
            lane_powers_take(&s, sums);
    }
}

INLINE size_t rows_nearby(size_t rows, size_t cols)
{
    if (rows * cols <= NEAR)
        return rows;
    const size_t most = cols < NEAR ? NEAR / cols : 1;
    return rows < most ? rows : most;
}

/* The bias of rows of at most NEAR elements as values_of takes it, or added already. Where the
 * columns are a power of 2, whole rows and whole vectors meet again at once, and it is repeated no
 * further. Part after part of short rows of y would each wait for the one before it, whose vector
 * reaches into it: so for these it is repeated. */
APART struct bias_lanes bias_of_rows(size_t rows, size_t cols, const real *bias, real *y,
                                     real again[NEAR + LANES])
{
    const bool even = !(cols & (cols - 1));
    if (even && cols >= LANES)
        return (struct bias_lanes){bias, cols - 1};
    if (cols < LANES) {
        repeat_short_row(even ? LANES / cols : rows, cols, bias, again);
        return (struct bias_lanes){again, even ? LANES - 1 : SIZE_MAX};
    }
    add_to_rows(rows, cols, bias, y);
    return (struct bias_lanes){NULL, 0};
}

APART void softmax_row(size_t cols, real *y)
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

/* Kinds that know elements alone. For each there are loops in which the kind is a constant. */
#define STRAIGHT_KINDS(K) K(LINEAR) K(RELU) K(LEAKY_RELU) K(RELU6) K(HARD_SIGMOID) K(STEP)
#define CURVED_KINDS(K) K(ELU) K(SELU) K(GELU) K(SIGMOID) K(TANH) K(SOFTPLUS)
#define EACH_KIND(K) STRAIGHT_KINDS(K) CURVED_KINDS(K) K(SWISH) K(MISH) K(SOFTSIGN)

#define VALUES(kind)                                                                               \
    static void values_##kind(real p, size_t n, struct bias_lanes b, real *y, double *sums)        \
    {                                                                                              \
        if (b.bias)                                                                                \
            values_of(ACT_##kind, p, n, b, y, sums);                                               \
        else                                                                                       \
            values_of(ACT_##kind, p, n, (struct bias_lanes){NULL, 0}, y, sums);                    \
    }
EACH_KIND(VALUES)
#undef VALUES

static void (*const values_by_kind[])(real p, size_t n, struct bias_lanes b, real *y,
                                      double *sums) = {
#define VALUES(kind) [ACT_##kind] = values_##kind,
    EACH_KIND(VALUES)
#undef VALUES
};

/* Rows of at most NEAR elements together, or one; sums are added to. */
APART void activate_rows(enum activation a, real p, size_t rows, size_t cols, const real *bias,
                         real *y, real *z, double *sums)
{
    const size_t n = rows * cols;
    real again[NEAR + LANES];
    struct bias_lanes b = {NULL, 0};
    if (bias)
        b = bias_of_rows(rows, cols, bias, y, again);
    if (z && b.bias)
        values_by_kind[ACT_LINEAR](0, n, b, y, NULL);
    if (z) {
        memcpy(z, y, n * sizeof *z);
        b.bias = NULL;
    }
    if (a != ACT_LINEAR || b.bias || sums)
        values_by_kind[a](p, n, b, y, sums);
}

/* Block after block, and what goes over whole rows. */
APART void activate_blocks(enum activation a, double p, size_t rows, size_t cols, const real *bias,
                           real *y, real *z, double *sums)
{
    const bool softmax = a == ACT_SOFTMAX;
    const size_t block = rows_nearby(rows, cols);
    for (size_t from = 0; from < rows; from += block) {
        const size_t some = rows - from < block ? rows - from : block, at = from * cols;
        activate_rows(softmax ? ACT_LINEAR : a, (real)p, some, cols, bias, y + at,
                      z ? z + at : NULL, softmax ? NULL : sums);
    }
    for (size_t i = 0; softmax && i < rows; i++)
        softmax_row(cols, y + i * cols);
    if (softmax && sums)
        powers(rows * cols, y, sums);
}

static void activate(enum activation a, double p, size_t rows, size_t cols, const real *bias,
                     real *y, real *z, double *sums)
{
    const size_t n = rows * cols;
    if (sums)
        sums[0] = sums[1] = 0;
    if (n > NEAR || a == ACT_SOFTMAX)
        activate_blocks(a, p, rows, cols, bias, y, z, sums);
    else if (bias && !z && cols >= LANES && !(cols & (cols - 1)))
        values_by_kind[a]((real)p, n, (struct bias_lanes){bias, cols - 1}, y, sums);
    else
        activate_rows(a, (real)p, rows, cols, bias, y, z, sums);
}

/* `penalised`: c1 and c2 are not both 0. */
INLINE void slopes_of(enum activation a, real p, size_t n, const real *restrict y,
                      const real *restrict z, real c1, real c2, bool has, bool penalised,
                      real *restrict d)
{
    const bool keeps = a == ACT_GELU || a == ACT_SOFTPLUS || a == ACT_SWISH || a == ACT_MISH;
    for (size_t j = 0; j < n; j++) {
        const real g = penalised ? with_sign_of(y[j], c1) + c2 * y[j] : 0;
        d[j] = (has ? penalised ? d[j] + g : d[j] : g) * slope_of(a, p, y[j], keeps ? z[j] : 0);
    }
}

#define SLOPES(kind)                                                                               \
    static void slopes_##kind(real p, size_t n, const real *y, const real *z, real c1, real c2,    \
                              bool has, real *d)                                                   \
    {                                                                                              \
        if (has && c1 == 0 && c2 == 0)                                                             \
            slopes_of(ACT_##kind, p, n, y, z, 0, 0, true, false, d);                               \
        else if (has)                                                                              \
            slopes_of(ACT_##kind, p, n, y, z, c1, c2, true, true, d);                              \
        else                                                                                       \
            slopes_of(ACT_##kind, p, n, y, z, c1, c2, false, true, d);                             \
    }
EACH_KIND(SLOPES)
#undef SLOPES

static void (*const slopes_by_kind[])(real p, size_t n, const real *y, const real *z, real c1,
                                      real c2, bool has, real *d) = {
#define SLOPES(kind) [ACT_##kind] = slopes_##kind,
    EACH_KIND(SLOPES)
#undef SLOPES
};

APART void softmax_slopes(size_t rows, size_t cols, const real *y, real *d)
{
    for (size_t i = 0; i < rows; i++, y += cols, d += cols) {
        real dot = 0;
        for (size_t j = 0; j < cols; j++)
            dot += d[j] * y[j];
        for (size_t j = 0; j < cols; j++)
            d[j] = y[j] * (d[j] - dot);
    }
}

/* Block after block. */
APART void deactivate_blocks(enum activation a, double p, size_t rows, size_t cols, const real *y,
                             const real *z, struct powers c, bool has, real *d, real *bias,
                             bool add)
{
    const bool softmax = a == ACT_SOFTMAX;
    const size_t block = rows_nearby(rows, cols);
    for (size_t from = 0; from < rows; from += block) {
        const size_t some = rows - from < block ? rows - from : block, at = from * cols;
        slopes_by_kind[softmax ? ACT_LINEAR : a]((real)p, some * cols, y + at, z ? z + at : NULL,
                                                 (real)c.c1, (real)(2 * c.c2), has, d + at);
        if (softmax)
            softmax_slopes(some, cols, y + at, d + at);
        if (bias)
            column_sums_of_rows(some, cols, d + at, bias, add || from > 0);
    }
}

static void deactivate(enum activation a, double p, size_t rows, size_t cols, const real *y,
                       const real *z, struct powers c, bool has, real *d, real *bias, bool add)
{
    const size_t n = rows * cols;
    if (n > NEAR || a == ACT_SOFTMAX) {
        deactivate_blocks(a, p, rows, cols, y, z, c, has, d, bias, add);
        return;
    }
    slopes_by_kind[a]((real)p, n, y, z, (real)c.c1, (real)(2 * c.c2), has, d);
    if (bias)
        column_sums_of_rows(rows, cols, d, bias, add);
}

static void powers_adjoint(size_t n, const real *restrict x, struct powers c, real *restrict dx,
                           bool add)
{
    const real c1 = (real)c.c1, c2 = (real)(2 * c.c2);
    if (add && c1 == 0)
        for (size_t i = 0; i < n; i++)
            dx[i] += c2 * x[i];
    else if (add)
        for (size_t i = 0; i < n; i++)
            dx[i] += with_sign_of(x[i], c1) + c2 * x[i];
    else
        for (size_t i = 0; i < n; i++)
            dx[i] = with_sign_of(x[i], c1) + c2 * x[i];
}

static void columns(size_t rows, size_t cols, const real *x, real *to, bool add)
{
    column_sums_of_rows(rows, cols, x, to, add);
}

static double sum(size_t n, const real *x)
{
    double total = 0;
#pragma omp simd reduction(+ : total)
    for (size_t i = 0; i < n; i++)
        total += (double)x[i];
    return total;
}

static double squares_in_double(size_t n, const real *x, const real *t)
{
    double total = 0;
#pragma omp simd reduction(+ : total)
    for (size_t i = 0; i < n; i++) {
        const double d = t ? (double)x[i] - (double)t[i] : (double)x[i];
        total += d * d;
    }
    return total;
}

INLINE double squares_of(size_t n, const real *x, const real *t)
{
    /* Beyond these a square may be infinite or 0 in float. */
    const double most = 1e30, least = 1e-20;
    double total = 0;
    for (size_t from = 0; from < n; from += CHUNK) {
        const size_t count = n - from < CHUNK ? n - from : CHUNK;
        const double s = squares_of_chunk(count, x + from, t ? t + from : NULL);
        const bool fine = s < most && s > least;
        total += fine ? s : squares_in_double(count, x + from, t ? t + from : NULL);
    }
    return total;
}

static double squares(size_t n, const real *x)
{
    return squares_of(n, x, NULL);
}

static double difference_squares(size_t n, const real *y, const real *t)
{
    return squares_of(n, y, t);
}

static void difference(size_t n, const real *restrict y, const real *restrict t, double scale,
                       real *restrict d, bool add)
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

INLINE void adam_lanes(const struct adam_step *s, VEC g, VEC *w, VEC *m, VEC *v)
{
    const real a = (real)(1 - s->beta1), b = (real)(1 - s->beta2);
    *m += a * (g - *m);
    *v += b * (g * g - *v);
    *w -= (real)s->rate * quotient(*m, root(*v) * (real)s->correction + (real)s->epsilon);
}

static void adam(size_t n, const struct adam_step *s, const real *restrict g, real *restrict w,
                 real *restrict m, real *restrict v)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        VEC weight = NAME(load)(w + i), first = NAME(load)(m + i), second = NAME(load)(v + i);
        adam_lanes(s, NAME(load)(g + i), &weight, &first, &second);
        NAME(store)(w + i, weight);
        NAME(store)(m + i, first);
        NAME(store)(v + i, second);
    }
    if (i == n)
        return;
    const NAME(mask) last = NAME(first)(n - i);
    VEC weight = NAME(load_part)(w + i, last), first = NAME(load_part)(m + i, last),
        second = NAME(load_part)(v + i, last);
    adam_lanes(s, NAME(load_part)(g + i, last), &weight, &first, &second);
    NAME(store_part)(w + i, last, weight);
    NAME(store_part)(m + i, last, first);
    NAME(store_part)(v + i, last, second);
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

static void step_sizes(size_t n, const struct step_sizes *s, const real *restrict v,
                       const real *restrict a, real *restrict to)
{
    const real rate = (real)s->rate, inside = (real)s->inside, correction = (real)s->correction,
               outside = (real)s->outside;
    if (a)
        for (size_t i = 0; i < n; i++) {
            const real variance = v[i] - a[i] * a[i];
            to[i] =
                rate / (real_sqrt((variance > 0 ? variance : 0) + inside) * correction + outside);
        }
    else
        for (size_t i = 0; i < n; i++)
            to[i] = rate / (real_sqrt(v[i] + inside) * correction + outside);
}

INLINE real softened(real w, real by)
{
    return w > by ? w - by : w < -by ? w + by : 0;
}

static void soften(size_t n, struct powers c, const real *restrict step, real *restrict w)
{
    const real c1 = (real)c.c1, c2 = (real)(2 * c.c2);
    if (c.c2 == 0)
        for (size_t i = 0; i < n; i++)
            w[i] = softened(w[i], c1 * step[i]);
    else
        for (size_t i = 0; i < n; i++)
            w[i] = softened(w[i], c1 * step[i]) / (1 + c2 * step[i]);
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
    .step_sizes = step_sizes,
    .soften = soften,
    .scale = scale,
    .clamp = clamp,
};
