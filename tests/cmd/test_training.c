/* SPDX-License-Identifier: GPL-3.0-or-later */
/* train, step, evaluate, predict: what they count, choose, keep and report. */
#include "check.h"
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* y = w x, w from 1; four samples (1, 2), so a step of sgd with lr 0.1 turns w into w + 0.2 (2 - w)
 * whatever the batch: 1, 1.2, 1.36, 1.488, 1.5904; the losses are 1, 0.64, 0.4096, 0.262144. */
#define LINE                                                                                       \
    "data rows { 1 -> 2; 1 -> 2; 1 -> 2; 1 -> 2 } batch=1\ninput 1 as x\n"                         \
    "dense 1 use_bias=no kernel_init=ones as h\nloss mse\noptimizer sgd lr=0.1\n"
#define MOONS "data moons 100\ninput 2\ndense 8 tanh as h\ndense 1 sigmoid as y\n"

/* Rule 44. */
static void loss_is_that_of_the_latest_statement(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE);
    fake_says(&f, "print loss\n", OUTCOME_ERROR,
              "t:1:7: there is no loss yet; it is that of the latest train, step or evaluate");
    fake_ok(&f, "train 1\nexpect loss ~ (1 + 0.64 + 0.4096 + 0.262144) / 4\n");
    fake_ok(&f, "evaluate\nexpect loss ~ (2 - 1.5904)^2\n");
    fake_ok(&f, "step 1\nexpect loss ~ (2 - 1.5904)^2\n");
    fake_ok(&f, "set h.kernel = l1(10)\nexpect loss.penalty == 0\nevaluate\n"
                "expect loss.penalty ~ 10 * mean(abs(h.kernel))\n"
                "expect loss ~ loss.data + loss.penalty\n");
    fake_finish(&f);
}

/* Rule 41. */
static void train_ends_the_epoch_that_step_began(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE "step 3\n");
    fake_prints(&f, "print step epoch\n", "step = 3, epoch = 0\n");
    fake_ok(&f, "train 1\n");
    check_has(f.out.text, "train: 1 epoch, 1 step, loss ");
    fake_prints(&f, "print step epoch\n", "step = 4, epoch = 1\n");
    /* The figure is the mean over the whole epoch. */
    fake_ok(&f, "expect loss ~ (1 + 0.64 + 0.4096 + 0.262144) / 4\n");
    fake_ok(&f, "train 2\nprint step epoch\n");
    check_has(f.out.text, "train: 2 epochs, 8 steps, loss ");
    check_has(f.out.text, "\nstep = 12, epoch = 3\n");
    fake_finish(&f);
}

static void steps_and_epochs_are_one_series(void **state)
{
    (void)state;
    static const char *const ways[] = {"train 3\n", "step 7\ntrain 1\nstep 4\n",
                                       "step 5\nevaluate\nprint h.output\nstep 7\n"};
    double weights[3];
    for (size_t i = 0; i < 3; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, MOONS "batch 25\n");
        fake_ok(&f, ways[i]);
        fake_prints(&f, "print step epoch\n", "step = 12, epoch = 3\n");
        weights[i] = fake_number(&f, "sum(h.kernel)");
        fake_finish(&f);
    }
    assert_true(weights[0] == weights[1] && weights[1] == weights[2]);
}

/* Rule 43. */
static void train_until_looks_after_each_epoch(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE "batch 4\n");
    fake_ok(&f, "train until loss < 0.5 max 50\n"); /* 1, 0.64, 0.4096 */
    check_has(f.out.text, "train: 3 epochs, 3 steps, loss 0.4096 ");
    assert_null(strstr(f.out.text, "did not come true"));
    fake_ok(&f, "train until loss < 0 max 2\n");
    check_has(f.out.text, "train: 2 epochs, 2 steps, loss ");
    check_has(f.out.text, "train: the condition did not come true within 2 epochs\n");
    /* NaN is no truth; and the condition may ask for tensors. */
    fake_ok(&f, "train until 0/0 max 1\n");
    check_has(f.out.text, "did not come true within 1 epoch");
    fake_ok(&f, "train until mean(h.kernel) > 1.9 max 50\nexpect mean(h.kernel) > 1.9\n");
    fake_says(&f, "train\n", OUTCOME_ERROR,
              "t:1:1: train takes a number of epochs, or until and a condition; "
              "write train 20, or train until loss < 0.01 max 200");
    fake_says(&f, "train 3 max 4\n", OUTCOME_ERROR,
              "t:1:9: max is for train until; write train until loss < 0.01 max 200");
    /* With both, the number is that of epochs at the most. */
    fake_ok(&f, "train 3 until loss < 0\n");
    check_has(f.out.text, "train: 3 epochs, 3 steps, loss ");
    check_has(f.out.text, "train: the condition did not come true within 3 epochs\n");
    fake_finish(&f);
}

