/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/room.h"

#include "nn/layer.h"
#include "train/batch.h"

double training_bytes(const struct model *m, const struct dataset *d)
{
    const struct graph *g = m->graph;
    double each = 0;
    for (id v = 0; v < g->values; v++) {
        const struct layer *maker = &g->layer[g->call[g->value[v].made_by].layer];
        if (g->value[v].storage == v && !maker->kind->source)
            each += (double)shape_count(&g->value[v].shape);
    }
    return (double)sizeof(real) *
           (2 * each * (double)batch_samples(d) + 4 * (double)g->weight_reals);
}
