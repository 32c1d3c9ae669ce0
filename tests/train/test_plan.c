/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plans of random graphs: fused and plain ones agree, nothing is read before it is written, rows
 * are those of the naive ledger, the gradient is that of central differences. How many graphs is
 * said by the environment variable NNR_RANDOM_GRAPHS; 300 without it. */
#include "bench.h"
#include "random_graph.h"
#include "slope.h"

#include "nn/compile.h"
#include "nn/frame.h"

#include <math.h>
#include <stdlib.h>

enum { CAPACITY = 5, HEADS_MOST = 2 };

/* A random graph with its numbers in double and in real. */
struct trial {
    struct random_graph r;
    struct arena arena;
    struct head head[HEADS_MOST];
    struct naive_head naive_head[HEADS_MOST];
    size_t heads;
    double *weight, *input[2], *target[HEADS_MOST];
    real *weight_real, *input_real[2], *target_real[HEADS_MOST];
    struct naive naive;
};

static real *reals(const double *x, size_t n)
{
    real *to = mem_block(n, sizeof *to);
    assert_non_null(to);
    for (size_t i = 0; i < n; i++)
        to[i] = (real)x[i];
    return to;
}

/* n numbers within +-limit that float holds exactly, so that both walks see the same. */
static double *numbers(struct random_graph *r, size_t n, double limit)
{
    double *x = mem_new(n, sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++)
        x[i] = (double)(float)((2 * rng_uniform(r->key, r->next++) - 1) * limit);
    return x;
}

/* Some steps are 0 throughout, of some samples all. */
static void mask_steps(struct random_graph *r, const struct shape *s, double *x)
{
    const size_t each = shape_count(s) / s->size[0];
    for (size_t i = 0; s->axes > 1 && i < CAPACITY * s->size[0]; i++)
        for (size_t k = 0, masked = chance(r, 0.4); masked && k < each; k++)
            x[i * each + k] = 0;
}

static const char *some_loss(struct random_graph *r, id value, bool *in_unit)
{
    static const char *const any[] = {"loss mse", "loss mae", "loss huber delta=0.3"};
    const struct graph *g = r->g;
    const struct args *a = graph_activation(g, g->value[g->value[value].storage].made_by);
    const enum activation f = activation_use(a).code;
    /* The share of a single column is 1, where probabilities are held away from. */
    *in_unit = chance(r, 0.7) &&
               (f == ACT_SIGMOID || (f == ACT_SOFTMAX && shape_last(&g->value[value].shape) > 1));
    if (*in_unit)
        return f == ACT_SIGMOID ? "loss binary_crossentropy" : "loss categorical_crossentropy";
    return any[pick(r, 3)];
}

static void add_head(struct trial *t, id value)
{
    struct random_graph *r = &t->r;
    struct script script;
    struct err e = {0};
    bool in_unit;
    const char *text = some_loss(r, value, &in_unit);
    assert_int_equal(build_parse(&t->arena, text, &script, &e), 0);
    const struct args *args = build_choice(&t->arena, text, &script.statement[0], &loss_kinds, &e);
    assert_non_null(args);
    const struct shape *shape = &r->g->value[value].shape;
    const size_t cols = shape_last(shape), rows = CAPACITY * shape_count(shape) / cols;
    const bool classes = loss_kind_of(args)->classes && cols > 1 && chance(r, 0.5);
    const size_t width = classes ? 1 : cols;
    double *target = numbers(r, rows * width, 1);
    for (size_t i = 0; in_unit && i < rows * width; i++)
        target[i] = classes ? floor(fabs(target[i]) * 0.999 * (double)cols) : fabs(target[i]);
    const size_t h = t->heads++;
    t->target[h] = target;
    t->target_real[h] = reals(target, rows * width);
    const double weight = h ? 0.5 + pick(r, 4) : 1;
    t->head[h] = (struct head){.value = value,
                               .kind = &loss_kind_of(args)->head,
                               .args = args,
                               .target_cols = width,
                               .weight = weight};
    t->naive_head[h] = (struct naive_head){
        .value = value, .loss = args, .weight = weight, .target = target, .target_cols = width};
}

static void trial_start(struct trial *t, uint64_t number)
{
    *t = (struct trial){0};
    struct random_graph *r = &t->r;
    random_start(r, number);
    t->weight = numbers(r, r->g->weight_reals, 1);
    for (size_t i = 0; i < r->g->weights; i++) {
        const struct weight *w = &r->g->weight[i];
        for (size_t k = w->at; w->moving && k < w->at + w->count; k++)
            t->weight[k] = fabs(t->weight[k]); /* a variance is not below 0 */
    }
    t->weight_real = reals(t->weight, r->g->weight_reals);
    for (size_t c = 0, i = 0; c < r->g->calls; c++) {
        if (r->g->call[c].inputs)
            continue;
        const size_t n = CAPACITY * shape_count(&r->g->value[r->g->call[c].output].shape);
        t->input[i] = numbers(r, n, 1);
        mask_steps(r, &r->g->value[r->g->call[c].output].shape, t->input[i]);
        t->input_real[i] = reals(t->input[i], n);
        i++;
    }
    add_head(t, (id)r->g->values - 1);
    if (chance(r, 0.3))
        add_head(t, pick(r, (unsigned)r->g->values - 1));
}

