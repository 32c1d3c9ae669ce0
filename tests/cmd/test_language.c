/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person types, and what a session makes of it: names, models, settings and variables. */
#include "check.h"
#include "host.h"

#include <stdio.h>
#include <string.h>

static const char sparse_autoencoder[] = "seed 3\n"
                                         "data digits target=input\n"
                                         "input 64\n"
                                         "dense 100 sigmoid activity=l1(1e-3) as code\n"
                                         "dense 64 sigmoid\n"
                                         "loss mse\n"
                                         "optimizer adam\n"
                                         "watch loss activity every 20\n"
                                         "train 50\n"
                                         "penalties\n"
                                         "plot filters code\n"
                                         "print fraction(code.output > 0.1)\n"
                                         "expect fraction(code.output > 0.1) < 0.35\n";

static void the_sparse_autoencoder_runs_as_written(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, sparse_autoencoder);
    check_has(f.out.text, "train: 50 epochs, 2850 steps, loss "); /* 50 * ceil(1797 / 32) */
    check_has(f.out.text, "code.activity");
    check_has(f.out.text, "l1(0.001)");
    check_has(f.out.text, "holds: fraction(code.output > 0.1) < 0.35");
    fake_finish(&f);
}

/* A line through the origin: y = w x with w from 1, one sample (1, 2). Its loss is (w - 2)^2, and
 * a step of sgd moves w by -lr * 2 (w - 2). */
#define LINE                                                                                       \
    "data rows { 1 -> 2 }\ninput 1 as x\ndense 1 use_bias=no kernel_init=ones as h\nloss mse\n"    \
    "optimizer sgd lr=0.1\n"

static void one_step_moves_the_weight_as_worked_by_hand(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE);
    fake_prints(&f, "print h.kernel x.output h.output h.input\n",
                "h.kernel = [1], x.output = [1], h.output = [1], h.input = [1]\n");
    fake_prints(&f, "step 1\n",
                "step: 1 step, loss 1 = data 1 + penalty 0 (training, last batch)\n");
    check_near(fake_number(&f, "h.kernel"), 1.2, 1e-6);
    check_near(fake_number(&f, "h.kernel.grad"), -2, 1e-6);
    fake_ok(&f, "step 2\nexpect loss ~ 0.4096 within 1e-6\n"); /* w is 1.36 before it */
    check_near(fake_number(&f, "h.kernel"), 1.488, 1e-6);
    fake_prints(&f, "print step epoch\n", "step = 3, epoch = 3\n");
    /* What says by itself what is so stands in brackets; numbers alone need no signs between. */
    fake_prints(&f, "let k = 2\nprint k k + 1 k == 3 not k == 3 7\nprint 1 2\nprint \"k\" k k\n",
                "k = 2, k + 1 = 3, (k == 3) = 0, (not k == 3) = 1, 7\n1 2\nk 2 2\n");
    fake_finish(&f);
}

static void as_and_on_wire_any_layer(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    /* a is 2x, b is 3x, c calls b's weights on a: 6x. */
    fake_ok(&f, "data rows { 1 -> 0 }\ninput 1 as x\n"
                "dense 1 use_bias=no kernel_init=constant(2) as a\n"
                "dense 1 use_bias=no kernel_init=constant(3) on x as b\n"
                "b on a as c\n");
    fake_prints(&f, "print a.output b.output c.output c.input b.input\n",
                "a.output = [2], b.output = [3], c.output = [6], c.input = [2], b.input = [1]\n");
    fake_ok(&f, "flatten on c as d; activation relu on d as r; reshape 1x1 on r as s\n"
                "activity_regularization l1(1) on s as t\n");
    fake_ok(&f, "summary\n");
    check_has(f.out.text, "the weights of b");
    /* Without as, a further call is named by the layer and the first free number. */
    fake_ok(&f, "b on x\nb on a\nprint b_1.output b_2.output\n");
    assert_string_equal(f.out.text, "b_1.output = [3], b_2.output = [6]\n");
    fake_finish(&f);
}

