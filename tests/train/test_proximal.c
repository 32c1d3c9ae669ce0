/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Penalties with prox=yes: the step after each optimizer's, worked by hand; the order of clipping,
 * decay, optimizer, threshold and constraint; whole groups; what stays out of the gradient; and
 * where a weight is shared, frozen or bent by another system. */
#include "bench.h"

#include "base/rng.h"
#include "train/emulate.h"
#include "train/moves.h"

#include <math.h>
#include <stdio.h>

enum { WEIGHTS = 3, STEPS = 4 };

/* Three weights on the sample 1, 2, -1, whose target is 0.49: the data gradient of w is 2 (y -
 * 0.49) x. */
static const double sample[WEIGHTS] = {1, 2, -1}, target = 0.49;

/* What an optimizer keeps of the three weights, and where they are. */
struct hand {
    double w[WEIGHTS], a[WEIGHTS], b[WEIGHTS], c[WEIGHTS];
    int count;
};

/* One number's way: what it adds to w[i] along g, and its step size t. */
typedef double (*walk)(struct hand *h, int i, double g, double *t);

static double by_sgd(struct hand *h, int i, double g, double *t)
{
    (void)h;
    (void)i;
    *t = 0.1;
    return -0.1 * g;
}

/* v = 0.6 v - 0.1 g; a slope that stays comes to 0.1 / (1 - 0.6) of itself. */
static double by_momentum(struct hand *h, int i, double g, double *t)
{
    h->a[i] = 0.6 * h->a[i] - 0.1 * g;
    *t = 0.1 / 0.4;
    return h->a[i];
}

static double by_nesterov(struct hand *h, int i, double g, double *t)
{
    h->a[i] = 0.6 * h->a[i] - 0.1 * g;
    *t = 0.1 / 0.4;
    return 0.6 * h->a[i] - 0.1 * g;
}

static double by_adam(struct hand *h, int i, double g, double *t)
{
    h->a[i] = 0.8 * h->a[i] + 0.2 * g;
    h->b[i] = 0.9 * h->b[i] + 0.1 * g * g;
    *t = 0.1 / (sqrt(h->b[i] / (1 - pow(0.9, h->count))) + 1e-3);
    return -*t * h->a[i] / (1 - pow(0.8, h->count));
}

static double by_adamw(struct hand *h, int i, double g, double *t)
{
    h->w[i] -= 0.1 * 0.5 * h->w[i];
    return by_adam(h, i, g, t);
}

static double by_rmsprop(struct hand *h, int i, double g, double *t)
{
    h->a[i] = 0.8 * h->a[i] + 0.2 * g * g;
    *t = 0.1 / sqrt(h->a[i] + 1e-3);
    return -*t * g;
}

static double by_rmsprop_of_all(struct hand *h, int i, double g, double *t)
{
    h->a[i] = 0.8 * h->a[i] + 0.2 * g * g;
    h->b[i] = 0.8 * h->b[i] + 0.2 * g;
    const double rate = 0.1 / sqrt(h->a[i] - h->b[i] * h->b[i] + 1e-3);
    h->c[i] = 0.5 * h->c[i] + rate * g;
    *t = rate / 0.5;
    return -h->c[i];
}

static double by_adagrad(struct hand *h, int i, double g, double *t)
{
    h->a[i] = (h->count == 1 ? 0.2 : h->a[i]) + g * g;
    *t = 0.1 / sqrt(h->a[i] + 1e-3);
    return -*t * g;
}

