/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The toy sets: where the points stand, by their formulas, and what the seed moves. */
#include "make.h"

#include <math.h>

static const double eps = 8 * (double)REAL_EPSILON;

static double at(const struct dataset *d, size_t s, size_t column)
{
    return (double)d->x[s * d->inputs + column];
}

static double radius(const struct dataset *d, size_t s)
{
    return hypot(at(d, s, 0), at(d, s, 1));
}

static void toys_have_their_usual_sizes(void **state)
{
    (void)state;
    const struct {
        const char *kind;
        size_t samples, inputs, classes;
    } expected[] = {
        {"spirals", 200, 2, 2}, {"circles", 200, 2, 2}, {"moons", 200, 2, 2},
        {"blobs", 200, 2, 3},   {"xor", 4, 2, 2},       {"sine", 200, 1, 0},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        struct dataset d;
        make(&d, expected[i].kind, "", 1);
        assert_int_equal(d.samples, expected[i].samples);
        assert_int_equal(d.training, expected[i].samples);
        assert_int_equal(d.inputs, expected[i].inputs);
        assert_int_equal(d.shape.axes, 1);
        assert_int_equal(d.shape.size[0], expected[i].inputs);
        assert_int_equal(d.targets, 1);
        assert_int_equal(d.classes, expected[i].classes);
        assert_int_equal(d.whole_targets, expected[i].classes > 0);
        assert_int_equal(d.batch, 32);
        assert_true(d.shuffle);
        dataset_finish(&d);
    }
}

static void classes_take_turns(void **state)
{
    (void)state;
    const struct {
        const char *kind, *words;
        size_t classes;
    } sets[] = {
        {"spirals", "samples=101", 2},
        {"circles", "samples=101", 2},
        {"moons", "samples=101 noise=0.3", 2},
        {"blobs", "samples=101 classes=5", 5},
    };
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct dataset d;
        make(&d, sets[i].kind, sets[i].words, 1);
        for (size_t s = 0; s < 101; s++)
            check_near((double)d.y[s], (double)(s % sets[i].classes), 0);
        assert_int_equal(d.classes, sets[i].classes);
        dataset_finish(&d);
    }
}

static void circles_have_radius_1_and_a_half(void **state)
{
    (void)state;
    struct dataset d;
    make(&d, "circles", "samples=8", 1);
    for (size_t s = 0; s < 8; s++)
        check_near(radius(&d, s), s % 2 ? 0.5 : 1, eps);
    /* Four points of a class: at 0, 90, 180 and 270 degrees. */
    check_near(at(&d, 0, 0), 1, eps);
    check_near(at(&d, 2, 1), 1, eps);
    check_near(at(&d, 5, 0), -0.5, eps);
    check_near(at(&d, 7, 1), -0.5, eps);
    dataset_finish(&d);
}

static void moons_are_half_circles(void **state)
{
    (void)state;
    struct dataset d;
    make(&d, "moons", "samples=51", 1);
    for (size_t s = 0; s < 51; s++) {
        /* The upper moon stands round (0, 0), the lower round (1, 0.5). */
        bool lower = s % 2;
        double x = at(&d, s, 0) - (lower ? 1 : 0), y = at(&d, s, 1) - (lower ? 0.5 : 0);
        check_near(hypot(x, y), 1, eps);
        assert_true(lower ? y <= eps : y >= -eps);
    }
    /* 26 points above, from (1, 0) to (-1, 0); 25 below, from (0, 0.5) to (2, 0.5). */
    check_near(at(&d, 0, 0), 1, eps);
    check_near(at(&d, 50, 0), -1, eps);
    check_near(at(&d, 1, 0), 0, eps);
    check_near(at(&d, 49, 0), 2, eps);
    check_near(at(&d, 25, 1), -0.5, eps); /* the 13th of 25: t = pi / 2, the lowest point */
    dataset_finish(&d);
}

static void spirals_wind_one_and_three_quarter_turns(void **state)
{
    (void)state;
    struct dataset d;
    make(&d, "spirals", "samples=14", 1);
    for (size_t s = 0; s < 14; s++)
        check_near(radius(&d, s), (double)(s / 2 + 1) / 7, eps);
    /* r = 1/7 is angle pi / 2, r = 4/7 is 2 pi, r = 1 is 3.5 pi: straight down. */
    check_near(at(&d, 0, 1), 1.0 / 7, eps);
    check_near(at(&d, 6, 0), 4.0 / 7, eps);
    check_near(at(&d, 12, 1), -1, eps);
    for (size_t s = 0; s < 14; s += 2) {
        check_near(at(&d, s + 1, 0), -at(&d, s, 0), eps);
        check_near(at(&d, s + 1, 1), -at(&d, s, 1), eps);
    }
    dataset_finish(&d);
}

static void blobs_without_noise_are_their_centres(void **state)
{
    (void)state;
    struct dataset d;
    make(&d, "blobs", "samples=8 classes=4 noise=0", 1);
    const double centre[4][2] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
    for (size_t s = 0; s < 8; s++)
        for (size_t i = 0; i < 2; i++)
            check_near(at(&d, s, i), centre[s % 4][i], eps);
    dataset_finish(&d);
}

