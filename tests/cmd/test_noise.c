/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is random in a step, as statements: where the summary says that it acts, what is refused,
 * and that the same step always draws the same. Its values and gradients are held against the naive
 * ledger in tests/train/test_gradient.c. */
#include "check.h"
#include "host.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void the_summary_says_where_noise_and_constraints_act(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "input 3x4\ndense 5 relu kernel_dropout=0.2 kernel_constraint=max_norm(2) as h\n"
                "spatial_dropout 0.3 as s\ndense 2 bias_constraint=non_neg trainable=no as o\n"
                "gaussian_noise 0.1 as g\nalpha_dropout 0 as a\nsummary\n");
    check_has(f.out.text, "\nnoise h: dense with kernel_dropout=0.2, in training steps\n"
                          "noise s: spatial_dropout with rate=0.3, in training steps\n"
                          "noise g: gaussian_noise with stddev=0.1, in training steps\n"
                          "constraint h.kernel: max_norm(2), after each step\n"
                          "constraint o.bias: non_neg, never: it is frozen\n");
    assert_null(strstr(f.out.text, "noise a"));
    fake_ok(&f, "set a.rate = 0.25\nset s.rate = 0\nset h.kernel_constraint = none\nsummary\n");
    check_has(f.out.text, "noise a: alpha_dropout with rate=0.25, in training steps\n");
    assert_null(strstr(f.out.text, "noise s"));
    assert_null(strstr(f.out.text, "constraint h"));
    fake_ok(&f, "undo\nundo\nundo\nsummary\n");
    check_has(f.out.text, "noise s: spatial_dropout with rate=0.3, in training steps\n");
    fake_finish(&f);
    fake_start_as(&f, "json");
    fake_ok(&f, "input 4\ndropout 0.5 as d\ndense 1 kernel_constraint=unit_norm as h\nsummary\n");
    check_has(f.out.text, "\"acts\": [{\"row\": \"noise\", \"on\": \"d\", \"when\": \"in training "
                          "steps\", \"does\": \"dropout with rate=0.5\"}, {\"row\": "
                          "\"constraint\", \"on\": \"h.kernel\", \"when\": \"after each step\", "
                          "\"does\": \"unit_norm\"}]");
    fake_finish(&f);
}

static void rates_are_shares(void **state)
{
    (void)state;
    static const char *const what[] = {"dropout ", "gaussian_dropout ", "alpha_dropout ",
                                       "spatial_dropout ", "dense 2 kernel_dropout="};
    static const char *const wrong[] = {"-0.1", "1", "1.5", "1e308", "0/0"};
    struct fake f;
    for (size_t i = 0; i < sizeof what / sizeof *what; i++)
        for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
            char text[80], at[40];
            fake_start(&f);
            snprintf(text, sizeof text, "input 3x2\n%s%s\n", what[i], wrong[k]);
            snprintf(at, sizeof at, "t:2:%zu: ", strlen(what[i]) + 1);
            assert_int_equal(fake_run(&f, text), OUTCOME_ERROR);
            check_has(f.err.text, at);
            fake_finish(&f);
        }
    fake_start(&f);
    assert_int_equal(fake_run(&f, "input 4\nspatial_dropout 0.5\n"), OUTCOME_ERROR);
    check_has(f.err.text, "t:2:1: spatial_dropout drops whole channels, and its input has none: "
                          "only 4 numbers; channels are the last of two axes or more");
    fake_finish(&f);
}

/* With everything that is random. */
#define NOISY                                                                                      \
    "data random 13 shape=3x4 target=6 batch=8\ninput 3x4\ndense 3 tanh kernel_dropout=0.2 as h\n" \
    "dropout 0.2\nspatial_dropout 0.2\ndense 3 tanh\ngaussian_dropout 0.1\nalpha_dropout 0.1\n"    \
    "gaussian_noise 0.1\ndense 2 as o\noptimizer adam\n"