static void trial_finish(struct trial *t)
{
    for (size_t i = 0; i < 2; i++) {
        mem_free(t->input[i]);
        mem_free(t->input_real[i]);
        mem_free(t->target[i]);
        mem_free(t->target_real[i]);
    }
    mem_free(t->weight);
    mem_free(t->weight_real);
    arena_finish(&t->arena);
    random_finish(&t->r);
}

/* One plan and its frame. */
struct run {
    struct plan *plan;
    struct frame *frame;
    real *grad;
};

static void run_start(struct run *x, const struct trial *t, bool fuse)
{
    struct err e;
    x->plan = plan_compile(t->r.g, t->head, t->heads, MODE_TRAIN, CAPACITY, fuse, &e);
    assert_non_null(x->plan);
    x->frame = frame_create(x->plan);
    x->grad = mem_block(t->r.g->weight_reals, sizeof(real));
    assert_true(x->frame && x->grad);
    frame_weights(x->frame, t->weight_real, x->grad);
    for (size_t i = 0; i < x->plan->size[IN_INPUT]; i++)
        x->frame->input[i] = t->input_real[i];
    for (size_t i = 0; i < t->heads; i++)
        x->frame->target[i] = t->target_real[i];
}

static void run_finish(struct run *x)
{
    frame_destroy(x->frame);
    plan_destroy(x->plan);
    mem_free(x->grad);
}

static void fill(struct run *x, double with)
{
    for (enum block b = IN_VALUE; b < BLOCKS; b++)
        for (size_t i = 0; i < x->plan->size[b]; i++)
            x->frame->block[b][i] = (real)with;
    for (size_t i = 0; i < x->plan->graph->weight_reals; i++)
        x->grad[i] = (real)with;
    for (size_t i = 0; i < x->plan->sums; i++)
        x->frame->sums[i] = with;
}

static void run_once(struct run *x, size_t samples, double before)
{
    fill(x, before);
    frame_samples(x->frame, samples);
    frame_forward(x->frame);
    frame_backward(x->frame);
}

static void is_near(const struct trial *t, double a, double b, const char *what)
{
    const double most = NEAR(1e-10, 2e-4) * fmax(1, fabs(b));
    if (!(fabs(a - b) <= most))
        fail_msg("%s: %.17g and %.17g in\n%s", what, a, b, t->r.text.text);
}

/* Two runs of one plan: what stood in the blocks before is of no account, to the bit. */
static void check_nothing_is_left_over(const struct trial *t, struct run *x, size_t samples)
{
    const size_t bytes = t->r.g->weight_reals * sizeof(real);
    real *first = mem_block(t->r.g->weight_reals, sizeof(real));
    assert_non_null(first);
    run_once(x, samples, 0);
    memcpy(first, x->grad, bytes);
    run_once(x, samples, NAN);
    if (memcmp(first, x->grad, bytes) != 0)
        fail_msg("a gradient is read before it is written in\n%s", t->r.text.text);
    mem_free(first);
}

static void check_plans_agree(const struct trial *t, const struct run *plain,
                              const struct run *fused)
{
    assert_int_equal(plain->plan->applieds, fused->plan->applieds);
    for (size_t i = 0; i < plain->plan->applieds; i++) {
        assert_int_equal(plain->plan->applied[i].term, fused->plan->applied[i].term);
        is_near(t, frame_row(fused->frame, i), frame_row(plain->frame, i), "a row, fused");
    }
    is_near(t, frame_data(fused->frame), frame_data(plain->frame), "the data loss, fused");
    for (size_t i = 0; i < t->r.g->weight_reals; i++)
        is_near(t, (double)fused->grad[i], (double)plain->grad[i], "a gradient, fused");
}

static void check_rows(const struct trial *t, const struct run *x)
{
    size_t due = 0;
    for (size_t i = 0; i < x->plan->applieds; i++) {
        const struct applied *a = &x->plan->applied[i];
        is_near(t, frame_row(x->frame, i), naive_term(&t->naive, a->term, a->call), "a row");
    }
    for (id k = 0; k < t->r.g->terms; k++)
        for (id c = 0; c < t->r.g->calls; c++)
            due += t->r.g->call[c].layer == t->r.g->term[k].layer &&
                   (t->r.g->term[k].activity ||
                    c == graph_find_call(t->r.g, t->r.g->layer[t->r.g->term[k].layer].name));
    assert_int_equal(x->plan->applieds, due);
    double data = 0;
    for (size_t h = 0; h < t->heads; h++)
        data += t->naive_head[h].weight * naive_data(&t->naive, &t->naive_head[h]);
    is_near(t, frame_data(x->frame), data, "the data loss");
}

