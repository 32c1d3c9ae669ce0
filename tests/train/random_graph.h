/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random models: layers on any earlier tensor, shared and frozen ones, branches that lead nowhere,
 * penalties in any slot. Number i of a seed is always the same, and `text` tells what it is. */
#ifndef NNR_TESTS_RANDOM_GRAPH_H
#define NNR_TESTS_RANDOM_GRAPH_H

#include "build.h"
#include "check.h"
#include "smooth.h"

#include "base/rng.h"

#include <stdio.h>
#include <string.h>

struct random_graph {
    uint64_t key, next;
    struct graph *g;
    struct str text;
    bool steps; /* what is written puts out steps, some of which are masked */
};

static inline unsigned pick(struct random_graph *r, unsigned n)
{
    return (unsigned)(rng_uniform(r->key, r->next++) * n);
}

static inline bool chance(struct random_graph *r, double share)
{
    return rng_uniform(r->key, r->next++) < share;
}

static inline void add_terms(struct random_graph *r, struct str *to, bool activity)
{
    static const char *const reduce[] = {"", ", reduce=batch", ", reduce=sum", ", reduce=mean"};
    static const char *const strength[] = {"0", "0.1", "0.25", "0.5", "1"};
    const unsigned terms = 1 + pick(r, 3) / 2;
    for (unsigned i = 0; i < terms; i++) {
        const unsigned kind = pick(r, 3);
        static const char *const over_time[] = {"hoyer", "tar", "tv"};
        if (activity && r->steps && chance(r, 0.4)) {
            str_addf(to, "%s%s(%s%s)", i ? "+" : "", over_time[kind], strength[pick(r, 5)],
                     reduce[pick(r, 4)]);
            continue;
        }
        str_addf(to, "%s%s(%s", i ? "+" : "",
                 kind == 2 ? "l1l2"
                 : kind    ? "l2"
                           : "l1",
                 strength[pick(r, 5)]);
        if (kind == 2)
            str_addf(to, ", %s", strength[pick(r, 5)]);
        str_addf(to, "%s)", activity ? reduce[pick(r, 4)] : "");
    }
}

static inline void add_slot(struct random_graph *r, struct str *to, const char *slot, double share)
{
    if (!chance(r, share))
        return;
    str_addf(to, " %s=", slot);
    add_terms(r, to, strcmp(slot, "activity") == 0);
}

static inline const char *some_activation(struct random_graph *r)
{
    const char *f = smooth_activation(pick(r, (unsigned)activation_kinds.rows));
    if (f && strcmp(f, "hard_sigmoid") == 0 && chance(r, 0.5))
        return "hard_sigmoid(0.4)";
    return f ? f : "prelu(alpha_init=uniform(-0.2, 0.4))";
}

static inline void add_dense(struct random_graph *r, struct str *to)
{
    str_addf(to, "dense %u %s", 1 + pick(r, 4), some_activation(r));
    const bool bias = chance(r, 0.7);
    str_add(to, bias ? "" : " use_bias=no");
    str_add(to, chance(r, 0.2) ? " trainable=no" : "");
    add_slot(r, to, "kernel", 0.4);
    if (bias)
        add_slot(r, to, "bias", 0.3);
    add_slot(r, to, "activity", 0.5);
}

/* A large epsilon: columns that hardly differ would be blown up beyond what float can compare. */
static inline void add_norm(struct random_graph *r, struct str *to)
{
    str_addf(to, "%s epsilon=0.1", chance(r, 0.6) ? "batchnorm" : "layernorm");
    const bool scale = chance(r, 0.7), center = chance(r, 0.7);
    str_addf(to, "%s%s", scale ? "" : " scale=no", center ? "" : " center=no");
    str_add(to, chance(r, 0.2) ? " trainable=no" : "");
    if (scale)
        add_slot(r, to, "gamma", 0.3);
    if (center)
        add_slot(r, to, "beta", 0.3);
    add_slot(r, to, "activity", 0.5);
}

static inline void add_reshape(struct random_graph *r, struct str *to, size_t count)
{
    size_t rows = 1 + pick(r, (unsigned)count);
    while (count % rows)
        rows--;
    str_addf(to, "reshape %zux%zu", rows, count / rows);
    add_slot(r, to, "activity", 0.5);
}

/* A layer with weights that takes `shape`, or NOTHING. */
static inline id some_shared(struct random_graph *r, const struct shape *shape, bool masked)
{
    for (unsigned i = 0; i < 4; i++) {
        id l = pick(r, (unsigned)r->g->layers);
        if (r->g->layer[l].kind->merge || (masked && r->g->layer[l].kind->mask == MASK_REFUSES))
            continue;
        if (!r->g->layer[l].kind->source && shape_same(&r->g->layer[l].in, shape))
            return l;
    }
    return NOTHING;
}

/* On a tensor some of whose steps are masked: what hands the mask on, and what takes the steps in.
 */
