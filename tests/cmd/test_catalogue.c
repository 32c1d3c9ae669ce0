/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The penalties that people regularize with: worked numbers and edges, every kind where it can
 * stand (gradients by checkgrad, sums, other systems, undo, rules, sweeps, replays), and what is
 * refused. Values and gradients of whole models are PyTorch's in test_torch_models. */
#include "again.h"
#include "check.h"
#include "host.h"

#include "num/real.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define EXACT (sizeof(real) == sizeof(double) ? 1e-12 : 1e-6)

/* [1,0] [2,0] [4,2] over three steps of time: fastai's and Gluon's AR with 2 is 25/3, TAR with 1
 * 9/4; the sum of |differences| is 5. */
static void over_time(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 0 2 0 4 2 -> 0; 1 0 2 0 4 2 -> 0 } batch=2\ninput 3x2 as x\n"
                "activity_regularization none as h\nflatten\ndense 1\nloss mse\n");
    static const struct {
        const char *penalty;
        double value;
    } cases[] = {
        {"ar(2, reduce=mean)", 25.0 / 3},
        {"tar(1, reduce=mean)", 2.25},
        {"tar(1, reduce=sum)", 18},
        {"tar(1)", 9},
        {"tv(1)", 5},
        {"tv(1, reduce=sum)", 10},
        {"tv(1, reduce=mean)", 1.25},
        {"tv(2, axis=-1)", 2 * (1 + 2 + 2)},
        {"tv(1, axis=2, reduce=mean)", 5.0 / 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[100];
        snprintf(line, sizeof line, "set h.activity = %s\n", cases[i].penalty);
        fake_ok(&f, line);
        check_near(fake_number(&f, "h.activity.penalty"), cases[i].value, 8 * EXACT);
    }
    fake_finish(&f);
}

