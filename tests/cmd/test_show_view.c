/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures as numbers: what curves begin with, tables of views, and expressions over the steps. */
#include "folder.h"
#include "host.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* y = w x with x = 2; 3 is wanted, and w = 0.5 is where it begins. The loss is (3 - y)^2, and a
 * step moves w by 0.01 * 2 (3 - y) x. Both samples are alike, and one of them validates. */
#define LINE                                                                                       \
    "data rows { 2 -> 3; 2 -> 3 } split=0.5\ninput 1\n"                                            \
    "dense 1 use_bias=no kernel_init=values(0.5) as h\nloss mse\noptimizer sgd lr=0.01\n"

static void curves_begin_before_the_first_step(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE "train 2\n");
    /* w is 0.5, then 0.58, then 0.6536. */
    fake_prints(&f, "show loss\n",
                "step  data loss  validation data loss\n"
                "   0          4                     4\n"
                "   1          4                3.3856\n"
                "   2     3.3856               2.86557\n");
    fake_prints(&f, "show compare\n",
                "step     main\n   0        4\n   1   3.3856\n   2  2.86557\n");
    fake_finish(&f);
}

static void starts_change_no_figure_of_training(void **state)
{
    (void)state;
    static const char *const text = "data moons 60 split=0.2 batch=7\ninput 2\n"
                                    "dense 5 relu activity=l1(1e-2) as h\ndense 1 sigmoid\n";
    struct fake f;
    fake_start(&f);
    fake_ok(&f, text);
    fake_ok(&f, "train 3\n");
    const double seen = fake_number(&f, "sum(h.kernel^2)");
    fake_finish(&f);
    /* Replayed steps look at nothing. */
    fake_start(&f);
    fake_ok(&f, text);
    fake_ok(&f, "step 21\n");
    assert_true(fake_number(&f, "sum(h.kernel^2)") == seen);
    fake_finish(&f);
}

/* After a goto the model is at its beginning again, and has the same start. */
static void a_start_comes_again_after_goto(void **state)
{
    (void)state;
    struct fake f;
    char first[400];
    fake_start(&f);
    fake_ok(&f, LINE "mark begin\ntrain 2\nshow loss\n");
    snprintf(first, sizeof first, "%s", strstr(f.out.text, "step  data"));
    fake_ok(&f, "goto begin\n");
    fake_says(&f, "show loss\n", OUTCOME_ERROR, "t:1:6: there is nothing to draw yet; train first");
    fake_ok(&f, "train 2\nshow loss\n");
    assert_string_equal(strstr(f.out.text, "step  data"), first);
    fake_ok(&f, "clone other\ntrain 1\n");
    fake_ok(&f, "show loss of main\n");
    assert_string_equal(f.out.text, first);
    fake_finish(&f);
}

/* The last row of the table and the figures that train prints are the same. */
static void areas_add_up_to_what_is_printed(void **state)
{
    (void)state;
    struct fake f;
    double step, data, weight, activity, more;
    fake_start(&f);
    fake_ok(&f, "data moons 60 batch=7\ninput 2\n"
                "dense 5 relu kernel=l2(1e-2) activity=l1(1e-2) as h\ndense 1 sigmoid\ntrain 2\n"
                "set h.activity = l1(0.1)\ntrain 3\n");
    const double loss = fake_number(&f, "loss");
    fake_ok(&f, "show objective\n");
    check_has(f.out.text, "step  data loss  h.kernel l2(0.01)  h.activity l1\n");
    const char *last = strrchr(f.out.text, '\n');
    while (last > f.out.text && last[-1] != '\n')
        last--;
    assert_int_equal(sscanf(last, "%lf %lf %lf %lf %lf", &step, &data, &weight, &activity, &more),
                     4);
    check_near(step, 45, 0);
    check_near(data + weight + activity, loss, 1e-5 * loss);
    f.host.json = true;
    fake_ok(&f, "show objective\n");
    check_has(f.out.text,
              "\"view\": \"objective\", \"rows\": [{\"series\": \"data loss\", \"x\": 0,");
    fake_finish(&f);
}

/* The numbers of a csv file that begin with a name. */
static double in_csv(const char *file, const char *series, double x)
{
    char line[300];
    FILE *in = fopen(file, "rb");
    assert_non_null(in);
    double found = NAN, at, y;
    while (fgets(line, sizeof line, in)) {
        const size_t n = strlen(series);
        if (strncmp(line, series, n) == 0 && line[n] == ',' &&
            sscanf(line + n, ",%lf,%lf", &at, &y) == 2 && fabs(at - x) < 0.5)
            found = y;
    }
    fclose(in);
    return found;
}

static bool is_none(double x)
{
    return isnan(x);
}

