/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/gradcheck.h"

#include "base/rng.h"
#include "nn/joint_term.h"
#include "num/flush.h"

#include <stdio.h>
#include <string.h>

/* How often all weights are moved in their last places, to see what rounding does. */
enum { NUDGES = 4 };

static const struct span nowhere;

static bool is_checked(const struct graph *g, id weight)
{
    return graph_trains(g, weight) && !g->weight[weight].straight;
}

static int nothing_smooth(const struct graph *g, const char *model, struct err *e)
{
    id w = 0;
    while (!graph_trains(g, w))
        w++;
    err_at(e, nowhere,
           "all that trains in the model %s is %s, whose slope is straight-through: "
           "there is no derivative to check",
           model, g->weight[w].path);
    return err_hint(e, "let another layer train again");
}

int gradcheck_check(const struct model *m, const struct dataset *d, struct err *e)
{
    const struct graph *g = m->graph;
    if (trainer_check(m, d, e))
        return -1;
    bool trains = false;
    for (id i = 0; i < g->weights; i++) {
        trains = trains || graph_trains(g, i);
        if (is_checked(g, i))
            return 0;
    }
    if (trains)
        return nothing_smooth(g, m->name, e);
    if (!g->weights) {
        err_at(e, nowhere, "the model %s has no weights: there is no gradient to check", m->name);
        return err_hint(e, "add a layer that has some, for example dense 8");
    }
    err_at(e, nowhere, "nothing in the model %s trains: there is no gradient to check", m->name);
    return err_hint(e, "let a layer train again: set %s.trainable = yes",
                    g->layer[g->weight[0].layer].name);
}

static size_t samples_of(const struct gradcheck *c, size_t count)
{
    return c->weights <= GRADCHECK_ALL || count < GRADCHECK_SAMPLE ? count : GRADCHECK_SAMPLE;
}

static void count_tensors(struct gradcheck *c)
{
    const struct graph *g = c->model->graph;
    for (id i = 0; i < g->weights; i++) {
        c->tensors += is_checked(g, i);
        c->weights += is_checked(g, i) ? g->weight[i].count : 0;
    }
    for (id i = 0; i < g->weights; i++) {
        if (is_checked(g, i))
            c->count += samples_of(c, g->weight[i].count);
    }
}

/* One in each of as many equal stretches of a tensor as there are samples. */
static void choose_coordinates(struct gradcheck *c, uint64_t seed)
{
    const struct graph *g = c->model->graph;
    struct gradcheck_tensor *t = c->tensor;
    size_t next = 0;
    for (id k = 0; k < g->weights; k++) {
        const struct weight *w = &g->weight[k];
        const uint64_t key = rng_key(seed, "checkgrad", w->path, 0);
        if (!is_checked(g, k))
            continue;
        *t =
            (struct gradcheck_tensor){.weight = k, .first = next, .count = samples_of(c, w->count)};
        for (size_t i = 0; i < t->count; i++) {
            const size_t from = i * w->count / t->count, to = (i + 1) * w->count / t->count;
            c->at[next++] = w->at + from + (size_t)(rng_uniform(key, i) * (double)(to - from));
        }
        t++;
    }
}

static int allocate_sums(struct gradcheck *c, struct err *e)
{
    const size_t reals = c->model->graph->weight_reals;
    c->frame = frame_create(c->trainer->train);
    c->weight = mem_block(reals, sizeof *c->weight);
    c->grad = mem_block(reals, sizeof *c->grad);
    c->tensor = mem_new(c->tensors, sizeof *c->tensor);
    c->at = mem_new(c->count, sizeof *c->at);
    c->analytic = mem_new(c->parts * c->count, sizeof *c->analytic);
    c->top = mem_new(c->parts * c->tensors, sizeof *c->top);
    c->rough = mem_new(c->parts * c->tensors, sizeof *c->rough);
    c->here = mem_new(c->parts, sizeof *c->here);
    c->noise = mem_new(c->parts, sizeof *c->noise);
    c->near = mem_new(4 * c->parts, sizeof *c->near);
    c->sides = mem_new(c->parts, sizeof *c->sides);
    return c->frame && c->weight && c->grad && c->tensor && c->at && c->analytic && c->top &&
                   c->rough && c->here && c->noise && c->near && c->sides
               ? 0
               : err_memory(e);
}

/* The gradient that a part alone sends, into c->grad. */
static void make_gradient(struct gradcheck *c, size_t part)
{
    struct frame *f = c->frame;
    f->head_mask = part == GRADCHECK_TOTAL || part == GRADCHECK_DATA;
    for (size_t r = 0; r < f->plan->applieds; r++)
        f->mask[r] = !gradcheck_leaves_out(c, GRADCHECK_ROW + r) &&
                     (part == GRADCHECK_TOTAL || part == GRADCHECK_ROW + r);
    frame_samples(f, c->samples);
    frame_backward(f);
}

