/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/penalty_l2sp.h"

/* The arguments: strength, x0, to. */
enum { X0 = 1, TO };

bool penalty_anchored(const struct args *a)
{
    return a->entry == &penalty_l2sp.entry;
}

struct arg *penalty_anchor(const struct args *a)
{
    return &a->arg[X0];
}

const struct arg *penalty_anchor_mark(const struct args *a)
{
    return &a->arg[TO];
}

static int check(const struct args *self, const struct shape *shape, bool activity, struct err *e)
{
    const struct arg *x0 = &self->arg[X0], *to = &self->arg[TO];
    if (activity) {
        err_at(e, self->where, "l2sp is for weights: an activity has no first value");
        return err_hint(e, "put it on a kernel or a bias");
    }
    if (x0->given && to->given) {
        err_at(e, to->key, "to= names a mark, and x0 is given as numbers");
        return err_hint(e, "leave one of them out");
    }
    if (to->given && !x0->as.numbers.count) {
        err_at(e, to->key, "to= is for a layer that is there, as the mark has its weights");
        return err_hint(e, "make the layer, and then set its slot");
    }
    if (!x0->as.numbers.count || x0->as.numbers.count == shape_count(shape))
        return 0;
    err_at(e, x0->where, "x0 has %zu numbers, and the tensor has %zu", x0->as.numbers.count,
           shape_count(shape));
    return err_hint(e, "list all, row after row");
}

static size_t sums(const struct args *self, const struct extent *n)
{
    (void)self;
    (void)n;
    return 1;
}

/* x - x0; 0 as long as x0 is not known, which is before there are weights. */
static double distance(const struct args *self, const struct extent *n, const real *x, size_t i)
{
    const struct arg *x0 = &self->arg[X0];
    return x0->as.numbers.count == n->count ? (double)x[i] - x0->as.numbers.item[i] : 0;
}

static void gather(const struct args *self, const struct extent *n, const real *x, double *sums)
{
    sums[0] = 0;
    for (size_t i = 0; i < n->count; i++) {
        const double d = distance(self, n, x, i);
        sums[0] += d * d;
    }
}

static double value(const struct args *self, const struct extent *n, const double *sums)
{
    const double strength = penalty_strength(self);
    (void)n;
    return strength != 0 ? strength * sums[0] : 0;
}

static void adjoint(const struct args *self, const struct extent *n, double scale, const real *x,
                    double *sums, real *dx, bool add)
{
    const double by = 2 * scale * penalty_strength(self);
    (void)sums;
    for (size_t i = 0; i < n->count; i++)
        dx[i] = (real)(by * distance(self, n, x, i) + (add ? (double)dx[i] : 0));
}

static const struct arg_spec args[] = {
    STRENGTH("strength", "the factor"),
    ARG("x0", REST, ARG_NUMBERS,
        .line = "the numbers to stay near, row after row; without them, the first weights"),
    ARG("to", KEY, ARG_NAME, .line = "a mark whose weights x0 is", .naming = NAMING_MARKS),
    REDUCE,
};

const struct penalty_kind penalty_l2sp = {
    .entry =
        {
            .name = "l2sp",
            .args = args,
            .arg_count = sizeof args / sizeof *args,
            .summary = "the sum of squares of how far weights are from where they began",
            .use =
                "When a model that was trained before learns something else, on little data: the "
                "pull is back to what it knew, not to 0.",
            .source = "Li et al. 2018, Explicit inductive bias for transfer learning",
            .details =
                "strength * sum (x - x0)^2, gradient 2 * strength * (x - x0). x0 is the first "
                "weights: as drawn, or as loaded before the first step. With to=NAME, in set, it "
                "is "
                "the weights of the mark of that name, in the model of the same name, as they are "
                "in "
                "the mark when set runs; or x0 stands as numbers behind the strength. A slot that "
                "is "
                "set later, in a model whose first weights were loaded, needs a mark. Clones, "
                "marks, saved sessions and the processes of a sweep have x0 with the penalty.",
            .example = "data moons 100\ninput 2\ndense 8 tanh kernel=l2sp(1e-2) as h\ndense 1 "
                       "sigmoid\ntrain 2\nmark start\nset h.kernel = l2sp(0.1, to=start)\n"
                       "step 5\npenalties\n",
        },
    .formula = "strength*sum((x - x0)^2)",
    .picture = "l2sp(1, 0.5) of ?",
    .check = check,
    .sums = sums,
    .gather = gather,
    .value = value,
    .adjoint = adjoint,
};
