/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What batchnorm's moving statistics are, who moves them, and what they are used for. */
#include "bench.h"

#include <math.h>
#include <stdio.h>

static double number_of(const struct bench *b, const char *path)
{
    const struct graph *g = b->model->graph;
    for (size_t i = 0; i < g->weights; i++)
        if (strcmp(g->weight[i].path, path) == 0)
            return (double)b->model->state.weight[g->weight[i].at];
    fail_msg("no %s", path);
    return NAN;
}

static void check_moving(const struct bench *b, double mean, double variance)
{
    check_near(number_of(b, "n.moving_mean"), mean, 1e-6);
    check_near(number_of(b, "n.moving_variance"), variance, 1e-6);
}

/* 1 and 5 have mean 3 and biased variance 4; 7 alone has mean 7 and variance 0. A step keeps 0.75
 * of what was. Training divides by sqrt(4 + 0.25). */
static void moving_statistics_follow_the_batches(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 -> 0; 5 -> 0; 7 -> 0 } batch=2 shuffle=no\ninput 1\n"
                                "batchnorm momentum=0.75 epsilon=0.25 as n\noptimizer sgd lr=0\n");
    bench_prepare(&b);
    check_moving(&b, 0, 1);
    check_near(bench_step(&b).data, 4 / 4.25, 1e-6);
    check_moving(&b, 0.25 * 3, 0.75 * 1 + 0.25 * 4);
    check_near(bench_step(&b).data, 0, 0);
    check_moving(&b, 0.75 * 0.75 + 0.25 * 7, 0.75 * 1.75);
    for (size_t i = 0; i < b.model->graph->weights; i++)
        if (b.model->graph->weight[i].moving)
            check_near((double)b.model->state.grad[b.model->graph->weight[i].at], 0, 0);
    bench_finish(&b);
}

/* After one step they are 0.75 and 1.75: (1 - 0.75)^2 / 2 = 0.03125, (5 - 0.75)^2 / 2 = 9.03125. */
static void evaluation_uses_them_and_moves_nothing(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 -> 0; 5 -> 0 } batch=2\ninput 1\n"
                                "batchnorm momentum=0.75 epsilon=0.25 as n\noptimizer sgd lr=0\n");
    bench_prepare(&b);
    bench_step(&b);
    const uint64_t before = digest(&b);
    struct ledger l = bench_ledger(&b, SHARE_TRAIN, true);
    check_near(l.data, (0.03125 + 9.03125) / 2, 1e-5);
    ledger_finish(&l);
    assert_true(digest(&b) == before);
    bench_finish(&b);
}

/* Means 3 and 6, variances 4 and 16, each taken in by half: 0, 1.5, 3.75 and 1, 2.5, 9.25. The
 * other way around it would be 4.5 and 6.25. */
static void calls_count_one_by_one_in_their_order(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 -> 0; 5 -> 0 } batch=2\ninput 1 as x\n"
                                "dense 1 kernel_init=constant(2) use_bias=no trainable=no as d\n"
                                "batchnorm momentum=0.5 on x as n\nn on d as m\n"
                                "optimizer sgd lr=0\n");
    bench_prepare(&b);
    bench_step(&b);
    check_moving(&b, 3.75, 9.25);
    bench_finish(&b);
}

/* With variance 1 and epsilon 3, y = x / 2: (0.25 + 6.25) / 2. */
static void a_frozen_layer_keeps_to_them(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 -> 0; 5 -> 0 } batch=2\ninput 1\n"
                                "batchnorm epsilon=3 trainable=no as n\ndense 1 "
                                "kernel_init=ones\noptimizer sgd lr=0\n");
    bench_prepare(&b);
    check_near(bench_step(&b).data, 3.25, 1e-6);
    check_moving(&b, 0, 1);
    bench_finish(&b);
}

