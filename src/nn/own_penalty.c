/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/own_penalty.h"

static const struct own_penalty *own_of(const struct args *self)
{
    return (const struct own_penalty *)(const void *)self->entry;
}

/* The shape of x in the formula: a weight's own, or that of the samples behind the batch. */
static struct dims dims_of(const struct shape *shape, bool activity, size_t samples)
{
    struct dims x = {.axes = shape->axes + (activity ? 1U : 0U)};
    size_t at = 0;
    if (activity)
        x.size[at++] = samples;
    for (uint32_t i = 0; i < shape->axes; i++)
        x.size[at++] = shape->size[i];
    return x;
}

static int check(const struct args *self, const struct shape *shape, bool activity, struct err *e)
{
    char text[80];
    const uint32_t axes = dims_of(shape, activity, 1).axes;
    int axis;
    if (formula_fits(own_of(self)->tape, axes, &axis))
        return 0;
    err_at(e, self->where, "%s does not fit %s of %s: there is no axis %d", self->entry->name,
           activity ? "an activity" : "a weight", shape_text(shape, text, sizeof text), axis);
    if (axes == 1)
        return err_hint(e, "its only axis is 0");
    return err_hint(e, "axis 0 is %s, the last is %u",
                    activity ? "the batch" : "that of its inputs", axes - 1);
}

static size_t sums(const struct args *self, const struct extent *n)
{
    const struct dims x = dims_of(n->shape, n->activity, n->samples);
    return formula_room(own_of(self)->tape, &x);
}

static void gather(const struct args *self, const struct extent *n, const real *x, double *block)
{
    const struct own_penalty *own = own_of(self);
    const struct dims dims = dims_of(n->shape, n->activity, n->samples);
    double parameter[OWN_PARAMETERS_MOST];
    /* All steps are masked. */
    if (!n->count) {
        *block = 0;
        return;
    }
    for (size_t i = 0; i < own->parameters; i++)
        parameter[i] = self->arg[1 + i].as.number;
    formula_value(own->tape, &dims, parameter, x, block);
}

static double value(const struct args *self, const struct extent *n, const double *block)
{
    const double strength = penalty_strength(self);
    (void)n;
    /* A factor of 0 leaves the formula out, even an infinite one. */
    return strength != 0 ? strength * block[0] : 0;
}

static void adjoint(const struct args *self, const struct extent *n, double scale, const real *x,
                    double *block, real *dx, bool add)
{
    if (n->count)
        formula_grad(own_of(self)->tape, block, scale * penalty_strength(self), x, dx, add);
}

static bool along_steps(const struct args *self, const struct shape *shape)
{
    return formula_goes_along(own_of(self)->tape, shape->axes + 1, 2);
}

void own_penalty_start(struct own_penalty *p)
{
    p->kind.check = check;
    p->kind.sums = sums;
    p->kind.gather = gather;
    p->kind.value = value;
    p->kind.adjoint = adjoint;
    p->kind.masked = MASKED_ROWS;
    p->kind.along_steps = along_steps;
}
