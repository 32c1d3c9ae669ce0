/* SPDX-License-Identifier: GPL-3.0-or-later */
/* run, stop. */
#include "cmd/common/defaults.h"
#include "cmd/common/train_job.h"
#include "cmd/session/command.h"
#include "cmd/session/data.h"
#include "cmd/session/jobs.h"
#include "cmd/session/journal.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"

#include "train/model.h"

static int run_run(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *pace = args_get(args, "pace");
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
        job[i] = (struct job){.session = s,
                              .model = list[i],
                              .verb = "run",
                              .pace = pace->given ? pace->as.number : 0};
        failed = job_begin(&job[i], e);
        if (!failed && !checking(s))
            say_out_of_reach(s, list[i]);
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
        return jobs_end(s, e);
    if (checking(s))
        return 0;
    err_at(e, args->where, "nothing runs");
    return err_hint(e, "run trains in the background");
}

static const struct arg_spec run_args[] = {
    ARG("on", CLAUSE, ARG_NAMES, .line = "models by name, or all: every model that has a layer",
        .naming = NAMING_ANY_MODEL),
    PACE("steps a second, to be looked at"),
};

const struct command command_run = {
    COMMAND("run", run_args, "trains in the background while the prompt stays alive",
            "Statements typed meanwhile act between two steps: set hidden.activity = l1(1e-2) "
            "bends the curves at once. stop, or Ctrl-C, ends it. A script says step N instead. "
            "run pace=20 takes 20 steps a second, for the eye.",
            "data moons 100\ninput 2\ndense 8 tanh as hidden\ndense 1 sigmoid\nrun\n"
            "set hidden.activity = l1(1e-2)\nstop\n"),
    .run = run_run,
    .unwritten = any_statement,
    .beyond_run = true,
};
const struct command command_stop = {
    COMMAND_ALONE("stop", "ends training in the background", "Everything done so far is kept.",
                  "data xor\ninput 2\ndense 1 sigmoid\nrun\nstop\n"),
    .run = run_stop,
    .unwritten = any_statement,
    .beyond_run = true,
};
