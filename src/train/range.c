/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/range.h"

struct range *ranges_create(const struct graph *g, size_t *count)
{
    struct range *range = mem_new(g->weights, sizeof *range);
    *count = 0;
    for (size_t i = 0; range && i < g->weights; i++) {
        const struct weight *w = &g->weight[i];
        struct range *last = *count ? &range[*count - 1] : NULL;
        if (!graph_trains(g, (id)i))
            continue;
        const bool decays = graph_decays(g, (id)i);
        if (last && last->at + last->count == w->at && last->decays == decays)
            last->count += w->count;
        else
            range[(*count)++] = (struct range){w->at, w->count, decays};
    }
    return range;
}

double ranges_squares(const struct range *range, size_t count, const real *grad)
{
    double squares = 0;
    for (size_t i = 0; i < count; i++)
        squares += kernels()->squares(range[i].count, grad + range[i].at);
    return squares;
}

void range_slice(const struct range *r, size_t part, size_t parts, size_t *from, size_t *to)
{
    enum { LINE = 16 };
    *from = part ? r->count * part / parts / LINE * LINE : 0;
    *to = part + 1 < parts ? r->count * (part + 1) / parts / LINE * LINE : r->count;
}
