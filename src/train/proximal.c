/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/proximal.h"

bool proximal_acts(const struct plan *p, id weight)
{
    size_t i = 0;
    while (i < p->proximals && p->proximal[i].weight < weight)
        i++;
    return i < p->proximals && p->proximal[i].weight == weight;
}

static void move_by_row(const struct proximal *x, size_t i, const real *step, real *w)
{
    const struct applied *a = &x->plan->applied[x->plan->proximal[i].row];
    const struct args *args = model_term(x->model, a->term);
    const double factor = a->term == x->term ? x->factor : 1;
    penalty_kind_of(args)->prox(args, &x->plan->graph->weight[a->weight].shape, factor * a->times,
                                step, w);
}

void proximal_move(const struct proximal *x, id weight, const real *step, real *w)
{
    for (size_t i = 0; i < x->plan->proximals; i++)
        if (x->plan->proximal[i].weight == weight)
            move_by_row(x, i, step, w);
}

static void make_steps(const struct model *m, const struct weight *w, real *step)
{
    real *slot[SLOTS_MOST];
    for (size_t k = 0; k < SLOTS_MOST; k++)
        slot[k] = m->state.slot[k] ? m->state.slot[k] + w->at : NULL;
    opt_step_sizes(m->recipe.optimizer.args, m->state.updates, w->count, slot, step);
}

void proximal_move_all(const struct plan *p, const struct model *m, real *step)
{
    const struct proximal x = {.plan = p, .model = m, .term = NOTHING};
    for (size_t i = 0; i < p->proximals; i++) {
        const struct weight *w = &m->graph->weight[p->proximal[i].weight];
        if (!i || p->proximal[i - 1].weight != p->proximal[i].weight)
            make_steps(m, w, step + w->at);
        move_by_row(&x, i, step + w->at, m->state.weight + w->at);
    }
}
