/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/trainer.h"

#include "nn/compile.h"
#include "nn/layer.h"
#include "num/flush.h"
#include "train/accuracy.h"
#include "train/anchor.h"
#include "train/average.h"
#include "train/diagnose.h"
#include "train/inputs.h"
#include "train/prune.h"

#include <string.h>
#include <unistd.h>

int trainer_check(const struct model *m, const struct dataset *d, struct err *e)
{
    struct objective objective[OUTPUTS_MOST];
    size_t count;
    return inputs_check(m->graph, d, e) || graph_check_applied(m->graph, e) ||
                   objectives_make(m, d, objective, &count, e)
               ? -1
               : 0;
}

/* Drops what was compiled. */
static void clear_trainer(struct trainer *t)
{
    second_pass_finish(&t->second);
    workers_destroy(t->workers);
    metrics_destroy(t->metrics);
    frame_destroy(t->train_frame);
    frame_destroy(t->infer_frame);
    plan_destroy(t->train);
    plan_destroy(t->infer);
    batch_destroy(&t->batch);
    kept_step_finish(&t->kept);
    mem_free(t->last_batch.row);
    mem_free(t->range);
    mem_free(t->next_grad);
    mem_free(t->room);
    mem_free(t->probe_grad);
    *t = (struct trainer){.derived = t->derived, .model = t->model};
}

static void destroy(struct derived *d)
{
    struct trainer *t = (struct trainer *)d;
    clear_trainer(t);
    mem_free(t);
}

void trainer_numbers(const struct model *m, struct frame *f)
{
    for (size_t i = 0; f && i < f->plan->applieds; i++)
        f->args[i] = model_term(m, f->plan->applied[i].term);
}

/* Gives the steps that draw at random what rules have set since. */
static void take_noise(const struct trainer *t)
{
    const struct plan *p = t->train;
    const struct graph *g = t->model->graph;
    for (size_t i = 0; t->model->state.noises && p && i < p->forwards + p->backwards; i++) {
        const struct step *s = i < p->forwards ? &p->forward[i] : &p->backward[i - p->forwards];
        const id layer = s->call == NOTHING ? NOTHING : g->call[s->call].layer;
        const struct op_kind *const *op = layer == NOTHING ? NULL : g->layer[layer].kind->draws;
        for (; op && *op; op++)
            if (s->op == *op)
                *(double *)s->settings = model_noise(t->model, layer);
    }
}

/* The same for all frames. */
static void take_numbers(const struct trainer *t)
{
    take_noise(t);
    trainer_numbers(t->model, t->infer_frame);
    trainer_numbers(t->model, t->train_frame);
    for (size_t i = 0; t->workers && i < workers_frames(t->workers); i++)
        trainer_numbers(t->model, workers_frame(t->workers)[i]);
    for (size_t i = 0; i < second_pass_frames(&t->second); i++)
        trainer_numbers(t->model, second_pass_frame(&t->second)[i]);
}

static void refresh(struct derived *d)
{
    struct trainer *t = (struct trainer *)d;
    t->renewed = true;
    take_numbers(t);
    t->kept.known = false;
    if (t->metrics)
        metrics_restart(t->metrics, t->model->graph);
}

/* The model's trainer, which may be empty; NULL without memory. */
static struct trainer *get_trainer(struct model *m)
{
    struct trainer *t = trainer_of(m);
    if (!t && (t = mem_new(1, sizeof *t))) {
        t->derived = (struct derived){.destroy = destroy, .refresh = refresh};
        t->model = m;
        m->derived = &t->derived;
    }
    return t;
}

static bool weighs_rows(const struct args *loss)
{
    return loss_kind_of(loss)->weighable && args_get(loss, "class_weight")->given;
}

static size_t make_heads(const struct objective *objective, size_t count, enum mode mode,
                         struct head *to)
{
    for (size_t i = 0; i < count; i++)
        to[i] = (struct head){.value = objective[i].value,
                              .kind = &loss_kind_of(objective[i].loss)->head,
                              .args = objective[i].loss,
                              .target_cols =
                                  mode == MODE_TRAIN ? objective[i].train_cols : objective[i].cols,
                              .weight = objective[i].weight,
                              .weighs_rows = weighs_rows(objective[i].loss)};
    return count;
}

