/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Steps, epochs and batches; what a failure, a report or a new part of the model leaves as it was.
 */
#include "bench.h"

#include <math.h>
#include <stdio.h>

static uint64_t digest(const struct bench *b)
{
    return model_digest(b->model, 0xCBF29CE484222325u);
}

static void an_epoch_ends_with_its_short_batch(void **state)
{
    (void)state;
    struct bench b = bench_make("data random 45 shape=3 shuffle=no\ninput 3\n"
                                "dense 4 tanh activity=l1(0.1)\ndense 1\n");
    bench_prepare(&b);
    assert_int_equal(engine_steps(&b.data), 2);
    for (uint64_t epoch = 0; epoch < 3; epoch++) {
        struct figures first = bench_step(&b);
        assert_int_equal(b.model->position, 32);
        assert_int_equal(b.model->epoch, epoch);
        struct figures so_far = engine_epoch(b.model);
        check_near(so_far.data, first.data, 1e-12);
        struct figures second = bench_step(&b);
        assert_int_equal(b.model->position, 0);
        assert_int_equal(b.model->epoch, epoch + 1);
        assert_int_equal(b.model->step, 2 * (epoch + 1));
        /* The mean over the 45 samples, not over the two batches. */
        struct figures all = engine_epoch(b.model);
        check_near(all.data, (32 * first.data + 13 * second.data) / 45, 1e-12);
        check_near(all.penalty, (32 * first.penalty + 13 * second.penalty) / 45, 1e-12);
        assert_true(b.model->last.data == second.data);
        assert_int_equal(b.model->from, FROM_STEP);
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
                 "input 2 as a\ninput 1 as b\ndense 1 kernel_init=ones on %s\n"
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
        bad = engine_step(b.model, &b.data, &x, &b.e);
    }
    assert_int_equal(bad, -1);
    assert_true(digest(&b) == before);
    assert_int_equal(b.e.kind, ERR_INPUT);
    check_has(b.e.what, part);
    char number[60];
    snprintf(number, sizeof number, "step %llu would make ", (unsigned long long)b.model->step + 1);
    assert_int_equal(strncmp(b.e.what, number, strlen(number)), 0);
    check_has(b.e.hint, "the step was not taken; lower the learning rate");
    bench_finish(&b);
}

static void a_step_that_fails_never_happened(void **state)
{
    (void)state;
    const bool wide = sizeof(real) == sizeof(double);
    /* 1e30 * 1e30 is beyond float, another 1e300 beyond double. */
    check_refused_step("data rows { 1e30 -> 1; 2e30 -> 2 }\ninput 1\n"
                       "dense 1 kernel_init=constant(1e30) as h\n"
                       "dense 1 kernel_init=constant(1e300) as out\n",
                       wide ? "out.output" : "h.output");
    /* Fine at first, then ever larger. Losses are summed in double, in nnr as well. */
    check_refused_step("data random 16 shape=4\ninput 4\ndense 8 as low\ndense 1 as out\n"
                       "optimizer sgd lr=1e6\n",
                       wide ? "the data loss" : "out.output");
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
                       "the penalty h.kernel");
}

static void the_last_gradient_outlives_a_failed_step(void **state)
{
    (void)state;
    struct bench b = bench_make("data random 4 shape=2\ninput 2\ndense 1 as h\n");
    struct figures x;
    real grad[3], weight[3];
    bench_prepare(&b);
    bench_step(&b);
    memcpy(grad, b.model->grad, sizeof grad);
    memcpy(weight, b.model->weight, sizeof weight);
    for (size_t i = 0; i < 8; i++)
        b.data.x[i] = (real)INFINITY;
    assert_int_equal(engine_step(b.model, &b.data, &x, &b.e), -1);
    assert_memory_equal(grad, b.model->grad, sizeof grad);
    assert_memory_equal(weight, b.model->weight, sizeof weight);
    assert_true(b.model->stepped);
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
        check_near((double)b.model->grad[i], first[i], 0);
        check_near((double)b.model->weight[i], after[i], 0);
    }
    /* Then y = 1.5 - 0.5 = 1: no gradient. */
    bench_step(&b);
    for (size_t i = 0; i < 3; i++)
        check_near((double)b.model->grad[i], 0, 0);
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
    memcpy(kept, frame_value(b.model->train_frame, 1), sizeof kept);
    const uint64_t before = digest(&b);
    for (int share = SHARE_EVALUATION; share <= SHARE_BATCH; share++) {
        struct ledger l = bench_ledger(&b, (enum share)share, true);
        assert_true(digest(&b) == before);
        ledger_finish(&l);
    }
    const real row[] = {R(1.0), R(2.0), R(3.0)};
    assert_int_equal(probe_row(b.model, &b.data, 1, row, &b.e), 0);
    assert_true(digest(&b) == before);
    /* The values of the last step are still there to be looked at. */
    assert_memory_equal(kept, frame_value(b.model->train_frame, 1), sizeof kept);
    bench_finish(&b);
}

