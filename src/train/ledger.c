/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/ledger.h"

#include "nn/layer.h"
#include "train/accuracy.h"

#include <stdio.h>
#include <string.h>

const char *row_flag_name(unsigned i)
{
    static const char *const names[ROW_FLAGS] = {
        "frozen", "constant", "reaches no output", "zero", "negative", "not a number", "bent",
    };
    return names[i];
}

bool ledger_refused(const struct ledger *l)
{
    for (size_t r = 0; r < l->rows; r++)
        if (l->row[r].bent == BENT_REFUSED)
            return true;
    return false;
}

const char *ledger_slot(const struct ledger *l, size_t row, char *text, size_t room)
{
    const struct graph *g = l->model->graph;
    const struct term *t = &g->term[l->row[row].term];
    snprintf(text, room, "%s.%s", g->layer[t->layer].name, t->slot);
    return text;
}

/* The place of a term's slot among its layer's arguments. */
static size_t slot_place(const struct graph *g, const struct term *t)
{
    const struct entry *entry = &g->layer[t->layer].kind->entry;
    size_t i = 0;
    while (strcmp(entry->args[i].name, t->slot) != 0)
        i++;
    return i;
}

static bool comes_before(const struct graph *g, id a, id b)
{
    const struct term *x = &g->term[a], *y = &g->term[b];
    if (x->layer != y->layer)
        return x->layer < y->layer;
    size_t i = slot_place(g, x), j = slot_place(g, y);
    return i != j ? i < j : a < b;
}

/* One row a term, in the order in which the model was written. */
static int make_rows(struct ledger *l)
{
    const struct graph *g = l->model->graph;
    if (!(l->row = mem_new(g->terms, sizeof *l->row)))
        return -1;
    for (id t = 0; t < g->terms; t++) {
        size_t at = l->rows++;
        for (; at > 0 && comes_before(g, t, l->row[at - 1].term); at--)
            l->row[at] = l->row[at - 1];
        l->row[at] = (struct ledger_row){.term = t, .grad_norm = NAN};
    }
    return 0;
}

static int make_calls(struct ledger *l)
{
    const struct plan *p = l->model->infer;
    for (size_t r = 0; r < l->rows; r++)
        if (l->model->graph->term[l->row[r].term].activity &&
            !(l->row[r].call = mem_new(p->applieds, sizeof *l->row[r].call)))
            return -1;
    l->sum = mem_new(p->applieds, sizeof *l->sum);
    l->honest_sum = mem_new(p->applieds, sizeof *l->honest_sum);
    l->reached = mem_new(p->graph->values, sizeof *l->reached);
    if (!l->sum || !l->honest_sum || !l->reached)
        return -1;
    graph_mark_reached(p->graph, l->reached);
    return 0;
}

static int make_gradients(struct ledger *l)
{
    if (!(l->grad = mem_new(l->rows, sizeof *l->grad)))
        return -1;
    for (size_t r = 0; r < l->rows; r++)
        if (!(l->grad[r] = mem_new(l->model->graph->weight_reals, sizeof **l->grad)))
            return -1;
    return 0;
}

int ledger_begin(struct ledger *l, struct model *m, const struct dataset *d, uint64_t seed,
                 enum share share, bool gradients, struct err *e)
{
    *l = (struct ledger){.model = m, .batch = engine_batch(d)};
    if (probe_begin(&l->probe, m, d, seed, share, true, e))
        return -1;
    if (make_rows(l) || make_calls(l) || (gradients && make_gradients(l)))
        return err_memory(e);
    return 0;
}

static bool belongs(const struct ledger *l, size_t applied, size_t row)
{
    return l->model->infer->applied[applied].term == l->row[row].term;
}

/* One backward pass with everything but one row masked. */
static void add_gradient(struct ledger *l, size_t row)
{
    struct frame *f = l->model->infer_frame;
    for (size_t i = 0; i < f->plan->applieds; i++)
        f->mask[i] = belongs(l, i, row);
    f->head_mask = 0;
    frame_samples(f, l->probe.samples);
    frame_backward(f);
    for (size_t k = 0; k < l->model->ranges; k++) {
        const struct range *r = &l->model->range[k];
        for (size_t i = r->at; i < r->at + r->count; i++)
            l->grad[row][i] += (double)l->probe.samples * (double)l->model->probe_grad[i];
    }
}