/* w itself, and a loss that is not known before the first step. */
static void watched_curves_begin_there_too(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE "watch mean(h.kernel) loss.data*2 every 2\ntrain 2\n"
                     "plot mean(h.kernel) loss.data*2\nplot save \"b.csv\"\n");
    check_near(in_csv("b.csv", "mean(h.kernel)", 0), 0.5, 1e-6);
    assert_true(is_none(in_csv("b.csv", "mean(h.kernel)", 1)));
    check_near(in_csv("b.csv", "mean(h.kernel)", 2), 0.6536, 1e-6);
    assert_true(is_none(in_csv("b.csv", "loss.data*2", 0)));
    check_near(in_csv("b.csv", "loss.data*2", 2), 2 * 3.3856, 1e-5);
    fake_finish(&f);
}

/* A loss that train chose is not chosen after goto. */
static void nothing_is_chosen_for_a_picture(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 2 -> 3 }\ninput 1\ndense 1 as h\nmark begin\ntrain 1\nshow pull\n"
                "goto begin\n");
    fake_says(&f, "show pull\n", OUTCOME_ERROR,
              "t:1:6: no loss is chosen yet, and pull shows its gradient; train first, or choose "
              "one: loss mse");
    fake_ok(&f, "plot dash\nloss mse\nshow pull\n");
    check_has(f.out.text, "layer  data loss\n");
    fake_finish(&f);
}

static void expressions_have_a_past(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE "set h.kernel = l2(0.1)\nlet k = 2\ntrain 2\n"
                     "plot h.kernel.penalty val.loss.data-loss.data k*loss step\n"
                     "plot save \"e.csv\"\n");
    /* 0.1 w^2 at the start, where w is 0.5. */
    check_near(in_csv("e.csv", "h.kernel.penalty", 0), 0.025, 1e-8);
    check_near(in_csv("e.csv", "k*loss", 0), 2 * 4.025, 1e-6);
    check_near(in_csv("e.csv", "step", 2), 2, 0);
    /* The penalty pulls w by 0.01 * 0.1 * 2 w: it is 0.579 after the first step. */
    const double y = 2 * 0.579;
    check_near(in_csv("e.csv", "val.loss.data - loss.data", 1), (3 - y) * (3 - y) - 4, 1e-5);
    fake_finish(&f);
}

static void what_has_no_past_is_said(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE "train 1\n");
    fake_says(&f, "plot loss.data mean(abs(h.output))\n", OUTCOME_ERROR,
              "t:1:25: the values that h.output had are not known; watch it, and train: its curve "
              "begins there");
    fake_says(&f, "plot lss\n", OUTCOME_ERROR,
              "t:1:6: there is no view \"lss\"; did you mean loss?");
    fake_says(&f, "plot\n", OUTCOME_ERROR,
              "t:1:1: plot takes a view, or expressions; write plot loss; help lists the views");
    fake_says(&f, "plot size=huge\n", OUTCOME_ERROR,
              "t:1:11: no size of pictures \"huge\"; it is one of: normal big");
    fake_ok(&f, "watch mean(abs(h.output))\ntrain 2\nplot mean(abs(h.output)) size=big\n"
                "plot save \"w.csv\"\n");
    const double last = in_csv("w.csv", "mean(abs(h.output))", 3);
    assert_true(last > 0);
    fake_finish(&f);
}

/* A step of w with l2(s) goes to 0.5 + 0.01 * 8 - 0.01 * 2 s 0.5 = 0.58 - 0.01 s, and the loss
 * there is (3 - 2 w)^2. */
static void what_a_sweep_came_to_is_drawn(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_says(
        &f, "show path h.kernel\n", OUTCOME_ERROR,
        "t:1:6: path shows a sweep, and there is none yet; make one first: sweep LAYER.kernel = "
        "l1(?) over 0 1e-3 1e-2 { train 5 }");
    fake_ok(&f, LINE "sweep h.kernel = l2(?) over 0 1 5 { step 1 }\n");
    fake_prints(&f, "show path h.kernel\n",
                "h.kernel  h.kernel 0  not 0\n"
                "       0        0.58      1\n"
                "       1        0.57      1\n"
                "       5        0.53      1\n");
    fake_prints(&f, "show tradeoff\n",
                "series  x       y\n0       0  3.3856\n1       1  3.4596\n5       5  3.7636\n");
    /* The model of one value is gone; the results are there. */
    fake_ok(&f, "sweep h.kernel = l2(?) over 0 5 keep=none { step 1 }\nshow tradeoff\n");
    fake_says(
        &f, "show path h.kernel\n", OUTCOME_ERROR,
        "t:1:6: the models of the sweep did not stay; sweep with keep=first or keep=all, and 64 "
        "runs at most");
    fake_ok(&f, "undo\nshow path h.kernel\n");
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curves_begin_before_the_first_step),
        cmocka_unit_test(starts_change_no_figure_of_training),
        cmocka_unit_test(a_start_comes_again_after_goto),
        cmocka_unit_test(areas_add_up_to_what_is_printed),
        cmocka_unit_test(watched_curves_begin_there_too),
        cmocka_unit_test(nothing_is_chosen_for_a_picture),
        cmocka_unit_test(expressions_have_a_past),
        cmocka_unit_test(what_has_no_past_is_said),
        cmocka_unit_test(what_a_sweep_came_to_is_drawn),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
