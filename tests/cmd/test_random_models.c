/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random models with everything in them, typed into a session. Rows and totals are those of the
 * naive ledger, each term is applied as often as it should be, fused and plain plans agree, the
 * gradient is that of differences, and what should change nothing does not. NNR_RANDOM_MODELS says
 * how many; NNR_RANDOM_MODEL=i looks at number i alone. */
#include "check.h"
#include "host.h"
#include "naive.h"
#include "random_task.h"
#include "slope.h"

#include "cmd/session/host.h"
#include "cmd/session/state.h"
#include "cmd/shell/session.h"
#include "nn/compile.h"
#include "nn/penalty.h"
#include "nn/plan.h"
#include "train/evaluator.h"
#include "train/ledger.h"

#include <math.h>

#define NEAR(wide, narrow) (sizeof(real) == sizeof(double) ? (wide) : (narrow))

/* Every this many a model is also cloned, trained, marked, cut otherwise, and typed in again. */
enum { SESSION_EVERY = 5, STEP = 3 };

struct trial {
    uint64_t number;
    struct random_task task;
    struct fake f;
    struct model *model;
    const struct graph *g;
    const struct args **args; /* of each term, as it was set last */
    double *weight;
    real *input[INPUTS_MOST], *target[HEADS_MOST];
    struct head head[HEADS_MOST];
    struct naive_head naive_head[HEADS_MOST];
    struct naive naive;
};

static void wrong(const struct trial *t, const char *what, double a, double b)
{
    fprintf(stderr, "model %llu of seed 21, %s: %.17g and %.17g in\n%s\n",
            (unsigned long long)t->number, what, a, b, t->task.model.r.text.text);
    fail_msg("model %llu: %s; NNR_RANDOM_MODEL=%llu repeats it", (unsigned long long)t->number,
             what, (unsigned long long)t->number);
}

static void is_true(const struct trial *t, bool fact, const char *what)
{
    if (!fact)
        wrong(t, what, 0, 1);
}

static void is_near(const struct trial *t, double a, double b, const char *what)
{
    if (!(fabs(a - b) <= NEAR(1e-10, 2e-4) * fmax(1, fabs(b))))
        wrong(t, what, a, b);
}

static struct session *session_of(const struct trial *t)
{
    return t->f.session;
}

static void type(const struct trial *t, struct fake *f, const char *text)
{
    if (fake_run(f, text) == OUTCOME_OK)
        return;
    fprintf(stderr, "%s\n", f->err.text);
    wrong(t, "refused", 0, 0);
}

static real *reals(const double *x, size_t n)
{
    real *to = mem_block(n, sizeof *to);
    assert_non_null(to);
    for (size_t i = 0; i < n; i++)
        to[i] = (real)x[i];
    return to;
}

static double *doubles(const real *x, size_t n)
{
    double *to = mem_new(n + 1, sizeof *to);
    assert_non_null(to);
    for (size_t i = 0; i < n; i++)
        to[i] = (double)x[i];
    return to;
}

/* What the text says of an output: its tensor, its loss, its weight. */
static void take_head(struct trial *t, size_t i)
{
    const struct random_head *h = &t->task.head[i];
    const struct objective *due = &trainer_of(t->model)->objective[i];
    const id value = t->g->call[graph_find_call(t->g, h->on->name)].output;
    is_true(t, due->value == value && strcmp(due->loss->entry->name, h->loss->name) == 0,
            "an output and its loss");
    t->target[i] = reals(h->target, SAMPLES * h->width);
    t->head[i] = (struct head){.value = value,
                               .kind = &loss_kind_of(due->loss)->head,
                               .args = due->loss,
                               .target_cols = h->row,
                               .weight = h->weight};
    t->naive_head[i] = (struct naive_head){.value = value,
                                           .loss = due->loss,
                                           .weight = h->weight,
                                           .target = h->target,
                                           .target_cols = h->row};
}

