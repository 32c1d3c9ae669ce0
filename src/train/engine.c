/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/engine.h"

#include "nn/compile.h"
#include "nn/layer.h"
#include "num/flush.h"
#include "train/aim.h"
#include "train/feed.h"
#include "train/update.h"
#include "train/workers.h"

#include <stdio.h>
#include <string.h>

static const struct span nowhere;

int engine_check(const struct model *m, const struct dataset *d, struct err *e)
{
    struct aim aim[OUTPUTS_MOST];
    size_t aims;
    return engine_check_inputs(m, d, e) || graph_check_applied(m->graph, e) ||
                   aims_make(m, d, aim, &aims, e)
               ? -1
               : 0;
}

size_t engine_batch(const struct dataset *d)
{
    return d->batch < d->training ? d->batch : d->training;
}

size_t engine_steps(const struct dataset *d)
{
    return (d->training + d->batch - 1) / d->batch;
}

/* Neighbouring weights that may move become one range. */
static int make_ranges(struct model *m)
{
    const struct graph *g = m->graph;
    if (!(m->range = mem_new(g->weights, sizeof *m->range)))
        return -1;
    m->ranges = 0;
    for (size_t i = 0; i < g->weights; i++) {
        const struct weight *w = &g->weight[i];
        struct range *last = m->ranges ? &m->range[m->ranges - 1] : NULL;
        if (!graph_trains(g, (id)i))
            continue;
        if (last && last->at + last->count == w->at)
            last->count += w->count;
        else
            m->range[m->ranges++] = (struct range){w->at, w->count};
    }
    return 0;
}

static size_t make_heads(const struct model *m, struct head *to)
{
    for (size_t i = 0; i < m->aims; i++)
        to[i] = (struct head){.value = m->aim[i].value,
                              .kind = &loss_kind_of(m->aim[i].loss)->head,
                              .args = m->aim[i].loss,
                              .target_cols = m->aim[i].cols,
                              .weight = m->aim[i].weight};
    return m->aims;
}

/* Compiles both plans for a capacity. Without aims only what flows forward is of use. */
static int compile(struct model *m, const struct dataset *d, const struct aim *aim, size_t aims,
                   struct err *e)
{
    const size_t capacity = engine_batch(d);
    struct head head[OUTPUTS_MOST];
    model_forget_plans(m);
    memcpy(m->aim, aim, aims * sizeof *aim);
    m->aims = aims;
    const size_t heads = make_heads(m, head);
    m->infer = plan_compile_bent(m->graph, head, heads, MODE_INFER, capacity, true, m->policy, e);
    if (heads)
        m->train =
            plan_compile_bent(m->graph, head, heads, MODE_TRAIN, capacity, true, m->policy, e);
    if (m->infer && (!heads || m->train) && !make_ranges(m) && !feed_make(m, capacity) &&
        (m->order = mem_new(d->training, sizeof *m->order))) {
        m->order_room = d->training;
        return 0;
    }
    model_forget_plans(m);
    return err_memory(e);
}

/* Room for steps, from the first one on. */
static int make_room_to_train(struct model *m, struct err *e)
{
    if (m->train_frame)
        return 0;
    if ((m->train_frame = frame_create(m->train)) &&
        (m->next_grad = mem_block(m->graph->weight_reals, sizeof(real))) &&
        (m->row = mem_new(m->train->applieds, sizeof *m->row)) && !workers_create(m, &m->workers))
        return 0;
    model_forget_plans(m);
    return err_memory(e);
}

/* Room for reports, from the first one on. */
static int make_room_to_look(struct model *m, struct err *e)
{
    if (!m->infer_frame)
        m->infer_frame = frame_create(m->infer);
    if (!m->probe_grad)
        m->probe_grad = mem_block(m->graph->weight_reals, sizeof *m->probe_grad);
    return m->infer_frame && m->probe_grad ? 0 : err_memory(e);
}

