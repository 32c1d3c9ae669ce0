/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/penalty.h"

#define ROW(name) extern const struct penalty_kind penalty_##name;
#include "nn/penalties.def"
#undef ROW

static const struct entry *const rows[] = {
#define ROW(name) &penalty_##name.entry,
#include "nn/penalties.def"
#undef ROW
};

const struct table penalty_kinds = {"penalty", rows, sizeof rows / sizeof *rows};

static const struct entry by_batch = {
    .name = "batch",
    .summary = "the sum over the batch size",
    .example = "data moons 100\ninput 2\ndense 4 activity=l1(1, reduce=batch) as h\ndense 1\nprint "
               "h.activity.penalty\n",
};
static const struct entry by_sum = {
    .name = "sum",
    .summary = "the sum as it is",
    .example = "data moons 100\ninput 2\ndense 4 activity=l1(1, reduce=sum) as h\ndense 1\nprint "
               "h.activity.penalty\n",
};
static const struct entry by_mean = {
    .name = "mean",
    .summary = "the mean over all elements",
    .example = "data moons 100\ninput 2\ndense 4 activity=l1(1, reduce=mean) as h\ndense 1\nprint "
               "h.activity.penalty\n",
};
static const struct entry *const reduction_rows[] = {
    [REDUCE_BATCH] = &by_batch,
    [REDUCE_SUM] = &by_sum,
    [REDUCE_MEAN] = &by_mean,
};
const struct table reductions = {"reduction", reduction_rows, 3};

enum reduce reduce_of(const struct entry *choice)
{
    return choice == &by_sum ? REDUCE_SUM : choice == &by_mean ? REDUCE_MEAN : REDUCE_BATCH;
}

size_t extent_samples(const struct extent *n, size_t at)
{
    size_t count = 0;
    if (!n->seen)
        return n->samples;
    const size_t step = at / (n->count / (n->samples * n->seen->steps));
    for (size_t i = 0; i < n->samples; i++)
        count += n->seen->mask[i * n->seen->steps + step] != 0;
    return count;
}

/* The mean over the unmasked steps, or over their neighbours; 1 where there are none. */
static double seen_elements(const struct args *a, const struct extent *n)
{
    const struct penalty_kind *kind = penalty_kind_of(a);
    const struct steps_seen *seen = n->seen;
    const bool along = kind->along_steps && kind->along_steps(a, n->shape);
    const size_t each = along ? seen->steps - 1 : seen->steps, all_steps = n->samples * each;
    const double all = kind->elements ? kind->elements(a, n) : (double)n->count;
    const double share =
        all_steps ? (double)(along ? seen->pairs : seen->valid) / (double)all_steps : 0;
    return share > 0 ? all * share : 1;
}

double reduce_divisor(enum reduce r, const struct args *a, const struct extent *n)
{
    const struct penalty_kind *kind = penalty_kind_of(a);
    if (r == REDUCE_MEAN && n->seen)
        return seen_elements(a, n);
    if (r == REDUCE_MEAN && kind->elements)
        return kind->elements(a, n);
    return r == REDUCE_SUM ? 1 : (double)(r == REDUCE_MEAN ? n->count : n->samples);
}

double penalty_strength(const struct args *a)
{
    return a->arg[0].as.number;
}

bool penalty_is_proximal(const struct args *a)
{
    return penalty_kind_of(a)->prox && args_yes(a, "prox");
}

int prox_check(const struct args *self, const struct shape *shape, bool activity, struct err *e)
{
    (void)shape;
    if (!activity || !args_yes(self, "prox"))
        return 0;
    err_at(e, args_get(self, "prox")->key,
           "prox=yes is for weights, which steps move; nothing moves an activity but through them");
    return err_hint(e,
                    "leave out prox=yes here, or write the penalty in the slot of a weight: "
                    "kernel=%s(..., prox=yes)",
                    self->entry->name);
}

const char *penalty_formula(const struct args *a)
{
    const struct penalty_kind *kind = penalty_kind_of(a);
    return kind->chosen_formula ? kind->chosen_formula(a) : kind->formula;
}

size_t powers_sums(const struct args *self, const struct extent *n)
{
    (void)self;
    (void)n;
    return 2;
}

void powers_gather(const struct args *self, const struct extent *n, const real *x, double *sums)
{
    (void)self;
    kernels()->powers(n->count, x, sums);
}

double powers_value(const struct args *self, const struct extent *n, const double *sums)
{
    (void)n;
    return powers_total(penalty_kind_of(self)->powers(self), sums);
}

void powers_adjoint(const struct args *self, const struct extent *n, double scale, const real *x,
                    double *sums, real *dx, bool add)
{
    (void)sums;
    struct powers c = penalty_kind_of(self)->powers(self);
    kernels()->powers_adjoint(n->count, x, (struct powers){c.c1 * scale, c.c2 * scale}, dx, add);
}

void powers_prox(const struct args *self, const struct shape *shape, double times, const real *step,
                 real *w)
{
    const struct powers c = penalty_kind_of(self)->powers(self);
    kernels()->soften(shape_count(shape), (struct powers){times * c.c1, times * c.c2}, step, w);
}
