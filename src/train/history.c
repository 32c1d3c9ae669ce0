/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/history.h"

#include "base/mem.h"

#include <string.h>

static struct series *find_series(const struct history *h, enum series_kind kind, const char *name)
{
    uint32_t i = index_first(&h->by_name, name);
    while (i != INDEX_NONE && (h->series[i].kind != kind || strcmp(h->series[i].name, name) != 0))
        i = index_next(&h->by_name, i);
    return i == INDEX_NONE ? NULL : &h->series[i];
}

const struct series *history_find(const struct history *h, enum series_kind kind, const char *name)
{
    return find_series(h, kind, name);
}

static struct series *add_series(struct history *h, enum series_kind kind, const char *name)
{
    if (mem_room(&h->series, &h->room, h->count + 1, sizeof *h->series))
        return NULL;
    char *copy = mem_text(name, strlen(name));
    if (!copy || index_add(&h->by_name, name)) {
        mem_free(copy);
        return NULL;
    }
    h->series[h->count] = (struct series){.kind = kind, .name = copy, .start = (double)NAN};
    return &h->series[h->count++];
}

static int make_room(struct series *s, size_t need)
{
    return mem_room(&s->step, &s->room_step, need, sizeof *s->step) ||
                   mem_room(&s->value, &s->room_value, need, sizeof *s->value)
               ? -1
               : 0;
}

static void thin_series(struct series *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->count; i += 2) {
        s->step[kept] = s->step[i];
        s->value[kept++] = s->value[i];
    }
    s->count = kept;
}

size_t history_series(struct history *h, enum series_kind kind, const char *name)
{
    const struct series *s = find_series(h, kind, name);
    if (!s && !(s = add_series(h, kind, name)))
        return SIZE_MAX;
    return (size_t)(s - h->series);
}

int history_add(struct history *h, size_t series, uint64_t step, double value)
{
    struct series *s = &h->series[series];
    if (make_room(s, s->count + 1))
        return -1;
    if (s->count == HISTORY_MOST)
        thin_series(s);
    s->step[s->count] = (double)step;
    s->value[s->count++] = value;
    return 0;
}

void history_start(struct history *h, size_t series, double value)
{
    h->series[series].start = value;
}

int history_put(struct history *h, enum series_kind kind, const char *name, uint64_t step,
                double value)
{
    const size_t series = history_series(h, kind, name);
    return series == SIZE_MAX ? -1 : history_add(h, series, step, value);
}

const struct trace *history_find_trace(const struct history *h, enum trace_kind kind,
                                       const char *name)
{
    uint32_t i = index_first(&h->by_trace, name);
    while (i != INDEX_NONE && (h->trace[i].kind != kind || strcmp(h->trace[i].name, name) != 0))
        i = index_next(&h->by_trace, i);
    return i == INDEX_NONE ? NULL : &h->trace[i];
}

size_t history_trace(struct history *h, enum trace_kind kind, const char *name, size_t width)
{
    const struct trace *found = history_find_trace(h, kind, name);
    if (found) {
        struct trace *t = &h->trace[found - h->trace];
        if (t->width != width) {
            t->count = 0;
            t->offered = 0;
            t->stride = 1;
        }
        t->width = width;
        return (size_t)(t - h->trace);
    }
    if (mem_room(&h->trace, &h->trace_room, h->traces + 1, sizeof *h->trace))
        return SIZE_MAX;
    char *copy = mem_text(name, strlen(name));
    if (!copy || index_add(&h->by_trace, name)) {
        mem_free(copy);
        return SIZE_MAX;
    }
    h->trace[h->traces] = (struct trace){.kind = kind, .name = copy, .width = width, .stride = 1};
    return h->traces++;
}

static int make_rows(struct trace *t, size_t need)
{
    return mem_room(&t->step, &t->room_step, need, sizeof *t->step) ||
                   mem_room(&t->row, &t->room_row, need * t->width, sizeof *t->row)
               ? -1
               : 0;
}

static void thin_trace(struct trace *t)
{
    for (size_t i = 1; 2 * i < t->count; i++) {
        t->step[i] = t->step[2 * i];
        memcpy(t->row + i * t->width, t->row + 2 * i * t->width, t->width * sizeof *t->row);
    }
    t->count = (t->count + 1) / 2;
    t->stride *= 2;
}

int history_row(struct history *h, size_t trace, uint64_t step, float **row)
{
    struct trace *t = &h->trace[trace];
    *row = NULL;
    if (t->count && t->step[t->count - 1] == (double)step)
        return 0;
    if (t->offered % t->stride == 0) {
        if (make_rows(t, t->count + 1))
            return -1;
        if (t->count == TRACE_MOST)
            thin_trace(t);
        t->step[t->count] = (double)step;
        *row = t->row + t->count++ * t->width;
    }
    t->offered++;
    return 0;
}

