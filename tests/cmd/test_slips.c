/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is easily meant otherwise than it is taken: each gets one clear error or notice, and what is
 * meant gets none. */
#include "check.h"
#include "host.h"

#include "num/real.h"

#include <stdio.h>
#include <string.h>

static bool says(const struct fake *f, const char *what)
{
    return strstr(f->err.text, what) != NULL;
}

/* log(1 + x*c) is 0 at 0, and its slope there is c, beyond all numbers. */
#define STEEP                                                                                      \
    "define penalty steep(x) = sum(log(1 + x*1e308*1e200))\n"                                      \
    "data rows { 1 -> 0 }\ninput 1 as x\n"

/* The step that is refused names whose gradient it is, and the penalty that sends it, among others
 * that are fine, in blocks and wrappers too. */
static void a_refused_gradient_has_a_name(void **state)
{
    (void)state;
    static const struct {
        const char *model, *what;
    } cases[] = {
        {"dense 3 kernel=l2(1)+steep(1)+l1(1) kernel_init=zeros bias=l1(1) activity=l1(1) as h\n"
         "dense 1 kernel=l2(1)\n",
         "the gradient of h.kernel, from the penalty h.kernel (steep),"},
        {"dense 3 kernel=l2(1) bias=steep(1) as h\ndense 1\n",
         "the gradient of h.bias, from the penalty h.bias (steep),"},
        {"dense 2 trainable=no as h\ndense 1 kernel_init=zeros activity=l2(1)+steep(1) as y\n",
         "the gradient of y.kernel, from the penalty y.activity (steep),"},
        {"block t { dense 2 kernel_init=zeros activity=steep(1) as d }\nt on x as ta\nt on x as "
         "tb\n"
         "add on ta, tb\ndense 1\n",
         "the gradient of t.d.kernel, from the penalty t.d.activity (steep),"},
        {"reshape 1x1\ntimedistributed dense 2 kernel_init=zeros activity=steep(1) as td\nflatten\n"
         "dense 1\n",
         "the gradient of td.kernel, from the penalty td.activity (steep),"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        char line[400];
        fake_start(&f);
        fake_ok(&f, STEEP);
        fake_ok(&f, cases[i].model);
        fake_ok(&f, "loss mse\noptimizer sgd\npenalties\n");
        const uint64_t before = session_digest(f.session);
        snprintf(
            line, sizeof line,
            "t:1:1: step 1 would make %s infinite or not a number; the step was not taken; the "
            "formula has no finite slope for these numbers, as log(x) at 0 has none: help "
            "steep shows it",
            cases[i].what);
        fake_says(&f, "step 1\n", OUTCOME_ERROR, line);
        assert_true(session_digest(f.session) == before);
        fake_ok(&f, i == 1 ? "set h.bias = none\nstep 1\n" : "print step\n");
        fake_finish(&f);
    }
}

/* An output of 10 for 0 gives the kernel 2 * 10 times an input that is almost the largest number.
 */
static void a_gradient_of_the_data_has_a_name(void **state)
{
    (void)state;
    struct fake f;
    const bool wide = sizeof(real) == sizeof(double);
    fake_start(&f);
    fake_ok(&f, wide ? "data rows { 1e308 -> 0 }\ninput 1\n"
                       "dense 1 use_bias=no kernel_init=constant(1e-307) kernel=l2(1) as h\n"
                     : "data rows { 1e38 -> 0 }\ninput 1\n"
                       "dense 1 use_bias=no kernel_init=constant(1e-37) kernel=l2(1) as h\n");
    fake_ok(&f, "loss mse\noptimizer sgd\n");
    fake_says(
        &f, "step 1\n", OUTCOME_ERROR,
        "t:1:1: step 1 would make the gradient of h.kernel infinite or not a number; the step "
        "was not taken; lower the learning rate or the penalty's strength, or scale the data");
    fake_finish(&f);
}

/* In float 1e-50 would count as 0 where it is multiplied with a float, and as itself where with a
 * double: the sum of squares of 1e20 is infinite, and so was the row. */
static void a_strength_too_small_to_count(void **state)
{
    (void)state;
    struct fake f;
    const bool wide = sizeof(real) == sizeof(double);
    const char *const small = wide ? "1e-308" : "1e-50";
    static const struct {
        const char *before, *after;
    } kinds[] = {{"l1(", ")"},      {"l2(", ")"},      {"kl(", ")"},
                 {"l1l2(1, ", ")"}, {"l1l2(", ", 1)"}, {"own(", ")"}};
    fake_start(&f);
    fake_ok(&f, "define penalty own(x) = sum(x^2)\ndata xor\ninput 2\ndense 1 sigmoid as h\n");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char line[120];
        snprintf(line, sizeof line, "set h.activity = %s%s%s\n", kinds[i].before, small,
                 kinds[i].after);
        assert_int_equal(fake_run(&f, line), OUTCOME_ERROR);
        assert_true(says(&f, "which is too small to count: the smallest number is "));
        assert_true(says(&f, wide ? "2.22507e-308; write 0, or a larger one"
                                  : "1.17549e-38; write 0, or a larger one"));
    }
    fake_ok(&f, wide ? "set h.kernel = l1l2(0, 3e-308)\n" : "set h.kernel = l1l2(0, 2e-38)\n");
    fake_ok(&f, "for k in 0 1e-30 { set h.kernel = l2(k) }\nexpect h.kernel.penalty > 0\n");
    fake_finish(&f);
}

