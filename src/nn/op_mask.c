/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/op_mask.h"

#include "nn/frame.h"
#include "nn/operand.h"
#include "nn/planner.h"

#include <string.h>

int lay_out_masks(struct planner *w)
{
    const struct graph *g = w->g;
    struct plan *p = w->p;
    for (id v = 0; v < g->values; v++)
        p->masks += g->value[v].mask == v;
    if (!p->masks)
        return 0;
    p->mask = mem_new(p->masks, sizeof *p->mask);
    p->mask_of = mem_new(g->values, sizeof *p->mask_of);
    if (!p->mask || !p->mask_of) {
        /* What is compiled yet has none. */
        mem_free(p->mask_of);
        p->mask_of = NULL;
        p->masks = 0;
        return -1;
    }
    uint32_t made = 0;
    for (id v = 0; v < g->values; v++) {
        const struct value *value = &g->value[v];
        if (value->mask == v) {
            const size_t steps = value->shape.size[0];
            p->mask[made++] = (struct plan_mask){
                operand_at(w, IN_SAVED, take_room(&p->size[IN_SAVED], p->capacity * steps),
                           value->made_by),
                steps};
            p->mask_of[v] = made;
        } else if (value->mask != NOTHING) {
            p->mask_of[v] = p->mask_of[value->mask];
        }
    }
    return 0;
}

uint32_t mask_operand(const struct planner *w, id value)
{
    const uint32_t mask = plan_mask_of(w->p, value);
    return mask ? w->p->mask[mask - 1].operand : (uint32_t)NO_OPERAND;
}

/* The settings of a step that puts masks together. */
struct mask_merge {
    bool all;
};

static void run_merge(const struct step *s, const struct frame *f)
{
    const bool all = ((const struct mask_merge *)s->settings)->all;
    const size_t n = frame_rows(f, s) * s->cols;
    real *y = f->at[s->y[0]];
    memcpy(y, f->at[s->more[0]], n * sizeof *y);
    for (uint32_t k = 1; k < s->mores; k++) {
        const real *x = f->at[s->more[k]];
        for (size_t i = 0; i < n; i++)
            y[i] = all ? y[i] * x[i] : x[i] > y[i] ? x[i] : y[i];
    }
}

/* How many steps there are, and how many that follow another one. */
static void run_count(const struct step *s, const struct frame *f)
{
    struct steps_seen *seen = &f->seen[*(const uint32_t *)s->settings];
    const real *m = f->at[s->x[0]];
    *seen = (struct steps_seen){.mask = m, .steps = s->cols};
    for (size_t i = 0; i < f->samples; i++, m += s->cols) {
        size_t valid = 0;
        for (size_t t = 0; t < s->cols; t++)
            valid += m[t] != 0;
        seen->valid += valid;
        seen->pairs += valid > 1 ? valid - 1 : 0;
    }
}

static const struct op_kind op_mask_merge = {.name = "mask", .run = run_merge};
static const struct op_kind op_mask_count = {.name = "mask_count", .run = run_count};

static void emit_merge(struct planner *w, id call, size_t steps)
{
    const struct call *c = &w->g->call[call];
    const struct mask_merge how = {w->g->layer[c->layer].kind->mask == MASK_ALL};
    uint32_t *input = planner_new(w, c->inputs, sizeof *input);
    struct step s = {.op = &op_mask_merge,
                     .settings = planner_settings(w, &how, sizeof how),
                     .more = input,
                     .rows = 1,
                     .cols = steps};
    for (uint32_t i = 0; input && i < c->inputs; i++) {
        const uint32_t mask = mask_operand(w, c->input[i]);
        if (mask != NO_OPERAND)
            input[s.mores++] = mask;
    }
    s.y[0] = planner_output_mask(w, call);
    planner_emit(w, call, &s);
}

void emit_mask(struct planner *w, id call)
{
    const id y = w->g->call[call].output;
    if (w->g->value[y].mask != y || w->g->value[y].made_by != call)
        return;
    const uint32_t number = plan_mask_of(w->p, y) - 1;
    const struct plan_mask *mask = &w->p->mask[number];
    if (!w->g->layer[w->g->call[call].layer].kind->makes_mask)
        emit_merge(w, call, mask->steps);
    struct step s = {.op = &op_mask_count,
                     .settings = planner_settings(w, &number, sizeof number),
                     .rows = 1,
                     .cols = mask->steps};
    s.x[0] = mask->operand;
    planner_emit(w, call, &s);
}
