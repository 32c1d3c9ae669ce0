/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Optimizers: one file each. They see flat arrays and know no layers. */
#ifndef NNR_TRAIN_OPT_H
#define NNR_TRAIN_OPT_H

#include "base/entry.h"
#include "num/kernels.h"

#include <stdint.h>

enum { SLOTS_MOST = 3 };

/* What every optimizer's keys say. */
struct opt_common {
    double norm, value, whole; /* how the gradient is clipped: at most one is not 0 */
    double noise;              /* the deviation of what is added to it; 0: nothing */
    double sam;                /* how far from the weights it is taken again; 0: it is not */
    double ema;                /* the decay of the average of the weights; 0: there is none */
};

/* A key by which an optimizer moves weights although it adds nothing to the loss: a row of the
 * ledger that is marked `step`. Where the key is 0, it does nothing. */
struct opt_step_key {
    const char *name, *formula;
    bool decays; /* it acts on the weights that decay alone */
    bool again;  /* it takes the gradient a second time */
};
enum { STEP_KEYS_MOST = 5 };

struct opt_kind {
    struct entry entry;
    size_t slots;      /* numbers it keeps for each weight */
    const char *start; /* the argument that says what these start at; NULL: 0 */
    /* Moves n weights along gradient g; `count` is the number of this update, from 1. Arrays that
     * the kind does not keep are NULL. */
    void (*update)(const struct args *self, uint64_t count, size_t n, const real *g, real *w,
                   real *const slot[SLOTS_MOST]);
    /* After an update: to[n], how far a slope of 1 that no mean takes in moves each of the weights,
     * by what the update has left in the slots. NULL: by lr. Penalties with prox=yes act so far. */
    void (*step_sizes)(const struct args *self, uint64_t count, size_t n,
                       real *const slot[SLOTS_MOST], real *to);
    /* The largest number that an update may come to write for a gradient of Euclidean norm `norm`,
     * with room to spare: beyond REAL_MOST the step is refused, as it cannot be taken back. */
    double (*reach)(const struct args *self, double norm);
    /* How far a weight moves depends on where it is, not on the gradient alone. */
    bool from_weight;
    /* The share of each weight that is taken away before it moves; NULL: none. */
    double (*decay)(const struct args *self);
};
extern const struct table opt_kinds;

static inline const struct opt_kind *opt_kind_of(const struct args *a)
{
    return (const struct opt_kind *)a->entry;
}

/* Whether the arguments suit each other: one way of clipping at most, and a decay that shrinks. The
 * error stands at the key that was written last. */
int opt_check(const struct args *a, struct err *e);
struct opt_common opt_common(const struct args *a);
/* The keys that move weights and are not 0, and their places among the arguments; how many. */
size_t opt_step_keys(const struct args *a, const struct opt_step_key *to[STEP_KEYS_MOST],
                     size_t at[STEP_KEYS_MOST]);
/* The share of each weight that is taken away before it moves. */
double opt_decay(const struct args *a);
/* lr / (1 - momentum): how far a slope of 1 that stays moves a weight in one step, when momentum
 * has gathered it. At momentum 1, which gathers it without end, lr. */
double opt_carried_rate(const struct args *a);
/* Each weight's own step size in the update that was made last (struct opt_kind). */
void opt_step_sizes(const struct args *a, uint64_t count, size_t n, real *const slot[SLOTS_MOST],
                    real *to);
/* What the numbers kept for each weight start at. */
double opt_start(const struct args *a);

#define OPTION(called, standard_value, least, largest, what)                                       \
    {                                                                                              \
        .name = called, .form = KEY, .type = ARG_NUMBER, .standard = standard_value, .min = least, \
        .max = largest, .line = what                                                               \
    }
#define LEARNING_RATE(standard_rate)                                                               \
    {                                                                                              \
        .name = "lr", .form = KEY, .type = ARG_NUMBER, .standard = standard_rate, .min = 0,        \
        .max = 1e6, .alias = "learning_rate", .line = "the learning rate"                          \
    }
/* The least that is still above 0 in single precision, with room for rounding. */
#define EPSILON OPTION("epsilon", "1e-7", 1e-30, 1e30, "keeps the quotient finite")
/* What every optimizer takes (train/update.c). */
#define COMMON_KEYS                                                                                \
    ARG("clipnorm", KEY, ARG_NUMBER, .standard = "0", .max = 1e30,                                 \
        .line = "each weight tensor's gradient is scaled down to this norm; 0: off",               \
        .use = "The loss leaps now and then, and one layer is the cause."),                        \
        ARG("clipvalue", KEY, ARG_NUMBER, .standard = "0", .max = 1e30,                            \
            .line = "each number of the gradient is cut to this size; 0: off",                     \
            .use = "Few weights get huge gradients. The step's direction changes."),               \
        ARG("global_clipnorm", KEY, ARG_NUMBER, .standard = "0", .max = 1e30,                      \
            .line = "the whole gradient is scaled down to this norm; 0: off",                      \
            .use = "The loss leaps now and then. The step keeps its direction, and a penalty's "   \
                   "pull is clipped with it (Pascanu, Mikolov and Bengio 2013)."),                 \
        ARG("noise", KEY, ARG_NUMBER, .standard = "0", .max = 1e30,                                \
            .line =                                                                                \
                "g + noise N(0, 1), drawn anew in each step, after clipping (Neelakantan et al. "  \
                "2015); 0: off",                                                                   \
            .use = "Training of a deep network ends at poor weights. Let a rule lower it: set "    \
                   "optimizer.noise = 0.1/(1 + step)^0.55 every 1."),                              \
        ARG("sam", KEY, ARG_NUMBER,                                                                \
            .line = "each step follows the gradient at w + sam g / |g|, where g is that at w "     \
                    "(Foret et al. 2021): two passes; above 0",                                    \
            .use =                                                                                 \
                "A small training loss does not carry over to new samples. It looks for weights "  \
                "around which the loss stays small."),                                             \
        ARG("ema", KEY, ARG_NUMBER, .standard = "0", .max = 0.999999999,                           \
            .line = "a = ema a + (1 - ema) w after each step; evaluation, print and save take a "  \
                    "(Polyak and Juditsky 1992); 0: off",                                          \
            .use = "The rate does not fall, so the weights wander. Their average is better than "  \
                   "where they are.")

#endif
