/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several models, marks, loops and pauses. */
#include "check.h"
#include "host.h"

#include "cmd/common/resolve.h"
#include "cmd/session/state.h"
#include "lang/parse.h"

#include <stdio.h>
#include <string.h>

/* A line through the origin, as in test_language.c: a step moves w by -0.2 (w - 2). */
#define LINE                                                                                       \
    "data rows { 1 -> 2 }\ninput 1 as x\ndense 1 use_bias=no kernel_init=ones as h\nloss mse\n"    \
    "optimizer sgd lr=0.1\n"

#define NET                                                                                        \
    "data moons 60\ninput 2\ndense 5 tanh as h\ndense 1 sigmoid\nloss binary_crossentropy\n"       \
    "optimizer adam\n"

static void a_clone_goes_on_from_where_the_model_was(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE "step 1\nclone second\n");
    check_has(f.err.text, "now in second");
    fake_ok(&f, "step 1\n");
    check_near(fake_number(&f, "h.kernel"), 1.36, 1e-6);
    check_near(fake_number(&f, "step"), 2, 0);
    fake_ok(&f, "model main\n");
    check_near(fake_number(&f, "h.kernel"), 1.2, 1e-6);
    fake_finish(&f);
}

static void a_clone_keeps_the_optimizer_s_state(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET "step 7\nclone twin\nstep 9 on main, twin\n");
    double twin = fake_number(&f, "sum(h.kernel)");
    fake_ok(&f, "model main\n");
    check_near(fake_number(&f, "sum(h.kernel)"), twin, 0);
    fake_finish(&f);
}

static void a_change_in_a_clone_leaves_the_original(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE "rename plain\nclone heavy\nset h.kernel = l2(1)\n");
    check_near(fake_number(&f, "h.kernel.penalty"), 1, 1e-6);
    fake_ok(&f, "model plain\n");
    check_near(fake_number(&f, "h.kernel.penalty"), 0, 0);
    fake_says(&f, "clone heavy\n", OUTCOME_ERROR,
              "t:1:7: there is a model heavy already; choose another name, or switch to it: model "
              "heavy");
    fake_finish(&f);
}

static void compare_sets_the_ledgers_side_by_side(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE "rename plain\nclone heavy\nset h.kernel = l2(3)\n");
    /* w = 1: the data loss is (1 - 2)^2 in both, and the penalty 3 * 1. */
    fake_prints(&f, "compare\n",
                "compare on training data: 1 sample, batches of 1\n"
                "                plain  heavy\n"
                "h.kernel l2(3)      -      3\n"
                "data loss           1      1\n"
                "total               1      4\n"
                "steps               0      0\n");
    fake_says(&f, "compare plane\n", OUTCOME_ERROR,
              "t:1:9: there is no model \"plane\"; did you mean plain?");
    fake_finish(&f);
}

/* shared/reference's lesson of marks: the same again from the same state, without the penalty. */
static void goto_sets_the_state_back_and_not_the_variables(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE "step 1\nmark before\nset h.kernel = l1(1)\nset data.batch = 7\nstep 5\n"
                     "let after = h.kernel.penalty\ngoto before\n");
    check_near(fake_number(&f, "h.kernel"), 1.2, 1e-6);
    check_near(fake_number(&f, "h.kernel.penalty"), 0, 0);
    check_near(fake_number(&f, "data.batch"), 32, 0);
    check_near(fake_number(&f, "step"), 1, 0);
    assert_true(fake_number(&f, "after") > 0);
    fake_says(&f, "goto befor\n", OUTCOME_ERROR,
              "t:1:6: there is no mark \"befor\"; did you mean before?");
    fake_finish(&f);
}

static void training_from_a_mark_is_the_same_to_the_bit(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET "train 2\nstep 1\nmark here\ntrain 3\n");
    uint64_t first = session_digest(f.session);
    fake_ok(&f, "goto here\ntrain 3\n");
    assert_true(session_digest(f.session) == first);
    fake_finish(&f);
}

static void loops_do_what_stands_in_the_braces(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_prints(&f, "for k in 1 -2, 0.5 { print k k^2 }\nprint k\n",
                "k = 1, k^2 = 1\nk = -2, k^2 = 4\nk = 0.5, k^2 = 0.25\n0.5\n");
    fake_prints(&f, "let n = 1\nrepeat 3 { let n = 2*n ; repeat 2 { let n = n+1 } }\nprint n\n",
                "22\n"); /* ((1*2+2)*2+2)*2+2 */
    fake_ok(&f, LINE "for p in none l2(1)+l1(1) { set h.kernel = p }\n");
    check_near(fake_number(&f, "h.kernel.penalty"), 2, 1e-6);
    fake_finish(&f);
}

