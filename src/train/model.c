/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/model.h"

#include "nn/init.h"
#include "nn/joint_term.h"
#include "nn/layer.h"

#include <math.h>
#include <string.h>

struct model *model_create(const char *name)
{
    struct model *m = mem_new(1, sizeof *m);
    if (!m)
        return NULL;
    m->name = mem_text(name, strlen(name));
    m->graph = graph_create();
    m->recipe.loss_weight = 1;
    if (m->name && m->graph)
        return m;
    model_destroy(m);
    return NULL;
}

void model_rules_changed(struct model *m)
{
    struct derived *d = m->ruled;
    m->ruled = NULL;
    if (d)
        d->destroy(d);
}

void model_noise_prune(struct model *m)
{
    for (size_t i = 0; i < m->state.noises && i < m->graph->layers; i++) {
        const struct layer *l = &m->graph->layer[i];
        if (m->state.noise[i].given && l->kind->noise &&
            rules_find(&m->rules, l->name, l->kind->noise) == m->rules.count)
            m->state.noise[i].given = false;
    }
}

void model_swap_rules(struct model *m, struct rules *r)
{
    const struct rules was = m->rules;
    m->rules = *r;
    *r = was;
    model_rules_changed(m);
    model_noise_prune(m);
    /* The curves of their settings have other names now. */
    if (m->derived)
        m->derived->refresh(m->derived);
}

void model_changed(struct model *m)
{
    model_rules_changed(m);
    struct derived *d = m->derived;
    m->derived = NULL;
    if (d)
        d->destroy(d);
}

void model_bend(struct model *m, const struct policy *p)
{
    model_changed(m);
    m->policy = p;
}

void choice_finish(struct choice *c)
{
    arena_finish(&c->arena);
    c->args = NULL;
}

static void drop_own(struct model *m)
{
    for (size_t i = 0; i < m->recipe.owns; i++)
        choice_finish(&m->recipe.own[i].choice);
    m->recipe.owns = 0;
}

void model_state_finish(struct model_state *state)
{
    for (size_t i = 0; i < state->penalties; i++)
        choice_finish(&state->penalty[i]);
    mem_free(state->penalty);
    mem_free(state->noise);
    mem_free(state->weight);
    mem_free(state->grad);
    mem_free(state->pruned);
    mem_free(state->average);
    mem_free(state->term_sum);
    for (size_t i = 0; i < SLOTS_MOST; i++)
        mem_free(state->slot[i]);
    *state = (struct model_state){0};
}

void model_destroy(struct model *m)
{
    if (!m)
        return;
    model_changed(m);
    drop_own(m);
    choice_finish(&m->recipe.loss);
    choice_finish(&m->recipe.optimizer);
    rules_finish(&m->rules);
    history_finish(&m->history);
    graph_destroy(m->graph);
    numbering_finish(&m->numbering);
    model_state_finish(&m->state);
    mem_free(m->name);
    mem_free(m);
}

static int copy_choice(struct choice *to, const struct choice *from)
{
    struct err e;
    return from->args ? choice_make(to, from->args, &e) : 0;
}

static int copy_own(struct recipe *to, const struct recipe *from)
{
    for (; to->owns < from->owns; to->owns++) {
        const struct own_loss *own = &from->own[to->owns];
        to->own[to->owns] = (struct own_loss){.output = own->output, .weight = own->weight};
        if (copy_choice(&to->own[to->owns].choice, &own->choice))
            return -1;
    }
    return 0;
}

static int copy_block(real **to, const real *from, size_t reals, const struct stop *stop)
{
    if (!from)
        return 0;
    *to = mem_block(reals, sizeof **to);
    return *to && stop_copy(stop, *to, from, reals * sizeof **to) ? 0 : -1;
}

static int copy_noise(struct model_state *to, const struct model_state *from)
{
    if (!from->noises)
        return 0;
    if (mem_room(&to->noise, &to->noise_room, from->noises, sizeof *to->noise))
        return -1;
    memcpy(to->noise, from->noise, from->noises * sizeof *to->noise);
    to->noises = from->noises;
    return 0;
}

static int copy_penalties(struct model_state *to, const struct model_state *from)
{
    if (mem_room(&to->penalty, &to->penalty_room, from->penalties, sizeof *to->penalty))
        return -1;
    for (; to->penalties < from->penalties; to->penalties++) {
        to->penalty[to->penalties] = (struct choice){0};
        if (copy_choice(&to->penalty[to->penalties], &from->penalty[to->penalties]))
            return -1;
    }
    return 0;
}

