/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sparse codes as statements: what topk, batch_topk, jumprelu and prelu leave, which weights they
 * bring, the penalty l0, what counts active units, and revive. Values and gradients against PyTorch
 * are in test_torch_models. */
#include "check.h"
#include "host.h"

#include "cmd/session/state.h"
#include "train/model.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* predict's numbers for one sample of four through an activation. */
static void predicts(const char *activation, const char *sample, const char *due)
{
    char text[200], line[80];
    struct fake f;
    fake_start(&f);
    snprintf(text, sizeof text,
             "data random 8 shape=4 target=4\ninput 4\nactivation %s\npredict %s\n", activation,
             sample);
    snprintf(line, sizeof line, "%s\n", due);
    fake_prints(&f, text, line);
    fake_finish(&f);
}

static void activations_do_what_they_say(void **state)
{
    (void)state;
    predicts("topk(2)", "3 1 4 2", "3 0 4 0");
    predicts("topk(4)", "3 1 4 2", "3 1 4 2");
    predicts("topk(2)", "-3 -1 -4 -2", "0 -1 0 -2");
    /* Of equal numbers those that stand first stay. */
    predicts("topk(2)", "2 2 2 2", "2 2 0 0");
    predicts("topk(2)", "1 3 1 1", "1 3 0 0");
    /* Before the first step the threshold is 0. */
    predicts("batch_topk(2)", "3 -1 0 1", "3 0 0 1");
    /* What is at its threshold does not jump. */
    predicts("jumprelu(theta_init=values(0, 1, 4, 3))", "3 1 4 5", "3 0 0 5");
    predicts("prelu(alpha_init=values(0, 1, 2, 3))", "-3 1 -4 -1", "0 1 -8 -3");
    predicts("prelu", "-3 1 -4 -1", "0 1 0 0");
    predicts("step", "-3 1 0 0.001", "0 1 0 1");
    predicts("relu6", "-3 1 6 60", "0 1 6 6");
    predicts("hard_sigmoid", "-30 0 1.5 3", "0 0.5 0.75 1");
    predicts("hard_sigmoid", "-3 -1.5 2.9999 1e30", "0 0.25 0.999983 1");
    predicts("hard_sigmoid(0.2)", "-2.5 -1 1 2.5", "0 0.3 0.7 1");
    predicts("hard_sigmoid(1e-6)", "-1e30 -250000 250000 1e30", "0 0.25 0.75 1");
    predicts("softsign", "-3 0 1 4", "-0.75 0 0.5 0.8");
}