static void trial_start(struct trial *t, uint64_t number)
{
    struct err e = {0};
    *t = (struct trial){.number = number};
    random_task(&t->task, number);
    is_true(t, !t->task.model.r.text.failed, "memory");
    fake_start_as(&t->f, "quiet");
    type(t, &t->f, t->task.model.r.text.text);
    t->model = current_model(session_of(t));
    if (trainer_prepare(t->model, &session_of(t)->data, session_of(t)->seed, &e)) {
        fprintf(stderr, "%s; %s\n", e.what, e.hint);
        wrong(t, "cannot be trained", 0, 0);
    }
    t->g = t->model->graph;
    t->args = mem_new(t->g->terms, sizeof *t->args);
    for (size_t i = 0; t->args && i < t->g->terms; i++)
        t->args[i] = model_term(t->model, (id)i);
    t->weight = doubles(t->model->state.weight, t->g->weight_reals);
    is_true(t, trainer_of(t->model)->objectives == t->task.heads, "how many outputs");
    for (unsigned i = 0; i < t->task.inputs; i++)
        t->input[i] = reals(t->task.input[i], SAMPLES * t->task.width[i]);
    for (unsigned i = 0; i < t->task.heads; i++)
        take_head(t, i);
}

static void trial_finish(struct trial *t)
{
    for (unsigned i = 0; i < t->task.inputs; i++)
        mem_free(t->input[i]);
    for (unsigned i = 0; i < t->task.heads; i++)
        mem_free(t->target[i]);
    mem_free(t->weight);
    mem_free(t->args);
    fake_finish(&t->f);
    random_task_finish(&t->task);
}

/* Adds the calls that one call of a layer makes, to[layer]. */
static void count_calls(const struct graph *g, id layer, size_t *to)
{
    to[layer]++;
    for (size_t i = 0; i < g->layer[layer].bodies; i++)
        count_calls(g, g->layer[layer].body[i].layer, to);
}

static size_t *counted(const struct trial *t)
{
    size_t *calls = mem_new(t->g->layers, sizeof *calls);
    assert_non_null(calls);
    for (size_t c = 0; c < t->g->calls; c++)
        if (t->g->call[c].caller == NOTHING)
            count_calls(t->g, t->g->call[c].layer, calls);
    return calls;
}

/* How often a layer is called: by its bodies, by the calls there are, and by what was typed. */
static void check_calls(const struct trial *t, const size_t *calls)
{
    size_t top = 0, leaves = 0;
    const struct scope *typed = &t->task.model.scope[0];
    for (id l = 0; l < t->g->layers; l++) {
        size_t found = 0;
        for (size_t c = 0; c < t->g->calls; c++)
            found += t->g->call[c].layer == l;
        is_true(t, found == calls[l] && calls[l] > 0, "the calls of a layer");
        leaves += t->g->layer[l].body ? 0 : found;
    }
    for (size_t c = 0; c < t->g->calls; c++)
        top += t->g->call[c].caller == NOTHING;
    is_true(t, top == typed->tensors, "the calls that were typed");
    is_true(t, leaves == typed->calls, "the calls of layers");
    for (unsigned i = 0; i < typed->tensors; i++) {
        const id c = graph_find_call(t->g, typed->tensor[i].name);
        is_true(t, c != NOTHING, "a name");
        is_true(t, shape_same(&t->g->value[t->g->call[c].output].shape, &typed->tensor[i].shape),
                "a shape");
    }
}

/* A weight's term is applied once, an activity's once to each call. */
static void check_applied(const struct trial *t, const struct plan *p, const size_t *calls)
{
    size_t due = 0;
    for (id k = 0; k < t->g->terms; k++)
        due += t->g->term[k].activity ? calls[t->g->term[k].layer] : 1;
    is_true(t, p->applieds == due, "how many rows there are");
    for (size_t i = 0; i < p->applieds; i++) {
        const struct applied *a = &p->applied[i];
        const struct term *k = &t->g->term[a->term];
        if (a->joint) {
            is_true(t, term_is_joint(k), "a row of a term of its own");
            continue;
        }
        is_true(t, k->activity == (a->call != NOTHING) && k->activity == (a->weight == NOTHING),
                "what a row is applied to");
        is_true(t, k->activity ? t->g->call[a->call].layer == k->layer : a->weight == k->weight,
                "a row of another layer");
        for (size_t j = 0; j < i; j++)
            is_true(t, a->term != p->applied[j].term || a->call != p->applied[j].call,
                    "a term is applied twice");
    }
}

/* One plan and its frame. */
struct run {
    struct plan *plan;
    struct frame *frame;
    real *grad, *weight;
};

