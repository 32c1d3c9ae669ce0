/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small cases with published figures: what the documentation of other systems says, what their
 * users worked out in reports, and what PyTorch and scikit-learn compute for the same term. */
#include "bench.h"

#include <math.h>
#include <stdio.h>

static const double within_float = 2e-6, within_double = 1e-12;

static void is(double x, double expected)
{
    check_near(x, expected, NEAR(within_double, within_float) * fmax(1, fabs(expected)));
}

/* The value of the row of that number. */
static double row_of(struct bench *b, size_t row)
{
    struct ledger l = bench_ledger(b, SHARE_EVALUATION, false);
    const double x = l.row[row].value;
    ledger_finish(&l);
    return x;
}

static double total_of(struct bench *b)
{
    struct ledger l = bench_ledger(b, SHARE_EVALUATION, false);
    const double x = l.total;
    ledger_finish(&l);
    return x;
}

/* What a row alone sends into weight number i, of one batch. */
static double slope_of_row(struct bench *b, size_t row, size_t i)
{
    struct ledger l = bench_ledger(b, SHARE_EVALUATION, true);
    row_gradients_one(l.grad, row);
    const double x = (double)trainer_of(b->model)->probe_grad[i];
    ledger_finish(&l);
    return x;
}

/* Keras's own example: Dense(5), kernel of ones with L1 0.01, activity L2 0.01, on 2 * ones(5, 5).
 * 25 * 0.01; y = 10 everywhere: 0.01 * 100 * 25 / 5. */
static void r01_the_example_of_keras(void **state)
{
    (void)state;
    struct bench b = bench_make(
        "data rows { 2 2 2 2 2 -> 10 10 10 10 10; 2 2 2 2 2 -> 10 10 10 10 10; "
        "2 2 2 2 2 -> 10 10 10 10 10; 2 2 2 2 2 -> 10 10 10 10 10; 2 2 2 2 2 -> 10 10 10 10 10 } "
        "batch=5\ninput 5\ndense 5 kernel_init=ones kernel=l1(0.01) "
        "activity=l2(0.01)+l2(0.01, reduce=sum)+l2(0.01, reduce=mean) as h\n");
    is(row_of(&b, 0), 0.25);
    is(row_of(&b, 1), 5);
    is(row_of(&b, 2), 25);
    is(row_of(&b, 3), 1);
    bench_set(&b, "h", "activity", "l2(0.01)");
    is(total_of(&b), 5.25);
    bench_set(&b, "h", "activity", "l2(0.01, reduce=sum)");
    is(total_of(&b), 25.25);
    bench_finish(&b);
}

/* keras #3771: a dense layer of ones at each of 3 steps of 4 numbers, 2 samples, L1 0.1. Each y is
 * 4: 0.1 * 4 * 12. The divisor is the number of samples, never of rows. */
static void r02_a_penalty_at_each_step(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 1 1 1 1 1 1 1 1 1 1 1 -> 0 0 0 0 0 0; "
                                "1 1 1 1 1 1 1 1 1 1 1 1 -> 0 0 0 0 0 0 } batch=2\ninput 3x4\n"
                                "dense 2 use_bias=no kernel_init=ones "
                                "activity=l1(0.1, reduce=sum)+l1(0.1)+l1(0.1, reduce=mean)\n");
    is(row_of(&b, 0), 4.8);
    is(row_of(&b, 1), 2.4);
    is(row_of(&b, 2), 0.4);
    bench_finish(&b);
}

/* keras #8807: one frozen kernel of 1 with L1 1 called on two zeros. The loss is 1, not 2. */
static void r03_a_shared_layer_is_penalised_once(void **state)
{
    (void)state;
    const char *const trainable[] = {"no", "yes"};
    for (int i = 0; i < 2; i++) {
        char text[300];
        snprintf(text, sizeof text,
                 "data rows { 0 | 0 -> 0 }\ninput 1 as a\ninput 1 as b\n"
                 "dense 1 use_bias=no kernel_init=ones kernel=l1(1) trainable=%s on a as s\n"
                 "s on b as sb\n",
                 trainable[i]);
        struct bench b = bench_make(text);
        bench_prepare(&b);
        is(total_of(&b), 1);
        struct figures x = bench_step(&b);
        is(x.data, 0);
        is(x.penalty, 1);
        bench_finish(&b);
    }
}

/* keras #9267: the penalty acts on the output 300, not on the input [1, 2]. */
static void r05_an_activity_is_the_output(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 2 -> 300 }\ninput 2\n"
                                "dense 1 kernel_init=constant(100) activity=l2(0.01)\n");
    is(row_of(&b, 0), 900);
    bench_finish(&b);
}

/* Small weights, huge sums: the kernel's penalty sees nothing of it, that of the activity before
 * the sigmoid does, behind it there is no gradient left. */