static void one_row_is_predicted(void **state)
{
    (void)state;
    /* Without targets, loss or optimizer: y = 1 * 1 + 2 * 1 + 0.5. */
    struct bench b = bench_make("data rows { 1 2; 3 4 }\ninput 2\n"
                                "dense 1 kernel_init=ones bias_init=constant(0.5) as h\n");
    const real row[] = {R(1.0), R(2.0)};
    assert_int_equal(probe_row(b.model, &b.data, 1, row, &b.e), 0);
    check_near((double)frame_value(b.model->infer_frame, model_output(b.model))[0], 3.5, 1e-6);
    /* A pass over all of it without heads. */
    struct probe p;
    size_t seen = 0;
    assert_int_equal(probe_begin(&p, b.model, &b.data, 1, SHARE_TRAIN, false, &b.e), 0);
    while (probe_next(&p)) {
        seen += p.samples;
        const real *y = frame_value(b.model->infer_frame, model_output(b.model));
        check_near((double)y[p.samples - 1], seen == 2 ? 7.5 : 3.5, 1e-6);
    }
    assert_int_equal(seen, 2);
    bench_finish(&b);
}

static const char small[] = "data random 45 shape=3\ninput 3\ndense 4 tanh kernel=l1(0.01) as h\n"
                            "dense 1\noptimizer adam lr=0.01\n";

static void equal_runs_give_equal_bits(void **state)
{
    (void)state;
    uint64_t end[2];
    for (int run = 0; run < 2; run++) {
        struct bench b = bench_make(small);
        bench_prepare(&b);
        for (int i = 0; i < 9; i++) {
            bench_step(&b);
            if (run) {
                struct ledger l = bench_ledger(&b, SHARE_TRAIN, true);
                ledger_finish(&l);
            }
        }
        end[run] = digest(&b);
        bench_finish(&b);
    }
    assert_true(end[0] == end[1]);
}

/* Each step of Adam from fresh state moves a weight by lr: m' / sqrt(v') is the gradient's sign. */
static void an_optimizer_starts_afresh(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 -> 5 }\ninput 1\ndense 1 use_bias=no as h\n"
                                "optimizer adam lr=0.01\n");
    bench_prepare(&b);
    for (int i = 0; i < 5; i++)
        bench_step(&b);
    assert_int_equal(b.model->updates, 5);
    const double before = (double)b.model->weight[0];
    assert_int_equal(bench_add(&b, "optimizer adam lr=0.5\n"), 0);
    assert_int_equal(b.model->updates, 0);
    assert_int_equal(b.model->step, 5);
    assert_null(b.model->slot[0]);
    bench_prepare(&b);
    bench_step(&b);
    check_near((double)b.model->weight[0] - before, 0.5, 1e-6);
    bench_finish(&b);
}

static void a_model_that_grows_keeps_its_weights(void **state)
{
    (void)state;
    struct bench b = bench_make(small);
    bench_prepare(&b);
    for (int i = 0; i < 3; i++)
        bench_step(&b);
    real weight[21], moment[21];
    memcpy(weight, b.model->weight, sizeof weight);
    memcpy(moment, b.model->slot[0], sizeof moment);
    assert_int_equal(bench_add(&b, "dense 1 kernel_init=constant(3) as more\n"), 0);
    bench_prepare(&b);
    assert_int_equal(b.model->reals, 23);
    assert_memory_equal(weight, b.model->weight, sizeof weight);
    assert_memory_equal(moment, b.model->slot[0], sizeof moment);
    check_near((double)b.model->weight[21], 3, 0);
    check_near((double)b.model->slot[0][21], 0, 0);
    assert_int_equal(b.model->step, 3);
    bench_step(&b);
    bench_finish(&b);
}

/* Other layers and other data do not move the first weights of a layer, another seed does. */
static void first_weights_follow_from_seed_and_path(void **state)
{
    (void)state;
    struct bench a = bench_make("data random 8 shape=3\ninput 3\ndense 4 as h\ndense 1\n");
    struct bench b = bench_make("data random 9 shape=3\ninput 3 as x\ndense 7 as g\n"
                                "dense 4 on x as h\ndense 1\n");
    bench_prepare(&a);
    bench_prepare(&b);
    const struct weight *k = &b.model->graph->weight[2];
    assert_string_equal(k->path, "h.kernel");
    assert_memory_equal(a.model->weight, b.model->weight + k->at, 12 * sizeof(real));
    struct bench c = bench_make("data random 8 shape=3\ninput 3\ndense 4 as h\ndense 1\n");
    assert_int_equal(engine_prepare(c.model, &c.data, 2, &c.e), 0);
    assert_true(memcmp(a.model->weight, c.model->weight, 12 * sizeof(real)) != 0);
    bench_finish(&a);
    bench_finish(&b);
    bench_finish(&c);
}

