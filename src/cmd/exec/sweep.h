/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The runs of a sweep: a list made first, each run by itself, and what came of them taken in the
 * order of the list. A run depends on the session before the sweep, on its values and its seed, and
 * on no other run; so it may as well be done in another process. */
#ifndef NNR_CMD_EXEC_SWEEP_H
#define NNR_CMD_EXEC_SWEEP_H

#include "cmd/session/host.h"
#include "cmd/session/results.h"
#include "cmd/session/snapshot.h"

#include "base/entry.h"
#include "lang/ast.h"

/* One sweep of those that stand in one another, the outermost first. */
struct sweep_axis {
    const struct statement *statement;
    const struct script *body; /* what stands in its { } */
    const struct pair *pair;   /* TARGET = VALUE */
    bool variable;             /* TARGET is one, else a setting */
    struct node **value;       /* what takes the place of ?, one after the other */
    size_t values;
};

struct sweep_run {
    size_t at[SWEEP_AXES_MOST]; /* which value of each axis */
    bool keeps;                 /* its model stays */
    bool taken;                 /* its row came from a file: it need not be done */
    struct results_run row;     /* value, seed and the model's name from the start, then all else */
    struct str out, err;        /* what it wrote */
    struct err *wrong;          /* of a run that failed, with its place */
    struct model *model;        /* of a run that was done, if it stays */
};

struct results_log;

struct sweep {
    struct arena arena;
    struct sweep_axis axis[SWEEP_AXES_MOST];
    size_t axes;
    struct sweep_run *run;
    size_t runs, done; /* those that were taken are the first `done` */
    size_t all;        /* how many runs the sweep has, of which those of --part are done here */
    struct file_name log_file, resume_file; /* of log= and resume=, where they are given */
    unsigned jobs;                          /* how many side by side; 0: not said */
    struct results *results;
    size_t failed;           /* how many of those that were taken */
    struct results_log *log; /* rows are put into a file as they are taken; NULL: not */

    struct snapshot before;
    struct results_run *noting; /* where `measure` notes its figure; NULL: no run goes on here */
    struct str told;            /* notices that were shown: each is, once */
};

/* Does run number i. 0: its row is done or failed, and the session is as before. -1: ERR_MEMORY or
 * ERR_STOPPED. */
int sweep_run_one(struct session *s, struct sweep *w, size_t i, struct err *e);
/* A run that can no more be done, say because its process died: its row says failed. */
int sweep_run_lost(struct sweep *w, size_t i, const char *why, struct err *e);
/* Takes run number i, which must be the next: shows what it wrote, puts its row into the results
 * and the log. Whoever asks to stop is not heard here. -1: the sweep ends with those that were
 * taken before. */
int sweep_take_one(struct session *s, struct sweep *w, size_t i, struct err *e);
/* Tells how far the sweep is; so many of its runs go on, and one of them may have ended just now.
 * -1: the person asks to stop. */
int sweep_progress(const struct session *s, const struct sweep *w, size_t going, bool ended,
                   struct err *e);
/* With --check, and before the first run: names, choices and shapes of run number i; with `all` of
 * the other values of each axis too. The session is as before, and the clone stays in run[i].model
 * if it keeps it. */
int sweep_try_one(struct session *s, struct sweep *w, size_t i, bool all, struct err *e);
/* Frees the runs, what they wrote and their models. */
void sweep_runs_finish(struct sweep *w);

#endif