/* A kernel of two rows, and what a penalty on it and its slope are. */
static void of_a_kernel(void **state)
{
    (void)state;
    static const struct {
        const char *kernel, *penalty;
        double value, slope[4];
    } cases[] = {
        /* Two columns and two rows in one line: a cosine of 1, and of -1 (keras #16682). */
        {"1, 2, -1, -2", "orthogonal(1)", 1, {0}},
        {"1, 2, -1, -2", "orthogonal(1, by=input)", 1, {0}},
        /* Columns (3, 4) and (1, 0): 3/5, whose slope by the second one's second number is 4/5. */
        {"3, 1, 4, 0", "orthogonal(1)", 0.6, {4 * 0.8 / 25, 0, -3 * 0.8 / 25, 0.8}},
        {"3, 0, 0, 1", "orthogonal(1)", 0, {0}},
        {"0, 1, 0, 2", "orthogonal(1)", 0, {0}},
        /* W'W is [25 3; 3 1]: 24^2 + 2 3^2 + 0. */
        {"3, 1, 4, 0", "soft_orthogonal(1)", 594, {4 * (3 * 24 + 1 * 3), 36, 4 * 4 * 24, 48}},
        {"3, 0, 0, 1", "spectral(1)", 9, {6, 0, 0, 0}},
        /* W'W is [25 20; 20 25]: 45, with the vector (1, 1) / sqrt 2. */
        {"3, 0, 4, 5", "spectral(2)", 90, {6, 6, 18, 18}},
        /* Equal ones share the slope. */
        {"2, 0, 0, 2", "spectral(1)", 4, {2, 0, 0, 2}},
        {"0, 3, -3, 0", "spectral(1)", 9, {0, 3, -3, 0}},
        {"0, 0, 0, 0", "spectral(1)", 0, {0}},
        {"0, 0, 0, 0", "soft_orthogonal(1)", 2, {0}},
        {"0, 0, 0, 0", "hoyer(1)", 0, {0}},
        {"0, 0, 0, 0", "decov(1)", 0, {0}},
        {"0, 0, 0, 0", "tv(1)", 0, {0}},
        {"5, 5, 5, 5", "tv(1, axis=0)", 0, {0}},
        {"5, 5, 5, 5", "hoyer(1)", 4, {0}},
        /* 10^2 / 30; 2 (1/3) (1 - x/3). */
        {"1, 2, 3, 4", "hoyer(1)", 10.0 / 3, {4.0 / 9, 2.0 / 9, 0, -2.0 / 9}},
        {"7, 0, 0, 0", "hoyer(1)", 1, {0, 0, 0, 0}},
        /* Deviations -1 1 of both columns: covariance 1. */
        {"1, 2, 3, 4", "decov(1)", 1, {-1, -1, 1, 1}},
        {"1, 2, 3, 5", "tv(1)", 3, {-1, 1, -1, 1}},
        {"1, 2, 3, 5", "tv(1, axis=0)", 5, {-1, -1, 1, 1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        char text[300];
        fake_start(&f);
        snprintf(text, sizeof text,
                 "data rows { 0 0 -> 0 0 }\ninput 2\ndense 2 use_bias=no kernel_init=values(%s) "
                 "kernel=%s as h\nloss mse\noptimizer sgd lr=0\nstep 1\n",
                 cases[i].kernel, cases[i].penalty);
        fake_ok(&f, text);
        check_near(fake_number(&f, "h.kernel.penalty"), cases[i].value,
                   4 * EXACT * fmax(1, cases[i].value));
        fake_ok(&f, "print h.kernel.grad\n");
        double slope[4];
        assert_int_equal(
            sscanf(f.out.text, "[%lf %lf %lf %lf]", &slope[0], &slope[1], &slope[2], &slope[3]), 4);
        for (int k = 0; k < 4; k++)
            if (!(fabs(slope[k] - cases[i].slope[k]) <= 1e-5 * fmax(1, fabs(cases[i].slope[k]))))
                fail_msg("%s of %s: slope %d is %g and not %g", cases[i].penalty, cases[i].kernel,
                         k, slope[k], cases[i].slope[k]);
        fake_finish(&f);
    }
}

/* Numbers whose squares are none in this precision; one element. */
static void huge_tiny_and_single_numbers(void **state)
{
    (void)state;
    struct fake f;
    char text[300];
    const bool wide = sizeof(real) == sizeof(double);
    const char *const sizes[] = {wide ? "1e160" : "1e30", wide ? "1e-170" : "1e-30"};
    for (size_t i = 0; i < 2; i++) {
        fake_start(&f);
        snprintf(text, sizeof text,
                 "data rows { 0 0 -> 0 0 }\ninput 2\ndense 2 use_bias=no kernel_init=constant(%s) "
                 "kernel=hoyer(1)+orthogonal(1) as h\nloss mse\n",
                 sizes[i]);
        fake_ok(&f, text);
        check_near(fake_number(&f, "h.kernel.penalty"), 5, 10 * EXACT);
        fake_finish(&f);
    }
    fake_start(&f);
    fake_ok(&f, "data rows { 2 -> 0 }\ninput 1x1\ntimedistributed dense 1 use_bias=no "
                "kernel_init=constant(3) "
                "kernel=hoyer(1)+orthogonal(1)+soft_orthogonal(1)+spectral(1)+decov(1)+tv(1) "
                "activity=hoyer(1)+tv(1, reduce=mean)+tar(1, reduce=mean)+decov(1)+orthogonal(1) "
                "as h\nflatten\ndense 1\nloss mse\noptimizer sgd lr=0\nstep 1\n");
    check_near(fake_number(&f, "h.kernel.penalty"), 1 + 0 + 64 + 9, 100 * EXACT);
    check_near(fake_number(&f, "h.activity.penalty"), 1, EXACT);
    fake_finish(&f);
}

/* p log p of halves and quarters. */
static void probabilities(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 0.5 0.25 -> 0 0; 1 0 -> 0 0 } batch=2\ninput 2\n"
                "activity_regularization entropy(2) as h\ndense 2\nloss mse\n");
    const double sum = log(2) / 2 + log(4) / 4;
    check_near(fake_number(&f, "h.activity.penalty"), sum, EXACT);
    fake_ok(&f, "set h.activity = confidence(2, reduce=sum)\n");
    check_near(fake_number(&f, "h.activity.penalty"), -2 * sum, EXACT);
    fake_ok(&f, "penalties\n");
    check_has(f.out.text, "negative");
    /* 0 has no slope, though its logarithm is none. */
    fake_ok(&f, "optimizer sgd lr=0.1\nstep 2\ncheckgrad\n");
    fake_finish(&f);
}

