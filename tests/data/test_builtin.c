/* SPDX-License-Identifier: GPL-3.0-or-later */
/* iris, wine and diabetes against scikit-learn's: tests/reference/make_builtin.py. */
#include "make.h"

#include <math.h>

/* What a column comes to. */
enum { SUM, SQUARES, BY_PLACE, FIRST, LAST, FIGURES };

static void figures_of(const struct dataset *d, size_t column, double to[FIGURES])
{
    const bool target = column == d->inputs;
    memset(to, 0, FIGURES * sizeof *to);
    for (size_t s = 0; s < d->samples; s++) {
        const double x = (double)(target ? d->y[s] : d->x[s * d->inputs + column]);
        to[SUM] += x;
        to[SQUARES] += x * x;
        to[BY_PLACE] += (double)(s + 1) * x;
        to[FIRST] = s ? to[FIRST] : x;
        to[LAST] = x;
    }
}

static void check_line(const char *name, size_t samples, size_t inputs, size_t column,
                       const double expected[FIGURES])
{
    struct dataset d;
    double x[FIGURES];
    const bool raw = strcmp(name, "diabetes_raw") == 0;
    const double digits = sizeof(real) == sizeof(double) ? 1e-13 : 1e-6;
    make(&d, raw ? "diabetes" : name, raw ? "scaled=no" : "", 1);
    assert_int_equal(d.samples, samples);
    assert_int_equal(d.inputs, inputs);
    assert_int_equal(d.targets, 1);
    assert_non_null(d.column);
    figures_of(&d, column, x);
    for (size_t i = 0; i < FIGURES; i++) {
        /* What is shifted may cancel: what counts is how large the column's numbers are. */
        const double norm = sqrt(expected[SQUARES]), n = (double)samples;
        const double size[] = {sqrt(n) * norm, expected[SQUARES], n * sqrt(n) * norm, norm, norm};
        check_near(x[i], expected[i], digits * size[i]);
    }
    dataset_finish(&d);
}

static void every_column_is_that_of_scikit_learn(void **state)
{
    (void)state;
    FILE *f = fopen(REFERENCE_DIR "/builtin.txt", "r");
    char line[400], name[40];
    size_t lines = 0;
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    while (fgets(line, sizeof line, f)) {
        size_t samples, inputs, column;
        double x[FIGURES];
        assert_int_equal(sscanf(line, "%39s %zu %zu %zu %lf %lf %lf %lf %lf", name, &samples,
                                &inputs, &column, &x[0], &x[1], &x[2], &x[3], &x[4]),
                         9);
        check_line(name, samples, inputs, column, x);
        lines++;
    }
    assert_int_equal(lines, 5 + 14 + 11 + 11);
    fclose(f);
}

static void classes_are_three_and_irises_have_names(void **state)
{
    (void)state;
    struct dataset d;
    make(&d, "iris", "split=0.2 scale=minmax", 1);
    assert_int_equal(d.classes, 3);
    assert_int_equal(d.training, 120);
    assert_string_equal(d.class_name[1], "versicolor");
    assert_string_equal(d.column[2], "petal length (cm)");
    dataset_finish(&d);
    make(&d, "wine", "", 1);
    assert_int_equal(d.classes, 3);
    int count[3] = {0};
    for (size_t s = 0; s < d.samples; s++)
        count[(size_t)d.y[s]]++;
    assert_int_equal(count[0], 59);
    assert_int_equal(count[1], 71);
    assert_int_equal(count[2], 48);
    dataset_finish(&d);
    make(&d, "wine", "target=input", 1);
    assert_ptr_equal(d.x, d.y);
    assert_int_equal(d.targets, 13);
    dataset_finish(&d);
    make(&d, "iris", "target=input scale=standard", 1);
    assert_ptr_equal(d.x, d.y);
    assert_null(d.class_name);
    dataset_finish(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_column_is_that_of_scikit_learn),
        cmocka_unit_test(classes_are_three_and_irises_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
