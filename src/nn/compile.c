/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/compile.h"

#include "nn/act_jumprelu.h"
#include "nn/bend.h"
#include "nn/fuse.h"
#include "nn/listing.h"
#include "nn/op_head.h"
#include "nn/op_inside.h"
#include "nn/op_joint.h"
#include "nn/op_mask.h"
#include "nn/op_masked.h"
#include "nn/op_penalty.h"
#include "nn/operand.h"
#include "nn/planner.h"

#include <stdlib.h>
#include <string.h>

/* Whether a penalty on a value moves anything: one that counts goes through thresholds alone. */
static bool moves_activity(const struct planner *w, const struct penalty_kind *kind, id value)
{
    const id call = kind->by_count ? threshold_call(w->g, value) : NOTHING;
    if (!kind->by_count)
        return w->requires_grad[value];
    return call != NOTHING && planner_wants_weight_grad(w, call, "theta");
}

/* Notes a row of the ledger and the step that gathers its sums. */
static void note_row(struct planner *w, struct applied a)
{
    struct plan *p = w->p;
    const bool activity = a.weight == NOTHING;
    const struct args *args = w->g->term[a.term].args;
    const struct penalty_kind *kind = penalty_kind_of(args);
    a.simple = kind->powers != NULL;
    a.proximal = penalty_is_proximal(args);
    a.sums = p->sums;
    a.count = activity ? shape_count(&w->g->value[a.value].shape) : w->g->weight[a.weight].count;
    a.frozen = activity ? !moves_activity(w, kind, a.value) : !graph_trains(w->g, a.weight);
    if (mem_room(&p->applied, &p->applied_room, p->applieds + 1, sizeof *p->applied)) {
        w->failed = true;
        return;
    }
    p->applied[p->applieds++] = a;
    struct extent n = applied_extent(p, &a, p->capacity);
    p->sums += kind->sums(args, &n);
    if (a.mask)
        masked_room(w, &a);
    (kind->gather_inside ? emit_inside : emit_penalty)(w, (uint32_t)p->applieds - 1);
}

static void apply_weight(struct planner *w, id term)
{
    struct applied a = {.term = term,
                        .weight = w->g->term[term].weight,
                        .call = NOTHING,
                        .value = NOTHING,
                        .steps = 1,
                        .reduce = REDUCE_SUM};
    bend_weight(w, &a);
    note_row(w, a);
}

/* The row in truth stays, and counts for nothing; *a becomes the one that counts. */
static void part_from_truth(struct planner *w, struct applied *a, enum bent bent)
{
    struct applied truth = *a;
    truth.times = 0;
    truth.bent = a->bent = bent;
    note_row(w, truth);
    a->untrue = true;
}

static void apply_activity(struct planner *w, id term, id call)
{
    const struct call *c = &w->g->call[call];
    struct applied a = {.term = term,
                        .weight = NOTHING,
                        .call = call,
                        .value = c->output,
                        .mask = plan_mask_of(w->p, c->output)};
    bend_activity(w, &a);
    const bool knows = !w->policy || !w->policy->ignores_masks;
    const bool on_input = bend_to_input(w, call) && !applied_inside(w, &a);
    if (a.times == 0 || (!on_input && (knows || !a.mask))) {
        note_row(w, a);
        return;
    }
    part_from_truth(w, &a, on_input ? BENT_INPUT : BENT_MASKED);
    a.mask = 0;
    if (!on_input)
        note_row(w, a);
    for (uint32_t i = 0; on_input && i < c->inputs; i++) {
        a.value = c->input[i];
        a.mask = knows ? plan_mask_of(w->p, a.value) : 0;
        note_row(w, a);
    }
}

static void plan_forward(struct planner *w)
{
    const struct graph *g = w->g;
    for (id c = 0; c < g->calls; c++) {
        const struct layer_kind *kind = g->layer[g->call[c].layer].kind;
        w->first_saved[c] = (uint32_t)w->saves;
        if (kind->forward)
            kind->forward(w, c);
        if (w->p->masks)
            emit_mask(w, c);
        w->first_row[c] = (uint32_t)w->p->applieds;
        for (id t = w->first_term[g->call[c].layer]; t != NOTHING; t = w->next_term[t])
            if (g->term[t].activity)
                apply_activity(w, t, c);
    }
    /* A layer that no call has built has no weights yet. */
    for (id t = 0; t < g->terms; t++)
        if (!g->term[t].activity && g->term[t].weight != NOTHING)
            apply_weight(w, t);
    for (id t = 0; g->joints && t < g->terms; t++)
        if (term_is_joint(&g->term[t]))
            emit_joint(w, t);
    for (uint32_t h = 0; h < w->p->heads; h++)
        emit_head(w, h);
}