static void one_mistake_one_error(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"activation topk", "t:3:12: topk needs k; write topk(K)"},
        {"activation hard_sigmoid(0)", "t:3:25: slope is a number from 1e-06 to 1000000, not 0"},
        {"dense 3 hard_sigmoid(-0.2)", "t:3:22: slope is a number from 1e-06 to 1000000, not -0.2"},
        {"activation topk(0)", "t:3:17: k is a whole number from 1 to 1000000, not 0"},
        {"activation topk(2.5)", "t:3:17: k is a whole number"},
        {"activation topk(5)", "t:3:17: topk(5) of 4 units: so many there are not; k is 4 at most"},
        {"dense 3 batch_topk(4)", "t:3:20: batch_topk(4) of 3 units: so many there are not"},
        {"dense 3 topk(2) as h\nset h.activation = topk(4)", "t:4:25: topk(4) of 3 units"},
        {"dense 3 relu as h\nset h.activation = prelu",
         "t:4:20: h would get the weight alpha, and which weights there are is settled"},
        {"dense 3 prelu as h\nset h.activation = relu", "t:4:20: h would lose the weight alpha"},
        {"dense 3 jumprelu as h\nset h.activation = jumprelu(theta_init=ones)",
         "t:4:29: theta_init= says how the weights start, and they have"},
        {"dense 3 jumprelu(0)", "t:3:18: bandwidth is a number above 0"},
        {"dense 3 relu theta=l1(1)", "has no theta to penalise"},
        {"dense 3 jumprelu alpha=l1(1)", "has no alpha to penalise"},
        {"dense 3 kernel=l0(1)", "t:3:16: l0 counts what a layer puts out, not weights"},
        {"dense 3 activity=l0(1, -1)", "target is a number"},
        {"dense 3 activity=l0(1, bandwidth=0)", "bandwidth is a number above 0"},
        {"block b { dense 3 jumprelu theta=l1(1) as h }\nset b.h.activation = relu",
         "b.h would have no theta, on which there is a penalty"},
        {"activation relu trainable=no", "has no weights that could stay as they are"},
        {"slice 2 2", "t:3:9: slice 2 2 has no columns"},
        {"slice 3 2", "t:3:9: slice 3 2 has no columns"},
        {"slice 2 5", "t:3:9: slice goes up to column 5, and there are 4"},
        {"slice -1 2", "from is a whole number"},
        {"dense 3 as h\nprint dead(h, 9)", "t:4:15: h does not count the steps"},
        {"dense 3 count_idle=yes as h\nprint dead(h, 0)",
         "t:4:15: dead takes a whole number of steps"},
        {"dense 3 as h\nprint l0(g)", "there is no layer \"g\""},
        {"dense 3 as h\nprint l0(1)", "t:4:10: the name of a layer is due here"},
        {"dense 3 as h\nprint l0()", "l0 does not take 0 values; write l0(code) or l0(code, 0.1)"},
        {"dense 3 as h\nprint l0(h, 1, 2)", "l0 does not take 3 values"},
        {"dense 4 as h\nh\nprint l0(h.nothing)", "there is no layer"},
        {"dense 3 as h\ndense 1\nset h.activity = l1(l0(h)) every 1",
         "l0 takes a pass over the data"},
        {"define penalty p(x) = dead(x)", "dead speaks of a model, and a formula of x alone"},
        {"activation relu as h\nrevive h", "t:4:8: h has no kernel of inputs and units"},
        {"dense 3 trainable=no as h\nrevive h", "t:4:8: h is frozen"},
        {"dense 4 as h\nh\nrevive h", "t:5:8: h is called more than once"},
        {"revive h", "t:3:8: there is no layer \"h\""},
    };
    struct fake f;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[300];
        fake_start(&f);
        snprintf(text, sizeof text, "data random 8 shape=4 target=1\ninput 4\n%s\n", wrong[i].text);
        if (fake_run(&f, text) != OUTCOME_ERROR || !strstr(f.err.text, wrong[i].says))
            fail_msg("%s: %s", wrong[i].text, f.err.text);
        fake_finish(&f);
    }
    fake_start(&f);
    assert_int_equal(fake_run(&f, "data rows { 1 2 -> 3\n1 4 -> 3 }\ninput 2\ndense 1\n"
                                  "print explained\n"),
                     OUTCOME_ERROR);
    check_has(f.err.text, "the targets do not vary on the evaluation data");
    fake_finish(&f);
    fake_start(&f);
    assert_int_equal(fake_run(&f, "data blobs 90\ninput 2\ndense 3 softmax\nprint explained\n"),
                     OUTCOME_ERROR);
    check_has(f.err.text, "t:4:7: explained compares outputs with targets of the same size, and "
                          "dense_1 has 3 numbers for 1; for classes there is accuracy");
    fake_finish(&f);
}

/* Where no number is at a threshold or a tie, the slopes through what stays are those of
 * differences: shared, in blocks, under time axes, frozen. */
static void gradients_go_through_what_stays(void **state)
{
    (void)state;
    static const char *const function[] = {
        "topk(2)",  "batch_topk(2)", "jumprelu(0.1)", "prelu(alpha_init=constant(0.3))",
        "softsign", "mish",          "step"};
    struct fake f;
    for (size_t i = 0; i < sizeof function / sizeof *function; i++) {
        char text[700];
        fake_start(&f);
        snprintf(text, sizeof text,
                 "data random 12 shape=3x4 target=2 batch=8\ninput 3x4\n"
                 "block b { dense 4 %s activity=l1(0.05)+l2(0.02) as u; activation %s as v }\n"
                 "timedistributed b as one\ntimedistributed b on one as two\n"
                 "dense 4 %s trainable=no activity=l2(0.1)\nflatten\ndense 2\ncheckgrad\nstep 3\n"
                 "checkgrad\n",
                 function[i], function[i], function[i]);
        fake_ok(&f, text);
        fake_finish(&f);
    }
}

