/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/shell/session.h"

#include "cmd/common/event_log.h"
#include "cmd/common/plotting.h"
#include "cmd/common/train_job.h"
#include "cmd/exec/check.h"
#include "cmd/exec/exec.h"
#include "cmd/exec/grade.h"
#include "cmd/session/custom_penalty.h"
#include "cmd/session/digest.h"
#include "cmd/session/emulation.h"
#include "cmd/session/exercise.h"
#include "cmd/session/given.h"
#include "cmd/session/jobs.h"
#include "cmd/session/journal.h"
#include "cmd/session/marks.h"
#include "cmd/session/names.h"
#include "cmd/session/results.h"
#include "cmd/session/state.h"
#include "cmd/session/transcript.h"
#include "cmd/session/variable.h"

#include "train/emulate.h"
#include "train/workers.h"

#include <stdio.h>
#include <string.h>

static int add_first_model(struct session *s)
{
    if (mem_room(&s->model, &s->model_room, 1, sizeof *s->model) ||
        index_reserve(&s->names->models, 1))
        return -1;
    s->model[0] = model_create("main");
    if (!s->model[0])
        return -1;
    s->models = 1;
    session_bend(s, s->model[0]);
    return 0;
}

struct session *session_create(const struct host *host, uint64_t seed)
{
    struct session *s = mem_new(1, sizeof *s);
    if (!s)
        return NULL;
    s->host = host;
    s->seed = seed;
    s->emulation = emulations.row[0];
    s->folder = "";
    s->journal = journal_create(seed);
    s->names = mem_new(1, sizeof *s->names);
    const bool kept = !host->keeps || session_keep_transcript(s) == 0;
    if (kept && s->journal && s->names && add_first_model(s) == 0)
        return s;
    session_destroy(s);
    return NULL;
}

static void names_finish(struct names_known *names)
{
    if (!names)
        return;
    index_finish(&names->models);
    index_finish(&names->variables);
    index_finish(&names->definitions);
    index_finish(&names->marks);
    mem_free(names);
}

void session_destroy(struct session *s)
{
    if (!s)
        return;
    marks_finish(s);
    journal_finish(s);
    for (size_t i = 0; i < s->models; i++)
        model_destroy(s->model[i]);
    mem_free(s->model);
    for (size_t i = 0; i < s->variables; i++)
        variable_finish(&s->variable[i]);
    mem_free(s->variable);
    results_release(s->results);
    mem_free(s->within);
    mem_free(s->chosen);
    session_drop_jobs(s);
    event_log_end(s);
    given_finish(s);
    pictures_finish(s);
    if (s->names)
        definitions_finish(s);
    dataset_finish(&s->data);
    sources_finish(&s->sources);
    names_finish(s->names);
    checks_finish(s);
    grading_finish(s);
    transcript_finish(s->transcript);
    mem_free(s);
}

void session_threads(unsigned n)
{
    workers_allow(n);
}

const char *session_prompt(struct session *s)
{
    char name[70] = "", live[160] = "", loss[NUMBER_ROOM], system[40] = "";
    const char *safe = s->host->safe ? " (safe)" : "", *task = s->exercise ? " exercise" : "";
    if (s->models > 1)
        snprintf(name, sizeof name, ":%.60s", current_model(s)->name);
    if (s->jobs) {
        const struct model *m = session_job_model(s, 0);
        const bool other = m != current_model(s);
        snprintf(live, sizeof live, " %.60s%sstep %llu loss %s", other ? m->name : "",
                 other ? " " : "", (unsigned long long)m->state.step,
                 m->state.from == FROM_NOTHING
                     ? "-"
                     : number_text(m->state.last.data + m->state.last.penalty, loss));
    }
    if (s->emulation != emulations.row[0])
        snprintf(system, sizeof system, " (%.30s)", s->emulation->name);
    snprintf(s->prompt, sizeof s->prompt, "nnr%s%s%s%s%s> ", name, safe, system, task, live);
    return s->prompt;
}

bool session_exercising(const struct session *s)
{
    return exercise_waits(s);
}

const struct ways *session_ways(const struct session *s)
{
    return &s->ways;
}

uint64_t session_digest(const struct session *s)
{
    uint64_t hash = digest_state(s, DIGEST_START);
    hash = digest_bytes(hash, &s->current, sizeof s->current);
    hash = marks_digest(s, hash);
    hash = results_digest(s->results, hash);
    hash = event_log_digest(s, hash);
    return pictures_digest(s, hash);
}
