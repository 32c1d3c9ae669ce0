/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prox=yes as a person meets it: what is shown and counted, live changes, rules, marks, clones,
 * undo, records and files that lead to the same bits, and what is refused. */
#include "again.h"
#include "is_json.h"

#include "cmd/session/state.h"
#include "train/trainer.h"
#include "train/workers.h"

#include <math.h>

#define DATA "data random 60 shape=6 target=2 batch=20\n"
#define MODEL                                                                                      \
    DATA "input 6\ndense 8 tanh kernel=l1(0.05, prox=yes)+l2(1e-3) bias=l1(0.01, prox=yes) as h\n" \
         "dense 2 kernel=group_lasso(0.05, by=input, prox=yes) as y\nloss mse\n"                   \
         "optimizer sgd lr=0.1\n"

static void start(struct fake *f, const char *text)
{
    fake_start(f);
    fake_ok(f, text);
}

static void zeros_are_counted(void **state)
{
    (void)state;
    struct fake f;
    start(&f, MODEL);
    /* Weights that were not drawn yet are not spoken of. */
    fake_ok(&f, "show h\n");
    assert_null(strstr(f.out.text, "exactly 0"));
    fake_ok(&f, "train 30\n");
    const double kernel = fake_number(&f, "count(h.kernel == 0)");
    const double groups = fake_number(&f, "8 - count(norm(y.kernel, axis=1))");
    const double weights = fake_number(&f, "count(y.kernel == 0)");
    assert_true(kernel > 0 && kernel < 48 && groups > 0 && groups < 8 && weights == 2 * groups);
    check_near(fake_number(&f, "fraction(h.kernel == 0)"), kernel / 48, 1e-15);
    char line[160];
    fake_ok(&f, "show h y\n");
    snprintf(line, sizeof line, "kernel 6x8: starts as glorot_uniform, %g of 48 exactly 0\n",
             kernel);
    check_has(f.out.text, line);
    snprintf(line, sizeof line,
             "%g of 16 exactly 0, %g of 8 groups of group_lasso(0.05, by=input, prox=yes)\n",
             weights, groups);
    check_has(f.out.text, line);
    check_has(f.out.text, "= strength*sum(sqrt(count(x == x, axis=1))*norm(x, axis=1))\n");
    /* A layer that nothing draws to 0 has nothing to tell. */
    fake_ok(&f, "set y.kernel = l1(0.1)\nstep 1\nshow y\n");
    assert_null(strstr(f.out.text, "exactly 0"));
    fake_finish(&f);
}

static void the_rows_are_marked(void **state)
{
    static const char *const formats[] = {"text", "json", "csv", "markdown"};
    int lines;
    (void)state;
    struct fake f;
    start(&f, MODEL "train 2\n");
    for (size_t i = 0; i < 4; i++) {
        char line[60];
        snprintf(line, sizeof line, "penalties moves=yes format=%s", formats[i]);
        fake_ok(&f, line);
        assert_int_equal(count_of(f.out.text, "proximal"), 3);
        if (i == 1)
            assert_true(is_json_lines(f.out.text, &lines));
    }
    /* They are the total's parts as ever. */
    fake_ok(&f, "evaluate\n");
    check_near(fake_number(&f, "loss.penalty"),
               fake_number(&f, "h.kernel.penalty + h.bias.penalty + y.kernel.penalty"), 1e-6);
    fake_finish(&f);
}

static void checkgrad_leaves_them_out(void **state)
{
    int lines;
    (void)state;
    struct fake f;
    start(&f, MODEL "train 2\ncheckgrad\n");
    check_has(f.out.text,
              "left out: h.kernel l1(0.05, prox=yes), which is proximal: it moves weights "
              "after the optimizer, and is in no gradient\n");
    assert_int_equal(count_of(f.out.text, "left out: "), 3);
    check_has(f.out.text, "the gradient is right: no error is above");
    fake_ok(&f, "checkgrad format=json\n");
    assert_true(is_json_lines(f.out.text, &lines));
    check_has(f.out.text, "\"left_out\": [\"h.kernel l1(0.05, prox=yes)\", \"h.bias l1(0.01, "
                          "prox=yes)\", \"y.kernel group_lasso(0.05, by=input, prox=yes)\"]");
    fake_finish(&f);
}

