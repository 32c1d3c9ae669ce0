/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Emitting the steps of normalisation. */
#include "nn/planner.h"

static id input_of(const struct planner *w, id call)
{
    return w->g->call[call].input[0];
}

static id output_of(const struct planner *w, id call)
{
    return w->g->call[call].output;
}

/* How many rows a sample of a call's output has; *cols is its last axis. */
static size_t rows_of(const struct planner *w, id call, size_t *cols)
{
    const struct shape *s = &w->g->value[output_of(w, call)].shape;
    *cols = shape_last(s);
    return shape_count(s) / *cols;
}

/* A weight's place, or NO_PLACE where the layer does not have it. */
static uint32_t place_of(struct planner *w, id call, const char *name, enum block block)
{
    const id weight = weight_of(w, call, name);
    return weight == NOTHING ? (uint32_t)NO_PLACE : weight_place(w, weight, block);
}

/* Whether a batchnorm takes the batch's moments: frozen, it keeps to the moving ones. */
static bool takes_batch(const struct planner *w, id call)
{
    return w->p->mode == MODE_TRAIN && planner_layer(w, call)->trainable;
}

/* The mean and, behind it, the variance. The layer lists moving_variance right after moving_mean,
 * so that the two stand in the weight block as they do here. */
static uint32_t moments_place(struct planner *w, id call)
{
    if (!takes_batch(w, call))
        return place_of(w, call, "moving_mean", IN_WEIGHT);
    return place_at(w, w->saved[call].block, w->saved[call].at);
}

static void save(struct planner *w, id call, size_t reals)
{
    w->saved[call] = (struct place){IN_SAVED, take(&w->p->size[IN_SAVED], reals)};
}

static void follow(struct planner *w, id call, const char *name, size_t at, double momentum)
{
    struct plan *p = w->p;
    if (mem_room(&p->average, &p->average_room, p->averages + 1, sizeof *p->average)) {
        w->failed = true;
        return;
    }
    p->average[p->averages++] = (struct average){
        .figure = {IN_SAVED, at}, .weight = weight_of(w, call, name), .momentum = momentum};
}

static void emit_moments(struct planner *w, id call, double momentum)
{
    size_t cols, rows = rows_of(w, call, &cols);
    save(w, call, 2 * cols);
    uint32_t x = value_place(w, input_of(w, call)), to = moments_place(w, call);
    struct step *s = emit(w, STEP_MOMENTS);
    s->x[0] = x;
    s->y[0] = to;
    s->rows = rows;
    s->cols = cols;
    follow(w, call, "moving_mean", w->saved[call].at, momentum);
    follow(w, call, "moving_variance", w->saved[call].at + cols, momentum);
}

/* The forward step: it reads moments of the columns, or finds those of the rows. */
static void emit_norm(struct planner *w, enum step_kind kind, id call, uint32_t moments,
                      double epsilon)
{
    uint32_t x = value_place(w, input_of(w, call)), y = value_place(w, output_of(w, call));
    uint32_t gamma = place_of(w, call, "gamma", IN_WEIGHT);
    uint32_t beta = place_of(w, call, "beta", IN_WEIGHT);
    struct step *s = emit(w, kind);
    s->x[0] = x;
    s->x[2] = gamma;
    s->x[3] = beta;
    s->y[0] = y;
    if (kind == STEP_NORM)
        s->x[1] = moments;
    else
        s->y[1] = moments;
    s->amount = epsilon;
    s->rows = rows_of(w, call, &s->cols);
}

/* Where a weight's gradient goes, or NO_PLACE where none is wanted. */
static uint32_t weight_slope(struct planner *w, id call, const char *name, bool *add)
{
    const id weight = weight_of(w, call, name);
    if (weight == NOTHING || !trains(w, weight))
        return NO_PLACE;
    *add = write_weight(w, weight);
    return weight_place(w, weight, IN_WGRAD);
}

static struct step *emit_slopes(struct planner *w, enum step_kind kind, id call, uint32_t moments,
                                double epsilon)
{
    const id in = input_of(w, call);
    bool add[3] = {false};
    uint32_t x = value_place(w, in), dy = slope_place(w, output_of(w, call)), dx = NO_PLACE;
    uint32_t gamma = place_of(w, call, "gamma", IN_WEIGHT);
    uint32_t dgamma = weight_slope(w, call, "gamma", &add[1]);
    uint32_t dbeta = weight_slope(w, call, "beta", &add[2]);
    if (w->needs[in]) {
        dx = slope_place(w, in);
        add[0] = write_value(w, in);
    }
    struct step *s = emit(w, kind);
    const uint32_t from[] = {x, moments, gamma, dy}, to[] = {dx, dgamma, dbeta};
    for (size_t i = 0; i < 4; i++)
        s->x[i] = from[i];
    for (size_t i = 0; i < 3; i++) {
        s->y[i] = to[i];
        s->add[i] = add[i];
    }
    s->amount = epsilon;
    s->rows = rows_of(w, call, &s->cols);
    return s;
}

void planner_batchnorm(struct planner *w, id call, double momentum, double epsilon)
{
    if (takes_batch(w, call))
        emit_moments(w, call, momentum);
    emit_norm(w, STEP_NORM, call, moments_place(w, call), epsilon);
}

void planner_batchnorm_slopes(struct planner *w, id call, double epsilon)
{
    emit_slopes(w, STEP_NORM_SLOPES, call, moments_place(w, call), epsilon)->fixed =
        !takes_batch(w, call);
}

void planner_layernorm(struct planner *w, id call, double epsilon)
{
    size_t cols, rows = rows_of(w, call, &cols);
    save(w, call, 2 * rows * w->p->capacity);
    emit_norm(w, STEP_ROW_NORM, call, place_at(w, IN_SAVED, w->saved[call].at), epsilon);
}

void planner_layernorm_slopes(struct planner *w, id call, double epsilon)
{
    emit_slopes(w, STEP_ROW_NORM_SLOPES, call, place_at(w, IN_SAVED, w->saved[call].at), epsilon);
}