static void keep_gradient(struct gradcheck *c, size_t part)
{
    const struct graph *g = c->model->graph;
    for (size_t i = 0; i < c->count; i++)
        c->analytic[part * c->count + i] = (double)c->grad[c->at[i]];
    for (size_t k = 0; k < c->tensors; k++) {
        const struct weight *w = &g->weight[c->tensor[k].weight];
        double top = 0;
        for (size_t i = w->at; i < w->at + w->count; i++)
            top = fmax(top, fabs((double)c->grad[i]));
        c->top[part * c->tensors + k] = isfinite(top) ? fmin(top, GRADCHECK_CEILING) : 0;
    }
}

/* All weights moved by some units in their last place, as the key says; to the other side with
 * `sign` -1. By one unit alone, often nothing behind them would be rounded another way. */
static void nudge_weight(struct gradcheck *c, uint64_t key, int sign)
{
    for (size_t t = 0; t < c->tensors; t++) {
        const struct weight *w = &c->model->graph->weight[c->tensor[t].weight];
        for (size_t i = w->at; i < w->at + w->count; i++) {
            const double old = (double)c->model->state.weight[i];
            const double units = floor(rng_uniform(key, i) * 128) - 64;
            const double unit = old == 0 ? 0 : ldexp((double)REAL_EPSILON, ilogb(old));
            c->weight[i] = (real)(old + sign * units * unit);
        }
    }
}

/* Gradients of all parts at the model's weights. */
static void analyse_weight(struct gradcheck *c)
{
    difference_values(c, c->here);
    for (size_t p = 0; p < c->parts && !stop_asked(c->model->stop); p++) {
        make_gradient(c, p);
        keep_gradient(c, p);
    }
}

/* Compares the gradient of a part at nudged weights. A nudge across a kink is no rounding: so much
 * it cannot be. */
static void measure_roughness(struct gradcheck *c, size_t part)
{
    make_gradient(c, part);
    for (size_t t = 0; t < c->tensors; t++) {
        const struct gradcheck_tensor *in = &c->tensor[t];
        double *rough = &c->rough[part * c->tensors + t];
        for (size_t i = in->first; i < in->first + in->count; i++)
            *rough =
                fmax(*rough, fabs((double)c->grad[c->at[i]] - c->analytic[part * c->count + i]));
        *rough = fmin(*rough, 64 * (double)REAL_EPSILON *
                                  (fabs(c->here[part]) + c->top[part * c->tensors + t]));
    }
}

/* Both sides of a nudge together differ from twice the value by rounding alone: slopes cancel. */
static void measure_noise(struct gradcheck *c)
{
    double *below = c->near, *above = c->near + c->parts;
    /* What is summed may be too coarse to move at all; the sums themselves are in double. */
    for (size_t p = 0; p < c->parts; p++)
        c->noise[p] = fmax(DBL_EPSILON, (double)REAL_EPSILON / 16) * fabs(c->here[p]);
    for (size_t k = 0; k < NUDGES; k++) {
        const uint64_t key = rng_key(c->frame->seed, "checkgrad", "nudge", k);
        nudge_weight(c, key, -1);
        difference_values(c, below);
        nudge_weight(c, key, 1);
        difference_values(c, above);
        for (size_t p = 0; p < c->parts && !stop_asked(c->model->stop); p++) {
            const double x = fabs(above[p] + below[p] - 2 * c->here[p]) / 2;
            c->noise[p] = isfinite(x) ? fmax(c->noise[p], x) : c->noise[p];
            measure_roughness(c, p);
        }
    }
    memcpy(c->weight, c->model->state.weight, c->model->graph->weight_reals * sizeof *c->weight);
}

/* Gathered inputs stand in the trainer's memory, and others may have used it since. */
static void refresh_plan(struct gradcheck *c)
{
    const struct batch_pass p = {.batch = &c->trainer->batch,
                                 .data = c->data,
                                 .samples = c->samples,
                                 .seed = c->frame->seed,
                                 .step = c->frame->step};
    batch_pass_begin(&p);
    batch_pass_fill(&p, c->frame, 0, c->samples);
    frame_samples(c->frame, c->samples);
}

static int look_at_all(struct gradcheck *c, struct err *e)
{
    const unsigned before = flush_begin();
    refresh_plan(c);
    analyse_weight(c);
    measure_noise(c);
    flush_end(before);
    if (stop_check(c->model->stop, e))
        return -1;
    if (isfinite(c->here[GRADCHECK_TOTAL]))
        return 0;
    err_at(e, nowhere, "the loss of the first batch is infinite or not a number");
    return err_hint(e, "its gradient cannot be checked; scale the data, or go back to a mark");
}

