/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/plan.h"

#include "expr/joint.h"

bool plan_at_logits(const struct graph *g, const struct head *h)
{
    const struct value *v = &g->value[h->value];
    /* A view's array belongs to another call. */
    if (!h->kind->has_logits || v->storage != h->value)
        return false;
    const struct args *a = graph_activation(g, v->made_by);
    return a && activation_use(a).code == h->kind->logits;
}

struct extent applied_extent(const struct plan *p, const struct applied *a, size_t samples)
{
    static const struct shape none;
    const struct graph *g = p->graph;
    const bool activity = a->weight == NOTHING;
    if (a->joint)
        return (struct extent){.count = 1, .samples = 1, .shape = &none};
    const size_t rows = activity ? samples : 1;
    return (struct extent){
        .count = a->count * rows,
        .samples = rows,
        .shape = activity ? &g->value[a->value].shape : &g->weight[a->weight].shape,
        .activity = activity,
    };
}

struct operand plan_value(const struct plan *p, id value)
{
    return p->value[value];
}

uint32_t plan_mask_of(const struct plan *p, id value)
{
    return p->mask_of ? p->mask_of[value] : 0;
}

void plan_destroy(struct plan *p)
{
    if (!p)
        return;
    for (const struct joint_row *j = p->joint; j; j = j->next)
        joint_destroy(j->formula);
    mem_free(p->operand);
    mem_free(p->forward);
    mem_free(p->backward);
    mem_free(p->applied);
    mem_free(p->proximal);
    mem_free(p->wgrad);
    mem_free(p->average);
    mem_free(p->head);
    mem_free(p->value);
    mem_free(p->mask);
    mem_free(p->mask_of);
    arena_finish(&p->arena);
    mem_free(p);
}
