/* SPDX-License-Identifier: GPL-3.0-or-later */
/* save history: the curves in a file, against a line that is worked by hand. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include "num/real.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const double near = sizeof(real) == sizeof(double) ? 1e-14 : 1e-6;

/* y = w x with w from 1, and one sample (1, 2): (w - 2)^2 + w^2 / 2, so that a step of sgd with
 * lr 0.1 takes w to w - 0.1 (3 w - 4): 1, 1.1, 1.17. */
#define LINE                                                                                       \
    "data rows { 1 -> 2 }\ninput 1 as x\ndense 1 use_bias=no kernel_init=ones kernel=l2(0.5) as "  \
    "h\nloss mse\noptimizer sgd lr=0.1\n"

static char *text_of(const char *name)
{
    FILE *file = fopen(name, "r");
    assert_non_null(file);
    char *text = calloc(1, 1 << 16);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 16) - 1, file) > 0);
    fclose(file);
    return text;
}

/* The cell of a column, found by its head, in a row (1: the first behind the heads). NaN: it is
 * empty. Heads hold no commas here. */
static double cell(const char *name, size_t row, const char *head)
{
    char *text = text_of(name), *at = text;
    size_t column = 0;
    for (; strncmp(at, head, strlen(head)) != 0 || !strchr(",\n", at[strlen(head)]); column++) {
        at += strcspn(at, ",\n");
        assert_int_equal(*at++, ',');
    }
    for (at = text; row > 0; row--) {
        at = strchr(at, '\n');
        assert_non_null(at++);
    }
    for (; column > 0; column--) {
        at += strcspn(at, ",\n");
        assert_int_equal(*at++, ',');
    }
    const double x = strchr(",\n", *at) ? (double)NAN : strtod(at, NULL);
    free(text);
    return x;
}

static void the_curves_are_those_of_the_worked_line(void **state)
{
    (void)state;
    static const double w[] = {1, 1, 1.1, 1.17};
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE "train 3\nsave history \"h.csv\"\n");
    for (size_t i = 0; i < 4; i++) {
        const double data = (w[i] - 2) * (w[i] - 2), penalty = w[i] * w[i] / 2;
        assert_true(cell("h.csv", i + 1, "step") == (double)i);
        check_near(cell("h.csv", i + 1, "data"), data, near);
        check_near(cell("h.csv", i + 1, "h.kernel l2(0.5)"), penalty, near);
        check_near(cell("h.csv", i + 1, "loss"), data + penalty, near);
        check_near(cell("h.csv", i + 1, "h.output mean |a|"), w[i], near);
    }
    char *text = text_of("h.csv");
    assert_int_equal(count_of(text, "\n"), 5);
    free(text);
    fake_finish(&f);
}

/* Every digit is there, the rows add up, and both forms hold the same numbers. */
static void the_rows_add_up(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data moons 50 split=0.2\ninput 2\ndense 5 tanh kernel=l2(1e-3) activity=l1(0.01) "
                "as h\ndense 1 sigmoid\ntrain 3\nset h.kernel = l1(0.2)\ntrain 2\n"
                "save history \"h.csv\"\nsave history \"h.json\"\n");
    /* Start, and five epochs of two steps. */
    for (size_t row = 1; row <= 6; row++) {
        const double first = cell("h.csv", row, "h.kernel l2(0.001)"),
                     second = cell("h.csv", row, "h.kernel l1(0.2)"),
                     activity = cell("h.csv", row, "h.activity l1(0.01)"),
                     data = cell("h.csv", row, "data"), penalty = cell("h.csv", row, "penalty");
        const double kernel = row <= 4 ? first : second;
        assert_true(isnan(row <= 4 ? second : first));
        check_near(penalty, kernel + activity, 1e-15);
        assert_true(cell("h.csv", row, "loss") == data + penalty);
        assert_true(cell("h.csv", row, "validation") > cell("h.csv", row, "validation_data"));
    }
    assert_true(fake_number(&f, "val.loss.data") == cell("h.csv", 6, "validation_data"));
    char *json = text_of("h.json"), number[60];
    for (size_t row = 1; row <= 6; row++) {
        snprintf(number, sizeof number, "\"validation\": %.17g", cell("h.csv", row, "validation"));
        char *at = strstr(json, "\"validation\": ");
        for (size_t i = 1; i < row; i++)
            at = strstr(at + 1, "\"validation\": ");
        assert_non_null(at);
        assert_true(strtod(at + strlen("\"validation\": "), NULL) ==
                    strtod(number + strlen("\"validation\": "), NULL));
    }
    check_has(json, "\"comment\": \"written by nnr\", \"model\": \"main\", \"points\": [{");
    check_has(json, "\"events\": [{\"step\": 6, \"what\": \"h.kernel = l1(0.2)\"}]}");
    free(json);
    fake_finish(&f);
}