static void an_error_in_a_loop_ends_it_at_its_place(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_says(&f, "for k in 1 2 {\n  print k\n  print nothing\n}\n", OUTCOME_ERROR,
              "t:3:9: no quantity or variable \"nothing\"; help expressions lists what there is");
    assert_string_equal(f.out.text, "1\n");
    fake_says(&f, "repeat 2 { expect 1 > 2 }\n", OUTCOME_EXPECT,
              "t:1:19: expected 1 > 2, but 1 > 2 is not so");
    fake_finish(&f);
}

static void quit_in_a_loop_leaves(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    assert_int_equal(fake_run(&f, "repeat 5 { print 1 ; quit }\nprint 2\n"), OUTCOME_QUIT);
    assert_string_equal(f.out.text, "1\n");
    fake_finish(&f);
}

static void a_loop_can_be_stopped(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    f.stop_at = 100;
    assert_int_equal(fake_run(&f, "repeat 1000000 { let k = 1 }\n"), OUTCOME_STOPPED);
    fake_finish(&f);
}

static void pause_asks_and_a_refusal_stops(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "pause\npause \"look at it\"\n");
    assert_string_equal(f.asked, "look at it");
    f.refuses = true;
    assert_int_equal(fake_run(&f, "pause\nprint 1\n"), OUTCOME_STOPPED);
    fake_finish(&f);
}

static void step_by_step_shows_each_statement(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    f.host.step = true;
    fake_ok(&f, "let k   =  2\nprint k\n");
    check_has(f.shown.text, "t:2 (2 of 2): print k\nstep> ");
    fake_finish(&f);
}

static void small_weights_and_huge_outputs_three_ways(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "seed 5\ndata random 2000 shape=1024 target=1\nmodel free\ninput 1024\n"
                "dense 32 kernel_init=uniform(-0.05, 0.3) as pre\nactivation sigmoid as squash\n"
                "dense 1 sigmoid\nloss binary_crossentropy\noptimizer sgd lr=0.01\n"
                "clone by_kernel\nset pre.kernel = l2(1e-2)\nmodel free\nclone by_activity\n"
                "set pre.activity = l2(1e-2)\ntrain 5 on all\ncompare\n"
                "expect mean(abs(pre.output)) < 5\nmodel by_kernel\n"
                "expect mean(abs(pre.output)) > 20\n"
                "plot activity of free, by_kernel, by_activity\n");
    fake_finish(&f);
}

/* Nothing was trained, so there is no loss to tell. */
static void what_was_stopped_before_its_first_step_has_no_figures(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    f.host.person = true;
    fake_ok(&f, NET "loss mse\noptimizer sgd\nrun\n");
    assert_string_equal(session_prompt(f.session), "nnr step 0 loss -> ");
    fake_prints(&f, "stop\n", "run: 0 steps, stopped before the first\n");
    fake_ok(&f, "step 3\nrun\n");
    fake_prints(&f, "stop\n", "run: 0 steps, stopped before the first\n");
    f.host.json = true;
    fake_ok(&f, "run\nstop\n");
    check_has(f.out.text, "\"steps\": 0, \"loss\": null, \"data\": null, \"penalty\": null");
    fake_finish(&f);
}

static void training_in_the_background_is_step_n(void **state)
{
    (void)state;
    struct fake f, g;
    fake_start(&f);
    f.host.person = true;
    fake_ok(&f, NET "run\n");
    assert_true(session_running(f.session));
    for (int i = 0; i < 5; i++)
        session_advance(f.session);
    fake_says(&f, "train 1\n", OUTCOME_ERROR,
              "t:1:1: train cannot be done while training runs; stop first: stop");
    fake_says(&f, "dense 3\n", OUTCOME_ERROR,
              "t:1:1: dense cannot be done while training runs; stop first: stop");
    fake_ok(&f, "set h.activity = l1(1e-2)\n");
    uint64_t steps = (uint64_t)fake_number(&f, "step");
    session_advance(f.session);
    fake_ok(&f, "stop\n");
    assert_false(session_running(f.session));
    uint64_t more = (uint64_t)fake_number(&f, "step") - steps;
    assert_true(steps > 0 && more > 0);
    fake_start(&g);
    char text[300];
    snprintf(text, sizeof text, NET "step %u\nset h.activity = l1(1e-2)\nstep %u\n",
             (unsigned)steps, (unsigned)more);
    fake_ok(&g, text);
    check_near(fake_number(&g, "sum(h.kernel)"), fake_number(&f, "sum(h.kernel)"), 0);
    fake_finish(&g);
    fake_finish(&f);
}

static void run_is_for_the_prompt(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, NET);
    fake_says(&f, "run\n", OUTCOME_ERROR,
              "t:1:1: run needs the prompt: a script would not be the same twice; in a script "
              "write step N");
    fake_says(&f, "stop\n", OUTCOME_ERROR, "t:1:1: nothing runs; run trains in the background");
    fake_finish(&f);
}