static void with_on_all_each_model_stops_for_itself(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 -> 2 }\n"
                "model slow\ninput 1\ndense 1 use_bias=no kernel_init=ones as h\nloss mse\n"
                "optimizer sgd lr=0.1\n"
                "model fast\ninput 1\ndense 1 use_bias=no kernel_init=ones as h\nloss mse\n"
                "optimizer sgd lr=0.25\n" /* 1, 0.25 */
                "model empty\nmodel slow\ntrain until loss < 0.5 max 9 on all\n");
    check_has(f.out.text, "train slow: 3 epochs, 3 steps, loss 0.4096 ");
    check_has(f.out.text, "train fast: 2 epochs, 2 steps, loss 0.25 ");
    fake_prints(&f, "print epoch\nmodel fast\nprint epoch\n", "3\n2\n");
    fake_says(&f, "step 1 on fast, fast\n", OUTCOME_ERROR,
              "t:1:17: the model fast is named twice; name each model once; all is every model");
    const uint64_t before = session_digest(f.session);
    static const char *const verbs[] = {"train 1", "step 2", "evaluate"};
    for (size_t i = 0; i < 3; i++) {
        char text[60];
        snprintf(text, sizeof text, "%s on fast, empty\n", verbs[i]);
        fake_says(&f, text, OUTCOME_ERROR,
                  "t:1:1: the model empty is empty; begin with an input, for example input 64");
        /* All are looked at before one is trained. */
        assert_int_equal(session_digest(f.session), before);
    }
    fake_finish(&f);
}

/* Rule 45. */
static void optimizer_starts_afresh_and_set_keeps_its_state(void **state)
{
    (void)state;
    static const char *const ways[] = {
        /* v = 0.9 v - lr g. A second step with the state of the first goes further. */
        "step 1\nset optimizer.lr = 0.1\nstep 1\n",
        "step 1\noptimizer sgd lr=0.1 momentum=0.9\nstep 1\n",
    };
    /* g = 2 (w - 2): v1 = 0.2, w = 1.2; v2 = 0.18 + 0.16 with state, 0.16 afresh. */
    static const double due[] = {1.54, 1.36};
    for (size_t i = 0; i < 2; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, LINE "optimizer sgd lr=0.1 momentum=0.9\n");
        fake_ok(&f, ways[i]);
        check_near(fake_number(&f, "h.kernel"), due[i], 1e-6);
        fake_finish(&f);
    }
}

/* Rule 35. */
static void models_built_alike_start_alike(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "seed 7\ndata moons 64\nmodel a\ninput 2\ndense 5 as h\ndense 4 as other\n"
                "model b\ninput 2\ndense 3 as first\ndense 5 as h2\nmodel c\ninput 2\n"
                "dense 5 activity=l1(1) as h\n");
    const double c = fake_number(&f, "sum(h.kernel^3)");
    fake_ok(&f, "model a\n");
    const double a = fake_number(&f, "sum(h.kernel^3)");
    assert_true(a == c);
    /* Weights that no step has moved follow a new seed; those that were trained stay. */
    fake_ok(&f, "seed 8\n");
    const double a8 = fake_number(&f, "sum(h.kernel^3)");
    assert_true(a8 != a);
    fake_ok(&f, "seed 7\n");
    assert_true(fake_number(&f, "sum(h.kernel^3)") == a);
    fake_ok(&f, "loss mse\ndense 1 as y\nstep 1\n");
    const double trained = fake_number(&f, "sum(h.kernel^3)");
    fake_ok(&f, "seed 9\n");
    assert_true(fake_number(&f, "sum(h.kernel^3)") == trained);
    fake_finish(&f);
}