static const struct {
    const char *text;
    walk by;
} walks[] = {
    {"sgd lr=0.1", by_sgd},
    {"sgd lr=0.1 momentum=0.6", by_momentum},
    {"sgd lr=0.1 momentum=0.6 nesterov=yes", by_nesterov},
    {"adam lr=0.1 beta_1=0.8 beta_2=0.9 epsilon=1e-3", by_adam},
    {"adamw lr=0.1 beta_1=0.8 beta_2=0.9 epsilon=1e-3 weight_decay=0.5", by_adamw},
    {"rmsprop lr=0.1 rho=0.8 epsilon=1e-3", by_rmsprop},
    {"rmsprop lr=0.1 rho=0.8 epsilon=1e-3 momentum=0.5 centered=yes", by_rmsprop_of_all},
    {"adagrad lr=0.1 initial_accumulator_value=0.2 epsilon=1e-3", by_adagrad},
};
enum { WALKS = sizeof walks / sizeof *walks };

static double soft(double w, double by)
{
    return fabs(w) <= by ? 0 : w - copysign(by, w);
}

/* The penalties that are tried: c1 |w| + c2 w^2 proximal, and the slope 2 l2 w in the gradient. */
struct burden {
    const char *text;
    double c1, c2, l2;
};

static void hand_step(struct hand *h, const struct burden *p, walk by)
{
    double y = 0;
    h->count++;
    for (int i = 0; i < WEIGHTS; i++)
        y += h->w[i] * sample[i];
    for (int i = 0; i < WEIGHTS; i++) {
        double t;
        const double g = 2 * (y - target) * sample[i] + 2 * p->l2 * h->w[i];
        /* The decay comes before, and acts on h->w itself. */
        const double move = by(h, i, g, &t);
        h->w[i] = soft(h->w[i] + move, p->c1 * t) / (1 + 2 * p->c2 * t);
    }
}

static struct bench three_weights(const char *penalty, const char *optimizer)
{
    char text[400];
    snprintf(text, sizeof text,
             "data rows { 1 2 -1 -> 0.49 }\ninput 3\ndense 1 use_bias=no "
             "kernel_init=values(0.5, -0.25, 0.01) kernel=%s as d\noptimizer %s\n",
             penalty, optimizer);
    struct bench b = bench_make(text);
    bench_prepare(&b);
    return b;
}

static double weight(const struct bench *b, size_t i)
{
    return (double)b->model->state.weight[i];
}

static void each_optimizer_is_as_worked(void **state)
{
    static const struct burden burdens[] = {
        {"l1(0.3, prox=yes)", 0.3, 0, 0},
        {"l1(0.1, prox=yes)+l2(0.2)+l1(0.15, prox=yes)", 0.25, 0, 0.2},
        {"l1l2(0.3, 0.4, prox=yes)", 0.3, 0.4, 0},
    };
    int zeros = 0;
    (void)state;
    for (size_t k = 0; k < WALKS; k++)
        for (size_t p = 0; p < 3; p++) {
            struct hand h = {.w = {0.5, -0.25, 0.01}};
            struct bench b = three_weights(burdens[p].text, walks[k].text);
            for (int n = 0; n < STEPS; n++) {
                hand_step(&h, &burdens[p], walks[k].by);
                bench_step(&b);
                for (size_t i = 0; i < WEIGHTS; i++) {
                    check_near(weight(&b, i), h.w[i], NEAR(1e-12, 2e-6));
                    assert_int_equal(weight(&b, i) == 0, h.w[i] == 0);
                    zeros += h.w[i] == 0;
                }
            }
            bench_finish(&b);
        }
    assert_true(zeros > 20);
}

/* y = -0.01: w goes to 0.6, -0.05, -0.09 along the gradient, and then 0.06 towards 0. */
static void a_step_of_sgd_in_numbers(void **state)
{
    (void)state;
    struct bench b = three_weights("l1(0.6, prox=yes)", "sgd lr=0.1");
    bench_step(&b);
    check_near(weight(&b, 0), 0.54, NEAR(1e-15, 1e-7));
    assert_true(weight(&b, 1) == 0);
    check_near(weight(&b, 2), -0.03, NEAR(1e-15, 1e-7));
    /* The gradient of the data alone: that is what kernel.grad shows. */
    const double grad[] = {-1, -2, 1};
    for (size_t i = 0; i < WEIGHTS; i++)
        check_near((double)b.model->state.grad[i], grad[i], NEAR(1e-15, 1e-6));
    bench_finish(&b);
}