static void names_follow_the_rules(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    /* Rule 20: the verb and the first free number. Rule 17: functions and penalties are free. */
    fake_ok(&f, "input 2\ndense 3\ndense 3 as norm\ndense 3\ndense 3 as dense_4\ndense 3\ndense 3\n"
                "dense 1 as l2\nmodel l1\n");
    fake_ok(&f, "model main\nsummary\n");
    check_has(f.out.text, "\ndense_3");
    check_has(f.out.text, "\ndense_5");
    assert_null(strstr(f.out.text, "dense_6"));
    /* Rule 18: a name is given once; the error says where. */
    fake_says(&f, "dense 1 as norm\n", OUTCOME_ERROR,
              "t:1:12: the name norm is given already, at t:3; choose another, norm_1");
    fake_says(&f, "let norm = 1\n", OUTCOME_ERROR,
              "t:1:5: the name norm is given already, at t:3; choose another, norm_1");
    fake_ok(&f, "let k = 1\nmodel l1\ninput 2\n");
    fake_says(&f, "dense 1 as k\n", OUTCOME_ERROR,
              "t:1:12: the name k is given already, at t:1; choose another, k_1");
    /* A variable is known in all models, so a layer of another one bars it too. */
    fake_says(&f, "let norm = 1\n", OUTCOME_ERROR,
              "t:1:5: the name norm is given already, at t:3; choose another, norm_1");
    /* Models and data have spaces of their own; layers of two models may be called alike. */
    fake_ok(&f, "dense 1 as norm\nmodel norm\ninput 2\nmodel k\n");
    fake_finish(&f);
}

static void a_word_of_the_language_is_no_name(void **state)
{
    (void)state;
    static const char *const words[] = {
        "loss", "accuracy", "val",   "epoch", "step",  "optimizer", "data",   "none", "all",
        "last", "input",    "dense", "train", "print", "penalties", "concat", "goto"};
    struct fake f;
    char text[80], first[160];
    fake_start(&f);
    fake_ok(&f, "input 2\n");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *const forms[] = {"dense 1 as %s\n", "let %s = 1\n", "model %s\n"};
        for (size_t k = 0; k < 3; k++) {
            snprintf(text, sizeof text, forms[k], words[i]);
            snprintf(first, sizeof first,
                     "t:1:%d: %s is a word of the language; choose another, %s_1",
                     k == 0   ? 12
                     : k == 1 ? 5
                              : 7,
                     words[i], words[i]);
            fake_says(&f, text, OUTCOME_ERROR, first);
        }
    }
    fake_finish(&f);
}

/* Rule 24: what exists keeps its weights and optimizer state; the newest tensor is the output. */
static void a_trained_model_may_grow(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE "step 1\ndense 1 use_bias=no kernel_init=constant(2) as g\n");
    check_near(fake_number(&f, "h.kernel"), 1.2, 1e-6);
    check_near(fake_number(&f, "g.output"), 2.4, 1e-6);
    /* loss (2.4 - 2)^2; the gradient of g is 2 * 0.4 * 1.2, of h 2 * 0.4 * 2. */
    fake_ok(&f, "step 1\nexpect loss ~ 0.16 within 1e-6\n");
    check_near(fake_number(&f, "g.kernel"), 2 - 0.1 * 0.96, 1e-6);
    check_near(fake_number(&f, "h.kernel"), 1.2 - 0.1 * 1.6, 1e-6);
    /* A side branch runs, counts its penalties, and is marked. */
    fake_ok(&f, "model side\ndata rows { 1 -> 2 }\ninput 1 as x\n"
                "dense 1 use_bias=no kernel_init=constant(3) activity=l1(1) as a\n"
                "dense 1 use_bias=no kernel_init=ones on x as b\n"
                "evaluate\nexpect loss.data ~ 1\nexpect loss.penalty ~ 3\nsummary\n");
    check_has(f.out.text, "reaches no output");
    fake_finish(&f);
}

/* Rule 31. */
static void set_changes_what_can_change(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE "set h.kernel = l2(0.5)\nevaluate\nexpect loss.penalty ~ 0.5\n"
                     "set h.kernel = none\nset h.activity = l1(2)+l2(3, reduce=sum)\n"
                     "evaluate\nexpect loss.penalty ~ 5\nexpect h.activity.penalty ~ 5\n"
                     "expect h.kernel.penalty == 0\n");
    fake_ok(&f, "set h.activity_regularizer = none\nevaluate\nexpect loss.penalty == 0\n");
    fake_ok(&f, "set h.trainable = no\nstep 1\nexpect mean(h.kernel) == 1\nset h.trainable = yes\n"
                "set optimizer.lr = 0.5\nstep 1\nexpect mean(h.kernel) ~ 2\n");
    fake_ok(&f, "set h.activation = relu\nprint h.output\nset h.activation = tanh\n");
    check_near(fake_number(&f, "h.output"), 0.96402758, 1e-6); /* tanh 2 */
    fake_ok(&f, "data rows { 1 -> 2; 2 -> 3; 3 -> 4 } batch=2\nset data.batch = 3\n"
                "set data.shuffle = no\nbatch 1\nloss huber\nset loss.delta = 2\n");
    fake_prints(
        &f, "print data.batch optimizer.lr data.shuffle h.trainable h.units loss.delta\n",
        "data.batch = 1, optimizer.lr = 0.5, data.shuffle = 0, h.trainable = 1, h.units = 1, "
        "loss.delta = 2\n");
    fake_finish(&f);
}

