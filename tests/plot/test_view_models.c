/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the views of weights and outputs draw, and that drawing changes nothing. */
#include "scene.h"

static void weights_are_counted(void **state)
{
    (void)state;
    struct bench b = bench_make(
        "data moons 20\ninput 2\ndense 2 kernel_init=values(-1, 0, 0.5, 1) as k\ndense 1 as top\n");
    const char *const name = "k";
    const struct span where = {1, 10, 11};
    struct view_request r = request_of(&b);
    r.layer = &name;
    r.where = &where;
    r.layers = 1;
    struct figure f = drawn(&r, "weights");
    /* 41 bars over [-1, 1], each 2/41 wide: -1 is in the first, 0 in bar 20, 0.5 in bar 30, whose
     * middle is 61/41 - 1, and 1 in the last. */
    assert_int_equal(csv_lines(&f, "k.kernel"), 41);
    for (size_t i = 0; i < 41; i++) {
        double x[4];
        assert_int_equal(csv_line(&f, "k.kernel", i, x), 2);
        check_near(x[0], (2 * (double)i + 1) / 41 - 1, 1e-8);
        check_near(x[1], i == 0 || i == 20 || i == 30 || i == 40, 0);
    }
    check_has(f.program.text, "'k.kernel 2x2: largest 1, 25 % are 0'");
    check_has(f.program.text, "'weights of main (step 0)'");
    assert_int_equal(count_of(f.program.text, "\nplot "), 1);
    figure_finish(&f);
    r.layers = 0;
    f = drawn(&r, "weights");
    assert_int_equal(count_of(f.program.text, "\nplot "), 2);
    figure_finish(&f);
    bench_finish(&b);
}

static void a_kernel_of_zeros_can_be_drawn(void **state)
{
    (void)state;
    struct bench b = bench_make("data moons 20\ninput 2\ndense 3 kernel_init=zeros as k\n");
    struct view_request r = request_of(&b);
    double x[4];
    struct figure f = drawn(&r, "weights");
    csv_line(&f, "k.kernel", 20, x);
    check_near(x[0], 0, 0);
    check_near(x[1], 6, 0);
    check_has(f.program.text, "largest 0, 100 % are 0");
    figure_finish(&f);
    f = drawn(&r, "filters");
    check_has(f.program.text, "3 units of 2, largest 0, 3 empty");
    figure_finish(&f);
    bench_finish(&b);
}

/* Four inputs make tiles of 2x2; the second unit has none; without data they are as they
 * stand. */
/* A filter of 1x2 that sees two channels: [1][2][2][1] is a tile of two rows, a channel each. */
static void filters_of_a_convolution_have_their_channels_below_each_other(void **state)
{
    (void)state;
    struct bench b = bench_make("data random 20 shape=3x3x2\ninput 3x3x2\n"
                                "conv2d 1 1x2 kernel_init=values(1, 2, 3, -4) as k\n");
    struct view_request r = request_of(&b);
    r.data = NULL;
    struct figure f = drawn(&r, "filters");
    const double due[4][4] = {{0, 0, 1, 0.25}, {1, 0, 3, 0.75}, {0, 1, 2, 0.5}, {1, 1, -4, -1}};
    for (size_t i = 0; i < 4; i++) {
        double x[4];
        assert_int_equal(csv_line(&f, "k.kernel unit 0", i, x), 4);
        for (size_t k = 0; k < 4; k++)
            check_near(x[k], due[i][k], 1e-6);
    }
    check_has(f.program.text, "1 unit of 1x2, 2 channels below each other, largest 4");
    figure_finish(&f);
    bench_finish(&b);
}

/* Two channels of a 1x1 convolution: the sample and its negative half. */
static void maps_are_tiles_with_one_scale(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 9 9 9 9 -> 0; 1 2 -4 0 -> 1 } shuffle=no\n"
                                "input 2x2x1\nconv2d 2 1 kernel_init=values(1, -0.5) as k\n");
    const struct span where = {0};
    const char *const layer = "k";
    struct view_request r = request_of(&b);
    r.layer = &layer;
    r.where = &where;
    r.layers = 1;
    b.data.training = 1; /* so that the second is kept for validation */
    struct figure f = drawn(&r, "maps");
    const double due[2][4][4] = {
        {{0, 0, 1, 0.25}, {1, 0, 2, 0.5}, {0, 1, -4, -1}, {1, 1, 0, 0}},
        {{3, 0, -0.5, -0.125}, {4, 0, -1, -0.25}, {3, 1, 2, 0.5}, {4, 1, 0, 0}}};
    for (size_t c = 0; c < 2; c++)
        for (size_t i = 0; i < 4; i++) {
            char name[40];
            double x[4];
            snprintf(name, sizeof name, "k channel %zu", c);
            assert_int_equal(csv_lines(&f, name), 4);
            assert_int_equal(csv_line(&f, name, i, x), 4);
            for (size_t k = 0; k < 4; k++)
                check_near(x[k], due[c][i][k], 1e-6);
        }
    check_has(f.program.text, "k of sample 1, 2 channels of 2x2, -4 to 2'");
    figure_finish(&f);
    bench_finish(&b);
}