/* The gradient -1, -2, 1 is cut to 0.5; the threshold is not. */
static void clipping_does_not_see_it(void **state)
{
    (void)state;
    struct bench b = three_weights("l1(3, prox=yes)", "sgd lr=0.1 clipvalue=0.5");
    bench_step(&b);
    check_near(weight(&b, 0), 0.25, NEAR(1e-15, 1e-7));
    assert_true(weight(&b, 1) == 0 && weight(&b, 2) == 0);
    bench_finish(&b);
    /* To a norm of 1, with room for step sizes where the clipped gradient stood. */
    b = three_weights("l1(1, prox=yes)", "sgd lr=0.1 clipnorm=1");
    const double norm = sqrt(6);
    bench_step(&b);
    check_near(weight(&b, 0), 0.5 + 0.1 / norm - 0.1, NEAR(1e-15, 1e-7));
    check_near(weight(&b, 1), -0.25 + 0.2 / norm + 0.1, NEAR(1e-15, 1e-7));
    assert_true(weight(&b, 2) == 0);
    bench_finish(&b);
}

static void a_constraint_comes_after_it(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 2 -1 -> 0.49 }\ninput 3\ndense 1 use_bias=no "
                                "kernel_init=values(0.5, -0.25, 0.01) "
                                "kernel=l1(0.6, prox=yes) kernel_constraint=unit_norm\n"
                                "optimizer sgd lr=0.1\n");
    bench_prepare(&b);
    bench_step(&b);
    const double norm = sqrt(0.54 * 0.54 + 0.03 * 0.03) + 1e-7;
    check_near(weight(&b, 0), 0.54 / norm, NEAR(1e-14, 1e-6));
    assert_true(weight(&b, 1) == 0);
    check_near(weight(&b, 2), -0.03 / norm, NEAR(1e-14, 1e-6));
    bench_finish(&b);
}

/* A rate of 0 moves nothing, and a strength of 0 leaves the optimizer's step. */
static void nothing_of_it_is_nothing(void **state)
{
    (void)state;
    struct bench b = three_weights("l1(5, prox=yes)", "sgd lr=0");
    bench_step(&b);
    check_near(weight(&b, 0), 0.5, 0);
    check_near(weight(&b, 2), (double)(real)0.01, 0);
    bench_finish(&b);
    b = three_weights("l1(0, prox=yes)", "sgd lr=0.1");
    bench_step(&b);
    check_near(weight(&b, 2), -0.09, NEAR(1e-15, 1e-7));
    bench_finish(&b);
    /* As strong as can be, with the longest step. */
    b = three_weights("l1(1e30, prox=yes)+l1l2(1e30, 1e30, prox=yes)",
                      "rmsprop lr=1e5 epsilon=1e-30");
    bench_step(&b);
    for (size_t i = 0; i < WEIGHTS; i++)
        assert_true(weight(&b, i) == 0);
    bench_finish(&b);
}

/* The layer is called twice, and its weight's penalty counts once: one threshold. */
static void a_shared_weight_is_drawn_once(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 -> 0 }\ninput 1\ndense 1 use_bias=no "
                                "kernel_init=values(0.5) kernel=l1(1, prox=yes) as d\nd\n"
                                "optimizer sgd lr=0.1\n");
    bench_prepare(&b);
    struct ledger l = bench_ledger(&b, SHARE_EVALUATION, true);
    assert_int_equal(l.rows, 1);
    check_near(l.row[0].value, 0.5, 1e-7);
    check_near(l.row[0].grad_norm, 1, 1e-7);
    check_near(l.total, l.data + l.row[0].value, 0);
    assert_int_equal(l.row[0].flags, ROW_PROXIMAL);
    ledger_finish(&l);
    /* y = w^2, and the slope of y^2 is 4 w^3 = 0.5. */
    bench_step(&b);
    check_near(weight(&b, 0), 0.5 - 0.05 - 0.1, NEAR(1e-15, 1e-7));
    bench_finish(&b);
}