static void numbers_that_are_no_probabilities(void **state)
{
    (void)state;
    static const char *const kinds[] = {"entropy", "confidence"};
    static const char *const lines[] = {"penalties\n", "evaluate\n", "print h.activity.penalty\n"};
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < 3; k++) {
            struct fake f;
            char text[300];
            fake_start(&f);
            snprintf(
                text, sizeof text,
                "data rows { 1 2 -> 0 } batch=1\ninput 2\ndense 2 kernel_init=values(1, -1, 0, "
                "0) activity=%s(1) as h\ndense 1\nloss mse\noptimizer sgd\n",
                kinds[i]);
            fake_ok(&f, text);
            assert_int_equal(fake_run(&f, lines[k]), OUTCOME_ERROR);
            check_has(f.err.text, "which is for probabilities, numbers from 0 to 1");
            snprintf(text, sizeof text,
                     "t:1:1: step 1 would make the penalty h.activity (%s) infinite or not a "
                     "number; the step was not taken; %s is for probabilities, numbers from 0 to "
                     "1: the outputs of sigmoid or softmax, say",
                     kinds[i], kinds[i]);
            fake_says(&f, "step 1\n", OUTCOME_ERROR, text);
            fake_ok(&f, "set h.activity = none\nstep 1\npenalties\n");
            fake_finish(&f);
        }
}

/* Where each kind can stand, %s being a use of it. */
static const char *const of_matrices[] = {
    "hoyer(0.3)",
    "tv(0.2)",
    "tv(0.1, axis=0)",
    "orthogonal(0.4)",
    "orthogonal(0.4, by=input)",
    "soft_orthogonal(0.1)",
    "spectral(0.2)",
    "decov(0.5)",
};
static const char *const of_vectors[] = {"hoyer(0.3)", "tv(0.2, axis=0)", "tv(0.2, axis=-1)"};
static const char *const of_activities[] = {
    "hoyer(0.3)",
    "ar(0.2, reduce=mean)",
    "tv(0.1)",
    "tv(0.2, axis=-1, reduce=sum)",
    "tar(0.3)",
    "tar(0.3, reduce=mean)",
    "decov(0.5)",
    "orthogonal(0.4)",
    "orthogonal(0.4, by=input, reduce=sum)",
    "entropy(0.2)",
    "confidence(0.1, reduce=mean)",
};
#define DATA "data random 11 shape=3x4 target=2 batch=4 shuffle=no split=0.2\ninput 3x4 as x\n"
#define INIT "kernel_init=uniform(0.1, 0.9) bias_init=uniform(-0.5, 0.5)"
#define END "flatten\ndense 2\nloss mse\noptimizer sgd lr=0.05\n"
static const char *const places[] = {
    DATA "timedistributed dense 5 sigmoid " INIT " %s=%s as h\n" END,
    /* Shared. */
    DATA "timedistributed dense 4 sigmoid " INIT " %s=%s as h\nh\nh\n" END,
    /* In a block that is called twice, and under timedistributed. */
    DATA "block b { dense 4 sigmoid " INIT " as e; timedistributed dense 4 sigmoid " INIT
         " %s=%s as h }\nb\nb\n" END,
    /* Frozen, before what trains. */
    DATA "timedistributed dense 4 tanh\ntimedistributed dense 3 sigmoid trainable=no " INIT
         " %s=%s as h\n" END,
};
enum { PLACES = sizeof places / sizeof *places };

static void in_all_places(const char *slot, const char *const *uses, size_t count,
                          void (*look)(struct fake *f, const char *slot, const char *use))
{
    for (size_t i = 0; i < count; i++)
        for (size_t p = 0; p < PLACES; p++) {
            struct fake f;
            char text[700];
            fake_start(&f);
            snprintf(text, sizeof text, places[p], slot, uses[i]);
            fake_ok(&f, text);
            look(&f, slot, uses[i]);
            fake_finish(&f);
        }
}

static void all_uses(void (*look)(struct fake *f, const char *slot, const char *use))
{
    in_all_places("kernel", of_matrices, sizeof of_matrices / sizeof *of_matrices, look);
    in_all_places("bias", of_vectors, sizeof of_vectors / sizeof *of_vectors, look);
    in_all_places("activity", of_activities, sizeof of_activities / sizeof *of_activities, look);
}

