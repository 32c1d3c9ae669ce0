/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training in the background, as the session holds it. */
#ifndef NNR_CMD_SESSION_JOBS_H
#define NNR_CMD_SESSION_JOBS_H

#include "train/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;

struct job {
    struct session *session;
    struct model *model;
    const char *verb;
    uint64_t epochs, steps;   /* to do; both 0: until it is stopped */
    const struct node *until; /* or NULL */
    bool blind;               /* puts no points into the history */
    double pace;              /* steps, or epochs, a second for a person's eye; 0: at full speed */
    bool keeps_best;          /* the best epoch is put back at the end */
    struct span keep_where;

    uint64_t first_epoch, first_step;
    uint64_t slice_steps; /* how many steps take about 10 ms */
    double started, epoch_started;
    double *epoch_seconds;
    size_t epoch_count, epoch_room;
    bool reached; /* the condition of `until` held */
    bool told;    /* that a penalty is negative */
    double due;   /* with a pace: when the next step is */
    /* With keeps_best: of what, and the state at the best epoch so far; epoch 0: none yet. */
    enum noted of;
    const char *of_name;
    double best;
    struct model_state kept;
    uint64_t kept_epoch;
    uint64_t epochs_done, steps_done; /* by the job, when it has ended */
};
/* Whether `run` trains in the background. The prompt then tells model, step and loss, and changes
 * with every session_advance. */
bool session_running(const struct session *s);
/* The model of the i-th job of `run`. */
struct model *session_job_model(const struct session *s, size_t i);

#endif
