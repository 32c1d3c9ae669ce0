/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What curves are drawn from: series of figures by step, and events ("here the penalty changed"). A
 * point is put at the end of each epoch, and every N steps while something watches. */
#ifndef NNR_TRAIN_HISTORY_H
#define NNR_TRAIN_HISTORY_H

#include "base/index.h"
#include "num/real.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum series_kind {
    SERIES_DATA,             /* the data loss */
    SERIES_PENALTY,          /* one term of one slot; name: "code.activity l1(0.001)" */
    SERIES_VALIDATION,       /* the data loss on the validation share */
    SERIES_VALIDATION_TOTAL, /* and with the penalties */
    SERIES_MEAN,             /* of a call's output: mean of |a|; name: the call's */
    SERIES_MAX,              /* largest |a| */
    SERIES_ZEROS,            /* share of exact zeros */
    SERIES_SMALL,            /* share with |a| <= 0.1 */
    SERIES_EXPRESSION,       /* a watched expression; name: its text */
    SERIES_DEAD              /* of a call's output: units dead on the validation share (units.h) */
};

struct series {
    enum series_kind kind;
    char *name;
    double *step, *value; /* count of each, steps rising */
    size_t count, room_step, room_value;
    double start; /* the value before the first step; NaN: not known */
};

/* The points of a series that begins with its start, where that is known. */
static inline size_t series_points(const struct series *s)
{
    return s->count + (isnan(s->start) ? 0 : 1);
}
static inline double series_step(const struct series *s, size_t i)
{
    return isnan(s->start) ? s->step[i] : i ? s->step[i - 1] : 0;
}
static inline double series_value(const struct series *s, size_t i)
{
    return isnan(s->start) ? s->value[i] : i ? s->value[i - 1] : s->start;
}

struct event {
    uint64_t step;
    char *label; /* "code.activity = l1(0.01)" */
};

enum trace_kind {
    TRACE_FIRING,   /* of a call's output: for each unit how often |a| was above UNIT_SMALL */
    TRACE_HISTOGRAM /* of all its numbers: see TRACE_LOW */
};

/* A row of several numbers at each of some steps; name: the call's. */
struct trace {
    enum trace_kind kind;
    char *name;
    size_t width; /* of a row */
    double *step;
    float *row; /* [count][width] */
    size_t count, room_step, room_row;
    uint64_t offered, stride; /* of the rows offered every stride-th is kept */
};

/* A row of TRACE_HISTOGRAM: the least and the largest number that is not 0, the share of zeros,
 * and for each bin between the first two the share of all numbers that lie in it. */
enum { TRACE_LOW, TRACE_HIGH, TRACE_ZEROS, TRACE_BINS_AT, TRACE_BINS = 40 };

/* Weights as they stood before something was changed. */
struct kept_weights {
    uint64_t step;
    real *weight;
    size_t reals;
};

/* Zeroed memory is a valid empty history. */
struct history {
    struct series *series;
    size_t count, room;
    struct index by_name; /* of the series */
    struct event *event;
    size_t events, event_room;
    bool behind; /* the last step has no point here: it was stopped before; no copy is */
    bool ahead;  /* it goes beyond the model's step, which was put back: history_cut is due */
    struct trace *trace;
    size_t traces, trace_room;
    struct index by_trace;    /* of the traces */
    struct kept_weights kept; /* before the newest event; reals 0: nothing */
};

/* No trace keeps more rows than the first, or is made for more units than the second. When it is
 * full every other row goes, and from there on of the offered rows only every other is taken. */
enum { TRACE_MOST = 128, TRACE_UNITS_MOST = 1024 };
/* No series keeps more points than this: then every other one goes, the newest always stays. */
enum { HISTORY_MOST = 4096 };

/* Adds a point to the series of that kind and name, which is made if needed. 0, or -1 without
 * memory (the history then stays as it was). */
int history_put(struct history *h, enum series_kind kind, const char *name, uint64_t step,
                double value);
/* The same in two steps, for a caller that puts many: the number of a series, which never changes
 * (SIZE_MAX without memory), and a point in it. */
size_t history_series(struct history *h, enum series_kind kind, const char *name);
int history_add(struct history *h, size_t series, uint64_t step, double value);
/* What a series was before the first step; it is no point of `step` and `value`. */
void history_start(struct history *h, size_t series, double value);
/* The number of a trace, which never changes; it is made if needed, and begins anew when its rows
 * had another width. SIZE_MAX without memory. */
size_t history_trace(struct history *h, enum trace_kind kind, const char *name, size_t width);
/* Offers a row: *row is to be filled, or NULL when it is not taken (the step has one, or it is not
 * one of every stride). -1 without memory. */
int history_row(struct history *h, size_t trace, uint64_t step, float **row);
/* Adds a copy of a trace. -1 without memory. */
int history_take_trace(struct history *to, const struct trace *from);
/* NULL if there is none. */
const struct trace *history_find_trace(const struct history *h, enum trace_kind kind,
                                       const char *name);
/* Keeps a copy of the weights that the event to come at this step changes: 0, or -1 without memory
 * (the history then stays as it was). */
int history_keep(struct history *h, uint64_t step, const real *weight, size_t reals);
int history_event(struct history *h, uint64_t step, const char *label);
/* NULL if there is none. */
const struct series *history_find(const struct history *h, enum series_kind kind, const char *name);
/* Forgets all that was put after `step`. */
void history_cut(struct history *h, uint64_t step);
/* Forgets all events but the first `events`. */
void history_cut_events(struct history *h, size_t events);
/* Forgets the curves and traces of what has such a name; the data loss has none. */
void history_forget(struct history *h, bool (*gone)(const void *self, const char *name),
                    const void *self);
int history_copy(struct history *to, const struct history *from);
void history_finish(struct history *h);

#endif