static struct plan *compile_plan(const struct trainer *t, enum mode mode, size_t capacity,
                                 struct err *e)
{
    const struct model *m = t->model;
    struct head head[OUTPUTS_MOST];
    const size_t heads = make_heads(t->objective, t->objectives, mode, head);
    return plan_compile_bent(m->graph, head, heads, mode, capacity, true, m->policy, e);
}

/* Compiles both plans for a capacity. Without objectives only what flows forward is of use. */
static int compile_plans(struct trainer *t, const struct dataset *d,
                         const struct objective *objective, size_t count, struct err *e)
{
    const struct model *m = t->model;
    const size_t capacity = batch_samples(d);
    struct columns target[OUTPUTS_MOST];
    size_t shares[OUTPUTS_MOST];
    clear_trainer(t);
    for (size_t i = 0; i < count; i++) {
        t->objective[i] = objective[i];
        target[i] = objective[i].columns;
        shares[i] = objective[i].train_cols != objective[i].cols ? objective[i].train_cols : 0;
    }
    t->objectives = count;
    t->infer = compile_plan(t, MODE_INFER, capacity, e);
    if (count)
        t->train = compile_plan(t, MODE_TRAIN, capacity, e);
    if (t->infer && (!count || t->train) && (t->range = ranges_create(m->graph, &t->ranges)) &&
        !batch_create(&t->batch, m->graph, target, shares, count, capacity, d->training) &&
        !batch_make_room(&t->batch, d))
        return 0;
    clear_trainer(t);
    return err_memory(e);
}

static double gigabytes_of(const struct plan *p)
{
    return frame_reals(p) * (double)sizeof(real) / 1e9;
}

/* A system that promises more memory than there is would end the program later. */
static int check_room(const struct plan *p, struct err *e)
{
    const double there = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE) / 1e9;
    if (there <= 0 || gigabytes_of(p) <= there)
        return 0;
    err_at(e, (struct span){0}, "batches of %zu would take %.3g GB to work in, and there are %.3g",
           p->capacity, gigabytes_of(p), there);
    return err_hint(e, "make them smaller: set data.batch = %zu; or sequences shorter",
                    p->capacity > 4 ? p->capacity / 4 : 1);
}

double trainer_gigabytes(const struct trainer *t)
{
    return (t->train ? gigabytes_of(t->train) : 0) + gigabytes_of(t->infer);
}

/* Room for steps, from the first one on. */
static int make_room_to_train(struct trainer *t, struct err *e)
{
    const struct graph *g = t->model->graph;
    if (t->train_frame)
        return 0;
    if (check_room(t->train, e))
        return -1;
    if ((t->train_frame = frame_create(t->train)) &&
        (t->next_grad = mem_block(g->weight_reals, sizeof(real))) &&
        (t->room = mem_new(update_room(g), sizeof *t->room)) &&
        (t->last_batch.row = mem_new(t->train->applieds, sizeof *t->last_batch.row)) &&
        !model_term_room(t->model) && (t->metrics = metrics_create(g, t->train)) &&
        !workers_create(t->train, t->train_frame, g->weight_reals, &t->workers))
        return 0;
    clear_trainer(t);
    return err_memory(e);
}

/* Room for reports, from the first one on. */
static int make_room_to_look(struct trainer *t, struct err *e)
{
    if (!t->infer_frame && check_room(t->infer, e))
        return -1;
    if (!t->infer_frame)
        t->infer_frame = frame_create(t->infer);
    if (!t->probe_grad)
        t->probe_grad = mem_block(t->model->graph->weight_reals, sizeof *t->probe_grad);
    return t->infer_frame && t->probe_grad ? 0 : err_memory(e);
}