/* Whether what was compiled is aimed as is wanted now. Wanting no aim is always served. */
static bool aimed(const struct model *m, const struct aim *aim, size_t aims)
{
    bool same = !aims || aims == m->aims;
    for (size_t i = 0; i < aims && same; i++)
        same = aim[i].columns.at == m->aim[i].columns.at &&
               aim[i].columns.width == m->aim[i].columns.width && aim[i].cols == m->aim[i].cols;
    return same;
}

static int ready(struct model *m, const struct dataset *d, const struct aim *aim, size_t aims,
                 struct err *e)
{
    bool fits = m->infer && m->infer->capacity >= engine_batch(d) && m->order_room >= d->training &&
                aimed(m, aim, aims);
    if (!fits)
        return compile(m, d, aim, aims, e);
    /* What the data says of an aim may have changed with the data. */
    memcpy(m->aim, aim, aims * sizeof *aim);
    return 0;
}

/* What the optimizer keeps for each weight, where the model does not have it yet. */
static int make_slots(const struct model *m, real *block[SLOTS_MOST], struct err *e)
{
    const size_t slots = opt_kind_of(m->optimizer.args)->slots;
    const size_t reals = m->graph->weight_reals;
    const real start = (real)opt_start(m->optimizer.args);
    for (size_t i = 0; i < slots && !m->slot[i]; i++) {
        if (!(block[i] = mem_block(reals, sizeof(real))))
            return err_memory(e);
        for (size_t k = 0; start > 0 && k < reals; k++)
            block[i][k] = start;
    }
    return 0;
}

/* All or nothing: drawing changes the model, and what follows it cannot fail. */
static int draw_and_make_slots(struct model *m, uint64_t seed, struct err *e)
{
    real *block[SLOTS_MOST] = {0};
    const int bad = make_slots(m, block, e) || model_draw(m, seed, e);
    for (size_t i = 0; i < SLOTS_MOST; i++)
        if (bad)
            mem_free(block[i]);
        else if (block[i])
            m->slot[i] = block[i];
    return bad ? -1 : 0;
}

/* The frames' view of weights and gradient. */
static void place(const struct model *m)
{
    frame_weights(m->train_frame, m->weight, m->next_grad);
    m->train_frame->stop = m->stop;
    if (m->workers)
        workers_place(m->workers, m);
}

int engine_prepare(struct model *m, const struct dataset *d, uint64_t seed, struct err *e)
{
    struct aim aim[OUTPUTS_MOST];
    size_t aims;
    if (engine_check_inputs(m, d, e) || graph_check_applied(m->graph, e) ||
        aims_make(m, d, aim, &aims, e) || ready(m, d, aim, aims, e) || make_room_to_train(m, e))
        return -1;
    if (m->ordered && m->order_seed != seed)
        m->ordered = false;
    m->order_seed = seed;
    if (draw_and_make_slots(m, seed, e))
        return -1;
    place(m);
    return 0;
}

static struct figures figures_of(const struct frame *f, double *row)
{
    struct figures x = {.data = frame_data(f)};
    for (size_t i = 0; i < f->plan->heads; i++)
        x.head[i] = frame_head(f, i);
    for (size_t i = 0; i < f->plan->applieds; i++)
        x.penalty += row[i] = frame_row(f, i);
    return x;
}

static bool all_finite(const real *x, size_t n)
{
    return isfinite(kernels()->sum(n, x));
}

/* Of the step at hand; not finite if any part is not. */
static double gradient_norm(const struct model *m)
{
    double squares = 0;
    for (size_t i = 0; i < m->ranges; i++)
        squares += kernels()->squares(m->range[i].count, m->next_grad + m->range[i].at);
    return sqrt(squares);
}

