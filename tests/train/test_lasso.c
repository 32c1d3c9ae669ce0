/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Penalties with prox=yes on the diabetes data: the lasso path of scikit-learn's coordinate descent
 * (tests/reference/make_lasso.py), weights and zeros; and group_lasso where its conditions of
 * optimality hold. */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DATA                                                                                       \
    "data csv \"" REFERENCE_DIR "/../../scripts/data/diabetes.csv\" scale=standard batch=442"

enum { INPUTS = 10, STRENGTHS = 20, STEPS_MOST = 20000 };

/* Targets are brought to mean 0 and deviation 1, as the inputs are. */
static void scale_targets(struct dataset *d)
{
    for (size_t j = 0; j < d->targets; j++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < d->samples; i++)
            sum += (double)d->y[i * d->targets + j];
        const double mean = sum / (double)d->samples;
        for (size_t i = 0; i < d->samples; i++)
            squares += pow((double)d->y[i * d->targets + j] - mean, 2);
        for (size_t i = 0; i < d->samples; i++)
            d->y[i * d->targets + j] = (real)(((double)d->y[i * d->targets + j] - mean) /
                                              sqrt(squares / (double)d->samples));
    }
}

/* A linear model of the data, in batches of all of it. */
static struct bench linear(const char *data, const char *layers, const char *optimizer)
{
    char text[600];
    snprintf(text, sizeof text, "%s\n%s\noptimizer %s\n", data, layers, optimizer);
    struct bench b = bench_make(text);
    scale_targets(&b.data);
    bench_prepare(&b);
    return b;
}

/* Until no weight moves by more than `least` in 100 steps. */
static void train_to_rest(struct bench *b, double least)
{
    const size_t n = b->model->graph->weight_reals;
    real *before = mem_new(n, sizeof *before);
    double most = HUGE_VAL;
    assert_non_null(before);
    for (int k = 0; k < STEPS_MOST && most > least; k += 100) {
        memcpy(before, b->model->state.weight, n * sizeof *before);
        for (int i = 0; i < 100; i++)
            bench_step(b);
        most = 0;
        for (size_t i = 0; i < n; i++)
            most = fmax(most, fabs((double)b->model->state.weight[i] - (double)before[i]));
    }
    if (most > least)
        fail_msg("%d steps, and a weight still moves by %g", STEPS_MOST, most);
    mem_free(before);
}

static void read_path(double path[STRENGTHS][1 + INPUTS])
{
    FILE *f = fopen(REFERENCE_DIR "/lasso.txt", "r");
    char head[200];
    assert_non_null(f);
    assert_non_null(fgets(head, sizeof head, f));
    for (size_t k = 0; k < STRENGTHS; k++)
        for (size_t i = 0; i <= INPUTS; i++)
            assert_int_equal(fscanf(f, "%lf", &path[k][i]), 1);
    fclose(f);
}

/* 20 strengths between where nothing is left and where nothing is 0. */
static void the_path_is_that_of_coordinate_descent(void **state)
{
    static const char *const optimizers[] = {"sgd lr=0.1", "sgd lr=0.05 momentum=0.9",
                                             "adam lr=0.01"};
    double path[STRENGTHS][1 + INPUTS];
    size_t zeros = 0;
    (void)state;
    read_path(path);
    for (size_t o = 0; o < 3; o++)
        for (size_t k = 0; k < STRENGTHS; k++) {
            char layers[200];
            snprintf(layers, sizeof layers,
                     "input 10\ndense 1 use_bias=no kernel=l1(%.17g, prox=yes)", 2 * path[k][0]);
            struct bench b = linear(DATA, layers, optimizers[o]);
            train_to_rest(&b, NEAR(1e-8, 1e-6));
            for (size_t i = 0; i < INPUTS; i++) {
                const double w = (double)b.model->state.weight[i], due = path[k][1 + i];
                if ((w == 0) != (due == 0) || !(fabs(w - due) <= 1e-4))
                    fail_msg("%s, alpha %g, weight %zu: %.9g, and by coordinate descent %.9g",
                             optimizers[o], path[k][0], i, w, due);
                zeros += due == 0;
            }
            bench_finish(&b);
        }
    assert_int_equal(zeros, 3 * 65);
}

/* Columns or rows of a kernel of 7 inputs and 4 targets. */
struct grouped {
    bool inputs;
    double strength;
};

enum { ROWS = 7, COLS = 4 };

/* With G the data gradient of a group, c = strength sqrt(size): norm(G) <= c where the group is 0,
 * else G + c w / norm(w) = 0. Returns how many groups are 0. */
static size_t check_optimal(const struct bench *b, struct grouped x)
{
    const size_t groups = x.inputs ? ROWS : COLS, size = x.inputs ? COLS : ROWS;
    const double c = x.strength * sqrt((double)size);
    size_t zero = 0;
    for (size_t g = 0; g < groups; g++) {
        double norm = 0, pull = 0, off = 0;
        for (int turn = 0; turn < 2; turn++)
            for (size_t i = 0; i < size; i++) {
                const size_t at = x.inputs ? g * COLS + i : i * COLS + g;
                const double w = (double)b->model->state.weight[at];
                const double slope = (double)b->model->state.grad[at];
                if (turn == 0) {
                    norm += w * w;
                    pull += slope * slope;
                } else if (norm > 0) {
                    off = fmax(off, fabs(slope + c * w / sqrt(norm)));
                }
            }
        zero += norm == 0;
        if (norm == 0 && !(sqrt(pull) <= c))
            fail_msg("group %zu is 0, and is pulled at by %g > %g", g, sqrt(pull), c);
        if (!(off <= NEAR(1e-7, 1e-4)))
            fail_msg("group %zu is off by %g at strength %g", g, off, x.strength);
    }
    return zero;
}

/* How many groups are 0 where training comes to rest. */
static size_t zero_groups(const char *optimizer, struct grouped x)
{
    char layers[200];
    snprintf(layers, sizeof layers,
             "input 7\ndense 4 use_bias=no kernel=group_lasso(%.17g, by=%s, prox=yes)", x.strength,
             x.inputs ? "input" : "unit");
    struct bench b = linear(DATA " target=bmi, s5, s6, progression", layers, optimizer);
    train_to_rest(&b, NEAR(1e-9, 1e-6));
    const size_t zero = check_optimal(&b, x);
    bench_finish(&b);
    return zero;
}

/* Four of the columns from the others. The minimum is one, so all optimizers leave the same groups.
 */
static void groups_are_those_of_the_optimality_conditions(void **state)
{
    static const char *const optimizers[] = {"sgd lr=0.2", "sgd lr=0.1 momentum=0.9",
                                             "adam lr=0.01"};
    static const double strengths[] = {0.3, 0.2, 0.1, 0.05, 0.02, 0.005};
    size_t zeros[2] = {0};
    (void)state;
    for (int inputs = 0; inputs < 2; inputs++)
        for (size_t s = 0; s < 6; s++) {
            const struct grouped x = {inputs, strengths[s]};
            const size_t zero = zero_groups(optimizers[0], x);
            zeros[inputs] += zero;
            for (size_t o = 1; o < 3; o++)
                assert_int_equal(zero_groups(optimizers[o], x), zero);
        }
    assert_true(zeros[0] > 0 && zeros[0] < 6 * COLS);
    assert_true(zeros[1] > 0 && zeros[1] < 6 * ROWS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_path_is_that_of_coordinate_descent),
        cmocka_unit_test(groups_are_those_of_the_optimality_conditions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