/* Whether what was compiled aims at what is wanted now. Wanting no objective is always served. */
static bool aims_at(const struct trainer *t, const struct objective *objective, size_t count)
{
    bool same = !count || count == t->objectives;
    for (size_t i = 0; i < count && same; i++) {
        const struct objective *now = &objective[i], *had = &t->objective[i];
        same = now->columns.at == had->columns.at && now->columns.width == had->columns.width &&
               now->cols == had->cols && now->train_cols == had->train_cols;
    }
    return same;
}

static int ready_frames(struct trainer *t, const struct dataset *d,
                        const struct objective *objective, size_t count, struct err *e)
{
    const size_t due = batch_samples(d);
    /* Products are chosen by the capacity: with new coefficients it is what a new plan would have.
     */
    const bool fits = t->infer && t->infer->capacity >= due &&
                      (!t->renewed || t->infer->capacity == due) &&
                      t->batch.order_room >= d->training && aims_at(t, objective, count);
    t->renewed = false;
    if (!fits)
        return compile_plans(t, d, objective, count, e);
    /* What the data says of an objective may have changed with the data. */
    memcpy(t->objective, objective, count * sizeof *objective);
    return batch_make_room(&t->batch, d) ? err_memory(e) : 0;
}

/* The frames' view of weights and gradient. */
static void place_weights(const struct trainer *t)
{
    const struct model *m = t->model;
    take_numbers(t);
    frame_weights(t->train_frame, m->state.weight, t->next_grad);
    t->train_frame->stop = m->stop;
    if (t->workers)
        workers_place(t->workers, m->state.weight, t->next_grad, m->stop);
    second_pass_place(&t->second, m->stop);
}

/* Checks, and what is compiled; NULL: *e. */
static struct trainer *make_trainer(struct model *m, const struct dataset *d, bool objectives,
                                    struct err *e)
{
    struct objective objective[OUTPUTS_MOST];
    size_t count = 0;
    if (inputs_check(m->graph, d, e) ||
        (objectives &&
         (graph_check_applied(m->graph, e) || objectives_make(m, d, objective, &count, e))))
        return NULL;
    struct trainer *t = get_trainer(m);
    if (!t)
        err_memory(e);
    return t && ready_frames(t, d, objective, count, e) == 0 ? t : NULL;
}

int trainer_prepare(struct model *m, const struct dataset *d, uint64_t seed, struct err *e)
{
    struct trainer *t = make_trainer(m, d, true, e);
    if (!t || make_room_to_train(t, e))
        return -1;
    batch_seed(&t->batch, seed);
    if (model_draw(m, seed, opt_kind_of(m->recipe.optimizer.args)->slots, e) || model_anchor(m, e))
        return -1;
    if (kept_step_room(&t->kept, m))
        return err_memory(e);
    place_weights(t);
    return 0;
}

int trainer_prepare_passes(struct model *m, const struct dataset *d, uint64_t seed, bool objectives,
                           struct err *e)
{
    struct trainer *t = make_trainer(m, d, objectives, e);
    if (!t || make_room_to_look(t, e))
        return -1;
    batch_seed(&t->batch, seed);
    if (model_draw(m, seed, 0, e) || model_anchor(m, e))
        return -1;
    take_numbers(t);
    frame_weights(t->infer_frame, model_weights(m), t->probe_grad);
    t->infer_frame->stop = m->stop;
    return 0;
}

static void take_figures(const struct frame *f, double *row, struct figures *x)
{
    double penalty = 0;
    *x = (struct figures){.data = frame_data(f)};
    for (size_t i = 0; i < f->plan->heads; i++)
        x->head[i] = frame_head(f, i);
    for (size_t i = 0; i < f->plan->applieds; i++)
        penalty += row[i] = frame_row(f, i);
    x->penalty = penalty;
}

/* Forward and backward, on several threads or one; returns the norm of the gradient. */
static double run_step(struct trainer *t, const struct batch_pass *p, bool split, struct figures *x)
{
    t->last_batch.frame = split ? workers_frame(t->workers) : &t->train_frame;
    t->last_batch.frames = split ? workers_frames(t->workers) : 1;
    if (split)
        return workers_step(t->workers, p, t->range, t->ranges, t->last_batch.row, x);
    batch_pass_run(p, t->train_frame, 0, p->samples);
    take_figures(t->train_frame, t->last_batch.row, x);
    return sqrt(ranges_squares(t->range, t->ranges, t->next_grad));
}