static double total(void *self, const double *weight)
{
    struct trial *t = self;
    naive_forward(&t->naive, weight, (const double *const *)t->input);
    return naive_total(&t->naive, t->naive_head, t->heads);
}

static void check_gradient(struct trial *t, const struct run *x, struct slope *s)
{
    double *grad = doubles(x->grad, t->r.g->weight_reals);
    const size_t wrong = s->wrong;
    s->f = total;
    s->self = t;
    for (size_t w = 0; w < t->r.g->weights; w++) {
        const struct weight *k = &t->r.g->weight[w];
        if (graph_trains(t->r.g, (id)w))
            slope_add(s, t->weight, grad, k->at, k->at + k->count);
    }
    if (s->wrong > wrong)
        fail_msg("the gradient is off by %+.3g in\n%s", s->worst, t->r.text.text);
    mem_free(grad);
}

static void check_graph(uint64_t number, struct slope *s)
{
    struct trial t;
    struct run plain, fused;
    trial_start(&t, number);
    run_start(&plain, &t, false);
    run_start(&fused, &t, true);
    const size_t samples[] = {CAPACITY, 1 + number % (CAPACITY - 1)};
    for (size_t i = 0; i < 2; i++) {
        naive_start(&t.naive, t.r.g, samples[i]);
        t.naive.training = true;
        check_nothing_is_left_over(&t, &plain, samples[i]);
        check_nothing_is_left_over(&t, &fused, samples[i]);
        check_plans_agree(&t, &plain, &fused);
        total(&t, t.weight);
        check_rows(&t, &fused);
        if (sizeof(real) == sizeof(double))
            check_gradient(&t, &fused, s);
        naive_finish(&t.naive);
    }
    run_finish(&plain);
    run_finish(&fused);
    trial_finish(&t);
}

static void random_graphs_are_sound(void **state)
{
    (void)state;
    const char *asked = getenv("NNR_RANDOM_GRAPHS");
    const unsigned long count = asked ? strtoul(asked, NULL, 10) : 300;
    struct slope s = {0};
    for (uint64_t i = 0; i < count; i++)
        check_graph(i, &s);
    if (s.checked)
        slope_check(&s, "random graphs");
}

/* The pass is there: a dense layer with penalties is a product and one pass, and backwards too. */
static void fusing_joins_what_stands_together(void **state)
{
    (void)state;
    struct graph *g = build_graph("input 4\ndense 3 tanh activity=l1(1)+l2(1)\n");
    struct err e;
    const struct head head = {.value = 1,
                              .kind =
                                  &((const struct loss_kind *)table_find(&loss_kinds, "mse"))->head,
                              .target_cols = 3,
                              .weight = 1};
    struct plan *plain = plan_compile(g, &head, 1, MODE_TRAIN, 8, false, &e);
    struct plan *fused = plan_compile(g, &head, 1, MODE_TRAIN, 8, true, &e);
    const char *const before[] = {"product", "bias", "activation", "penalty", "penalty", "loss"};
    const char *const after[] = {"product", "bias_act", "loss"};
    assert_int_equal(plain->forwards, 6);
    assert_int_equal(fused->forwards, 3);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(plain->forward[i].op->name, before[i]);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(fused->forward[i].op->name, after[i]);
    const char *const grads[] = {"loss_grad", "bias_act_grad", "product_weight_grad"};
    assert_int_equal(fused->backwards, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(fused->backward[i].op->name, grads[i]);
    plan_destroy(plain);
    plan_destroy(fused);
    graph_destroy(g);
}

static void check_memory(uint64_t number, size_t *averages)
{
    struct trial t;
    trial_start(&t, number);
    for (long n = 1, failed = 1; failed; n++) {
        struct err e = {0};
        mem_fail_at(n);
        struct plan *p = plan_compile(t.r.g, t.head, t.heads, MODE_TRAIN, CAPACITY, true, &e);
        struct frame *f = p ? frame_create(p) : NULL;
        failed = mem_failed();
        mem_fail_at(0);
        assert_int_equal(!p || !f, failed);
        if (!p)
            assert_int_equal(e.kind, ERR_MEMORY);
        *averages += f ? p->averages : 0;
        frame_destroy(f);
        plan_destroy(p);
    }
    trial_finish(&t);
}

static void memory_may_end_anywhere(void **state)
{
    (void)state;
    size_t averages = 0;
    for (uint64_t i = 3; i < 15; i++)
        check_memory(i, &averages);
    assert_true(averages > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_graphs_are_sound),
        cmocka_unit_test(fusing_joins_what_stands_together),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
