/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/ledger.h"

#include "nn/joint_term.h"
#include "nn/layer.h"
#include "train/accuracy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *row_flag_name(unsigned i)
{
    static const char *const names[ROW_FLAGS] = {
        "frozen",       "constant", "reaches no output", "zero",     "negative",
        "not a number", "bent",     "saturated",         "proximal", "no slope",
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
    return term_name(g, t, text, room);
}

/* The place of a term's slot among its layer's arguments. */
static size_t slot_place(const struct graph *g, const struct term *t)
{
    if (term_is_joint(t))
        return 0;
    const struct entry *entry = &g->layer[t->layer].kind->entry;
    size_t i = 0;
    while (strcmp(entry->args[i].name, t->slot) != 0)
        i++;
    return i;
}

struct row_place {
    id term, layer;
    size_t slot;
};

static int by_place(const void *a, const void *b)
{
    const struct row_place *x = a, *y = b;
    if (x->layer != y->layer)
        return x->layer < y->layer ? -1 : 1;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    return x->term < y->term ? -1 : x->term > y->term;
}

/* One row a term, in the order in which the model was written. */
static int make_rows(struct ledger *l)
{
    const struct graph *g = l->model->graph;
    struct row_place *place = mem_new(g->terms, sizeof *place);
    if (!place || !(l->row = mem_new(g->terms, sizeof *l->row))) {
        mem_free(place);
        return -1;
    }
    for (id t = 0; t < g->terms; t++)
        place[t] = (struct row_place){t, g->term[t].layer, slot_place(g, &g->term[t])};
    qsort(place, g->terms, sizeof *place, by_place);
    for (; l->rows < g->terms; l->rows++)
        l->row[l->rows] =
            (struct ledger_row){.term = place[l->rows].term, .grad_norm = NAN, .moves = NAN};
    mem_free(place);
    return 0;
}

/* Which rows of the plan belong to which of the ledger. */
static int make_parts(struct ledger *l)
{
    const struct plan *p = l->pass.trainer->infer;
    size_t *row_of = mem_new(l->rows, sizeof *row_of);
    uint32_t at = 0;
    l->parts = mem_new(l->rows, sizeof *l->parts);
    l->part = mem_new(p->applieds, sizeof *l->part);
    if (!row_of || !l->parts || !l->part) {
        mem_free(row_of);
        return -1;
    }
    for (size_t r = 0; r < l->rows; r++)
        row_of[l->row[r].term] = r;
    for (size_t i = 0; i < p->applieds; i++)
        l->parts[row_of[p->applied[i].term]].count++;
    for (size_t r = 0; r < l->rows; r++) {
        l->parts[r].item = l->part + at;
        at += (uint32_t)l->parts[r].count;
        l->parts[r].count = 0;
    }
    for (uint32_t i = 0; i < p->applieds; i++) {
        struct row_parts *parts = &l->parts[row_of[p->applied[i].term]];
        l->part[(size_t)(parts->item - l->part) + parts->count++] = i;
    }
    mem_free(row_of);
    return 0;
}

static int make_calls(struct ledger *l)
{
    const struct plan *p = l->pass.trainer->infer;
    for (size_t r = 0; r < l->rows; r++)
        if (l->model->graph->term[l->row[r].term].activity &&
            !(l->row[r].call = mem_new(l->parts[r].count, sizeof *l->row[r].call)))
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
    l->grad = row_gradients_create(l->pass.trainer->infer_frame, l->parts, l->rows,
                                   l->pass.end - l->pass.first, l->batch, l->model->state.pruned);
    return l->grad ? 0 : -1;
}

static void list_steps(struct ledger *l)
{
    const struct graph *g = l->model->graph;
    const struct args *args = l->model->recipe.optimizer.args;
    const struct opt_step_key *key[STEP_KEYS_MOST];
    size_t at[STEP_KEYS_MOST];
    l->steps = args ? opt_step_keys(args, key, at) : 0;
    for (size_t i = 0; i < l->steps; i++) {
        struct ledger_step *s = &l->step[i];
        *s = (struct ledger_step){.key = key[i], .value = args->arg[at[i]].as.number, .moves = NAN};
        for (id w = 0; w < g->weights; w++) {
            s->of += graph_trains(g, w);
            s->weights += graph_trains(g, w) && (!key[i]->decays || graph_decays(g, w));
        }
    }
}

int ledger_begin(struct ledger *l, struct model *m, const struct dataset *d, uint64_t seed,
                 enum share share, bool gradients, struct err *e)
{
    *l = (struct ledger){.model = m, .batch = batch_samples(d)};
    if (evaluator_begin(&l->pass, m, d, seed, share, true, e))
        return -1;
    const struct trainer *t = l->pass.trainer;
    l->objectives = t->objectives;
    memcpy(l->objective, t->objective, sizeof l->objective);
    list_steps(l);
    if (make_rows(l) || make_parts(l) || make_calls(l) || (gradients && make_gradients(l)))
        return err_memory(e);
    return 0;
}

static void count_right(struct ledger *l, size_t objective)
{
    size_t right, rows;
    accuracy_count(l->pass.trainer->infer_frame, objective, &right, &rows);
    l->right += right;
    l->judged += rows;
}

/* The steps of a row of the plan, in the batch that was run. */
static void count_steps(struct ledger *l, size_t i)
{
    const struct frame *f = l->pass.trainer->infer_frame;
    const struct steps_seen *seen = f->extent[i].seen;
    for (size_t r = 0; r < l->rows; r++) {
        if (l->row[r].term != f->plan->applied[i].term)
            continue;
        l->row[r].steps += seen->steps * f->samples;
        l->row[r].masked += seen->steps * f->samples - seen->valid;
    }
}

static void add_figures(struct ledger *l)
{
    const struct frame *f = l->pass.trainer->infer_frame;
    const double n = (double)l->pass.samples;
    l->samples += l->pass.samples;
    l->data += n * frame_data(f);
    for (size_t i = 0; i < f->plan->applieds; i++) {
        l->sum[i] += n * frame_row(f, i);
        if (f->plan->applied[i].mask)
            count_steps(l, i);
        if (l->model->policy)
            l->honest_sum[i] += n * frame_true_row(f, i);
    }
    for (size_t i = 0; i < l->objectives; i++) {
        l->head[i] += n * frame_head(f, i);
        if (l->objective[i].judged)
            count_right(l, i);
    }
}

bool ledger_next(struct ledger *l)
{
    if (stop_asked(l->model->stop))
        return false;
    if (!evaluator_next(&l->pass)) {
        if (!l->grad || l->pass.at < l->pass.end || !row_gradients_pass(l->grad))
            return false;
        l->again = true;
        l->pass.at = l->pass.first;
        return true;
    }
    if (!l->again)
        add_figures(l);
    /* Forward sums are still there; each row's backward makes its gradients anew. */
    if (l->grad)
        row_gradients_batch(l->grad, l->pass.samples);
    return true;
}

/* What the mean over unmasked steps is divided by: of several batches, about. */
static double seen_divisor(const struct ledger *l, const struct ledger_row *row, size_t i)
{
    const struct frame *f = l->pass.trainer->infer_frame;
    const double seen = (double)(row->steps - row->masked) / (double)row->steps;
    if (l->samples <= l->batch)
        return reduce_divisor(REDUCE_MEAN, f->args[i], &f->extent[i]);
    return row->divisor * seen;
}

static void end_row(struct ledger *l, struct ledger_row *row, size_t r)
{
    const struct plan *p = l->pass.trainer->infer;
    const struct graph *g = l->model->graph;
    const struct term *t = &g->term[row->term];
    bool moves = false, reaches = true;
    row->divisor = 1;
    for (size_t k = 0; k < l->parts[r].count; k++) {
        const size_t i = l->parts[r].item[k];
        const struct applied *a = &p->applied[i];
        double value = l->sum[i] / (double)l->samples;
        row->value += value;
        row->honest += l->model->policy ? l->honest_sum[i] / (double)l->samples : value;
        row->bent = a->bent > row->bent ? a->bent : row->bent;
        moves = moves || !a->frozen;
        if (!t->activity)
            continue;
        const size_t most = l->samples < l->batch ? l->samples : l->batch;
        struct extent n = applied_extent(p, a, most);
        row->reduce = a->reduce;
        row->divisor = reduce_divisor(a->reduce, t->args, &n) * (double)a->steps;
        if (a->mask && a->reduce == REDUCE_MEAN)
            row->divisor = seen_divisor(l, row, i);
        reaches = reaches && l->reached[g->call[a->call].output];
        /* Where a policy moves a penalty to the input, that is what is listed. */
        if ((a->bent != BENT_INPUT && a->bent != BENT_MASKED) || a->untrue)
            row->call[row->calls++] = (struct ledger_call){a->call, value};
    }
    const bool proximal = penalty_is_proximal(t->args);
    const enum row_flag still = !t->activity                         ? ROW_FROZEN
                                : penalty_kind_of(t->args)->by_count ? ROW_NO_SLOPE
                                                                     : ROW_CONSTANT;
    row->flags = (moves ? 0U : (unsigned)still) | (reaches ? 0U : ROW_NO_OUTPUT) |
                 (row->value == 0 ? ROW_ZERO : 0U) | (row->value < 0 ? ROW_NEGATIVE : 0U) |
                 (isfinite(row->value) ? 0U : ROW_NOT_A_NUMBER) | (row->bent ? ROW_BENT : 0U) |
                 (proximal ? ROW_PROXIMAL : 0U);
}

void ledger_end(struct ledger *l)
{
    const double n = (double)l->samples;
    l->data /= n;
    for (size_t i = 0; i < l->objectives; i++)
        l->head[i] /= n;
    l->accuracy = l->judged ? (double)l->right / (double)l->judged : NAN;
    for (size_t r = 0; r < l->rows; r++) {
        end_row(l, &l->row[r], r);
        l->penalty += l->row[r].value;
        l->honest += l->row[r].honest;
        if (l->grad)
            l->row[r].grad_norm = row_gradients_norm(l->grad, r);
    }
    l->total = l->data + l->penalty;
    l->honest += l->data;
    const struct policy *policy = l->model->policy;
    l->evaluated = policy && policy->evaluates_without ? l->data : l->total;
    for (size_t r = 0; r < l->rows; r++)
        l->row[r].share = l->total != 0 ? l->row[r].value / l->total : 0;
}

int ledger_check_domains(const struct ledger *l, struct err *e)
{
    static const struct span nowhere;
    char slot[300];
    for (size_t r = 0; r < l->rows; r++) {
        const struct args *a = l->model->graph->term[l->row[r].term].args;
        const char *domain = penalty_kind_of(a)->domain;
        if (!domain || !isnan(l->row[r].value))
            continue;
        err_at(e, nowhere, "%s has the penalty %s, which is for %s",
               ledger_slot(l, r, slot, sizeof slot), a->entry->name, domain);
        return err_hint(e, "set %s = none takes it away", slot);
    }
    return 0;
}

int ledger_moves_begin(struct ledger *l, const struct dataset *d, struct err *e)
{
    l->moves = moves_create(l->model, d, l->parts, l->rows, e);
    return l->moves ? 0 : -1;
}

bool ledger_moves_next(struct ledger *l)
{
    return moves_next(l->moves);
}

void ledger_moves_end(struct ledger *l)
{
    for (size_t r = 0; r < l->rows; r++) {
        l->row[r].moves = moves_row(l->moves, r);
        l->row[r].flags |= moves_saturated(l->moves, r) ? ROW_SATURATED : 0U;
    }
    for (size_t i = 0; i < l->steps; i++)
        l->step[i].moves = moves_key(l->moves, i);
    l->moved = true;
    l->data_moves = moves_data(l->moves);
    l->moves_step = l->model->state.step;
}

void ledger_finish(struct ledger *l)
{
    moves_destroy(l->moves);
    for (size_t r = 0; r < l->rows; r++)
        mem_free(l->row[r].call);
    mem_free(l->row);
    row_gradients_destroy(l->grad);
    mem_free(l->parts);
    mem_free(l->part);
    mem_free(l->sum);
    mem_free(l->honest_sum);
    mem_free(l->reached);
    *l = (struct ledger){0};
}
