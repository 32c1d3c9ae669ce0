/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/sweep_ranks.h"

#include "cmd/exec/sweep.h"
#include "cmd/exec/sweep_bytes.h"
#include "cmd/session/digest.h"
#include "cmd/session/state.h"

#include "base/bytes.h"
#include "base/ranks.h"

/* What a rank is sent instead of a run's number: there are no more. */
#define NO_MORE UINT64_MAX

struct given {
    struct session *s;
    struct sweep *w;
    const size_t *run;
    size_t runs;
    int (*take)(void *self, size_t i, const char *bytes, size_t n, struct err *e);
    void *self;
    struct ranks *r;
    struct str *bytes; /* of each run: what came of it */
    bool *came;
    size_t next, taken, running;
};

/* An answer begins with the run's place in the list. */
static int take_answer(struct given *g, const struct message *m, struct err *e)
{
    struct bytes b = {.at = m->bytes, .left = m->n};
    const uint64_t i = bytes_take_whole(&b);
    if (b.failed || i >= g->runs)
        return err_at(e, (struct span){0}, "rank %d sends what is no run", m->from);
    str_bytes(&g->bytes[i], b.at, b.left);
    g->came[i] = true;
    return g->bytes[i].failed ? err_memory(e) : 0;
}

static int take_those_that_came(struct given *g, struct err *e)
{
    for (; g->taken < g->runs && g->came[g->taken]; g->taken++) {
        const struct str *s = &g->bytes[g->taken];
        if (g->take(g->self, g->taken, s->text ? s->text : "", s->size, e))
            return -1;
    }
    return 0;
}

static int give_next(struct given *g, int rank, struct err *e)
{
    const uint64_t i = g->next < g->runs ? g->next : NO_MORE;
    g->next += i != NO_MORE;
    g->running += i != NO_MORE;
    return ranks_send(g->r, rank, &i, sizeof i, e);
}

static int look_round(struct given *g, unsigned *idle, struct err *e)
{
    struct message m;
    const int found = ranks_look(g->r, &m, e);
    if (found < 0 || sweep_progress(g->s, g->w, g->running, false, e))
        return -1;
    if (!found) {
        ranks_sleep(idle);
        return 0;
    }
    *idle = 0;
    g->running--;
    const int failed = take_answer(g, &m, e) || give_next(g, m.from, e);
    mem_free(m.bytes);
    return failed ? -1 : 0;
}

/* What is still under way when something went wrong is waited for, and goes nowhere. */
static int call_back(struct given *g, struct err *e)
{
    g->next = g->runs;
    while (g->running) {
        struct message m;
        if (ranks_wait(g->r, &m, e))
            return -1;
        g->running--;
        const int failed = give_next(g, m.from, e);
        mem_free(m.bytes);
        if (failed)
            return -1;
    }
    return 0;
}

static int give_out(struct given *g, struct err *e)
{
    unsigned idle = 0;
    int failed = 0;
    for (int rank = 1; rank < g->r->count && !failed; rank++)
        failed = give_next(g, rank, e);
    while (!failed && g->taken < g->runs)
        failed = look_round(g, &idle, e) || take_those_that_came(g, e);
    struct err other;
    return call_back(g, failed ? &other : e) || failed ? -1 : 0;
}

/* To all others: whether it went well, and then what came of all runs. */
static int spread_answers(struct given *g, bool failed, struct err *e)
{
    struct str all = {0};
    uint64_t size[2] = {failed, 0};
    for (size_t i = 0; i < g->runs && !failed; i++)
        bytes_put_block(&all, g->bytes[i].text, g->bytes[i].size);
    size[0] = failed || all.failed;
    size[1] = all.size;
    int bad = ranks_broadcast(g->r, size, sizeof size, e);
    if (!bad && !size[0])
        bad = ranks_broadcast(g->r, all.text, all.size, e);
    if (!bad && !failed && all.failed)
        bad = err_memory(e);
    str_finish(&all);
    return bad;
}

static int lead_runs(struct given *g, struct err *e)
{
    struct err other;
    g->bytes = mem_new(g->runs, sizeof *g->bytes);
    g->came = mem_new(g->runs, sizeof *g->came);
    int failed = g->bytes && g->came ? 0 : err_memory(e);
    if (failed)
        g->runs = 0;
    failed = give_out(g, failed ? &other : e) || failed;
    failed = spread_answers(g, failed, failed ? &other : e) || failed;
    for (size_t i = 0; g->bytes && i < g->runs; i++)
        str_finish(&g->bytes[i]);
    mem_free(g->bytes);
    mem_free(g->came);
    return failed ? -1 : 0;
}

static int do_run(struct given *g, uint64_t i, struct err *e)
{
    struct str answer = {0};
    struct err own;
    bytes_put_whole(&answer, i);
    /* What cannot be done here for want of memory rank 0 does itself. */
    if (sweep_run_one(g->s, g->w, g->run[i], &own) == 0)
        sweep_run_write(g->s, &g->w->run[g->run[i]], true, &answer);
    const int failed =
        answer.failed ? err_memory(e) : ranks_send(g->r, 0, answer.text, answer.size, e);
    str_finish(&answer);
    return failed;
}

static int do_what_is_given(struct given *g, struct err *e)
{
    for (;;) {
        struct message m;
        if (ranks_wait(g->r, &m, e))
            return -1;
        struct bytes b = {.at = m.bytes, .left = m.n};
        const uint64_t i = bytes_take_whole(&b);
        mem_free(m.bytes);
        if (i >= g->runs)
            return 0;
        if (do_run(g, i, e))
            return -1;
    }
}

static int take_all(struct given *g, const char *all, size_t size, struct err *e)
{
    struct bytes b = {.at = all, .left = size};
    for (size_t i = 0; i < g->runs; i++) {
        size_t n;
        const char *bytes = bytes_take_block(&b, &n);
        if (b.failed)
            return err_at(e, (struct span){0}, "what came of the runs is not whole");
        if (g->take(g->self, i, n ? bytes : "", n, e))
            return -1;
    }
    return 0;
}

static int follow_runs(struct given *g, struct err *e)
{
    uint64_t size[2];
    if (do_what_is_given(g, e) || ranks_broadcast(g->r, size, sizeof size, e))
        return -1;
    if (size[0])
        return err_at(e, (struct span){0}, "rank 0 could not go on");
    char *all = mem_new((size_t)size[1] + 1, 1);
    if (!all)
        return err_memory(e);
    const int failed =
        ranks_broadcast(g->r, all, (size_t)size[1], e) || take_all(g, all, (size_t)size[1], e);
    mem_free(all);
    return failed ? -1 : 0;
}

int sweep_on_ranks(struct session *s, struct sweep *w, const size_t *run, size_t runs,
                   int (*take)(void *self, size_t i, const char *bytes, size_t n, struct err *e),
                   void *self, struct err *e)
{
    struct given g = {
        .s = s, .w = w, .run = run, .runs = runs, .take = take, .self = self, .r = s->host->ranks};
    if (ranks_meet(g.r, digest_state(s, DIGEST_START), e))
        return -1;
    return g.r->rank ? follow_runs(&g, e) : lead_runs(&g, e);
}
