/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steps, epochs and batches; what a failure or a report leaves as it was. */
#include "bench.h"

#include <math.h>
#include <stdio.h>

static void an_epoch_ends_with_its_short_batch(void **state)
{
    (void)state;
    struct bench b = bench_make("data random 45 shape=3 shuffle=no\ninput 3\n"
                                "dense 4 tanh activity=l1(0.1)\ndense 1\n");
    bench_prepare(&b);
    for (uint64_t epoch = 0; epoch < 3; epoch++) {
        struct figures first = bench_step(&b);
        assert_int_equal(b.model->state.position, 32);
        assert_int_equal(b.model->state.epoch, epoch);
        struct figures so_far = model_epoch(b.model);
        check_near(so_far.data, first.data, 1e-12);
        struct figures second = bench_step(&b);
        assert_int_equal(b.model->state.position, 0);
        assert_int_equal(b.model->state.epoch, epoch + 1);
        assert_int_equal(b.model->state.step, 2 * (epoch + 1));
        /* The mean over the 45 samples, not over the two batches. */
        struct figures all = model_epoch(b.model);
        check_near(all.data, (32 * first.data + 13 * second.data) / 45, 1e-12);
        check_near(all.penalty, (32 * first.penalty + 13 * second.penalty) / 45, 1e-12);
        assert_true(b.model->state.last.data == second.data);
        assert_int_equal(b.model->state.from, FROM_STEP);
    }
    bench_finish(&b);
}

/* With single samples, lr 0 and y = 0 the step's loss tells which sample it was: target squared. */
static const char telling[] =
    "data rows { 1 -> 1; 2 -> 2; 3 -> 3; 4 -> 4; 5 -> 5; 6 -> 6; 7 -> 7 } batch=1 shuffle=%s\n"
    "input 1\ndense 1 kernel_init=zeros\noptimizer sgd lr=0\n";

static void samples_of_an_epoch(struct bench *b, int to[7])
{
    for (int i = 0; i < 7; i++)
        to[i] = (int)lround(sqrt(bench_step(b).data));
}

static void each_sample_comes_once_an_epoch(void **state)
{
    (void)state;
    char text[400];
    int first[7], second[7];
    snprintf(text, sizeof text, telling, "no");
    struct bench b = bench_make(text);
    bench_prepare(&b);
    samples_of_an_epoch(&b, first);
    for (int i = 0; i < 7; i++)
        assert_int_equal(first[i], i + 1);
    bench_finish(&b);
    snprintf(text, sizeof text, telling, "yes");
    b = bench_make(text);
    bench_prepare(&b);
    samples_of_an_epoch(&b, first);
    samples_of_an_epoch(&b, second);
    assert_true(memcmp(first, second, sizeof first) != 0);
    int seen[8] = {0};
    for (int i = 0; i < 7; i++) {
        seen[first[i]]++;
        seen[second[i]]++;
    }
    for (int i = 1; i < 8; i++)
        assert_int_equal(seen[i], 2);
    bench_finish(&b);
}

/* y = b: only if both columns are dealt to their inputs, of the same shuffled sample as the target,
 * is the loss 0. */
static void columns_are_dealt_out_to_the_inputs(void **state)
{
    (void)state;
    const char *const on[] = {"a", "b"}, *const flags[] = {"yes", "no"};
    for (int k = 0; k < 4; k++) {
        char text[400];
        snprintf(text, sizeof text,
                 "data rows { 1 2 | 3 -> %d; 4 5 | 9 -> %d; 6 7 | 13 -> %d } batch=2 shuffle=%s\n"
                 "input 2 as a\ninput 1 as b\nflatten on a\nflatten on b\n"
                 "dense 1 kernel_init=ones on %s\n"
                 "optimizer sgd lr=0\n",
                 3, 9, 13, flags[k / 2], on[k % 2]);
        struct bench b = bench_make(text);
        bench_prepare(&b);
        for (int i = 0; i < 4; i++)
            check_near(bench_step(&b).data, 0, 1e-12);
        struct ledger l = bench_ledger(&b, SHARE_TRAIN, false);
        check_near(l.data, 0, 1e-12);
        ledger_finish(&l);
        bench_finish(&b);
    }
}