static void set_refuses_the_rest_with_the_reason(void **state)
{
    (void)state;
    static const struct {
        const char *text, *first;
    } cases[] = {
        {"set h.units = 3\n", "t:1:5: h.units cannot change later: the layer and what stands "
                              "behind it were made with it; make another layer, or another model"},
        {"set h.kernel_init = zeros\n",
         "t:1:5: h.kernel_init cannot change later: it says how the weights start, and they have; "
         "make another layer, or another model"},
        {"set h.use_bias = yes\n",
         "t:1:5: h.use_bias cannot change later: the layer and what stands behind it were made "
         "with it; make another layer, or another model"},
        {"set h.kernal = l1(1)\n", "t:1:5: h has no setting \"kernal\"; did you mean h.kernel?"},
        {"set g.kernel = l1(1)\n", "t:1:5: there is no layer \"g\"; summary lists the model"},
        {"set optimizer.momentumm = 1\n", "t:1:5: optimizer has no setting \"momentumm\"; did you "
                                          "mean optimizer.momentum?"},
        {"set optimizer.lr = -1\n", "t:1:20: lr is a number from 0 to 1000000, not -1"},
        {"set data.split = 0.1\n", "t:1:5: data.split is settled when the data is read; read it "
                                   "again: data rows split=..."},
        {"set data.batch = 0\n", "t:1:18: batch is a whole number from 1 to 1000000, not 0"},
        {"set h.bias = l1(1)\n",
         "t:1:14: h has no bias to penalise; leave bias= out, or give the layer a bias"},
        {"set h.kernel = l1(1, reduce=sum)\n",
         "t:1:22: reduce= is for activity penalties; a weight penalty is summed over the tensor: "
         "leave reduce= out"},
        {"set k = 3\n", "t:1:5: set changes a setting of something: hidden.activity, optimizer.lr; "
                        "for a variable write: let k = ..."},
        {"set h.kernel = l1(1), l2(1)\n",
         "t:1:23: set takes one value; a key that takes a list is written with its statement anew"},
    };
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const uint64_t before = session_digest(f.session);
        fake_says(&f, cases[i].text, OUTCOME_ERROR, cases[i].first);
        assert_int_equal(session_digest(f.session), before);
    }
    fake_finish(&f);
}

/* Rule 29. */
static void a_variable_holds_a_number_or_a_penalty(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "let k = 1e-1\nlet weak = l1(k)+l2(2*k)\nlet k = 7\nlet nothing = none\n");
    fake_prints(&f, "let\n", "let k = 7\nlet weak = l1(0.1) + l2(0.2)\nlet nothing = none\n");
    fake_ok(&f,
            "data rows { 1 -> 1 }\ninput 1\n"
            "dense 1 use_bias=no kernel_init=constant(2) kernel=weak+l1(k) activity=nothing as h\n"
            "evaluate\n"
            /* 0.1 * 2 + 0.2 * 4 + 7 * 2 */
            "expect loss.penalty ~ 15\n"
            /* Its value was taken when it was used. */
            "let k = 0\nevaluate\nexpect loss.penalty ~ 15\n"
            "set h.kernel = weak\nevaluate\nexpect loss.penalty ~ 1\n");
    fake_ok(&f, "let units = 2+1\ndense units as wide\nlet m = sum(wide.kernel == wide.kernel)\n"
                "expect m == 3\n");
    /* A penalty is known by its ( ): the word alone is the variable. */
    fake_ok(&f, "let l1 = l2(3)\nset h.kernel = l1\n");
    fake_prints(&f, "show h\n",
                "h: dense(1, kernel=l2(3), activity=none, use_bias=no, kernel_init=constant(2))\n"
                "  kernel 1x1: starts as constant(2)\n"
                "  penalty kernel: l2(3) = strength*sum(x^2)\n  call h on input_1: 1\n");
    fake_says(&f, "print weak\n", OUTCOME_ERROR,
              "t:1:7: weak is a penalty, and a number is due; use it in a slot: kernel=weak");
    fake_says(&f, "dense 2 kernel=2*weak\n", OUTCOME_ERROR,
              "t:1:16: kernel= takes a penalty, not 2*weak; it is one of: l1 l2 l2sp l1l2 "
              "contractive kl l0 group_lasso "
              "hoyer tv ar tar orthogonal soft_orthogonal spectral decov entropy confidence");
    fake_finish(&f);
}