/* Rule 36. */
static void what_is_not_given_is_chosen_and_said_once(void **state)
{
    (void)state;
    static const struct {
        const char *text, *loss;
    } cases[] = {
        {"data digits\ninput 64\ndense 10 softmax\n", "categorical_crossentropy"},
        {"data moons 50\ninput 2\ndense 1 sigmoid\n", "binary_crossentropy"},
        {"data moons 50\ninput 2\ndense 1\n", "mse"},
        {"data rows { 1 -> 0.5; 0 -> 1 }\ninput 1\ndense 1 sigmoid\n", "mse"},
        {"data rows { 1 -> 0 1; 0 -> 1 0 }\ninput 1\ndense 2 sigmoid\n", "mse"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char said[120];
        struct fake f;
        fake_start(&f);
        fake_ok(&f, cases[i].text);
        fake_ok(&f, "evaluate\n");
        snprintf(said, sizeof said, "loss %s (chosen: none was given)\n", cases[i].loss);
        assert_string_equal(f.err.text, said);
        fake_ok(&f, "step 1\n");
        assert_string_equal(f.err.text, "optimizer adam (chosen: none was given)\n");
        fake_ok(&f, "train 1\nevaluate\n");
        assert_string_equal(f.err.text, "");
        snprintf(said, sizeof said, "loss %s\noptimizer adam\n", cases[i].loss);
        fake_prints(&f, "loss\noptimizer\n", said);
        fake_finish(&f);
    }
}

/* A statement that fails after its choice takes the choice back. */
static void a_failed_statement_chooses_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {"print accuracy\n", "expect val.loss < 0\n",
                                        "expect accuracy == 2\n", "train until nothing > 1\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, i == 2 ? "data moons 20 split=0.5\ninput 2\ndense 1 sigmoid\n"
                           : "data moons 20 split=0.5\ninput 2\ndense 1\n");
        const uint64_t before = session_digest(f.session);
        assert_int_not_equal(fake_run(&f, texts[i]), OUTCOME_OK);
        assert_int_equal(session_digest(f.session), before);
        fake_finish(&f);
    }
}

static void on_all_gives_what_training_alone_gives(void **state)
{
    (void)state;
    static const char model[] = "input 2\ndense 6 tanh kernel=l2(1e-3) as h\ndense 1 sigmoid\n"
                                "loss binary_crossentropy\noptimizer adam\n";
    struct fake all, alone;
    char text[400];
    fake_start(&all);
    fake_start(&alone);
    snprintf(text, sizeof text, "data moons 90\nmodel a\n%smodel b\n%sset h.kernel = none\n", model,
             model);
    fake_ok(&all, text);
    fake_ok(&all, "train 3 on all\n");
    assert_int_equal(count_of(all.out.text, "train "), 2);
    snprintf(text, sizeof text, "data moons 90\nmodel b\n%sset h.kernel = none\ntrain 3\n", model);
    fake_ok(&alone, text);
    assert_true(fake_number(&all, "sum(h.kernel^3)") == fake_number(&alone, "sum(h.kernel^3)"));
    fake_ok(&all, "model a\n");
    fake_ok(&alone, "model a\n");
    fake_ok(&alone, model);
    fake_ok(&alone, "train 3\n");
    assert_true(fake_number(&all, "sum(h.kernel^3)") == fake_number(&alone, "sum(h.kernel^3)"));
    fake_finish(&all);
    fake_finish(&alone);
}

