/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/judge.h"

#include "nn/listing.h"

int judge_begin(struct judge *j, const struct graph *g, const struct emulation *as, struct err *e)
{
    *j = (struct judge){.graph = g, .as = as};
    if (as->policy.listing == LIST_ONCE)
        return 0;
    return (j->listed = listing_count(g, as->policy.listing)) ? 0 : err_memory(e);
}

void judge_finish(struct judge *j)
{
    mem_free(j->listed);
    j->listed = NULL;
}

size_t judge_calls(const struct graph *g, id layer)
{
    size_t calls = 0;
    for (id c = g->layer[layer].newest_call; c != NOTHING; c = g->call[c].before)
        calls++;
    return calls;
}

void judge_weight(const struct judge *j, id layer, struct judgement *to)
{
    const struct bent_ways b = policy_on_weight(j->graph, &j->as->policy, j->listed, layer);
    *to =
        (struct judgement){.ways = b.ways, .times = b.times, .calls = judge_calls(j->graph, layer)};
    for (unsigned w = 0; w < WAYS; w++)
        to->hit[w] = b.ways >> w & 1 ? to->calls : 0;
}

void judge_activity(const struct judge *j, id layer, enum reduce written, struct judgement *to)
{
    const struct graph *g = j->graph;
    const struct policy *p = &j->as->policy;
    *to = (struct judgement){.reduce = p->sets_reduce ? p->reduce : written};
    for (id c = g->layer[layer].newest_call; c != NOTHING; c = g->call[c].before) {
        const struct bent_ways b = policy_on_activity(g, p, j->listed, c, written);
        to->ways |= b.ways;
        to->times = b.times > to->times ? b.times : to->times;
        to->calls++;
        for (unsigned w = 0; w < WAYS; w++)
            to->hit[w] += b.ways >> w & 1;
    }
}

void judge_joint(const struct judge *j, bool frozen, struct judgement *to)
{
    const struct bent_ways b = policy_on_joint(&j->as->policy, frozen);
    *to = (struct judgement){.ways = b.ways, .times = b.times};
}

enum verdict judgement_verdict(const struct judge *j, const struct judgement *of)
{
    if (of->lacked || of->ways & ~j->as->unsure)
        return NOT_AS_DECLARED;
    return of->ways ? NOT_KNOWN : AS_DECLARED;
}

static void add_way(const struct judgement *of, enum way way, struct str *to)
{
    static const char *const words[] = {
        [WAY_REDUCED] = "divided by the batch size",
        [WAY_STEPS] = "divided by samples times steps",
        [WAY_MASKED] = "masked steps count too",
        [WAY_INPUT] = "on the input",
        [WAY_FROZEN] = "left out as frozen",
        [WAY_WRAPPED] = "dropped",
        [WAY_WRAPPED_BLOCK] = "dropped",
        [WAY_RECURRENT] = "dropped",
        [WAY_CELL] = "dropped",
        [WAY_BACKWARD] = "dropped",
        [WAY_JOINT] = "dropped",
        [WAY_REFUSED] = "an error",
    };
    if (way == WAY_COUNTED && of->times > 0)
        str_addf(to, "counted %.15g times", of->times);
    else if (way == WAY_COUNTED)
        str_add(to, "dropped");
    else
        str_add(to, way == WAY_REDUCED && of->reduce == REDUCE_SUM ? "summed over the batch"
                                                                   : words[way]);
    if (of->hit[way] < of->calls)
        str_addf(to, " (%zu of %zu calls)", of->hit[way], of->calls);
}

void judgement_words(const struct judge *j, const struct judgement *of, struct str *to)
{
    const enum verdict v = judgement_verdict(j, of);
    const char *comma = "";
    if (v != NOT_AS_DECLARED) {
        str_add(to, v == NOT_KNOWN ? "not known" : "as declared");
        return;
    }
    if (of->lacked) {
        str_add(to, "no such penalty");
        comma = ", ";
    }
    for (unsigned w = 0; w < WAYS; w++)
        if ((of->ways & ~j->as->unsure) >> w & 1) {
            str_add(to, comma);
            add_way(of, (enum way)w, to);
            comma = ", ";
        }
}
