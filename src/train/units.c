/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/units.h"

#include "nn/layer.h"
#include "train/seen.h"

static size_t unit_width(const struct graph *g, id call)
{
    const struct layer_kind *kind = g->layer[g->call[call].layer].kind;
    const struct shape *s = &g->value[g->call[call].output].shape;
    return kind->source || kind->view || !s->axes ? 0 : s->size[s->axes - 1];
}

int units_begin(struct units *u, const struct graph *g)
{
    *u = (struct units){.graph = g};
    u->first = mem_new(g->calls + 1, sizeof *u->first);
    u->left = mem_new(g->calls + 1, sizeof *u->left);
    if (!u->first || !u->left)
        return -1;
    for (id c = 0; c < g->calls; c++) {
        u->left[c] = unit_width(g, c);
        u->first[c + 1] = u->first[c] + u->left[c];
    }
    u->fired = mem_new(u->first[g->calls], sizeof *u->fired);
    return u->fired ? 0 : -1;
}

void units_add(struct units *u, const struct frame *f)
{
    const struct graph *g = u->graph;
    for (id c = 0; c < g->calls; c++) {
        const id y = g->call[c].output;
        const size_t units = units_count(u, c);
        bool *fired = u->fired + u->first[c];
        if (!units)
            continue;
        /* Where all units have fired there is nothing left to find. */
        for (struct seen s = seen_begin(f, y); u->left[c] && seen_next(&s);)
            for (const real *a = s.x; a < s.x + s.n && u->left[c]; a += units)
                for (size_t i = 0; i < units; i++)
                    if (!fired[i] && real_abs(a[i]) > UNIT_SMALL) {
                        fired[i] = true;
                        u->left[c]--;
                    }
    }
}

size_t units_count(const struct units *u, id call)
{
    return u->graph ? u->first[call + 1] - u->first[call] : 0;
}

size_t units_dead(const struct units *u, id call)
{
    return u->graph ? u->left[call] : 0;
}

void units_finish(struct units *u)
{
    mem_free(u->first);
    mem_free(u->left);
    mem_free(u->fired);
    *u = (struct units){0};
}