static void a_step_draws_the_same_whoever_takes_it(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NOISY "step 3\nmark m\nstep 4\n");
    const double there = fake_number(&f, "sum(h.kernel^2)");
    fake_ok(&f, "clone again\ngoto m\nstep 4\n");
    check_near(fake_number(&f, "sum(h.kernel^2)"), there, 0);
    fake_ok(&f, "step 1\n");
    assert_true(fake_number(&f, "sum(h.kernel^2)") != there);
    fake_finish(&f);
}

/* In blocks, under time axes, shared between both, frozen. */
static void noise_has_its_gradient_in_blocks(void **state)
{
    (void)state;
    static const char *const noises[] = {"dropout 0.4", "gaussian_dropout 0.3", "alpha_dropout 0.4",
                                         "spatial_dropout 0.4", "gaussian_noise 0.2"};
    struct fake f;
    for (size_t i = 0; i < sizeof noises / sizeof *noises; i++) {
        char text[600];
        snprintf(text, sizeof text,
                 "data random 13 shape=2x3x4 target=4 batch=8\ninput 2x3x4\n"
                 "block b { dense 4 tanh kernel_dropout=0.3 kernel=l2(0.1); %s activity=l2(0.1); "
                 "dense 4 tanh trainable=no kernel_dropout=0.2 }\ntimedistributed b as "
                 "t\ntimedistributed b\n"
                 "dense 2 tanh\nflatten\ndense 4\ncheckgrad\nstep 1\ncheckgrad\n",
                 noises[i]);
        fake_start(&f);
        fake_ok(&f, text);
        fake_finish(&f);
    }
}

/* What a penalty on the kernel counts is the kernel, whatever a step leaves out of it. */
static void the_kernel_s_penalty_is_on_the_whole_kernel(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 2 -> 0 }\ninput 2\ndense 3 kernel_dropout=0.5 kernel_init=ones "
                "kernel=l2(0.5) as h\ndense 1\noptimizer sgd lr=0\nstep 1\n");
    check_near(fake_number(&f, "loss.penalty"), 3, 0);
    check_near(fake_number(&f, "h.kernel.penalty"), 3, 0);
    fake_finish(&f);
}

static void rates_can_be_swept(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NOISY "sweep h.kernel_dropout = ? over 0 0.5 {\nstep 3\n"
                      "measure r = h.kernel_dropout\n}\n");
    check_has(f.out.text, "0.5");
    assert_int_equal(fake_run(&f, "sweep h.kernel_dropout = ? over 0 1 { step 3 }\n"),
                     OUTCOME_ERROR);
    fake_finish(&f);
}

/* As NOISY, with names. */
#define RULED                                                                                      \
    "data random 13 shape=4 target=2 batch=8\ninput 4\n"                                           \
    "dense 5 tanh kernel_dropout=0 as h\ndropout 0.4 as d\ngaussian_noise 0.3 as g\n"              \
    "dense 2 as o\noptimizer adam\n"

/* A rule does what plain sets between the steps do, to the bit. */
static void amounts_follow_rules(void **state)
{
    (void)state;
    static const char *const names[] = {"d.rate", "g.stddev", "h.kernel_dropout"};
    struct fake f;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *n = names[i];
        char text[600];
        fake_start(&f);
        fake_ok(&f, RULED "clone other\n");
        snprintf(text, sizeof text,
                 "set %s = 0\nstep 2\nset %s = 0.1\nstep 2\nset %s = 0.2\nstep 1\n", n, n, n);
        fake_ok(&f, text);
        const double plain = fake_number(&f, "sum(h.kernel^2)");
        snprintf(text, sizeof text, "model main\nset %s = 0.05*step every 2\nstep 5\n", n);
        fake_ok(&f, text);
        check_near(fake_number(&f, "sum(h.kernel^2)"), plain, 0);
        check_near(fake_number(&f, n), 0.2, 1e-12);
        fake_ok(&f, "checkgrad\nsummary\n");
        check_has(f.out.text, i == 1   ? "noise g: gaussian_noise with stddev=0.2"
                              : i == 0 ? "noise d: dropout with rate=0.2"
                                       : "noise h: dense with kernel_dropout=0.2");
        fake_finish(&f);
    }
}