static inline void add_on_steps(struct random_graph *r, struct str *to)
{
    static const char *const recurrent[] = {"lstm 2", "gru 2 reset_after=no", "simple_rnn 2 tanh"};
    const unsigned kind = pick(r, 12);
    r->steps = true;
    if (kind < 4) {
        add_dense(r, to);
    } else if (kind < 6) {
        str_addf(to, "activation %s", some_activation(r));
        add_slot(r, to, "activity", 0.7);
    } else if (kind < 7) {
        add_norm(r, to);
    } else if (kind < 8) {
        str_add(to, "activity_regularization ");
        add_terms(r, to, true);
    } else if (kind < 10) {
        str_addf(to, "%s sequences=yes", recurrent[pick(r, 3)]);
        add_slot(r, to, "activity", 0.7);
    } else {
        r->steps = false;
        str_add(to, kind == 10 ? "global_avg_pool" : recurrent[pick(r, 3)]);
        add_slot(r, to, "activity", 0.7);
    }
    r->steps = false;
}

/* The name of another tensor of that shape, masked or not, or of the same one. */
static inline const char *some_other(struct random_graph *r, id on)
{
    for (unsigned i = 0; i < 8; i++) {
        const id v = pick(r, (unsigned)r->g->values);
        if (shape_same(&r->g->value[v].shape, &r->g->value[on].shape))
            return r->g->call[r->g->value[v].made_by].name;
    }
    return r->g->call[r->g->value[on].made_by].name;
}

static inline void add_call(struct random_graph *r)
{
    struct str line = {0};
    /* Most often on one of the last tensors, so that there is depth. */
    const unsigned values = (unsigned)r->g->values;
    const id on = chance(r, 0.6) ? values - 1 - pick(r, values < 2 ? values : 2) : pick(r, values);
    const struct shape *shape = &r->g->value[on].shape;
    const bool masked = r->g->value[on].mask != NOTHING;
    const bool joins = masked && chance(r, 0.2);
    const id shared = !joins && chance(r, 0.3) ? some_shared(r, shape, masked) : NOTHING;
    const unsigned kind = pick(r, 12);
    if (shared != NOTHING) {
        str_add(&line, r->g->layer[shared].name);
    } else if (joins) {
        static const char *const verbs[] = {"add", "average", "maximum", "concat"};
        str_add(&line, verbs[pick(r, 4)]);
        add_slot(r, &line, "activity", 0.7);
    } else if (masked) {
        add_on_steps(r, &line);
    } else if (kind < 5) {
        add_dense(r, &line);
    } else if (kind < 7) {
        str_addf(&line, "activation %s", some_activation(r));
        add_slot(r, &line, "activity", 0.5);
    } else if (kind == 7) {
        str_add(&line, "flatten");
        add_slot(r, &line, "activity", 0.5);
    } else if (kind == 8) {
        add_reshape(r, &line, shape_count(shape));
    } else if (kind > 9) {
        add_norm(r, &line);
    } else {
        str_add(&line, "activity_regularization ");
        add_terms(r, &line, true);
    }
    str_addf(&line, " on %s", r->g->call[r->g->value[on].made_by].name);
    if (joins)
        str_addf(&line, ", %s", some_other(r, on));
    str_addf(&line, " as c%zu\n", r->g->calls);
    struct err e = {0};
    str_add(&r->text, line.text);
    if (build_layers(r->g, line.text, &e))
        fail_msg("%s: %s", r->text.text, e.what);
    str_finish(&line);
}

static inline void random_start(struct random_graph *r, uint64_t number)
{
    static const char *const shapes[] = {"2", "4", "2x3", "3x2", "1"};
    struct err e = {0};
    *r = (struct random_graph){.key = rng_key(20, "graph", "", number), .g = graph_create()};
    assert_non_null(r->g);
    const unsigned inputs = 1 + pick(r, 3) / 2, calls = 2 + pick(r, 7);
    for (unsigned i = 0; i < inputs; i++) {
        char line[80];
        /* Something uses each input, be it a branch that leads nowhere. */
        snprintf(line, sizeof line, "input %s as x%u\nflatten on x%u as f%u\n", shapes[pick(r, 5)],
                 i, i, i);
        str_add(&r->text, line);
        assert_int_equal(build_layers(r->g, line, &e), 0);
        if (r->g->value[r->g->values - 2].shape.axes < 2 || chance(r, 0.4))
            continue;
        snprintf(line, sizeof line, "masking 0 on x%u as k%u\n", i, i);
        str_add(&r->text, line);
        assert_int_equal(build_layers(r->g, line, &e), 0);
    }
    for (unsigned i = 0; i < calls; i++)
        add_call(r);
}

static inline void random_finish(struct random_graph *r)
{
    graph_destroy(r->g);
    str_finish(&r->text);
}

#endif
