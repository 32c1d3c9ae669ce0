/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people write about recurrent layers: worked numbers, both directions, what other systems do
 * with them, and what cannot be. Their numbers against PyTorch are in test_torch_models. */
#include "check.h"
#include "host.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static double squash(double z)
{
    return 1 / (1 + exp(-z));
}

/* One unit, inputs 1 and -2, no recurrent weights. With unit_forget_bias the forget gate is that of
 * 1: the first state goes on times sigmoid(1). */
static void an_lstm_by_worked_numbers(void **state)
{
    (void)state;
    struct fake f;
    const double first = squash(0.5) * tanh(0.25), forgets = squash(1);
    const double second = forgets * first + squash(-1.0) * tanh(-0.5);
    fake_start(&f);
    fake_ok(&f, "data rows { 1 -2 -> 0 }\ninput 2 as x\nreshape 2x1\n"
                "lstm 1 kernel_init=values(0.5, 0, 0.25, 0) recurrent_init=zeros as a\n"
                "loss mse\nexpect sum(a.bias) == 1\n");
    check_near(fake_number(&f, "a.output"), 0.5 * tanh(second), 1e-6);
    fake_ok(&f, "model other\ninput 2 as x\nreshape 2x1\n"
                "lstm 1 unit_forget_bias=no kernel_init=values(0.5, 0, 0.25, 0) "
                "recurrent_init=zeros as a\nloss mse\nexpect sum(a.bias) == 0\n");
    check_near(fake_number(&f, "a.output"), 0.5 * tanh(0.5 * first + squash(-1.0) * tanh(-0.5)),
               1e-6);
    fake_finish(&f);
}

/* z = 1/2 at both steps; r = sigmoid(x). The first output is tanh(0.5) / 2; at the second step the
 * reset stands before the product, or behind it with the bias inside. */
static void a_gru_by_worked_numbers(void **state)
{
    (void)state;
    struct fake f;
    const double first = tanh(0.5) / 2, r = squash(2);
    fake_start(&f);
    fake_ok(&f, "data rows { 1 2 -> 0 }\ninput 2 as x\nreshape 2x1\n"
                "gru 1 reset_after=no kernel_init=values(0, 1, 0.5) recurrent_init=values(0, 0, 3) "
                "as a\nloss mse\n");
    check_near(fake_number(&f, "a.output"), first / 2 + tanh(1 + r * first * 3) / 2, 1e-6);
    fake_ok(&f, "model other\ninput 2 as x\nreshape 2x1\n"
                "gru 1 kernel_init=values(0, 1, 0.5) recurrent_init=values(0, 0, 3) "
                "bias_init=values(0, 0, 0, 0, 0, 0.25) as a\nloss mse\n");
    const double begun = tanh(0.5 + squash(1) * 0.25) / 2;
    check_near(fake_number(&f, "a.output"), begun / 2 + tanh(1 + r * (begun * 3 + 0.25)) / 2, 1e-6);
    fake_finish(&f);
}

/* A penalty on both halves is two rows; merge joins as it says; each half has its own weights. */
static void both_directions(void **state)
{
    (void)state;
    static const struct {
        const char *merge, *due;
    } cases[] = {
        {"sum", "b.forward.output + b.backward.output"},
        {"multiply", "b.forward.output * b.backward.output"},
        {"average", "(b.forward.output + b.backward.output) / 2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        char text[900];
        fake_start(&f);
        snprintf(text, sizeof text,
                 "data random 12 shape=4x2 target=1 batch=12\ninput 4x2\n"
                 "bidirectional lstm 3 merge=%s sequences=yes kernel=l1(1) activity=l2(0.5) as b\n"
                 "flatten\ndense 1\nloss mse\n"
                 "expect max(abs(b.output - (%s))) < 1e-6\n"
                 "expect b.forward.kernel.penalty ~ sum(abs(b.forward.kernel)) within 1e-4\n"
                 "expect b.backward.kernel.penalty ~ sum(abs(b.backward.kernel)) within 1e-4\n"
                 "expect sum(abs(b.forward.kernel - b.backward.kernel)) > 0.1\n"
                 "expect b.backward.activity.penalty ~ 0.5 * sum(b.backward.output^2) / 12 within "
                 "1e-4\nevaluate\n"
                 "expect loss.penalty ~ b.forward.kernel.penalty + b.backward.kernel.penalty + "
                 "b.forward.activity.penalty + b.backward.activity.penalty within 1e-4\n",
                 cases[i].merge, cases[i].due);
        fake_ok(&f, text);
        fake_finish(&f);
    }
}

/* The backward half sees the steps from the last to the first and puts them out in their order: it
 * is what a layer with backwards=yes and the same weights says of the turned sequence. */
static void the_backward_half_is_in_order(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 2 3 | 3 2 1 -> 0 }\ninput 3x1 as x\ninput 3x1 as y\n"
                "bidirectional simple_rnn 1 on x kernel_init=values(0.3) recurrent_init=values(0.7)"
                " merge=sum sequences=yes as b\n"
                "simple_rnn 1 on x kernel_init=values(0.3) recurrent_init=values(0.7) "
                "sequences=yes as there\n"
                "simple_rnn 1 on x kernel_init=values(0.3) recurrent_init=values(0.7) "
                "sequences=yes backwards=yes as back\n"
                "simple_rnn 1 on y kernel_init=values(0.3) recurrent_init=values(0.7) "
                "sequences=yes as turned\n"
                "concat on b, there, back, turned\nflatten\ndense 1\nloss mse\n"
                "expect max(abs(back.output - turned.output)) == 0\n"
                "expect max(abs(b.forward.output - there.output)) == 0\n"
                "expect max(abs(b.backward.output - back.output)) > 0.01\n"
                "expect sum(b.backward.output) ~ sum(back.output) within 1e-6\n");
    fake_finish(&f);
}

