/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/inputs.h"

#include "nn/layer.h"

static const struct span nowhere;

const struct value *inputs_value(const struct graph *g, size_t i)
{
    for (size_t v = 0; v < g->values; v++) {
        const struct call *c = &g->call[g->value[v].made_by];
        if (g->layer[c->layer].kind->source && i-- == 0)
            return &g->value[v];
    }
    return NULL;
}

size_t inputs_count(const struct graph *g)
{
    size_t n = 0;
    while (inputs_value(g, n))
        n++;
    return n;
}

static size_t input_columns(const struct graph *g)
{
    size_t total = 0;
    const struct value *v;
    for (size_t i = 0; (v = inputs_value(g, i)); i++)
        total += shape_count(&v->shape);
    return total;
}

static int check_borders(const struct graph *g, const struct dataset *d, struct err *e)
{
    const size_t inputs = inputs_count(g);
    size_t column = 0;
    if (d->borders && inputs != (size_t)d->borders + 1) {
        err_at(e, nowhere, "the data has %u inputs, and the model %zu", d->borders + 1, inputs);
        return err_hint(e, "write an input for each side of |");
    }
    for (size_t i = 0; i < d->borders; i++) {
        const struct value *v = inputs_value(g, i);
        column += shape_count(&v->shape);
        if (column == d->border[i])
            continue;
        err_at(e, nowhere, "the input %s does not end where a | stands in the data",
               g->call[v->made_by].name);
        return err_hint(e, "each input takes as many columns as its shape holds");
    }
    return 0;
}

int inputs_check(const struct graph *g, const struct dataset *d, struct err *e)
{
    char shape[80];
    const struct value *only = inputs_value(g, 0);
    if (!only) {
        err_at(e, nowhere, "the model has no input");
        return err_hint(e, "begin it with: input %s", shape_text(&d->shape, shape, sizeof shape));
    }
    const size_t due = input_columns(g);
    if (due == d->inputs)
        return check_borders(g, d, e);
    if (inputs_value(g, 1))
        err_at(e, nowhere, "the data has %zu columns, and the inputs together take %zu", d->inputs,
               due);
    else
        err_at(e, nowhere, "the data has %zu columns, and the input %s takes %s: %zu", d->inputs,
               g->call[only->made_by].name, shape_text(&only->shape, shape, sizeof shape), due);
    return err_hint(e, "make the model with input %s, or load other data",
                    shape_text(&d->shape, shape, sizeof shape));
}