static void r06_saturation(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1000 2000 -> 1 }\ninput 2\n"
                                "dense 1 kernel_init=constant(0.1) kernel=l2(0.01) "
                                "activity=l2(0.01)\nactivation sigmoid activity=l2(0.01)\n");
    is(row_of(&b, 0), 0.0002);
    is(row_of(&b, 1), 900);
    is(row_of(&b, 2), 0.01);
    /* The bias's gradient is that of z. */
    is(slope_of_row(&b, 1, 2), 6);
    is(slope_of_row(&b, 2, 2), 0);
    bench_finish(&b);
}

/* The same at z = 5: 0.02 s^2 (1 - s) with s = 0.99330714907571527. */
static void r06b_saturation_at_5(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 20 30 -> 1 }\ninput 2\n"
                                "dense 1 kernel_init=constant(0.1) activity=l2(0.01)\n"
                                "activation sigmoid activity=l2(0.01)\n");
    is(slope_of_row(&b, 0, 2), 0.1);
    check_near(slope_of_row(&b, 1, 2), 0.0001320712443711248, NEAR(1e-15, 1e-8));
    is(row_of(&b, 1), 0.01 * 0.9933071490757153 * 0.9933071490757153);
    bench_finish(&b);
}

/* Activations [[1, -2], [3, 4]] at strength 1, by sum, batch and mean. */
static void r07_reductions(void **state)
{
    (void)state;
    struct bench b =
        bench_make("data rows { 1 -2 -> 0 0; 3 4 -> 0 0 }\ninput 2\ndense 2 kernel_init=identity "
                   "activity=l1(1, reduce=sum)+l1(1)+l1(1, reduce=mean)+l2(1, reduce=sum)+l2(1)+"
                   "l2(1, reduce=mean)\n");
    const double expected[] = {10, 5, 2.5, 30, 15, 7.5};
    for (size_t i = 0; i < 6; i++)
        is(row_of(&b, i), expected[i]);
    bench_finish(&b);
}

/* Two samples, 100 units of which 10 are 1: L1 1e-3. */
static void r08_a_sparse_code(void **state)
{
    (void)state;
    struct str text = {0};
    str_add(&text, "input 1\ndense 100 kernel_init=values(1");
    for (int i = 1; i < 100; i++)
        str_add(&text, i < 10 ? ", 1" : ", 0");
    str_add(&text, ") activity=l1(1e-3, reduce=sum)+l1(1e-3)+l1(1e-3, reduce=mean)\ndense 1\n"
                   "data rows { 1 -> 0; 1 -> 0 }\n");
    struct bench b = bench_make(text.text);
    is(row_of(&b, 0), 0.02);
    is(row_of(&b, 1), 0.01);
    is(row_of(&b, 2), 0.0001);
    bench_finish(&b);
    str_finish(&text);
}

/* w = [3, -4], strength 0.1, as Keras has it: no hidden half, no division. */
static void r14_what_a_strength_means(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 0 0 -> 0 }\ninput 2\n"
                                "dense 1 kernel_init=values(3, -4) kernel=l2(0.1)+l1(0.1)\n");
    is(row_of(&b, 0), 2.5);
    is(slope_of_row(&b, 0, 0), 0.6);
    is(slope_of_row(&b, 0, 1), -0.8);
    is(row_of(&b, 1), 0.7);
    is(slope_of_row(&b, 1, 0), 0.1);
    is(slope_of_row(&b, 1, 1), -0.1);
    /* What PyTorch, Caffe and Flux call weight decay 0.1. */
    bench_finish(&b);
    b = bench_make("data rows { 0 0 -> 0 }\ninput 2\n"
                   "dense 1 kernel_init=values(3, -4) kernel=l2(0.05)\n");
    is(row_of(&b, 0), 1.25);
    is(slope_of_row(&b, 0, 0), 0.3);
    is(slope_of_row(&b, 0, 1), -0.4);
    bench_finish(&b);
}

/* w = 1, data gradient 0.1, lr 0.1, decay 0.1 as l2(0.05): the first step. mse at 1 against 0.95
 * has gradient 2 * 0.05. */
static void r15_the_first_step_with_l2(void **state)
{
    (void)state;
    const struct {
        const char *optimizer;
        double after;
    } cases[] = {{"adam lr=0.1 epsilon=1e-8", 0.9000000049999998}, {"sgd lr=0.1", 0.98}};
    for (size_t i = 0; i < 2; i++) {
        char text[300];
        snprintf(text, sizeof text,
                 "data rows { 1 -> 0.95 }\ninput 1\n"
                 "dense 1 use_bias=no kernel_init=ones kernel=l2(0.05)\noptimizer %s\n",
                 cases[i].optimizer);
        struct bench b = bench_make(text);
        bench_prepare(&b);
        bench_step(&b);
        check_near((double)b.model->state.weight[0], cases[i].after, NEAR(1e-12, 1e-7));
        bench_finish(&b);
    }
}