/* A single sample is its own mean: the output is beta, and nothing flows below. */
static void one_sample_gives_beta(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 3 4 -> 0 } batch=1\ninput 2\ndense 1 as d\n"
                                "batchnorm beta_init=constant(0.5) as n\noptimizer sgd lr=0\n");
    bench_prepare(&b);
    check_near(bench_step(&b).data, 0.25, 0);
    for (size_t i = 0; i < 3; i++)
        check_near((double)b.model->state.grad[i], 0, 0);
    /* gamma's gradient is 0, beta's 2 * 0.5. */
    check_near((double)b.model->state.grad[3], 0, 0);
    check_near((double)b.model->state.grad[4], 1, 1e-6);
    bench_finish(&b);
}

/* The square of the numbers overflows, though the output and the loss do not. */
static void a_step_that_fails_leaves_them(void **state)
{
    (void)state;
    char text[300];
    const char *const far = sizeof(real) == sizeof(double) ? "1e200" : "1e30";
    snprintf(text, sizeof text,
             "data rows { %s -> 0; -%s -> 0 } batch=2\ninput 1\nbatchnorm as n\n", far, far);
    struct bench b = bench_make(text);
    bench_prepare(&b);
    const uint64_t before = digest(&b);
    struct figures x;
    assert_int_equal(trainer_step(trainer_of(b.model), &b.data, &x, &b.e), -1);
    assert_string_equal(b.e.what, "step 1 would make n.moving_variance infinite or not a number");
    assert_true(digest(&b) == before);
    check_moving(&b, 0, 1);
    bench_finish(&b);
}

static void a_copy_goes_on_alike(void **state)
{
    (void)state;
    struct bench b = bench_make("data random 45 shape=3\ninput 3\ndense 4\nbatchnorm as n\n"
                                "dense 1\noptimizer adam lr=0.01\n");
    bench_prepare(&b);
    for (int i = 0; i < 3; i++)
        bench_step(&b);
    struct bench copy = {.model = model_copy(b.model, "main", &b.e), .data = b.data};
    assert_non_null(copy.model);
    assert_true(digest(&copy) == digest(&b));
    const double mean = number_of(&b, "n.moving_mean");
    bench_prepare(&copy);
    bench_step(&copy);
    check_near(number_of(&b, "n.moving_mean"), mean, 0);
    assert_true(number_of(&copy, "n.moving_mean") != mean);
    bench_step(&b);
    assert_true(digest(&copy) == digest(&b));
    model_destroy(copy.model);
    bench_finish(&b);
}

/* Whatever an optimizer remembers, it does not reach them. */
static void no_optimizer_moves_them(void **state)
{
    (void)state;
    struct bench b = bench_make("data random 45 shape=3\ninput 3\ndense 4\n"
                                "batchnorm momentum=1 as n\ndense 1\n"
                                "optimizer sgd lr=0.1 momentum=0.9\n");
    bench_prepare(&b);
    for (int i = 0; i < 5; i++)
        bench_step(&b);
    check_moving(&b, 0, 1);
    assert_true(number_of(&b, "n.gamma") != 1);
    bench_finish(&b);
}

/* Rows of 1 and 3 have mean 2 and variance 1, rows of 2 and 2 variance 0, whatever the batch. */
static void layernorm_looks_at_each_row_alone(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 3 -> 0 0; 2 2 -> 0 0 } batch=2\ninput 2\n"
                                "layernorm epsilon=3 beta_init=constant(1) as n\n"
                                "optimizer sgd lr=0\n");
    bench_prepare(&b);
    /* 1 -+ 1/2 and 1, 1: squares 0.25, 2.25, 1, 1. */
    check_near(bench_step(&b).data, 4.5 / 4, 1e-6);
    struct ledger l = bench_ledger(&b, SHARE_TRAIN, false);
    check_near(l.data, 4.5 / 4, 1e-6);
    ledger_finish(&l);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moving_statistics_follow_the_batches),
        cmocka_unit_test(evaluation_uses_them_and_moves_nothing),
        cmocka_unit_test(calls_count_one_by_one_in_their_order),
        cmocka_unit_test(a_frozen_layer_keeps_to_them),
        cmocka_unit_test(one_sample_gives_beta),
        cmocka_unit_test(a_step_that_fails_leaves_them),
        cmocka_unit_test(a_copy_goes_on_alike),
        cmocka_unit_test(no_optimizer_moves_them),
        cmocka_unit_test(layernorm_looks_at_each_row_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
