/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/exercise.h"

#include "cmd/session/state.h"

bool exercise_for_person(const struct session *s)
{
    return s->host->watched && s->host->type && !s->host->json && !checking(s) && !s->grading;
}

bool exercise_waits(const struct session *s)
{
    return s->exercise && s->exercise->person;
}
