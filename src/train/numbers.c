/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/numbers.h"

void numbers_finish(struct numbers *n)
{
    for (size_t i = 0; i < n->count; i++)
        choice_finish(&n->choice[i]);
    mem_free(n->choice);
    *n = (struct numbers){0};
}

int numbers_make(struct numbers *to, struct model *m, uint32_t first, const struct arg *sum,
                 struct err *e)
{
    struct model_state *s = &m->state;
    *to = (struct numbers){.choice = mem_new(sum->as.calls.count, sizeof *to->choice),
                           .first = first};
    int failed = !to->choice || mem_room(&s->penalty, &s->penalty_room, m->graph->numbered,
                                         sizeof *s->penalty)
                     ? err_memory(e)
                     : 0;
    while (!failed && s->penalties < m->graph->numbered)
        s->penalty[s->penalties++] = (struct choice){0};
    for (; !failed && to->count < sum->as.calls.count; to->count++)
        failed = choice_make(&to->choice[to->count], sum->as.calls.item[to->count], e);
    if (failed)
        numbers_finish(to);
    return failed;
}

void numbers_swap(struct model *m, struct numbers *n)
{
    for (size_t i = 0; i < n->count; i++) {
        const struct choice was = m->state.penalty[n->first + i];
        m->state.penalty[n->first + i] = n->choice[i];
        n->choice[i] = was;
    }
    model_rules_changed(m);
    if (m->derived)
        m->derived->refresh(m->derived);
}
