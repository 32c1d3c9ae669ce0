/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steps that are split over threads: the same figures as on one, the same bits each time. */
#include "bench.h"

#include "train/evaluator.h"
#include "train/workers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Enough work a step for more than one thread; the last batch of an epoch is too short to split. */
#define MODEL                                                                                      \
    "data random 98 shape=64 target=3 batch=48 shuffle=yes\ninput 64\n"                            \
    "dense 128 relu kernel=l2(0.01) kernel_dropout=0.2 activity=l1(0.1)+l2(0.1, reduce=sum)\n"     \
    "dropout 0.3\ngaussian_dropout 0.1\nreshape 8x16\nspatial_dropout 0.2\nflatten\n"              \
    "dense 128 tanh bias=l1(0.1) activity=l2(0.2, reduce=mean)\ngaussian_noise 0.1\n"              \
    "alpha_dropout 0.1\ndense 3\n"

static struct bench trained(const char *text, unsigned threads, int steps, struct figures *last)
{
    workers_allow(threads);
    struct bench b = bench_make(text);
    bench_prepare(&b);
    assert_int_equal(trainer_of(b.model)->workers != NULL, threads > 1);
    for (int i = 0; i < steps; i++) {
        *last = bench_step(&b);
        const struct trainer *t = trainer_of(b.model);
        assert_int_equal(metrics_batch(t->metrics, b.model, &t->last_batch, &b.e), 0);
    }
    workers_allow(1);
    return b;
}

static void is_near(double a, double b)
{
    check_near(a, b, sizeof(real) == sizeof(double) ? 1e-11 : 2e-4);
}

static void as_on_one_thread(const char *text)
{
    struct figures one, more;
    struct bench a = trained(text, 1, 7, &one);
    for (unsigned threads = 2; threads <= 4; threads++) {
        struct bench b = trained(text, threads, 7, &more);
        is_near(more.data, one.data);
        is_near(more.penalty, one.penalty);
        for (size_t i = 0; i < a.model->state.reals; i++) {
            is_near((double)b.model->state.weight[i], (double)a.model->state.weight[i]);
            is_near((double)b.model->state.grad[i], (double)a.model->state.grad[i]);
        }
        assert_int_equal(b.model->history.count, a.model->history.count);
        for (size_t s = 0; s < a.model->history.count; s++)
            is_near(b.model->history.series[s].value[6], a.model->history.series[s].value[6]);
        bench_finish(&b);
    }
    bench_finish(&a);
}

static void threads_change_no_figure(void **state)
{
    (void)state;
    as_on_one_thread(MODEL "loss mse\noptimizer adam\n");
    as_on_one_thread(MODEL "loss huber\noptimizer sgd lr=0.01 momentum=0.9 global_clipnorm=0.5\n");
    as_on_one_thread(MODEL "loss mse\noptimizer rmsprop clipnorm=0.5\n");
    as_on_one_thread(MODEL "data random 98 shape=64 target=3 batch=48 mixup=0.4 train_noise=0.1\n"
                           "loss mse\noptimizer adam\n");
}

static void the_same_threads_give_the_same_bits(void **state)
{
    (void)state;
    struct figures x, y;
    struct bench a = trained(MODEL "loss mse\noptimizer adam\n", 2, 9, &x);
    struct bench b = trained(MODEL "loss mse\noptimizer adam\n", 2, 9, &y);
    assert_memory_equal(a.model->state.weight, b.model->state.weight,
                        a.model->state.reals * sizeof(real));
    assert_memory_equal(&x, &y, sizeof x);
    bench_finish(&a);
    bench_finish(&b);
}

/* Where a figure needs the whole batch, nothing is split. */
static void what_couples_samples_stays_on_one(void **state)
{
    (void)state;
    const char *const lines[] = {"batchnorm\n", "activity_regularization kl(0.1)\n"};
    for (size_t i = 0; i < 2; i++) {
        char text[900];
        snprintf(text, sizeof text,
                 "data random 98 shape=64 target=3 batch=48\ninput 64\ndense 128 sigmoid\n%s"
                 "dense 128 tanh\ndense 3\nloss mse\noptimizer adam\n",
                 lines[i]);
        workers_allow(2);
        struct bench b = bench_make(text);
        bench_prepare(&b);
        assert_null(trainer_of(b.model)->workers);
        workers_allow(1);
        bench_finish(&b);
    }
}

static void a_step_that_fails_never_happened(void **state)
{
    (void)state;
    struct figures x;
    struct bench b = trained(MODEL "loss mse\noptimizer sgd lr=0.01\n", 2, 2, &x);
    struct model *m = b.model;
    m->state.weight[5] = (real)INFINITY;
    const uint64_t before = model_digest(m, 0);
    assert_int_equal(trainer_step(trainer_of(m), &b.data, &x, &b.e), -1);
    assert_non_null(strstr(b.e.what, "dense_1.output infinite or not a number"));
    assert_int_equal(m->state.step, 2);
    assert_true(model_digest(m, 0) == before);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_change_no_figure),
        cmocka_unit_test(the_same_threads_give_the_same_bits),
        cmocka_unit_test(what_couples_samples_stays_on_one),
        cmocka_unit_test(a_step_that_fails_never_happened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