static void dropout_keeps_the_mean_and_rests_in_evaluation(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data random 4000 shape=1 target=1\ninput 1 as x\ndropout 0.25 as d\n"
                "dense 1 use_bias=no kernel_init=ones\nloss mse\noptimizer sgd lr=0\n"
                "batch 4000\n");
    check_near(fake_number(&f, "max(abs(d.output - x.output))"), 0, 0);
    fake_ok(&f, "step 1\n");
    double first = fake_number(&f, "loss");
    fake_ok(&f, "step 1\n");
    assert_true(fake_number(&f, "loss") != first); /* another step, another mask */
    /* d = x m / 0.75 and t independent of it, both uniform in [0, 1): E (d - t)^2 =
     * E x^2 / 0.75 - 2 E x E t + E t^2 = 4/9 - 1/2 + 1/3 = 0.2778; five standard errors. */
    check_near(first, 5.0 / 18, 5 * 0.35 / 63);
    fake_finish(&f);
}

static void dropout_refuses_a_rate_of_one(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    assert_int_equal(fake_run(&f, "input 3\ndropout 1\n"), OUTCOME_ERROR);
    check_has(f.err.text, "t:2:9: rate is ");
    fake_finish(&f);
}

static double number_of(struct fake *f, size_t model, const char *text)
{
    struct arena arena = {0};
    struct node *tree;
    struct err e = {0};
    double x = 0;
    assert_int_equal(parse_value(&arena, text, strlen(text), 1, &tree, &e), PARSE_OK);
    if (session_number(f->session, f->session->model[model], tree, &x, &e))
        fail_msg("%s: %s", text, e.what);
    arena_finish(&arena);
    return x;
}

/* Layers, settings, quantities and rows are those of the model that is asked, whichever is the
 * current one. w of the first goes 1, 1.2, 1.36, ...: 2 - 0.8^n passes 1.5 at n = 4. */
static void an_expression_is_about_the_model_that_it_is_given(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE "step 1\nrename one\nmodel two\ninput 1 as x\n"
                     "dense 1 use_bias=no kernel_init=ones kernel=l2(0.5) as h\nloss mse\n"
                     "optimizer sgd lr=0.25\n");
    check_near(number_of(&f, 0, "sum(h.kernel)"), 1.2, 1e-6);
    check_near(number_of(&f, 0, "sum(h.output)"), 1.2, 1e-6);
    check_near(number_of(&f, 0, "step"), 1, 0);
    check_near(number_of(&f, 0, "optimizer.lr"), 0.1, 0);
    check_near(number_of(&f, 0, "h.kernel.penalty"), 0, 0);
    check_near(number_of(&f, 0, "train.loss"), 0.8 * 0.8, 1e-6);
    check_near(number_of(&f, 1, "sum(h.kernel)"), 1, 0);
    check_near(number_of(&f, 1, "step"), 0, 0);
    check_near(number_of(&f, 1, "optimizer.lr"), 0.25, 0);
    check_near(number_of(&f, 1, "h.kernel.penalty"), 0.5, 0);
    check_near(number_of(&f, 1, "train.loss"), 1.5, 0);
    fake_ok(&f, "train until sum(h.kernel) > 1.5 max 50 on one\n");
    check_near(number_of(&f, 0, "step"), 4, 0);
    check_near(fake_number(&f, "step"), 0, 0);
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clone_goes_on_from_where_the_model_was),
        cmocka_unit_test(a_clone_keeps_the_optimizer_s_state),
        cmocka_unit_test(a_change_in_a_clone_leaves_the_original),
        cmocka_unit_test(compare_sets_the_ledgers_side_by_side),
        cmocka_unit_test(goto_sets_the_state_back_and_not_the_variables),
        cmocka_unit_test(training_from_a_mark_is_the_same_to_the_bit),
        cmocka_unit_test(loops_do_what_stands_in_the_braces),
        cmocka_unit_test(an_error_in_a_loop_ends_it_at_its_place),
        cmocka_unit_test(quit_in_a_loop_leaves),
        cmocka_unit_test(a_loop_can_be_stopped),
        cmocka_unit_test(pause_asks_and_a_refusal_stops),
        cmocka_unit_test(step_by_step_shows_each_statement),
        cmocka_unit_test(small_weights_and_huge_outputs_three_ways),
        cmocka_unit_test(what_was_stopped_before_its_first_step_has_no_figures),
        cmocka_unit_test(training_in_the_background_is_step_n),
        cmocka_unit_test(run_is_for_the_prompt),
        cmocka_unit_test(dropout_keeps_the_mean_and_rests_in_evaluation),
        cmocka_unit_test(dropout_refuses_a_rate_of_one),
        cmocka_unit_test(an_expression_is_about_the_model_that_it_is_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