/* The weights whose gradient is not finite, or, where only their squares are not, is largest. */
static id bad_gradient(const struct model *m)
{
    const struct graph *g = m->graph;
    id largest = NOTHING;
    double most = -1;
    for (id w = 0; w < g->weights; w++) {
        const real *d = m->next_grad + g->weight[w].at;
        if (!graph_trains(g, w))
            continue;
        if (!all_finite(d, g->weight[w].count))
            return w;
        const double squares = kernels()->squares(g->weight[w].count, d);
        largest = squares > most ? w : largest;
        most = fmax(most, squares);
    }
    return largest;
}

/* Whether the gradient of a weight is finite when of the penalties only the rows [from, to) send
 * theirs, and the data sends its own if it says so. */
static bool sends_finite(const struct model *m, id weight, size_t from, size_t to, bool data)
{
    struct frame *f = m->train_frame;
    const struct weight *w = &m->graph->weight[weight];
    for (size_t i = 0; i < f->plan->applieds; i++)
        f->mask[i] = i >= from && i < to;
    f->head_mask = data;
    frame_samples(f, f->samples);
    frame_backward(f);
    return all_finite(m->next_grad + w->at, w->count);
}

/* The row whose gradient is not finite, searched for by halves; the count of rows if the data's is,
 * or none by itself. */
static size_t bad_sender(const struct model *m, id weight)
{
    struct frame *f = m->train_frame;
    const size_t rows = f->plan->applieds;
    size_t from = 0, to = rows;
    const bool data =
        !sends_finite(m, weight, 0, 0, true) || sends_finite(m, weight, 0, rows, false);
    while (!data && to - from > 1) {
        const size_t middle = from + (to - from) / 2;
        *(sends_finite(m, weight, from, middle, false) ? &from : &to) = middle;
    }
    const bool found = !data && from < to && !sends_finite(m, weight, from, to, false);
    for (size_t i = 0; i < rows; i++)
        f->mask[i] = 1;
    f->head_mask = 1;
    frame_samples(f, f->samples);
    return found ? from : rows;
}

enum { WHAT_ROOM = 300 };

/* "the gradient of h.kernel, from the penalty h.kernel (own)"; *penalty is its name, or NULL. */
static void explain_gradient(const struct model *m, char what[WHAT_ROOM], const char **penalty)
{
    const struct graph *g = m->graph;
    const id w = bad_gradient(m);
    if (w == NOTHING)
        return;
    const int n = snprintf(what, WHAT_ROOM, "the gradient of %.130s", g->weight[w].path);
    const struct plan *p = m->train_frame->plan;
    const size_t row = bad_sender(m, w);
    if (row == p->applieds)
        return;
    const struct term *t = &g->term[p->applied[row].term];
    *penalty = t->args->entry->name;
    snprintf(what + n, (size_t)(WHAT_ROOM - n), ", from the penalty %.80s.%s (%.40s),",
             g->layer[t->layer].name, t->slot, *penalty);
}

/* The first value in the order of work that is not finite, else the data loss; false if they all
 * are. */
static bool explain_value(const struct model *m, const struct figures *x, char what[WHAT_ROOM])
{
    const struct frame *f = m->train_frame;
    bool found = false;
    for (id c = (id)m->graph->calls; c-- > 0;) {
        const id y = m->graph->call[c].output;
        if (all_finite(frame_value(f, y), f->samples * shape_count(&m->graph->value[y].shape)))
            continue;
        snprintf(what, WHAT_ROOM, "%.150s.output", m->graph->call[c].name);
        found = true;
    }
    if (!found && !isfinite(x->data))
        snprintf(what, WHAT_ROOM, "the data loss");
    return found || !isfinite(x->data);
}

