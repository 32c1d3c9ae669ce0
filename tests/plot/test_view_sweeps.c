/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the views of a sweep draw: means and deviations, axes, and weights along it. */
#include "scene.h"

static void check_row(const struct figure *f, const char *value, double x, double y, double dx,
                      double dy)
{
    double row[4];
    assert_int_equal(csv_line(f, value, 0, row), 4);
    check_near(row[0], x, 1e-8);
    check_near(row[1], y, 1e-8);
    check_near(row[2], dx, 1e-8);
    check_near(row[3], dy, 1e-8);
}

/* Of two numbers a and b the sample deviation is |a - b| / sqrt(2). */
static void a_dot_is_the_mean_over_the_seeds(void **state)
{
    (void)state;
    struct bench b = bench_make(PLAIN_MODEL);
    struct view_request r = request_of(&b);
    struct sweep_scene sweep;
    r.sweep = sweep_of(&sweep, b.model, b.model);
    struct figure f = drawn(&r, "tradeoff");
    check_row(&f, "0", 0.6, 3, 0.2 / sqrt(2), 2 / sqrt(2));
    check_row(&f, "0.001", 0.25, 5, 0, 0);
    check_row(&f, "0.1", 0.05, 8.5, 0.1 / sqrt(2), 1 / sqrt(2));
    check_has(f.program.text, "set xlabel 'active' noenhanced");
    check_has(f.program.text, "set ylabel 'val.loss.data' noenhanced");
    check_has(f.program.text, "with xyerrorbars");
    check_has(f.program.text, "set label '0.001' at 0.25, 5 ");
    figure_finish(&f);
    bench_finish(&b);
}

/* Of the values 0.001 and 0.1 no run came to its end; the two of 0 have bars all the same. */
static void runs_that_failed_take_no_bars_away(void **state)
{
    (void)state;
    struct bench b = bench_make(PLAIN_MODEL);
    struct view_request r = request_of(&b);
    struct sweep_scene sweep;
    sweep_of(&sweep, b.model, b.model);
    sweep.table.runs = 2;
    r.sweep = &sweep.table;
    struct figure f = drawn(&r, "tradeoff");
    check_row(&f, "0", 0.6, 3, 0.2 / sqrt(2), 2 / sqrt(2));
    check_has(f.program.text, "with xyerrorbars");
    check_has(f.program.text, "(mean and deviation over seeds)");
    figure_finish(&f);
    bench_finish(&b);
}

static void what_was_measured_may_be_no_number(void **state)
{
    (void)state;
    static const double figure[] = {INFINITY, 1, 2};
    const char *name = "active";
    const struct span where = {1, 20, 25};
    struct bench b = bench_make(PLAIN_MODEL);
    struct view_request r = request_of(&b);
    struct sweep_scene sweep;
    struct figure f = {0};
    struct err e = {0};
    sweep_of(&sweep, b.model, b.model);
    sweep.table.figure = figure;
    sweep.table.runs = 1;
    r.sweep = &sweep.table;
    r.layer = &name;
    r.where = &where;
    r.layers = 1;
    assert_int_equal(view_of("tradeoff")->draw(&r, &f, &e), -1);
    assert_string_equal(e.what, "active is a number in no run");
    bench_finish(&b);
}

/* The swept setting on an axis has the values' own labels; 0.001 to 0.1 is more than 30 times, so
 * the places are logarithms, and 0 stands at that of 0.0001. The csv has the values themselves. */
static void figures_may_be_named(void **state)
{
    (void)state;
    const char *const names[] = {"hidden.kernel", "train.loss.data"};
    const struct span where[2] = {{1, 20, 25}, {1, 30, 35}};
    struct bench b = bench_make(PLAIN_MODEL);
    struct view_request r = request_of(&b);
    struct sweep_scene sweep;
    r.sweep = sweep_of(&sweep, b.model, b.model);
    r.layer = names;
    r.where = where;
    r.layers = 2;
    struct figure f = drawn(&r, "tradeoff");
    check_row(&f, "0.1", 0.1, 3, 0, 0);
    check_row(&f, "0", 0, 1, 0, 0);
    check_has(f.program.text, "set xtics ('0' -4, '0.001' -3, '0.1' -1)");
    check_has(f.program.text, "($1>0?log10($1):-4):2");
    assert_null(strstr(f.program.text, "set label"));
    figure_finish(&f);
    struct err e = {0};
    f = (struct figure){0};
    r.layer = (const char *const[]){"active", "nix"};
    assert_int_equal(view_of("tradeoff")->draw(&r, &f, &e), -1);
    assert_string_equal(e.what, "the sweep has no figure \"nix\"");
    assert_int_equal(e.where.at, 30);
    bench_finish(&b);
}