static void run_start(struct run *x, const struct trial *t, enum mode mode, bool fuse)
{
    struct err e;
    x->plan = plan_compile(t->g, t->head, t->task.heads, mode, SAMPLES, fuse, &e);
    assert_non_null(x->plan);
    x->frame = frame_create(x->plan);
    x->grad = mem_block(t->g->weight_reals, sizeof(real));
    x->weight = reals(t->weight, t->g->weight_reals);
    assert_true(x->frame && x->grad);
    trainer_numbers(t->model, x->frame);
    frame_weights(x->frame, x->weight, x->grad);
    x->frame->seed = session_of(t)->seed;
    x->frame->step = STEP;
    for (unsigned i = 0; i < t->task.inputs; i++)
        x->frame->input[i] = t->input[i];
    for (unsigned i = 0; i < t->task.heads; i++)
        x->frame->target[i] = t->target[i];
}

static void run_finish(struct run *x)
{
    frame_destroy(x->frame);
    plan_destroy(x->plan);
    mem_free(x->grad);
    mem_free(x->weight);
}

static void run_once(struct run *x, size_t samples, double before)
{
    for (enum block b = IN_VALUE; b < BLOCKS; b++)
        for (size_t i = 0; i < x->plan->size[b]; i++)
            x->frame->block[b][i] = (real)before;
    for (size_t i = 0; i < x->plan->graph->weight_reals; i++)
        x->grad[i] = (real)before;
    for (size_t i = 0; i < x->plan->sums; i++)
        x->frame->sums[i] = before;
    frame_samples(x->frame, samples);
    frame_forward(x->frame);
    frame_backward(x->frame);
}

/* What stood in the blocks before is of no account, to the bit. */
static void check_nothing_is_left_over(const struct trial *t, struct run *x, size_t samples)
{
    const size_t n = t->g->weight_reals;
    real *first = mem_block(n, sizeof(real));
    assert_non_null(first);
    run_once(x, samples, 0);
    memcpy(first, x->grad, n * sizeof(real));
    run_once(x, samples, NAN);
    for (size_t w = 0; w < t->g->weights; w++) {
        const struct weight *k = &t->g->weight[w];
        if (graph_trains(t->g, (id)w))
            is_true(t, memcmp(first + k->at, x->grad + k->at, k->count * sizeof(real)) == 0,
                    "a gradient is read before it is written");
    }
    mem_free(first);
}

static void check_plans_agree(const struct trial *t, const struct run *plain,
                              const struct run *fused)
{
    is_true(t, plain->plan->applieds == fused->plan->applieds, "rows of the fused plan");
    for (size_t i = 0; i < plain->plan->applieds; i++)
        is_near(t, frame_row(fused->frame, i), frame_row(plain->frame, i), "a row, fused");
    is_near(t, frame_data(fused->frame), frame_data(plain->frame), "the data loss, fused");
    for (size_t w = 0; w < t->g->weights; w++) {
        const struct weight *k = &t->g->weight[w];
        for (size_t i = k->at; i < k->at + k->count && graph_trains(t->g, (id)w); i++)
            is_near(t, (double)fused->grad[i], (double)plain->grad[i], "a gradient, fused");
    }
}

static void naive_begin(struct trial *t, size_t samples, bool training, size_t first, uint64_t step)
{
    const double *input[INPUTS_MOST];
    naive_start(&t->naive, t->g, samples);
    t->naive.args = t->args;
    t->naive.training = training;
    t->naive.seed = session_of(t)->seed;
    t->naive.step = step;
    for (unsigned i = 0; i < t->task.inputs; i++)
        input[i] = t->task.input[i] + first * t->task.width[i];
    for (unsigned i = 0; i < t->task.heads; i++)
        t->naive_head[i].target = t->task.head[i].target + first * t->task.head[i].width;
    naive_forward(&t->naive, t->weight, input);
}

static double reported(const struct run *x)
{
    double total = frame_data(x->frame);
    for (size_t i = 0; i < x->plan->applieds; i++)
        total += frame_row(x->frame, i);
    return total;
}

static void check_rows(struct trial *t, const struct run *x)
{
    double data = 0;
    for (size_t i = 0; i < x->plan->applieds; i++) {
        const struct applied *a = &x->plan->applied[i];
        is_near(t, frame_row(x->frame, i), naive_term(&t->naive, a->term, a->call), "a row");
    }
    for (size_t h = 0; h < t->task.heads; h++)
        data += t->naive_head[h].weight * naive_data(&t->naive, &t->naive_head[h]);
    is_near(t, frame_data(x->frame), data, "the data loss");
    is_near(t, reported(x), naive_total(&t->naive, t->naive_head, t->task.heads), "the total");
}

