/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/shell/background.h"

#include "cmd/common/plotting.h"
#include "cmd/common/train_job.h"
#include "cmd/common/watch.h"
#include "cmd/exec/background_steps.h"
#include "cmd/session/jobs.h"
#include "cmd/session/state.h"
#include "cmd/session/warn.h"

#include "train/trainer.h"

#include <math.h>

bool session_stop(struct session *s)
{
    struct err e = {0};
    if (!s->jobs)
        return false;
    if (segment_end(s, &e))
        session_warn(s, "%s; %s", e.what, e.hint);
    if (jobs_end(s, &e))
        session_warn(s, "%s", e.what);
    return true;
}

/* A job that cannot go on ends all of them, with the reason. */
static void advance_jobs(struct session *s)
{
    struct err e = {0};
    for (size_t i = 0; i < s->jobs; i++) {
        struct job *j = &s->job[i];
        bool ended;
        if (session_clock(s) < job_due(j))
            continue;
        /* A statement may have changed the model or the data since the last slice. */
        if (trainer_prepare(j->model, &s->data, s->seed, &e) || job_slice(j, &ended, &e)) {
            if (e.kind != ERR_STOPPED)
                session_warn(s, "run: %s; %s", e.what, e.hint);
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
    double due = pictures_deadline(s);
    if (s->due > 0)
        due = fmin(due, s->due);
    for (size_t i = 0; i < s->jobs && !s->busy; i++)
        due = fmin(due, job_due(&s->job[i]));
    return due;
}

size_t session_descriptors(const struct session *s,
                           struct session_descriptor to[SESSION_DESCRIPTORS])
{
    struct gnuplot_descriptor d[GNUPLOT_DESCRIPTORS];
    if (!s->pictures || !s->pictures->gnuplot)
        return 0;
    const size_t n = gnuplot_descriptors(s->pictures->gnuplot, d);
    for (size_t i = 0; i < n; i++)
        to[i] = (struct session_descriptor){.fd = d[i].fd, .write = d[i].write};
    return n;
}
