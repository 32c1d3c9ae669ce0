/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/frame.h"

static int frame_allocate(struct frame *f, const struct plan *p)
{
    f->input = mem_new(p->size[IN_INPUT], sizeof *f->input);
    f->target = mem_new(p->size[IN_TARGET], sizeof *f->target);
    f->at = mem_new(p->operands, sizeof *f->at);
    f->sums = mem_new(p->sums, sizeof *f->sums);
    f->scale = mem_new(p->applieds, sizeof *f->scale);
    f->args = mem_new(p->applieds, sizeof *f->args);
    f->mask = mem_new(p->applieds, sizeof *f->mask);
    f->extent = mem_new(p->applieds, sizeof *f->extent);
    f->by = mem_new(p->applieds, sizeof *f->by);
    f->seen = mem_new(p->masks, sizeof *f->seen);
    for (enum block b = IN_VALUE; b < BLOCKS; b++)
        if (!(f->block[b] = mem_block(p->size[b], sizeof(real))))
            return -1;
    return f->input && f->target && f->at && f->sums && f->args && f->scale && f->mask &&
                   f->extent && f->by && f->seen
               ? 0
               : -1;
}

double frame_reals(const struct plan *p)
{
    double reals = 0;
    for (enum block b = IN_VALUE; b < BLOCKS; b++)
        reals += (double)p->size[b];
    return reals;
}

static void point_arrays(struct frame *f, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct operand at = f->plan->operand[i];
        if (at.block == IN_INPUT)
            f->at[i] = (real *)f->input[at.at];
        else if (at.block == IN_TARGET)
            f->at[i] = (real *)f->target[at.at];
        else
            f->at[i] = f->block[at.block] + at.at;
    }
}

struct frame *frame_create(const struct plan *p)
{
    struct frame *f = mem_new(1, sizeof *f);
    if (!f)
        return NULL;
    f->plan = p;
    if (frame_allocate(f, p)) {
        frame_destroy(f);
        return NULL;
    }
    f->head_mask = 1;
    for (size_t i = 0; i < p->applieds; i++) {
        f->args[i] = p->graph->term[p->applied[i].term].args;
        f->mask[i] = 1;
    }
    return f;
}

void frame_destroy(struct frame *f)
{
    if (!f)
        return;
    mem_free(f->input);
    mem_free(f->target);
    mem_free(f->at);
    mem_free(f->sums);
    mem_free(f->args);
    mem_free(f->scale);
    mem_free(f->mask);
    mem_free(f->extent);
    mem_free(f->by);
    mem_free(f->seen);
    for (enum block b = IN_VALUE; b < BLOCKS; b++)
        mem_free(f->block[b]);
    mem_free(f);
}

void frame_weights(struct frame *f, const real *weight, real *wgrad)
{
    f->block[IN_WEIGHT] = (real *)weight;
    f->block[IN_WGRAD] = wgrad;
    point_arrays(f, f->plan->moving_operands, f->plan->operands);
}

void frame_slopes(struct frame *f, real *wgrad)
{
    const struct plan *p = f->plan;
    f->block[IN_WGRAD] = wgrad;
    for (size_t i = 0; i < p->wgrads; i++)
        f->at[p->wgrad[i]] = wgrad + p->operand[p->wgrad[i]].at;
}

/* How often a row counts in this part of the batch, over what it is divided by. */
static double row_times(const struct frame *f, size_t row)
{
    const struct applied *a = &f->plan->applied[row];
    struct extent n = applied_extent(f->plan, a, f->total);
    n.seen = f->extent[row].seen;
    if (a->weight != NOTHING || a->joint)
        return f->first ? 0 : a->times;
    return a->times / (reduce_divisor(a->reduce, f->args[row], &n) * (double)a->steps);
}

static void measure_arrays(struct frame *f)
{
    for (size_t i = 0; i < f->plan->applieds; i++) {
        const struct applied *a = &f->plan->applied[i];
        f->extent[i] = applied_extent(f->plan, a, f->samples);
        f->extent[i].seen = a->mask ? &f->seen[a->mask - 1] : NULL;
        f->by[i] = row_times(f, i);
    }
}

void frame_measure_row(const struct frame *f, size_t row)
{
    f->by[row] = row_times(f, row);
    f->scale[row] = f->mask[row] * f->by[row];
}

void frame_part(struct frame *f, size_t samples, size_t first, size_t total)
{
    const bool same = f->samples == samples && f->first == first && f->total == total;
    f->samples = samples;
    f->first = first;
    f->total = total;
    point_arrays(f, 1, f->plan->moving_operands);
    if (!same)
        measure_arrays(f);
    for (size_t i = 0; i < f->plan->applieds; i++)
        f->scale[i] = f->mask[i] * f->by[i];
}

void frame_samples(struct frame *f, size_t samples)
{
    frame_part(f, samples, 0, samples);
}

/* Whether a pass is over so soon that a look for a stop before it will do. The work of penalties is
 * in no count of operations: it is small where the numbers are few, but for formulas. */
static bool is_short(const struct plan *p)
{
    const double operations = 1e5;
    const size_t steps = 64, reals = 4096;
    size_t sum = p->graph->weight_reals;
    for (enum block b = IN_VALUE; b < BLOCKS; b++)
        sum += p->size[b];
    return sum <= reals && p->forwards <= steps && p->backwards <= steps && !p->joint &&
           p->flops * (double)p->capacity <= operations;
}

