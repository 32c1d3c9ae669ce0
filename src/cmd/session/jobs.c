/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/jobs.h"

#include "cmd/session/state.h"

#include "train/model.h"

bool session_running(const struct session *s)
{
    return s->jobs > 0;
}

struct model *session_job_model(const struct session *s, size_t i)
{
    return s->job[i].model;
}
