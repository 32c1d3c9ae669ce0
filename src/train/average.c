/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/average.h"

#include <string.h>

int average_room(struct model *m)
{
    struct model_state *s = &m->state;
    if (m->recipe.common.ema > 0 && !s->average)
        s->average = mem_block(s->reals, sizeof *s->average);
    return m->recipe.common.ema > 0 && !s->average ? -1 : 0;
}

void average_weights(struct model *m)
{
    struct model_state *s = &m->state;
    const struct graph *g = m->graph;
    const real fresh = (real)(1 - m->recipe.common.ema);
    if (m->recipe.common.ema == 0) {
        s->averaged = 0;
        return;
    }
    for (size_t i = 0; i < g->weights; i++) {
        const struct weight *w = &g->weight[i];
        real *to = s->average + w->at;
        const real *from = s->weight + w->at;
        if (!s->averaged || w->moving)
            memcpy(to, from, w->count * sizeof *to);
        else
            for (size_t k = 0; k < w->count; k++)
                to[k] += fresh * (from[k] - to[k]);
    }
    s->averaged++;
}
