/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/row_gradient.h"

#include "nn/layer.h"
#include "nn/op_joint.h"

#include <math.h>
#include <string.h>

/* Gradients that are summed over batches may take this much at a time. */
enum { SUMS_MEBIBYTES = 32 };

struct row_gradients {
    struct frame *frame;
    const struct plan *plan;
    const struct graph *graph;
    const struct row_parts *row;
    const real *pruned;
    size_t rows, all; /* all: samples of the whole pass */
    double *norm;

    const struct step **joint; /* for each row of the plan: the first step of a joint term */
    uint32_t *first, *count;   /* for each call: its backward steps */
    bool *moves;               /* for each value: what lies below can move */
    bool *inside;              /* for each call, while a row is looked at */
    id *below;                 /* the calls that are inside, the last one first */
    size_t belows;
    size_t *seen; /* for each layer: the look that met it last */
    size_t looks;

    bool first_batch;
    size_t done, group; /* activity rows before this pass, and those it takes */
    double *sum;        /* for each row of the group, over the batches; NULL: there is one batch */
};

static real *gradient_block(const struct row_gradients *x)
{
    return x->frame->block[IN_WGRAD];
}

static bool is_activity(const struct row_gradients *x, size_t row)
{
    const struct row_parts *p = &x->row[row];
    return p->count && x->plan->applied[p->item[0]].weight == NOTHING;
}

static const struct joint_row *joint_of(const struct row_gradients *x, size_t row)
{
    const struct row_parts *p = &x->row[row];
    return p->count ? x->plan->applied[p->item[0]].joint : NULL;
}

static void find_steps(struct row_gradients *x)
{
    const struct plan *p = x->plan;
    uint32_t row;
    for (size_t i = 0; i < p->backwards; i++) {
        const struct step *s = &p->backward[i];
        if (step_is_of_joint(s, &row)) {
            x->joint[row] = x->joint[row] ? x->joint[row] : s;
        } else if (s->call != NOTHING) {
            if (!x->count[s->call]++)
                x->first[s->call] = (uint32_t)i;
        }
    }
}

static void find_moving(struct row_gradients *x)
{
    const struct graph *g = x->graph;
    for (size_t v = 0; v < g->values; v++) {
        const struct call *c = &g->call[g->value[v].made_by];
        const struct layer *l = &g->layer[c->layer];
        for (id w = l->first_weight; w < l->first_weight + l->weights; w++)
            x->moves[v] = x->moves[v] || graph_trains(g, w);
        for (uint32_t i = 0; i < c->inputs; i++)
            x->moves[v] = x->moves[v] || x->moves[c->input[i]];
    }
}

static int make_room(struct row_gradients *x, size_t samples, size_t batch)
{
    const struct graph *g = x->graph;
    const size_t most = (size_t)SUMS_MEBIBYTES << 20, reals = g->weight_reals;
    const size_t fit = reals ? most / (reals * sizeof(double)) : x->rows;
    const bool several = samples > batch;
    x->group = several ? (fit ? fit : 1) : x->rows;
    x->group = x->group < x->rows ? x->group : x->rows;
    x->norm = mem_new(x->rows, sizeof *x->norm);
    x->joint = mem_new(x->plan->applieds, sizeof *x->joint);
    x->first = mem_new(g->calls, sizeof *x->first);
    x->count = mem_new(g->calls, sizeof *x->count);
    x->moves = mem_new(g->values, sizeof *x->moves);
    x->inside = mem_new(g->calls, sizeof *x->inside);
    x->below = mem_new(g->calls, sizeof *x->below);
    x->seen = mem_new(g->layers, sizeof *x->seen);
    x->sum = several ? mem_new(x->group * reals, sizeof *x->sum) : NULL;
    return x->norm && x->joint && x->first && x->count && x->moves && x->inside && x->below &&
                   x->seen && (x->sum || !several)
               ? 0
               : -1;
}

struct row_gradients *row_gradients_create(struct frame *f, const struct row_parts *row,
                                           size_t count, size_t samples, size_t batch,
                                           const real *pruned)
{
    struct row_gradients *x = mem_new(1, sizeof *x);
    if (!x)
        return NULL;
    x->frame = f;
    x->plan = f->plan;
    x->graph = f->plan->graph;
    x->row = row;
    x->rows = count;
    x->pruned = pruned;
    x->all = samples;
    x->first_batch = true;
    if (make_room(x, samples, batch)) {
        row_gradients_destroy(x);
        return NULL;
    }
    find_steps(x);
    find_moving(x);
    return x;
}