/* What the systems do with them, by a penalty of known size. */
static void other_systems(void **state)
{
    (void)state;
    static const struct {
        const char *system;
        double simple, lstm, forward, backward; /* how often each counts */
    } cases[] = {
        {"none", 1, 1, 1, 1},      {"keras-1.0-early", 0, 0, 1, 1},
        {"keras-1.0", 0, 0, 1, 1}, {"keras-2.0", 1, 1, 1, 0},
        {"keras-2.2", 1, 1, 1, 1}, {"tf.keras-2", 1, 1, 1, 1},
        {"keras-3", 0, 1, 1, 1},   {"none", 1, 1, 1, 1},
    };
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data random 1 shape=4x2 target=1 batch=1\ninput 4x2\n"
                "simple_rnn 3 activity=l1(1) sequences=yes as s\n"
                "lstm 2 activity=l1(1) sequences=yes as l\n"
                "bidirectional gru 2 kernel=l1(1) recurrent=l1(1) bias=l1(1) "
                "bias_init=ones as b\ndense 1\nloss mse\n");
    const double simple = fake_number(&f, "s.activity.penalty"),
                 lstm = fake_number(&f, "l.activity.penalty"),
                 forward = fake_number(&f, "sum(abs(b.forward.kernel))"),
                 backward = fake_number(&f, "sum(abs(b.backward.kernel))"),
                 states = fake_number(&f, "sum(abs(b.backward.recurrent))");
    assert_true(simple > 0 && lstm > 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[80];
        snprintf(text, sizeof text, "emulate %s\n", cases[i].system);
        fake_ok(&f, text);
        check_near(fake_number(&f, "s.activity.penalty"), cases[i].simple * simple, 1e-5);
        check_near(fake_number(&f, "l.activity.penalty"), cases[i].lstm * lstm, 1e-5);
        check_near(fake_number(&f, "b.forward.kernel.penalty"), cases[i].forward * forward, 1e-5);
        check_near(fake_number(&f, "b.backward.kernel.penalty"), cases[i].backward * backward,
                   1e-5);
        check_near(fake_number(&f, "b.backward.recurrent.penalty"), cases[i].backward * states,
                   1e-5);
        check_near(fake_number(&f, "b.backward.bias.penalty"), cases[i].backward * 12, 1e-5);
    }
    fake_finish(&f);
}

/* One model with them in every position, trained, taken back, cloned, swept and frozen. */
#define EVERYWHERE                                                                                 \
    "data random 24 shape=3x4x2 target=1 batch=8\ninput 3x4x2\n"                                   \
    "block tower { lstm 2 sequences=yes activity=l2(0.1) dropout=0.2 as a; gru 2 sequences=yes "   \
    "recurrent_kernel_dropout=0.2 as g }\n"                                                        \
    "timedistributed tower as one\ntimedistributed tower as two\n"                                 \
    "timedistributed bidirectional simple_rnn 2 recurrent=l2(0.1) recurrent_dropout=0.3 as both\n" \
    "gru 3 reset_after=no kernel=l2(0.1) recurrent_constraint=max_norm(1) as end\n"                \
    "dense 1\nloss mse\noptimizer adam lr=0.01\n"

static void they_are_as_other_layers_are(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, EVERYWHERE "train 2\nmark here\nlet there = sum(abs(end.kernel))\ntrain 1\n"
                           "let after = sum(abs(end.kernel))\ngoto here\n"
                           "expect sum(abs(end.kernel)) == there\ntrain 1\n"
                           "expect sum(abs(end.kernel)) == after\n"
                           "let before = sum(abs(tower.a.kernel))\nclone twin\n"
                           "step 1 on all\nmodel twin\nlet twins = sum(abs(tower.a.recurrent))\n"
                           "model main\nexpect sum(abs(tower.a.recurrent)) == twins\n"
                           "expect sum(abs(tower.a.kernel)) != before\n");
    fake_ok(&f, "let held = sum(abs(both.backward.recurrent))\nset both.trainable = no\n"
                "step 2\nexpect sum(abs(both.backward.recurrent)) == held\nundo 2\nstep 2\n"
                "expect sum(abs(both.backward.recurrent)) != held\ncheckgrad\n");
    fake_finish(&f);
}

