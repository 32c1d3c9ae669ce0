/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/moves.h"

#include "num/flush.h"

#include <math.h>
#include <string.h>

static const struct span nowhere;

/* Blocks as large as the gradient. ROW: of the row alone. OTHER: what the total would be without
 * it, or with it twice. ALL: of all rows together. AS_TAKEN: the update of the last step. */
enum { ROW, OTHER, ALL, AS_TAKEN, ONE, TWO, SCRATCH, BLOCKS_OF_MOVES };

struct moves {
    struct model *model;
    struct trainer *trainer;
    const struct dataset *data;
    struct frame *frame; /* holds the last step, made again */
    struct row_gradients *grad;
    real *block[BLOCKS_OF_MOVES];
    struct update_trial then, afresh;
    const struct row_parts *row;
    const real *total; /* the gradient that the step followed */
    const struct opt_step_key *key[STEP_KEYS_MOST];
    struct choice without[STEP_KEYS_MOST]; /* the optimizer with that key at 0 */
    double key_share[STEP_KEYS_MOST];
    size_t keys;
    size_t rows, done;
    double *share; /* for each row */
    bool *saturated;
    double norm; /* of the update as taken */
    double data_share;
};

static int not_known(struct err *e)
{
    err_at(e, nowhere, "what the last step moved is not known");
    return err_hint(e, "it is known when nothing was changed and training was not stopped since: "
                       "take one more with step 1");
}

int moves_check(const struct model *m, struct err *e)
{
    const struct trainer *t = trainer_of(m);
    return t && t->kept.known ? 0 : not_known(e);
}

/* The step's batch, in its order. Others may have used the memory it is gathered in. */
static void gather_batch(struct moves *x)
{
    const struct kept_step *k = &x->trainer->kept;
    struct batch *b = &x->trainer->batch;
    const uint64_t seed = b->seed;
    batch_seed(b, k->seed);
    const struct batch_pass p = {.batch = b,
                                 .data = x->data,
                                 .order = batch_order(b, x->data, k->epoch, x->model->stop),
                                 .first = k->first,
                                 .samples = k->samples,
                                 .seed = k->seed,
                                 .step = k->step};
    batch_pass_begin(&p);
    batch_pass_fill(&p, x->frame, 0, k->samples);
    batch_seed(b, seed);
    frame_samples(x->frame, k->samples);
}

static int make_room(struct moves *x, const struct row_parts *row)
{
    const size_t reals = x->model->graph->weight_reals;
    x->frame = frame_create(x->trainer->train);
    x->share = mem_new(x->rows, sizeof *x->share);
    x->saturated = mem_new(x->rows, sizeof *x->saturated);
    for (size_t i = 0; i < BLOCKS_OF_MOVES; i++)
        if (!(x->block[i] = mem_block(reals, sizeof(real))))
            return -1;
    if (!x->frame || !x->share || !x->saturated)
        return -1;
    const size_t samples = x->trainer->kept.samples;
    x->grad =
        row_gradients_create(x->frame, row, x->rows, samples, samples, x->model->state.pruned);
    return x->grad ? 0 : -1;
}

static double norm_of(const struct moves *x, const real *u)
{
    return sqrt(ranges_squares(x->trainer->range, x->trainer->ranges, u));
}

/* The norm of u - v; v is overwritten. */
static double update_distance(const struct moves *x, const real *u, real *v)
{
    for (size_t i = 0; i < x->trainer->ranges; i++) {
        const struct range *r = &x->trainer->range[i];
        kernels()->axpy(r->count, -1, u + r->at, v + r->at);
    }
    return norm_of(x, v);
}

/* OTHER = the total gradient + times * part. */
static const real *with_part(struct moves *x, double times, const real *part)
{
    const size_t reals = x->model->graph->weight_reals;
    memcpy(x->block[OTHER], x->total, reals * sizeof(real));
    kernels()->axpy(reals, times, part, x->block[OTHER]);
    return x->block[OTHER];
}