/* w = 0.05, lr 0.1, L1 1, nothing else: a subgradient step jumps over 0 and back for ever. */
static void r16_l1_by_subgradient(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 0 -> 0 }\ninput 1\n"
                                "dense 1 use_bias=no kernel_init=constant(0.05) kernel=l1(1)\n"
                                "optimizer sgd lr=0.1\n");
    bench_prepare(&b);
    for (int i = 0; i < 4; i++) {
        bench_step(&b);
        check_near((double)b.model->state.weight[0], i % 2 ? 0.05 : -0.05, NEAR(1e-15, 1e-7));
    }
    bench_finish(&b);
    /* At 0 there is no pull, and no NaN. */
    b = bench_make("data rows { 0 -> 0 }\ninput 1\n"
                   "dense 1 use_bias=no kernel_init=zeros kernel=l1(1)\noptimizer sgd lr=0.1\n");
    bench_prepare(&b);
    bench_step(&b);
    assert_true(b.model->state.weight[0] == 0);
    bench_finish(&b);
}

/* Data 0.5, kernel 0.2, activity 0.1: penalties count in training and in evaluation alike. */
static void r20_penalties_count_everywhere(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 -> 0.2928932188134524 }\ninput 1\n"
                                "dense 1 kernel_init=ones kernel=l1(0.2) activity=l1(0.1)\n");
    bench_prepare(&b);
    is(total_of(&b), 0.8);
    struct figures x = bench_step(&b);
    is(x.data, 0.5);
    is(x.data + x.penalty, 0.8);
    bench_finish(&b);
}

/* Logits [2, 1, 0], class 0; and with labels smoothed by 0.1. */
static void r23c_crossentropy_at_logits(void **state)
{
    (void)state;
    const char *const net =
        "input 1\ndense 3 softmax kernel_init=values(2, 1, 0)\nloss categorical_crossentropy\n";
    const struct {
        const char *data;
        double loss;
    } cases[] = {
        {"data rows { 1 -> 0 }\n", 0.40760596444438013},
        {"data rows { 1 -> 1 0 0 }\n", 0.40760596444438013},
        {"data rows { 1 -> 0.9333333333333333 0.03333333333333333 0.03333333333333333 }\n",
         0.5076059644443801},
    };
    for (size_t i = 0; i < 3; i++) {
        char text[300];
        snprintf(text, sizeof text, "%s%s", cases[i].data, net);
        struct bench b = bench_make(text);
        is(total_of(&b), cases[i].loss);
        bench_finish(&b);
    }
}

/* Dense(2) of ones on [1, 1], frozen: kernel L1 and activity L1 count, and move nothing. */
static void r24_frozen_layers_count(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 1 -> 2 2 }\ninput 2\n"
                                "dense 2 kernel_init=ones kernel=l1(1) activity=l1(1) "
                                "trainable=no\n");
    is(row_of(&b, 0), 4);
    is(row_of(&b, 1), 4);
    bench_prepare(&b);
    bench_step(&b);
    for (size_t i = 0; i < 4; i++)
        assert_true(b.model->state.weight[i] == 1);
    bench_finish(&b);
}

/* keras #12053: a penalty set after the first step works at the next. */
static void r24b_a_late_penalty_works(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 -> 1 }\ninput 1\n"
                                "dense 1 use_bias=no kernel_init=ones as h\n"
                                "optimizer sgd lr=0.1\n");
    bench_prepare(&b);
    is(bench_step(&b).penalty, 0);
    bench_set(&b, "h", "kernel", "l1(1)");
    bench_set(&b, "h", "activity", "l1(1)");
    is(row_of(&b, 0), 1);
    is(row_of(&b, 1), 1);
    bench_prepare(&b);
    is(bench_step(&b).penalty, 2);
    /* Both pull with slope 1. */
    is((double)b.model->state.weight[0], 0.8);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(r01_the_example_of_keras),
        cmocka_unit_test(r02_a_penalty_at_each_step),
        cmocka_unit_test(r03_a_shared_layer_is_penalised_once),
        cmocka_unit_test(r05_an_activity_is_the_output),
        cmocka_unit_test(r06_saturation),
        cmocka_unit_test(r06b_saturation_at_5),
        cmocka_unit_test(r07_reductions),
        cmocka_unit_test(r08_a_sparse_code),
        cmocka_unit_test(r14_what_a_strength_means),
        cmocka_unit_test(r15_the_first_step_with_l2),
        cmocka_unit_test(r16_l1_by_subgradient),
        cmocka_unit_test(r20_penalties_count_everywhere),
        cmocka_unit_test(r23c_crossentropy_at_logits),
        cmocka_unit_test(r24_frozen_layers_count),
        cmocka_unit_test(r24b_a_late_penalty_works),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