/* The pull of an l1 is its slope where it has one: 0.05 a weight that is not 0. */
static void the_pull_is_shown(void **state)
{
    (void)state;
    struct fake f;
    start(&f, DATA "input 6\ndense 8 tanh kernel=l1(0.05, prox=yes) as h\ndense 2\nloss mse\n"
                   "optimizer sgd lr=0.1\ntrain 20\n");
    const double left = fake_number(&f, "count(h.kernel)");
    assert_true(left > 0 && left < 48);
    f.host.json = true;
    fake_ok(&f, "show pull\n");
    f.host.json = false;
    const char *row = strstr(f.out.text, "h.kernel l1(0.05, prox=yes)");
    assert_non_null(row);
    row = strstr(row, "\"y\": ");
    assert_non_null(row);
    check_near(strtod(row + 5, NULL), 0.05 * sqrt(left), 1e-6);
    fake_finish(&f);
}

/* Numbers that are set count from the next step on; so do kinds, and prox itself. */
static void a_set_is_live(void **state)
{
    (void)state;
    struct fake f, other;
    start(&f, MODEL "step 3\n");
    const void *trainer = current_model(f.session)->derived;
    const void *plan = trainer_of(current_model(f.session))->train;
    fake_ok(&f, "set h.kernel = l1(50, prox=yes)+l2(1e-3)\nstep 1\n");
    assert_ptr_equal(current_model(f.session)->derived, trainer);
    assert_ptr_equal(trainer_of(current_model(f.session))->train, plan);
    assert_true(fake_number(&f, "count(h.kernel)") == 0);
    fake_finish(&f);
    /* As if it had been written so. */
    start(&f, MODEL "step 3\n");
    fake_ok(&f, "set h.kernel = l1(0.05)+l2(1e-3)\nset h.bias = none\n"
                "set y.kernel = l1(0.3, prox=yes)\nstep 3\n");
    start(&other, MODEL "step 3\nset y.kernel = l1(0.3, prox=yes)\nset h.bias = none\n"
                        "set h.kernel = l1(0.05)+l2(1e-3)\nstep 3\n");
    check_near(fake_number(&f, "sum(h.kernel)"), fake_number(&other, "sum(h.kernel)"), 0);
    check_near(fake_number(&f, "sum(y.kernel)"), fake_number(&other, "sum(y.kernel)"), 0);
    fake_ok(&f, "penalties\n");
    assert_int_equal(count_of(f.out.text, "proximal"), 1);
    fake_finish(&f);
    fake_finish(&other);
}

static void all_ways_lead_to_the_same_bits(void **state)
{
    (void)state;
    struct fake f;
    start(&f, "");
    fake_ok(&f,
            "record \"r.nnr\"\n" MODEL
            "set h.kernel = l1(0.01*(1 + epoch), prox=yes)+l2(1e-3) every "
            "2\ntrain 2\nclone twin\nmark here\ntrain 2 on all\ngoto here\nmodel twin\nstep 3\n"
            "repeat 2 { step 1; set h.bias = l1(0.02, prox=yes) }\nundo\nset y.kernel = "
            "group_lasso(0.2, prox=yes)\nstep 2\n"
            "sweep h.bias = l1(?, prox=yes) over 0 0.1 1 keep=all { train 1 }\nmodel main\nstep 1\n"
            "save session \"s.nnr\"\nrecord none\n");
    check_replays(&f, "r.nnr");
    check_replays(&f, "s.nnr");
    fake_finish(&f);
}

static void undo_takes_it_back(void **state)
{
    static const char *const lines[] = {
        "set h.kernel = l1(0.2, prox=yes)+l2(1e-3)\n",   "set h.kernel = l1(0.05)+l2(1e-3)\n",
        "set y.kernel = group_lasso(0.05, prox=yes)\n",  "train 2\n",
        "set h.bias = l1(0.1*step, prox=yes) every 1\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct fake f, other;
        start(&f, MODEL "train 1\n");
        start(&other, MODEL "train 1\n");
        fake_ok(&f, lines[i]);
        fake_ok(&f, "step 2\nundo\nundo\n");
        check_same(&f, &other, lines[i]);
        fake_ok(&f, "train 2\n");
        fake_ok(&other, "train 2\n");
        check_same(&f, &other, lines[i]);
        fake_finish(&f);
        fake_finish(&other);
    }
}

