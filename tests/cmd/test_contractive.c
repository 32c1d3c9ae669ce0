/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A penalty on what a layer does inside, and constraints on whole kernels, as statements. Values,
 * gradients and steps against PyTorch: tests/reference/models_inside.py; random models with them
 * against a sum over Jacobians: test_random_models. */
#include "check.h"
#include "host.h"

#include "cmd/session/state.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NEAR(wide, narrow) (sizeof(real) == sizeof(double) ? (wide) : (narrow))

/* A number of h.kernel, row after row. */
static double number_of(struct fake *f, size_t i)
{
    const struct model *m = current_model(f->session);
    const struct weight *w = m->graph->weight;
    while (strcmp(w->path, "h.kernel") != 0)
        w++;
    return (double)m->state.weight[w->at + i];
}

/* f' of a sigmoid at 0 is 1/4, that of tanh 1; the squares of (3 4) are 25. */
static void worked_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *activation, *penalty;
        double due;
    } cases[] = {
        {"sigmoid", "contractive(1)", 25.0 / 16},
        {"sigmoid", "contractive(2, reduce=sum)", 2 * 3 * 25.0 / 16},
        {"tanh", "contractive(1, reduce=mean)", 25},
        {"linear", "contractive(0.5)", 12.5},
        {"relu", "contractive(1)", 0},
        {"softplus", "contractive(1)", 25.0 / 4},
        {"swish", "contractive(1)", 25.0 / 4},
        {"gelu", "contractive(1)", 25.0 / 4},
        {"tanh", "contractive(0)", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        char text[400];
        snprintf(text, sizeof text,
                 "data rows { 0 0 -> 0; 0 0 -> 0; 0 0 -> 0 }\ninput 2\n"
                 "dense 1 %s activity=%s kernel_init=values(3, 4) as h\n"
                 "loss mse\noptimizer sgd lr=0\nstep 1\n",
                 cases[i].activation, cases[i].penalty);
        fake_start(&f);
        fake_ok(&f, text);
        check_near(fake_number(&f, "h.activity.penalty"), cases[i].due, NEAR(1e-13, 1e-5));
        fake_finish(&f);
    }
}

static void a_softmax_comes_and_goes_only_without_it(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data moons 40\ninput 2\ndense 4 tanh activity=contractive(0.1) as h\n"
                "dense 1 sigmoid\nstep 1\n");
    const double before = fake_number(&f, "h.activity.penalty");
    fake_says(&f, "set h.activation = softmax\n", OUTCOME_ERROR,
              "t:1:20: contractive does not know the slopes of softmax, the activation of h; "
              "leave that to a layer of its own: activation softmax");
    check_near(fake_number(&f, "h.activity.penalty"), before, 0);
    fake_ok(&f, "set h.activity = none\nset h.activation = softmax\nstep 1\n");
    assert_int_equal(fake_run(&f, "set h.activity = l1(1)+contractive(0.1)\n"), OUTCOME_ERROR);
    fake_ok(&f, "set h.activation = elu\nset h.activity = contractive(0.1)\nstep 1\n");
    fake_finish(&f);
}

/* In blocks, under time axes, shared between both, frozen, on an output, and where it leads to
 * none. */
static void its_gradient_is_right_everywhere(void **state)
{
    (void)state;
    static const char *const kinds[] = {"sigmoid",  "tanh",   "swish", "gelu",
                                        "softplus", "linear", "mish"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct fake f;
        char text[900];
        snprintf(
            text, sizeof text,
            "data random 13 shape=3x4 target=2 batch=8\ninput 3x4\n"
            "block b { dense 4 %s activity=contractive(0.2) as low; "
            "dense 4 %s trainable=no activity=contractive(0.3, reduce=mean) as still }\n"
            "timedistributed b as t\nt as u\ndense 3 %s activity=contractive(0.1) on t as away\n"
            "dense 2 kernel_dropout=0.3 activity=contractive(0.1) on u\nflatten\n"
            "dense 2 sigmoid activity=contractive(0.2, reduce=sum) as o\noutput o\n"
            "checkgrad\nstep 2\ncheckgrad\n",
            kinds[i], kinds[i], kinds[i]);
        fake_start(&f);
        fake_ok(&f, text);
        check_has(f.out.text, "the gradient is right");
        fake_finish(&f);
    }
}

/* Zero kernels, units that do not move any more, one number. */
static void nothing_becomes_no_number(void **state)
{
    (void)state;
    static const char *const kernels[] = {"zeros", "constant(1e18)", "constant(-1e18)",
                                          "constant(1e-30)"};
    static const char *const kinds[] = {
        "sigmoid", "tanh",   "swish", "gelu",     "softplus", "relu",         "elu",
        "selu",    "linear", "mish",  "softsign", "relu6",    "hard_sigmoid", "hard_sigmoid(0.3)",
        "step"};
    for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++)
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
            struct fake f;
            char text[400];
            snprintf(text, sizeof text,
                     "data rows { 1 -> 0; 0 -> 0; -2 -> 1 } batch=2\ninput 1\n"
                     "dense 1 %s activity=contractive(1e-3) kernel_init=%s as h\n"
                     "loss mae\noptimizer sgd lr=1e-30\n",
                     kinds[i], kernels[k]);
            fake_start(&f);
            fake_ok(&f, text);
            const double value = fake_number(&f, "h.activity.penalty");
            assert_true(isfinite(value) && value >= 0);
            fake_ok(&f, "step 2\n");
            assert_true(isfinite(number_of(&f, 0)));
            fake_finish(&f);
        }
}