static void models_come_and_the_empty_main_goes(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    assert_string_equal(session_prompt(f.session), "nnr> ");
    fake_ok(&f, "model plain\n");
    assert_string_equal(session_prompt(f.session), "nnr> ");
    fake_prints(&f, "model\n", "* plain: 0 layers, 0 numbers to train, 0 steps done\n");
    fake_ok(&f, "input 2\ndense 3 as h\nmodel spare\n");
    assert_string_equal(f.err.text, "new empty model spare; there is plain\n");
    assert_string_equal(session_prompt(f.session), "nnr:spare> ");
    fake_ok(&f, "model plain\nmodel third\n");
    assert_string_equal(f.err.text, "new empty model third; there is plain\n");
    fake_prints(&f, "model plain\nmodel\n",
                "* plain: 2 layers, 9 numbers to train, 0 steps done\n"
                "  spare: 0 layers, 0 numbers to train, 0 steps done\n"
                "  third: 0 layers, 0 numbers to train, 0 steps done\n");
    fake_ok(&f, "data xor\n");
    fake_says(&f, "train 1 on plane\n", OUTCOME_ERROR,
              "t:1:12: there is no model \"plane\"; did "
              "you mean plain?");
    /* A main that has layers stays. */
    struct fake g;
    fake_start(&g);
    fake_ok(&g, "input 2\nmodel other\nmodel main\n");
    assert_string_equal(session_prompt(g.session), "nnr:main> ");
    fake_finish(&g);
    fake_finish(&f);
}

/* Rule 54. */
static void a_setting_alone_prints_what_is_set(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_prints(&f, "data\nseed\nlet\nbatch\n", "data none\nseed 1\nbatch none\n");
    fake_ok(&f,
            "seed 7\ndata rows { 1 2 -> 3; 4 5 -> 6 } batch=2\noptimizer sgd lr=0.5\nloss mae\n");
    fake_prints(&f, "seed; batch; optimizer; loss; model\n",
                "seed 7\nbatch 2\noptimizer sgd(lr=0.5)\nloss mae\n"
                "* main: 0 layers, 0 numbers to train, 0 steps done\n");
    fake_ok(&f, "data\n");
    check_has(f.out.text, ": 2 samples (2 to train on, 0 to validate on), inputs 2, 1 target, "
                          "batch 2, shuffle yes\n");
    fake_finish(&f);
}

/* Of models that are named, in the order of their names; the current one stays the current one. */
static void ledgers_and_layers_of_other_models(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE "set h.kernel = l1(3)\nclone b\nset h.kernel = l2(5)\n");
    fake_ok(&f, "penalties of main, b\n");
    check_has(f.out.text, "penalties of main on training data");
    check_has(strstr(f.out.text, "l1(3)"), "penalties of b on training data");
    check_has(strstr(f.out.text, "penalties of b"), "l2(5)");
    fake_ok(&f, "penalties of main format=json\n");
    check_has(f.out.text, "{\"data\": 1, \"penalty\": 3, \"total\": 4, ");
    check_has(f.out.text, "\"model\": \"main\"}\n");
    fake_ok(&f, "penalties of all\n");
    check_has(strstr(f.out.text, "penalties of main"), "penalties of b");
    fake_ok(&f, "step 1\n");
    fake_prints(&f, "show h.kernel of main, b\n",
                "model main\nh.kernel: 1x1, mean 1, deviation 0\n            1\n"
                "model b\nh.kernel: 1x1, mean 0.2, deviation 0\n          0.2\n");
    fake_ok(&f, "show h of main\n");
    check_has(f.out.text, "penalty kernel: l1(3)");
    fake_ok(&f, "show of main\n");
    check_has(f.out.text, "model main\n");
    check_has(f.out.text, "0 steps, 0 epochs");
    check_has((fake_ok(&f, "model\n"), f.out.text), "* b:");
    fake_finish(&f);
}

