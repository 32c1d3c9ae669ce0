/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loops over elements, compiled once for each level of the instruction set; kernels() gives those
 * for this processor. Matrices are row-major, [rows][cols]. Sums are gathered in double. Where two
 * pointers may be the same array it is said. */
#ifndef NNR_NUM_KERNELS_H
#define NNR_NUM_KERNELS_H

#include "num/real.h"

#include <stdbool.h>
#include <stddef.h>

/* p is the activation's parameter, where it has one. */
enum activation {
    ACT_LINEAR,
    ACT_RELU,       /* max(z, 0) */
    ACT_LEAKY_RELU, /* z > 0 ? z : p z */
    ACT_ELU,        /* z > 0 ? z : p (exp(z) - 1) */
    ACT_SELU,       /* 1.0507009873554805 * elu(z, 1.6732632423543772) */
    ACT_GELU,       /* z (1 + erf(z / sqrt 2)) / 2 */
    ACT_SIGMOID,    /* 1 / (1 + exp(-z)) */
    ACT_TANH,
    ACT_SOFTPLUS,     /* log(1 + exp(z)) */
    ACT_SWISH,        /* z sigmoid(z) */
    ACT_RELU6,        /* min(max(z, 0), 6) */
    ACT_MISH,         /* z tanh(softplus(z)) */
    ACT_SOFTSIGN,     /* z / (1 + |z|) */
    ACT_HARD_SIGMOID, /* min(max(p z + 1/2, 0), 1) */
    ACT_STEP,         /* z > 0 ? 1 : 0 */
    ACT_SOFTMAX       /* exp(z_j) / sum over the row */
};

/* What an elementwise penalty adds: c1 |x| + c2 x^2, and its gradient c1 sign(x) + 2 c2 x. */
struct powers {
    double c1, c2;
};

/* The constants of an optimizer's step. */
struct adam_step {
    double beta1, beta2, rate; /* rate = lr / (1 - beta1^t) */
    double correction;         /* 1 / sqrt(1 - beta2^t) */
    double epsilon;
};
struct sgd_step {
    double rate, momentum;
    bool nesterov;
};
struct rmsprop_step {
    double rate, rho, momentum, epsilon;
};

/* What makes of a mean of squares v each weight's own step size: rate / (correction sqrt(v +
 * inside) + outside). */
struct step_sizes {
    double rate, inside, correction, outside;
};

/* x[rows][cols] is to be normalised: (x - mean) / sqrt(variance + epsilon) * gamma + beta, with the
 * mean and the biased variance of each column, or of each row. */
struct norm {
    size_t rows, cols;
    double epsilon;
    const real *x;
    const real *gamma, *beta; /* [cols], or NULL for 1 and 0 */
};
/* Its gradient at dy. What is NULL is not wanted; the others are added to where `add_`. */
struct norm_slopes {
    struct norm of; /* beta is not read */
    const real *moments, *dy;
    bool fixed; /* the moments do not follow x */
    real *dx, *dgamma, *dbeta;
    bool add_x, add_gamma, add_beta;
};

struct kernels {
    const char *level;
    /* y = f(y + bias) in place; bias may be NULL. Where z is not NULL it gets y + bias. Where sums
     * is not NULL sums[0] becomes the sum of |y| and sums[1] that of y^2. */
    void (*activate)(enum activation a, double p, size_t rows, size_t cols, const real *bias,
                     real *y, real *z, double *sums);
    /* d = (d + penalty's gradient at y) * f', in place: d goes from the gradient of the output to
     * that of z. Without `has` d is taken as 0. z is read by the kinds that activation_keeps_z()
     * names. Where bias is not NULL it gets the column sums of the new d, added where `add`. */
    void (*deactivate)(enum activation a, double p, size_t rows, size_t cols, const real *y,
                       const real *z, struct powers c, bool has, real *d, real *bias, bool add);
    /* sums[0] = sum |x|, sums[1] = sum x^2. */
    void (*powers)(size_t n, const real *x, double *sums);
    /* dx = c1 sign(x) + 2 c2 x, added where `add`; sign(0) is 0. */
    void (*powers_adjoint)(size_t n, const real *x, struct powers c, real *dx, bool add);
    /* to[cols] = column sums of x, added where `add`. */
    void (*columns)(size_t rows, size_t cols, const real *x, real *to, bool add);
    double (*sum)(size_t n, const real *x);
    double (*squares)(size_t n, const real *x);
    /* The sum of (y - t)^2; and d = scale * (y - t), added where `add`. */
    double (*difference_squares)(size_t n, const real *y, const real *t);
    void (*difference)(size_t n, const real *y, const real *t, double scale, real *d, bool add);
    /* moments[2][cols] = mean and biased variance of the columns, by two passes; and what is done
     * with such moments. */
    void (*column_moments)(size_t rows, size_t cols, const real *x, real *moments);
    void (*column_norm)(const struct norm *n, const real *moments, real *y);
    void (*column_norm_slopes)(const struct norm_slopes *s);
    /* The same along each row, moments[rows][2] included. */
    void (*row_norm)(const struct norm *n, real *moments, real *y);
    void (*row_norm_slopes)(const struct norm_slopes *s);
    /* y += a x */
    void (*axpy)(size_t n, double a, const real *x, real *y);
    /* One step of Adam (Kingma and Ba 2015, algorithm 1) on n weights; m and v are its moments. */
    void (*adam)(size_t n, const struct adam_step *s, const real *g, real *w, real *m, real *v);
    /* One step of SGD; v is the velocity, or NULL without momentum. */
    void (*sgd)(size_t n, const struct sgd_step *s, const real *g, real *w, real *v);
    /* One step of RMSprop (Keras's form, epsilon under the root): v is the mean square, u the
     * running step or NULL without momentum, a the mean gradient or NULL if not centered. */
    void (*rmsprop)(size_t n, const struct rmsprop_step *s, const real *g, real *w, real *v,
                    real *u, real *a);
    /* One step of Adagrad: sum += g^2, w -= rate g / sqrt(sum + epsilon). */
    void (*adagrad)(size_t n, double rate, double epsilon, const real *g, real *w, real *sum);
    /* x -= share x */
    void (*shrink)(size_t n, double share, real *x);
    /* The step sizes; a is a mean whose square is taken from v, or NULL. */
    void (*step_sizes)(size_t n, const struct step_sizes *s, const real *v, const real *a,
                       real *to);
    /* w becomes the z with the least c1 |z| + c2 z^2 + (z - w)^2 / (2 step): a soft threshold at c1
     * step, over 1 + 2 c2 step. */
    void (*soften)(size_t n, struct powers c, const real *step, real *w);
    /* to = s x; and to = x brought within [-most, most]. */
    void (*scale)(size_t n, double s, const real *x, real *to);
    void (*clamp)(size_t n, double most, const real *x, real *to);
};

/* The fastest level that this processor runs. */
extern const struct kernels *kernels_best;
static inline const struct kernels *kernels(void)
{
    return kernels_best;
}
/* All levels that this processor runs, slowest first; returns how many. For tests. */
size_t kernels_all(const struct kernels *all[4]);
/* Whether f' cannot be had from y = f(z) alone. */
bool activation_keeps_z(enum activation a);

#endif