/* A system that counts the penalty of a layer twice trains with twice of it. */
static void another_systems_count_is_the_threshold_s(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 -> 0 }\ninput 1\ndense 1 use_bias=no "
                                "kernel_init=values(0.5) kernel=l1(1, prox=yes) as d\nd\n"
                                "optimizer sgd lr=0.1\n");
    const struct emulation *tfjs = (const struct emulation *)table_find(&emulations, "tfjs");
    model_bend(b.model, &tfjs->policy);
    bench_prepare(&b);
    bench_step(&b);
    check_near(weight(&b, 0), 0.5 - 0.05 - 0.2, NEAR(1e-15, 1e-7));
    bench_finish(&b);
}

static void what_is_frozen_stays(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 -> 0 }\ninput 1\ndense 1 use_bias=no "
                                "kernel_init=values(0.5) kernel=l1(1, prox=yes) trainable=no\n"
                                "dense 1 kernel=l1(1, prox=yes) kernel_init=ones use_bias=no\n"
                                "optimizer adam lr=0.1\n");
    bench_prepare(&b);
    bench_step(&b);
    check_near(weight(&b, 0), 0.5, 0);
    assert_true(weight(&b, 1) < 0.9);
    struct ledger l = bench_ledger(&b, SHARE_EVALUATION, true);
    assert_int_equal(l.row[0].flags, ROW_PROXIMAL | ROW_FROZEN);
    check_near(l.row[0].value, 0.5, 0);
    ledger_finish(&l);
    bench_finish(&b);
}

/* A kernel of two inputs and two units, along a gradient of 0: columns (3, 4) and (0.3, -0.4). The
 * threshold of a column is 0.5 sqrt(2), so (3, 4) keeps 1 - 0.5 sqrt(2) / 5 of itself. */
static void a_group_goes_as_a_whole(void **state)
{
    (void)state;
    struct bench b =
        bench_make("data rows { 0 0 -> 0 0 }\ninput 2\ndense 2 use_bias=no "
                   "kernel_init=values(3, 0.3, 4, -0.4) kernel=group_lasso(5, prox=yes)\n"
                   "optimizer sgd lr=0.1\n");
    bench_prepare(&b);
    struct ledger l = bench_ledger(&b, SHARE_EVALUATION, true);
    check_near(l.row[0].value, 5 * sqrt(2) * 5.5, NEAR(1e-13, 1e-5));
    check_near(l.row[0].grad_norm, 5 * sqrt(2) * sqrt(2), NEAR(1e-13, 1e-5));
    ledger_finish(&l);
    bench_step(&b);
    const double kept = 1 - 0.5 * sqrt(2) / 5;
    check_near(weight(&b, 0), 3 * kept, NEAR(1e-15, 1e-6));
    check_near(weight(&b, 2), 4 * kept, NEAR(1e-15, 1e-6));
    assert_true(weight(&b, 1) == 0 && weight(&b, 3) == 0);
    bench_finish(&b);
    /* Rows: (3, 0.3) and (4, -0.4). */
    b = bench_make("data rows { 0 0 -> 0 0 }\ninput 2\ndense 2 use_bias=no "
                   "kernel_init=values(3, 0.3, 4, -0.4) "
                   "kernel=group_lasso(22, by=input, prox=yes)\noptimizer sgd lr=0.1\n");
    bench_prepare(&b);
    bench_step(&b);
    assert_true(weight(&b, 0) == 0 && weight(&b, 1) == 0);
    const double left = 1 - 2.2 * sqrt(2) / sqrt(16.16);
    check_near(weight(&b, 2), 4 * left, NEAR(1e-14, 1e-5));
    check_near(weight(&b, 3), -0.4 * left, NEAR(1e-14, 1e-6));
    bench_finish(&b);
}