static void plan_call_backward(struct planner *w, id call)
{
    const struct graph *g = w->g;
    const id y = g->call[call].output, storage = g->value[y].storage;
    const struct layer_kind *kind = g->layer[g->call[call].layer].kind;
    if (!w->requires_grad[y])
        return;
    for (uint32_t r = w->first_row[call]; r < w->p->applieds && w->p->applied[r].call == call; r++)
        if (w->p->applied[r].times != 0 && !w->p->applied[r].frozen &&
            !applied_inside(w, &w->p->applied[r]))
            emit_penalty_grad(w, r);
    bool flows = w->written[storage] || w->logits[y] != NOTHING || call_pulls_inside(w, call);
    if (flows && kind->backward)
        kind->backward(w, call);
}

static void plan_backward(struct planner *w)
{
    const struct graph *g = w->g;
    w->backward = true;
    for (uint32_t h = 0; h < w->p->heads; h++) {
        id value = w->p->head[h].value;
        if (w->logits[value] != h && w->requires_grad[value])
            emit_head_grad(w, h);
    }
    for (uint32_t r = 0; g->joints && r < w->p->applieds; r++)
        if (w->p->applied[r].joint && w->p->applied[r].times != 0)
            emit_joint_grad(w, r);
    for (size_t c = g->calls; c-- > 0;)
        plan_call_backward(w, (id)c);
    for (uint32_t r = 0; r < w->p->applieds; r++)
        if (w->p->applied[r].weight != NOTHING && w->p->applied[r].times != 0 &&
            !w->p->applied[r].frozen && !w->p->applied[r].proximal)
            emit_penalty_grad(w, r);
    for (id k = 0; k < g->weights; k++)
        if (!w->wrote[k]) {
            struct step s = {.op = &op_zero, .cols = g->weight[k].count};
            s.y[0] = weight_operand(w, k, IN_WGRAD);
            planner_emit(w, NOTHING, &s);
        }
}

static bool may_move(const struct graph *g, const struct layer *l)
{
    for (id w = l->first_weight; w < l->first_weight + l->weights; w++)
        if (graph_trains(g, w))
            return true;
    return false;
}

/* Where all values stand, and which of them need a gradient. */
static void lay_out(struct planner *w)
{
    const struct graph *g = w->g;
    struct plan *p = w->p;
    for (id v = 0; v < g->values; v++) {
        const struct value *value = &g->value[v];
        const struct call *c = &g->call[value->made_by];
        const struct layer *l = &g->layer[c->layer];
        w->requires_grad[v] = may_move(g, l);
        for (uint32_t i = 0; i < c->inputs; i++)
            w->requires_grad[v] = w->requires_grad[v] || w->requires_grad[c->input[i]];
        w->logits[v] = NOTHING;
        if (value->storage != v)
            p->value[v] = p->value[value->storage];
        else if (l->kind->source)
            p->value[v] = (struct operand){IN_INPUT, p->size[IN_INPUT]++, v};
        else
            p->value[v] = (struct operand){
                IN_VALUE, take_room(&p->size[IN_VALUE], p->capacity * shape_count(&value->shape)),
                v};
    }
    p->size[IN_DVALUE] = p->size[IN_VALUE];
    p->size[IN_TARGET] = p->heads;
    for (uint32_t h = 0; h < p->heads; h++)
        if (plan_at_logits(g, &p->head[h]))
            w->logits[p->head[h].value] = h;
}

/* Inputs and targets change from step to step: their operands come first, to be found quickly. */
static void moving_operands(struct planner *w)
{
    operand_at(w, BLOCKS, 0, NOTHING); /* NO_OPERAND */
    for (id v = 0; v < w->g->values; v++)
        if (w->p->value[v].block == IN_INPUT)
            value_operand(w, v);
    for (uint32_t i = 0; i < w->p->heads; i++)
        operand_at(w, IN_TARGET, i, i);
    w->p->moving_operands = w->p->operands;
}

/* Which calls keep their pre-activations. */
static void keep_z(struct planner *w)
{
    const struct graph *g = w->g;
    struct plan *p = w->p;
    for (id c = 0; c < g->calls; c++) {
        const id y = g->call[c].output;
        const struct args *function = graph_activation(g, c);
        const struct activation_work *work = activation_work(function);
        const bool keeps = w->logits[y] != NOTHING || (work && work->keeps) ||
                           activation_keeps_z(activation_use(function).code);
        /* A block's call has the output of another call. */
        if (keeps && g->value[y].made_by == c)
            w->z[c] = operand_at(
                w, IN_SAVED,
                take_room(&p->size[IN_SAVED], p->capacity * shape_count(&g->value[y].shape)), c);
    }
}

static void list_terms(struct planner *w)
{
    for (size_t l = 0; l < w->g->layers; l++)
        w->first_term[l] = NOTHING;
    for (size_t t = w->g->terms; t-- > 0;) {
        if (term_is_joint(&w->g->term[t]))
            continue;
        id *first = &w->first_term[w->g->term[t].layer];
        w->next_term[t] = *first;
        *first = (id)t;
    }
}