static int copy_term_sums(struct model_state *to, const struct model_state *from)
{
    if (!from->term_sums)
        return 0;
    if (mem_room(&to->term_sum, &to->term_sum_room, from->term_sums, sizeof *to->term_sum))
        return -1;
    memcpy(to->term_sum, from->term_sum, from->term_sums * sizeof *to->term_sum);
    to->term_sums = from->term_sums;
    return 0;
}

/* Counters and figures are the same; the blocks are the copy's own. */
static int copy_state(struct model_state *to, const struct model_state *from,
                      const struct stop *stop)
{
    *to = *from;
    to->penalty = NULL;
    to->penalties = to->penalty_room = 0;
    to->noise = NULL;
    to->noises = to->noise_room = 0;
    to->term_sum = NULL;
    to->term_sums = to->term_sum_room = 0;
    to->weight = to->grad = to->pruned = to->average = NULL;
    memset(to->slot, 0, sizeof to->slot);
    int failed = copy_penalties(to, from) || copy_noise(to, from) || copy_term_sums(to, from) ||
                 copy_block(&to->weight, from->weight, from->reals, stop) ||
                 copy_block(&to->grad, from->grad, from->reals, stop) ||
                 copy_block(&to->pruned, from->pruned, from->reals, stop) ||
                 copy_block(&to->average, from->average, from->reals, stop);
    for (size_t i = 0; i < SLOTS_MOST && !failed; i++)
        failed = copy_block(&to->slot[i], from->slot[i], from->reals, stop);
    return failed;
}

int model_state_copy(const struct model *m, struct model_state *to, struct err *e)
{
    if (!copy_state(to, &m->state, m->stop))
        return 0;
    model_state_finish(to);
    return stop_check(m->stop, e) ? -1 : err_memory(e);
}

void model_put_state(struct model *m, struct model_state *from)
{
    model_changed(m);
    model_state_finish(&m->state);
    m->state = *from;
    *from = (struct model_state){0};
    m->history.ahead = true;
}

static int copy_recipe(struct recipe *to, const struct recipe *from)
{
    to->loss_weight = from->loss_weight;
    to->common = from->common;
    return copy_choice(&to->loss, &from->loss) || copy_own(to, from) ||
           copy_choice(&to->optimizer, &from->optimizer);
}

struct model *model_copy(const struct model *m, const char *name, struct err *e)
{
    struct model *to = model_create(name);
    if (to) {
        graph_destroy(to->graph);
        to->graph = graph_share(m->graph);
        to->stop = m->stop;
        to->policy = m->policy;
    }
    if (to && !copy_recipe(&to->recipe, &m->recipe) &&
        !copy_state(&to->state, &m->state, m->stop) &&
        !rules_copy(&to->rules, &m->rules, m->state.step) &&
        !history_copy(&to->history, &m->history))
        return to;
    model_destroy(to);
    if (stop_check(m->stop, e) == 0)
        err_memory(e);
    return NULL;
}

void model_take_name(struct model *m, char *name)
{
    mem_free(m->name);
    m->name = name;
}

id model_output(const struct model *m)
{
    id output[OUTPUTS_MOST];
    return graph_outputs(m->graph, output) ? output[0] : NOTHING;
}

double model_noise(const struct model *m, id layer)
{
    const struct layer *l = &m->graph->layer[layer];
    if (!l->kind->noise)
        return 0;
    return layer < m->state.noises && m->state.noise[layer].given
               ? m->state.noise[layer].as.number
               : args_number(l->args, l->kind->noise);
}

int model_noise_room(struct model *m)
{
    struct model_state *s = &m->state;
    if (mem_room(&s->noise, &s->noise_room, m->graph->layers, sizeof *s->noise))
        return -1;
    while (s->noises < m->graph->layers)
        s->noise[s->noises++] = (struct arg){.type = ARG_NUMBER};
    return 0;
}

int model_term_room(struct model *m)
{
    struct model_state *s = &m->state;
    if (mem_room(&s->term_sum, &s->term_sum_room, m->graph->numbered, sizeof *s->term_sum))
        return -1;
    while (s->term_sums < m->graph->numbered)
        s->term_sum[s->term_sums++] = 0;
    return 0;
}

