/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a random model is trained on: outputs, a loss for each, and numbers for both ends. */
#ifndef NNR_TESTS_RANDOM_TASK_H
#define NNR_TESTS_RANDOM_TASK_H

#include "random_term.h"

enum { SAMPLES = 7, HEADS_MOST = 3, INPUTS_MOST = 2 };

enum target { TARGET_ANY, TARGET_UNIT, TARGET_SIGN, TARGET_CLASS };

/* A loss and what it asks for. */
static const struct random_loss {
    const char *name;
    bool unit, columns; /* of the output: from 0 to 1; more than one column */
    enum target target;
} random_loss[] = {
    {"mse", false, false, TARGET_ANY},
    {"mae", false, false, TARGET_ANY},
    {"huber", false, false, TARGET_ANY},
    {"logcosh", false, false, TARGET_ANY},
    {"hinge", false, false, TARGET_SIGN},
    {"cosine", false, true, TARGET_ANY},
    {"binary_crossentropy", true, false, TARGET_UNIT},
    {"kl", true, false, TARGET_UNIT},
    {"poisson", true, false, TARGET_UNIT},
    {"categorical_crossentropy", true, true, TARGET_UNIT},
    {"categorical_crossentropy", true, true, TARGET_CLASS},
};
enum { LOSSES = sizeof random_loss / sizeof *random_loss };

struct random_head {
    const struct made *on;
    const struct random_loss *loss;
    double weight;
    size_t width, row; /* targets of a sample, and of a row of the output */
    double *target;    /* [SAMPLES][width] */
};

struct random_task {
    struct random_model model;
    struct random_head head[HEADS_MOST];
    unsigned heads, inputs;
    double *input[INPUTS_MOST]; /* [SAMPLES][count] */
    size_t width[INPUTS_MOST];
};

/* A number of +-1 that float and a text of few digits hold exactly. */
static inline double some_number(struct chooser *r)
{
    return (double)pick(r, 8193) / 4096 - 1;
}

static inline double *some_numbers(struct chooser *r, size_t n)
{
    double *x = mem_new(n, sizeof *x);
    if (!x)
        abort();
    for (size_t i = 0; i < n; i++)
        x[i] = some_number(r);
    return x;
}

static inline void choose_loss_of(struct chooser *r, struct random_head *h)
{
    const uint32_t cols = shape_last(&h->on->shape);
    const size_t count = shape_count(&h->on->shape);
    do
        h->loss = &random_loss[h->on->unit && chance(r, 0.7) ? 6 + pick(r, 5) : pick(r, 6)];
    while (h->loss->columns && cols == 1);
    const enum target kind = h->loss->target;
    h->row = kind == TARGET_CLASS ? 1 : cols;
    h->width = kind == TARGET_CLASS ? count / cols : count;
    h->target = some_numbers(r, SAMPLES * h->width);
    for (size_t i = 0; i < SAMPLES * h->width; i++) {
        double *t = &h->target[i];
        *t = kind == TARGET_UNIT    ? fabs(*t)
             : kind == TARGET_SIGN  ? (*t > 0) - (*t <= 0)
             : kind == TARGET_CLASS ? floor(fabs(*t) * 0.999 * cols)
                                    : *t;
    }
}

/* The last tensor, and others that are no inputs. */
static inline void choose_heads(struct random_task *t)
{
    struct chooser *r = &t->model.r;
    const struct scope *top = &t->model.scope[0];
    const unsigned more = chance(r, 0.5) ? 0 : 1 + pick(r, HEADS_MOST - 1);
    t->head[t->heads++].on = &top->tensor[top->tensors - 1];
    for (unsigned i = 0; i < more; i++) {
        const struct made *on = &top->tensor[pick(r, top->tensors)];
        bool taken = on->source;
        for (unsigned k = 0; k < t->heads; k++)
            taken = taken || on == t->head[k].on;
        if (!taken)
            t->head[t->heads++].on = on;
    }
    for (unsigned i = 0; i < t->heads; i++)
        choose_loss_of(r, &t->head[i]);
}

static inline void add_losses(struct random_task *t)
{
    struct chooser *r = &t->model.r;
    for (unsigned i = 0; t->heads > 1 && i < t->heads; i++)
        str_addf(&r->text, "%s%s%s", i ? ", " : "output ", t->head[i].on->name,
                 i + 1 < t->heads ? "" : "\n");
    for (unsigned i = 0; i < t->heads; i++) {
        struct random_head *h = &t->head[i];
        h->weight = chance(r, 0.5) ? 0.5 + pick(r, 4) : 1;
        str_addf(&r->text, "loss %s%s", h->loss->name,
                 strcmp(h->loss->name, "huber") == 0 ? " delta=0.3" : "");
        if (t->heads > 1 || chance(r, 0.3))
            str_addf(&r->text, " on %s", h->on->name);
        if (h->weight != 1)
            str_addf(&r->text, " weight=%g", h->weight);
        str_add(&r->text, "\n");
    }
}

static inline void add_cells(struct str *to, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        str_addf(to, " %.12g", x[i]);
}

static inline void add_data(struct random_task *t)
{
    struct chooser *r = &t->model.r;
    const bool borders = chance(r, 0.5);
    str_add(&r->text, "data rows {\n");
    for (size_t s = 0; s < SAMPLES; s++) {
        for (unsigned i = 0; i < t->inputs; i++) {
            str_add(&r->text, i && borders ? " |" : "");
            add_cells(&r->text, t->input[i] + s * t->width[i], t->width[i]);
        }
        for (unsigned i = 0; i < t->heads; i++) {
            str_add(&r->text, i ? " |" : " ->");
            add_cells(&r->text, t->head[i].target + s * t->head[i].width, t->head[i].width);
        }
        str_add(&r->text, "\n");
    }
    str_addf(&r->text, "} batch=%u shuffle=no\n", 2 + pick(r, 5));
}

/* The whole text: number i is always the same. */
static inline void random_task(struct random_task *t, uint64_t number)
{
    static const char *const optimizers[] = {"sgd lr=0.01 momentum=0.5",
                                             "adam",
                                             "rmsprop",
                                             "adagrad",
                                             "adamw",
                                             "nadam",
                                             "lion lr=0.001",
                                             "ftrl l1=0.01 l2=0.1",
                                             "sgd lr=0.01 sam=0.05 ema=0.7",
                                             "adamw noise=0.01 ema=0.9 weight_decay=0.1"};
    *t = (struct random_task){0};
    random_layers(&t->model, number);
    struct chooser *r = &t->model.r;
    const struct scope *top = &t->model.scope[0];
    for (; top->tensor[t->inputs].source; t->inputs++) {
        t->width[t->inputs] = shape_count(&top->tensor[t->inputs].shape);
        t->input[t->inputs] = some_numbers(r, SAMPLES * t->width[t->inputs]);
    }
    choose_heads(t);
    add_losses(t);
    add_data(t);
    add_joint_terms(&t->model);
    str_addf(&r->text, "optimizer %s\n", optimizers[pick(r, 10)]);
}

static inline void random_task_finish(struct random_task *t)
{
    for (unsigned i = 0; i < t->inputs; i++)
        mem_free(t->input[i]);
    for (unsigned i = 0; i < t->heads; i++)
        mem_free(t->head[i].target);
    str_finish(&t->model.r.text);
}

#endif
