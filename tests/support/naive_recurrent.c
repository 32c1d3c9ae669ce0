/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "naive_recurrent.h"

#include "base/rng.h"
#include "nn/bidirectional.h"

#include <string.h>

enum { UNITS_MOST = 16 };

/* One sample's pass: what the last step left. */
struct memory {
    double output[UNITS_MOST], state[UNITS_MOST];
    size_t row;
};

static size_t units_of(const struct naive_recurrent *r)
{
    return (size_t)args_whole(r->layer->args, "units");
}

static double through(const struct naive_recurrent *r, const char *which, double z)
{
    const struct args *f = args_get(r->layer->args, which)->as.call;
    return r->activated(f->entry->name, f->entry->arg_count ? f->arg[0].as.number : 0, z);
}

/* The factor of number i of what an argument leaves out. */
static double left(const struct naive_recurrent *r, const char *amount, size_t i)
{
    const double rate = r->n->training ? args_number(r->layer->args, amount) : 0;
    return r->left(rng_key(r->n->seed, amount, r->call->name, r->n->step), i, rate);
}

static double from_inputs(const struct naive_recurrent *r, const struct memory *m, const double *x,
                          size_t column, size_t columns)
{
    const size_t inputs = shape_last(&r->layer->in);
    double z = r->bias ? r->bias[column] : 0;
    for (size_t i = 0; i < inputs; i++)
        z += x[i] * left(r, "dropout", m->row * inputs + i) * r->kernel[i * columns + column];
    return z;
}

/* `by`: what each number of the output is multiplied with, or NULL. */
static double from_output(const struct naive_recurrent *r, const struct memory *m, const double *by,
                          size_t column, size_t columns)
{
    const size_t n = units_of(r);
    double z = 0;
    for (size_t i = 0; i < n; i++)
        z += m->output[i] * left(r, "recurrent_dropout", m->row * n + i) * (by ? by[i] : 1) *
             r->recurrent[i * columns + column] *
             left(r, "recurrent_kernel_dropout", i * columns + column);
    return z;
}

static void simple_step(const struct naive_recurrent *r, struct memory *m, const double *x)
{
    const size_t n = units_of(r);
    struct memory next = *m;
    for (size_t j = 0; j < n; j++)
        next.output[j] =
            through(r, "activation", from_inputs(r, m, x, j, n) + from_output(r, m, NULL, j, n));
    *m = next;
}

static void lstm_step(const struct naive_recurrent *r, struct memory *m, const double *x)
{
    const size_t n = units_of(r);
    struct memory next = *m;
    for (size_t j = 0; j < n; j++) {
        double gate[4];
        for (size_t k = 0; k < 4; k++)
            gate[k] = through(r, k == 2 ? "activation" : "recurrent_activation",
                              from_inputs(r, m, x, k * n + j, 4 * n) +
                                  from_output(r, m, NULL, k * n + j, 4 * n));
        next.state[j] = gate[1] * m->state[j] + gate[0] * gate[2];
        next.output[j] = gate[3] * through(r, "activation", next.state[j]);
    }
    *m = next;
}

static void gru_step(const struct naive_recurrent *r, struct memory *m, const double *x)
{
    const size_t n = units_of(r);
    const bool after = args_yes(r->layer->args, "reset_after");
    const double *more = after && r->bias ? r->bias + 3 * n : NULL;
    double gate[2][UNITS_MOST];
    struct memory next = *m;
    for (size_t k = 0; k < 2 * n; k++)
        gate[k / n][k % n] = through(r, "recurrent_activation",
                                     from_inputs(r, m, x, k, 3 * n) + (more ? more[k] : 0) +
                                         from_output(r, m, NULL, k, 3 * n));
    for (size_t j = 0; j < n; j++) {
        const size_t k = 2 * n + j;
        const double inner =
            after ? gate[1][j] * (from_output(r, m, NULL, k, 3 * n) + (more ? more[k] : 0))
                  : from_output(r, m, gate[1], k, 3 * n);
        const double new = through(r, "activation", from_inputs(r, m, x, k, 3 * n) + inner);
        next.output[j] = gate[0][j] * m->output[j] + (1 - gate[0][j]) * new;
    }
    *m = next;
}

static bool is_half(const struct naive_recurrent *r)
{
    const id parent = r->layer->parent;
    return parent != NOTHING && r->n->g->layer[parent].kind == &bidirectional_kind;
}

bool naive_recurrent(const struct naive_recurrent *r, const double *x, double *y, size_t count)
{
    static const struct {
        const char *kind;
        void (*step)(const struct naive_recurrent *r, struct memory *m, const double *x);
    } kinds[] = {{"simple_rnn", simple_step}, {"lstm", lstm_step}, {"gru", gru_step}};
    size_t kind = 0;
    while (kind < 3 && strcmp(kinds[kind].kind, r->layer->kind->entry.name) != 0)
        kind++;
    if (kind == 3)
        return false;
    const size_t steps = r->layer->in.size[0], inputs = r->layer->in.size[1], n = units_of(r);
    const bool all = args_yes(r->layer->args, "sequences"),
               backwards = args_yes(r->layer->args, "backwards");
    for (size_t row = 0; row < count / (all ? steps * n : n); row++) {
        struct memory m = {.row = row};
        for (size_t t = 0; t < steps; t++) {
            const size_t time = backwards ? steps - 1 - t : t, place = is_half(r) ? time : t;
            if (!r->valid || r->valid[row * steps + time] > 0)
                kinds[kind].step(r, &m, x + (row * steps + time) * inputs);
            if (all || t + 1 == steps)
                memcpy(y + (all ? row * steps + place : row) * n, m.output, n * sizeof *y);
        }
    }
    return true;
}