static void noise_is_normal_round_the_places(void **state)
{
    (void)state;
    enum { N = 40000 };
    struct dataset d;
    make(&d, "xor", "samples=40000 noise=0.3", 1);
    double sum[2] = {0}, squares[2] = {0}, both = 0;
    for (size_t s = 0; s < N; s++) {
        double a = at(&d, s, 0) - (double)(s / 2 % 2), b = at(&d, s, 1) - (double)(s % 2);
        sum[0] += a, sum[1] += b;
        squares[0] += a * a, squares[1] += b * b;
        both += a * b;
    }
    /* Five standard errors: the variance of a square is 2 * deviation^4, of a product deviation^4.
     */
    for (size_t i = 0; i < 2; i++) {
        check_near(sum[i] / N, 0, 5 * 0.3 / sqrt(N));
        check_near(squares[i] / N, 0.09, 5 * 0.09 * sqrt(2.0 / N));
    }
    check_near(both / N, 0, 5 * 0.09 / sqrt(N));
    dataset_finish(&d);
}

static void xor_is_the_truth_table(void **state)
{
    (void)state;
    struct dataset d;
    make(&d, "xor", "", 1);
    const real x[] = {0, 0, 0, 1, 1, 0, 1, 1}, y[] = {0, 1, 1, 0};
    assert_memory_equal(d.x, x, sizeof x);
    assert_memory_equal(d.y, y, sizeof y);
    dataset_finish(&d);
}

static void sine_is_a_sine(void **state)
{
    (void)state;
    enum { N = 1000 };
    struct dataset d;
    double lowest = 1, highest = -1;
    make(&d, "sine", "samples=1000", 1);
    for (size_t s = 0; s < N; s++) {
        double x = at(&d, s, 0);
        check_near((double)d.y[s], sin(acos(-1) * x), 4 * (double)REAL_EPSILON);
        assert_true(x >= -1 && x <= 1);
        lowest = fmin(lowest, x);
        highest = fmax(highest, x);
    }
    /* A gap of 0.03 at an end has the probability 0.985^1000 < 1e-6. */
    assert_true(lowest < -0.97 && highest > 0.97);
    dataset_finish(&d);
}

static void random_numbers_fill_the_shape(void **state)
{
    (void)state;
    struct dataset d, more;
    make(&d, "random", "samples=300 shape=10x4 target=3", 1);
    assert_int_equal(d.inputs, 40);
    assert_int_equal(d.targets, 3);
    assert_int_equal(d.shape.axes, 2);
    assert_false(d.whole_targets);
    double sum = 0;
    for (size_t i = 0; i < 300 * 40; i++) {
        assert_true(d.x[i] >= 0 && d.x[i] <= 1);
        sum += (double)d.x[i];
    }
    check_near(sum / 12000, 0.5, 5 * sqrt(1.0 / 12 / 12000));
    double targets = 0;
    for (size_t i = 0; i < 300 * 3; i++)
        targets += (double)d.y[i];
    check_near(targets / 900, 0.5, 5 * sqrt(1.0 / 12 / 900));
    make(&more, "random", "samples=400 shape=10x4 target=3", 1);
    assert_memory_equal(d.x, more.x, 300 * 40 * sizeof(real));
    assert_memory_equal(d.y, more.y, 300 * 3 * sizeof(real));
    dataset_finish(&d);
    dataset_finish(&more);
}

static void the_seed_decides(void **state)
{
    (void)state;
    const char *const sets[][2] = {
        {"spirals", "samples=50 noise=0.1"}, {"circles", "samples=50 noise=0.1"},
        {"moons", "samples=50 noise=0.1"},   {"blobs", "samples=50"},
        {"xor", "samples=50 noise=0.1"},     {"sine", "samples=50"},
        {"random", "samples=50 shape=2"},
    };
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct dataset a, b, c;
        make(&a, sets[i][0], sets[i][1], 7);
        make(&b, sets[i][0], sets[i][1], 7);
        make(&c, sets[i][0], sets[i][1], 8);
        size_t bytes = 50 * a.inputs * sizeof(real);
        assert_memory_equal(a.x, b.x, bytes);
        assert_memory_equal(a.y, b.y, 50 * sizeof(real));
        assert_true(memcmp(a.x, c.x, bytes) != 0);
        dataset_finish(&a);
        dataset_finish(&b);
        dataset_finish(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(toys_have_their_usual_sizes),
        cmocka_unit_test(classes_take_turns),
        cmocka_unit_test(circles_have_radius_1_and_a_half),
        cmocka_unit_test(moons_are_half_circles),
        cmocka_unit_test(spirals_wind_one_and_three_quarter_turns),
        cmocka_unit_test(blobs_without_noise_are_their_centres),
        cmocka_unit_test(noise_is_normal_round_the_places),
        cmocka_unit_test(xor_is_the_truth_table),
        cmocka_unit_test(sine_is_a_sine),
        cmocka_unit_test(random_numbers_fill_the_shape),
        cmocka_unit_test(the_seed_decides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
