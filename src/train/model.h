/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model: a graph, what it is trained with, and the numbers that training moves. It knows nothing
 * of how it is trained: that is in the trainer, which is made from it and can be thrown away at any
 * time. */
#ifndef NNR_TRAIN_MODEL_H
#define NNR_TRAIN_MODEL_H

#include "base/numbering.h"
#include "base/stop.h"
#include "nn/edit.h"
#include "nn/policy.h"
#include "train/history.h"
#include "train/loss.h"
#include "train/note.h"
#include "train/opt.h"
#include "train/rule.h"

/* A chosen loss or optimizer, with the memory it lives in; args NULL: not chosen. */
struct choice {
    struct arena arena;
    struct args *args;
};

/* A loss for one output alone. */
struct own_loss {
    struct choice choice;
    id output;
    double weight; /* the factor it counts with */
};

/* total = data + penalty */
struct figures {
    double data, penalty;
    double head[OUTPUTS_MOST]; /* the loss of each output, without its weight */
    double right, judged;      /* right classes, of so many; 0 of 0 where nobody counts them */
};

/* What the quantities loss, loss.data and loss.penalty speak of. */
enum figures_from { FROM_NOTHING, FROM_TRAIN, FROM_STEP, FROM_EVALUATE };

/* What was made from a model and is right only as long as the model stays as it is. */
struct derived {
    void (*destroy)(struct derived *d);
    /* Numbers of penalties have changed. */
    void (*refresh)(struct derived *d);
};

/* What is trained for, and how. */
struct recipe {
    struct choice loss, optimizer; /* the loss of every output that has none of its own */
    struct opt_common common;      /* as the optimizer says */
    double loss_weight;
    struct own_loss own[OUTPUTS_MOST];
    size_t owns;
};

/* How far a recipe was chosen: whether there was a loss and an optimizer, and how many outputs had
 * losses of their own. */
struct recipe_extent {
    bool loss, optimizer;
    size_t owns;
};

/* What changes while the graph stays. The blocks hold graph->weight_reals numbers once drawn, and
 * training alone moves them. */
struct model_state {
    /* What terms take whose numbers were set, by term->number; else it is as the graph says. */
    struct choice *penalty;
    size_t penalties, penalty_room;
    /* By layer: the amount of noise that a rule has given it; where none is given, it is as the
     * layer's arguments say. */
    struct arg *noise;
    size_t noises, noise_room;
    real *weight, *grad, *slot[SLOTS_MOST];
    real *pruned;         /* 1 where a weight stays 0, else 0; NULL: none does */
    real *average;        /* of the weights over steps, or NULL */
    uint64_t averaged;    /* over so many; 0: it means nothing */
    size_t drawn;         /* weights (not numbers) that have their values; the rest comes later */
    size_t reals;         /* numbers in each block */
    size_t trained;       /* weights that a step has moved; the others follow from the seed alone */
    size_t trained_reals; /* and their numbers, which come first in the blocks */
    size_t seeded; /* weights that began as first_seed draws them, when the first step came */
    uint64_t first_seed;
    bool stepped;          /* grad holds the gradient of the last step */
    uint64_t step, epoch;  /* steps and whole epochs done */
    uint64_t updates;      /* steps of the present optimizer */
    uint64_t position;     /* training samples seen in the epoch that runs */
    struct figures so_far; /* sums over the samples of the epoch that runs, or ended last */
    uint64_t seen;         /* how many samples those are */
    /* Of those sums each term's own, over its calls, by term->number. */
    double *term_sum;
    size_t term_sums, term_sum_room;
    struct figures last;
    enum figures_from from;
    struct figures batch;     /* of the last step */
    struct note note[NOTEDS]; /* of the ends of its epochs */
};

struct frozen;

struct model {
    char *name;
    struct graph *graph;        /* shared with models that are alike */
    struct numbering numbering; /* of names in it */
    struct recipe recipe;
    struct model_state state;
    struct rules rules; /* settings that follow expressions */
    struct history history;

    /* Lent to it; NULL: none. */
    const struct stop *stop;     /* what work on it looks at */
    const struct policy *policy; /* what bends its penalties */
    struct frozen *copy; /* for cmd/session/snapshot.c: one that it is still like, or NULL */

    struct derived *derived; /* its trainer (trainer.h), if there is one */
    struct derived *ruled;   /* what its rules were compiled into (cmd/common/rules.c), likewise; it
                              * leads to arguments in recipe and state */
};

