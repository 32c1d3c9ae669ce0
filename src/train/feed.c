/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/feed.h"

#include "nn/layer.h"
#include "train/engine.h"

static const struct span nowhere;

/* The shape of the i-th input, or NULL. */
static const struct value *input_value(const struct graph *g, size_t number)
{
    for (size_t i = 0; i < g->values; i++) {
        const struct call *c = &g->call[g->value[i].made_by];
        if (g->layer[c->layer].kind->source && number-- == 0)
            return &g->value[i];
    }
    return NULL;
}

static size_t input_count(const struct graph *g)
{
    size_t n = 0;
    while (input_value(g, n))
        n++;
    return n;
}

static size_t input_columns(const struct graph *g)
{
    size_t total = 0;
    const struct value *v;
    for (size_t i = 0; (v = input_value(g, i)); i++)
        total += shape_count(&v->shape);
    return total;
}

static int check_borders(const struct graph *g, const struct dataset *d, struct err *e)
{
    const size_t inputs = input_count(g);
    size_t column = 0;
    if (d->borders && inputs != (size_t)d->borders + 1) {
        err_at(e, nowhere, "the data has %u inputs, and the model %zu", d->borders + 1, inputs);
        return err_hint(e, "write an input for each side of |");
    }
    for (size_t i = 0; i < d->borders; i++) {
        const struct value *v = input_value(g, i);
        column += shape_count(&v->shape);
        if (column == d->border[i])
            continue;
        err_at(e, nowhere, "the input %s does not end where a | stands in the data",
               g->call[v->made_by].name);
        return err_hint(e, "each input takes as many columns as its shape holds");
    }
    return 0;
}

int engine_check_inputs(const struct model *m, const struct dataset *d, struct err *e)
{
    char shape[80];
    const struct value *only = input_value(m->graph, 0);
    if (!only) {
        err_at(e, nowhere, "the model has no input");
        return err_hint(e, "begin it with: input %s", shape_text(&d->shape, shape, sizeof shape));
    }
    const size_t due = input_columns(m->graph);
    if (due == d->inputs)
        return check_borders(m->graph, d, e);
    if (input_value(m->graph, 1))
        err_at(e, nowhere, "the data has %zu columns, and the inputs together take %zu", d->inputs,
               due);
    else
        err_at(e, nowhere, "the data has %zu columns, and the input %s takes %s: %zu", d->inputs,
               m->graph->call[only->made_by].name, shape_text(&only->shape, shape, sizeof shape),
               due);
    return err_hint(e, "make the model with input %s, or load other data",
                    shape_text(&d->shape, shape, sizeof shape));
}

int feed_make(struct model *m, size_t capacity)
{
    const size_t inputs = m->inputs = input_count(m->graph);
    m->width = mem_new(inputs, sizeof *m->width);
    m->gathered = mem_new(inputs + m->aims + 1, sizeof *m->gathered);
    if (!m->width || !m->gathered)
        return -1;
    for (size_t i = 0; i < inputs; i++)
        m->width[i] = shape_count(&input_value(m->graph, i)->shape);
    m->gathered_count = inputs + m->aims;
    for (size_t i = 0; i < m->gathered_count; i++) {
        size_t width = i < inputs ? m->width[i] : m->aim[i - inputs].columns.width;
        if (!(m->gathered[i] = mem_block(capacity * (width ? width : 1), sizeof(real))))
            return -1;
    }
    return 0;
}

/* The targets of head h: in place where they stand together, else gathered behind the `inputs`
 * arrays of the inputs. */
static const real *targets(struct model *m, const struct dataset *d, const uint32_t *order,
                           const uint32_t *chosen, size_t first, size_t n, size_t at, size_t h,
                           size_t inputs)
{
    const struct columns *c = &m->aim[h].columns;
    real *room = m->gathered[inputs + h] + at * c->width;
    if (!d->y) /* a sample typed by hand has none: nobody reads it */
        return room;
    if (!order && c->width == d->targets)
        return d->y + first * d->targets;
    if (d->target_is_input && inputs == 1 && c->width == d->targets)
        return m->gathered[0] + at * c->width;
    dataset_gather(d->y, d->targets, chosen, first, n, c->at, c->width, room);
    return room;
}

/* Points a frame's inputs and targets at `n` samples: in place where they stand together, else
 * gathered. */
void feed_part(struct model *m, struct frame *f, const struct dataset *d, const uint32_t *order,
               size_t first, size_t n, size_t at)
{
    size_t column = 0;
    const uint32_t *chosen = order ? order + first : NULL;
    for (size_t i = 0; i < m->inputs; i++) {
        const size_t width = m->width[i];
        if (!order && width == d->inputs) {
            f->input[i] = d->x + first * d->inputs;
        } else {
            real *room = m->gathered[i] + at * width;
            dataset_gather(d->x, d->inputs, chosen, first, n, column, width, room);
            f->input[i] = room;
        }
        column += width;
    }
    for (size_t h = 0; h < f->plan->heads; h++)
        f->target[h] = targets(m, d, order, chosen, first, n, at, h, m->inputs);
}

void feed(struct model *m, struct frame *f, const struct dataset *d, const uint32_t *order,
          size_t first, size_t n)
{
    feed_part(m, f, d, order, first, n, 0);
}

const uint32_t *feed_order(struct model *m, const struct dataset *d, uint64_t epoch)
{
    if (!d->shuffle)
        return NULL;
    if (!m->ordered || m->order_epoch != epoch || m->order_count != d->training)
        m->ordered = dataset_order(d, m->order_seed, epoch, m->stop, m->order);
    m->order_epoch = epoch;
    m->order_count = d->training;
    return m->order;
}
