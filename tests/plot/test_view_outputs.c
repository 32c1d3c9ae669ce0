/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the views of outputs, codes and layers over time draw, against models whose numbers are
 * known. */
#include "scene.h"

/* 3 tanh(2 x), and samples that are not on it; the last quarter is for validation. */
static const char *const tanh_model =
    "data sine 40 noise=0.3 split=0.25\ninput 1\ndense 1 tanh kernel_init=values(2)\n"
    "dense 1 kernel_init=values(3)\n";

static void fit_draws_the_curve_and_all_samples(void **state)
{
    (void)state;
    for (int text = 0; text < 2; text++) {
        struct bench b = bench_make(tanh_model);
        const struct dataset *d = &b.data;
        struct view_request r = request_of(&b);
        r.text = text;
        struct figure f = drawn(&r, "fit");
        double x[4], low = 1, high = -1;
        for (size_t s = 0; s < d->samples; s++) {
            low = fmin(low, (double)d->x[s]);
            high = fmax(high, (double)d->x[s]);
        }
        assert_int_equal(csv_lines(&f, "main"), 241);
        for (size_t i = 0; i < 241; i++) {
            assert_int_equal(csv_line(&f, "main", i, x), 2);
            check_near(x[0], low + (high - low) * ((double)i / 240 * 1.1 - 0.05), 1e-6);
            check_near(x[1], 3 * tanh(2 * x[0]), NEAR(1e-7, 1e-5));
        }
        assert_int_equal(csv_lines(&f, "samples"), 30);
        assert_int_equal(csv_lines(&f, "validation samples"), 10);
        for (size_t s = 0; s < 40; s++) {
            csv_line(&f, s < 30 ? "samples" : "validation samples", s < 30 ? s : s - 30, x);
            check_near(x[0], (double)d->x[s], 1e-7);
            check_near(x[1], (double)d->y[s], 1e-7);
        }
        figure_finish(&f);
        bench_finish(&b);
    }
}

static void fit_has_a_curve_for_each_model_and_target(void **state)
{
    (void)state;
    struct bench a = bench_make("data rows { 0 -> 1 5; 1 -> 3 4; 2 -> 5 3 }\ninput 1\n"
                                "dense 2 kernel_init=values(2, -1)\n");
    struct bench b = bench_make("data rows { 0 -> 1 5; 1 -> 3 4; 2 -> 5 3 }\ninput 1\n"
                                "dense 2 kernel_init=values(1, 7)\n");
    struct model *both[] = {a.model, b.model};
    struct view_request r = request_of(&a);
    double x[4];
    rename_model(&b, "second");
    r.model = both;
    r.models = 2;
    struct figure f = drawn(&r, "fit");
    csv_line(&f, "main of target 2", 240, x);
    check_near(x[0], 2.1, 1e-6);
    check_near(x[1], -2.1, 1e-6);
    csv_line(&f, "second of target 2", 240, x);
    check_near(x[1], 14.7, 1e-5);
    csv_line(&f, "samples of target 2", 1, x);
    check_near(x[1], 4, 0);
    figure_finish(&f);
    bench_finish(&a);
    bench_finish(&b);
}

/* The largest of x, y and 0 is the class that is taken. */
static size_t taken_as(const struct dataset *d, size_t s)
{
    const double x = (double)d->x[2 * s], y = (double)d->x[2 * s + 1];
    return x > y && x > 0 ? 0 : y > 0 ? 1 : 2;
}

static void confusion_counts(void **state)
{
    (void)state;
    static const char *const splits[] = {"", "split=0.4"};
    for (size_t i = 0; i < 2; i++) {
        char text[300], title[80];
        snprintf(text, sizeof text,
                 "data blobs 90 %s\ninput 2\ndense 3 softmax kernel_init=values(1, 0, 0, 0, 1, 0)\n"
                 "loss categorical_crossentropy\n",
                 splits[i]);
        struct bench b = bench_make(text);
        const struct dataset *d = &b.data;
        struct view_request r = request_of(&b);
        struct figure f = drawn(&r, "confusion");
        size_t count[3][3] = {{0}}, all[3] = {0}, right = 0, n = 0;
        for (size_t s = i ? d->training : 0; s < d->samples; s++, n++) {
            const size_t class = (size_t)d->y[s];
            count[class][taken_as(d, s)]++;
            all[class]++;
            right += class == taken_as(d, s);
        }
        for (size_t k = 0; k < 3; k++)
            for (size_t as = 0; as < 3; as++) {
                char name[20];
                double x[4];
                snprintf(name, sizeof name, "class %zu", k);
                assert_int_equal(csv_line(&f, name, as, x), 3);
                check_near(x[0], (double)as, 0);
                check_near(x[1], (double)count[k][as], 0);
                check_near(x[2], (double)count[k][as] / (double)all[k], 1e-8);
            }
        snprintf(title, sizeof title, "%.4g %% of %zu %s samples right",
                 100 * (double)right / (double)n, n, i ? "validation" : "training");
        check_has(f.program.text, title);
        figure_finish(&f);
        bench_finish(&b);
    }
}

