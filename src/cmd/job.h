/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One piece of training of one model: in the foreground as a whole, in the background slice by
 * slice. */
#ifndef NNR_CMD_JOB_H
#define NNR_CMD_JOB_H

#include "cmd/state.h"

struct job {
    struct session *session;
    struct model *model;
    const char *verb;
    uint64_t epochs, steps;   /* to do; both 0: until it is stopped */
    const struct node *until; /* or NULL */
    bool blind;               /* puts no points into the history */

    uint64_t first_epoch, first_step;
    uint64_t slice_steps; /* how many steps take about 10 ms */
    double started, epoch_started;
    double *epoch_seconds;
    size_t epoch_count, epoch_room;
    bool reached; /* the condition of `until` held */
};

/* Checks and prepares; on error nothing has changed. With --check that is all there is to do. */
int job_begin(struct job *j, struct err *e);
bool job_done(const struct job *j);
/* Steps for about 10 ms, or to the end of an epoch; *ended says that one ended. */
int job_slice(struct job *j, bool *ended, struct err *e);
/* Writes what the job did. */
int job_report(const struct job *j, struct err *e);
void job_finish(struct job *j);
/* All of it, with a tick between slices. A person who stops it keeps what was done. */
int job_whole(struct job *j, struct err *e);

/* Adds what takes the steps that the model took since step `first` again, with the points that they
 * put into the history; returns how many statements that is. With `named` they name the model. */
long steps_text(struct str *to, const struct model *m, uint64_t first, bool named);
/* loss X = data Y + penalty Z */
void figures_text(struct str *to, const struct figures *x);
/* Chooses what is missing and checks, or prepares, a model for training. */
int train_begin(struct session *s, struct model *m, struct err *e);

#endif