#define CODED                                                                                      \
    "data digits target=input split=0.2 batch=64\ninput 64\ndense 30 %s as code\ndense 64 "        \
    "sigmoid\n"                                                                                    \
    "optimizer adam lr=5e-3\n"

static void start_coded(struct fake *f, const char *code)
{
    char text[400];
    fake_start(f);
    snprintf(text, sizeof text, CODED, code);
    fake_ok(f, text);
}

static void k_can_be_set_and_swept(void **state)
{
    (void)state;
    struct fake f;
    start_coded(&f, "topk(7)");
    fake_ok(&f, "step 2\n");
    check_near(fake_number(&f, "l0(code)"), 7, 0);
    check_near(fake_number(&f, "l0(code, 1e9)"), 0, 0);
    fake_ok(&f, "set code.activation = topk(3)\nstep 2\n");
    check_near(fake_number(&f, "l0(code)"), 3, 0);
    fake_ok(&f, "undo\nundo\n");
    check_near(fake_number(&f, "l0(code)"), 7, 0);
    /* A number and a penalty of one name. */
    fake_ok(&f, "let k = 2\nlet active = l0(code) + 1\nexpect active == 8\nlet count = l0(k)\n"
                "set code.activity = count\nexpect code.activity.strength == 2\nundo\n");
    fake_ok(&f, "sweep code.activation = topk(?) over 2 5 jobs=2 { step 3; measure active = "
                "l0(code) }\nresults active format=csv\n");
    check_has(f.out.text, "main_1,2,2\nmain_2,5,5\n");
    fake_finish(&f);
}

/* Over the steps as the batches were: two units that must be silent, and what is kept of them. */
static void idle_units_are_counted(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 1 -> 0\n1 1 -> 0 } batch=1 shuffle=no\ninput 2\n"
                "dense 3 relu count_idle=yes kernel_init=zeros bias_init=values(1, 0, -1) as h\n"
                "dense 1 kernel_init=zeros\noptimizer sgd lr=0\nstep 5\n");
    check_near(fake_number(&f, "dead(h)"), 2, 0);
    check_near(fake_number(&f, "dead(h, 5)"), 2, 0);
    check_near(fake_number(&f, "dead(h, 6)"), 0, 0);
    check_near(fake_number(&f, "sum(h.idle)"), 10, 0);
    check_near(fake_number(&f, "max(h.idle)"), 5, 0);
    fake_ok(&f, "mark m\nclone again\nstep 2\n");
    check_near(fake_number(&f, "sum(h.idle)"), 14, 0);
    fake_ok(&f, "undo\n");
    check_near(fake_number(&f, "sum(h.idle)"), 10, 0);
    fake_ok(&f, "step 1\ngoto m\n");
    check_near(fake_number(&f, "sum(h.idle)"), 10, 0);
    /* A second call of the layer: what speaks in one of them is not idle. */
    fake_ok(
        &f,
        "model two\ninput 1 as a\ninput 1 as b\n"
        "dense 2 relu count_idle=yes use_bias=no kernel_init=values(1, -1) as h on a\nh on b as g\n"
        "add on h, g\ndense 1\n"
        "data rows { 1 | -1 -> 0\n1 | 1 -> 0\n1 | 1 -> 0 } batch=1 shuffle=no\n"
        "optimizer sgd lr=0\nstep 1\n");
    check_near(fake_number(&f, "sum(h.idle)"), 0, 0);
    fake_ok(&f, "step 2\n");
    check_near(fake_number(&f, "sum(h.idle)"), 2, 0);
    fake_finish(&f);
}