int history_keep(struct history *h, uint64_t step, const real *weight, size_t reals)
{
    const bool again = h->events && h->event[h->events - 1].step == step;
    if (again && h->kept.reals == reals && h->kept.step == step)
        return 0;
    real *copy = mem_block(reals, sizeof *copy);
    if (!copy)
        return -1;
    memcpy(copy, weight, reals * sizeof *copy);
    mem_free(h->kept.weight);
    h->kept = (struct kept_weights){.step = step, .weight = copy, .reals = reals};
    return 0;
}

int history_event(struct history *h, uint64_t step, const char *label)
{
    if (mem_room(&h->event, &h->event_room, h->events + 1, sizeof *h->event))
        return -1;
    char *copy = mem_text(label, strlen(label));
    if (!copy)
        return -1;
    h->event[h->events++] = (struct event){step, copy};
    return 0;
}

void history_cut_events(struct history *h, size_t events)
{
    while (h->events > events)
        mem_free(h->event[--h->events].label);
}

void history_cut(struct history *h, uint64_t step)
{
    for (size_t i = 0; i < h->count; i++)
        while (h->series[i].count && h->series[i].step[h->series[i].count - 1] > (double)step)
            h->series[i].count--;
    size_t kept = 0;
    for (size_t i = 0; i < h->events; i++)
        if (h->event[i].step <= step)
            h->event[kept++] = h->event[i];
        else
            mem_free(h->event[i].label);
    h->events = kept;
    for (size_t i = 0; i < h->traces; i++) {
        struct trace *t = &h->trace[i];
        while (t->count && t->step[t->count - 1] > (double)step)
            t->count--;
        t->offered = t->count * t->stride;
    }
    h->ahead = false;
}

static void finish_series(struct series *s)
{
    mem_free(s->name);
    mem_free(s->step);
    mem_free(s->value);
}

static void finish_trace(struct trace *t)
{
    mem_free(t->name);
    mem_free(t->step);
    mem_free(t->row);
}

static bool is_of_data(enum series_kind kind)
{
    return kind == SERIES_DATA || kind == SERIES_VALIDATION || kind == SERIES_VALIDATION_TOTAL;
}

void history_forget(struct history *h, bool (*gone)(const void *self, const char *name),
                    const void *self)
{
    const size_t count = h->count, traces = h->traces;
    h->count = h->traces = 0;
    index_cut(&h->by_name, 0);
    index_cut(&h->by_trace, 0);
    /* The indexes have room for what was in them. */
    for (size_t i = 0; i < count; i++)
        if (!is_of_data(h->series[i].kind) && gone(self, h->series[i].name)) {
            finish_series(&h->series[i]);
        } else {
            h->series[h->count] = h->series[i];
            (void)index_add(&h->by_name, h->series[h->count++].name);
        }
    for (size_t i = 0; i < traces; i++)
        if (gone(self, h->trace[i].name)) {
            finish_trace(&h->trace[i]);
        } else {
            h->trace[h->traces] = h->trace[i];
            (void)index_add(&h->by_trace, h->trace[h->traces++].name);
        }
}

static int copy_series(struct history *to, const struct series *from)
{
    struct series *s = add_series(to, from->kind, from->name);
    if (!s || make_room(s, from->count))
        return -1;
    s->start = from->start;
    if (!from->count)
        return 0;
    memcpy(s->step, from->step, from->count * sizeof *s->step);
    memcpy(s->value, from->value, from->count * sizeof *s->value);
    s->count = from->count;
    return 0;
}

int history_take_trace(struct history *to, const struct trace *from)
{
    const size_t number = history_trace(to, from->kind, from->name, from->width);
    if (number == SIZE_MAX || make_rows(&to->trace[number], from->count))
        return -1;
    struct trace *t = &to->trace[number];
    if (from->count) {
        memcpy(t->step, from->step, from->count * sizeof *t->step);
        memcpy(t->row, from->row, from->count * from->width * sizeof *t->row);
    }
    t->count = from->count;
    t->offered = from->offered;
    t->stride = from->stride;
    return 0;
}

int history_copy(struct history *to, const struct history *from)
{
    *to = (struct history){0};
    int failed = 0;
    for (size_t i = 0; i < from->count && !failed; i++)
        failed = copy_series(to, &from->series[i]);
    for (size_t i = 0; i < from->events && !failed; i++)
        failed = history_event(to, from->event[i].step, from->event[i].label);
    to->ahead = from->ahead;
    for (size_t i = 0; i < from->traces && !failed; i++)
        failed = history_take_trace(to, &from->trace[i]);
    if (from->kept.reals && !failed)
        failed = history_keep(to, from->kept.step, from->kept.weight, from->kept.reals);
    if (failed)
        history_finish(to);
    return failed;
}

void history_finish(struct history *h)
{
    for (size_t i = 0; i < h->count; i++)
        finish_series(&h->series[i]);
    for (size_t i = 0; i < h->events; i++)
        mem_free(h->event[i].label);
    for (size_t i = 0; i < h->traces; i++)
        finish_trace(&h->trace[i]);
    mem_free(h->trace);
    mem_free(h->kept.weight);
    index_finish(&h->by_name);
    index_finish(&h->by_trace);
    mem_free(h->series);
    mem_free(h->event);
    *h = (struct history){0};
}
