/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/inputs.h"

#include "nn/layer.h"

#include <math.h>

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

/* Where the columns of an input begin. */
static size_t input_place(const struct graph *g, const struct value *input)
{
    size_t at = 0;
    const struct value *v;
    for (size_t i = 0; (v = inputs_value(g, i)) != input; i++)
        at += shape_count(&v->shape);
    return at;
}

static int not_whole(const struct dataset *d, const char *name, size_t sample, size_t place,
                     size_t words, struct err *e)
{
    char text[NUMBER_ROOM];
    const bool held = sample >= d->training;
    err_at(e, nowhere, "%s takes whole numbers from 0 to %zu, and number %zu of %ssample %zu is %s",
           name, words - 1, place + 1, held ? "validation " : "",
           held ? sample - d->training + 1 : sample + 1,
           number_text((double)d->x[sample * d->inputs + place], text));
    return d->factor ? err_hint(e, "the data was scaled: load it with scale=none")
                     : err_hint(e, "load other data, or give %s a larger vocabulary", name);
}

static int not_mixed(const struct dataset *d, const char *name, struct err *e)
{
    err_at(e, nowhere, "%s makes numbers that are not whole, and %s takes whole ones",
           d->mixup > 0 ? "mixup" : "train_noise", name);
    return err_hint(e, "set data.%s = 0", d->mixup > 0 ? "mixup" : "train_noise");
}

/* The numbers of one call that takes whole ones. */
static int check_whole(const struct graph *g, const struct dataset *d, const struct call *c,
                       struct err *e)
{
    const struct layer *l = &g->layer[c->layer];
    const struct value *input = &g->value[g->value[c->input[0]].storage];
    const size_t words = l->kind->vocabulary(l->args), n = shape_count(&input->shape);
    const size_t at = input_place(g, input);
    if (d->mixup > 0 || d->noise > 0)
        return not_mixed(d, c->name, e);
    for (size_t s = 0; d->x && s < d->samples; s++)
        for (size_t i = at; i < at + n; i++) {
            const double x = (double)d->x[s * d->inputs + i];
            if (!(x >= 0 && x < (double)words && x == floor(x)))
                return not_whole(d, c->name, s, i, words, e);
        }
    return 0;
}

static int check_numbers(const struct graph *g, const struct dataset *d, struct err *e)
{
    for (id c = 0; c < g->calls; c++)
        if (g->layer[g->call[c].layer].kind->vocabulary && check_whole(g, d, &g->call[c], e))
            return -1;
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
        return check_borders(g, d, e) || check_numbers(g, d, e) ? -1 : 0;
    if (inputs_value(g, 1))
        err_at(e, nowhere, "the data has %zu columns, and the inputs together take %zu", d->inputs,
               due);
    else
        err_at(e, nowhere, "the data has %zu columns, and the input %s takes %s: %zu", d->inputs,
               g->call[only->made_by].name, shape_text(&only->shape, shape, sizeof shape), due);
    return err_hint(e, "make the model with input %s, or load other data",
                    shape_text(&d->shape, shape, sizeof shape));
}