/* A row of l0 and of l0 with a target, by hand: 3 of 4 outputs, and 1 of 4, are not 0. */
static void l0_counts(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 2 3 0 -> 0\n-1 0 0.5 -1 -> 0 } batch=2\ninput 4\n"
                "activation relu activity=l0(0.5) as a\n"
                "activation linear activity=l0(2, target=4) as b\ndense 1\n");
    check_near(fake_number(&f, "a.activity.penalty"), 0.5 * 2, 1e-6);
    check_near(fake_number(&f, "b.activity.penalty"), 2 * 0.25, 1e-6);
    check_near(fake_number(&f, "l0(a)"), 2, 0);
    fake_ok(&f, "penalties\n");
    check_has(f.out.text, "no slope");
    assert_null(strstr(f.out.text, "constant"));
    /* A target is set and swept as any number; the strength too follows a rule. */
    fake_ok(&f, "set b.activity = l0(2, target=1)\n");
    check_near(fake_number(&f, "b.activity.penalty"), 2 * 1, 1e-6);
    fake_ok(&f, "set b.activity = l0(0.1*(step + 1), target=1) every 1\nstep 2\n");
    check_near(fake_number(&f, "b.activity.strength"), 0.2, 1e-6);
    fake_ok(&f, "undo\nundo\nundo\n");
    check_near(fake_number(&f, "b.activity.penalty"), 2 * 0.25, 1e-6);
    fake_finish(&f);
}

/* Three of four numbers are within half the bandwidth of their threshold: d = -s/bandwidth a
 * sample. */
static void l0_moves_thresholds_alone(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 2 3 4 -> 0 }\ninput 4\n"
                "activation jumprelu(0.1, theta_init=values(0.9, 2.1, 3, 5)) as a\n"
                "activity_regularization l0(0.5, bandwidth=0.4) as r\n"
                "dense 1 kernel_init=zeros as o\nloss mse\noptimizer sgd lr=1\nstep 1\n");
    check_near(fake_number(&f, "sum(abs(a.theta.grad))"), 3 * 0.5 / 0.4, 1e-6);
    check_near(fake_number(&f, "sum(a.theta.grad)"), -3 * 0.5 / 0.4, 1e-6);
    check_near(fake_number(&f, "sum(abs(o.kernel.grad))"), 0, 0);
    fake_ok(&f, "penalties\n");
    assert_null(strstr(f.out.text, "no slope"));
    /* Frozen, nothing is left to move. */
    fake_ok(&f, "set a.trainable = no\nstep 1\npenalties\n");
    check_has(f.out.text, "no slope");
    fake_finish(&f);
}

static void checkgrad_leaves_the_thresholds_out(void **state)
{
    (void)state;
    struct fake f;
    start_coded(&f, "jumprelu(0.1) theta=l2(1e-2) activity=l0(0.1, target=5)+l2(1e-3)");
    fake_ok(&f, "checkgrad\n");
    check_has(f.out.text,
              "left out: code.theta, whose slope is straight-through and no derivative\n"
              "left out: code.activity l0(0.1, 5), whose slope is straight-through and no "
              "derivative\n");
    fake_finish(&f);
    fake_start(&f);
    fake_ok(&f, "data random 8 shape=4 target=4\ninput 4\nactivation jumprelu as a\n");
    assert_int_equal(fake_run(&f, "checkgrad\n"), OUTCOME_ERROR);
    check_has(f.err.text, "all that trains in the model main is a.theta");
    fake_finish(&f);
}