/* A clock that leaps makes each slice one step, so that the tick is asked after each. */
static void what_is_stopped_equals_step_n(void **state)
{
    (void)state;
    for (long at = 1; at < 12; at += 3) {
        struct fake stopped, stepped;
        char text[60];
        fake_start(&stopped);
        fake_start(&stepped);
        stopped.pace = 1;
        fake_ok(&stopped, MOONS "loss mse\noptimizer adam\nbatch 20\n");
        fake_ok(&stepped, MOONS "loss mse\noptimizer adam\nbatch 20\n");
        stopped.stop_at = at;
        assert_int_equal(fake_run(&stopped, "train 3\nsay \"not reached\"\n"), OUTCOME_STOPPED);
        assert_string_equal(stopped.out.text, "");
        snprintf(text, sizeof text, "stopped after step %ld; ", at);
        check_has(stopped.err.text, text);
        snprintf(text, sizeof text, "step %ld\n", at);
        fake_ok(&stepped, text);
        if (at % 5) /* in the middle of an epoch: its end makes loss the mean of the epoch */
            assert_int_equal(session_digest(stopped.session), session_digest(stepped.session));
        stopped.stop_at = 0;
        fake_ok(&stopped, "train 1\n");
        fake_ok(&stepped, "train 1\n");
        assert_int_equal(session_digest(stopped.session), session_digest(stepped.session));
        fake_finish(&stopped);
        fake_finish(&stepped);
    }
}

static void looking_can_be_stopped_too(void **state)
{
    (void)state;
    static const char *const texts[] = {"evaluate\n", "penalties\n", "print h.output\n",
                                        "print val.loss\n", "expect accuracy > 2\n"};
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data moons 100 split=0.5\ninput 2\ndense 8 tanh as h\ndense 1 sigmoid\nbatch 10\n"
                "step 1\n");
    const uint64_t before = session_digest(f.session);
    f.pace = 1;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        f.stop_at = 2;
        assert_int_equal(fake_run(&f, texts[i]), OUTCOME_STOPPED);
        assert_int_equal(session_digest(f.session), before);
        assert_string_equal(f.out.text, "");
    }
    fake_finish(&f);
}

static void evaluate_takes_the_validation_share(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f,
            "data moons 50\ninput 2\ndense 1 sigmoid as y\nloss binary_crossentropy\nevaluate\n");
    check_has(f.out.text, " (all data, 50 samples)\n");
    fake_says(&f, "print val.loss\n", OUTCOME_ERROR,
              "t:1:7: there is no validation share; give the data one: split=0.2");
    fake_ok(&f, "data moons 50 split=0.2\nevaluate\n");
    check_has(f.out.text, ", accuracy ");
    check_has(f.out.text, " (validation, 10 samples)\n");
    fake_ok(&f, "expect loss ~ val.loss\nexpect loss.data ~ val.data\nexpect val.penalty == 0\n"
                "expect accuracy == val.accuracy\nprint count(y.output)\n");
    check_has(f.out.text, "10\n");
    fake_ok(&f, "penalties\n");
    check_has(f.out.text, "validation: 10 samples, batches of 32\n");
    fake_ok(&f, "penalties on=train\n");
    check_has(f.out.text, "training data: 40 samples");
    fake_ok(&f, "penalties on=batch\n");
    check_has(f.out.text, "one batch: 32 samples");
    fake_finish(&f);
}

/* The divisor of the row `at` of the ledger. */
static double divisor_of(struct fake *f, const char *ledger, int at)
{
    fake_ok(f, ledger);
    const char *text = f->out.text;
    for (; at >= 0 && text; at--)
        text = strstr(text + 1, "\"divisor\": ");
    assert_non_null(text);
    return strtod(text + strlen("\"divisor\": "), NULL);
}

/* By what a figure was divided is what the ledger says: in the short last batch, and in a share
 * that is smaller than a batch, by the samples there are. */
static void the_divisor_is_that_of_the_samples(void **state)
{
    (void)state;
    struct fake f;
    const char *last = "penalties on=batch format=json\n", *all = "penalties format=json\n";
    fake_start(&f);
    fake_ok(&f, "data rows { 1 -> 0; 2 -> 0; 3 -> 0 } batch=2 shuffle=no\ninput 1\n"
                "dense 2 use_bias=no kernel_init=ones activity=l1(1)+l1(1, reduce=mean) as h\n"
                "dense 1\nloss mse\noptimizer sgd lr=0\nstep 2\n");
    check_near(divisor_of(&f, last, 0), 1, 0);
    check_near(divisor_of(&f, last, 1), 2, 0);
    check_has(f.out.text, "\"value\": 6,");
    check_near(divisor_of(&f, all, 0), 2, 0);
    check_near(divisor_of(&f, all, 1), 4, 0);
    fake_ok(&f, "data moons 10 split=0.2 batch=8\nmodel other\ninput 2\n"
                "dense 3 tanh activity=l1(1) as h\ndense 1 sigmoid\nloss mse\n");
    check_near(divisor_of(&f, all, 0), 2, 0);
    check_near(divisor_of(&f, "penalties on=train format=json\n", 0), 8, 0);
    fake_finish(&f);
}