void row_gradients_destroy(struct row_gradients *x)
{
    if (!x)
        return;
    mem_free(x->norm);
    mem_free(x->joint);
    mem_free(x->first);
    mem_free(x->count);
    mem_free(x->moves);
    mem_free(x->inside);
    mem_free(x->below);
    mem_free(x->seen);
    mem_free(x->sum);
    mem_free(x);
}

static double sum_of_squares(const real *g, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)g[i] * (double)g[i];
    return sum;
}

static void drop_pruned(const struct row_gradients *x, size_t at, size_t count)
{
    for (size_t i = at; x->pruned && i < at + count; i++)
        if (x->pruned[i] != 0)
            gradient_block(x)[i] = 0;
}

/* It is the same in every batch. One that is proximal counts as if it were in the gradient. */
static double weight_norm(const struct row_gradients *x, size_t row)
{
    const struct row_parts *p = &x->row[row];
    struct frame *f = x->frame;
    double sum = 0;
    for (size_t i = 0; i < p->count; i++) {
        const struct applied *a = &f->plan->applied[p->item[i]];
        if (a->frozen || a->times == 0)
            continue;
        const struct weight *w = &x->graph->weight[a->weight];
        real *g = gradient_block(x) + w->at;
        frame_row_slope(f, p->item[i], g);
        drop_pruned(x, w->at, w->count);
        sum += sum_of_squares(g, w->count);
    }
    return sqrt(sum);
}

static void take_in(struct row_gradients *x, id call, size_t *due)
{
    if (x->inside[call])
        return;
    x->inside[call] = true;
    ++*due;
}

/* Gradients that steps from above would have stored are 0. */
static void clear_gradients(const struct row_gradients *x, const struct call *c)
{
    const struct graph *g = x->graph;
    const struct frame *f = x->frame;
    const struct layer *l = &g->layer[c->layer];
    const struct operand at = plan_value(f->plan, c->output);
    if (at.block == IN_VALUE)
        memset(f->block[IN_DVALUE] + at.at, 0,
               f->samples * shape_count(&g->value[c->output].shape) * sizeof(real));
    for (id w = l->first_weight; w < l->first_weight + l->weights; w++)
        memset(gradient_block(x) + g->weight[w].at, 0, g->weight[w].count * sizeof(real));
}

/* The calls that a joint term's gradient comes to first; it may come to any weight. */
static void take_in_joint(struct row_gradients *x, const struct joint_row *joint, size_t *due,
                          size_t *c)
{
    const struct graph *g = x->graph;
    memset(gradient_block(x), 0, g->weight_reals * sizeof *gradient_block(x));
    for (size_t i = 0; i < joint->tensors; i++) {
        const id value = joint->at[i].value;
        if (value == NOTHING || !x->moves[value])
            continue;
        const id call = g->value[value].made_by;
        take_in(x, call, due);
        *c = call >= *c ? (size_t)call + 1 : *c;
    }
}

/* Lists the calls that the row's gradient can reach. */
static void go_down(struct row_gradients *x, size_t row)
{
    const struct graph *g = x->graph;
    const struct row_parts *p = &x->row[row];
    size_t due = 0, c = 0;
    for (size_t i = 0; i < p->count; i++) {
        const struct applied *a = &x->plan->applied[p->item[i]];
        if (a->times == 0 || a->frozen)
            continue;
        if (a->joint) {
            take_in_joint(x, a->joint, &due, &c);
            continue;
        }
        take_in(x, a->call, &due);
        c = a->call >= c ? (size_t)a->call + 1 : c;
    }
    x->belows = 0;
    while (due > 0) {
        const struct call *call = &g->call[--c];
        if (!x->inside[c])
            continue;
        due--;
        x->inside[c] = false;
        x->below[x->belows++] = (id)c;
        clear_gradients(x, call);
        for (uint32_t i = 0; i < call->inputs; i++)
            if (x->moves[call->input[i]])
                take_in(x, g->value[call->input[i]].made_by, &due);
    }
}

/* The steps of a joint term stand one behind the other, before those of the calls. */
static void run_joint(const struct row_gradients *x, uint32_t row)
{
    uint32_t of;
    const struct step *end = x->plan->backward + x->plan->backwards;
    for (const struct step *s = x->joint[row]; s && s < end; s++) {
        if (!step_is_of_joint(s, &of) || of != row)
            return;
        s->op->run(s, x->frame);
    }
}

