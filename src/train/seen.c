/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/seen.h"

/* Most plans have no masks. */
static const struct steps_seen *steps_of(const struct frame *f, id value)
{
    return f->plan->masks ? frame_seen(f, value) : NULL;
}

struct seen seen_begin(const struct frame *f, id value)
{
    const struct steps_seen *steps = steps_of(f, value);
    const size_t count = shape_count(&f->plan->graph->value[value].shape);
    return (struct seen){.n = steps ? count / steps->steps : f->samples * count,
                         .next = frame_value(f, value),
                         .mask = steps ? steps->mask : NULL,
                         .left = steps ? f->samples * steps->steps : 1};
}

bool seen_next(struct seen *s)
{
    while (s->left) {
        const bool there = !s->mask || *s->mask != 0;
        s->x = s->next;
        s->next += s->n;
        s->mask = s->mask ? s->mask + 1 : NULL;
        s->left--;
        if (there)
            return true;
    }
    return false;
}

size_t seen_count(const struct frame *f, id value)
{
    const struct steps_seen *steps = steps_of(f, value);
    const size_t count = shape_count(&f->plan->graph->value[value].shape);
    return steps ? steps->valid * (count / steps->steps) : f->samples * count;
}