int gradcheck_begin(struct gradcheck *c, struct model *m, const struct dataset *d, uint64_t seed,
                    struct err *e)
{
    struct evaluator pass;
    *c = (struct gradcheck){.model = m, .data = d, .samples = batch_samples(d)};
    c->worst.error = -1;
    /* It makes the plans and draws the weights, and wants no optimizer. */
    if (gradcheck_check(m, d, e) || evaluator_begin(&pass, m, d, seed, SHARE_TRAIN, true, e))
        return -1;
    c->trainer = pass.trainer;
    const size_t rows = c->trainer->train->applieds;
    c->parts = rows ? GRADCHECK_ROW + rows : 1;
    count_tensors(c);
    if (allocate_sums(c, e))
        return -1;
    choose_coordinates(c, seed);
    memcpy(c->weight, m->state.weight, m->graph->weight_reals * sizeof *c->weight);
    frame_weights(c->frame, c->weight, c->grad);
    trainer_numbers(m, c->frame);
    c->frame->seed = seed;
    c->frame->step = m->state.step;
    c->frame->stop = m->stop;
    return look_at_all(c, e);
}

bool gradcheck_next(struct gradcheck *c)
{
    struct gradcheck_tensor *t = c->tensor;
    if (c->done == c->count)
        return false;
    while (c->done >= t->first + t->count)
        t++;
    const unsigned before = flush_begin();
    refresh_plan(c);
    difference_coordinate(c, t, c->done++);
    flush_end(before);
    return true;
}

void gradcheck_finish(struct gradcheck *c)
{
    frame_destroy(c->frame);
    mem_free(c->weight);
    mem_free(c->grad);
    mem_free(c->tensor);
    mem_free(c->at);
    mem_free(c->analytic);
    mem_free(c->top);
    mem_free(c->rough);
    mem_free(c->here);
    mem_free(c->noise);
    mem_free(c->near);
    mem_free(c->sides);
    *c = (struct gradcheck){0};
}

struct gradcheck_tensor gradcheck_sum(const struct gradcheck *c)
{
    struct gradcheck_tensor sum = {.weight = NOTHING, .count = c->count};
    for (size_t i = 0; i < c->tensors; i++) {
        sum.kinks += c->tensor[i].kinks;
        sum.skipped += c->tensor[i].skipped;
        sum.pushed += c->tensor[i].pushed;
        sum.rounding += c->tensor[i].rounding;
        sum.worst = fmax(sum.worst, c->tensor[i].worst);
    }
    return sum;
}

const char *gradcheck_place(const struct gradcheck *c, const struct gradcheck_place *place,
                            char *text, size_t room)
{
    const struct weight *w = &c->model->graph->weight[c->tensor[place->tensor].weight];
    size_t left = shape_count(&w->shape), index = place->index;
    size_t at = (size_t)snprintf(text, room, "%.120s[", w->path);
    for (uint32_t i = 0; i < w->shape.axes && at < room; i++) {
        left /= w->shape.size[i];
        at += (size_t)snprintf(text + at, room - at, "%s%zu", i ? ", " : "", index / left);
        index %= left;
    }
    if (at < room)
        snprintf(text + at, room - at, "]");
    return text;
}

void gradcheck_part(const struct gradcheck *c, size_t part, struct str *to)
{
    if (part < GRADCHECK_ROW) {
        str_add(to, part == GRADCHECK_TOTAL ? "total" : "data loss");
        return;
    }
    const struct graph *g = c->model->graph;
    const struct applied *a = &c->trainer->train->applied[part - GRADCHECK_ROW];
    const struct term *t = &g->term[a->term];
    char name[TERM_NAME_ROOM];
    str_addf(to, "%s ", term_name(g, t, name, sizeof name));
    args_print(to, model_term(c->model, a->term));
    if (a->call != NOTHING && graph_only_call(g, t->layer) == NOTHING)
        str_addf(to, " at %s", g->call[a->call].name);
}

static int say_wrong(const struct gradcheck *c, struct err *e)
{
    char place[200], analytic[NUMBER_ROOM], numeric[NUMBER_ROOM];
    struct str part = {0};
    gradcheck_part(c, c->worst.part, &part);
    const bool failed = part.failed;
    err_at(e, nowhere, "the gradient of %.150s is wrong at %s: analytic %s, numeric %s",
           part.text ? part.text : "", gradcheck_place(c, &c->worst, place, sizeof place),
           number_text(c->worst.analytic, analytic), number_text(c->worst.numeric, numeric));
    str_finish(&part);
    if (failed)
        return err_memory(e);
    return err_hint(e, "this is a fault of nnr and not of the model; please report it, with the "
                       "statements that lead here");
}

int gradcheck_verdict(const struct gradcheck *c, struct err *e)
{
    const struct gradcheck_tensor sum = gradcheck_sum(c);
    if (!(sum.worst <= GRADCHECK_MOST))
        return say_wrong(c, e);
    if (sum.skipped * 100 > c->count) {
        err_at(e, nowhere,
               "%zu of %zu coordinates are too near a kink: too many to call the gradient right",
               sum.skipped, c->count);
        return err_hint(e, "take a step first, so that no weight is 0; nnr64 looks more closely");
    }
    if (sum.skipped + sum.rounding < c->count)
        return 0;
    err_at(e, nowhere, "all slopes are too small to be told from rounding");
    return err_hint(e, "try nnr64, or scale the data");
}