/* The plan fits, but order and position are of other data. */
static void other_data_may_come_at_any_time(void **state)
{
    (void)state;
    struct bench b = bench_make(small);
    bench_prepare(&b);
    bench_step(&b);
    assert_int_equal(bench_add(&b, "data random 1000 shape=3\n"), 0);
    bench_prepare(&b);
    for (int i = 0; i < 40; i++)
        bench_step(&b);
    assert_int_equal(bench_add(&b, "data random 33 shape=3\n"), 0);
    bench_prepare(&b);
    for (int i = 0; i < 5; i++) {
        bench_step(&b);
        struct ledger l = bench_ledger(&b, SHARE_BATCH, false);
        assert_true(l.samples == 32 || l.samples == 1);
        ledger_finish(&l);
    }
    bench_finish(&b);
}

static void an_order_is_of_the_data_at_hand(void **state)
{
    (void)state;
    char text[400];
    int seen[8] = {0};
    struct bench b = bench_make("data random 9 shape=1 batch=1\ninput 1\n"
                                "dense 1 kernel_init=zeros\noptimizer sgd lr=0\n");
    bench_prepare(&b);
    bench_step(&b);
    /* Set back, as `goto` does, with other data of another size. */
    b.model->position = 0;
    snprintf(text, sizeof text, telling, "yes");
    *strstr(text, "input") = 0;
    assert_int_equal(bench_add(&b, text), 0);
    bench_prepare(&b);
    for (int i = 0; i < 7; i++)
        seen[lround(sqrt(bench_step(&b).data))]++;
    for (int i = 1; i < 8; i++)
        assert_int_equal(seen[i], 1);
    bench_finish(&b);
}

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
     "the | in the data do not stand where the inputs x begin or end",
     "each input takes as many columns as its shape holds"},
    {"data rows { 1 | 2 3 -> 1 }\ninput 1 as x\ninput 1 as y\ninput 1 as z\ndense 1 on x\n",
     "the | in the data do not stand where the inputs y begin or end",
     "each input takes as many columns as its shape holds"},
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
        struct probe p;
        const uint64_t before = digest(&b);
        for (int probe = 0; probe < 2; probe++) {
            int bad = probe ? probe_begin(&p, b.model, &b.data, 1, SHARE_TRAIN, true, &b.e)
                            : engine_prepare(b.model, &b.data, 1, &b.e);
            assert_int_equal(bad, -1);
            assert_string_equal(b.e.what, wrong[i].what);
            assert_string_equal(b.e.hint, wrong[i].hint);
            assert_true(digest(&b) == before);
        }
        bench_finish(&b);
    }
}

static int preparing(struct bench *b)
{
    return engine_prepare(b->model, &b->data, 1, &b->e);
}

static int stepping(struct bench *b)
{
    struct figures x;
    return engine_step(b->model, &b->data, &x, &b->e);
}

static int reporting(struct bench *b)
{
    struct ledger l;
    int bad = ledger_begin(&l, b->model, &b->data, 1, SHARE_TRAIN, true, &b->e);
    while (!bad && ledger_next(&l))
        continue;
    if (!bad)
        ledger_end(&l);
    ledger_finish(&l);
    return bad;
}

/* Each allocation fails in turn; the digest stays. Returns how many there were. */
static long walk(struct bench (*make)(void), int (*work)(struct bench *))
{
    for (long n = 1;; n++) {
        struct bench b = make();
        const uint64_t before = digest(&b);
        mem_fail_at(n);
        int bad = work(&b);
        const bool failed = mem_failed();
        mem_fail_at(0);
        assert_int_equal(bad, failed ? -1 : 0);
        if (failed) {
            assert_int_equal(b.e.kind, ERR_MEMORY);
            assert_true(digest(&b) == before);
            /* And it works the second time. */
            assert_int_equal(work(&b), 0);
        }
        bench_finish(&b);
        if (!failed)
            return n - 1;
    }
}

static struct bench fresh(void)
{
    return bench_make(small);
}

/* Trained, then given another optimizer and another layer. */
static struct bench grown(void)
{
    struct bench b = bench_make(small);
    bench_prepare(&b);
    bench_step(&b);
    assert_int_equal(bench_add(&b, "dense 1\noptimizer adam\n"), 0);
    return b;
}

static struct bench ready(void)
{
    struct bench b = bench_make(small);
    bench_prepare(&b);
    return b;
}

static void memory_may_end_anywhere(void **state)
{
    (void)state;
    assert_true(walk(fresh, preparing) > 20);
    assert_true(walk(grown, preparing) > 20);
    assert_true(walk(ready, reporting) > 3);
    /* A step allocates nothing. */
    assert_int_equal(walk(ready, stepping), 0);
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
        cmocka_unit_test(equal_runs_give_equal_bits),
        cmocka_unit_test(an_optimizer_starts_afresh),
        cmocka_unit_test(a_model_that_grows_keeps_its_weights),
        cmocka_unit_test(first_weights_follow_from_seed_and_path),
        cmocka_unit_test(other_data_may_come_at_any_time),
        cmocka_unit_test(an_order_is_of_the_data_at_hand),
        cmocka_unit_test(what_does_not_fit_is_said),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
