/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/differences.h"

static int check(const struct args *self, const struct shape *shape, bool activity, struct err *e)
{
    char text[80];
    if (!activity) {
        err_at(e, self->where, "tar is for activities, over their time steps");
        return err_hint(e, "tv goes along an axis of a weight");
    }
    if (shape->axes > 1)
        return 0;
    err_at(e, self->where, "tar goes over time steps, and a sample of %s has none",
           shape_text(shape, text, sizeof text));
    return err_hint(e, "a sample of 10x%s has 10 steps", text);
}

static struct steps_along steps_of(const struct extent *n)
{
    return steps_along_axis(n, 1);
}

static bool goes_along_steps(const struct args *self, const struct shape *shape)
{
    (void)self;
    (void)shape;
    return true;
}

static double elements(const struct args *self, const struct extent *n)
{
    const struct steps_along a = steps_of(n);
    (void)self;
    return count_differences(&a);
}

static size_t sums(const struct args *self, const struct extent *n)
{
    (void)self;
    (void)n;
    return 2;
}

static void gather(const struct args *self, const struct extent *n, const real *x, double *sums)
{
    const struct steps_along a = steps_of(n);
    (void)self;
    sum_differences(&a, x, sums);
}

static double value(const struct args *self, const struct extent *n, const double *sums)
{
    (void)n;
    return powers_total((struct powers){.c2 = penalty_strength(self)}, sums);
}

static void adjoint(const struct args *self, const struct extent *n, double scale, const real *x,
                    double *sums, real *dx, bool add)
{
    const struct steps_along a = steps_of(n);
    (void)sums;
    add_difference_slopes(&a, x, (struct powers){.c2 = scale * penalty_strength(self)}, dx, add);
}

static const struct arg_spec args[] = {
    STRENGTH("strength", "the factor"),
    REDUCE,
};

const struct penalty_kind penalty_tar = {
    .entry =
        {
            .name = "tar",
            .args = args,
            .arg_count = sizeof args / sizeof *args,
            .summary = "temporal activation regularization: squares of what changes from one time "
                       "step to the next",
            .use = "For outputs that should change slowly over time.",
            .source = "Merity, McCann and Socher 2017 (Revisiting activation regularization for "
                      "language RNNs)",
            .details = "strength * sum (x[t+1] - x[t])^2 over the time steps of an activity, which "
                       "are the first axis of a sample, axis 1. The paper, fastai and Gluon take "
                       "reduce=mean, the mean over the differences. A sample of one step has the "
                       "value 0. tv, with |...|, lets few large changes pass.",
            .example = "data random 60 shape=6x3 target=1\ninput 6x3\ntimedistributed dense 4 tanh "
                       "activity=tar(0.1, reduce=mean)\nflatten\ndense 1\nstep 1\npenalties\n",
        },
    .picture = "tar(1) along ?; 1",
    .formula = "strength*sum((x[t+1] - x[t])^2)",
    .by_sample = true,
    .check = check,
    .elements = elements,
    .masked = MASKED_PACKED,
    .along_steps = goes_along_steps,
    .sums = sums,
    .gather = gather,
    .value = value,
    .adjoint = adjoint,
};