/* The first penalty that is not finite; *penalty is its name if its formula is what fails. */
static bool explain_penalty(const struct model *m, char what[WHAT_ROOM], const char **penalty)
{
    const struct frame *f = m->train_frame;
    bool found = false;
    for (size_t i = f->plan->applieds; i-- > 0;) {
        const struct term *t = &m->graph->term[f->plan->applied[i].term];
        if (isfinite(frame_row(f, i)))
            continue;
        const bool formula = isnan(frame_row(f, i)) || !penalty_kind_of(t->args)->powers;
        *penalty = formula ? t->args->entry->name : NULL;
        snprintf(what, WHAT_ROOM, "the penalty %.80s.%s (%.60s)", m->graph->layer[t->layer].name,
                 t->slot, t->args->entry->name);
        found = true;
    }
    return found;
}

/* The first thing in the order of work that is not finite: the frame still holds the step. */
static int explain(const struct model *m, const struct figures *x, struct err *e)
{
    char what[WHAT_ROOM] = "the weights";
    const char *value = NULL, *slope = NULL; /* the penalty, if it is its formula that fails */
    const bool told = explain_value(m, x, what) || explain_penalty(m, what, &value);
    const id moving = frame_bad_average(m->train_frame);
    if (!told && moving != NOTHING)
        snprintf(what, sizeof what, "%.150s", m->graph->weight[moving].path);
    else if (!told && !isfinite(gradient_norm(m)))
        explain_gradient(m, what, &slope);
    err_at(e, nowhere, "step %llu would make %s infinite or not a number",
           (unsigned long long)m->step + 1, what);
    if (value || slope)
        return err_hint(e,
                        "the step was not taken; the formula has no finite %s for these "
                        "numbers, as %s has none: help %.60s shows it",
                        value ? "value" : "slope", value ? "0/0" : "log(x) at 0",
                        value ? value : slope);
    return err_hint(e, "the step was not taken; lower the learning rate or the penalty's strength, "
                       "or scale the data");
}

/* Forward and backward; returns the norm of the gradient. */
static double run(struct model *m, const struct dataset *d, size_t first, size_t n,
                  struct figures *x)
{
    struct frame *f = m->train_frame;
    const uint32_t *order = feed_order(m, d, m->epoch);
    if (m->split)
        return workers_step(m, d, order, first, n, x);
    feed(m, f, d, order, first, n);
    frame_samples(f, n);
    f->seed = m->order_seed;
    f->step = m->step;
    frame_forward(f);
    frame_backward(f);
    *x = figures_of(f, m->row);
    return gradient_norm(m);
}

static bool fine(const struct model *m, const struct figures *x, double norm)
{
    return isfinite(x->data) && isfinite(x->penalty) &&
           update_reach(m, norm) <= (double)REAL_MOST &&
           frame_bad_average(m->train_frame) == NOTHING;
}

static void commit(struct model *m, const struct dataset *d, const struct figures *x, size_t n)
{
    real *grad = m->next_grad;
    m->next_grad = m->grad;
    m->grad = grad;
    frame_slopes(m->train_frame, m->next_grad);
    if (m->workers)
        workers_place(m->workers, m);
    frame_averages(m->train_frame, m->weight);
    update_weights(m);
    if (m->position == 0) {
        m->so_far = (struct figures){0};
        m->seen = 0;
    }
    m->seen += n;
    m->so_far.data += (double)n * x->data;
    m->so_far.penalty += (double)n * x->penalty;
    for (size_t i = 0; i < m->aims; i++)
        m->so_far.head[i] += (double)n * x->head[i];
    m->position += n;
    m->step++;
    model_settle(m);
    m->stepped = true;
    m->trained = m->drawn;
    m->trained_reals = m->reals;
    m->last = *x;
    m->last_samples = n;
    m->last_data = x->data;
    m->from = FROM_STEP;
    if (m->position >= d->training) {
        m->position = 0;
        m->epoch++;
    }
}