/* l1 first, then the groups: (3, 4) becomes (2.9, 3.9), (0.3, -0.4) becomes (0.2, -0.3). */
static void a_sparse_group_lasso_thresholds_numbers_first(void **state)
{
    (void)state;
    struct bench b = bench_make(
        "data rows { 0 0 -> 0 0 }\ninput 2\ndense 2 use_bias=no "
        "kernel_init=values(3, 0.3, 4, -0.4) kernel=group_lasso(1, prox=yes)+l1(1, prox=yes)\n"
        "optimizer sgd lr=0.1\n");
    bench_prepare(&b);
    bench_step(&b);
    const double by = 0.1 * sqrt(2), large = 1 - by / sqrt(2.9 * 2.9 + 3.9 * 3.9),
                 small = 1 - by / sqrt(0.2 * 0.2 + 0.3 * 0.3);
    check_near(weight(&b, 0), 2.9 * large, NEAR(1e-14, 1e-6));
    check_near(weight(&b, 1), 0.2 * small, NEAR(1e-14, 1e-6));
    check_near(weight(&b, 3), -0.3 * small, NEAR(1e-14, 1e-6));
    bench_finish(&b);
}

/* With a step size t of its own for each number the group z of w is where the slope of c norm(z) +
 * sum (z - w)^2 / (2 t) is 0; all of it is 0 where norm(w / t) is at most c. */
static void groups_with_step_sizes_of_their_own(void **state)
{
    enum { SIZE = 6, TRIALS = 400 };
    int gone = 0, left = 0;
    (void)state;
    for (int trial = 0; trial < TRIALS; trial++) {
        struct arena arena = {0};
        struct err e = {0};
        struct arg sum;
        const uint64_t key = rng_key(3, "test", "groups", (uint64_t)trial);
        const struct shape shape = {.axes = 2, .size = {SIZE, 1}};
        const double strength = pow(10, 4 * rng_uniform(key, 99) - 2), c = strength * sqrt(SIZE);
        real w[SIZE], z[SIZE], step[SIZE];
        double far = 0, norm = 0;
        assert_int_equal(build_sum(&arena, "group_lasso(1, prox=yes)", &sum, &e), 0);
        struct args *args = sum.as.calls.item[0];
        args->arg[0].as.number = strength;
        for (size_t i = 0; i < SIZE; i++) {
            z[i] = w[i] = (real)(2 * rng_uniform(key, i) - 1);
            step[i] = (real)pow(10, 3 * rng_uniform(key, 10 + i) - 2);
            far += pow((double)w[i] / (double)step[i], 2);
        }
        penalty_kind_of(args)->prox(args, &shape, 1, step, z);
        for (size_t i = 0; i < SIZE; i++)
            norm += (double)z[i] * (double)z[i];
        norm = sqrt(norm);
        assert_int_equal(norm == 0, sqrt(far) <= c);
        gone += norm == 0;
        left += norm > 0;
        for (size_t i = 0; i < SIZE && norm > 0; i++)
            check_near((double)w[i] - (double)z[i], (double)step[i] * c * (double)z[i] / norm,
                       NEAR(1e-12, 2e-6));
        arena_finish(&arena);
    }
    assert_true(gone > 50 && left > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_optimizer_is_as_worked),
        cmocka_unit_test(a_step_of_sgd_in_numbers),
        cmocka_unit_test(clipping_does_not_see_it),
        cmocka_unit_test(a_constraint_comes_after_it),
        cmocka_unit_test(nothing_of_it_is_nothing),
        cmocka_unit_test(a_shared_weight_is_drawn_once),
        cmocka_unit_test(another_systems_count_is_the_threshold_s),
        cmocka_unit_test(what_is_frozen_stays),
        cmocka_unit_test(a_group_goes_as_a_whole),
        cmocka_unit_test(a_sparse_group_lasso_thresholds_numbers_first),
        cmocka_unit_test(groups_with_step_sizes_of_their_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