static int prepare_plan(struct planner *w, const struct head *heads, size_t count)
{
    const struct graph *g = w->g;
    w->requires_grad = mem_new(g->values, sizeof *w->requires_grad);
    w->written = mem_new(g->values, sizeof *w->written);
    w->logits = mem_new(g->values, sizeof *w->logits);
    w->wrote = mem_new(g->weights, sizeof *w->wrote);
    w->z = mem_new(g->calls, sizeof *w->z);
    w->first_saved = mem_new(g->calls, sizeof *w->first_saved);
    w->p->value = mem_new(g->values, sizeof *w->p->value);
    w->p->head = mem_new(count, sizeof *heads);
    w->first_term = mem_new(g->layers, sizeof *w->first_term);
    w->next_term = mem_new(g->terms, sizeof *w->next_term);
    w->first_row = mem_new(g->calls, sizeof *w->first_row);
    if (!w->requires_grad || !w->written || !w->logits || !w->wrote || !w->z || !w->first_saved ||
        !w->p->value || !w->p->head || !w->first_term || !w->next_term || !w->first_row)
        return -1;
    list_terms(w);
    if (count)
        memcpy(w->p->head, heads, count * sizeof *heads);
    w->p->heads = count;
    if (w->policy && w->policy->listing != LIST_ONCE)
        return (w->listed = listing_count(g, w->policy->listing)) ? 0 : -1;
    return 0;
}

static void planner_finish(struct planner *w)
{
    mem_free(w->listed);
    mem_free(w->slot);
    mem_free(w->first_term);
    mem_free(w->next_term);
    mem_free(w->first_row);
    mem_free(w->requires_grad);
    mem_free(w->written);
    mem_free(w->logits);
    mem_free(w->wrote);
    mem_free(w->z);
    mem_free(w->saved);
    mem_free(w->first_saved);
}

static int list_wgrads(struct plan *p)
{
    if (!(p->wgrad = mem_new(p->operands, sizeof *p->wgrad)))
        return -1;
    for (uint32_t i = 0; i < p->operands; i++)
        if (p->operand[i].block == IN_WGRAD)
            p->wgrad[p->wgrads++] = i;
    return 0;
}

static int by_weight(const void *a, const void *b)
{
    const struct proximal_row *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight < y->weight ? -1 : 1;
    if (x->whole != y->whole)
        return x->whole ? 1 : -1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static int list_proximals(struct plan *p)
{
    size_t count = 0;
    for (size_t r = 0; r < p->applieds; r++)
        count += p->applied[r].proximal;
    if (!count)
        return 0;
    if (!(p->proximal = mem_new(count, sizeof *p->proximal)))
        return -1;
    for (uint32_t r = 0; r < p->applieds; r++) {
        const struct applied *a = &p->applied[r];
        if (a->proximal && !a->frozen && a->times != 0)
            p->proximal[p->proximals++] = (struct proximal_row){a->weight, !a->simple, r};
    }
    qsort(p->proximal, p->proximals, sizeof *p->proximal, by_weight);
    return 0;
}

/* What the steps' work is, and whether it can be split by samples. */
static void weigh_rows(struct plan *p)
{
    for (size_t i = 0; i < p->forwards + p->backwards; i++) {
        const struct step *s = i < p->forwards ? &p->forward[i] : &p->backward[i - p->forwards];
        if (s->op->flops)
            p->flops += s->op->flops(s);
        p->couples_samples = p->couples_samples || s->op->couples_samples;
    }
    /* A figure that is no sum over samples. */
    for (size_t i = 0; i < p->applieds; i++) {
        const struct applied *a = &p->applied[i];
        const bool sum = a->simple || penalty_kind_of(p->graph->term[a->term].args)->by_sample;
        const bool whole = a->joint ? a->joint->values : a->weight == NOTHING && !sum;
        /* What is divided by steps that are there needs all of the batch's. */
        const bool counts = a->mask && a->reduce == REDUCE_MEAN;
        p->couples_samples = p->couples_samples || whole || counts;
    }
    for (size_t i = 0; i < p->heads; i++)
        p->couples_samples = p->couples_samples || plan_mask_of(p, p->head[i].value);
}

struct plan *plan_compile(const struct graph *g, const struct head *heads, size_t count,
                          enum mode mode, size_t capacity, bool fuse, struct err *e)
{
    return plan_compile_bent(g, heads, count, mode, capacity, fuse, NULL, e);
}

struct plan *plan_compile_bent(const struct graph *g, const struct head *heads, size_t count,
                               enum mode mode, size_t capacity, bool fuse,
                               const struct policy *policy, struct err *e)
{
    struct plan *p = mem_new(1, sizeof *p);
    struct planner w = {.p = p, .g = g, .policy = policy};
    if (!p ||
        (p->graph = g, p->mode = mode, p->capacity = capacity, prepare_plan(&w, heads, count))) {
        w.failed = true;
    } else {
        lay_out(&w);
        moving_operands(&w);
        w.failed = w.failed || lay_out_masks(&w);
        keep_z(&w);
        plan_forward(&w);
        plan_backward(&w);
        p->sums += p->heads;
        w.failed = w.failed || list_wgrads(p) || list_proximals(p);
        if (!w.failed)
            weigh_rows(p);
        w.failed = w.failed || (fuse && plan_fuse(p));
    }
    planner_finish(&w);
    if (!w.failed)
        return p;
    plan_destroy(p);
    err_memory(e);
    return NULL;
}