/* Sums, gradients, and the same under other systems when that is over. */
static void look_at_sums(struct fake *f, const char *slot, const char *use)
{
    static const char *const systems[] = {"keras-1.0",  "keras-2.0", "keras-2.2",
                                          "tf.keras-2", "keras-3",   "tfjs"};
    (void)slot;
    fake_ok(f, "evaluate\n");
    const double loss = fake_number(f, "loss");
    check_near(loss, fake_number(f, "loss.data") + fake_number(f, "loss.penalty"),
               10 * EXACT * fmax(1, loss));
    assert_true(fake_number(f, "loss.penalty") != 0);
    if (fake_run(f, "checkgrad\n") != OUTCOME_OK)
        fail_msg("%s: %s%s", use, f->out.text, f->err.text);
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++) {
        char line[100];
        snprintf(line, sizeof line, "emulate %s\npenalties\n", systems[i]);
        fake_ok(f, line);
        if (strstr(f->out.text, "nan"))
            fail_msg("%s under %s:\n%s", use, systems[i], f->out.text);
    }
    fake_ok(f, "emulate none\nevaluate\n");
    check_near(fake_number(f, "loss"), loss, 0);
}

static void sums_and_gradients_everywhere(void **state)
{
    (void)state;
    all_uses(look_at_sums);
}

/* What is done with numbers of a use, and that it can be done again. */
static void look_at_life(struct fake *f, const char *slot, const char *use)
{
    char name[40], text[600], doubled[100];
    const char *open = strchr(use, '('), *rest = open + strcspn(open, ",)");
    snprintf(name, sizeof name, "%.*s", (int)(open - use), use);
    snprintf(doubled, sizeof doubled, "%s(1%s", name, rest);
    const bool block = fake_run(f, "print h.kernel\n") != OUTCOME_OK;
    const char *layer = block ? "b.h" : "h";
    snprintf(text, sizeof text, "%s.%s.penalty", layer, slot);
    fake_ok(f, "evaluate\n");
    const double strength = strtod(open + 1, NULL), before = fake_number(f, text);
    char line[300];
    snprintf(line, sizeof line, "set %s.%s = %s\n", layer, slot, doubled);
    fake_ok(f, line);
    check_near(fake_number(f, text), before / strength,
               10 * EXACT * fmax(1, fabs(before)) / strength);
    fake_ok(f, "step 2\nundo\nundo\n");
    check_near(fake_number(f, text), before, 0);
    snprintf(line, sizeof line,
             "set %s.%s = %s(0.1*(1 + step)%s every 1\ntrain 2\nundo\nundo\n"
             "clone other\nmodel main\nmark here\nrepeat 2 { step 1 }\ngoto here\n"
             "step 1 on all\n",
             layer, slot, name, rest);
    fake_ok(f, line);
    snprintf(line, sizeof line, "sweep %s.%s = %s(?%s over 0.1 0.7 jobs=2 { train 1 }\n", layer,
             slot, name, rest);
    fake_ok(f, line);
    fake_ok(f, "save session \"s.nnr\"\nsave weights \"w.safetensors\"\nstep 1\n"
               "load weights \"w.safetensors\"\nundo\nundo\n");
    check_replays(f, "s.nnr");
    remove("s.nnr");
    remove("w.safetensors");
}

static void what_a_session_does_with_them(void **state)
{
    (void)state;
    all_uses(look_at_life);
}

/* A definition of the same name comes before what stands in the table, also where a sweep's
 * processes look. */
static void a_definition_hides_a_kind(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, DATA "dense 2 kernel_init=constant(2) kernel=hoyer(1) as before\n"
                     "define penalty hoyer(x) = sum(x)\n"
                     "dense 2 kernel_init=constant(2) kernel=hoyer(1) as after\n" END);
    check_near(fake_number(&f, "before.kernel.penalty"), 8, 8 * EXACT);
    check_near(fake_number(&f, "after.kernel.penalty"), 8, 8 * EXACT);
    fake_ok(&f, "set after.kernel = hoyer(2)\nsweep k = ? over 1 2 jobs=2 { evaluate }\nmodel "
                "main_2\n");
    check_near(fake_number(&f, "before.kernel.penalty"), 8, 8 * EXACT);
    check_near(fake_number(&f, "after.kernel.penalty"), 16, 16 * EXACT);
    fake_finish(&f);
}