const struct args *model_term(const struct model *m, id term)
{
    const struct term *t = &m->graph->term[term];
    const struct args *set =
        t->number < m->state.penalties ? m->state.penalty[t->number].args : NULL;
    return set ? set : t->args;
}

const struct args *model_loss(const struct model *m, id output, double *weight)
{
    const struct args *found = m->recipe.loss.args;
    double factor = m->recipe.loss_weight;
    for (size_t i = 0; i < m->recipe.owns; i++)
        if (m->recipe.own[i].output == output) {
            found = m->recipe.own[i].choice.args;
            factor = m->recipe.own[i].weight;
        }
    if (weight)
        *weight = factor;
    return found;
}

int model_edit(struct model *m, struct graph_edit *was, struct err *e)
{
    model_changed(m);
    if (graph_own(&m->graph, e))
        return -1;
    graph_begin(m->graph, was);
    return 0;
}

/* What was drawn of weights that are gone is forgotten, and the names of calls are free again. */
static void cut_drawn(struct model *m, const struct graph_edit *was)
{
    const struct graph *g = m->graph;
    for (size_t c = was->calls; c < g->calls; c++)
        numbering_free(&m->numbering, g->call[c].name);
    if (m->state.drawn > was->weights) {
        m->state.drawn = was->weights;
        m->state.reals = was->weight_reals;
    }
}

void model_take_back(struct model *m, const struct graph_edit *was)
{
    cut_drawn(m, was);
    graph_take_back(m->graph, was);
}

int model_restore(struct model *m, struct graph_edit *was, struct err *e)
{
    model_changed(m);
    if (graph_own(&m->graph, e) || graph_prepare(m->graph, was, e))
        return -1;
    model_take_back(m, was);
    return 0;
}

int choice_make(struct choice *c, const struct args *args, struct err *e)
{
    *c = (struct choice){0};
    c->args = args_copy(&c->arena, args);
    if (c->args)
        return 0;
    arena_finish(&c->arena);
    return err_memory(e);
}

void model_take_loss(struct model *m, struct choice c, double weight)
{
    model_changed(m);
    drop_own(m);
    choice_finish(&m->recipe.loss);
    m->recipe.loss = c;
    m->recipe.loss_weight = weight;
}

int model_take_own_loss(struct model *m, struct own_loss own)
{
    size_t i = 0;
    while (i < m->recipe.owns && m->recipe.own[i].output != own.output)
        i++;
    if (i == OUTPUTS_MOST)
        return -1;
    model_changed(m);
    choice_finish(&m->recipe.own[i].choice);
    m->recipe.own[i] = own;
    m->recipe.owns += i == m->recipe.owns;
    return 0;
}

struct recipe_extent recipe_extent(const struct recipe *r)
{
    return (struct recipe_extent){r->loss.args != NULL, r->optimizer.args != NULL, r->owns};
}

void model_cut_recipe(struct model *m, const struct recipe_extent *was)
{
    struct recipe *r = &m->recipe;
    if (!was->loss && r->loss.args)
        model_take_loss(m, (struct choice){0}, 1);
    if (!was->optimizer && r->optimizer.args)
        model_take_optimizer(m, (struct choice){0});
    if (r->owns > was->owns)
        model_changed(m);
    while (r->owns > was->owns) {
        choice_finish(&r->own[--r->owns].choice);
        r->own[r->owns] = (struct own_loss){0};
    }
}

static void forget_slots(struct model *m)
{
    for (size_t i = 0; i < SLOTS_MOST; i++) {
        mem_free(m->state.slot[i]);
        m->state.slot[i] = NULL;
    }
}

void model_take_optimizer(struct model *m, struct choice c)
{
    model_rules_changed(m);
    rules_end(&m->rules, "optimizer");
    choice_finish(&m->recipe.optimizer);
    m->recipe.optimizer = c;
    m->recipe.common = c.args ? opt_common(c.args) : (struct opt_common){0};
    m->state.updates = 0;
    m->state.averaged = 0;
    forget_slots(m);
}

void model_change_optimizer(struct model *m, struct choice c)
{
    model_rules_changed(m);
    choice_finish(&m->recipe.optimizer);
    m->recipe.optimizer = c;
    m->recipe.common = c.args ? opt_common(c.args) : (struct opt_common){0};
    if (m->recipe.common.ema == 0)
        m->state.averaged = 0;
    /* Before the first step they may start at another number now. */
    if (!m->state.updates)
        forget_slots(m);
}

