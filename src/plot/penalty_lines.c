/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/penalty_lines.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* What the name says besides the strength. */
static size_t key_size(const char *name)
{
    return strcspn(name, "(");
}

static bool is_alike(const struct series *a, const struct series *b)
{
    const size_t n = key_size(a->name);
    return n == key_size(b->name) && strncmp(a->name, b->name, n) == 0;
}

struct point {
    double step, value;
};

static int by_step(const void *a, const void *b)
{
    const struct point *x = a, *y = b;
    return (x->step > y->step) - (x->step < y->step);
}

/* The points of all series from the first-th on that are like it, in the order of their steps. */
static struct point *gather_points(const struct history *h, size_t first, size_t *count,
                                   size_t *parts)
{
    const struct series *model = &h->series[first];
    size_t room = 0, n = 0;
    *parts = 0;
    for (size_t i = first; i < h->count; i++)
        room += h->series[i].kind == SERIES_PENALTY && is_alike(model, &h->series[i])
                    ? h->series[i].count
                    : 0;
    struct point *p = mem_new(room + 1, sizeof *p);
    for (size_t i = first; p && i < h->count; i++) {
        const struct series *s = &h->series[i];
        if (s->kind != SERIES_PENALTY || !is_alike(model, s))
            continue;
        ++*parts;
        for (size_t k = 0; k < s->count; k++)
            p[n++] = (struct point){s->step[k], s->value[k]};
    }
    if (p)
        qsort(p, n, sizeof *p, by_step);
    *count = n;
    return p;
}

/* Two terms of one kind in one slot are added up. */
static int fill_series(struct series *to, const struct point *p, size_t n)
{
    to->step = mem_new(n + 1, sizeof *to->step);
    to->value = mem_new(n + 1, sizeof *to->value);
    if (!to->step || !to->value)
        return -1;
    for (size_t i = 0; i < n; i++) {
        const bool same = to->count && p[i].step <= to->step[to->count - 1];
        if (same) {
            to->value[to->count - 1] += p[i].value;
            continue;
        }
        to->step[to->count] = p[i].step;
        to->value[to->count++] = p[i].value;
    }
    return 0;
}

static double start_of(const struct history *h, size_t first)
{
    double sum = (double)NAN;
    for (size_t i = first; i < h->count; i++) {
        const struct series *s = &h->series[i];
        if (s->kind == SERIES_PENALTY && is_alike(&h->series[first], s) && !isnan(s->start))
            sum = isnan(sum) ? s->start : sum + s->start;
    }
    return sum;
}

static int make_line(struct series *to, const struct history *h, size_t first)
{
    const struct series *s = &h->series[first];
    size_t n, parts;
    struct point *p = gather_points(h, first, &n, &parts);
    to->kind = SERIES_PENALTY;
    to->start = start_of(h, first);
    to->name = mem_text(s->name, parts > 1 ? key_size(s->name) : strlen(s->name));
    const int failed = !p || !to->name || fill_series(to, p, n);
    mem_free(p);
    return failed ? -1 : 0;
}

static bool is_taken(const struct penalty_lines *l, const struct series *s)
{
    for (size_t i = 0; i < l->count; i++)
        if (is_alike(&l->item[i], s))
            return true;
    return false;
}

int penalty_lines_make(struct penalty_lines *to, const struct history *h)
{
    *to = (struct penalty_lines){.item = mem_new(h->count + 1, sizeof *to->item)};
    if (!to->item)
        return -1;
    for (size_t i = 0; i < h->count; i++)
        if (h->series[i].kind == SERIES_PENALTY && !is_taken(to, &h->series[i]) &&
            make_line(&to->item[to->count++], h, i))
            return -1;
    return 0;
}

void penalty_lines_finish(struct penalty_lines *l)
{
    for (size_t i = 0; i < l->count; i++) {
        mem_free(l->item[i].name);
        mem_free(l->item[i].step);
        mem_free(l->item[i].value);
    }
    mem_free(l->item);
    *l = (struct penalty_lines){0};
}