/* Whether the step, taken again, leads to where the model is. */
static bool leads_here(const struct moves *x)
{
    const struct trainer *t = x->trainer;
    bool same = true;
    update_weights_from(&x->then, x->total, x->block[ONE]);
    for (size_t i = 0; i < t->ranges && same; i++)
        same = memcmp(x->block[ONE] + t->range[i].at, x->model->state.weight + t->range[i].at,
                      t->range[i].count * sizeof(real)) == 0;
    return same;
}

/* The optimizer without each of its keys that move weights. */
static int leave_keys_out(struct moves *x, struct err *e)
{
    const struct args *args = x->model->recipe.optimizer.args;
    size_t at[STEP_KEYS_MOST];
    const size_t keys = opt_step_keys(args, x->key, at);
    for (; x->keys < keys; x->keys++) {
        if (choice_make(&x->without[x->keys], args, e))
            return -1;
        x->without[x->keys].args->arg[at[x->keys]].as.number = 0;
    }
    return 0;
}

static int begin_moves(struct moves *x, struct err *e)
{
    const struct trainer *t = x->trainer;
    const struct kept_step *k = &t->kept;
    x->total = k->again ? t->second.grad : x->model->state.grad;
    x->then = (struct update_trial){.model = x->model,
                                    .plan = t->train,
                                    .term = NOTHING,
                                    .args = x->model->recipe.optimizer.args,
                                    .common = x->model->recipe.common,
                                    .seed = k->seed,
                                    .step = k->step,
                                    .range = t->range,
                                    .ranges = t->ranges,
                                    .weight = k->weight,
                                    .slot = (const real *const *)k->slot,
                                    .updates = k->updates,
                                    .scratch = x->block[SCRATCH],
                                    .room = t->room};
    x->afresh = x->then;
    x->afresh.slot = NULL;
    x->afresh.updates = 0;
    if (!leads_here(x))
        return not_known(e);
    update_difference(&x->then, x->total, x->block[AS_TAKEN]);
    x->norm = norm_of(x, x->block[AS_TAKEN]);
    trainer_numbers(x->model, x->frame);
    frame_weights(x->frame, k->again ? t->second.weight : k->weight, x->block[ROW]);
    x->frame->stop = x->model->stop;
    x->frame->seed = k->seed;
    x->frame->step = k->step;
    gather_batch(x);
    frame_forward(x->frame);
    return stop_check(x->model->stop, e);
}

struct moves *moves_create(struct model *m, const struct dataset *d, const struct row_parts *row,
                           size_t rows, struct err *e)
{
    if (moves_check(m, e))
        return NULL;
    struct moves *x = mem_new(1, sizeof *x);
    if (!x) {
        err_memory(e);
        return NULL;
    }
    x->model = m;
    x->trainer = trainer_of(m);
    x->data = d;
    x->row = row;
    x->rows = rows;
    const unsigned before = flush_begin();
    const int failed =
        make_room(x, row) ? err_memory(e) : leave_keys_out(x, e) || begin_moves(x, e);
    flush_end(before);
    if (!failed)
        return x;
    moves_destroy(x);
    return NULL;
}

void moves_destroy(struct moves *x)
{
    if (!x)
        return;
    row_gradients_destroy(x->grad);
    frame_destroy(x->frame);
    for (size_t i = 0; i < BLOCKS_OF_MOVES; i++)
        mem_free(x->block[i]);
    for (size_t i = 0; i < x->keys; i++)
        choice_finish(&x->without[i]);
    mem_free(x->share);
    mem_free(x->saturated);
    mem_free(x);
}

/* The share of the update that is missing when the gradient lacks `part`. */
static double share_of(struct moves *x, const real *part)
{
    update_difference(&x->then, with_part(x, -1, part), x->block[ONE]);
    return update_distance(x, x->block[AS_TAKEN], x->block[ONE]) / x->norm;
}

