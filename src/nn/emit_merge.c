/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Emitting the steps of layers that join several tensors. */
#include "nn/planner.h"

/* Lists the places of a call's inputs for a step. */
static void list_inputs(struct planner *w, id call, uint32_t *first)
{
    struct plan *p = w->p;
    const struct call *c = &w->g->call[call];
    *first = (uint32_t)p->lists;
    if (mem_room(&p->list, &p->list_room, p->lists + c->inputs, sizeof *p->list)) {
        w->failed = true;
        return;
    }
    for (uint32_t i = 0; i < c->inputs; i++)
        p->list[p->lists + i] = value_place(w, c->input[i]);
    p->lists += c->inputs;
}

void planner_join(struct planner *w, id call, enum join join)
{
    const struct call *c = &w->g->call[call];
    uint32_t first, y = value_place(w, c->output);
    list_inputs(w, call, &first);
    struct step *s = emit(w, STEP_JOIN);
    s->y[0] = y;
    s->join = join;
    s->first_input = first;
    s->inputs = c->inputs;
    s->rows = 1;
    s->cols = shape_count(&w->g->value[c->output].shape);
}

void planner_join_slopes(struct planner *w, id call, enum join join)
{
    const struct call *c = &w->g->call[call];
    uint32_t first, d = slope_place(w, c->output);
    list_inputs(w, call, &first);
    for (uint32_t i = 0; i < c->inputs; i++) {
        if (!w->needs[c->input[i]])
            continue;
        uint32_t dx = slope_place(w, c->input[i]);
        struct step *s = emit(w, STEP_JOIN_SLOPE);
        s->x[0] = d;
        s->y[0] = dx;
        s->add[0] = write_value(w, c->input[i]);
        s->join = join;
        s->first_input = first;
        s->inputs = c->inputs;
        s->which = i;
        s->rows = 1;
        s->cols = shape_count(&w->g->value[c->output].shape);
    }
}

/* The product of the last `axes` sizes. */
static size_t count_behind(const struct shape *s, uint32_t axes)
{
    size_t n = 1;
    for (uint32_t i = 0; i < axes; i++)
        n *= s->size[s->axes - 1 - i];
    return n;
}

static struct step *part(struct planner *w, enum step_kind kind, id call, uint32_t input,
                         uint32_t axes, size_t *at)
{
    const struct call *c = &w->g->call[call];
    const struct shape *out = &w->g->value[c->output].shape;
    struct step *s = emit(w, kind);
    s->inner = count_behind(out, axes);
    s->cols = count_behind(&w->g->value[c->input[input]].shape, axes);
    s->rows = shape_count(out) / s->inner;
    s->at = *at;
    *at += s->cols;
    return s;
}

void planner_concat(struct planner *w, id call, uint32_t axes)
{
    const struct call *c = &w->g->call[call];
    size_t at = 0;
    for (uint32_t i = 0; i < c->inputs; i++) {
        uint32_t x = value_place(w, c->input[i]), y = value_place(w, c->output);
        struct step *s = part(w, STEP_PUT, call, i, axes, &at);
        s->x[0] = x;
        s->y[0] = y;
    }
}

void planner_concat_slopes(struct planner *w, id call, uint32_t axes)
{
    const struct call *c = &w->g->call[call];
    size_t at = 0;
    for (uint32_t i = 0; i < c->inputs; i++) {
        uint32_t d = slope_place(w, c->output), dx = slope_place(w, c->input[i]);
        if (!w->needs[c->input[i]]) {
            at += count_behind(&w->g->value[c->input[i]].shape, axes);
            continue;
        }
        struct step *s = part(w, STEP_TAKE, call, i, axes, &at);
        s->x[0] = d;
        s->y[0] = dx;
        s->add[0] = write_value(w, c->input[i]);
    }
}