/* An empty model; NULL when there is no memory. */
struct model *model_create(const char *name);
void model_destroy(struct model *m);
/* A copy without a trainer: weights, optimizer state, counters, history. NULL: *e. */
struct model *model_copy(const struct model *m, const char *name, struct err *e);
/* A copy of what training moves, to be put back or finished. On error (memory, or the model's stop)
 * *to is empty. */
int model_state_copy(const struct model *m, struct model_state *to, struct err *e);
void model_state_finish(struct model_state *state);
/* Puts one back, which is empty then; layers, recipe and strengths are as they were when it was
 * copied. Curves keep what came after it until the next step. */
void model_put_state(struct model *m, struct model_state *from);
/* Takes a name that was made with mem_text. */
void model_take_name(struct model *m, char *name);
/* The weights that a person looks at, evaluates and saves: their average over steps where the
 * optimizer keeps one, once a step was taken. Training goes on from state.weight. */
static inline const real *model_weights(const struct model *m)
{
    return m->state.averaged && m->recipe.common.ema > 0 ? m->state.average : m->state.weight;
}
/* The value that is the model's first output; NOTHING for an empty model. */
id model_output(const struct model *m);
/* What a term takes now: its kind with the present numbers. */
const struct args *model_term(const struct model *m, id term);
/* How much a layer draws at random in a step (layer_kind.noise); 0 for one that has no noise. */
double model_noise(const struct model *m, id layer);
/* Room in the state for what rules give to any layer: 0, or -1 without memory. */
int model_noise_room(struct model *m);
/* Room in the state for the sums of all terms: 0, or -1 without memory. */
int model_term_room(struct model *m);
/* Forgets the amounts of layers that no rule speaks of any more. */
void model_noise_prune(struct model *m);
/* The loss of an output, NULL if none is chosen, and the factor it counts with. */
const struct args *model_loss(const struct model *m, id output, double *weight);
/* Begins a change of the model's graph: the trainer goes, and *was keeps how the graph is, for
 * graph_end, model_take_back or, later, model_restore. */
int model_edit(struct model *m, struct graph_edit *was, struct err *e);
/* The change that was begun last did not succeed. */
void model_take_back(struct model *m, const struct graph_edit *was);
/* Of this model or a copy of it, as the change left it. On error (memory) nothing has changed. */
int model_restore(struct model *m, struct graph_edit *was, struct err *e);
/* Takes a loss for all outputs, in place of all there are, or an optimizer, made in a choice of its
 * own. A new optimizer starts afresh. */
void model_take_loss(struct model *m, struct choice c, double weight);
/* Takes a loss for one output: 0, or -1 when OUTPUTS_MOST have one. */
int model_take_own_loss(struct model *m, struct own_loss own);
struct recipe_extent recipe_extent(const struct recipe *r);
/* Forgets what was chosen since the recipe went as far as `was`. */
void model_cut_recipe(struct model *m, const struct recipe_extent *was);
void model_take_optimizer(struct model *m, struct choice c);
/* Takes the present optimizer with other arguments; it goes on from where it is. */
void model_change_optimizer(struct model *m, struct choice c);
/* Copies bound arguments into a fresh choice. */
int choice_make(struct choice *c, const struct args *args, struct err *e);
void choice_finish(struct choice *c);
/* Takes other rules; *r then has those there were. */
void model_swap_rules(struct model *m, struct rules *r);
/* To be called when arguments stand in another place now, or rules have changed. */
void model_rules_changed(struct model *m);
/* From here on penalties are bent by a policy, which may have changed where it stands; NULL: by
 * none. */
void model_bend(struct model *m, const struct policy *p);
/* To be called when anything changes that a trainer is made for; drops it. */
void model_changed(struct model *m);
/* The means over the epoch so far, or over the one that just ended. */
struct figures model_epoch(const struct model *m);
/* The share of right classes; NaN where nobody counted them. */
double figures_accuracy(const struct figures *x);
/* Draws the first values of all weights that have none, and makes the first `slots` blocks of what
 * the optimizer keeps. On error nothing has changed. */
int model_draw(struct model *m, uint64_t seed, size_t slots, struct err *e);
/* Makes weights that no step has moved follow a new seed: they are drawn again when used. */
void model_draw_again(struct model *m);
/* Folds everything that statements and training can change into a hash, but for the history, notes
 * of epochs, and what goes into them. */
uint64_t model_digest(const struct model *m, uint64_t hash);
/* One step of the hash (FNV-1a, 64 bits). */
uint64_t digest_bytes(uint64_t hash, const void *bytes, size_t n);

#endif