/* One sigmoid says 1 from 0.5 on: x > 0. */
/* gnuplot reads the label of a tic as a format; a name that is longer than its place is cut. */
static void names_of_classes_are_text(void **state)
{
    (void)state;
    static const char *const names[] = {"100%d it's", "a name of a class that goes on and on", "c"};
    struct bench b = bench_make("data blobs 90\ninput 2\ndense 3 softmax\n");
    struct view_request r = request_of(&b);
    b.data.class_name = names;
    struct figure f = drawn(&r, "confusion");
    check_has(f.program.text, "xtics ('100%%d it''s' 0, 'a name ... on and on' 1, 'c' 2) "
                              "scale 0 noenhanced rotate by -45");
    figure_finish(&f);
    f = drawn(&r, "boundary");
    check_has(f.program.text, "title 'class 100%d it''s'");
    check_has(f.program.text, "title 'class a name of a class that goes on and on'");
    figure_finish(&f);
    b.data.class_name = NULL;
    bench_finish(&b);
}

static void confusion_of_one_sigmoid(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { -1 -> 0; 2 -> 0; 3 -> 1; 1 -> 1; -4 -> 1 }\ninput 1\n"
                                "dense 1 sigmoid kernel_init=ones\n");
    struct view_request r = request_of(&b);
    struct figure f = drawn(&r, "confusion");
    const double due[] = {1, 1, 1, 2};
    for (size_t i = 0; i < 4; i++) {
        double x[4];
        csv_line(&f, i < 2 ? "class 0" : "class 1", i % 2, x);
        check_near(x[1], due[i], 0);
    }
    figure_finish(&f);
    bench_finish(&b);
}

/* The code is a hundredth of the sum of the pixels, and what comes out half of it everywhere. */
static void reconstruct_shows_what_the_model_makes(void **state)
{
    (void)state;
    for (int text = 0; text < 2; text++) {
        struct bench b = bench_make("data digits target=input split=0.1\ninput 64\n"
                                    "dense 2 kernel_init=constant(0.01) as code\n"
                                    "dense 64 kernel_init=constant(0.25)\n");
        const struct dataset *d = &b.data;
        struct view_request r = request_of(&b);
        r.text = text;
        struct figure f = drawn(&r, "reconstruct");
        double x[4], wrong = 0;
        for (size_t i = 0; i < 8; i++) {
            char name[40], title[60];
            double sum = 0;
            const size_t s = d->training + i * (d->samples - d->training) / 8;
            for (size_t k = 0; k < 64; k++) {
                snprintf(name, sizeof name, "input %zu", s);
                assert_int_equal(csv_line(&f, name, k, x), 2);
                check_near(x[0], (double)k, 0);
                check_near(x[1], (double)d->x[s * 64 + k], 1e-7);
                sum += (double)d->x[s * 64 + k];
            }
            snprintf(name, sizeof name, "code %zu", s);
            assert_int_equal(csv_lines(&f, name), 2);
            csv_line(&f, name, 1, x);
            check_near(x[1], sum / 100, NEAR(1e-8, 1e-5));
            snprintf(name, sizeof name, "reconstruction %zu", s);
            assert_int_equal(csv_lines(&f, name), 64);
            csv_line(&f, name, 63, x);
            check_near(x[1], sum / 200, NEAR(1e-8, 1e-5));
            for (size_t k = 0; k < 64; k++)
                wrong += pow((double)d->x[s * 64 + k] - sum / 200, 2);
            snprintf(title, sizeof title, "mean squared error %.3g'", wrong / (8 * 64));
            if (i == 7)
                check_has(f.program.text, title);
        }
        figure_finish(&f);
        bench_finish(&b);
    }
}