static void a_path_has_a_line_for_each_weight(void **state)
{
    (void)state;
    const char *name = "k.kernel";
    const struct span where = {1, 20, 25};
    struct bench a = bench_make("data moons 20\ninput 2\ndense 2 kernel_init=values(-1, 0, 0.5, 1) "
                                "as k\n");
    struct bench b = bench_make("data moons 20\ninput 2\ndense 2 kernel_init=values(0, 0, 0.25, 2) "
                                "as k\n");
    assert_int_equal(model_draw(a.model, 1, 0, &a.e), 0);
    assert_int_equal(model_draw(b.model, 1, 0, &b.e), 0);
    struct view_request r = request_of(&a);
    struct sweep_scene sweep;
    r.sweep = sweep_of(&sweep, a.model, b.model);
    r.layer = &name;
    r.where = &where;
    r.layers = 1;
    struct figure f = drawn(&r, "path");
    static const double first[] = {-1, 0, 0.5, 1}, last[] = {0, 0, 0.25, 2};
    double x[4];
    for (size_t i = 0; i < 4; i++) {
        char line[40];
        snprintf(line, sizeof line, "k.kernel %zu", i);
        assert_int_equal(csv_lines(&f, line), 2);
        csv_line(&f, line, 0, x);
        check_near(x[0], 0, 0);
        check_near(x[1], first[i], 0);
        csv_line(&f, line, 1, x);
        check_near(x[0], 0.1, 1e-9);
        check_near(x[1], last[i], 0);
    }
    csv_line(&f, "not 0", 0, x);
    check_near(x[1], 3, 0);
    csv_line(&f, "not 0", 1, x);
    check_near(x[1], 2, 0);
    figure_finish(&f);
    /* Alone: of the weight that was swept, and where none was, of the first. */
    static const char *const targets[] = {"k.bias", "k.kernel", "k.activity", NULL};
    static const char *const names[] = {"k.bias 1", "k.kernel 3", "k.kernel 3", "k.kernel 3"};
    r.layers = 0;
    for (size_t i = 0; i < 4; i++) {
        sweep.table.target = targets[i];
        f = drawn(&r, "path");
        assert_int_equal(csv_lines(&f, names[i]), 2);
        figure_finish(&f);
    }
    bench_finish(&a);
    bench_finish(&b);
}

static void what_has_no_path_is_said(void **state)
{
    (void)state;
    const struct span where = {1, 20, 25};
    static const struct {
        const char *name, *error;
        bool gone;
        unsigned at;
    } cases[] = {
        {"hidden", "main has no weight \"hidden\"", false, 20},
        {"hidden.kernel", "the models of the sweep did not stay", true, 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench b = bench_make(PLAIN_MODEL);
        struct view_request r = request_of(&b);
        struct sweep_scene sweep;
        struct figure f = {0};
        struct err e = {0};
        assert_int_equal(model_draw(b.model, 1, 0, &b.e), 0);
        r.sweep = cases[i].gone ? sweep_of(&sweep, NULL, NULL) : sweep_of(&sweep, b.model, NULL);
        r.layer = &cases[i].name;
        r.where = &where;
        r.layers = 1;
        assert_int_equal(view_of("path")->draw(&r, &f, &e), -1);
        assert_string_equal(e.what, cases[i].error);
        assert_int_equal(e.where.at, cases[i].at);
        assert_null(f.program.text);
        bench_finish(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dot_is_the_mean_over_the_seeds),
        cmocka_unit_test(runs_that_failed_take_no_bars_away),
        cmocka_unit_test(what_was_measured_may_be_no_number),
        cmocka_unit_test(figures_may_be_named),
        cmocka_unit_test(a_path_has_a_line_for_each_weight),
        cmocka_unit_test(what_has_no_path_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
