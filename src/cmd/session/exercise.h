/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The exercise that goes on, as the session holds it. */
#ifndef NNR_CMD_SESSION_EXERCISE_H
#define NNR_CMD_SESSION_EXERCISE_H

#include "cmd/session/snapshot.h"

struct script;
struct statement;

struct exercise {
    const struct statement *statement;
    const char *task;
    const struct node *condition;
    const struct script *body;   /* the braces; NULL: there are none */
    const struct script *around; /* where it stands, with its hints behind it */
    size_t at;
    bool person;           /* a person does it */
    bool skipped;          /* it is over, whatever the condition says */
    bool looked;           /* what was typed last changed nothing of what the condition says */
    size_t hints;          /* so many were shown */
    struct snapshot start; /* the state at its start */
    const char *folder;    /* of the text that it stands in */
    unsigned level;        /* of the units inside it */
};

/* Whether exercises are done by a person, who sits there. */
bool exercise_for_person(const struct session *s);
/* Whether a person is before an exercise that waits for what is typed. */
bool exercise_waits(const struct session *s);

#endif
