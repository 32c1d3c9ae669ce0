/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/emulation.h"

#include "cmd/session/state.h"

#include "nn/bend.h"
#include "train/emulate.h"
#include "train/model.h"

static bool is_bent(const struct session *s)
{
    return s->emulation != emulations.row[0] || s->ignores_frozen;
}

void session_bend(const struct session *s, struct model *m)
{
    const struct policy *policy = is_bent(s) ? &s->policy : NULL;
    m->stop = &s->host->stop;
    if (m->policy != policy)
        model_bend(m, policy);
}

void emulation_take(struct session *s, const struct entry *system, bool ignores_frozen)
{
    const struct emulation *e = (const struct emulation *)system;
    s->emulation = system;
    s->ignores_frozen = ignores_frozen;
    s->policy = e->policy;
    s->policy.ignores_frozen = e->policy.ignores_frozen || ignores_frozen;
    /* Plans that were made by what stood here before are of no use. */
    for (size_t i = 0; i < s->models; i++)
        model_bend(s->model[i], is_bent(s) ? &s->policy : NULL);
}

int emulation_check(const struct session *s, const struct model *m, struct err *e)
{
    const struct graph *g = m->graph;
    const struct emulation *system = (const struct emulation *)s->emulation;
    const id term = policy_refuses(g, &s->policy);
    if (term == NOTHING)
        return 0;
    err_at(e, (struct span){0}, "%s cannot run this model: %s.activity ends in its %s",
           s->emulation->name, g->layer[g->term[term].layer].name, system->raises);
    return err_hint(e, "penalties shows the ledger; emulate none ends the emulation");
}

void add_refusal(struct str *to, const struct entry *system)
{
    const struct emulation *e = (const struct emulation *)system;
    str_addf(to, "%s cannot run this model: %s ends in its %s\n", system->name, e->because,
             e->raises);
}