/* w = 1 - 0.5 for the decay, less g / (|g| + epsilon) with g 0.01: 0.01 / 2.01. */
static void epsilon_may_be_above_1(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 0.01 -> -100 }\ninput 1\n"
                "dense 1 use_bias=no kernel_init=ones as h\nloss mae\n"
                "optimizer adamw lr=1 weight_decay=0.5 epsilon=2\nstep 1\n");
    check_near(fake_number(&f, "h.kernel"), 0.5 - 0.01 / 2.01, 1e-7);
    static const char *const others[] = {"adam", "rmsprop", "adagrad"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        char line[100];
        snprintf(line, sizeof line, "optimizer %s epsilon=1e9\nlet k = sum(h.kernel)\n", others[i]);
        fake_ok(&f, line);
        fake_ok(&f, "step 1\nexpect sum(h.kernel) ~ k within 1e-4\n");
    }
    fake_finish(&f);
}

static void a_batch_without_data_or_of_other_data(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_says(&f, "batch 64\n", OUTCOME_ERROR,
              "t:1:1: there is no data yet; load some, for example data digits target=input");
    fake_ok(&f, "data xor\nbatch 3\ndata moons 20\n");
    assert_true(says(&f, "batch 3 was of the data before; it is 32 again"));
    assert_int_equal(fake_number(&f, "data.batch"), 32);
    fake_ok(&f, "set data.batch = 7\ndata moons 20\n");
    assert_true(says(&f, "batch 7 was of the data before; it is 32 again"));
    static const char *const fine[] = {"data xor batch=3\ndata moons 20\n",
                                       "batch 5\ndata moons 20 batch=9\n",
                                       "data xor\nbatch 32\ndata moons 20\n"};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        fake_ok(&f, fine[i]);
        assert_false(says(&f, "of the data before"));
    }
    fake_finish(&f);
}

#define THREE "data rows { 1 -> 0; 2 -> 1; 3 -> 2 }\ninput 1\n"

static void three_classes_on_one_sigmoid_unit(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, THREE "dense 1 sigmoid as y\noptimizer sgd\n");
    const uint64_t before = session_digest(f.session);
    static const char *const verbs[] = {"train 1\n", "step 1\n", "evaluate\n", "penalties\n"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        fake_says(&f, verbs[i], OUTCOME_ERROR,
                  "t:1:1: the targets are 3 classes, and one sigmoid unit (y) tells two; end with "
                  "dense 3 softmax; if they are no classes, name a loss: loss mse");
    assert_true(session_digest(f.session) == before);
    fake_ok(&f, "loss mse\ntrain 1\n");
    assert_true(says(&f, "targets reach 2, and y, one sigmoid unit, never says more than 1"));
    fake_ok(&f, "train 1\n");
    assert_false(says(&f, "targets reach"));
    fake_finish(&f);
    static const char *const fine[] = {
        THREE "dense 3 softmax\ntrain 1\n", THREE "dense 1\ntrain 1\n",
        "data xor\ninput 2\ndense 1 sigmoid\ntrain 1\n",
        "data rows { 1 -> 0.5; 2 -> 2 }\ninput 1\ndense 1 sigmoid\ntrain 1\n"};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        fake_start(&f);
        fake_ok(&f, fine[i]);
        assert_false(says(&f, "sigmoid unit"));
        fake_finish(&f);
    }
}

