/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What emulate bends: values by worked numbers, gradients by where a step of sgd leads, and what
 * evaluate leaves out. The table of other systems is that of docs/reference.md, Systems. */
#include "check.h"
#include "host.h"

#include <stdio.h>
#include <string.h>

/* An output of 300 for the inputs 1 and 2, twice: 0.01 * 300^2 is 900, on the input 0.01 * 5. */
static void an_activity_penalty_in_a_called_block(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 2 -> 0; 1 2 -> 0 } batch=2\ninput 2\n"
                "block t { dense 1 use_bias=no kernel_init=constant(100) activity=l2(0.01) as d }\n"
                "t\nloss mse\n"
                "expect t.d.activity.penalty ~ 900 within 1e-3\n"
                "emulate keras-2.0\nexpect t.d.activity.penalty ~ 0.1 within 1e-6\n"
                "emulate keras-2.2\nexpect t.d.activity.penalty ~ 1800 within 1e-3\n"
                "emulate keras-1.0\nexpect t.d.activity.penalty ~ 1800 within 1e-3\n"
                "emulate tf.keras-2\nexpect t.d.activity.penalty ~ 900 within 1e-3\n"
                "emulate keras-3\nexpect t.d.activity.penalty ~ 900 within 1e-3\n"
                "emulate none\nexpect t.d.activity.penalty ~ 900 within 1e-3\n");
    fake_finish(&f);
}

/* The data is met, so only penalties move the weight from 1: by lr times their slope. */
static void the_gradient_is_bent_too(void **state)
{
    (void)state;
    static const struct {
        const char *penalty, *system;
        double weight;
    } cases[] = {
        {"activity=l2(1)", "none", 0.6},      /* two calls, each 2 * 1 * 1 over a batch of 1 */
        {"activity=l2(1)", "keras-2.0", 1},   /* on the input: nothing that could move */
        {"activity=l2(1)", "keras-2.2", 0.6}, /* the sum over one sample */
        {"kernel=l1(1)", "none", 0.9},        /* once */
        {"kernel=l1(1)", "keras-2.0", 0.8},   /* once for each of two calls */
        {"kernel=l1(1)", "tfjs", 0.8},        {"kernel=l1(1)", "keras-3", 0.9},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        char text[500];
        fake_start(&f);
        snprintf(text, sizeof text,
                 "data rows { 1 -> 1 1 }\ninput 1 as x\n"
                 "block t { dense 1 use_bias=no kernel_init=ones %s as d }\nt on x as a\n"
                 "t on x as b\nconcat on a, b\nloss mse\noptimizer sgd lr=0.1\n"
                 "emulate %s\nstep 1\n",
                 cases[i].penalty, cases[i].system);
        fake_ok(&f, text);
        check_near(fake_number(&f, "t.d.kernel"), cases[i].weight, 1e-6);
        fake_finish(&f);
    }
}

/* Of a layer that is shared without a block only tfjs counts the weight's penalty again. */
static void a_shared_layer_and_a_frozen_one(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 -> 1 1 }\ninput 1 as x\n"
                "dense 1 use_bias=no kernel_init=constant(3) kernel=l1(1) as s\ns on x as again\n"
                "concat on s, again\nloss mse\n"
                "expect s.kernel.penalty ~ 3\nemulate keras-2.0\nexpect s.kernel.penalty ~ 3\n"
                "emulate tfjs\nexpect s.kernel.penalty ~ 6\nemulate none\n"
                "set s.trainable = no\nexpect s.kernel.penalty ~ 3\n"
                "emulate keras-3\nexpect s.kernel.penalty == 0\nemulate none\n"
                "set penalties.frozen = ignore\nexpect s.kernel.penalty == 0\n"
                "set penalties.frozen = count\nexpect s.kernel.penalty ~ 3\n");
    fake_finish(&f);
}

static void evaluate_leaves_penalties_out_where_it_did(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 -> 0 }\ninput 1\n"
                "dense 1 use_bias=no kernel_init=constant(2) kernel=l2(0.5) as d\nloss mse\n"
                "optimizer sgd lr=0\n"
                "evaluate\nexpect loss ~ 6\nemulate keras-1.0\nevaluate\nexpect loss ~ 4\n"
                "expect loss.penalty == 0\nstep 1\nexpect loss ~ 6\n"
                "expect d.kernel.penalty ~ 2\nemulate keras-2.0\nevaluate\nexpect loss ~ 6\n");
    fake_ok(&f, "emulate keras-1.0\nevaluate\n");
    assert_non_null(strstr(f.out.text, "[bent; in truth 6]"));
    fake_finish(&f);
}

static void what_is_refused_does_not_run(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 -> 0 }\ninput 1\ndense 1 activity=l1(1) kernel_init=ones as d\n"
                "loss mse\nemulate tfjs\npenalties\n");
    assert_non_null(strstr(f.out.text, "bent (refused): in truth 1"));
    assert_non_null(strstr(f.out.text, "tfjs refuses activity penalties"));
    fake_says(&f, "step 1\n", OUTCOME_ERROR,
              "t:1:1: tfjs refuses the activity penalty d.activity; penalties shows the ledger; "
              "emulate none ends the emulation");
    fake_says(&f, "evaluate\n", OUTCOME_ERROR,
              "t:1:1: tfjs refuses the activity penalty d.activity; penalties shows the ledger; "
              "emulate none ends the emulation");
    fake_says(&f, "emulate keras-9\n", OUTCOME_ERROR,
              "t:1:9: no system \"keras-9\"; did you mean keras-3?");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_activity_penalty_in_a_called_block),
        cmocka_unit_test(the_gradient_is_bent_too),
        cmocka_unit_test(a_shared_layer_and_a_frozen_one),
        cmocka_unit_test(evaluate_leaves_penalties_out_where_it_did),
        cmocka_unit_test(what_is_refused_does_not_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
