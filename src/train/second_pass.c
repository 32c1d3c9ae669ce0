/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/second_pass.h"

#include "train/prune.h"

#include <string.h>

int second_pass_room(struct second_pass *s, const struct plan *p, const struct workers *first,
                     size_t reals)
{
    if ((s->frame = frame_create(p)) && (s->weight = mem_block(reals, sizeof *s->weight)) &&
        (s->grad = mem_block(reals, sizeof *s->grad)) &&
        (s->row = mem_new(p->applieds, sizeof *s->row)) &&
        (!first || !workers_twin(first, s->frame, reals, &s->workers)))
        return 0;
    second_pass_finish(s);
    return -1;
}

void second_pass_finish(struct second_pass *s)
{
    workers_destroy(s->workers);
    frame_destroy(s->frame);
    mem_free(s->weight);
    mem_free(s->grad);
    mem_free(s->row);
    *s = (struct second_pass){0};
}

void second_pass_place(const struct second_pass *s, const struct stop *stop)
{
    if (!s->frame)
        return;
    frame_weights(s->frame, s->weight, s->grad);
    s->frame->stop = stop;
    if (s->workers)
        workers_place(s->workers, s->weight, s->grad, stop);
}

size_t second_pass_frames(const struct second_pass *s)
{
    return s->workers ? workers_frames(s->workers) : s->frame != NULL;
}

struct frame *const *second_pass_frame(const struct second_pass *s)
{
    return s->workers ? workers_frame(s->workers) : &s->frame;
}

void second_pass_move(struct second_pass *s, const struct model *m, const real *grad, double norm)
{
    const struct graph *g = m->graph;
    memcpy(s->weight, m->state.weight, g->weight_reals * sizeof *s->weight);
    for (id w = 0; norm > 0 && w < g->weights; w++)
        for (size_t i = g->weight[w].at;
             graph_trains(g, w) && i < g->weight[w].at + g->weight[w].count; i++)
            s->weight[i] =
                (real)((double)s->weight[i] + m->recipe.common.sam * ((double)grad[i] / norm));
    model_hold_pruned(m, 0, g->weight_reals, s->weight);
}

/* The values of a pass on one thread. */
static struct figures pass_figures(const struct frame *f)
{
    struct figures x = {.data = frame_data(f)};
    for (size_t i = 0; i < f->plan->applieds; i++)
        x.penalty += frame_row(f, i);
    return x;
}

double second_pass_run(struct second_pass *s, const struct batch_pass *p, const struct range *range,
                       size_t ranges, bool split, struct figures *x)
{
    if (split)
        return workers_step(s->workers, p, range, ranges, s->row, x);
    batch_pass_run(p, s->frame, 0, p->samples);
    *x = pass_figures(s->frame);
    return sqrt(ranges_squares(range, ranges, s->grad));
}