/* What is watched has points of its own steps, and the file one row for each. */
static void each_curve_has_its_own_steps(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data random 6 shape=1\nbatch 2\ninput 1\ndense 1 as h\nloss mse\n"
                "watch step+1 every 2\ntrain 2\nsave history \"h.csv\"\n");
    for (size_t row = 1; row <= 4; row++)
        assert_true(cell("h.csv", row, "step") == 2 * (double)(row - 1));
    assert_true(cell("h.csv", 4, "step + 1") == 7);
    fake_finish(&f);
}

static void it_says_what_undo_and_goto_left(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, LINE
            "train 2\nsave history \"two.csv\"\nmark m\ntrain 3\nundo\n"
            "save history \"undone.csv\"\ntrain 1\ngoto m\nsave history \"gone.csv\"\n"
            "clone c\nsave history \"clone.csv\"\nrepeat 2 { train 1; save history \"r.csv\" }\n"
            "save session \"s.nnr\"\n");
    char *two = text_of("two.csv");
    static const char *const same[] = {"undone.csv", "gone.csv", "clone.csv"};
    for (size_t i = 0; i < 3; i++) {
        char *text = text_of(same[i]);
        assert_string_equal(text, two);
        free(text);
    }
    free(two);
    char *once = text_of("r.csv"), *session = text_of("s.nnr");
    assert_int_equal(count_of(once, "\n"), 6);
    assert_int_equal(remove("r.csv"), 0);
    struct fake again;
    fake_start(&again);
    fake_ok(&again, session);
    char *twice = text_of("r.csv");
    assert_string_equal(once, twice);
    free(once);
    free(twice);
    free(session);
    fake_finish(&again);
    fake_finish(&f);
}

static void slips_are_one_error(void **state)
{
    (void)state;
    struct fake f;
    assert_int_equal(mkdir("folder.csv", 0777), 0);
    fake_start(&f);
    fake_says(&f, "save history \"x.csv\"\n", OUTCOME_ERROR,
              "t:1:14: main has no curves yet; the end of an epoch makes a point of each: train 1");
    fake_ok(&f, LINE "step 1\ntrain 1\n");
    fake_says(&f, "save history \"x.txt\"\n", OUTCOME_ERROR,
              "t:1:14: the ending of \"x.txt\" does not say what to write; end the name in .csv or "
              ".json");
    fake_says(&f, "save history \"folder.csv\"\n", OUTCOME_ERROR,
              "t:1:14: \"folder.csv\" is a folder; add a file's name");
    fake_says(
        &f, "save history \"none/x.csv\"\n", OUTCOME_ERROR,
        "t:1:14: \"none/x.csv\" cannot be written: No such file or directory; make its folder "
        "first");
    assert_int_equal(fake_run(&f, "sweep h.kernel = l2(?) over 1 2 { save history \"x.csv\" }\n"),
                     OUTCOME_ERROR);
    fake_finish(&f);
    /* With --safe what somebody else wrote stays. */
    folder_text("mine.csv", "step,mine\n");
    fake_start(&f);
    f.host.safe = true;
    fake_ok(&f, LINE "train 1\nsave history \"own.csv\"\nsave history \"own.csv\"\n"
                     "save history \"own.json\"\nsave history \"own.json\"\n");
    fake_says(
        &f, "save history \"mine.csv\"\n", OUTCOME_ERROR,
        "t:1:14: \"mine.csv\" is there, and nnr did not write it; with --safe nothing else is "
        "written over; write under another name");
    fake_finish(&f);
    fake_start_as(&f, "check");
    fake_ok(&f, LINE "save history \"unwritten.csv\"\n");
    assert_int_equal(access("unwritten.csv", F_OK), -1);
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_curves_are_those_of_the_worked_line),
        cmocka_unit_test(the_rows_add_up),
        cmocka_unit_test(each_curve_has_its_own_steps),
        cmocka_unit_test(it_says_what_undo_and_goto_left),
        cmocka_unit_test(slips_are_one_error),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