static void unmask(struct frame *f, size_t samples)
{
    for (size_t i = 0; i < f->plan->applieds; i++)
        f->mask[i] = 1;
    f->head_mask = 1;
    frame_samples(f, samples);
}

static void judge(struct ledger *l, size_t aim)
{
    size_t right, rows;
    accuracy_count(l->model, aim, l->model->infer_frame, &right, &rows);
    l->right += right;
    l->judged += rows;
}

bool ledger_next(struct ledger *l)
{
    struct frame *f = l->model->infer_frame;
    if (!probe_next(&l->probe))
        return false;
    const double n = (double)l->probe.samples;
    l->samples += l->probe.samples;
    l->data += n * frame_data(f);
    for (size_t i = 0; i < f->plan->applieds; i++) {
        l->sum[i] += n * frame_row(f, i);
        if (l->model->policy)
            l->honest_sum[i] += n * frame_true_row(f, i);
    }
    for (size_t i = 0; i < l->model->aims; i++) {
        l->head[i] += n * frame_head(f, i);
        if (l->model->aim[i].judged)
            judge(l, i);
    }
    for (size_t r = 0; l->grad && r < l->rows; r++)
        /* Forward sums are still there; each backward makes its gradients anew. */
        add_gradient(l, r);
    unmask(f, l->probe.samples);
    return true;
}

static void end_row(struct ledger *l, struct ledger_row *row, size_t r)
{
    const struct plan *p = l->model->infer;
    const struct graph *g = l->model->graph;
    const struct term *t = &g->term[row->term];
    bool moves = false, reaches = true;
    row->divisor = 1;
    for (size_t i = 0; i < p->applieds; i++) {
        const struct applied *a = &p->applied[i];
        if (!belongs(l, i, r))
            continue;
        double value = l->sum[i] / (double)l->samples;
        row->value += value;
        row->honest += l->model->policy ? l->honest_sum[i] / (double)l->samples : value;
        row->bent = a->bent > row->bent ? a->bent : row->bent;
        moves = moves || !a->frozen;
        if (!t->activity)
            continue;
        struct extent n = applied_extent(p, a, l->batch);
        row->reduce = a->reduce;
        row->divisor = reduce_divisor(a->reduce, &n) * (double)a->steps;
        reaches = reaches && l->reached[g->call[a->call].output];
        /* Where a policy moves a penalty to the input, that is what is listed. */
        if (a->bent != BENT_INPUT || a->untrue)
            row->call[row->calls++] = (struct ledger_call){a->call, value};
    }
    const enum row_flag still = t->activity ? ROW_CONSTANT : ROW_FROZEN;
    row->flags = (moves ? 0U : (unsigned)still) | (reaches ? 0U : ROW_NO_OUTPUT) |
                 (row->value == 0 ? ROW_ZERO : 0U) | (row->value < 0 ? ROW_NEGATIVE : 0U) |
                 (isfinite(row->value) ? 0U : ROW_NOT_A_NUMBER) | (row->bent ? ROW_BENT : 0U);
}

void ledger_end(struct ledger *l)
{
    const double n = (double)l->samples;
    l->data /= n;
    for (size_t i = 0; i < l->model->aims; i++)
        l->head[i] /= n;
    l->accuracy = l->judged ? (double)l->right / (double)l->judged : NAN;
    for (size_t r = 0; r < l->rows; r++) {
        end_row(l, &l->row[r], r);
        l->penalty += l->row[r].value;
        l->honest += l->row[r].honest;
        double squares = 0;
        for (size_t i = 0; l->grad && i < l->model->graph->weight_reals; i++)
            squares += l->grad[r][i] / n * (l->grad[r][i] / n);
        if (l->grad)
            l->row[r].grad_norm = sqrt(squares);
    }
    l->total = l->data + l->penalty;
    l->honest += l->data;
    const struct policy *policy = l->model->policy;
    l->evaluated = policy && policy->evaluates_without ? l->data : l->total;
    for (size_t r = 0; r < l->rows; r++)
        l->row[r].share = l->total != 0 ? l->row[r].value / l->total : 0;
}

void ledger_finish(struct ledger *l)
{
    for (size_t r = 0; r < l->rows; r++) {
        mem_free(l->row[r].call);
        if (l->grad)
            mem_free(l->grad[r]);
    }
    mem_free(l->row);
    mem_free(l->grad);
    mem_free(l->sum);
    mem_free(l->honest_sum);
    mem_free(l->reached);
    *l = (struct ledger){0};
}
