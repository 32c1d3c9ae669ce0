/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/penalty.h"

static int check(const struct args *self, const struct shape *shape, bool activity, struct err *e)
{
    (void)shape;
    if (activity)
        return 0;
    err_at(e, self->where,
           "l0 counts what a layer puts out, not weights: no slope would move them");
    return err_hint(e, "write activity=l0(...); for weights that are small, l1");
}

static size_t sums(const struct args *self, const struct extent *n)
{
    (void)self;
    (void)n;
    return 1;
}

static void gather(const struct args *self, const struct extent *n, const real *x, double *sums)
{
    size_t count = 0;
    bool numbers = true;
    (void)self;
    for (size_t i = 0; i < n->count; i++) {
        count += x[i] != 0;
        numbers = numbers && x[i] == x[i];
    }
    sums[0] = numbers ? (double)count : NAN;
}

/* L0, a sample. */
static double active(const struct extent *n, const double *sums)
{
    return sums[0] / (double)n->samples;
}

static double value(const struct args *self, const struct extent *n, const double *sums)
{
    const double target = self->arg[1].as.number;
    const double off = active(n, sums) / target - 1;
    return penalty_strength(self) * (target > 0 ? off * off : active(n, sums));
}

static double by_count(const struct args *self, const struct extent *n, const double *sums)
{
    const double target = self->arg[1].as.number;
    const double off = active(n, sums) / target - 1;
    return penalty_strength(self) * (target > 0 ? 2 * off / target : 1) / (double)n->samples;
}

static void adjoint(const struct args *self, const struct extent *n, double scale, const real *x,
                    double *sums, real *dx, bool add)
{
    (void)self;
    (void)scale;
    (void)x;
    (void)sums;
    for (size_t i = 0; !add && i < n->count; i++)
        dx[i] = 0;
}

static const struct arg_spec args[] = {
    STRENGTH("strength", "the factor"),
    ARG("target", POSITIONAL, ARG_NUMBER, .standard = "0", .min = 0, .max = 1e9,
        .line = "how many outputs of a sample should not be 0; 0: as few as can be"),
    ARG("bandwidth", POSITIONAL, ARG_NUMBER, .standard = "0.001", .min = 0, .above = true,
        .max = 1e6, .line = "how wide around the threshold of a jumprelu the slope is"),
    REDUCE_BY("sum"),
};

const struct penalty_kind penalty_l0 = {
    .entry =
        {
            .name = "l0",
            .args = args,
            .arg_count = sizeof args / sizeof *args,
            .summary = "how many outputs are not 0, or how far that is from a target",
            .details =
                "Of an activity. L0 is the number of outputs that are not 0, a sample, on average "
                "over the batch. Without a target: strength * L0; with one: strength * "
                "(L0 / target - 1)^2 (Rajamanoharan et al. 2024). Counting has no derivative: it "
                "moves the thresholds of a jumprelu, by the straight-through slope -1 / bandwidth "
                "for each number within bandwidth / 2 of its threshold, and nothing else. So the "
                "layer, or the one that it is a view of, ends with jumprelu; of any other activity "
                "the row counts, moves nothing, and is marked \"no slope\". checkgrad leaves it "
                "out and says so. A batch has one L0, which is why reduce= is sum unless you say "
                "otherwise. The bandwidth must be wide enough that some numbers are near their "
                "threshold: l0(0.1, target=10, bandwidth=0.05).",
            .use = "When a number of active units is wanted and l1 would shrink what is active as "
                   "well; with "
                   "jumprelu. To keep exactly k, topk is simpler.",
            .source = "Rajamanoharan et al. 2024 (JumpReLU)",
            .example = "data digits target=input\ninput 64\ndense 30 jumprelu(0.1) "
                       "activity=l0(0.01, target=5, bandwidth=0.1) as code\ndense 64 sigmoid\n"
                       "step 5\npenalties\n",
        },
    .picture = "l0(1) at ?",
    .formula = "strength*where(target > 0, (sum(mean(x != 0, axis=0))/max(target, 1e-300) - 1)^2, "
               "sum(mean(x != 0, axis=0)))",
    .check = check,
    .masked = MASKED_PACKED,
    .sums = sums,
    .gather = gather,
    .value = value,
    .adjoint = adjoint,
    .by_count = by_count,
};
