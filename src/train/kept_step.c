/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/kept_step.h"

#include <string.h>

int kept_step_room(struct kept_step *k, const struct model *m)
{
    const size_t reals = m->graph->weight_reals;
    if (!k->weight && !(k->weight = mem_block(reals, sizeof(real))))
        return -1;
    for (size_t i = 0; i < SLOTS_MOST; i++)
        if (m->state.slot[i] && !k->slot[i] && !(k->slot[i] = mem_block(reals, sizeof(real))))
            return -1;
    return 0;
}

void kept_step_take(struct kept_step *k, const struct model *m)
{
    const size_t bytes = m->graph->weight_reals * sizeof(real);
    memcpy(k->weight, m->state.weight, bytes);
    for (size_t i = 0; i < SLOTS_MOST; i++)
        if (m->state.slot[i])
            memcpy(k->slot[i], m->state.slot[i], bytes);
    k->updates = m->state.updates;
    k->again = m->recipe.common.sam > 0;
    k->known = true;
}

void kept_step_finish(struct kept_step *k)
{
    mem_free(k->weight);
    for (size_t i = 0; i < SLOTS_MOST; i++)
        mem_free(k->slot[i]);
    *k = (struct kept_step){0};
}