/* An example that is typed twice; and models that do have two inputs. */
static void a_second_input(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        bool told;
    } cases[] = {
        {"input 2\ndense 1\ninput 2\n", true},
        {"data xor\ninput 2\ndense 4 relu\ndense 1\ntrain 1\ndata xor\ninput 2\n", true},
        {"data xor\ninput 2 as x\ndense 1\ninput 2\n", true},
        {"data digits target=input\ninput 64\ndense 8\ndense 64\ninput 8\n", true},
        {"input 2\ninput 2\n", false},
        {"input 2 as a\ndense 4 on a\ninput 2 as b\n", false},
        {"input 2\ndense 4\ninput 3\n", false},
        {"data random 9 shape=5 target=1\ninput 2\ndense 4\ninput 3\ndense 4\nadd on dense_1, "
         "dense_2\ndense 1\ntrain 1\n",
         false},
        {"data rows { 1 2 | 3 4 -> 0 }\ninput 2\ndense 4\ninput 2\ndense 4\n", false},
        {"input 2\ndense 1\nmodel other\ninput 2\n", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, cases[i].script);
        if (says(&f, "now has another input") != cases[i].told)
            fail_msg("%s\n%s", cases[i].script, f.err.text);
        assert_true(!cases[i].told || says(&f, "main now has another input, input_"));
        fake_finish(&f);
    }
}

/* A bare accuracy is of the validation share, which is said once; and that loss, after training,
 * is of the training share. */
static void shares_side_by_side(void **state)
{
    (void)state;
#define BOTH "loss is of the training share ("
#define ALONE "accuracy is of the validation share; train.accuracy is of the other\n"
    static const struct {
        const char *line, *told; /* NULL: nothing */
    } cases[] = {
        {"train 1\nprint loss accuracy\n", BOTH},
        {"step 1\nprint loss.data + accuracy\n", BOTH},
        {"train 1\nprint loss train.accuracy\n", NULL},
        {"train 1\nprint val.loss accuracy\n", ALONE},
        {"train 1\nprint loss\nprint accuracy\n", ALONE},
        {"evaluate\nprint loss accuracy\n", ALONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, "data moons 60 split=0.5\ninput 2\ndense 1 sigmoid\nloss mse\noptimizer sgd\n");
        fake_ok(&f, cases[i].line);
        const bool told = says(&f, BOTH) || says(&f, ALONE);
        if (cases[i].told ? !says(&f, cases[i].told) : told)
            fail_msg("%s\n%s", cases[i].line, f.err.text);
        fake_ok(&f, "train 1\nprint loss accuracy\nprint loss accuracy\n");
        assert_int_equal(count_of(f.err.text, BOTH), !told);
        assert_int_equal(count_of(f.err.text, ALONE), 0);
        fake_finish(&f);
    }
}

/* What is looked at before a block with penalties is called: the model without it. */
static void a_block_waits_for_its_call(void **state)
{
    (void)state;
    static const char *const systems[] = {"none", "keras-3", "keras-2.0", "keras-2.2", "tfjs"};
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++) {
        struct fake f;
        char line[40];
        fake_start(&f);
        fake_ok(&f, "data rows { 1 2 -> 3 }\ninput 2\ndense 1 kernel_init=ones as h\nloss mse\n"
                    "block t { dense 2 kernel=l2(1) bias=l1(1) activity=l1(1) }\n");
        snprintf(line, sizeof line, "emulate %s\n", systems[i]);
        fake_ok(&f, line);
        const size_t before = f.out.size;
        fake_ok(&f, "predict 1 2\nprint h.output\n");
        assert_string_equal(f.out.text + before, "3\n[3]\n");
        fake_says(&f, "emulate none\nevaluate\n", OUTCOME_ERROR,
                  "t:5:26: the penalty t.dense_1.kernel is applied nowhere: t is never called; "
                  "call it, for example: t on x; or take the penalty out: set t.dense_1.kernel = "
                  "none");
        fake_finish(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_gradient_has_a_name),
        cmocka_unit_test(a_gradient_of_the_data_has_a_name),
        cmocka_unit_test(a_strength_too_small_to_count),
        cmocka_unit_test(epsilon_may_be_above_1),
        cmocka_unit_test(a_batch_without_data_or_of_other_data),
        cmocka_unit_test(three_classes_on_one_sigmoid_unit),
        cmocka_unit_test(a_second_input),
        cmocka_unit_test(shares_side_by_side),
        cmocka_unit_test(a_block_waits_for_its_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
