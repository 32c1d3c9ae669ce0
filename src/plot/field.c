/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/field.h"

#include "plot/pass.h"
#include "train/inputs.h"

static void span_data(struct field *t)
{
    const double margin = 0.1;
    for (size_t k = 0; k < 2; k++) {
        t->low[k] = t->high[k] = (double)t->data->x[k];
        for (size_t s = 0; s < t->data->samples; s++) {
            t->low[k] = fmin(t->low[k], (double)t->data->x[2 * s + k]);
            t->high[k] = fmax(t->high[k], (double)t->data->x[2 * s + k]);
        }
        double pad = t->low[k] < t->high[k] ? margin * (t->high[k] - t->low[k]) : 1;
        t->low[k] -= pad;
        t->high[k] += pad;
    }
}

static double grid_at(const struct field *t, size_t axis, size_t i)
{
    return t->low[axis] + (t->high[axis] - t->low[axis]) * (double)i / (FIELD_SIDE - 1);
}

/* The number, or which of several is the largest; NaN if that is not finite. */
static double read_output(const struct field *t, const real *y, size_t n)
{
    size_t best = 0;
    if (t->reading != READ_MOST)
        return (double)*y;
    for (size_t i = 1; i < n; i++)
        best = y[i] > y[best] ? i : best;
    return isfinite(y[best]) ? (double)best : (double)NAN;
}

/* By how much each of some outputs leads before the largest other one. */
static void read_leads(double *lead, const real *y, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        double other = -INFINITY;
        for (size_t i = 0; i < n; i++)
            if (i != k)
                other = fmax(other, (double)y[i]);
        lead[k] = (double)y[k] - other;
    }
}

static int run_grid(struct field *t, struct model *m, uint64_t seed, struct err *e)
{
    const id output = model_output(m);
    const size_t n = shape_count(&m->graph->value[output].shape);
    real *y = mem_block(FIELD_CELLS * n, sizeof *y);
    int failed = y ? pass_rows(m, t->data, seed, t->at, FIELD_CELLS, output, y, e) : err_memory(e);
    for (size_t i = 0; i < FIELD_CELLS && !failed; i++)
        t->value[i] = read_output(t, y + i * n, n);
    for (size_t i = 0; t->lead && i < FIELD_CELLS && !failed; i++)
        read_leads(t->lead + i * n, y + i * n, n);
    mem_free(y);
    return failed;
}

static int find_range(struct field *t, const struct model *m, struct err *e)
{
    bool any = false;
    for (size_t i = 0; i < FIELD_CELLS; i++) {
        if (!isfinite(t->value[i]))
            continue;
        t->least = !any || t->value[i] < t->least ? t->value[i] : t->least;
        t->most = !any || t->value[i] > t->most ? t->value[i] : t->most;
        any = true;
    }
    if (any)
        return 0;
    err_at(e, (struct span){0}, "the output of %s is nowhere a finite number", m->name);
    return err_hint(e, "its weights are too large; begin again with a lower learning rate");
}

static int choose_reading(struct field *t, const struct model *m, struct err *e)
{
    const struct dataset *d = t->data;
    const struct graph *g = m->graph;
    const id output = model_output(m);
    const size_t n = shape_count(&g->value[output].shape);
    const struct args *f = graph_activation(g, g->value[output].made_by);
    const enum activation code = activation_use(f).code;
    t->probability = n == 1 && code == ACT_SIGMOID;
    t->classes = n > 1 ? n : 2;
    t->reading = n > 1 ? READ_MOST : d->whole_targets && d->classes < 3 ? READ_TWO : READ_NUMBER;
    if (n == 1 || d->whole_targets || (code == ACT_SOFTMAX && d->targets == n))
        return 0;
    err_at(e, (struct span){0}, "boundary shows one output or classes, and %s puts out %zu numbers",
           m->name, n);
    return err_hint(e, "end the model with one unit, or with softmax over the classes");
}

int field_make(struct field *t, struct model *m, const struct dataset *d, uint64_t seed,
               struct err *e)
{
    *t = (struct field){.data = d};
    if (inputs_check(m->graph, d, e))
        return -1;
    if (!(t->at = mem_block(FIELD_CELLS * 2, sizeof *t->at)) ||
        !(t->value = mem_new(FIELD_CELLS, sizeof *t->value)))
        return err_memory(e);
    if (choose_reading(t, m, e))
        return -1;
    if (t->reading == READ_MOST && t->classes <= FIELD_CLASSES &&
        !(t->lead = mem_new(FIELD_CELLS * t->classes, sizeof *t->lead)))
        return err_memory(e);
    span_data(t);
    for (size_t i = 0; i < FIELD_CELLS; i++) {
        t->at[2 * i] = (real)grid_at(t, 0, i % FIELD_SIDE);
        t->at[2 * i + 1] = (real)grid_at(t, 1, i / FIELD_SIDE);
    }
    return run_grid(t, m, seed, e) || find_range(t, m, e) ? -1 : 0;
}

void field_finish(struct field *t)
{
    mem_free(t->at);
    mem_free(t->value);
    mem_free(t->lead);
}

bool field_shows(const struct field *t, size_t class)
{
    size_t n = 0;
    for (size_t i = 0; i < FIELD_CELLS; i++)
        n += t->value[i] == (double)class;
    return n > 0 && n < FIELD_CELLS;
}

double field_target(const struct field *t, size_t sample)
{
    const struct dataset *d = t->data;
    const real *y = d->y + sample * d->targets;
    if (t->reading != READ_MOST || d->whole_targets || d->targets != t->classes)
        return (double)*y;
    return read_output(t, y, d->targets);
}