static void others_have_no_such_penalty(void **state)
{
    (void)state;
    static const char *const systems[] = {"keras-2.0", "keras-2.2", "tf.keras-2", "keras-3"};
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++) {
        struct fake f;
        char text[400];
        snprintf(text, sizeof text,
                 "emulate %s\ndata random 12 shape=3 target=3\ninput 3\n"
                 "block b { dense 3 tanh activity=contractive(0.5)+l2(0.1) as h }\nb\nb\n"
                 "step 2\npenalties\n",
                 systems[i]);
        fake_start(&f);
        fake_ok(&f, text);
        check_has(f.out.text, "b.h.output 3");
        fake_finish(&f);
    }
}

#define NET                                                                                        \
    "data random 20 shape=3 target=2 batch=5\ninput 3\n"                                           \
    "dense 4 tanh activity=contractive(0.1) as h\ndense 2\noptimizer adam lr=0.01\n"

static void it_is_set_ruled_and_swept(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET "set h.activity = contractive(0.1 * (step + 1)) every 1\nstep 3\nmark m\n"
                    "clone c\nstep 2\n");
    const double there = fake_number(&f, "sum(h.kernel^2)");
    check_near(fake_number(&f, "h.activity.strength"), 0.5, 1e-7);
    fake_ok(&f, "goto m\nstep 2\n");
    check_near(fake_number(&f, "sum(h.kernel^2)"), there, 0);
    fake_finish(&f);
    char last[2][4000];
    for (int jobs = 1; jobs <= 2; jobs++) {
        char text[400];
        fake_start(&f);
        snprintf(text, sizeof text,
                 NET "sweep h.activity = contractive(?) over 0 0.1 1 jobs=%d {\nstep 4\n"
                     "measure p = h.activity.penalty\nmeasure k = sum(h.kernel^2)\n}\n",
                 jobs);
        fake_ok(&f, text);
        fake_ok(&f, "results format=json\n");
        snprintf(last[jobs - 1], sizeof last[0], "%s", f.out.text);
        fake_finish(&f);
    }
    assert_string_equal(last[0], last[1]);
}

/* (3 -4; 4 3) has two singular values of 5: both come down together. */
static void whole_kernels_are_held(void **state)
{
    (void)state;
    static const struct {
        const char *start, *constraint;
        double first, last;
    } cases[] = {
        {"values(3, -4, 4, 3)", "spectral_norm(1)", 0.6, 0.6},
        {"values(3, -4, 4, 3)", "spectral_norm(5)", 3, 3},
        {"values(3, -4, 4, 3)", "spectral_norm(0)", 0, 0},
        {"zeros", "spectral_norm(0)", 0, 0},
        {"zeros", "spectral_norm", 0, 0},
        /* The singular values 6 and 2. */
        {"values(6, 0, 0, 2)", "spectral_norm(3)", 3, 1},
        {"constant(1e18)", "spectral_norm(3)", 1.5, 1.5},
        {"constant(1e-30)", "spectral_norm(3)", 1e-30, 1e-30},
        /* The norm of all four is 5 sqrt 2. */
        {"values(3, -4, 4, 3)", "unit_norm(0, 1)", 0.42426406871192851, 0.42426406871192851},
        {"values(3, -4, 4, 3)", "max_norm(10, 1, 0)", 3, 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        char text[400];
        fake_start(&f);
        snprintf(
            text, sizeof text,
            "data rows { 0 0 -> 0 0 }\ninput 2\ndense 2 kernel_init=%s kernel_constraint=%s as "
            "h\nloss mse\noptimizer sgd lr=0\nstep 1\n",
            cases[i].start, cases[i].constraint);
        fake_ok(&f, text);
        check_near(number_of(&f, 0), cases[i].first, NEAR(1e-7, 1e-6));
        check_near(number_of(&f, 3), cases[i].last, NEAR(1e-7, 1e-6));
        fake_finish(&f);
    }
}

/* What show says can be typed again. */
static void arguments_are_printed_as_they_are_read(void **state)
{
    (void)state;
    static const char *const uses[] = {"max_norm(2, 0, 1)",
                                       "max_norm(axis=1)",
                                       "unit_norm(1)",
                                       "min_max_norm(0.5, 0.9, 0.3, 1, 0)",
                                       "min_max_norm(0.5, axis=1)",
                                       "spectral_norm(2)",
                                       "spectral_norm"};
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        struct fake f;
        char text[200], due[200];
        fake_start(&f);
        snprintf(text, sizeof text, "input 2\ndense 2 kernel_constraint=%s as h\nshow h\n",
                 uses[i]);
        snprintf(due, sizeof due, "kernel_constraint=%s)", uses[i]);
        fake_ok(&f, text);
        check_has(f.out.text, due);
        fake_finish(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worked_numbers),
        cmocka_unit_test(a_softmax_comes_and_goes_only_without_it),
        cmocka_unit_test(its_gradient_is_right_everywhere),
        cmocka_unit_test(nothing_becomes_no_number),
        cmocka_unit_test(others_have_no_such_penalty),
        cmocka_unit_test(it_is_set_ruled_and_swept),
        cmocka_unit_test(whole_kernels_are_held),
        cmocka_unit_test(arguments_are_printed_as_they_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