/* Of 64-8-64 the decoder's rows are pictures, and of 64-16-4-64 what lies between codes is not. */
static void filters_choose_the_side_that_is_a_picture(void **state)
{
    (void)state;
    struct bench b = bench_make("data digits target=input\ninput 64\ndense 16 sigmoid as a\n"
                                "dense 4 as b\nactivation tanh\ndense 64 as back\n"
                                "activation sigmoid\n");
    static const struct {
        const char *layer, *caption;
        size_t of_unit;
    } cases[] = {{"a", "a.kernel, 16 units of 8x8, largest", 64},
                 {"b", "b.kernel, 4 units of 16, largest", 16},
                 {"back", "back.kernel, 4 units of 8x8 (what each gives), largest", 64}};
    const struct span where = {0};
    for (size_t i = 0; i < 3; i++) {
        char series[40];
        struct view_request r = request_of(&b);
        r.layer = &cases[i].layer;
        r.where = &where;
        r.layers = 1;
        struct figure f = drawn(&r, "filters");
        check_has(f.program.text, cases[i].caption);
        for (size_t u = 0; u < 4; u++) {
            const struct graph *g = b.model->graph;
            const id layer = graph_find_layer(g, cases[i].layer);
            const struct weight *w = &g->weight[graph_find_weight(g, layer, "kernel")];
            const real *kernel = b.model->state.weight + w->at;
            const size_t units = shape_last(&w->shape);
            snprintf(series, sizeof series, "%s.kernel unit %zu", cases[i].layer, u);
            assert_int_equal(csv_lines(&f, series), cases[i].of_unit);
            for (size_t k = 0; k < cases[i].of_unit; k++) {
                double x[4];
                csv_line(&f, series, k, x);
                check_near(x[2], (double)(i == 2 ? kernel[u * units + k] : kernel[k * units + u]),
                           1e-7);
            }
        }
        figure_finish(&f);
    }
    bench_finish(&b);
}

/* Relu units of the input: the first is over 0.1 for 1 of 4 samples, the second for 3, the third
 * never, the fourth for 3. */
static void busy_units_come_first(void **state)
{
    (void)state;
    struct bench b =
        bench_make("data rows { 1 0 0 0 -> 0; 0.05 1 0 1 -> 0; 0 1 -1 1 -> 0; 0 1 0 1 -> 0 }\n"
                   "input 4\ndense 4 relu kernel_init=values(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, "
                   "0, 0, 0, 1) as k\ndense 1 as y\n");
    const char *const layer = "k";
    const struct span where = {0};
    struct view_request r = request_of(&b);
    r.layer = &layer;
    r.where = &where;
    r.layers = 1;
    /* Tiles of 2x2 stand in two rows of two: at x = 0 and 3, y = 0 and 3. */
    const double due[4][2] = {{0, 3}, {0, 0}, {3, 3}, {3, 0}};
    struct figure f = drawn(&r, "filters");
    for (size_t u = 0; u < 4; u++) {
        char name[40];
        double x[4];
        snprintf(name, sizeof name, "k.kernel unit %zu", u);
        assert_int_equal(csv_line(&f, name, 0, x), 4);
        check_near(x[0], due[u][0], 0);
        check_near(x[1], due[u][1], 0);
    }
    check_has(f.program.text, "1 never fires'");
    check_has(f.program.text, "all tiles have one scale; the busiest unit first");
    figure_finish(&f);
    r.data = NULL;
    f = drawn(&r, "filters");
    check_has(f.program.text, "all tiles have one scale; as they stand");
    figure_finish(&f);
    bench_finish(&b);
}

static void validation_stands_apart_in_boundary(void **state)
{
    (void)state;
    struct bench b = bench_make("data blobs 60 split=0.3\ninput 2\ndense 3 softmax\n"
                                "loss categorical_crossentropy\n");
    const struct dataset *d = &b.data;
    struct view_request r = request_of(&b);
    struct figure f = drawn(&r, "boundary");
    size_t count[2][3] = {{0}};
    for (size_t s = 0; s < d->samples; s++)
        count[s >= d->training][(size_t)d->y[s]]++;
    for (size_t k = 0; k < 3; k++) {
        char name[40];
        snprintf(name, sizeof name, "main class %zu", k);
        assert_int_equal(csv_lines(&f, name), count[0][k]);
        snprintf(name, sizeof name, "\"main class %zu, validation\"", k);
        assert_int_equal(csv_lines(&f, name), count[1][k]);
    }
    figure_finish(&f);
    bench_finish(&b);
}

/* The first layer keeps the inputs that are positive; sgd with lr=0 leaves it so. */
#define KEEPER                                                                                     \
    "data rows { 1 -1 -> 0; 3 0 -> 0; 0.05 -2 -> 0; 2 -1 -> 0 } shuffle=no batch=4\ninput 2\n"     \
    "dense 2 relu kernel_init=values(1, 0, 0, 1) as k\ndense 1 as y\noptimizer sgd lr=0\n"

