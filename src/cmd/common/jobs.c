/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/jobs.h"

#include "cmd/common/train_job.h"
#include "cmd/session/jobs.h"
#include "cmd/session/state.h"

int jobs_end(struct session *s, struct err *e)
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