/* 1 - w^2 from w = 0.9 on, which sgd drives away: 0.19, then with w = 1.08 below 0. It is told
 * once, at its step; again only when it has been above 0 between. Confidence is below 0 by what it
 * is. */
static void a_penalty_below_0_is_told(void **state)
{
    (void)state;
    struct fake f;
    const char *told = "the penalty h.kernel (away) is negative in step 2: -0.1664\n";
    fake_start(&f);
    fake_ok(&f, "define penalty away(x) = 1 - sum(x^2)\ndata rows { 0 -> 0 }\ninput 1\n"
                "dense 1 use_bias=no kernel_init=constant(0.9) kernel=away(1) as h\n"
                "loss mse\noptimizer sgd lr=0.1\nstep 1\n");
    assert_string_equal(f.err.text, "");
    fake_ok(&f, "step 3\n");
    assert_string_equal(f.err.text, told);
    fake_ok(&f, "step 1\nrepeat 2 { step 1 }\n");
    assert_string_equal(f.err.text, "");
    fake_ok(&f, "evaluate\n");
    assert_string_equal(f.err.text, "the penalty h.kernel (away) is negative on this data\n");
    fake_ok(&f, "model sure\ninput 1\ndense 2 softmax activity=confidence(1)\ndense 1\nloss mse\n"
                "optimizer sgd\nstep 2\nevaluate\n");
    assert_null(strstr(f.err.text, "negative"));
    fake_ok(&f, "model joint\ninput 1\ndense 1 as h\nterm low = 0 - 3 * mean(h.kernel^2)\n"
                "loss mse\noptimizer sgd\nstep 2\n");
    check_has(f.err.text, "the penalty low (term) is negative in step 1: ");
    fake_finish(&f);
}

/* One weight of 1 that stays, and two samples of which one is kept: of the data losses 1 and 4 each
 * share has one, whichever it is, and l2(0.5) adds 0.5. */
static void each_share_has_its_figures(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 -> 0; 2 -> 0 } split=0.5\ninput 1\n"
                "dense 1 use_bias=no kernel_init=ones trainable=no kernel=l2(0.5)\nloss mse\n");
    fake_prints(&f,
                "print val.loss.data + train.loss.data val.loss.data * train.loss.data\n"
                "print val.loss.penalty train.loss.penalty\n"
                "print val.loss - val.loss.data train.loss - train.loss.data\n"
                "print val.data == val.loss.data val.penalty == val.loss.penalty\n",
                "val.loss.data + train.loss.data = 5, val.loss.data*train.loss.data = 4\n"
                "val.loss.penalty = 0.5, train.loss.penalty = 0.5\n"
                "val.loss - val.loss.data = 0.5, train.loss - train.loss.data = 0.5\n"
                "(val.data == val.loss.data) = 1, (val.penalty == val.loss.penalty) = 1\n");
    fake_ok(&f, "model judge\ndata rows { -1 -> 0; -1 -> 0; 1 -> 1; 1 -> 1 } split=0.5\ninput 1\n"
                "dense 1 sigmoid kernel_init=ones\nloss binary_crossentropy\n");
    fake_prints(&f, "print train.accuracy val.accuracy\n",
                "train.accuracy = 1, val.accuracy = 1\n");
    fake_ok(&f, "data rows { -1 -> 0; 1 -> 1 }\n");
    static const char *const held[] = {"val.loss", "val.loss.data", "val.loss.penalty",
                                       "val.accuracy"};
    for (size_t i = 0; i < sizeof held / sizeof *held; i++) {
        char text[80];
        snprintf(text, sizeof text, "print %s\n", held[i]);
        fake_says(&f, text, OUTCOME_ERROR,
                  "t:1:7: there is no validation share; give the data one: split=0.2");
    }
    fake_says(&f, "print train.acuracy\n", OUTCOME_ERROR,
              "t:1:7: there is no quantity \"train.acuracy\"; did you mean train.accuracy?");
    fake_says(&f, "print val.weights\n", OUTCOME_ERROR,
              "t:1:7: there is no quantity \"val.weights\"; help quantities lists them");
    fake_finish(&f);
}