static struct bench traced(void)
{
    struct bench b = bench_make(KEEPER);
    bench_prepare(&b);
    for (int i = 0; i < 3; i++) {
        bench_step(&b);
        const struct trainer *t = trainer_of(b.model);
        assert_int_equal(metrics_traces(t->metrics, b.model, &t->last_batch, &b.e), 0);
    }
    return b;
}

static void units_and_ridge_show_the_batches(void **state)
{
    (void)state;
    const char *const layer = "k";
    const struct span where = {0};
    for (int text = 0; text < 2; text++) {
        struct bench b = traced();
        struct view_request r = request_of(&b);
        double x[4];
        r.layer = &layer;
        r.where = &where;
        r.layers = 1;
        r.text = text;
        struct figure f = drawn(&r, "units");
        /* 1, 3 and 2 are above 0.1, and no number of the second unit is. */
        assert_int_equal(csv_lines(&f, "k"), 6);
        for (size_t i = 0; i < 6; i++) {
            csv_line(&f, "k", i, x);
            check_near(x[0], (double)(i / 2) + 1, 0);
            check_near(x[1], (double)(i % 2), 0);
            check_near(x[2], i % 2 ? 0 : 0.75, 1e-6);
        }
        check_has(f.program.text, "k, 1 of 2 silent at the end'");
        figure_finish(&f);
        f = drawn(&r, "ridge");
        /* 0.05, 1, 2 and 3 of 8 numbers, in 40 bins between the first and the last of them. */
        const double width = 2.95 / 40;
        assert_int_equal(csv_lines(&f, "k step 3"), 40);
        for (size_t i = 0; i < 40; i++) {
            csv_line(&f, "k step 3", i, x);
            check_near(x[0], 0.05 + width * ((double)i + 0.5), 1e-6);
            check_near(x[1],
                       i == 0 || i == (size_t)(0.95 / width) || i == (size_t)(1.95 / width) ||
                               i == 39
                           ? 0.125
                           : 0,
                       1e-6);
        }
        check_has(f.program.text, text ? "50%" : "set label '50 %'");
        figure_finish(&f);
        bench_finish(&b);
    }
}

/* What is kept of a long training is spread evenly over it, and copied with it. */
static void traces_stay_small(void **state)
{
    (void)state;
    struct history h = {0}, copy;
    float *row;
    const size_t trace = history_trace(&h, TRACE_FIRING, "k", 3);
    for (uint64_t step = 1; step <= 1000; step++) {
        assert_int_equal(history_row(&h, trace, step, &row), 0);
        for (size_t u = 0; row && u < 3; u++)
            row[u] = (float)(step * 3 + u);
        assert_true(h.trace[trace].count <= TRACE_MOST);
        /* A step has one row. */
        if (row) {
            assert_int_equal(history_row(&h, trace, step, &row), 0);
            assert_null(row);
        }
    }
    assert_int_equal(history_copy(&copy, &h), 0);
    const struct trace *t = history_find_trace(&copy, TRACE_FIRING, "k");
    assert_non_null(t);
    assert_true(t->count > TRACE_MOST / 2 - 2);
    for (size_t i = 0; i < t->count; i++) {
        check_near(t->step[i], 1 + (double)i * (t->step[1] - t->step[0]), 0);
        check_near((double)t->row[i * 3 + 2], t->step[i] * 3 + 2, 0);
    }
    assert_true(1000 - t->step[t->count - 1] < 16);
    /* What lies beyond a step goes, and the next row is taken. */
    const double last = t->step[t->count - 2];
    history_cut(&copy, (uint64_t)last);
    check_near(t->step[t->count - 1], last, 0);
    assert_int_equal(history_row(&copy, 0, (uint64_t)last + 1, &row), 0);
    assert_non_null(row);
    /* A layer that was made anew with other units begins anew. */
    assert_int_equal(history_trace(&copy, TRACE_FIRING, "k", 5), 0);
    assert_int_equal(copy.trace[0].count, 0);
    history_finish(&h);
    history_finish(&copy);
}

/* Of a 2x2 matrix the values' squares add up to those of its numbers, and their product is the
 * determinant's absolute value. */
