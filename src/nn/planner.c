/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/planner.h"

#include "nn/frame.h"
#include "nn/op_mask.h"
#include "nn/operand.h"

#include <string.h>

static id weight_of(const struct planner *w, id call, const char *name)
{
    return graph_find_weight(w->g, w->g->call[call].layer, name);
}

const struct layer *planner_layer(const struct planner *w, id call)
{
    return &w->g->layer[w->g->call[call].layer];
}

const struct shape *planner_shape(const struct planner *w, id call)
{
    return &w->g->value[w->g->call[call].output].shape;
}

const struct shape *planner_input_shape(const struct planner *w, id call, uint32_t input)
{
    return &w->g->value[w->g->call[call].input[input]].shape;
}

const struct shape *planner_weight_shape(const struct planner *w, id call, const char *name)
{
    return &w->g->weight[weight_of(w, call, name)].shape;
}

uint32_t planner_inputs(const struct planner *w, id call)
{
    return w->g->call[call].inputs;
}

enum mode planner_mode(const struct planner *w)
{
    return w->p->mode;
}

uint32_t planner_input(struct planner *w, id call, uint32_t input)
{
    return value_operand(w, w->g->call[call].input[input]);
}

uint32_t planner_output(struct planner *w, id call)
{
    return value_operand(w, w->g->call[call].output);
}

uint32_t planner_output_grad(struct planner *w, id call)
{
    return grad_operand(w, w->g->call[call].output);
}

uint32_t planner_mask(const struct planner *w, id call)
{
    const struct call *c = &w->g->call[call];
    return c->folds ? (uint32_t)NO_OPERAND : mask_operand(w, c->input[0]);
}

uint32_t planner_output_mask(const struct planner *w, id call)
{
    return mask_operand(w, w->g->call[call].output);
}

uint32_t planner_weight(struct planner *w, id call, const char *name)
{
    const id weight = weight_of(w, call, name);
    return weight == NOTHING ? (uint32_t)NO_OPERAND : weight_operand(w, weight, IN_WEIGHT);
}

bool planner_wants_input_grad(const struct planner *w, id call, uint32_t input)
{
    return w->requires_grad[w->g->call[call].input[input]];
}

bool planner_wants_weight_grad(const struct planner *w, id call, const char *name)
{
    const id weight = weight_of(w, call, name);
    return weight != NOTHING && graph_trains(w->g, weight);
}

uint32_t planner_input_grad(struct planner *w, id call, uint32_t input, bool *add)
{
    const id value = w->g->call[call].input[input];
    if (!w->requires_grad[value])
        return NO_OPERAND;
    *add = write_value(w, value);
    return grad_operand(w, value);
}

uint32_t planner_weight_grad(struct planner *w, id call, const char *name, bool *add)
{
    const id weight = weight_of(w, call, name);
    if (!planner_wants_weight_grad(w, call, name))
        return NO_OPERAND;
    *add = write_weight(w, weight);
    return weight_operand(w, weight, IN_WGRAD);
}

uint32_t planner_save(struct planner *w, id call, size_t each, size_t all)
{
    const size_t at = take_room(&w->p->size[IN_SAVED], each * w->p->capacity + all);
    if (mem_room(&w->saved, &w->save_room, w->saves + 1, sizeof *w->saved)) {
        w->failed = true;
        return NO_OPERAND;
    }
    return w->saved[w->saves++] = operand_at(w, IN_SAVED, at, call);
}

uint32_t planner_saved(struct planner *w, id call, size_t n)
{
    return w->failed ? (uint32_t)NO_OPERAND : w->saved[w->first_saved[call] + n];
}

void planner_scratch(struct planner *w, size_t each, size_t all)
{
    const size_t reals = each * w->p->capacity + all;
    size_t *size = &w->p->size[IN_SCRATCH];
    *size = reals > *size ? reals : *size;
}

void *planner_new(struct planner *w, size_t count, size_t size)
{
    void *to = arena_new(&w->p->arena, count, size);
    w->failed = w->failed || !to;
    return to;
}

const void *planner_settings(struct planner *w, const void *settings, size_t size)
{
    void *to = planner_new(w, 1, size);
    return to ? memcpy(to, settings, size) : NULL;
}

void planner_emit(struct planner *w, id call, const struct step *s)
{
    struct plan *p = w->p;
    size_t *count = w->backward ? &p->backwards : &p->forwards;
    size_t *room = w->backward ? &p->backward_room : &p->forward_room;
    struct step **list = w->backward ? &p->backward : &p->forward;
    if (mem_room(list, room, *count + 1, sizeof *s)) {
        w->failed = true;
        return;
    }
    (*list)[*count] = *s;
    (*list)[(*count)++].call = call;
}

uint32_t planner_followed(const struct planner *w, id call, const char *weight)
{
    const id followed = weight_of(w, call, weight);
    for (size_t i = 0; i < w->p->averages; i++)
        if (w->p->average[i].weight == followed)
            return w->p->average[i].figure;
    return NO_OPERAND;
}

void planner_follow(struct planner *w, id call, const char *weight, uint32_t figure, size_t at,
                    double momentum)
{
    struct plan *p = w->p;
    if (mem_room(&p->average, &p->average_room, p->averages + 1, sizeof *p->average)) {
        w->failed = true;
        return;
    }
    p->average[p->averages++] = (struct average){
        .figure = figure, .at = at, .weight = weight_of(w, call, weight), .momentum = momentum};
}

void planner_map(struct planner *w, id call, const struct op_kind *op, const void *settings)
{
    struct step s = {
        .op = op, .settings = settings, .rows = 1, .cols = shape_count(planner_shape(w, call))};
    s.x[0] = planner_input(w, call, 0);
    s.y[0] = planner_output(w, call);
    planner_emit(w, call, &s);
}

void planner_map_grad(struct planner *w, id call, const struct op_kind *op, const void *settings)
{
    struct step s = {
        .op = op, .settings = settings, .rows = 1, .cols = shape_count(planner_shape(w, call))};
    if (!planner_wants_input_grad(w, call, 0))
        return;
    s.x[0] = planner_output_grad(w, call);
    s.y[0] = planner_input_grad(w, call, 0, &s.add[0]);
    planner_emit(w, call, &s);
}

static void run_copy(const struct step *s, const struct frame *f)
{
    const size_t n = frame_rows(f, s) * s->cols;
    if (s->add[0])
        kernels()->axpy(n, 1, f->at[s->x[0]], f->at[s->y[0]]);
    else
        memcpy(f->at[s->y[0]], f->at[s->x[0]], n * sizeof(real));
}

static void run_zero(const struct step *s, const struct frame *f)
{
    memset(f->at[s->y[0]], 0, s->cols * sizeof(real));
}

const struct op_kind op_copy = {.name = "copy", .run = run_copy};
const struct op_kind op_zero = {.name = "zero", .run = run_zero};