static void filters_are_tiles_with_one_scale(void **state)
{
    (void)state;
    struct bench b = bench_make(
        "data random 20 shape=4\ninput 4\n"
        "dense 3 kernel_init=values(2, 0, 0.1, -1, 0, 0.2, 1, 0, -0.4, 0, 0, 0.1) as k\n");
    struct view_request r = request_of(&b);
    r.data = NULL;
    struct figure f = drawn(&r, "filters");
    /* By x, y, weight, part of the kernel's largest. Three tiles in two columns: the third begins
     * in row 3. */
    const double due[3][4][4] = {
        {{0, 0, 2, 1}, {1, 0, -1, -0.5}, {0, 1, 1, 0.5}, {1, 1, 0, 0}},
        {{3, 0, 0, 0}, {4, 0, 0, 0}, {3, 1, 0, 0}, {4, 1, 0, 0}},
        {{0, 3, 0.1, 0.05}, {1, 3, 0.2, 0.1}, {0, 4, -0.4, -0.2}, {1, 4, 0.1, 0.05}}};
    for (size_t u = 0; u < 3; u++)
        for (size_t i = 0; i < 4; i++) {
            char name[40];
            double x[4];
            snprintf(name, sizeof name, "k.kernel unit %zu", u);
            assert_int_equal(csv_lines(&f, name), 4);
            assert_int_equal(csv_line(&f, name, i, x), 4);
            for (size_t k = 0; k < 4; k++)
                check_near(x[k], due[u][i][k], 1e-6);
        }
    check_has(f.program.text,
              "'filters of main (step 0), k.kernel, 3 units of 2x2, largest 2, 1 empty'");
    check_has(f.program.text, "set object rectangle from 2.5, -0.5 to 4.5, 1.5 front");
    /* 5 x 5 pixels in all: 13 belong to no unit. */
    assert_int_equal(count_of(f.program.text, "NaN NaN\n"), 13);
    figure_finish(&f);
    bench_finish(&b);
}

/* sigmoid(2 x - 3 y), whose values are known everywhere. */
static const char *const slope_model = "data rows { 0 0 -> 0; 1 0 -> 1; 0 2 -> 0; 1 2 -> 1 }\n"
                                       "input 2\ndense 1 sigmoid kernel_init=values(2, -3) as s\n";

static void boundary_shows_the_output(void **state)
{
    (void)state;
    struct bench b = bench_make(slope_model);
    struct view_request r = request_of(&b);
    struct figure f = drawn(&r, "boundary");
    double x[4];
    assert_int_equal(csv_lines(&f, "main"), 61 * 61);
    for (size_t i = 0; i < 61 * 61; i += 97) {
        assert_int_equal(csv_line(&f, "main", i, x), 3);
        /* The data's range and a tenth of it on each side. */
        check_near(x[0], -0.1 + 1.2 * (double)(i % 61) / 60, 1e-6);
        check_near(x[1], -0.2 + 2.4 * (double)(i / 61) / 60, 1e-6);
        check_near(x[2], 1 / (1 + exp(-(2 * x[0] - 3 * x[1]))), 1e-5);
    }
    assert_int_equal(csv_line(&f, "main class 1", 1, x), 3);
    check_near(x[0], 1, 0);
    check_near(x[1], 2, 0);
    assert_int_equal(csv_lines(&f, "main class 0"), 2);
    check_has(f.program.text, "set cntrparam levels discrete 0.5\n");
    check_has(f.program.text, "title 'class 1' noenhanced");
    figure_finish(&f);
    bench_finish(&b);
}

static void boundary_names_the_largest_of_several_outputs(void **state)
{
    (void)state;
    /* Three outputs: x, y and 0. */
    struct bench b = bench_make(
        "data rows { -1 -1 -> 2; 1 -1 -> 0; -1 1 -> 1 }\ninput 2\n"
        "dense 3 softmax kernel_init=values(1, 0, 0, 0, 1, 0)\nloss categorical_crossentropy\n");
    struct view_request r = request_of(&b);
    struct figure f = drawn(&r, "boundary");
    double x[4];
    for (size_t i = 0; i < 61 * 61; i += 89) {
        csv_line(&f, "main", i, x);
        const double largest = x[0] > 0 && x[0] > x[1] ? 0 : x[1] > 0 ? 1 : 2;
        if (fabs(x[0] - x[1]) > 1e-6 && fabs(x[0]) > 1e-6 && fabs(x[1]) > 1e-6)
            check_near(x[2], largest, 0);
    }
    check_has(f.program.text, "maxcolors 3\n");
    assert_int_equal(csv_lines(&f, "main class 2"), 1);
    /* By how much each output leads: softmax keeps its sign. */
    csv_line(&f, "main", 60, x);
    assert_true(x[3] > 0);
    csv_line(&f, "main", 0, x);
    assert_true(x[3] < 0);
    assert_int_equal(count_of(f.program.text, "set cntrparam levels discrete 0\n"), 3);
    figure_finish(&f);
    bench_finish(&b);
}

static void drawing_leaves_training_alone(void **state)
{
    (void)state;
    const char *const text = "data moons 40 batch=7 split=0.2\ninput 2\ndense 5 tanh\n"
                             "dense 1 sigmoid\nloss binary_crossentropy\n";
    struct bench a = bench_make(text), b = bench_make(text);
    bench_prepare(&a);
    bench_prepare(&b);
    for (int i = 0; i < 12; i++) {
        const char *const views[] = {"boundary", "weights", "filters"};
        struct view_request r = request_of(&b);
        for (size_t v = 0; v < 3; v++) {
            struct figure f = drawn(&r, views[v]);
            figure_finish(&f);
        }
        assert_true(bench_step(&a).data == bench_step(&b).data);
    }
    assert_true(model_digest(a.model, 1) == model_digest(b.model, 1));
    bench_finish(&a);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_are_counted),
        cmocka_unit_test(a_kernel_of_zeros_can_be_drawn),
        cmocka_unit_test(filters_are_tiles_with_one_scale),
        cmocka_unit_test(filters_of_a_convolution_have_their_channels_below_each_other),
        cmocka_unit_test(maps_are_tiles_with_one_scale),
        cmocka_unit_test(boundary_shows_the_output),
        cmocka_unit_test(boundary_names_the_largest_of_several_outputs),
        cmocka_unit_test(drawing_leaves_training_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
