/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What curves are drawn from: series of figures by step, and events ("here the penalty changed"). A
 * point is put at the end of each epoch, and every N steps while something watches. */
#ifndef NNR_TRAIN_HISTORY_H
#define NNR_TRAIN_HISTORY_H

#include "base/index.h"

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

/* Zeroed memory is a valid empty history. */
struct history {
    struct series *series;
    size_t count, room;
    struct index by_name; /* of the series */
    struct event *event;
    size_t events, event_room;
    bool behind; /* the last step has no point here: it was stopped before; no copy is */
    bool ahead;  /* it goes beyond the model's step, which was put back: history_cut is due */
};

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
int history_event(struct history *h, uint64_t step, const char *label);
/* NULL if there is none. */
const struct series *history_find(const struct history *h, enum series_kind kind, const char *name);
/* Forgets all that was put after `step`. */
void history_cut(struct history *h, uint64_t step);
/* Forgets all events but the first `events`. */
void history_cut_events(struct history *h, size_t events);
int history_copy(struct history *to, const struct history *from);
void history_finish(struct history *h);

#endif
