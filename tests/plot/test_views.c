/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the views of a history draw: numbers, texts and structure. */
#include "scene.h"

static void every_view_describes_itself(void **state)
{
    (void)state;
    const char *const names[] = {"loss", "activity", "weights", "filters", "boundary"};
    for (size_t i = 0; i < 5; i++) {
        const struct entry *row = &view_of(names[i])->entry;
        assert_non_null(row->summary);
        assert_non_null(row->details);
        check_has(row->example, names[i]);
    }
}

/* A line of that pen, and its name in the same colour. */
static void check_end(const struct figure *f, const char *name, const char *pen, const char *colour)
{
    char text[200];
    snprintf(text, sizeof text, "%s pt 7 ps 0.5 notitle", pen);
    check_has(f->program.text, text);
    snprintf(text, sizeof text, "set label '%s' at graph 1, graph ", name);
    const char *at = strstr(f->program.text, text);
    assert_non_null(at);
    assert_int_equal(strncmp(strstr(at, "textcolor rgb '") + 15, colour, 7), 0);
}

static void loss_draws_what_the_history_holds(void **state)
{
    (void)state;
    struct bench b = full("main");
    struct view_request r = request_of(&b);
    struct figure f = drawn(&r, "loss");
    double x[4];
    assert_int_equal(f.blocks, 4);
    for (size_t i = 0; i < 8; i++) {
        assert_int_equal(csv_line(&f, "data loss", i, x), 2);
        check_near(x[0], (double)i + 1, 0);
        check_near(x[1], 1 / ((double)i + 1), 1e-8);
        csv_line(&f, "validation data loss", i, x);
        check_near(x[1], 2 / ((double)i + 1), 1e-8);
        csv_line(&f, "hidden.kernel l2(0.01)", i, x);
        check_near(x[1], 0.25, 0);
    }
    assert_int_equal(csv_lines(&f, "data loss"), 8);
    /* 1/64 to 2 is more than a factor of 10. */
    check_has(f.program.text, "set logscale y\n");
    /* This model was never given the penalties of its history. */
    check_has(f.program.text, "set title 'loss of main (step 8)'.\"\\n\".'no penalty' noenhanced");
    check_has(f.program.text, "set ylabel 'loss: mse (log scale)'");
    /* Four curves carry their names at their ends. */
    check_has(f.program.text, "unset key\nset rmargin");
    check_end(&f, "data loss", "lc rgb '#0072B2' lw 2 dt 1", "#0072B2");
    check_end(&f, "validation data loss", "lc rgb '#D55E00' lw 2 dt 2", "#D55E00");
    check_end(&f, "hidden.activity l1(0.001)", "lc rgb '#E69F00' lw 2 dt 1", "#E69F00");
    check_end(&f, "hidden.kernel l2(0.01)", "lc rgb '#009E73' lw 2 dt 2", "#009E73");
    check_has(f.program.text, "set arrow from first 4, graph 0 to first 4, graph 1 nohead dt 3");
    check_has(f.program.text, "set label 'hidden.activity = l1(0.01)' at first 4");
    assert_int_equal(count_of(f.program.text, "set arrow"), 2);
    figure_finish(&f);
    bench_finish(&b);
}

static void models_have_colours_and_events_are_told_once(void **state)
{
    (void)state;
    struct bench a = full("plain"), b = full("sparse");
    struct model *both[] = {a.model, b.model};
    struct view_request r = request_of(&a);
    r.model = both;
    r.models = 2;
    b.model->state.step = 9;
    struct figure f = drawn(&r, "loss");
    assert_int_equal(f.blocks, 8);
    check_has(f.program.text, "'loss of plain (step 8), sparse (step 9)'");
    check_has(f.program.text, "lc rgb '#0072B2' lw 2 dt 2 pt 7 ps 0.5 title 'plain: validation");
    check_has(f.program.text, "lc rgb '#D55E00' lw 2 dt 1 pt 7 ps 0.5 title 'sparse: data loss'");
    assert_int_equal(count_of(f.program.text, "set arrow"), 2);
    assert_int_equal(csv_lines(&f, "sparse: data loss"), 8);
    figure_finish(&f);
    bench_finish(&a);
    bench_finish(&b);
}

