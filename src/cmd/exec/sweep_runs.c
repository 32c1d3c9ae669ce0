/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/sweep_runs.h"

#include "cmd/common/plotting.h"
#include "cmd/exec/sweep.h"
#include "cmd/exec/sweep_bytes.h"
#include "cmd/exec/sweep_ranks.h"
#include "cmd/session/state.h"

#include "base/fork_pool.h"
#include "base/ranks.h"
#include "base/system.h"
#include "train/model.h"
#include "train/workers.h"

#include <string.h>

/* A sweep whose runs are done in processes. */
struct jobs {
    struct session *s;
    struct sweep *w;
    size_t *run;        /* the numbers of those that are to be done */
    size_t runs, known; /* those before `known` were looked at by take_known */
    struct host host;   /* of such a process */
    size_t going;       /* how many were under way, when last looked at */
};

/* What a run that was done here or elsewhere came to. */
static int take_done(struct session *s, struct sweep *w, size_t i, size_t going, struct err *e)
{
    return sweep_take_one(s, w, i, e) || sweep_progress(s, w, going, true, e) ? -1 : 0;
}

static int do_and_take(struct session *s, struct sweep *w, size_t i, struct err *e)
{
    if (w->run[i].taken)
        return sweep_take_one(s, w, i, e);
    return sweep_run_one(s, w, i, e) || take_done(s, w, i, 0, e) ? -1 : 0;
}

static int one_after_the_other(struct session *s, struct sweep *w, struct err *e)
{
    for (size_t i = w->done; i < w->runs; i++)
        if (do_and_take(s, w, i, e))
            return -1;
    return 0;
}

/* Where nobody sits: what a process of a run sees of the world. */
static bool goes_on(void *self, const struct progress *p)
{
    (void)self;
    (void)p;
    return true;
}

static bool asks_nobody(void *self, const char *hint)
{
    (void)self;
    (void)hint;
    return true;
}

static bool types_nothing(void *self, const char *shown, const char *prompt, struct str *typed)
{
    (void)self;
    (void)shown;
    (void)prompt;
    (void)typed;
    return true;
}

static bool waits_for_nothing(void *self)
{
    (void)self;
    return true;
}

static void shows_nothing(void *self, const char *text, size_t n)
{
    (void)self;
    (void)text;
    (void)n;
}

static struct host host_of_run(const struct host *h)
{
    struct host to = *h;
    to.tick = goes_on;
    to.ask = asks_nobody;
    to.type = types_nothing;
    to.wait = waits_for_nothing;
    to.picture = shows_nothing;
    to.stop = (struct stop){0};
    return to;
}

/* Threads and the process of gnuplot are not those of this process: what leads to them is left as
 * it is. */
static void enter(void *self)
{
    struct jobs *j = self;
    struct session *s = j->s;
    j->host = host_of_run(s->host);
    s->host = &j->host;
    for (size_t i = 0; i < s->models; i++) {
        s->model[i]->derived = NULL;
        s->model[i]->stop = NULL;
    }
    if (s->pictures)
        s->pictures->gnuplot = NULL;
}

/* Where there is no memory for a run, nothing is told of it: it is done by the first process, which
 * can say what is wrong. */
static int run(void *self, size_t i, struct str *to)
{
    struct jobs *j = self;
    struct err e = {0};
    if (sweep_run_one(j->s, j->w, j->run[i], &e))
        return -1;
    sweep_run_write(j->s, &j->w->run[j->run[i]], true, to);
    return 0;
}

/* Takes what stands before run number `end` and was read from a file. */
static int take_known(struct jobs *j, size_t end, struct err *e)
{
    for (; j->known < end; j->known++)
        if (j->w->run[j->known].taken && sweep_take_one(j->s, j->w, j->known, e))
            return -1;
    return 0;
}

static int take(void *self, size_t i, const char *bytes, size_t n, struct err *e)
{
    struct jobs *j = self;
    const size_t number = j->run[i];
    if (take_known(j, number, e))
        return -1;
    if (!bytes && sweep_run_lost(j->w, number, "its process was ended from outside, twice", e))
        return -1;
    if (bytes && !sweep_run_read(j->s, &j->w->run[number], bytes, n))
        return do_and_take(j->s, j->w, number, e);
    return take_done(j->s, j->w, number, j->going, e);
}

static int alone(void *self, size_t i, struct err *e)
{
    struct jobs *j = self;
    return take_known(j, j->run[i], e) || do_and_take(j->s, j->w, j->run[i], e) ? -1 : 0;
}

static int wait_some(void *self, size_t running, struct err *e)
{
    struct jobs *j = self;
    j->going = running;
    return sweep_progress(j->s, j->w, running, false, e) || stop_check(&j->s->host->stop, e) ? -1
                                                                                             : 0;
}

static void refused(void *self, int why)
{
    const struct jobs *j = self;
    session_notice(j->s, "the system gives no further process (%s); the runs follow each other",
                   strerror(why));
}

static int in_processes(struct jobs *j, unsigned jobs, struct err *e)
{
    const struct fork_work work = {.self = j,
                                   .items = j->runs,
                                   .enter = enter,
                                   .run = run,
                                   .take = take,
                                   .alone = alone,
                                   .wait = wait_some,
                                   .refused = refused};
    return fork_pool_run(&work, jobs, e);
}

/* `jobs` 0: on the ranks. */
static int side_by_side(struct session *s, struct sweep *w, unsigned jobs, struct err *e)
{
    struct jobs j = {.s = s, .w = w, .known = w->done};
    j.run = mem_new(w->runs, sizeof *j.run);
    if (!j.run)
        return err_memory(e);
    for (size_t i = w->done; i < w->runs; i++)
        if (!w->run[i].taken)
            j.run[j.runs++] = i;
    int failed =
        jobs ? in_processes(&j, jobs, e) : sweep_on_ranks(s, w, j.run, j.runs, take, &j, e);
    if (!failed)
        failed = take_known(&j, w->runs, e);
    mem_free(j.run);
    return failed;
}

static unsigned choose_jobs(const struct session *s, const struct sweep *w)
{
    const unsigned by_cores = system_cores() / workers_allowed();
    const unsigned jobs = s->host->jobs ? s->host->jobs : w->jobs ? w->jobs : by_cores;
    const size_t left = w->runs - w->done;
    return left < jobs ? (unsigned)left : jobs;
}

int sweep_runs(struct session *s, struct sweep *w, struct err *e)
{
    const unsigned jobs = checking(s) ? 1 : choose_jobs(s, w);
    if (ranks_several(s->host->ranks) && !checking(s))
        return side_by_side(s, w, 0, e);
    return jobs < 2 ? one_after_the_other(s, w, e) : side_by_side(s, w, jobs, e);
}
