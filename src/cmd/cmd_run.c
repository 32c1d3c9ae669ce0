/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run and stop: training in the background, advanced by whoever waits for the person. */
#include "cmd/command.h"
#include "cmd/job.h"
#include "cmd/journal.h"
#include "cmd/pictures.h"

#include <math.h>
#include <stdio.h>

bool session_running(const struct session *s)
{
    return s->jobs > 0;
}

struct model *session_job_model(const struct session *s, size_t i)
{
    return s->job[i].model;
}

/* Ends all jobs; what they did is kept, and said. */
static int end_jobs(struct session *s, struct err *e)
{
    int failed = 0;
    for (size_t i = 0; i < s->jobs; i++) {
        if (!failed)
            failed = job_report(&s->job[i], e);
    }
    session_drop_jobs(s);
    return failed;
}

void session_drop_jobs(struct session *s)
{
    for (size_t i = 0; i < s->jobs; i++)
        job_finish(&s->job[i]);
    mem_free(s->job);
    s->job = NULL;
    s->jobs = 0;
}

bool session_stop(struct session *s)
{
    struct err e = {0};
    if (!s->jobs)
        return false;
    if (segment_end(s, &e))
        session_notice(s, "%s; %s", e.what, e.hint);
    if (end_jobs(s, &e))
        session_notice(s, "%s", e.what);
    return true;
}

/* A job that cannot go on ends all of them, with the reason. */
static void advance_jobs(struct session *s)
{
    struct err e = {0};
    for (size_t i = 0; i < s->jobs; i++) {
        struct job *j = &s->job[i];
        bool ended;
        /* A statement may have changed the model or the data since the last slice. */
        if (engine_prepare(j->model, &s->data, s->seed, &e) || job_slice(j, &ended, &e)) {
            if (e.kind != ERR_STOPPED)
                session_notice(s, "run: %s; %s", e.what, e.hint);
            session_stop(s);
            return;
        }
        pictures_update(s, j->model);
    }
}

void session_advance(struct session *s)
{
    pictures_advance(s);
    /* In the middle of a statement nothing else may train; nor in the middle of a slice, when what
     * is watched takes long enough to tick. */
    if (s->busy)
        return;
    s->busy = true;
    advance_jobs(s);
    s->busy = false;
}

double session_deadline(const struct session *s)
{
    const double pictures = pictures_deadline(s);
    return s->jobs && !s->busy ? 0 : pictures;
}

static int run_run(struct session *s, const struct args *args, struct err *e)
{
    size_t count = 0;
    if (!s->host->person && !checking(s)) {
        err_at(e, args->where, "run needs the prompt: a script would not be the same twice");
        return err_hint(e, "in a script write step N");
    }
    if (s->journal->level > 1 || s->journal->bodies) {
        err_at(e, args->where, "run stands by itself, not in { } or a file that source reads");
        return err_hint(e, "write step N there");
    }
    if (s->jobs) {
        err_at(e, args->where, "training runs already");
        return err_hint(e, "stop ends it");
    }
    struct model **list = need_data(s, e) ? NULL : name_models(s, args_get(args, "on"), &count, e);
    struct job *job = list ? mem_new(count, sizeof *job) : NULL;
    int failed = !list ? -1 : job ? 0 : err_memory(e);
    for (size_t i = 0; i < count && !failed; i++) {
        job[i] = (struct job){.session = s, .model = list[i], .verb = "run"};
        failed = job_begin(&job[i], e);
    }
    mem_free(list);
    if (failed || checking(s) || !count) {
        mem_free(job);
        return failed;
    }
    s->job = job;
    s->jobs = count;
    return 0;
}

static int run_stop(struct session *s, const struct args *args, struct err *e)
{
    if (s->journal->bodies || s->journal->level > 1) {
        err_at(e, args->where, "stop stands by itself, not in { } or a file that source reads");
        return err_hint(e, "say stop before");
    }
    if (s->jobs)
        return end_jobs(s, e);
    if (checking(s))
        return 0;
    err_at(e, args->where, "nothing runs");
    return err_hint(e, "run trains in the background");
}

static const struct arg_spec run_args[] = {
    {.name = "on",
     .form = CLAUSE,
     .type = ARG_NAMES,
     .line = "models by name, or all: every model that has a layer",
     .naming = NAMING_ANY_MODEL},
};

const struct command command_run = {
    COMMAND(
        "run", run_args, "trains in the background while the prompt stays alive",
        "Statements typed meanwhile act between two steps: set hidden.activity = l1(1e-2) bends "
        "the curves at once. stop, or Ctrl-C, ends it. A script says step N instead.",
        "data moons 100\ninput 2\ndense 8 tanh as hidden\ndense 1 sigmoid\nrun\n"
        "set hidden.activity = l1(1e-2)\nstop\n"),
    .run = run_run,
    .unwritten = true,
};
const struct command command_stop = {
    COMMAND_ALONE("stop", "ends training in the background", "Everything done so far is kept.",
                  "data xor\ninput 2\ndense 1 sigmoid\nrun\nstop\n"),
    .run = run_stop,
    .unwritten = true,
};