static void an_autoencoder_aims_at_its_input(void **state)
{
    (void)state;
    const char *const flags[] = {"yes", "no"};
    for (int k = 0; k < 2; k++) {
        char text[200];
        snprintf(text, sizeof text,
                 "data digits target=input batch=500 shuffle=%s\ninput 64\n"
                 "dense 64 kernel_init=identity\n",
                 flags[k]);
        struct bench b = bench_make(text);
        bench_prepare(&b);
        for (int i = 0; i < 4; i++)
            check_near(bench_step(&b).data, 0, 0);
        bench_finish(&b);
    }
}

static void check_refused_step(const char *text, const char *part)
{
    struct bench b = bench_make(text);
    struct figures x;
    bench_prepare(&b);
    int bad = 0;
    uint64_t before = 0;
    for (int i = 0; i < 200 && !bad; i++) {
        before = digest(&b);
        bad = trainer_step(trainer_of(b.model), &b.data, &x, &b.e);
    }
    assert_int_equal(bad, -1);
    assert_true(digest(&b) == before);
    for (size_t i = 0; i < b.model->state.reals; i++)
        assert_true(isfinite(b.model->state.weight[i]));
    assert_int_equal(b.e.kind, ERR_INPUT);
    check_has(b.e.what, part);
    char number[60];
    snprintf(number, sizeof number, "step %llu would make ",
             (unsigned long long)b.model->state.step + 1);
    assert_int_equal(strncmp(b.e.what, number, strlen(number)), 0);
    check_has(b.e.hint, "the step was not taken; lower the learning rate");
    bench_finish(&b);
}

static void a_step_that_fails_never_happened(void **state)
{
    (void)state;
    const bool wide = sizeof(real) == sizeof(double);
    /* 1e30 * 1e30 is beyond float, another 1e300 beyond double. */
    check_refused_step(wide ? "data rows { 1e30 -> 1 }\ninput 1\n"
                              "dense 1 kernel_init=constant(1e30) as h\n"
                              "dense 1 kernel_init=constant(1e300) as out\n"
                            : "data rows { 1e30 -> 1 }\ninput 1\n"
                              "dense 1 kernel_init=constant(1e30) as h\ndense 1 as out\n",
                       wide ? "out.output" : "h.output");
    /* Fine at first, then ever larger. Losses are summed in double, in nnr as well. */
    check_refused_step("data random 16 shape=4\ninput 4\ndense 8 as low\ndense 1 as out\n"
                       "optimizer sgd lr=1e6\n",
                       wide ? "the data loss" : "out.output");
    /* One linear layer: loss and gradient are finite when lr times the gradient is not. */
    check_refused_step("data rows { 1 -> 0 }\ninput 1\ndense 1 kernel_init=ones\n"
                       "optimizer sgd lr=1e6\n",
                       wide ? "the data loss" : "the weights");
    check_refused_step("data rows { 1 -> 0 }\ninput 1\ndense 1 kernel_init=ones\n"
                       "optimizer sgd lr=1000 momentum=0.9 nesterov=yes\n",
                       wide ? "the data loss" : "the weights");
    /* Adam keeps the square of the gradient: in float 1e20 is too much for it. */
    if (!wide)
        check_refused_step("data rows { 1e10 -> 1 }\ninput 1\ndense 1 kernel_init=ones\n"
                           "optimizer adam\n",
                           "the weights");
    /* An output that stays finite; its gradient 2e20 * 1e20 does not, in float; nor its square. */
    check_refused_step(wide ? "data rows { 1e200 -> 1 }\ninput 1\ndense 1 kernel_init=ones\n"
                            : "data rows { 1e20 -> 1 }\ninput 1\ndense 1 kernel_init=ones\n",
                       wide ? "the data loss" : "the gradient");
    /* A penalty that overflows. */
    check_refused_step(wide ? "data rows { 1 -> 1 }\ninput 1\n"
                              "dense 1 kernel_init=constant(1e160) kernel=l2(1) as h\n"
                              "dense 1 kernel_init=constant(1e-160)\n"
                            : "data rows { 1 -> 1 }\ninput 1\n"
                              "dense 1 kernel_init=constant(1e30) kernel=l2(1) as h\n"
                              "dense 1 kernel_init=constant(1e-30)\n",
                       "the penalty h.kernel (l2)");
}

