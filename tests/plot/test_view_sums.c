/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Views whose numbers can be worked out by hand: areas that add up, units that are dead, and what
 * pulls at a layer. */
#include "scene.h"

static struct history *history_of(struct bench *b)
{
    return &b->model->history;
}

/* A strength that changes at step 5, and a penalty that comes at step 3. */
static struct bench with_penalties(void)
{
    struct bench b = bench_make(PLAIN_MODEL);
    for (uint64_t s = 1; s <= 8; s++) {
        put(&b, SERIES_DATA, "data", s, 2 / (double)s);
        put(&b, SERIES_PENALTY, s < 5 ? "hidden.activity l1(0.001)" : "hidden.activity l1(0.01)", s,
            s < 5 ? 0.125 : 1.25);
        if (s >= 3)
            put(&b, SERIES_PENALTY, "hidden.kernel l2(0.01)", s, 0.5);
    }
    history_start(history_of(&b), 0, 3);
    history_start(history_of(&b), 1, 0.25);
    return b;
}

static void areas_add_up_to_the_loss(void **state)
{
    (void)state;
    struct bench b = with_penalties();
    struct view_request r = request_of(&b);
    struct figure f = drawn(&r, "objective");
    assert_int_equal(csv_lines(&f, "data loss"), 9);
    for (size_t i = 0; i <= 8; i++) {
        double data[4], activity[4], kernel[4];
        const double s = (double)i;
        assert_int_equal(csv_line(&f, "data loss", i, data), 4);
        assert_int_equal(csv_line(&f, "hidden.activity l1", i, activity), 4);
        assert_int_equal(csv_line(&f, "hidden.kernel l2(0.01)", i, kernel), 4);
        check_near(data[0], s, 0);
        check_near(data[1], i ? 2 / s : 3, 1e-8);
        check_near(activity[1], !i ? 0.25 : i < 5 ? 0.125 : 1.25, 0);
        check_near(kernel[1], i < 3 ? 0 : 0.5, 0);
        /* Each area begins where the one below ends. */
        check_near(data[2], 0, 0);
        check_near(data[3], data[1], 1e-8);
        check_near(activity[2], data[3], 1e-8);
        check_near(kernel[2], activity[3], 1e-8);
        check_near(kernel[3], data[1] + activity[1] + kernel[1], 1e-7);
    }
    assert_int_equal(count_of(f.program.text, "with filledcurves"), 3);
    figure_finish(&f);
    bench_finish(&b);
}

/* Histories keep every other point when they are full; a penalty that began at an odd step then has
 * its points beside those of the data loss. Straight lines show where they are. */
static void areas_add_up_when_series_were_thinned(void **state)
{
    (void)state;
    enum { STEPS = 9001, FROM = 1001 };
    struct bench b = bench_make(PLAIN_MODEL);
    for (uint64_t s = 1; s <= STEPS; s++) {
        put(&b, SERIES_DATA, "data", s, (double)s);
        if (s >= FROM)
            put(&b, SERIES_PENALTY, "hidden.kernel l2(1)", s, 2 * (double)s);
    }
    struct view_request r = request_of(&b);
    struct figure f = drawn(&r, "objective");
    double x[4];
    size_t i = 0;
    for (; csv_line(&f, "hidden.kernel l2(1)", i, x); i++)
        check_near(x[3], x[0] < FROM ? x[0] : 3 * x[0], 1e-5);
    assert_true(i > 100 && i <= 501);
    check_near(x[0], STEPS, 0);
    figure_finish(&f);
    bench_finish(&b);
}

static void models_are_compared_by_the_same_measure(void **state)
{
    (void)state;
    struct bench a = full("plain"), b = full("sparse"), c = bench_make(PLAIN_MODEL);
    struct model *three[] = {a.model, b.model, c.model};
    struct view_request r = request_of(&a);
    double x[4];
    rename_model(&c, "unchecked");
    put(&c, SERIES_DATA, "data", 1, 5);
    r.model = three;
    r.models = 2;
    struct figure f = drawn(&r, "compare");
    csv_line(&f, "sparse", 3, x);
    check_near(x[1], 2 / 4.0, 1e-8);
    check_has(f.program.text, "set ylabel 'validation data loss");
    check_has(f.program.text, "set label 'plain' at graph 1");
    figure_finish(&f);
    r.models = 3;
    f = drawn(&r, "compare");
    csv_line(&f, "sparse", 3, x);
    check_near(x[1], 1 / 4.0, 1e-8);
    csv_line(&f, "unchecked", 0, x);
    check_near(x[1], 5, 0);
    check_has(f.program.text, "set ylabel 'data loss in training");
    /* It has fewer steps: its name stands at its own end. */
    check_has(f.program.text, "set label 'unchecked' at first 1, first 5 right");
    figure_finish(&f);
    bench_finish(&a);
    bench_finish(&b);
    bench_finish(&c);
}

