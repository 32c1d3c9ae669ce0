/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/differences.h"

static long axis_of(const struct args *self)
{
    return args_whole(self, "axis");
}

static int refuse_batch(const struct args *self, struct err *e)
{
    err_at(e, args_get(self, "axis")->where,
           "axis 0 of an activity is the batch, whose samples "
           "have no order");
    return err_hint(e, "axis 1 is time, -1 the units");
}

static int refuse_time(const struct args *self, const struct shape *shape, struct err *e)
{
    char text[80];
    err_at(e, self->where, "tv goes along time, axis 1, and a sample of %s has no time steps",
           shape_text(shape, text, sizeof text));
    return err_hint(e, "axis=-1 goes along its units; a sample of 10x%s has 10 steps", text);
}

static int check(const struct args *self, const struct shape *shape, bool activity, struct err *e)
{
    const long axes = (long)shape->axes + activity, axis = axis_of(self);
    const long at = axis < 0 ? axis + axes : axis;
    char text[80];
    if (activity && at == 0)
        return refuse_batch(self, e);
    if (activity && axis == 1 && axes == 2)
        return refuse_time(self, shape, e);
    if (at >= 0 && at < axes)
        return 0;
    err_at(e, args_get(self, "axis")->given ? args_get(self, "axis")->where : self->where,
           "tv does not fit %s of %s: there is no axis %ld", activity ? "an activity" : "a weight",
           shape_text(shape, text, sizeof text), axis);
    if (axes == 1)
        return err_hint(e, "its only axis is 0: axis=0");
    return err_hint(e, "axis 0 is %s, the last is %ld",
                    activity ? "the batch" : "that of its inputs", axes - 1);
}

static struct steps_along steps_of(const struct args *self, const struct extent *n)
{
    return steps_along_axis(n, axis_of(self));
}

static bool goes_along_steps(const struct args *self, const struct shape *shape)
{
    const long axis = axis_of(self);
    return axis == 1 || axis == -(long)shape->axes;
}

static double elements(const struct args *self, const struct extent *n)
{
    const struct steps_along a = steps_of(self, n);
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
    const struct steps_along a = steps_of(self, n);
    sum_differences(&a, x, sums);
}

static double value(const struct args *self, const struct extent *n, const double *sums)
{
    (void)n;
    return powers_total((struct powers){.c1 = penalty_strength(self)}, sums);
}

static void adjoint(const struct args *self, const struct extent *n, double scale, const real *x,
                    double *sums, real *dx, bool add)
{
    const struct steps_along a = steps_of(self, n);
    (void)sums;
    add_difference_slopes(&a, x, (struct powers){.c1 = scale * penalty_strength(self)}, dx, add);
}

static const struct arg_spec args[] = {
    STRENGTH("strength", "the factor"),
    ARG("axis", KEY, ARG_WHOLE, .standard = "1", .min = -SHAPE_MOST, .max = SHAPE_MOST,
        .line = "along which axis: of an activity 0 is the batch and 1 time, of a kernel 0 the "
                "inputs and 1 the units; -1 is the last"),
    REDUCE,
};

const struct penalty_kind penalty_tv = {
    .entry =
        {
            .name = "tv",
            .args = args,
            .arg_count = sizeof args / sizeof *args,
            .summary = "total variation: how much neighbours along an axis differ",
            .use = "For outputs or weights that should be constant piece by piece, with few jumps.",
            .source = "Rudin, Osher and Fatemi 1992 (Nonlinear total variation based noise removal "
                      "algorithms); Tibshirani and others 2005 (the fused lasso)",
            .details = "strength * sum |x[t+1] - x[t]| along an axis, gradient strength * the "
                       "signs. Of an activity axis 1 is time; axis=-1 goes along the units, as for "
                       "a signal in a row. Equal neighbours have the slope 0. reduce=mean is the "
                       "mean over the differences.",
            .example = "data random 60 shape=6x3 target=1\ninput 6x3\ntimedistributed dense 4 tanh "
                       "activity=tv(0.1) kernel=tv(1e-3, axis=0)\nflatten\ndense 1\nstep 1\n"
                       "penalties\n",
        },
    .picture = "tv(1) along ?; 1",
    .formula = "strength*sum(abs(x[t+1] - x[t]))",
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