static void the_last_gradient_outlives_a_failed_step(void **state)
{
    (void)state;
    struct bench b = bench_make("data random 4 shape=2\ninput 2\ndense 1 as h\n");
    struct figures x;
    real grad[3], weight[3];
    bench_prepare(&b);
    bench_step(&b);
    memcpy(grad, b.model->state.grad, sizeof grad);
    memcpy(weight, b.model->state.weight, sizeof weight);
    for (size_t i = 0; i < 8; i++)
        b.data.x[i] = (real)INFINITY;
    assert_int_equal(trainer_step(trainer_of(b.model), &b.data, &x, &b.e), -1);
    assert_memory_equal(grad, b.model->state.grad, sizeof grad);
    assert_memory_equal(weight, b.model->state.weight, sizeof weight);
    assert_true(b.model->state.stepped);
    bench_finish(&b);
}

static void the_gradient_is_that_of_the_last_step(void **state)
{
    (void)state;
    /* y = 2 x; mse: 2 (y - t) x = 2 (2 - 1) 1 = 2 in the kernel, 2 in the bias. A frozen layer's
     * gradient is 0. */
    struct bench b = bench_make("data rows { 1 -> 1 }\ninput 1\n"
                                "dense 1 kernel_init=ones use_bias=no trainable=no\n"
                                "dense 1 kernel_init=constant(2)\noptimizer sgd lr=0.25\n");
    bench_prepare(&b);
    bench_step(&b);
    const double first[] = {0, 2, 2}, after[] = {1, 1.5, -0.5};
    for (size_t i = 0; i < 3; i++) {
        check_near((double)b.model->state.grad[i], first[i], 0);
        check_near((double)b.model->state.weight[i], after[i], 0);
    }
    /* Then y = 1.5 - 0.5 = 1: no gradient. */
    bench_step(&b);
    for (size_t i = 0; i < 3; i++)
        check_near((double)b.model->state.grad[i], 0, 0);
    bench_finish(&b);
}

static void reports_change_nothing(void **state)
{
    (void)state;
    struct bench b = bench_make("data random 45 shape=3 split=0.2\ninput 3\n"
                                "dense 4 tanh activity=l1(0.1) kernel=l2(0.1)\ndense 1\n"
                                "optimizer adam\n");
    bench_prepare(&b);
    bench_step(&b);
    real kept[4];
    memcpy(kept, frame_value(trainer_of(b.model)->train_frame, 1), sizeof kept);
    const uint64_t before = digest(&b);
    for (int share = SHARE_EVALUATION; share <= SHARE_BATCH; share++) {
        struct ledger l = bench_ledger(&b, (enum share)share, true);
        assert_true(digest(&b) == before);
        ledger_finish(&l);
    }
    const real row[] = {R(1.0), R(2.0), R(3.0)};
    assert_int_equal(evaluator_row(b.model, &b.data, 1, row, &b.e), 0);
    assert_true(digest(&b) == before);
    /* The values of the last step are still there to be looked at. */
    assert_memory_equal(kept, frame_value(trainer_of(b.model)->train_frame, 1), sizeof kept);
    bench_finish(&b);
}

static void one_row_is_predicted(void **state)
{
    (void)state;
    /* Without targets, loss or optimizer: y = 1 * 1 + 2 * 1 + 0.5. */
    struct bench b = bench_make("data rows { 1 2; 3 4 }\ninput 2\n"
                                "dense 1 kernel_init=ones bias_init=constant(0.5) as h\n");
    const real row[] = {R(1.0), R(2.0)};
    assert_int_equal(evaluator_row(b.model, &b.data, 1, row, &b.e), 0);
    check_near((double)frame_value(trainer_of(b.model)->infer_frame, model_output(b.model))[0], 3.5,
               1e-6);
    /* A pass over all of it without heads. */
    struct evaluator p;
    size_t seen = 0;
    assert_int_equal(evaluator_begin(&p, b.model, &b.data, 1, SHARE_TRAIN, false, &b.e), 0);
    while (evaluator_next(&p)) {
        seen += p.samples;
        const real *y = frame_value(trainer_of(b.model)->infer_frame, model_output(b.model));
        check_near((double)y[p.samples - 1], seen == 2 ? 7.5 : 3.5, 1e-6);
    }
    assert_int_equal(seen, 2);
    bench_finish(&b);
}

static const char small[] = "data random 45 shape=3\ninput 3\ndense 4 tanh kernel=l1(0.01) as h\n"
                            "dense 1\noptimizer adam lr=0.01\n";