/* The total that is reported at other weights, without what is in no gradient; with double these
 * are the run's own. */
static double total(void *self, const double *weight)
{
    struct run *x = self;
    for (size_t i = 0; i < x->plan->graph->weight_reals; i++)
        x->weight[i] = (real)weight[i];
    frame_forward(x->frame);
    double sum = frame_data(x->frame);
    for (size_t i = 0; i < x->plan->applieds; i++)
        sum += x->plan->applied[i].proximal ? 0 : frame_row(x->frame, i);
    return sum;
}

static void check_gradient(struct trial *t, struct run *x, struct slope *s)
{
    double *grad = doubles(x->grad, t->g->weight_reals);
    const size_t before = s->wrong;
    s->f = total;
    s->self = x;
    for (size_t w = 0; w < t->g->weights; w++) {
        const struct weight *k = &t->g->weight[w];
        if (graph_trains(t->g, (id)w))
            slope_add(s, t->weight, grad, k->at, k->at + k->count);
    }
    if (s->wrong > before)
        wrong(t, "the gradient", s->worst, 0);
    mem_free(grad);
}

static void check_plans(struct trial *t, enum mode mode, size_t samples, struct slope *s)
{
    struct run plain, fused;
    size_t *calls = counted(t);
    run_start(&plain, t, mode, false);
    run_start(&fused, t, mode, true);
    check_calls(t, calls);
    check_applied(t, plain.plan, calls);
    check_applied(t, fused.plan, calls);
    mem_free(calls);
    check_nothing_is_left_over(t, &plain, samples);
    check_nothing_is_left_over(t, &fused, samples);
    check_plans_agree(t, &plain, &fused);
    naive_begin(t, samples, mode == MODE_TRAIN, 0, STEP);
    check_rows(t, &fused);
    naive_finish(&t->naive);
    if (sizeof(real) == sizeof(double))
        check_gradient(t, &fused, s);
    run_finish(&plain);
    run_finish(&fused);
}

static struct ledger read_ledger(const struct trial *t, struct fake *f)
{
    struct ledger l;
    struct err e = {0};
    struct session *s = f->session;
    if (ledger_begin(&l, current_model(s), &s->data, s->seed, SHARE_TRAIN, false, &e))
        wrong(t, e.what, 0, 0);
    while (ledger_next(&l))
        ;
    ledger_end(&l);
    return l;
}

/* Rows of the session's ledger: the batches' means, weighted by their samples. */
static void check_ledger(struct trial *t, struct fake *f)
{
    struct ledger l = read_ledger(t, f);
    double *row = mem_new(l.rows + 1, sizeof *row), data = 0, sum = 0;
    assert_non_null(row);
    is_true(t, l.rows == t->g->terms, "rows of the ledger");
    for (size_t first = 0, n; first < SAMPLES; first += n) {
        n = SAMPLES - first < l.batch ? SAMPLES - first : l.batch;
        naive_begin(t, n, false, first, 0);
        for (size_t r = 0; r < l.rows; r++)
            row[r] += naive_row(&t->naive, l.row[r].term) * (double)n / SAMPLES;
        for (size_t h = 0; h < t->task.heads; h++)
            data += t->naive_head[h].weight * naive_data(&t->naive, &t->naive_head[h]) * (double)n /
                    SAMPLES;
        naive_finish(&t->naive);
    }
    for (size_t r = 0; r < l.rows; r++) {
        is_near(t, l.row[r].value, row[r], "a row of the ledger");
        sum += l.row[r].value;
    }
    is_near(t, l.data, data, "the ledger's data loss");
    is_true(t, fabs(l.total - (l.data + sum)) <= 1e-12 * fmax(1, fabs(l.total)),
            "total = data + rows");
    ledger_finish(&l);
    mem_free(row);
}

/* Rows of two ledgers of one text, to the bit. */
static void check_same_rows(const struct trial *t, const struct ledger *a, const struct ledger *b,
                            const char *what)
{
    is_true(t, a->rows == b->rows && a->data == b->data && a->total == b->total, what);
    for (size_t i = 0; i < a->rows; i++)
        is_true(t, a->row[i].value == b->row[i].value, what);
}

/* A figure that is a mean over the samples does not depend on how they are cut. */
static bool is_cut_free(const struct trial *t, id term)
{
    const struct term *k = &t->g->term[term];
    if (term_is_joint(k))
        return false;
    return !k->activity || (penalty_kind_of(k->args)->powers && k->reduce != REDUCE_SUM);
}