static void run_down(const struct row_gradients *x, size_t row)
{
    struct frame *f = x->frame;
    const struct row_parts *p = &x->row[row];
    for (size_t i = 0; i < p->count; i++)
        f->scale[p->item[i]] = f->by[p->item[i]];
    if (joint_of(x, row))
        run_joint(x, p->item[0]);
    for (size_t k = 0; k < x->belows; k++) {
        const struct step *s = f->plan->backward + x->first[x->below[k]];
        for (uint32_t i = 0; i < x->count[x->below[k]]; i++)
            s[i].op->run(&s[i], f);
    }
    for (size_t i = 0; i < p->count; i++)
        f->scale[p->item[i]] = 0;
}

/* The square of a layer's gradient, which is added to `sum` if there are several batches. */
static double gather_layer(const struct row_gradients *x, const struct layer *l, double *sum)
{
    const struct graph *g = x->graph;
    const double n = (double)x->frame->samples;
    double all = 0;
    for (id w = l->first_weight; w < l->first_weight + l->weights; w++) {
        const size_t at = g->weight[w].at, count = g->weight[w].count;
        if (!graph_trains(g, w))
            continue;
        drop_pruned(x, at, count);
        all += sum_of_squares(gradient_block(x) + at, count);
        for (size_t i = at; sum && i < at + count; i++)
            sum[i] += n * (double)gradient_block(x)[i];
    }
    return all;
}

/* The squares of the gradient of a row, which is added to `sum` if there are several batches. */
static double gather_gradient(struct row_gradients *x, size_t row, double *sum)
{
    const struct graph *g = x->graph;
    const struct joint_row *joint = joint_of(x, row);
    double all = 0;
    x->looks++;
    for (size_t l = 0; joint && joint->moves && l < g->layers; l++)
        all += gather_layer(x, &g->layer[l], sum);
    if (joint)
        return all;
    for (size_t k = 0; k < x->belows; k++) {
        const id layer = g->call[x->below[k]].layer;
        if (x->seen[layer] == x->looks)
            continue;
        x->seen[layer] = x->looks;
        all += gather_layer(x, &g->layer[layer], sum);
    }
    return all;
}

static void mask_all(struct frame *f, double mask, size_t samples)
{
    for (size_t i = 0; i < f->plan->applieds; i++)
        f->mask[i] = mask;
    f->head_mask = mask;
    frame_samples(f, samples);
}

void row_gradients_batch(struct row_gradients *x, size_t samples)
{
    struct frame *f = x->frame;
    const size_t reals = x->graph->weight_reals;
    size_t activities = 0;
    mask_all(f, 0, samples);
    for (size_t r = 0; r < x->rows && !stop_asked(x->frame->stop); r++) {
        if (!is_activity(x, r)) {
            if (x->first_batch)
                x->norm[r] = weight_norm(x, r);
            continue;
        }
        const size_t place = activities++;
        if (place < x->done || place - x->done >= x->group)
            continue;
        go_down(x, r);
        run_down(x, r);
        double *sum = x->sum ? x->sum + (place - x->done) * reals : NULL;
        x->norm[r] = sqrt(gather_gradient(x, r, sum));
    }
    mask_all(f, 1, samples);
    x->first_batch = false;
}

void row_gradients_one(struct row_gradients *x, size_t row)
{
    struct frame *f = x->frame;
    const size_t reals = x->graph->weight_reals;
    memset(gradient_block(x), 0, reals * sizeof *gradient_block(x));
    mask_all(f, 0, f->samples);
    if (is_activity(x, row)) {
        go_down(x, row);
        run_down(x, row);
    } else {
        weight_norm(x, row);
    }
    drop_pruned(x, 0, reals);
    mask_all(f, 1, f->samples);
}

bool row_gradients_pass(struct row_gradients *x)
{
    const size_t reals = x->graph->weight_reals;
    size_t activities = 0;
    for (size_t r = 0; x->sum && r < x->rows; r++) {
        const size_t place = activities;
        activities += is_activity(x, r);
        if (!is_activity(x, r) || place < x->done || place - x->done >= x->group)
            continue;
        const double *sum = x->sum + (place - x->done) * reals;
        double all = 0;
        for (size_t i = 0; i < reals; i++)
            all += sum[i] / (double)x->all * (sum[i] / (double)x->all);
        x->norm[r] = sqrt(all);
    }
    x->done += x->group;
    if (!x->sum || x->done >= activities)
        return false;
    memset(x->sum, 0, x->group * reals * sizeof *x->sum);
    return true;
}

double row_gradients_norm(const struct row_gradients *x, size_t row)
{
    return x->norm[row];
}