/* In the wrong slot, or of the wrong kind; each leaves the session as it was. */
static void what_cannot_be_is_refused(void **state)
{
    static const struct {
        const char *text, *first;
    } cases[] = {
        {"dense 3 activity=l1(0.7, prox=yes)\n",
         "t:1:26: prox=yes is for weights, which steps move; nothing moves an activity but through "
         "them; leave out prox=yes here, or write the penalty in the slot of a weight: "
         "kernel=l1(..., prox=yes)"},
        {"set h.activity = l1l2(0.7, 1, prox=yes)\n",
         "t:1:31: prox=yes is for weights, which steps move; nothing moves an activity but through "
         "them; leave out prox=yes here, or write the penalty in the slot of a weight: "
         "kernel=l1l2(..., prox=yes)"},
        {"dense 3 activity=group_lasso(0.7, prox=yes)\n",
         "t:1:35: prox=yes is for weights, which steps move; nothing moves an activity but through "
         "them; leave out prox=yes here, or write the penalty in the slot of a weight: "
         "kernel=group_lasso(..., prox=yes)"},
        {"dense 3 activity=group_lasso(0.7, by=input)\n",
         "t:1:38: by=input is for kernels: an activity has no inputs; write by=unit, whose groups "
         "are the units over the batch"},
        {"set h.bias = group_lasso(0.7)\n",
         "t:1:14: group_lasso is for kernels: a weight of shape 8 has no groups; l1(..., prox=yes) "
         "takes single numbers to 0"},
        {"dense 3 bias=group_lasso(0.7)\n",
         "t:1:14: group_lasso is for kernels: a weight of shape 3 has no groups; l1(..., prox=yes) "
         "takes single numbers to 0"},
        {"batchnorm gamma=group_lasso(0.7, prox=yes)\n",
         "t:1:17: group_lasso is for kernels: a weight of shape 2 has no groups; l1(..., prox=yes) "
         "takes single numbers to 0"},
        {"dense 3 kernel=l2(0.7, prox=yes)\n",
         "t:1:24: l2 has no key \"prox\"; its keys are strength reduce"},
        {"dense 3 kernel=group_lasso(0.7, by=row)\n",
         "t:1:36: no grouping \"row\"; it is one of: unit input"},
        {"dense 3 kernel=group_lasso(-1)\n", "t:1:28: a strength is 0 or more"},
        {"dense 3 kernel=l1(0.7, prox=maybe)\n", "t:1:29: prox is yes or no, not maybe"},
    };
    struct fake f;
    (void)state;
    start(&f, MODEL "step 1\n");
    const uint64_t before = session_digest(f.session);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fake_says(&f, cases[i].text, OUTCOME_ERROR, cases[i].first);
        assert_true(session_digest(f.session) == before);
    }
    fake_finish(&f);
}

/* Also where steps are split: whole groups, and the same zeros. */
static void threads_change_nothing_of_it(void **state)
{
    double zeros[2];
    (void)state;
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        struct fake f;
        workers_allow(threads);
        start(&f, "data random 98 shape=64 target=3 batch=48\ninput 64\n"
                  "dense 128 tanh kernel=group_lasso(0.085, prox=yes)+l1(2e-2, prox=yes) as h\n"
                  "dense 128 tanh\ndense 3\nloss mse\noptimizer sgd lr=0.05\nstep 20\n");
        assert_int_equal(trainer_of(current_model(f.session))->workers != NULL, threads > 1);
        zeros[threads > 1] = fake_number(&f, "count(h.kernel == 0)");
        fake_ok(&f, "penalties moves=yes\n");
        fake_finish(&f);
        workers_allow(1);
    }
    assert_true(zeros[0] > 64 && zeros[0] < 64 * 128);
    check_near(zeros[1], zeros[0], 0.02 * zeros[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zeros_are_counted),
        cmocka_unit_test(the_rows_are_marked),
        cmocka_unit_test(checkgrad_leaves_them_out),
        cmocka_unit_test(the_pull_is_shown),
        cmocka_unit_test(a_set_is_live),
        cmocka_unit_test(all_ways_lead_to_the_same_bits),
        cmocka_unit_test(undo_takes_it_back),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(threads_change_nothing_of_it),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
