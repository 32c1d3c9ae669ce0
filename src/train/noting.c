/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/noting.h"

static void note_figure(struct model *m, enum noted which, double x)
{
    note_add(&m->state.note[which], which, m->state.epoch, x);
}

double noting_figure(const struct ledger *validation, enum noted which)
{
    switch (which) {
    case NOTED_VAL_LOSS:
        return validation->evaluated;
    case NOTED_VAL_DATA:
        return validation->data;
    case NOTED_VAL_PENALTY:
        return validation->evaluated - validation->data;
    case NOTED_VAL_ACCURACY:
        return validation->accuracy;
    default:
        return validation->head[which - NOTED_VAL_HEAD];
    }
}

/* Where another output stands in its place now, what was noted is of no use. */
static void add_head(struct model *m, const struct ledger *l, size_t i)
{
    const enum noted which = (enum noted)(NOTED_VAL_HEAD + i);
    if (m->state.note[which].of != l->objective[i].value)
        m->state.note[which] = (struct note){.of = l->objective[i].value};
    note_figure(m, which, l->head[i]);
}

void noting_epoch(struct model *m, const struct ledger *validation)
{
    const struct figures x = model_epoch(m);
    note_figure(m, NOTED_LOSS, x.data + x.penalty);
    note_figure(m, NOTED_DATA, x.data);
    note_figure(m, NOTED_PENALTY, x.penalty);
    if (!validation)
        return;
    for (enum noted which = NOTED_VAL_LOSS; which < NOTED_VAL_HEAD; which++)
        note_figure(m, which, noting_figure(validation, which));
    for (size_t i = 0; i < validation->objectives; i++)
        add_head(m, validation, i);
}
