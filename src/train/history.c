/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/history.h"

#include "base/mem.h"

#include <string.h>

static struct series *find(const struct history *h, enum series_kind kind, const char *name)
{
    uint32_t i = index_first(&h->by_name, name);
    while (i != INDEX_NONE && (h->series[i].kind != kind || strcmp(h->series[i].name, name) != 0))
        i = index_next(&h->by_name, i);
    return i == INDEX_NONE ? NULL : &h->series[i];
}

const struct series *history_find(const struct history *h, enum series_kind kind, const char *name)
{
    return find(h, kind, name);
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

static void thin(struct series *s)
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
    const struct series *s = find(h, kind, name);
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
        thin(s);
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
    h->ahead = false;
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

int history_copy(struct history *to, const struct history *from)
{
    *to = (struct history){0};
    int failed = 0;
    for (size_t i = 0; i < from->count && !failed; i++)
        failed = copy_series(to, &from->series[i]);
    for (size_t i = 0; i < from->events && !failed; i++)
        failed = history_event(to, from->event[i].step, from->event[i].label);
    to->ahead = from->ahead;
    if (failed)
        history_finish(to);
    return failed;
}

void history_finish(struct history *h)
{
    for (size_t i = 0; i < h->count; i++) {
        mem_free(h->series[i].name);
        mem_free(h->series[i].step);
        mem_free(h->series[i].value);
    }
    for (size_t i = 0; i < h->events; i++)
        mem_free(h->event[i].label);
    index_finish(&h->by_name);
    mem_free(h->series);
    mem_free(h->event);
    *h = (struct history){0};
}