static void check_values(const struct figure *f, const char *series, const real *k)
{
    double first[4], second[4];
    assert_int_equal(csv_lines(f, series), 2);
    csv_line(f, series, 0, first);
    csv_line(f, series, 1, second);
    double sum = 0;
    for (size_t i = 0; i < 4; i++)
        sum += (double)k[i] * (double)k[i];
    check_near(first[1] * first[1] + second[1] * second[1], sum, 1e-6);
    check_near(first[1] * second[1],
               fabs((double)k[0] * (double)k[3] - (double)k[1] * (double)k[2]), 1e-6);
}

static void spectrum_remembers_the_start_and_the_last_change(void **state)
{
    (void)state;
    struct bench b = bench_make("data moons 40\ninput 2\ndense 2 tanh as k\ndense 1 as y\n"
                                "optimizer sgd lr=0.5\n");
    const char *const layer = "k";
    const struct span where = {0};
    struct view_request r = request_of(&b);
    real first[4], before[4];
    r.layer = &layer;
    r.where = &where;
    r.layers = 1;
    bench_prepare(&b);
    const struct weight *w = &b.model->graph->weight[0];
    memcpy(first, b.model->state.weight + w->at, sizeof first);
    bench_step(&b);
    memcpy(before, b.model->state.weight + w->at, sizeof before);
    assert_int_equal(
        history_keep(&b.model->history, 1, b.model->state.weight, b.model->state.reals), 0);
    assert_int_equal(history_event(&b.model->history, 1, "y.kernel = l2(0.1)"), 0);
    bench_step(&b);
    r.seed = 99; /* what the session has now is not what training began with */
    struct figure f = drawn(&r, "spectrum");
    check_values(&f, "k.kernel at the start", first);
    check_values(&f, "k.kernel before", before);
    check_values(&f, "k.kernel now", b.model->state.weight + w->at);
    check_has(f.program.text, "title 'before y.kernel = l2(0.1)'");
    figure_finish(&f);
    /* The change is taken back; weights that were loaded have no start. */
    history_cut_events(&b.model->history, 0);
    b.model->state.seeded = 0;
    f = drawn(&r, "spectrum");
    assert_int_equal(csv_lines(&f, "k.kernel before"), 0);
    assert_int_equal(csv_lines(&f, "k.kernel at the start"), 0);
    figure_finish(&f);
    bench_finish(&b);
}

static void looking_leaves_training_alone(void **state)
{
    (void)state;
    static const struct {
        const char *model, *views[4];
    } cases[] = {
        {"data sine 40 batch=7 split=0.2\ninput 1\ndense 5 tanh as h\ndropout 0.2\ndense 1\n",
         {"fit", "filters", "spectrum", NULL}},
        {"data blobs 40 batch=7\ninput 2\ndense 5 tanh\nbatchnorm\ndense 3 softmax\n"
         "loss categorical_crossentropy\n",
         {"confusion", "boundary", "filters", NULL}},
        {"data digits target=input batch=32\ninput 64\ndense 5 tanh\ndense 64\n",
         {"reconstruct", "filters", NULL, NULL}},
    };
    for (size_t c = 0; c < 3; c++) {
        struct bench a = bench_make(cases[c].model), b = bench_make(cases[c].model);
        bench_prepare(&a);
        bench_prepare(&b);
        for (int i = 0; i < 9; i++) {
            struct view_request r = request_of(&b);
            const struct trainer *t = trainer_of(b.model);
            for (size_t v = 0; cases[c].views[v]; v++) {
                struct figure f = drawn(&r, cases[c].views[v]);
                figure_finish(&f);
            }
            assert_true(bench_step(&a).data == bench_step(&b).data);
            assert_int_equal(metrics_traces(t->metrics, b.model, &t->last_batch, &b.e), 0);
        }
        assert_true(digest(&a) == digest(&b));
        bench_finish(&a);
        bench_finish(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fit_draws_the_curve_and_all_samples),
        cmocka_unit_test(fit_has_a_curve_for_each_model_and_target),
        cmocka_unit_test(confusion_counts),
        cmocka_unit_test(names_of_classes_are_text),
        cmocka_unit_test(confusion_of_one_sigmoid),
        cmocka_unit_test(reconstruct_shows_what_the_model_makes),
        cmocka_unit_test(filters_choose_the_side_that_is_a_picture),
        cmocka_unit_test(busy_units_come_first),
        cmocka_unit_test(validation_stands_apart_in_boundary),
        cmocka_unit_test(units_and_ridge_show_the_batches),
        cmocka_unit_test(traces_stay_small),
        cmocka_unit_test(spectrum_remembers_the_start_and_the_last_change),
        cmocka_unit_test(looking_leaves_training_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