/* Weights, their gradient, what the optimizer keeps, which weights stay 0, and their average. */
enum { PRUNED = 2 + SLOTS_MOST, AVERAGE, STATE_BLOCKS };

static real **block_of(struct model_state *s, size_t i)
{
    return i == 0         ? &s->weight
           : i == 1       ? &s->grad
           : i == PRUNED  ? &s->pruned
           : i == AVERAGE ? &s->average
                          : &s->slot[i - 2];
}

/* The block with room for `reals`, the old numbers first, as far as nothing stops it; NULL without
 * memory. */
static real *grown_block(const real *old, size_t have, size_t reals, const struct stop *stop)
{
    real *block = mem_block(reals, sizeof *block);
    if (block && old)
        stop_copy(stop, block, old, have * sizeof *block);
    return block;
}

static int draw_all(const struct model *m, real *to, uint64_t seed, struct err *e)
{
    for (size_t i = m->state.drawn; i < m->graph->weights; i++) {
        const struct weight *w = &m->graph->weight[i];
        if (weight_fill(w, seed, m->stop, to + w->at, e))
            return -1;
    }
    return 0;
}

/* The averages of weights from `first` on are the weights. */
static void begin_average(const struct graph *g, size_t first, const real *weight, real *average)
{
    const size_t at = g->weight[first].at;
    memcpy(average + at, weight + at, (g->weight_reals - at) * sizeof *average);
}

int model_draw(struct model *m, uint64_t seed, size_t slots, struct err *e)
{
    struct model_state *s = &m->state;
    const size_t reals = m->graph->weight_reals;
    const bool all = s->drawn != m->graph->weights || !s->weight;
    const double start = m->recipe.optimizer.args ? opt_start(m->recipe.optimizer.args) : 0;
    real *block[STATE_BLOCKS] = {0};
    bool failed = false;
    if (!all && (!slots || s->slot[slots - 1]))
        return 0;
    for (size_t i = 0; i < STATE_BLOCKS; i++) {
        const real *old = *block_of(s, i);
        const size_t have = old ? s->reals : 0;
        if (!(old ? all : i < 2 + slots))
            continue;
        block[i] = grown_block(old, have, reals, m->stop);
        failed = failed || !block[i];
        for (size_t k = have; i >= 2 && i < PRUNED && block[i] && k < reals; k++)
            block[i][k] = (real)start;
    }
    if (failed || (all && draw_all(m, block[0], seed, e)) || stop_check(m->stop, e)) {
        for (size_t i = 0; i < STATE_BLOCKS; i++)
            mem_free(block[i]);
        return failed ? err_memory(e) : -1;
    }
    if (block[AVERAGE] && s->drawn < m->graph->weights)
        begin_average(m->graph, s->drawn, block[0], block[AVERAGE]);
    for (size_t i = 0; i < STATE_BLOCKS; i++)
        if (block[i]) {
            mem_free(*block_of(s, i));
            *block_of(s, i) = block[i];
        }
    s->drawn = m->graph->weights;
    s->reals = reals;
    return 0;
}

struct figures model_epoch(const struct model *m)
{
    const double n = m->state.seen ? (double)m->state.seen : 1;
    struct figures x = {.data = m->state.so_far.data / n,
                        .penalty = m->state.so_far.penalty / n,
                        .right = m->state.so_far.right,
                        .judged = m->state.so_far.judged};
    for (size_t i = 0; i < OUTPUTS_MOST; i++)
        x.head[i] = m->state.so_far.head[i] / n;
    return x;
}

double figures_accuracy(const struct figures *x)
{
    return x->judged > 0 ? x->right / x->judged : NAN;
}

void model_draw_again(struct model *m)
{
    m->state.drawn = m->state.trained;
}

uint64_t digest_bytes(uint64_t hash, const void *bytes, size_t n)
{
    const unsigned char *b = bytes;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ b[i]) * 0x100000001B3u;
    return hash;
}

static uint64_t digest_text(uint64_t hash, const char *text)
{
    return digest_bytes(hash, text, strlen(text) + 1);
}

static uint64_t digest_args(uint64_t hash, const struct args *a)
{
    struct str s = {0};
    if (a)
        args_print(&s, a);
    hash = digest_text(hash, s.text ? s.text : "");
    str_finish(&s);
    return hash;
}