static void what_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"dense 2 bias=orthogonal(1)",
         "t:1:14: orthogonal is for matrices, and a weight of shape 2 "
         "is a vector; write it in the slot of a kernel: "
         "kernel=orthogonal(...)"},
        {"dense 2 bias=spectral(1)", "t:1:14: spectral is for matrices, and a weight of shape 2 is "
                                     "a vector; write it in the slot of a kernel: "
                                     "kernel=spectral(...)"},
        {"dense 2 bias=decov(1)", "t:1:14: decov is for matrices, and a weight of shape 2 is a "
                                  "vector; write it in the slot of a kernel: kernel=decov(...)"},
        {"dense 2 activity=spectral(1)", "t:1:18: spectral is for kernels, not for activities; "
                                         "write it in the slot of a kernel: kernel=spectral(...)"},
        {"dense 2 activity=soft_orthogonal(1)",
         "t:1:18: soft_orthogonal is for kernels, not for activities; write it in the slot of a "
         "kernel: kernel=soft_orthogonal(...)"},
        {"dense 2 kernel=ar(1)",
         "t:1:16: ar is for activities; the sum of squares of a weight is l2"},
        {"dense 2 kernel=tar(1)", "t:1:16: tar is for activities, over their time steps; tv goes "
                                  "along an axis of a weight"},
        {"dense 2 activity=tar(1)", "t:1:18: tar goes over time steps, and a sample of 2 has none; "
                                    "a sample of 10x2 has 10 steps"},
        {"dense 2 activity=tv(1)",
         "t:1:18: tv goes along time, axis 1, and a sample of 2 has no time steps; axis=-1 goes "
         "along its units; a sample of 10x2 has 10 steps"},
        {"dense 2 activity=tv(1, axis=0)", "t:1:29: axis 0 of an activity is the batch, whose "
                                           "samples have no order; axis 1 is time, -1 the units"},
        {"dense 2 bias=tv(1)",
         "t:1:14: tv does not fit a weight of 2: there is no axis 1; its only "
         "axis is 0: axis=0"},
        {"dense 2 kernel=tv(1, axis=2)",
         "t:1:27: tv does not fit a weight of 3x2: there is no axis "
         "2; axis 0 is that of its inputs, the last is 1"},
        {"dense 2 kernel=entropy(1)",
         "t:1:16: entropy is for activities that are probabilities, and weights are none; write it "
         "in the slot of a sigmoid or softmax layer: activity=entropy(...)"},
        {"dense 2 kernel=confidence(1)",
         "t:1:16: confidence is for activities that are probabilities, and weights are none; write "
         "it in the slot of a sigmoid or softmax layer: activity=confidence(...)"},
        {"dense 2 kernel=orthogonal(1, by=row)",
         "t:1:33: no side \"row\"; it is one of: unit input"},
        {"dense 2 kernel=hoyer(-1)", "t:1:22: a strength is 0 or more"},
        {"dense 2 kernel=spectral(1, reduce=sum)",
         "t:1:28: reduce= is for activity penalties; a weight penalty is summed over the tensor: "
         "leave reduce= out"},
    };
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data random 8 shape=3 target=2\ninput 3\n");
    const uint64_t before = session_digest(f.session);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fake_says(&f, cases[i].line, OUTCOME_ERROR, cases[i].says);
        assert_true(session_digest(f.session) == before);
    }
    fake_finish(&f);
}

/* Where a figure is a sum over samples, how the data is cut into batches does not matter. */
static void batches_of_any_size(void **state)
{
    (void)state;
    static const char *const uses[] = {"hoyer(0.3)", "ar(0.2)",      "tv(0.1)",
                                       "tar(0.3)",   "entropy(0.2)", "confidence(0.1)"};
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        double value[3];
        static const int batch[] = {11, 4, 1};
        for (int k = 0; k < 3; k++) {
            struct fake f;
            char text[400];
            fake_start(&f);
            snprintf(text, sizeof text,
                     "data random 11 shape=3x4 target=2 batch=%d\ninput 3x4\n"
                     "timedistributed dense 5 sigmoid activity=%s as h\n" END,
                     batch[k], uses[i]);
            fake_ok(&f, text);
            value[k] = fake_number(&f, "h.activity.penalty");
            fake_finish(&f);
        }
        check_near(value[1], value[0], 4 * EXACT);
        check_near(value[2], value[0], 4 * EXACT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(over_time),
        cmocka_unit_test(of_a_kernel),
        cmocka_unit_test(huge_tiny_and_single_numbers),
        cmocka_unit_test(probabilities),
        cmocka_unit_test(numbers_that_are_no_probabilities),
        cmocka_unit_test(sums_and_gradients_everywhere),
        cmocka_unit_test(what_a_session_does_with_them),
        cmocka_unit_test(a_definition_hides_a_kind),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(batches_of_any_size),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