static int step(struct model *m, const struct dataset *d, struct figures *figures, struct err *e)
{
    /* The data may have become smaller in the middle of an epoch. */
    const size_t first = m->position < d->training ? (size_t)m->position : 0;
    const size_t left = d->training - first, n = left < d->batch ? left : d->batch;
    m->split = workers_take(m->workers, n);
    const double norm = run(m, d, first, n, figures);
    if (stop_check(m->stop, e))
        return -1;
    if (!fine(m, figures, norm)) {
        /* One frame holds the whole step when it is looked for what went wrong. */
        const bool split = m->split;
        m->split = false;
        if (split)
            run(m, d, first, n, figures);
        return explain(m, figures, e);
    }
    m->position = first;
    commit(m, d, figures, n);
    return 0;
}

int engine_step(struct model *m, const struct dataset *d, struct figures *figures, struct err *e)
{
    const unsigned before = flush_begin();
    const int failed = step(m, d, figures, e);
    flush_end(before);
    return failed;
}

struct figures engine_epoch(const struct model *m)
{
    const double n = m->seen ? (double)m->seen : 1;
    struct figures x = {.data = m->so_far.data / n, .penalty = m->so_far.penalty / n};
    for (size_t i = 0; i < OUTPUTS_MOST; i++)
        x.head[i] = m->so_far.head[i] / n;
    return x;
}

static void choose_share(struct probe *p, const struct dataset *d, enum share share)
{
    const bool validation =
        share == SHARE_VALIDATION || (share == SHARE_EVALUATION && d->training < d->samples);
    p->first = validation ? d->training : 0;
    p->end = validation ? d->samples : d->training;
    if (share != SHARE_BATCH)
        return;
    /* The batch of the last step; before any, the one to come. */
    const struct model *m = p->model;
    const uint64_t epoch = m->position || !m->epoch ? m->epoch : m->epoch - 1;
    size_t end = m->position ? (size_t)m->position : m->epoch ? d->training : d->batch;
    end = end < d->training ? end : d->training;
    size_t part = end % d->batch;
    p->end = end;
    p->first = end - (part ? part : d->batch);
    p->order = feed_order(p->model, d, epoch);
}

int probe_begin(struct probe *p, struct model *m, const struct dataset *d, uint64_t seed,
                enum share share, bool heads, struct err *e)
{
    struct aim aim[OUTPUTS_MOST];
    size_t aims = 0;
    if (share == SHARE_VALIDATION && d->training == d->samples) {
        err_at(e, nowhere, "the data has no validation share");
        return err_hint(e, "load it with split=0.2, for example");
    }
    if (engine_check_inputs(m, d, e) ||
        (heads && (graph_check_applied(m->graph, e) || aims_make(m, d, aim, &aims, e))) ||
        ready(m, d, aim, aims, e) || make_room_to_look(m, e))
        return -1;
    if (m->ordered && m->order_seed != seed)
        m->ordered = false;
    m->order_seed = seed;
    if (model_draw(m, seed, e))
        return -1;
    frame_weights(m->infer_frame, m->weight, m->probe_grad);
    m->infer_frame->stop = m->stop;
    *p = (struct probe){.model = m, .data = d};
    choose_share(p, d, share);
    p->at = p->first;
    return 0;
}

bool probe_next(struct probe *p)
{
    const size_t left = p->end - p->at, full = engine_batch(p->data);
    if (!left || stop_asked(p->model->stop))
        return false;
    p->samples = left < full ? left : full;
    feed(p->model, p->model->infer_frame, p->data, p->order, p->at, p->samples);
    frame_samples(p->model->infer_frame, p->samples);
    frame_forward(p->model->infer_frame);
    p->at += p->samples;
    return !stop_asked(p->model->stop);
}

int probe_row(struct model *m, const struct dataset *d, uint64_t seed, const real *row,
              struct err *e)
{
    struct probe p;
    const struct dataset one = {.samples = 1,
                                .training = 1,
                                .batch = 1,
                                .inputs = d->inputs,
                                .shape = d->shape,
                                .x = (real *)row};
    if (probe_begin(&p, m, &one, seed, SHARE_TRAIN, false, e))
        return -1;
    probe_next(&p);
    return stop_check(m->stop, e);
}