/* Without momentum the threshold is the smallest number that stayed in the last batch. */
static void a_threshold_follows_the_batches(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 5 1 -> 0\n4 3 -> 0\n9 8 -> 0\n2 7 -> 0 } batch=2 shuffle=no\ninput 2\n"
                "activation batch_topk(1, momentum=0.75) as a\ndense 1\noptimizer sgd lr=0\n"
                "step 1\n");
    check_near(fake_number(&f, "sum(a.threshold)"), 4, 1e-5);
    fake_ok(&f, "step 1\n");
    check_near(fake_number(&f, "sum(a.threshold)"), 0.75 * 4 + 0.25 * 8, 1e-5);
    /* Above 5: 5, 9, 8 and 7 of the four samples. */
    check_near(fake_number(&f, "l0(a)"), 1, 0);
    fake_ok(&f, "set a.trainable = no\nstep 1\n");
    check_near(fake_number(&f, "sum(a.threshold)"), 5, 1e-5);
    fake_ok(&f, "clone c\n");
    check_near(fake_number(&f, "l0(a)"), 1, 0);
    fake_finish(&f);
}

static void revive_starts_dead_units_anew(void **state)
{
    (void)state;
    struct fake f;
    start_coded(&f, "relu count_idle=yes bias_init=constant(-0.5)");
    fake_ok(&f, "train 2\n");
    const double dead = fake_number(&f, "dead(code)");
    const double sum = fake_number(&f, "sum(code.kernel)"),
                 bias = fake_number(&f, "sum(code.bias)");
    assert_true(dead > 3 && dead < 30);
    fake_ok(&f, "revive code\n");
    check_has(f.out.text, " of 30 units were 0 on the whole validation data and start anew: ");
    check_near(fake_number(&f, "dead(code)"), 0, 0);
    check_near(fake_number(&f, "count(code.bias == 0)"), dead, 0);
    assert_true(fake_number(&f, "count(code.idle == 0)") >= dead);
    /* Their norms are a fifth of the others' mean. */
    fake_ok(&f, "let fresh = sum(where(code.bias == 0, norm(code.kernel, axis=0), 0))/30\n"
                "let living = sum(where(code.bias == 0, 0, norm(code.kernel, axis=0)))\n");
    const double fresh = fake_number(&f, "fresh") * 30 / dead;
    check_near(fresh, 0.2 * fake_number(&f, "living") / (30 - dead), 1e-4);
    const double anew = fake_number(&f, "sum(code.kernel)");
    fake_ok(&f, "undo\nundo\nundo\n");
    check_near(fake_number(&f, "sum(code.kernel)"), sum, 0);
    check_near(fake_number(&f, "sum(code.bias)"), bias, 0);
    fake_ok(&f, "revive code\n");
    check_near(fake_number(&f, "sum(code.kernel)"), anew, 0);
    fake_ok(&f, "revive code\n");
    check_has(f.out.text, "0 of 30 units were 0 on the whole validation data\n");
    fake_finish(&f);
    fake_start_as(&f, "json");
    fake_ok(&f, "data random 8 shape=2 target=1\ninput 2\n"
                "dense 2 relu kernel_init=zeros bias_init=constant(-1) as h\ndense 1\nloss mse\n");
    fake_ok(&f, "revive h\n");
    check_has(f.out.text, "\"layer\": \"h\", \"units\": 2, \"revived\": 2, \"share\": "
                          "\"training\", \"which\": [0, 1]");
    fake_finish(&f);
}

/* By hand: residuals 1, 0, 0 and a variance of 2. */
static void explained_is_one_minus_what_is_left(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 0 -> 1\n2 -> 2\n3 -> 3 } batch=2\ninput 1\n"
                "dense 1 kernel_init=ones\n");
    check_near(fake_number(&f, "explained"), 0.5, 1e-6);
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activations_do_what_they_say),
        cmocka_unit_test(one_mistake_one_error),
        cmocka_unit_test(gradients_go_through_what_stays),
        cmocka_unit_test(k_can_be_set_and_swept),
        cmocka_unit_test(idle_units_are_counted),
        cmocka_unit_test(l0_counts),
        cmocka_unit_test(l0_moves_thresholds_alone),
        cmocka_unit_test(checkgrad_leaves_the_thresholds_out),
        cmocka_unit_test(a_threshold_follows_the_batches),
        cmocka_unit_test(revive_starts_dead_units_anew),
        cmocka_unit_test(explained_is_one_minus_what_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
