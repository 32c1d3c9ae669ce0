/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activation functions: the table of them, and what a bound one works with. Most are a loop number
 * by number that num has (`code`); the others have steps, and maybe weights, of their own (`work`).
 */
#ifndef NNR_NN_ACTIVATION_H
#define NNR_NN_ACTIVATION_H

#include "base/entry.h"
#include "num/kernels.h"

struct planner;
struct weight_spec;

/* A function with steps of its own; `code` is ACT_LINEAR then. */
struct activation_work {
    bool keeps; /* it needs an array like the output from the forward to the backward pass */
    /* Whether it fits an output: 0, or -1 and *e. NULL: always. */
    int (*check)(const struct args *self, const struct shape *out, struct err *e);
    /* Lists the weights that it gives its layer; returns how many. NULL: none. */
    size_t (*weights)(const struct args *self, uint32_t units, struct weight_spec *w);
    /* Emit the steps that work on a call's output in place, and on the gradient that came to it. */
    void (*forward)(struct planner *p, uint32_t call, const struct args *self);
    void (*backward)(struct planner *p, uint32_t call, const struct args *self);
};

struct activation_kind {
    struct entry entry;
    enum activation code;
    const struct activation_work *work; /* NULL: none */
};
extern const struct table activation_kinds;

struct activation_use {
    enum activation code;
    double parameter; /* leaky_relu's and hard_sigmoid's slope, elu's alpha */
};
/* NULL is linear. */
struct activation_use activation_use(const struct args *a);
/* NULL: it has no steps of its own. */
const struct activation_work *activation_work(const struct args *a);

#endif