/* Outputs: 1 0 0.05 0.2 of the first sample, 0.05 0 0.05 0 of the second. */
static void dead_units_are_counted(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 0 -> 0; 0 1 -> 0 }\ninput 2\n"
                                "dense 4 relu use_bias=no "
                                "kernel_init=values(1, -1, 0.05, 0.2, 0.05, -1, 0.05, -2) as k\n"
                                "dense 1 as top\n");
    for (int kind = SERIES_MEAN; kind <= SERIES_SMALL; kind++)
        put(&b, (enum series_kind)kind, "k", 1, 0.5);
    put(&b, SERIES_DEAD, "k", 1, 4);
    b.model->state.step = 3;
    struct view_request r = request_of(&b);
    struct figure f = drawn(&r, "activity");
    double x[4];
    check_has(f.program.text, "title 'k: 2 of 4 units dead' noenhanced");
    assert_int_equal(csv_lines(&f, "k dead units"), 2);
    csv_line(&f, "k dead units", 0, x);
    check_near(x[1], 4, 0);
    csv_line(&f, "k dead units", 1, x);
    check_near(x[0], 3, 0);
    check_near(x[1], 2, 0);
    check_has(f.program.text, "axes x1y2");
    figure_finish(&f);
    /* Without data nobody knows. */
    r.data = NULL;
    f = drawn(&r, "activity");
    assert_null(strstr(f.program.text, "units dead'"));
    figure_finish(&f);
    bench_finish(&b);
}

/* y = w x with w = 0.5, x = 2, and 3 is wanted. The data sends 2 (y - 3) x = -8, the kernel's
 * penalty 2 * 0.1 * w = 0.1, and the activity's 0.25 x = 0.5. */
static void what_pulls_at_a_layer_is_a_gradient(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 2 -> 3 }\ninput 1\ndense 1 use_bias=no "
                                "kernel_init=values(0.5) kernel=l2(0.1) activity=l1(0.25) as h\n");
    struct view_request r = request_of(&b);
    struct figure f = drawn(&r, "pull");
    double x[4];
    csv_line(&f, "data loss", 0, x);
    check_near(x[0], 1, 0);
    check_near(x[1], 8, 1e-5);
    csv_line(&f, "h.kernel l2(0.1)", 0, x);
    check_near(x[1], 0.1, 1e-6);
    csv_line(&f, "h.activity l1(0.25)", 0, x);
    check_near(x[1], 0.5, 1e-6);
    /* 8 / 0.5 */
    check_has(f.program.text, "('h'.\"\\n\".'data wins, 16 x' 1)");
    figure_finish(&f);
    bench_finish(&b);
}

static void a_dash_says_what_it_lacks(void **state)
{
    (void)state;
    struct bench b = full("main");
    struct view_request r = request_of(&b);
    for (int text = 0; text < 2; text++) {
        r.text = text;
        struct figure f = drawn(&r, "dash");
        assert_int_equal(count_of(f.program.text, "\nplot "), 4);
        check_has(f.program.text, "set multiplot layout 2,2");
        assert_null(strstr(f.program.text, "there is no data yet"));
        figure_finish(&f);
    }
    r.data = NULL;
    struct figure f = drawn(&r, "dash");
    check_has(f.program.text, "set label 'there is no data yet, and pull looks at a batch of it'");
    assert_int_equal(count_of(f.program.text, "\nplot "), 4);
    figure_finish(&f);
    bench_finish(&b);
}

static void numbers_that_are_none_are_said(void **state)
{
    (void)state;
    static const char *const views[] = {"loss", "objective", "compare", "curves"};
    struct bench b = bench_make(PLAIN_MODEL);
    struct view_request r = request_of(&b);
    for (uint64_t s = 1; s < 4; s++) {
        put(&b, SERIES_DATA, "data", s, (double)NAN);
        put(&b, SERIES_EXPRESSION, "mean(hidden.output)", s, (double)INFINITY);
    }
    for (size_t v = 0; v < sizeof views / sizeof *views; v++) {
        struct figure f = {0};
        struct err e = {0};
        assert_int_equal(view_of(views[v])->draw(&r, &f, &e), -1);
        assert_string_equal(e.what, "there is nothing to draw: no value is a finite number");
    }
    bench_finish(&b);
}

static void big_pictures_say_so(void **state)
{
    (void)state;
    struct bench b = full("main");
    struct view_request r = request_of(&b);
    r.big = true;
    struct figure f = drawn(&r, "loss");
    assert_true(f.big);
    figure_finish(&f);
    r.text = true;
    f = drawn(&r, "loss");
    assert_false(f.big);
    figure_finish(&f);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(areas_add_up_to_the_loss),
        cmocka_unit_test(areas_add_up_when_series_were_thinned),
        cmocka_unit_test(models_are_compared_by_the_same_measure),
        cmocka_unit_test(dead_units_are_counted),
        cmocka_unit_test(what_pulls_at_a_layer_is_a_gradient),
        cmocka_unit_test(a_dash_says_what_it_lacks),
        cmocka_unit_test(numbers_that_are_none_are_said),
        cmocka_unit_test(big_pictures_say_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
