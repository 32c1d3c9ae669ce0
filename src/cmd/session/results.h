/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What runs and models came to: the rows of the newest sweep, and the figures that were measured
 * outside of one. */
#ifndef NNR_CMD_SESSION_RESULTS_H
#define NNR_CMD_SESSION_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;

/* How many sweeps may stand in one another. */
enum { SWEEP_AXES_MOST = 8 };
/* The figures that every run has, where there are data, a validation share, classes. */
enum run_figure {
    RUN_DATA,
    RUN_VAL_DATA,
    RUN_ACCURACY,
    RUN_VAL_ACCURACY,
    RUN_PENALTY,
    RUN_FIGURES
};
/* Their names, which are those of quantities. */
extern const char *const run_figure_names[RUN_FIGURES];

enum run_status { RUN_WAITING, RUN_DONE, RUN_FAILED };

/* A figure under a name. */
struct measured {
    char *name;
    double value;
};

/* One run, or a model by itself: all texts in memory of its own. */
struct results_run {
    size_t value; /* the number of its values among those of the sweep; RUN_ALONE: there are none */
    uint64_t seed; /* that it was drawn from */
    char *model;   /* the name */
    enum run_status status;
    char *error; /* what a run that failed ended in, one line; else NULL */
    uint64_t steps, epochs;
    double figure[RUN_FIGURES]; /* NaN: there is no such figure */
    struct measured *measure;   /* in the order in which they were measured first */
    size_t measures, measure_room;
};
#define RUN_ALONE SIZE_MAX

/* What stood in place of one ? */
struct swept {
    double number; /* NaN: it is none */
    char *text;    /* as one would write it */
};

struct results {
    size_t owners; /* of those that share it nobody changes it */
    /* What was swept: "h.kernel = l2(?)"; NULL: only models were measured. */
    char *text;
    char *target[SWEEP_AXES_MOST];
    size_t axes;
    struct swept *value; /* [values][axes] */
    size_t values;
    bool seeds;              /* several for each value */
    bool models;             /* models of runs stay */
    uint64_t digest;         /* of all that the runs depend on but value and seed */
    struct results_run *run; /* models by themselves first */
    size_t runs, run_room;
    char **name; /* of all that was measured, in the order of the first */
    size_t names, name_room;
};

/* An empty one with one owner; NULL without memory. */
struct results *results_create(void);
/* One owner fewer; frees it with the last. NULL is nothing. */
void results_release(struct results *r);
/* One that may be changed in place of the session's own; NULL without memory, and then nothing has
 * changed. */
struct results *results_own(struct session *s);
/* A copy of a run's row. -1 without memory, and then *to is empty. */
int results_run_copy(struct results_run *to, const struct results_run *from);
void results_run_finish(struct results_run *r);
/* Notes a figure, in place of an older one of that name. -1 without memory. */
int results_run_note(struct results_run *r, const char *name, double value);
/* The figure of that name; NULL if it was not measured. */
const double *results_run_measure(const struct results_run *r, const char *name);
/* Puts a row at the end, which belongs to the results from here on, and takes in the names of what
 * it measured. -1 without memory: then it is the caller's still. */
int results_add(struct results *r, struct results_run *row);
/* Takes in a name if it is new. -1 without memory. */
int results_name(struct results *r, const char *name);
uint64_t results_digest(const struct results *r, uint64_t hash);

#endif