static void predict_scales_as_the_data_is_scaled(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    /* No data: what is typed goes in as it is. */
    fake_ok(&f, "input 1 as x\ndense 1 use_bias=no kernel_init=constant(2)\n");
    fake_prints(&f, "predict 3\n", "6\n");
    /* minmax: 10..30 becomes 0..1. */
    fake_ok(&f, "data rows { 10 -> 0; 30 -> 1 } scale=minmax\n");
    fake_prints(&f, "predict 20\npredict 30\npredict -10\n", "1\n2\n-2\n");
    fake_prints(&f, "print x.output\n", "[0 1]\n");
    fake_says(&f, "predict 1 2\n", OUTCOME_ERROR,
              "t:1:9: predict has 2 numbers, and the model takes 1; "
              "give 1, with | between inputs if there are several");
    fake_ok(&f, "model two\ninput 2\ndense 1\n");
    fake_says(&f, "predict 1 | 2\n", OUTCOME_ERROR,
              "t:1:1: the data has 2 inputs, and the model 1; write an input for each side of |");
    fake_finish(&f);
}

/* w = [3, 4] with nothing to learn: what is set works at the next step. */
static void clipping_and_constraints_are_set(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 0 0 -> 0 }\ninput 2\n"
                "dense 1 use_bias=no kernel_init=values(3, 4) kernel=l1(1) as h\n"
                "optimizer sgd lr=1\nloss mse\n"
                "set optimizer.clipvalue = 0.25\nstep 1\nexpect norm(h.kernel.grad) ~ sqrt(2)\n"
                "expect sum(h.kernel) ~ 6.5\n"
                "set optimizer.clipvalue = 0\nset optimizer.clipnorm = 0.5\nstep 1\n"
                "expect sum(h.kernel) ~ 6.5 - 0.5 * sqrt(2) within 1e-5\n"
                "set optimizer.clipnorm = 0\nset optimizer.lr = 0\n"
                "set h.kernel_constraint = unit_norm\nstep 1\n"
                "expect norm(h.kernel) ~ 1 within 1e-5\n"
                "set h.kernel_constraint = none\nset optimizer.lr = 1\nstep 1\n"
                "expect norm(h.kernel) < 0.9\n");
    fake_ok(&f, "show h\n");
    fake_ok(&f, "optimizer adagrad lr=1\nset optimizer.initial_accumulator_value = 8\n"
                "let k = sum(h.kernel)\n");
    bool fine = fake_run(&f, "step 1\nexpect abs(k - sum(h.kernel)) < 0.7\n") == OUTCOME_OK;
    assert_true(fine);
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loss_is_that_of_the_latest_statement),
        cmocka_unit_test(train_ends_the_epoch_that_step_began),
        cmocka_unit_test(steps_and_epochs_are_one_series),
        cmocka_unit_test(train_until_looks_after_each_epoch),
        cmocka_unit_test(with_on_all_each_model_stops_for_itself),
        cmocka_unit_test(optimizer_starts_afresh_and_set_keeps_its_state),
        cmocka_unit_test(models_built_alike_start_alike),
        cmocka_unit_test(what_is_not_given_is_chosen_and_said_once),
        cmocka_unit_test(a_failed_statement_chooses_nothing),
        cmocka_unit_test(on_all_gives_what_training_alone_gives),
        cmocka_unit_test(what_is_stopped_equals_step_n),
        cmocka_unit_test(looking_can_be_stopped_too),
        cmocka_unit_test(evaluate_takes_the_validation_share),
        cmocka_unit_test(the_divisor_is_that_of_the_samples),
        cmocka_unit_test(a_penalty_below_0_is_told),
        cmocka_unit_test(each_share_has_its_figures),
        cmocka_unit_test(predict_scales_as_the_data_is_scaled),
        cmocka_unit_test(clipping_and_constraints_are_set),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