static void what_cannot_be(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"lstm 4 on flat", "lstm takes steps x features, and its input is 12; "},
        {"lstm 4 on image", "lstm takes steps x features, and its input is 2x3x2; "},
        {"bidirectional dense 4 on x",
         "bidirectional takes a recurrent layer, and dense is none; "},
        {"bidirectional l on x", "bidirectional makes its two halves, and l exists already; "},
        {"bidirectional timedistributed lstm 4", "timedistributed is no layer; "},
        {"bidirectional lstm 4 on x backwards=yes", "bidirectional has a half in each direction; "},
        {"bidirectional", "bidirectional takes a layer statement; "},
        {"timedistributed dense 3 on l",
         "timedistributed works along a time axis, and l is 2; with sequences=yes l puts out each "
         "step"},
        {"lstm 4 on x merge=sum", "merge= joins the two halves of bidirectional; "},
        {"lstm 4 dropout=1 on x", "dropout is a number from 0 to 0.999999, not 1"},
        {"gru 4 recurrent_dropout=1 on x",
         "recurrent_dropout is a number from 0 to 0.999999, not 1"},
        {"lstm 4 softmax on x", "lstm works number by number within its steps, and softmax does "
                                "not; "},
        {"gru 4 recurrent_activation=jumprelu on x",
         "gru works number by number within its steps, and jumprelu does not; "},
        {"lstm 0 on x", "units is a whole number from 1 to 1000000, not 0"},
        {"simple_rnn 4 recurrent_activation=tanh on x", "simple_rnn has no key"},
        {"revive l", "l has no kernel of inputs and units to start anew; "},
    };
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data random 8 shape=12 target=1\ninput 6x2 as x\nflatten as flat\n"
                "reshape 2x3x2 as image\nlstm 2 on x as l\n");
    const uint64_t before = session_digest(f.session);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[200];
        snprintf(text, sizeof text, "%s\n", cases[i][0]);
        assert_int_equal(fake_run(&f, text), OUTCOME_ERROR);
        if (!strstr(f.err.text, cases[i][1]))
            fail_msg("%s: %s", cases[i][0], f.err.text);
        assert_true(session_digest(f.session) == before);
    }
    fake_finish(&f);
}

/* A sequence of one step is no special case; one that no memory holds is told before it is begun.
 */
static void short_and_long_sequences(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data random 8 shape=1x2 target=1\ninput 1x2\n"
                "bidirectional gru 3 sequences=yes recurrent=l2(0.1) as b\nlstm 2 as l\n"
                "gru 2 reset_after=no on b as g\nsimple_rnn 2 on b as s\nconcat on l, g, s\n"
                "dense 1\nloss mse\ntrain 2\ncheckgrad\n");
    fake_ok(&f, "model long\ndata random 40 shape=20000x2 target=1\ninput 20000x2\n"
                "lstm 1000 sequences=yes\nlstm 1000\ndense 1\nloss mse\noptimizer adam\n");
    const uint64_t before = session_digest(f.session);
    assert_int_equal(fake_run(&f, "train 1\n"), OUTCOME_ERROR);
    assert_non_null(strstr(f.err.text, "batches of 32 would take "));
    assert_non_null(strstr(f.err.text, "; make them smaller: set data.batch = 8; or sequences "
                                       "shorter"));
    assert_true(session_digest(f.session) == before);
    fake_finish(&f);
}

/* What is left out is the same at all steps of a sample: with a linear unit of weight 1 and inputs
 * of 1 a sample's sum is 0, or all steps times 1 / (1 - rate). */
static void dropout_is_the_same_at_all_steps(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f,
            "data rows { 1 1 1 1 1 -> 0; 1 1 1 1 1 -> 0; 1 1 1 1 1 -> 0; 1 1 1 1 1 -> 0; "
            "1 1 1 1 1 -> 0; 1 1 1 1 1 -> 0; 1 1 1 1 1 -> 0; 1 1 1 1 1 -> 0 } batch=8\n"
            "input 5 as x\nreshape 5x1\nsimple_rnn 1 linear kernel_init=ones recurrent_init=ones "
            "dropout=0.5 as s\nloss mse\noptimizer sgd lr=0\n"
            "expect min(s.output) == 5\nexpect max(s.output) == 5\n");
    /* The mean of squares over 8 samples is 100 times a whole number of eighths. */
    for (int i = 0; i < 6; i++) {
        fake_ok(&f, "step 1\n");
        const double eighths = fake_number(&f, "loss.data") / 100 * 8;
        check_near(eighths, round(eighths), 1e-4);
    }
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_lstm_by_worked_numbers),
        cmocka_unit_test(a_gru_by_worked_numbers),
        cmocka_unit_test(both_directions),
        cmocka_unit_test(the_backward_half_is_in_order),
        cmocka_unit_test(other_systems),
        cmocka_unit_test(they_are_as_other_layers_are),
        cmocka_unit_test(what_cannot_be),
        cmocka_unit_test(short_and_long_sequences),
        cmocka_unit_test(dropout_is_the_same_at_all_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