static void check_cut(struct trial *t)
{
    char text[40];
    struct ledger before = read_ledger(t, &t->f);
    const size_t batch = session_of(t)->data.batch;
    type(t, &t->f, "batch 7\n");
    struct ledger after = read_ledger(t, &t->f);
    is_true(t, after.batch == SAMPLES, "the batch size");
    is_near(t, after.data, before.data, "the data loss, cut otherwise");
    for (size_t r = 0; r < before.rows; r++)
        if (is_cut_free(t, before.row[r].term))
            is_near(t, after.row[r].value, before.row[r].value, "a row, cut otherwise");
    snprintf(text, sizeof text, "batch %zu\n", batch);
    type(t, &t->f, text);
    ledger_finish(&before);
    ledger_finish(&after);
}

/* Comes last: goto makes other models of the trial's. */
static void check_clone_and_mark(struct trial *t)
{
    struct session *s = session_of(t);
    struct ledger before = read_ledger(t, &t->f);
    type(t, &t->f, "mark here\n");
    const uint64_t marked = session_digest(s);
    type(t, &t->f, "clone other\n");
    struct ledger cloned = read_ledger(t, &t->f);
    check_same_rows(t, &before, &cloned, "a clone's rows");
    is_true(t,
            memcmp(s->model[0]->state.weight, current_model(s)->state.weight,
                   t->g->weight_reals * sizeof(real)) == 0,
            "a clone's weights");
    type(t, &t->f, "step 2\nmodel main\n");
    struct ledger main_after = read_ledger(t, &t->f);
    check_same_rows(t, &before, &main_after, "rows after the clone's steps");
    type(t, &t->f, "step 1\ngoto here\n");
    is_true(t, session_digest(s) == marked, "the session after goto");
    struct ledger back = read_ledger(t, &t->f);
    check_same_rows(t, &before, &back, "rows after goto");
    ledger_finish(&before);
    ledger_finish(&cloned);
    ledger_finish(&main_after);
    ledger_finish(&back);
}

/* The rows where the weights have moved to; what l2sp stays near has not. */
static void check_moved(struct trial *t, struct fake *f)
{
    double *first = t->weight;
    t->weight = doubles(current_model(f->session)->state.weight, t->g->weight_reals);
    check_ledger(t, f);
    mem_free(t->weight);
    t->weight = first;
}

/* The same text gives the same session, whose first step has the figures of the naive ledger. */
static void check_again(struct trial *t)
{
    struct fake f;
    fake_start_as(&f, "quiet");
    type(t, &f, t->task.model.r.text.text);
    struct ledger here = read_ledger(t, &t->f), there = read_ledger(t, &f);
    check_same_rows(t, &here, &there, "rows of the same text");
    naive_begin(t, session_of(t)->data.batch, true, 0, 0);
    const double due = naive_total(&t->naive, t->naive_head, t->task.heads);
    naive_finish(&t->naive);
    type(t, &f, "step 1\n");
    const struct figures *x = &current_model(f.session)->state.last;
    is_near(t, x->data + x->penalty, due, "the loss of a step");
    check_moved(t, &f);
    ledger_finish(&here);
    ledger_finish(&there);
    fake_finish(&f);
}

static void check_model(uint64_t number, struct slope *s)
{
    struct trial t;
    trial_start(&t, number);
    check_plans(&t, MODE_TRAIN, SAMPLES, s);
    check_plans(&t, MODE_INFER, 1 + number % SAMPLES, s);
    check_ledger(&t, &t.f);
    if (number % SESSION_EVERY == 0) {
        check_cut(&t);
        check_again(&t);
        check_clone_and_mark(&t);
    }
    trial_finish(&t);
}

static void random_models_are_sound(void **state)
{
    (void)state;
    const char *asked = getenv("NNR_RANDOM_MODELS"), *one = getenv("NNR_RANDOM_MODEL");
    /* By default float and double look at other models, 500 together. */
    const uint64_t first = one ? strtoull(one, NULL, 10) : asked ? 0 : (uint64_t)NEAR(0, 250);
    const uint64_t count = one ? 1 : asked ? strtoull(asked, NULL, 10) : 250;
    struct slope s = {0};
    for (uint64_t i = first; i < first + count; i++)
        check_model(i, &s);
    if (s.checked && !one)
        slope_check(&s, "random models");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_models_are_sound)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
