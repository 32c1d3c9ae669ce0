/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/opt.h"

enum { SQUARES, PULLED };

/* The paper keeps z, the sum of g - sigma w. Kept here is d = lr z + (beta + sqrt(n)) w: what l1
 * and l2 have moved the weight by, times what the step is divided by. It is 0 at first wherever a
 * weight starts, and a rate that changes later changes what comes, not what was. */
static void update(const struct args *self, uint64_t count, size_t n, const real *restrict g,
                   real *restrict w, real *const slot[SLOTS_MOST])
{
    (void)count;
    const real lr = (real)args_number(self, "lr"), beta = (real)args_number(self, "beta"),
               least = lr * (real)args_number(self, "l1"), l2 = lr * (real)args_number(self, "l2");
    real *restrict squares = slot[SQUARES], *restrict d = slot[PULLED];
    for (size_t i = 0; i < n; i++) {
        const real sum = squares[i] + g[i] * g[i], most = (real)REAL_MOST;
        squares[i] = sum < most ? sum : most;
        const real by = beta + real_sqrt(squares[i]);
        if (by == 0)
            continue;
        const real free = w[i] - (d[i] + lr * g[i]) / by, share = least / by;
        const real left = free > share ? free - share : free < -share ? free + share : 0;
        w[i] = left / (1 + l2 / by);
        d[i] = by * (w[i] - free);
    }
}

/* lr / (beta + sqrt(n)); where neither is above 0 yet, as far as a number may go. */
static void step_sizes(const struct args *self, uint64_t count, size_t n,
                       real *const slot[SLOTS_MOST], real *to)
{
    const struct step_sizes s = {.rate = args_number(self, "lr"),
                                 .correction = 1,
                                 .outside = fmax(args_number(self, "beta"), 1e-20)};
    (void)count;
    kernels()->step_sizes(n, &s, slot[SQUARES], NULL, to);
}

/* It keeps squares; a gradient over the root of a sum that it is in is 1 at most. */
static double reach(const struct args *self, double norm)
{
    return 64 * (norm * norm + args_number(self, "lr") * (norm + 1));
}

static const struct arg_spec args[] = {
    LEARNING_RATE("0.1"),
    OPTION("l1", "0", 0, 1e6, "what a weight's sum of gradients must be above, or the weight is 0"),
    OPTION("l2", "0", 0, 1e6, "draws the weights to 0 as l2 / 2 times their squares would"),
    OPTION("beta", "1", 0, 1e6, "is added to the root: the larger, the slower the first steps"),
    COMMON_KEYS,
};

const struct opt_kind opt_ftrl = {
    .entry =
        {.name = "ftrl",
         .args = args,
         .arg_count = sizeof args / sizeof *args,
         .summary = "follows the regularized leader: l1 in the update gives exact zeros",
         .use = "Where exact zeros are wanted and samples come once, one after the other: a weight "
                "is 0 until its gradients add up to more than l1.",
         .source = "McMahan et al. 2013, algorithm 1; lr is its alpha",
         .details =
             "For each weight: sigma = (sqrt(n + g^2) - sqrt(n)) / lr; z += g - sigma w; n += "
             "g^2; w = 0 where |z| <= l1, else -(z - sign(z) l1) / ((beta + sqrt(n)) / lr + "
             "l2). n starts at 0, and z at -beta w / lr for the weight's first value, which is "
             "the paper's 0 for a weight that starts at 0: so without l1 and l2 it is w -= lr "
             "g / (beta + sqrt(n)) from where the weights are, also when lr changes or a "
             "constraint brings them back. Keras starts z at 0 everywhere, which takes all "
             "weights back to 0 in the first step. l1 and l2 are the optimizer's: no rows of "
             "the loss; they hold against the sum of a weight's gradients, so the longer it "
             "trains, the less they count. Penalties of layers are in g, as ever.",
         .example = "data moons 100\ninput 2\ndense 8 tanh as h\ndense 1 sigmoid\n"
                    "optimizer ftrl lr=0.5 l1=0.3\ntrain 5\nprint mean(h.kernel == 0)\n"},
    .slots = 2,
    .update = update,
    .step_sizes = step_sizes,
    .from_weight = true,
    .reach = reach,
};
