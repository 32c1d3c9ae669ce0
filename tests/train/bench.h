/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of training share: a model and its data from the text of a script, and the naive
 * ledger of both. */
#ifndef NNR_TESTS_TRAIN_BENCH_H
#define NNR_TESTS_TRAIN_BENCH_H

#include "build.h"
#include "check.h"
#include "naive.h"

#include "train/ledger.h"

#include <string.h>

struct bench {
    struct model *model;
    struct dataset data;
    struct err e;
};

/* Puts a graph in place of the model's own; weights that both have stay. It must begin with the
 * layers of the old one. */
static inline void bench_take_graph(struct model *m, struct graph *g)
{
    model_changed(m);
    graph_destroy(m->graph);
    m->graph = g;
}

static inline int bench_choose(struct bench *b, struct arena *arena, const char *text,
                               const struct statement *s)
{
    const bool loss = strcmp(s->verb, "loss") == 0;
    struct choice c = {0};
    struct args *a = build_choice(arena, text, s, loss ? &loss_kinds : &opt_kinds, &b->e);
    if (!a || choice_make(&c, a, &b->e))
        return -1;
    if (loss)
        model_take_loss(b->model, c, 1);
    else
        model_take_optimizer(b->model, c);
    return 0;
}

static inline int bench_data(struct bench *b, struct arena *arena, const char *text,
                             const struct statement *s)
{
    struct args *a = build_choice(arena, text, s, &data_kinds, &b->e);
    dataset_finish(&b->data);
    return a ? dataset_make(a, 1, NULL, &b->data, &b->e) : -1;
}

/* Goes through the statements: data, loss and optimizer, the rest are layers. */
static inline int bench_add(struct bench *b, const char *text)
{
    struct arena arena = {0};
    struct script script = {0};
    struct graph *g = graph_copy(b->model->graph);
    int bad = !g || build_parse(&arena, text, &script, &b->e);
    for (size_t i = 0; !bad && i < script.count; i++) {
        const struct statement *s = &script.statement[i];
        if (strcmp(s->verb, "data") == 0)
            bad = bench_data(b, &arena, text, s);
        else if (strcmp(s->verb, "loss") == 0 || strcmp(s->verb, "optimizer") == 0)
            bad = bench_choose(b, &arena, text, s);
        else
            bad = build_layer(g, &arena, text, s, &b->e);
    }
    arena_finish(&arena);
    if (!bad && g->calls > b->model->graph->calls)
        bench_take_graph(b->model, g);
    else
        graph_destroy(g);
    return bad;
}

/* A model of the text, with mse and sgd where nothing else is said. */
static inline struct bench bench_make(const char *text)
{
    struct bench b = {.model = model_create("main")};
    assert_non_null(b.model);
    if (bench_add(&b, "loss mse\noptimizer sgd\n") || bench_add(&b, text))
        fail_msg("%s; %s\nin: %s", b.e.what, b.e.hint, text);
    return b;
}

static inline void bench_finish(struct bench *b)
{
    model_destroy(b->model);
    dataset_finish(&b->data);
}

static inline void bench_prepare(struct bench *b)
{
    if (trainer_prepare(b->model, &b->data, 1, &b->e))
        fail_msg("%s; %s", b->e.what, b->e.hint);
}

static inline struct figures bench_step(struct bench *b)
{
    struct figures x;
    if (trainer_step(trainer_of(b->model), &b->data, &x, &b->e))
        fail_msg("%s; %s", b->e.what, b->e.hint);
    return x;
}

static inline void bench_set(struct bench *b, const char *layer, const char *slot, const char *sum)
{
    struct arena arena = {0};
    struct arg arg;
    struct graph *g = graph_copy(b->model->graph);
    assert_non_null(g);
    if (build_sum(&arena, sum, &arg, &b->e) ||
        graph_set_slot(g, graph_find_layer(g, layer), slot, &arg, &b->e))
        fail_msg("%s; %s", b->e.what, b->e.hint);
    arena_finish(&arena);
    bench_take_graph(b->model, g);
}

static inline struct ledger bench_ledger(struct bench *b, enum share share, bool gradients)
{
    struct ledger l;
    if (ledger_begin(&l, b->model, &b->data, 1, share, gradients, &b->e))
        fail_msg("%s; %s", b->e.what, b->e.hint);
    while (ledger_next(&l))
        continue;
    ledger_end(&l);
    return l;
}

static inline uint64_t digest(const struct bench *b)
{
    return model_digest(b->model, 0xCBF29CE484222325u);
}

static inline double *doubles(const real *from, size_t n)
{
    double *to = mem_new(n, sizeof *to);
    assert_non_null(to);
    for (size_t i = 0; i < n; i++)
        to[i] = (double)from[i];
    return to;
}

/* The samples [first, first + n) of the data, measured by the naive ledger. The columns are dealt
 * out to the inputs in their order. */
struct reckoning {
    struct naive naive;
    double *input[4], *target, *weight;
    struct naive_head head;
};

static inline void reckon_start(struct reckoning *r, const struct bench *b, size_t first, size_t n)
{
    const struct graph *g = b->model->graph;
    const struct dataset *d = &b->data;
    size_t column = 0, inputs = 0;
    *r = (struct reckoning){0};
    naive_start(&r->naive, g, n);
    for (size_t c = 0; c < g->calls; c++) {
        if (g->call[c].inputs)
            continue;
        const size_t width = shape_count(&g->value[g->call[c].output].shape);
        double *x = r->input[inputs++] = mem_new(n * width, sizeof *x);
        assert_non_null(x);
        for (size_t i = 0; i < n * width; i++)
            x[i] = (double)d->x[(first + i / width) * d->inputs + column + i % width];
        column += width;
    }
    r->target = doubles(d->y + first * d->targets, n * d->targets);
    const id output = (id)g->values - 1;
    const size_t cols = shape_last(&g->value[output].shape);
    const size_t rows = shape_count(&g->value[output].shape) / cols;
    r->head = (struct naive_head){.value = output,
                                  .loss = b->model->recipe.loss.args,
                                  .weight = 1,
                                  .target = r->target,
                                  .target_cols = d->targets / rows};
    if (d->weight)
        r->head.sample_weight = r->weight = doubles(d->weight + first, n);
}

static inline void reckon_finish(struct reckoning *r)
{
    naive_finish(&r->naive);
    for (size_t i = 0; i < 4; i++)
        mem_free(r->input[i]);
    mem_free(r->target);
    mem_free(r->weight);
}

static inline void reckon_weights(struct reckoning *r, const double *weight)
{
    naive_forward(&r->naive, weight, (const double *const *)r->input);
}

/* The total of these samples at given weights. */
static inline double reckon_total(void *self, const double *weight)
{
    struct reckoning *r = self;
    reckon_weights(r, weight);
    return naive_total(&r->naive, &r->head, 1);
}

/* Rounding that float may show, and double. */
#define NEAR(in_double, in_float) (sizeof(real) == sizeof(double) ? (in_double) : (in_float))

#endif
