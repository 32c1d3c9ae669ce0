/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/batch.h"

#include "train/inputs.h"
#include "train/mixup.h"

#include <string.h>

size_t batch_samples(const struct dataset *d)
{
    return d->batch < d->training ? d->batch : d->training;
}

int batch_create(struct batch *b, const struct graph *g, const struct columns *target,
                 const size_t *shares, size_t heads, size_t capacity, size_t training)
{
    const size_t inputs = inputs_count(g);
    b->width = mem_new(inputs, sizeof *b->width);
    b->gathered = mem_new(inputs + heads + 1, sizeof *b->gathered);
    b->order = mem_new(training, sizeof *b->order);
    if (!b->width || !b->gathered || !b->order)
        return -1;
    b->inputs = inputs;
    b->heads = heads;
    b->order_room = training;
    b->capacity = capacity;
    if (heads) {
        memcpy(b->target, target, heads * sizeof *target);
        memcpy(b->shares, shares, heads * sizeof *shares);
    }
    for (size_t i = 0; i < inputs; i++)
        b->width[i] = shape_count(&inputs_value(g, i)->shape);
    for (size_t i = 0; i < inputs + heads; i++) {
        const size_t width = i < inputs ? b->width[i] : batch_target_width(b, i - inputs);
        if (!(b->gathered[i] = mem_block(capacity * (width ? width : 1), sizeof(real))))
            return -1;
    }
    return 0;
}

int batch_make_room(struct batch *b, const struct dataset *d)
{
    if (d->weight && !b->weight && !(b->weight = mem_block(b->capacity, sizeof *b->weight)))
        return -1;
    if (d->mixup == 0 || b->own)
        return 0;
    mem_free(b->partner);
    b->partner = mem_new(b->capacity, sizeof *b->partner);
    b->own = mem_new(b->capacity, sizeof *b->own);
    return b->partner && b->own ? 0 : -1;
}

void batch_destroy(struct batch *b)
{
    for (size_t i = 0; i < b->inputs + b->heads; i++)
        mem_free(b->gathered[i]);
    mem_free(b->gathered);
    mem_free(b->width);
    mem_free(b->order);
    mem_free(b->weight);
    mem_free(b->partner);
    mem_free(b->own);
    *b = (struct batch){0};
}

void batch_seed(struct batch *b, uint64_t seed)
{
    b->ordered = b->ordered && b->seed == seed;
    b->seed = seed;
}

const uint32_t *batch_order(struct batch *b, const struct dataset *d, uint64_t epoch,
                            const struct stop *stop)
{
    if (!d->shuffle)
        return NULL;
    if (!b->ordered || b->order_epoch != epoch || b->order_count != d->training)
        b->ordered = dataset_order(d, b->seed, epoch, stop, b->order);
    b->order_epoch = epoch;
    b->order_count = d->training;
    return b->order;
}

/* The targets of head h: in place where they stand together, else gathered behind the arrays of
 * the inputs. */
static const real *fill_targets(const struct batch *b, const struct dataset *d,
                                const uint32_t *order, size_t first, size_t n, size_t at, size_t h)
{
    const struct columns *c = &b->target[h];
    real *room = b->gathered[b->inputs + h] + at * c->width;
    if (!d->y) /* a sample typed by hand has none: nobody reads it */
        return room;
    if (!order && c->width == d->targets)
        return d->y + first * d->targets;
    if (d->target_is_input && b->inputs == 1 && c->width == d->targets)
        return b->gathered[0] + at * c->width;
    dataset_gather(d->y, d->targets, order ? order + first : NULL, first, n, c->at, c->width, room);
    return room;
}

void batch_fill(const struct batch *b, struct frame *f, const struct dataset *d,
                const uint32_t *order, size_t first, size_t n, size_t at)
{
    size_t column = 0;
    for (size_t i = 0; i < b->inputs; i++) {
        const size_t width = b->width[i];
        real *room = b->gathered[i] + at * width;
        const bool in_place = !order && width == d->inputs;
        f->input[i] = in_place ? d->x + first * d->inputs : room;
        if (!in_place)
            dataset_gather(d->x, d->inputs, order ? order + first : NULL, first, n, column, width,
                           room);
        column += width;
    }
    for (size_t h = 0; h < f->plan->heads; h++)
        f->target[h] = fill_targets(b, d, order, first, n, at, h);
    f->sample_weight = d->weight ? b->weight + at : NULL;
    if (d->weight)
        dataset_gather(d->weight, 1, order ? order + first : NULL, first, n, 0, 1, b->weight + at);
}

size_t batch_target_width(const struct batch *b, size_t head)
{
    const size_t shares = b->shares[head];
    return b->target[head].width * (shares ? shares : 1);
}

void batch_pass_begin(const struct batch_pass *p)
{
    if (p->data->mixup > 0)
        mixup_draw(p);
}

void batch_pass_fill(const struct batch_pass *p, struct frame *f, size_t from, size_t to)
{
    batch_fill(p->batch, f, p->data, p->order, p->first + from, to - from, from);
    if (p->data->mixup > 0 || p->data->noise > 0)
        mixup_fill(p, f, from, to);
}

void batch_pass_run(const struct batch_pass *p, struct frame *f, size_t from, size_t to)
{
    batch_pass_fill(p, f, from, to);
    frame_part(f, to - from, from, p->samples);
    f->seed = p->seed;
    f->step = p->step;
    frame_forward(f);
    frame_backward(f);
}