static bool is_fine(const struct trainer *t, const struct figures *x, double norm)
{
    return isfinite(x->data) && isfinite(x->penalty) &&
           update_reach(t->model, norm) <= (double)REAL_MOST &&
           frame_bad_average(t->train_frame) == NOTHING;
}

/* The gradient of the step becomes the model's, and the next one is made where that stood. */
static void swap_gradients(struct trainer *t)
{
    struct model *m = t->model;
    real *grad = t->next_grad;
    t->next_grad = m->state.grad;
    m->state.grad = grad;
    frame_slopes(t->train_frame, t->next_grad);
    if (t->workers)
        workers_place(t->workers, m->state.weight, t->next_grad, m->stop);
}

/* How many classes were right, as the batch ran. Where nothing is held back to compare it with,
 * nobody asks. */
static void count_right(const struct trainer *t, const struct dataset *d, struct figures *x)
{
    for (size_t i = 0; d->training < d->samples && i < t->objectives; i++)
        for (size_t k = 0; t->objective[i].judged && k < t->last_batch.frames; k++) {
            size_t right, rows;
            accuracy_count(t->last_batch.frame[k], i, &right, &rows);
            x->right += (double)right;
            x->judged += (double)rows;
        }
}

static void count_step(struct trainer *t, const struct dataset *d, const struct figures *x,
                       size_t n)
{
    struct model *m = t->model;
    if (m->state.position == 0) {
        m->state.so_far = (struct figures){0};
        m->state.seen = 0;
        for (size_t i = 0; i < m->state.term_sums; i++)
            m->state.term_sum[i] = 0;
    }
    m->state.seen += n;
    m->state.so_far.data += (double)n * x->data;
    m->state.so_far.penalty += (double)n * x->penalty;
    for (size_t i = 0; i < t->objectives; i++)
        m->state.so_far.head[i] += (double)n * x->head[i];
    m->state.so_far.right += x->right;
    m->state.so_far.judged += x->judged;
    m->state.position += n;
    if (m->history.ahead)
        history_cut(&m->history, m->state.step);
    m->state.step++;
    m->state.stepped = true;
    m->state.trained = m->state.drawn;
    m->state.trained_reals = m->state.reals;
    m->state.last = m->state.batch = *x;
    m->state.from = FROM_STEP;
    if (m->state.position >= d->training) {
        m->state.position = 0;
        m->state.epoch++;
    }
}

/* How the model is before the step, if that is to be kept. */
static void keep_step(struct trainer *t, const struct dataset *d, const struct batch_pass *p)
{
    const bool ends = t->keep_epoch_end && p->first + p->samples >= d->training;
    t->kept.known = false;
    if (p->step < t->keep_from && !ends)
        return;
    kept_step_take(&t->kept, t->model);
    t->kept.seed = p->seed;
    t->kept.step = p->step;
    t->kept.epoch = t->model->state.epoch;
    t->kept.first = p->first;
    t->kept.samples = p->samples;
}

/* What is pruned has no gradient. */
static void hold_gradient(const struct trainer *t, real *grad)
{
    for (size_t i = 0; t->model->state.pruned && i < t->ranges; i++)
        model_hold_pruned(t->model, t->range[i].at, t->range[i].count, grad + t->range[i].at);
}

/* Adds what each term was in the step to its sum over the epoch. */
static void add_terms(const struct trainer *t, size_t samples)
{
    const struct graph *g = t->model->graph;
    for (size_t i = 0; i < t->train->applieds; i++)
        t->model->state.term_sum[g->term[t->train->applied[i].term].number] +=
            (double)samples * t->last_batch.row[i];
}