static void what_follows_a_rule_can_be_taken_back(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, RULED "set d.rate = 0.05*step every 2\nstep 3\nmark m\n");
    check_near(fake_number(&f, "d.rate"), 0.1, 1e-12);
    fake_ok(&f, "set d.rate = 0.3\nstep 3\n");
    check_near(fake_number(&f, "d.rate"), 0.3, 0);
    fake_ok(&f, "undo\nundo\n");
    check_near(fake_number(&f, "d.rate"), 0.1, 1e-12);
    fake_ok(&f, "step 3\n");
    const double there = fake_number(&f, "sum(h.kernel^2)");
    check_near(fake_number(&f, "d.rate"), 0.2, 1e-12);
    fake_ok(&f, "goto m\n");
    check_near(fake_number(&f, "d.rate"), 0.1, 1e-12);
    fake_ok(&f, "clone other\nstep 3\n");
    check_near(fake_number(&f, "sum(h.kernel^2)"), there, 0);
    fake_ok(&f, "model main\nstep 3\npenalties moves=yes\n");
    check_near(fake_number(&f, "sum(h.kernel^2)"), there, 0);
    fake_ok(&f, "undo\nset d.rate = 0.2\nset d.rate = 0.01 every 1\nstep 1\nundo\nundo\n");
    check_near(fake_number(&f, "d.rate"), 0.2, 0);
    fake_finish(&f);
}

/* Processes of a sweep bring back what a rule had come to. */
static void amounts_under_rules_come_back_from_processes(void **state)
{
    (void)state;
    struct fake f;
    double one[2];
    for (int jobs = 1; jobs <= 2; jobs++) {
        char text[300];
        fake_start(&f);
        snprintf(text, sizeof text,
                 RULED "set d.rate = 0.05*step every 2\n"
                       "sweep optimizer.lr = ? over 1e-3 1e-2 jobs=%d keep=all { step 3 }\n",
                 jobs);
        fake_ok(&f, text);
        fake_ok(&f, "model main_2\nstep 3\n");
        check_near(fake_number(&f, "d.rate"), 0.2, 1e-12);
        one[jobs - 1] = fake_number(&f, "sum(h.kernel^2)");
        fake_finish(&f);
    }
    check_near(one[0], one[1], 0);
}

static void rules_for_amounts_are_checked(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, RULED);
    assert_int_equal(fake_run(&f, "set o.kernel_dropout = 0.1*step every 2\n"), OUTCOME_ERROR);
    check_has(f.err.text, "t:1:5: o.kernel_dropout cannot follow a rule yet: the layer was made "
                          "without it; give it a number first: set o.kernel_dropout = 0");
    assert_int_equal(fake_run(&f, "set d.rate = nothing every 2\n"), OUTCOME_ERROR);
    check_near(fake_number(&f, "d.rate"), 0.4, 0);
    fake_ok(&f, "set o.kernel_dropout = 0\nset o.kernel_dropout = 0.1*step every 2\n"
                "set d.rate = 0.5*step every 1\nstep 2\n");
    const double there = fake_number(&f, "sum(h.kernel^2)");
    assert_int_equal(fake_run(&f, "step 1\n"), OUTCOME_ERROR);
    check_has(f.err.text, "the rule d.rate = 0.5*step every 1 of main at step 2: rate is ");
    check_near(fake_number(&f, "d.rate"), 0.5, 0);
    check_near(fake_number(&f, "sum(h.kernel^2)"), there, 0);
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_summary_says_where_noise_and_constraints_act),
        cmocka_unit_test(rates_are_shares),
        cmocka_unit_test(a_step_draws_the_same_whoever_takes_it),
        cmocka_unit_test(noise_has_its_gradient_in_blocks),
        cmocka_unit_test(the_kernel_s_penalty_is_on_the_whole_kernel),
        cmocka_unit_test(rates_can_be_swept),
        cmocka_unit_test(amounts_follow_rules),
        cmocka_unit_test(what_follows_a_rule_can_be_taken_back),
        cmocka_unit_test(amounts_under_rules_come_back_from_processes),
        cmocka_unit_test(rules_for_amounts_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