static uint64_t digest_graph(const struct model *m, uint64_t hash)
{
    const struct graph *g = m->graph;
    for (size_t i = 0; i < g->layers; i++) {
        hash = digest_text(hash, g->layer[i].name);
        hash = digest_args(hash, g->layer[i].args);
        hash = digest_bytes(hash, &g->layer[i].trainable, sizeof g->layer[i].trainable);
    }
    for (size_t i = 0; i < g->calls; i++) {
        hash = digest_text(hash, g->call[i].name);
        hash = digest_bytes(hash, &g->call[i].layer, sizeof(id));
        hash = digest_bytes(hash, g->call[i].input, g->call[i].inputs * sizeof(id));
    }
    hash = digest_bytes(hash, g->output, g->outputs * sizeof(id));
    for (size_t i = 0; i < g->terms; i++) {
        hash = digest_bytes(hash, &g->term[i].layer, sizeof(id));
        hash = digest_text(hash, g->term[i].slot);
        hash = digest_args(hash, model_term(m, (id)i));
        if (!term_is_joint(&g->term[i]))
            continue;
        hash = digest_text(hash, g->term[i].args->arg[JOINT_NAME].as.text);
        hash = digest_text(hash, g->term[i].args->arg[JOINT_FORMULA].as.text);
    }
    return hash;
}

static uint64_t digest_noise(const struct model *m, uint64_t hash)
{
    for (id i = 0; i < m->state.noises; i++) {
        const double amount = model_noise(m, i);
        if (m->state.noise[i].given)
            hash = digest_bytes(digest_bytes(hash, &i, sizeof i), &amount, sizeof amount);
    }
    return hash;
}

static uint64_t digest_losses(const struct model *m, uint64_t hash)
{
    hash = digest_args(hash, m->recipe.loss.args);
    hash = digest_bytes(hash, &m->recipe.loss_weight, sizeof m->recipe.loss_weight);
    for (size_t i = 0; i < m->recipe.owns; i++) {
        hash = digest_args(hash, m->recipe.own[i].choice.args);
        hash = digest_bytes(hash, &m->recipe.own[i].output, sizeof m->recipe.own[i].output);
        hash = digest_bytes(hash, &m->recipe.own[i].weight, sizeof m->recipe.own[i].weight);
    }
    return hash;
}

static uint64_t digest_rules(const struct model *m, uint64_t hash)
{
    for (size_t i = 0; i < m->rules.count; i++) {
        const struct ruled *r = &m->rules.item[i];
        hash = digest_text(digest_text(hash, r->rule->setting), r->rule->value);
        hash = digest_bytes(hash, &r->rule->every, sizeof r->rule->every);
        if (r->step != m->state.step)
            continue;
        hash = digest_bytes(hash, r->tensor, r->reals * sizeof *r->tensor);
        hash = digest_bytes(hash, r->figure, r->figures * sizeof *r->figure);
    }
    return hash;
}

uint64_t model_digest(const struct model *m, uint64_t hash)
{
    const uint64_t counts[] = {m->state.step,           m->state.epoch,   m->state.updates,
                               m->state.position,       m->state.stepped, m->state.trained,
                               (uint64_t)m->state.from, m->state.seen,    m->state.averaged};
    hash = digest_text(hash, m->name);
    hash = digest_graph(m, hash);
    hash = digest_noise(m, hash);
    hash = digest_losses(m, hash);
    hash = digest_args(hash, m->recipe.optimizer.args);
    hash = digest_rules(m, hash);
    hash = digest_bytes(hash, counts, sizeof counts);
    hash = digest_bytes(hash, &m->state.last, sizeof m->state.last);
    hash = digest_bytes(hash, &m->state.so_far, sizeof m->state.so_far);
    const real *block[STATE_BLOCKS] = {m->state.weight, m->state.grad};
    for (size_t i = 0; m->state.updates && i < SLOTS_MOST; i++)
        block[2 + i] = m->state.slot[i];
    block[PRUNED] = m->state.pruned;
    block[AVERAGE] = m->state.averaged ? m->state.average : NULL;
    for (size_t i = 0; i < sizeof block / sizeof *block; i++)
        if (block[i])
            hash = digest_bytes(hash, block[i], m->state.trained_reals * sizeof(real));
    return hash;
}
