/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scale=: which figures are used, and what they are applied to. */
#include "make.h"

#include "data/scale.h"

#include <math.h>

static const double eps = 8 * (double)REAL_EPSILON;

/* Validation samples are scaled by the figures of the training share. The columns are 2 n, 5 and
 * n^2 for n = 0..4, and which n is held depends on the seed: found by target, which is n. */
static void figures_come_from_the_training_share(const char *scale)
{
    double cell[20];
    for (size_t n = 0; n < 5; n++) {
        const double row[] = {2 * (double)n, 5, (double)(n * n), (double)n};
        memcpy(cell + 4 * n, row, sizeof row);
    }
    const struct rows rows = {.cell = cell, .count = 5, .inputs = 3, .targets = 1};
    char words[60];
    snprintf(words, sizeof words, "split=0.2 scale=%s", scale);
    bool standard = strcmp(scale, "standard") == 0;
    for (uint64_t seed = 1; seed < 10; seed++) {
        struct bound b;
        struct dataset d;
        struct err e;
        bind_rows(&b, &rows, words);
        assert_int_equal(dataset_make(&b.args, seed, NULL, &d, &e), 0);
        assert_int_equal(d.training, 4);
        size_t held = (size_t)d.y[4];
        for (size_t i = 0; i < 3; i++) {
            double low = 1e9, high = -1e9, sum = 0, squares = 0;
            for (size_t n = 0; n < 5; n++) {
                double x = cell[4 * n + i];
                low = n == held ? low : fmin(low, x);
                high = n == held ? high : fmax(high, x);
                sum += n == held ? 0 : x;
                squares += n == held ? 0 : x * x;
            }
            double deviation = sqrt(squares / 4 - sum / 4 * (sum / 4));
            double shift = standard ? sum / 4 : low, width = standard ? deviation : high - low;
            width = i == 1 ? 1 : width;
            for (size_t s = 0; s < 5; s++) {
                double raw = cell[4 * (size_t)d.y[s] + i];
                check_near((double)d.x[3 * s + i], (raw - shift) / width, 4 * eps);
            }
            real row[3] = {20, 20, 20};
            dataset_scale_row(&d, row);
            check_near((double)row[i], (20 - shift) / width, 40 * eps);
        }
        dataset_finish(&d);
    }
}

static void validation_is_scaled_by_training_figures(void **state)
{
    (void)state;
    figures_come_from_the_training_share("minmax");
    figures_come_from_the_training_share("standard");
}

/* By hand. Inputs 1, 3, 3, 5: lowest 1, highest 5, so 0, 1/2, 1/2, 1; mean 3, squared distances
 * 4 + 0 + 0 + 4, deviation sqrt(8 / 4) = sqrt(2). A column of 0.1 is constant, though its mean
 * over three samples need not round to 0.1. */
static void scaling_by_hand(void **state)
{
    (void)state;
    double cell[] = {1, 0.1, 3, 0.1, 3, 0.1, 5, 0.1};
    const struct rows rows = {.cell = cell, .count = 4, .inputs = 2};
    const struct {
        const char *words;
        double x[4];
    } expected[] = {
        {"scale=minmax", {0, 0.5, 0.5, 1}},
        {"scale=standard", {-1.41421356237309505, 0, 0, 1.41421356237309505}},
        {"scale=none", {1, 3, 3, 5}},
    };
    for (size_t k = 0; k < 3; k++) {
        struct bound b;
        struct dataset d;
        struct err e;
        bind_rows(&b, &rows, expected[k].words);
        assert_int_equal(dataset_make(&b.args, 1, NULL, &d, &e), 0);
        for (size_t s = 0; s < 4; s++) {
            check_near((double)d.x[2 * s], expected[k].x[s], eps);
            check_near((double)d.x[2 * s + 1], k == 2 ? (double)R(0.1) : 0, 0);
        }
        real row[2] = {1, 2};
        dataset_scale_row(&d, row);
        check_near((double)row[0], expected[k].x[0], eps);
        assert_int_equal(d.shift == NULL, k == 2);
        dataset_finish(&d);
    }
}

static void what_cannot_be_scaled_is_told(void **state)
{
    (void)state;
    /* The width is too small to divide by, or (in double) too large to compute. */
    double close[] = {1, 0, 1, 1e-320, 1, 2e-320}, wide[] = {1e308, -1e308};
    const struct rows narrow = {.cell = close, .count = 3, .inputs = 2};
    const struct rows broad = {.cell = wide, .count = 2, .inputs = 1};
    struct bound b;
    bind_rows(&b, sizeof(real) == 8 ? &narrow : &broad, "scale=minmax");
    if (sizeof(real) == 8)
        wrong_is(&b.args, "input column 2 are too large or too close to scale",
                 args_get(&b.args, "scale")->where.at);
    else
        wrong_is(&b.args, "does not fit", 1);
    bind_rows(&b, &broad, "scale=standard");
    wrong_is(&b.args, sizeof(real) == 8 ? "input column 1" : "does not fit",
             sizeof(real) == 8 ? args_get(&b.args, "scale")->where.at : 1);
}

/* A training share that is narrow, and a validation sample so far away that it has no place on the
 * scale: told, never infinite. Which of the four is held depends on the seed. */
static void validation_may_lie_off_the_scale(void **state)
{
    (void)state;
    double far = sizeof(real) == 8 ? 1e300 : 1e30, cell[] = {0, 1 / far, 0, far};
    const struct rows rows = {.cell = cell, .count = 4, .inputs = 1};
    int told = 0;
    for (uint64_t seed = 1; seed < 40; seed++) {
        struct bound b;
        struct dataset d;
        struct err e;
        bind_rows(&b, &rows, "split=0.25 scale=minmax");
        if (dataset_make(&b.args, seed, NULL, &d, &e)) {
            check_has(e.what, "input column 1 are too large");
            told++;
        }
        for (size_t s = 0; s < d.samples; s++)
            assert_true(isfinite(d.x[s]));
        dataset_finish(&d);
    }
    assert_true(told > 0 && told < 39);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(validation_is_scaled_by_training_figures),
        cmocka_unit_test(scaling_by_hand),
        cmocka_unit_test(what_cannot_be_scaled_is_told),
        cmocka_unit_test(validation_may_lie_off_the_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