/* Whether the row pulls harder than all else at the weights that it pulls at. */
static bool row_outweighs(const struct moves *x)
{
    const real *row = x->block[ROW], *total = x->total;
    double own = 0, rest = 0;
    for (size_t i = 0; i < x->trainer->ranges; i++) {
        const struct range *r = &x->trainer->range[i];
        for (size_t k = r->at; k < r->at + r->count; k++) {
            const double a = (double)row[k], b = (double)total[k] - a;
            own += a * a;
            rest += a != 0 ? b * b : 0;
        }
    }
    return own > rest;
}

static bool is_saturated(struct moves *x)
{
    const double enough = 1.1;
    real *none = x->block[ONE], *some = x->block[TWO];
    update_difference(&x->afresh, with_part(x, -1, x->block[ROW]), none);
    update_difference(&x->afresh, x->total, some);
    const double once = update_distance(x, none, some);
    update_difference(&x->afresh, with_part(x, 1, x->block[ROW]), some);
    return once > 0 && update_distance(x, none, some) < enough * once;
}

/* Without the data loss nothing is left but the rows. */
static void data_alone(struct moves *x)
{
    update_difference(&x->then, x->block[ALL], x->block[ONE]);
    x->data_share = update_distance(x, x->block[AS_TAKEN], x->block[ONE]) / x->norm;
}

/* The term of a row that acts after the optimizer; NOTHING for one that sends a gradient. */
static id proximal_term(const struct moves *x, size_t row)
{
    const struct row_parts *p = &x->row[row];
    const struct applied *a = p->count ? &x->trainer->train->applied[p->item[0]] : NULL;
    return a && a->proximal ? a->term : NOTHING;
}

/* The update from a state, along the whole gradient, with the row so many times as strong. */
static real *update_with(const struct moves *x, const struct update_trial *from, id term,
                         double factor, real *to)
{
    struct update_trial t = *from;
    t.term = term;
    t.factor = factor;
    update_difference(&t, x->total, to);
    return to;
}

static void look_at_proximal(struct moves *x, size_t row, id term)
{
    const double enough = 1.1;
    real *none = x->block[ONE], *some = x->block[TWO];
    update_with(x, &x->then, term, 0, none);
    x->share[row] = update_distance(x, x->block[AS_TAKEN], none) / x->norm;
    update_with(x, &x->afresh, term, 0, none);
    const double once = update_distance(x, none, update_with(x, &x->afresh, term, 1, some));
    const double twice = update_distance(x, none, update_with(x, &x->afresh, term, 2, some));
    x->saturated[row] = once > 0 && twice < enough * once;
}

static void without_key(struct moves *x, size_t key)
{
    struct update_trial t = x->then;
    t.args = x->without[key].args;
    t.common = opt_common(t.args);
    update_difference(&t, x->key[key]->again ? x->model->state.grad : x->total, x->block[ONE]);
    x->key_share[key] = update_distance(x, x->block[AS_TAKEN], x->block[ONE]) / x->norm;
}

static void look_at(struct moves *x, size_t row)
{
    const id proximal = proximal_term(x, row);
    if (proximal != NOTHING) {
        look_at_proximal(x, row, proximal);
        return;
    }
    gather_batch(x);
    row_gradients_one(x->grad, row);
    x->share[row] = share_of(x, x->block[ROW]);
    x->saturated[row] = row_outweighs(x) && is_saturated(x);
    kernels()->axpy(x->model->graph->weight_reals, 1, x->block[ROW], x->block[ALL]);
}

bool moves_next(struct moves *x)
{
    if (stop_asked(x->model->stop) || x->done > x->rows)
        return false;
    const unsigned before = flush_begin();
    if (x->done < x->rows)
        look_at(x, x->done);
    else
        data_alone(x);
    for (size_t i = 0; x->done == x->rows && i < x->keys; i++)
        without_key(x, i);
    x->done++;
    flush_end(before);
    return true;
}

double moves_row(const struct moves *x, size_t row)
{
    return x->share[row];
}

double moves_key(const struct moves *x, size_t key)
{
    return x->key_share[key];
}

double moves_data(const struct moves *x)
{
    return x->data_share;
}

bool moves_saturated(const struct moves *x, size_t row)
{
    return x->saturated[row];
}