static void commit_step(struct trainer *t, const struct dataset *d, const struct figures *x,
                        size_t n, bool split)
{
    struct model *m = t->model;
    if (!m->state.step) {
        /* What was loaded counts as trained. */
        m->state.seeded = m->state.trained ? 0 : m->state.drawn;
        m->state.first_seed = t->batch.seed;
    }
    hold_gradient(t, t->next_grad);
    if (m->recipe.common.sam > 0)
        hold_gradient(t, t->second.grad);
    swap_gradients(t);
    frame_averages(t->train_frame, m->state.weight);
    update_weights(
        &(struct update){.model = m,
                         .grad = m->recipe.common.sam > 0 ? t->second.grad : m->state.grad,
                         .plan = t->train,
                         .seed = t->batch.seed,
                         .range = t->range,
                         .ranges = t->ranges,
                         .scratch = t->next_grad,
                         .room = t->room,
                         .workers = split ? t->workers : NULL});
    average_weights(m);
    count_step(t, d, x, n);
    t->last_batch.samples = n;
    t->last_batch.data = x->data;
    add_terms(t, n);
}

/* Room that only some optimizers' keys want. */
static int make_room_for_keys(struct trainer *t, struct err *e)
{
    struct model *m = t->model;
    if (average_room(m))
        return err_memory(e);
    if (m->recipe.common.sam == 0 || t->second.grad)
        return 0;
    if (second_pass_room(&t->second, t->train, t->workers, m->graph->weight_reals))
        return err_memory(e);
    take_numbers(t);
    second_pass_place(&t->second, m->stop);
    return 0;
}

/* The gradient for the step, at w + sam g / |g|; what the first pass left stays. */
static int take_second(struct trainer *t, const struct batch_pass *p, bool split, double norm,
                       struct err *e)
{
    const struct model *m = t->model;
    struct second_pass *s = &t->second;
    struct figures x;
    second_pass_move(s, m, t->next_grad, norm);
    const double second = second_pass_run(s, p, t->range, t->ranges, split, &x);
    if (stop_check(m->stop, e))
        return -1;
    if (isfinite(x.data) && isfinite(x.penalty) && update_reach(m, second) <= (double)REAL_MOST)
        return 0;
    if (split)
        second_pass_run(s, p, t->range, t->ranges, false, &x);
    const struct suspect suspect = {m, s->frame, t->range, t->ranges, s->grad};
    return diagnose_step(&suspect, &x, e);
}

static int take_step(struct trainer *t, const struct dataset *d, struct figures *figures,
                     struct err *e)
{
    struct model *m = t->model;
    /* The data may have become smaller in the middle of an epoch. */
    const size_t first = m->state.position < d->training ? (size_t)m->state.position : 0;
    const size_t left = d->training - first, n = left < d->batch ? left : d->batch;
    const bool split = workers_take(t->workers, n);
    const struct batch_pass p = {.batch = &t->batch,
                                 .data = d,
                                 .order = batch_order(&t->batch, d, m->state.epoch, m->stop),
                                 .first = first,
                                 .samples = n,
                                 .seed = t->batch.seed,
                                 .step = m->state.step};
    if (make_room_for_keys(t, e))
        return -1;
    take_noise(t);
    batch_pass_begin(&p);
    const double norm = run_step(t, &p, split, figures);
    if (stop_check(m->stop, e))
        return -1;
    if (!is_fine(t, figures, norm)) {
        /* One frame holds the whole step when it is looked for what went wrong. */
        if (split)
            run_step(t, &p, false, figures);
        const struct suspect s = {m, t->train_frame, t->range, t->ranges, t->next_grad};
        return diagnose_step(&s, figures, e);
    }
    if (m->recipe.common.sam > 0 && take_second(t, &p, split, norm, e))
        return -1;
    m->state.position = first;
    count_right(t, d, figures);
    keep_step(t, d, &p);
    commit_step(t, d, figures, n, split);
    return 0;
}

int trainer_step(struct trainer *t, const struct dataset *d, struct figures *figures, struct err *e)
{
    const unsigned before = flush_begin();
    const int failed = take_step(t, d, figures, e);
    flush_end(before);
    return failed;
}
