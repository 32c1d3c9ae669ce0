/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/mixup.h"

#include "base/rng.h"

#include <math.h>

/* The logarithm of a number from Gamma(alpha), of the key (Marsaglia and Tsang, "A simple method
 * for generating gamma variables", 2000; below 1 by their power of a uniform number). */
static double log_gamma_number(uint64_t key, double alpha)
{
    const double d = (alpha < 1 ? alpha + 1 : alpha) - 1.0 / 3, c = 1 / sqrt(9 * d);
    const uint64_t flat = rng_bits(key, UINT64_MAX);
    const double less = alpha < 1 ? log(1 - rng_uniform(flat, 0)) / alpha : 0;
    for (uint64_t i = 1;; i++) {
        const double x = rng_normal(key, i), v = pow(1 + c * x, 3);
        const double u = 1 - rng_uniform(flat, i);
        if (1 + c * x > 0 && log(u) < x * x / 2 + d - d * v + d * log(v))
            return log(d * v) + less;
    }
}

/* A number from Beta(alpha, alpha). */
static double beta_number(uint64_t key, uint64_t i, double alpha)
{
    const double a = log_gamma_number(rng_bits(key, 2 * i), alpha);
    const double b = log_gamma_number(rng_bits(key, 2 * i + 1), alpha);
    return 1 / (1 + exp(b - a));
}

void mixup_draw(const struct batch_pass *p)
{
    struct batch *b = p->batch;
    const uint64_t key = rng_key(p->seed, "mixup share", "", p->step);
    rng_order(rng_key(p->seed, "mixup", "", p->step), b->partner, p->samples, NULL);
    for (size_t i = 0; i < p->samples; i++)
        b->own[i] = beta_number(key, i, p->data->mixup);
}

/* Two samples of the data, and how much of the first there is. */
struct pair {
    size_t one, other;
    double own;
};

static size_t sample_at(const struct batch_pass *p, size_t place)
{
    return p->order ? p->order[p->first + place] : p->first + place;
}

static struct pair pair_at(const struct batch_pass *p, size_t place)
{
    const size_t one = sample_at(p, place);
    if (p->data->mixup == 0 || p->samples == 1)
        return (struct pair){one, one, 1};
    return (struct pair){one, sample_at(p, p->batch->partner[place]), p->batch->own[place]};
}

/* to[width] = a mixture of columns from `column` on of a matrix. */
static void mix_columns(const struct pair *x, const real *from, size_t stride, size_t column,
                        size_t width, real *to)
{
    const real *a = from + x->one * stride + column, *b = from + x->other * stride + column;
    for (size_t j = 0; j < width; j++)
        to[j] = (real)(x->own * (double)a[j] + (1 - x->own) * (double)b[j]);
}

/* The same of class numbers, each as `shares` shares of classes. */
static void mix_classes(const struct pair *x, const real *from, size_t stride,
                        const struct columns *c, size_t shares, real *to)
{
    const real *a = from + x->one * stride + c->at, *b = from + x->other * stride + c->at;
    for (size_t j = 0; j < c->width; j++, to += shares)
        for (size_t k = 0; k < shares; k++)
            to[k] = (real)(x->own * ((size_t)a[j] == k) + (1 - x->own) * ((size_t)b[j] == k));
}

static void mix_targets(const struct batch_pass *p, size_t head, const struct pair *x, real *to)
{
    const struct batch *b = p->batch;
    const struct dataset *d = p->data;
    const struct columns *c = &b->target[head];
    if (b->shares[head])
        mix_classes(x, d->y, d->targets, c, b->shares[head], to);
    else
        mix_columns(x, d->y, d->targets, c->at, c->width, to);
}

/* Of one place in the batch. */
static void fill_place(const struct batch_pass *p, uint64_t key, size_t heads, size_t place)
{
    const struct batch *b = p->batch;
    const struct dataset *d = p->data;
    const struct pair x = pair_at(p, place);
    size_t column = 0;
    for (size_t i = 0; i < b->inputs; column += b->width[i++]) {
        real *to = b->gathered[i] + place * b->width[i];
        const uint64_t first = place * d->inputs + column;
        mix_columns(&x, d->x, d->inputs, column, b->width[i], to);
        for (size_t j = 0; d->noise > 0 && j < b->width[i]; j++)
            to[j] += (real)(d->noise * rng_normal(key, first + j));
    }
    for (size_t h = 0; h < heads; h++)
        mix_targets(p, h, &x, b->gathered[b->inputs + h] + place * batch_target_width(b, h));
    if (d->weight)
        mix_columns(&x, d->weight, 1, 0, 1, b->weight + place);
}

void mixup_fill(const struct batch_pass *p, struct frame *f, size_t from, size_t to)
{
    const struct batch *b = p->batch;
    const uint64_t key = rng_key(p->seed, "data noise", "", p->step);
    for (size_t place = from; place < to; place++)
        fill_place(p, key, f->plan->heads, place);
    for (size_t i = 0; i < b->inputs; i++)
        f->input[i] = b->gathered[i] + from * b->width[i];
    for (size_t h = 0; h < f->plan->heads; h++)
        f->target[h] = b->gathered[b->inputs + h] + from * batch_target_width(b, h);
}