/* The loss of the line is 1 and its slope -2; 3 times that moves the weight by 0.6. */
static void the_factor_of_the_loss_is_a_setting(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_says(&f, "set loss.weight = 2\n", OUTCOME_ERROR,
              "t:1:5: no loss is chosen yet; choose one: loss mse");
    fake_ok(&f, LINE "set loss.weight = 3\nevaluate\nexpect loss.data ~ 3\n");
    fake_prints(&f, "print loss.weight\nloss\n", "3\nloss mse weight=3\n");
    fake_ok(&f, "step 1\n");
    check_near(fake_number(&f, "h.kernel"), 1.6, 1e-6);
    fake_ok(&f, "set loss.weight = 2\nhistory\n");
    check_has(f.out.text, "loss.weight = 2\n");
    fake_ok(&f,
            "undo\nexpect loss.weight == 3\n"
            "sweep loss.weight = ? over 0.5 2 { evaluate; expect loss.data ~ 0.16*loss.weight }\n"
            "model main\nexpect loss.weight == 3\n");
    fake_says(&f, "set loss.weight = -1\n", OUTCOME_ERROR,
              "t:1:19: weight is a number from 0 to 1e+30, not -1");
    fake_ok(&f, "loss mae on h\n");
    fake_says(
        &f, "set loss.weight = 2\n", OUTCOME_ERROR,
        "t:1:5: the outputs have losses of their own; write the loss of one output anew: loss "
        "mse on NAME");
    fake_finish(&f);
}

static void whole_numbers_print_as_such(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    /* Up to 2^53 every whole number is a double. */
    fake_prints(&f, "print 2^53 -2^53 1e15 10^15+1 1e17 1/3\n",
                "9007199254740992 -9007199254740992 1000000000000000 1000000000000001 1e+17 "
                "0.333333\n");
    fake_finish(&f);
}

/* The root of a negative number is none; no other system says so, and none is at work. */
static void a_figure_that_is_no_number_is_not_bent(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 -> 1 }\ninput 1\ndense 1 kernel_init=values(-1) as h\n"
                "define penalty root(x) = sum(sqrt(x))\nset h.kernel = root(1)\n");
    fake_prints(&f, "evaluate\n",
                "evaluate: loss nan = data 4 + penalty nan (all data, 1 sample)\n");
    fake_ok(&f, "penalties\n");
    assert_null(strstr(f.out.text, "evaluate would say"));
    fake_finish(&f);
}

static void quit_ends_a_script_and_braces_wait(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    assert_int_equal(fake_run(&f, "say \"a\"\nquit\nsay \"b\"\n"), OUTCOME_QUIT);
    assert_string_equal(f.out.text, "a\n");
    fake_finish(&f);
    fake_start(&f);
    static const char part[] = "data rows {\n0 -> 1\n";
    assert_int_equal(session_run(f.session, "t", ".", part, strlen(part), 1, false),
                     OUTCOME_INCOMPLETE);
    assert_string_equal(f.err.text, "");
    assert_int_equal(fake_run(&f, part), OUTCOME_ERROR);
    /* All of a text is parsed before its first statement runs (rule 16). */
    assert_int_equal(fake_run(&f, "say \"a\"\nprint (\n"), OUTCOME_ERROR);
    assert_string_equal(f.out.text, "");
    /* And what stood before a wrong statement was done. */
    assert_int_equal(fake_run(&f, "say \"a\"\nprint nothing\nsay \"b\"\n"), OUTCOME_ERROR);
    assert_string_equal(f.out.text, "a\n");
    check_has(f.err.text, "t:2:7: ");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sparse_autoencoder_runs_as_written),
        cmocka_unit_test(one_step_moves_the_weight_as_worked_by_hand),
        cmocka_unit_test(as_and_on_wire_any_layer),
        cmocka_unit_test(names_follow_the_rules),
        cmocka_unit_test(a_word_of_the_language_is_no_name),
        cmocka_unit_test(a_trained_model_may_grow),
        cmocka_unit_test(set_changes_what_can_change),
        cmocka_unit_test(set_refuses_the_rest_with_the_reason),
        cmocka_unit_test(a_variable_holds_a_number_or_a_penalty),
        cmocka_unit_test(models_come_and_the_empty_main_goes),
        cmocka_unit_test(a_setting_alone_prints_what_is_set),
        cmocka_unit_test(ledgers_and_layers_of_other_models),
        cmocka_unit_test(the_factor_of_the_loss_is_a_setting),
        cmocka_unit_test(whole_numbers_print_as_such),
        cmocka_unit_test(a_figure_that_is_no_number_is_not_bent),
        cmocka_unit_test(quit_ends_a_script_and_braces_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
