/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One piece of training of one model: in the foreground as a whole, in the background slice by
 * slice. */
#ifndef NNR_CMD_COMMON_TRAIN_JOB_H
#define NNR_CMD_COMMON_TRAIN_JOB_H

#include <stdbool.h>

/* How fast training goes, for the eye. */
#define PACE(text)                                                                                 \
    ARG("pace", KEY, ARG_NUMBER, .above = true, .max = 1e6, .unrecorded = true, .line = text)

struct args;
struct err;
struct job;
struct model;
struct session;

/* Checks and prepares; on error nothing has changed. With --check that is all there is to do. */
int job_begin(struct job *j, struct err *e);
bool job_done(const struct job *j);
/* Steps for about 10 ms, or to the end of an epoch; *ended says that one ended. */
int job_slice(struct job *j, bool *ended, struct err *e);
/* When its next step is due, in the seconds of the host's clock; 0: at once. */
double job_due(const struct job *j);
/* The end: the best epoch comes back if that is asked for, and what the job did is written. */
int job_report(struct job *j, struct err *e);
void job_finish(struct job *j);
/* All of it, with a tick between slices. A person who stops it keeps what was done. */
int job_whole(struct job *j, struct err *e);
/* Chooses what is missing and checks, or prepares, a model for training. */
int train_begin(struct session *s, struct model *m, struct err *e);
/* Whether a penalty is a formula that a person wrote. Those of the catalogue are 0 or more, but for
 * rounding, or say that they are not (confidence): one below 0 is meant so. */
bool penalty_is_own(const struct args *a);
/* Ends all training in the background; what was done is kept, and said. */
int jobs_end(struct session *s, struct err *e);
/* The same without a word. */
void session_drop_jobs(struct session *s);

#endif