static const struct {
    const char *text, *what, *hint;
} wrong[] = {
    {"data random 9 shape=2x3\n", "the model has no input", "begin it with: input 2x3"},
    {"data random 9 shape=2x3\ninput 5 as x\ndense 1\n",
     "the data has 6 columns, and the input x takes 5: 5",
     "make the model with input 2x3, or load other data"},
    {"data random 9 shape=6\ninput 5 as x\ninput 2\ndense 1 on x\n",
     "the data has 6 columns, and the inputs together take 7",
     "make the model with input 6, or load other data"},
    {"data rows { 1 | 2 3 -> 1 }\ninput 2 as x\ninput 1 as y\ndense 1 on x\n",
     "the input x does not end where a | stands in the data",
     "each input takes as many columns as its shape holds"},
    {"data rows { 1 | 2 3 -> 1 }\ninput 1 as x\ninput 1 as y\ninput 1 as z\ndense 1 on x\n",
     "the data has 2 inputs, and the model 3", "write an input for each side of |"},
    {"data rows { 1 | 2 -> 1 }\ninput 2 as x\ndense 1\n", "the data has 2 inputs, and the model 1",
     "write an input for each side of |"},
    {"data rows { 1 2 }\ninput 2\ndense 1\n", "the data has no targets",
     "give some: rows { 0 1 -> 1 }, or target=input"},
    {"data rows { 1 2 -> 1 2 }\ninput 2\ndense 3 as y\n",
     "the output y has 3 numbers a sample (3), and the data 2 targets",
     "end in a layer of 2 units"},
    {"data blobs 9\ninput 2\ndense 4 softmax as y\n",
     "the output y has 4 numbers a sample (4), and the data 1 targets",
     "for class numbers end in dense 3 softmax"},
    {"data blobs 9\ninput 2\ndense 2 softmax as y\nloss categorical_crossentropy\n",
     "categorical_crossentropy: class 2 does not exist in an output of 2 units",
     "classes are whole numbers from 0; the last layer needs a unit for each"},
    {"data rows { 1 -> 0.5 }\ninput 1\ndense 2 softmax as y\nloss categorical_crossentropy\n",
     "categorical_crossentropy: class 0.5 does not exist in an output of 2 units",
     "classes are whole numbers from 0; the last layer needs a unit for each"},
    {"data rows { 1 -> 2 }\ninput 1\ndense 1 sigmoid as y\nloss binary_crossentropy\n",
     "binary_crossentropy takes targets from 0 to 1, and the data has 2",
     "choose another loss, for example loss mse"},
};

static void what_does_not_fit_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct bench b = bench_make(wrong[i].text);
        struct evaluator p;
        const uint64_t before = digest(&b);
        for (int probe = 0; probe < 2; probe++) {
            int bad = probe ? evaluator_begin(&p, b.model, &b.data, 1, SHARE_TRAIN, true, &b.e)
                            : trainer_prepare(b.model, &b.data, 1, &b.e);
            assert_int_equal(bad, -1);
            assert_string_equal(b.e.what, wrong[i].what);
            assert_string_equal(b.e.hint, wrong[i].hint);
            assert_true(digest(&b) == before);
        }
        bench_finish(&b);
    }
}

static void a_share_without_samples_is_refused(void **state)
{
    (void)state;
    struct bench b = bench_make(small);
    struct ledger l;
    assert_int_equal(ledger_begin(&l, b.model, &b.data, 1, SHARE_VALIDATION, true, &b.e), -1);
    assert_string_equal(b.e.what, "the data has no validation share");
    assert_string_equal(b.e.hint, "load it with split=0.2, for example");
    ledger_finish(&l);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_epoch_ends_with_its_short_batch),
        cmocka_unit_test(each_sample_comes_once_an_epoch),
        cmocka_unit_test(columns_are_dealt_out_to_the_inputs),
        cmocka_unit_test(an_autoencoder_aims_at_its_input),
        cmocka_unit_test(a_step_that_fails_never_happened),
        cmocka_unit_test(the_last_gradient_outlives_a_failed_step),
        cmocka_unit_test(the_gradient_is_that_of_the_last_step),
        cmocka_unit_test(reports_change_nothing),
        cmocka_unit_test(one_row_is_predicted),
        cmocka_unit_test(what_does_not_fit_is_said),
        cmocka_unit_test(a_share_without_samples_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
