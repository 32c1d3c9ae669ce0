/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/active.h"

#include "train/seen.h"

#include <math.h>

int active_begin(struct active *x, const struct graph *g, id call, double above)
{
    const struct shape *out = &g->value[g->call[call].output].shape;
    *x = (struct active){.call = call, .above = above, .units = shape_last(out)};
    return (x->ever = mem_new(x->units, sizeof *x->ever)) ? 0 : -1;
}

void active_add(struct active *x, const struct frame *f)
{
    const id value = f->plan->graph->call[x->call].output;
    for (struct seen a = seen_begin(f, value); seen_next(&a);)
        for (size_t i = 0; i < a.n; i += x->units)
            for (size_t j = 0; j < x->units; j++) {
                const bool active = fabs((double)a.x[i + j]) > x->above;
                x->ever[j] = x->ever[j] || active;
                x->count += active;
            }
    x->samples += f->samples;
}

double active_mean(const struct active *x)
{
    return (double)x->count / (double)x->samples;
}

size_t active_never(const struct active *x)
{
    size_t never = 0;
    for (size_t j = 0; j < x->units; j++)
        never += !x->ever[j];
    return never;
}

void active_finish(struct active *x)
{
    mem_free(x->ever);
    x->ever = NULL;
}
