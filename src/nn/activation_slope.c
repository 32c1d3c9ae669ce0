/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/activation_slope.h"

#include <math.h>

static const double selu_scale = 1.0507009873554805, selu_alpha = 1.6732632423543772;

bool activation_has_slopes(enum activation code)
{
    switch (code) {
    case ACT_LINEAR:
    case ACT_RELU:
    case ACT_LEAKY_RELU:
    case ACT_ELU:
    case ACT_SELU:
    case ACT_GELU:
    case ACT_SIGMOID:
    case ACT_TANH:
    case ACT_SOFTPLUS:
    case ACT_SWISH:
    case ACT_RELU6:
    case ACT_MISH:
    case ACT_SOFTSIGN:
    case ACT_HARD_SIGMOID:
    case ACT_STEP:
        return true;
    default:
        return false;
    }
}

/* Above 0 a slope of its own; below y + p, which is its own slope. */
static double exponential_slope(double above, double p, double y, double *second)
{
    *second = y > 0 ? 0 : y + p;
    return y > 0 ? above : y + p;
}

/* (z Phi)' = Phi + z phi, and phi' = -z phi. */
static double gelu_slope(double z, double *second)
{
    const double density = 0.39894228040143267794 * exp(-0.5 * z * z);
    *second = density > 0 ? density * (2 - z * z) : 0;
    return 0.5 * (1 + erf(z * 0.70710678118654752440)) + z * density;
}

/* s = sigmoid(z), s' = s (1 - s), and 1 - s without loss. */
static double swish_slope(double z, double *second)
{
    const double s = 1 / (1 + exp(-z)), left = 1 / (1 + exp(z));
    *second = s * left > 0 ? s * left * (2 + z * (left - s)) : 0;
    return s * left > 0 ? s + z * s * left : s;
}

bool activation_is_bent(enum activation code)
{
    return code != ACT_LINEAR && code != ACT_RELU && code != ACT_LEAKY_RELU && code != ACT_RELU6 &&
           code != ACT_HARD_SIGMOID && code != ACT_STEP;
}

/* t = tanh(softplus(z)), t' = (1 - t^2) s. */
static double mish_slope(double z, double *second)
{
    const double s = 1 / (1 + exp(-z)), t = tanh(fmax(z, 0) + log1p(exp(-fabs(z))));
    const double by = (1 - t * t) * s;
    *second = by > 0 ? by * (2 + z * (1 - s - 2 * t * s)) : 0;
    return by > 0 ? t + z * by : t;
}

/* Those of straight pieces: one slope between two values of f, one outside. */
static void straight_slopes(struct activation_use f, size_t n, const real *y, double *first)
{
    const real most = f.code == ACT_RELU6 ? 6 : f.code == ACT_HARD_SIGMOID ? 1 : REAL_MOST;
    const double inside = f.code == ACT_HARD_SIGMOID ? f.parameter : f.code == ACT_STEP ? 0 : 1;
    const double outside = f.code == ACT_LINEAR ? 1 : f.code == ACT_LEAKY_RELU ? f.parameter : 0;
    for (size_t i = 0; i < n; i++)
        first[i] = y[i] > 0 && y[i] < most ? inside : outside;
}

static void tanh_slopes(size_t n, const real *y, double *first, double *second)
{
    for (size_t i = 0; i < n; i++)
        first[i] = 1 - (double)y[i] * (double)y[i];
    for (size_t i = 0; second && i < n; i++)
        second[i] = -2 * (double)y[i] * first[i];
}

static void sigmoid_slopes(size_t n, const real *y, double *first, double *second)
{
    for (size_t i = 0; i < n; i++)
        first[i] = (double)y[i] * (1 - (double)y[i]);
    for (size_t i = 0; second && i < n; i++)
        second[i] = first[i] * (1 - 2 * (double)y[i]);
}

static double one_slope(struct activation_use f, double y, double z, double *second)
{
    switch (f.code) {
    case ACT_ELU:
        return exponential_slope(1, f.parameter, y, second);
    case ACT_SELU:
        return exponential_slope(selu_scale, selu_scale * selu_alpha, y, second);
    case ACT_GELU:
        return gelu_slope(z, second);
    case ACT_SOFTPLUS:
        *second = 1 / (1 + exp(-z)) / (1 + exp(z));
        return 1 / (1 + exp(-z));
    case ACT_SWISH:
        return swish_slope(z, second);
    case ACT_MISH:
        return mish_slope(z, second);
    case ACT_SOFTSIGN:
        *second = (y > 0 ? -2 : 2) * pow(1 - fabs(y), 3);
        return (1 - fabs(y)) * (1 - fabs(y));
    default:
        *second = 0;
        return 1;
    }
}

void activation_slopes(struct activation_use f, size_t n, const real *y, const real *z,
                       double *first, double *second)
{
    double own;
    if (!activation_is_bent(f.code)) {
        straight_slopes(f, n, y, first);
        for (size_t i = 0; second && i < n; i++)
            second[i] = 0;
    } else if (f.code == ACT_TANH) {
        tanh_slopes(n, y, first, second);
    } else if (f.code == ACT_SIGMOID) {
        sigmoid_slopes(n, y, first, second);
    } else {
        for (size_t i = 0; i < n; i++)
            first[i] = one_slope(f, (double)y[i], z ? (double)z[i] : 0, second ? &second[i] : &own);
    }
}