static void run_steps(const struct step *s, size_t n, const struct frame *f)
{
    const struct step *end = s + n;
    if (is_short(f->plan) && !stop_asked(f->stop))
        for (; s < end; s++)
            s->op->run(s, f);
    for (; s < end && !stop_asked(f->stop); s++)
        s->op->run(s, f);
}

void frame_forward(const struct frame *f)
{
    run_steps(f->plan->forward, f->plan->forwards, f);
}

void frame_backward(const struct frame *f)
{
    run_steps(f->plan->backward, f->plan->backwards, f);
}

/* Not yet divided. */
static double whole_row(const struct frame *f, size_t row)
{
    const struct applied *a = &f->plan->applied[row];
    const double *sums = f->sums + a->sums;
    if (a->joint) {
        const double strength = penalty_strength(f->args[row]);
        return strength != 0 ? strength * sums[0] : 0;
    }
    if (a->simple)
        return powers_total(frame_powers(f, row), sums);
    return penalty_kind_of(f->args[row])->value(f->args[row], &f->extent[row], sums);
}

double frame_row(const struct frame *f, size_t row)
{
    /* What does not count may well be infinite. */
    return f->by[row] == 0 ? 0 : f->by[row] * whole_row(f, row);
}

double frame_true_row(const struct frame *f, size_t row)
{
    const struct applied *a = &f->plan->applied[row];
    const struct term *t = &f->plan->graph->term[a->term];
    if (a->untrue)
        return 0;
    return whole_row(f, row) /
           (t->activity ? reduce_divisor(t->reduce, f->args[row], &f->extent[row]) : 1);
}

void frame_row_slope(const struct frame *f, size_t row, real *to)
{
    const struct applied *a = &f->plan->applied[row];
    const struct weight *w = &f->plan->graph->weight[a->weight];
    penalty_kind_of(f->args[row])
        ->adjoint(f->args[row], &f->extent[row], f->by[row], f->block[IN_WEIGHT] + w->at,
                  f->sums + a->sums, to, false);
}

double frame_data(const struct frame *f)
{
    double total = 0;
    for (size_t i = 0; i < f->plan->heads; i++)
        total += f->plan->head[i].weight * frame_head(f, i);
    return total;
}

double frame_head(const struct frame *f, size_t head)
{
    return f->sums[f->plan->sums - f->plan->heads + head];
}

/* Of one head, as in the batch's figure: rows count as their classes say. */
static double head_sample_loss(const struct frame *f, const struct step *s, size_t sample)
{
    const struct head *h = s->settings;
    const size_t at = sample * s->rows;
    const real *z = f->at[s->x[2]];
    struct head_view v = {.args = h->args,
                          .rows = h->weighs_rows ? 1 : s->rows,
                          .cols = s->cols,
                          .target_cols = h->target_cols};
    const struct steps_seen *seen = frame_seen(f, h->value);
    double total = 0, rows = (double)s->rows;
    if (seen) {
        v.rows = 1;
        rows = 0;
    }
    for (size_t row = at; row < at + s->rows; row += v.rows) {
        if (seen && seen->mask[row / (s->rows / seen->steps)] == 0)
            continue;
        rows += seen ? 1 : 0;
        v.y = f->at[s->x[0]] + row * s->cols;
        v.t = f->at[s->x[1]] + row * h->target_cols;
        v.z = z ? z + row * s->cols : NULL;
        total += h->kind->value(&v) * (h->weighs_rows ? h->kind->row_weight(&v, 0) : 1);
    }
    return rows > 0 ? total * (double)v.rows / rows : 0;
}

/* The heads' steps stand last. */
double frame_sample_loss(const struct frame *f, size_t sample)
{
    const struct plan *p = f->plan;
    double total = 0;
    for (size_t i = p->forwards - p->heads; i < p->forwards; i++) {
        const struct head *h = p->forward[i].settings;
        total += h->weight * head_sample_loss(f, &p->forward[i], sample);
    }
    return f->sample_weight ? (double)f->sample_weight[sample] * total : total;
}

static const real *figure_of(const struct frame *f, const struct average *a)
{
    return f->at[a->figure] + a->at;
}

void frame_averages(const struct frame *f, real *weight)
{
    for (size_t i = 0; i < f->plan->averages; i++) {
        const struct average *a = &f->plan->average[i];
        const struct weight *w = &f->plan->graph->weight[a->weight];
        const real *figure = figure_of(f, a);
        const real keep = (real)a->momentum, take = (real)(1 - a->momentum);
        for (size_t k = 0; k < w->count; k++)
            weight[w->at + k] = keep * weight[w->at + k] + take * figure[k];
    }
}

id frame_bad_average(const struct frame *f)
{
    for (size_t i = 0; i < f->plan->averages; i++) {
        const struct average *a = &f->plan->average[i];
        const size_t count = f->plan->graph->weight[a->weight].count;
        if (!isfinite(kernels()->sum(count, figure_of(f, a))))
            return a->weight;
    }
    return NOTHING;
}

const struct steps_seen *frame_seen(const struct frame *f, id value)
{
    const uint32_t mask = plan_mask_of(f->plan, value);
    return mask ? &f->seen[mask - 1] : NULL;
}

const real *frame_value(const struct frame *f, id value)
{
    const struct operand at = plan_value(f->plan, value);
    return at.block == IN_INPUT ? f->input[at.at] : f->block[at.block] + at.at;
}