/* A bench whose loss has n points, all of them `y`. */
static struct bench level(size_t n, double y)
{
    struct bench b = bench_make(PLAIN_MODEL);
    for (size_t i = 1; i <= n; i++)
        put(&b, SERIES_DATA, "data", i, y);
    return b;
}

static void long_curves_are_smoothed_and_thinned(void **state)
{
    (void)state;
    const size_t points[] = {100, 101, 3000};
    for (size_t i = 0; i < 3; i++) {
        struct bench b = level(points[i], 0.5);
        struct view_request r = request_of(&b);
        struct figure f = drawn(&r, "loss");
        double x[4];
        assert_int_equal(f.blocks, points[i] > 100 ? 2 : 1);
        assert_true(csv_lines(&f, "data loss") <= 1000);
        /* The running mean of what is always 0.5 is 0.5 from the first point on. */
        for (size_t k = 0; csv_line(&f, "data loss (smooth)", k, x); k++)
            check_near(x[1], 0.5, 1e-9);
        assert_int_equal(csv_lines(&f, "data loss (smooth)") > 0, points[i] > 100);
        assert_int_equal(count_of(f.program.text, "'#B80072B2'"), points[i] > 100);
        figure_finish(&f);
        bench_finish(&b);
    }
}

static void axes_suit_the_values(void **state)
{
    (void)state;
    const struct {
        double y[2];
        bool log;
        const char *range;
    } cases[] = {
        {{1, 9}, false, "set yrange [0:9.45]\n"},               /* less than a decade; 5 % above */
        {{1, 11.5}, true, "set yrange [0.869565217:13.225]\n"}, /* a factor of 1.15 at each end */
        {{0, 100}, false, "set yrange [-2:105]\n"}, /* 0 has no logarithm, and is off the frame */
        {{-1, 1}, false, "set yrange [-1.1:1.1]\n"},
        {{0, 0}, false, "set yrange [-0.4:1]\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench b = bench_make(PLAIN_MODEL);
        put(&b, SERIES_DATA, "data", 1, cases[i].y[0]);
        put(&b, SERIES_DATA, "data", 2, cases[i].y[1]);
        put(&b, SERIES_DATA, "data", 3, (double)NAN);
        put(&b, SERIES_DATA, "data", 4, (double)INFINITY);
        struct view_request r = request_of(&b);
        struct figure f = drawn(&r, "loss");
        assert_int_equal(strstr(f.program.text, "logscale") != NULL, cases[i].log);
        check_has(f.program.text, cases[i].range);
        check_has(f.program.text, "\n3 NaN\n4 NaN\nEOD\n");
        figure_finish(&f);
        bench_finish(&b);
    }
}

static void texts_of_people_stay_texts(void **state)
{
    (void)state;
    struct bench b = full("main");
    const char *const bad = "'\nsystem(\"touch /tmp/x\")`id`";
    assert_int_equal(history_event(&b.model->history, 5, bad), 0);
    put(&b, SERIES_PENALTY, "a'; print 1; '.kernel l1(1)", 5, 1);
    struct view_request r = request_of(&b);
    const char *const views[] = {"loss", "activity"};
    for (size_t i = 0; i < 2; i++) {
        struct figure f = drawn(&r, views[i]);
        check_has(f.program.text, "set label ' ''system(\"touch /tmp/x\")`id`' at");
        if (i == 0)
            check_has(f.program.text, " 'a''; print 1; ''.kernel l1(1)'");
        figure_finish(&f);
    }
    bench_finish(&b);
}

static void activity_shows_both_halves(void **state)
{
    (void)state;
    struct bench a = full("plain"), b = full("sparse");
    struct model *both[] = {a.model, b.model};
    for (size_t models = 1; models <= 2; models++)
        for (int text = 0; text < 2; text++) {
            struct view_request r = request_of(&a);
            double x[4];
            r.model = both;
            r.models = models;
            r.text = text;
            struct figure f = drawn(&r, "activity");
            /* Four curves, and how many units are dead. */
            assert_int_equal(f.blocks, 5 * models);
            assert_int_equal(count_of(f.program.text, "\nplot "), text ? 2 : 2 * models);
            check_has(f.program.text, text          ? "layout 1,2"
                                      : models == 1 ? "layout 2,1"
                                                    : "layout 2,2");
            const char *prefix = models == 1 ? "" : "plain: ";
            char name[80];
            snprintf(name, sizeof name, "%shidden mean |a|", prefix);
            assert_int_equal(csv_line(&f, name, 1, x), 2);
            check_near(x[1], 0.25, 0);
            /* Shares, which the plot turns into percent. */
            snprintf(name, sizeof name, "%shidden a = 0", prefix);
            assert_int_equal(csv_line(&f, name, 1, x), 2);
            check_near(x[1], 0.75, 0);
            check_has(f.program.text, "using 1:(100*$2)");
            check_has(f.program.text, "hidden.activity = l1(0.01)");
            figure_finish(&f);
        }
    bench_finish(&a);
    bench_finish(&b);
}

/* Eight calls have curves: one more than there are colours. */
static void too_many_layers_are_refused(void **state)
{
    (void)state;
    struct bench b = bench_make("data moons 20\ninput 2\ndense 2\ndense 2\ndense 2\ndense 2\n"
                                "dense 2\ndense 2\ndense 2\ndense 1\n");
    for (size_t c = 1; c < b.model->graph->calls; c++)
        for (int kind = SERIES_MEAN; kind <= SERIES_SMALL; kind++)
            put(&b, (enum series_kind)kind, b.model->graph->call[c].name, 1, 0.5);
    struct view_request r = request_of(&b);
    struct figure f = {0};
    struct err e = {0};
    assert_int_equal(view_of("activity")->draw(&r, &f, &e), -1);
    assert_string_equal(e.what, "activity shows 7 layers at most, and these are 8");
    assert_string_equal(e.hint, "name some: plot activity LAYER");
    const char *const names[] = {"dense_1", "dense_4", "dense_8"};
    const struct span where[3] = {{0}};
    r.layer = names;
    r.where = where;
    r.layers = 3;
    f = drawn(&r, "activity");
    assert_int_equal(f.blocks, 15);
    /* The legend names layers, and the axis what is whole and dashed. */
    check_has(f.program.text, "title 'dense_4' noenhanced");
    check_has(f.program.text, "set ylabel '|a|: mean, dashed max'");
    figure_finish(&f);
    bench_finish(&b);
}

static void a_full_legend_leaves_penalties_out(void **state)
{
    (void)state;
    struct bench b = full("main");
    char name[40];
    struct view_request r = request_of(&b);
    for (int i = 0; i < 8; i++) {
        snprintf(name, sizeof name, "layer_%d.kernel l1(1)", i);
        put(&b, SERIES_PENALTY, name, 1, 1);
        struct figure f = drawn(&r, "loss");
        const size_t curves = 5 + (size_t)i;
        assert_int_equal(f.blocks, curves);
        assert_int_equal(count_of(f.program.text, " title '"), curves <= 12 ? curves + 1 : 3);
        assert_int_equal(strstr(f.program.text, "(without names: penalties)") != NULL, curves > 12);
        figure_finish(&f);
    }
    for (uint64_t i = 0; i < 9; i++)
        assert_int_equal(history_event(&b.model->history, 7, (char[]){(char)('a' + i), 0}), 0);
    struct figure f = drawn(&r, "loss");
    assert_int_equal(count_of(f.program.text, "set arrow"), 11);
    assert_int_equal(count_of(f.program.text, "set label"), 6);
    check_has(f.program.text, "set label 'i' at");
    figure_finish(&f);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_view_describes_itself),
        cmocka_unit_test(loss_draws_what_the_history_holds),
        cmocka_unit_test(models_have_colours_and_events_are_told_once),
        cmocka_unit_test(long_curves_are_smoothed_and_thinned),
        cmocka_unit_test(axes_suit_the_values),
        cmocka_unit_test(texts_of_people_stay_texts),
        cmocka_unit_test(activity_shows_both_halves),
        cmocka_unit_test(too_many_layers_are_refused),
        cmocka_unit_test(a_full_legend_leaves_penalties_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
