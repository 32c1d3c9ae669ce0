/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Optimizers and their keys in a session, by worked formulas; whole models against PyTorch are in
 * tests/reference/torch_update_more_optimizers.txt. */
#include "check.h"
#include "host.h"

#include "cmd/session/state.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NEAR(in_double, in_float) (sizeof(real) == sizeof(double) ? (in_double) : (in_float))
/* One weight w, from 1: the loss (w - c)^2 has the gradient 2 (w - c). */
#define ONE_WEIGHT(to)                                                                             \
    "data rows { 1 -> " to " }\ninput 1\ndense 1 use_bias=no kernel_init=ones as h\nloss mse\n"

/* The step is lr whatever the gradient; the decay comes first. m = 0.01 * 2 (1 - 3) = -0.04, then
 * c = 0.9 m + 0.1 g decides. */
static void lion_goes_by_the_sign(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, ONE_WEIGHT("3") "optimizer lion lr=0.25 weight_decay=0.4\nstep 1\n");
    check_near(fake_number(&f, "h.kernel"), 1 - 0.1 + 0.25, 1e-6);
    fake_ok(&f, "step 1\n");
    check_near(fake_number(&f, "h.kernel"), 1.15 - 0.115 + 0.25, 1e-6);
    /* Without a gradient nothing moves: sign(0) is 0. */
    fake_ok(&f, "model other\ndata rows { 0 -> 0 }\ninput 1\ndense 1 use_bias=no "
                "kernel_init=ones as h\nloss mse\noptimizer lion lr=0.25\nstep 3\n");
    check_near(fake_number(&f, "h.kernel"), 1, 0);
    fake_finish(&f);
}

/* Algorithm 1 with z and n written out, for a weight that starts at 1 and is drawn to -0.2: it
 * stays at 0 for some steps and leaves it on the other side. */
static void ftrl_gives_exact_zeros_and_takes_them_back(void **state)
{
    (void)state;
    const double lr = 0.5, l1 = 1.5, l2 = 0.1, beta = 1;
    double w = 1, z = -beta * w / lr, n = 0;
    size_t zeros = 0, turned = 0;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, ONE_WEIGHT("-0.2") "optimizer ftrl lr=0.5 l1=1.5 l2=0.1\n");
    for (int step = 0; step < 60; step++) {
        const double g = 2 * (w + 0.2), sigma = (sqrt(n + g * g) - sqrt(n)) / lr;
        const bool was_zero = w == 0;
        z += g - sigma * w;
        n += g * g;
        w = fabs(z) <= l1 ? 0 : -(z - copysign(l1, z)) / ((beta + sqrt(n)) / lr + l2);
        fake_ok(&f, "step 1\n");
        check_near(fake_number(&f, "h.kernel"), w, NEAR(1e-13, 1e-5));
        assert_true((fake_number(&f, "h.kernel") == 0) == (w == 0));
        zeros += w == 0;
        turned += was_zero && w != 0;
    }
    assert_true(zeros > 0 && turned > 0);
    fake_finish(&f);
}

/* A rate that changes, and a weight of another start, go on from where the weight is. */
static void ftrl_without_penalties_is_a_falling_rate(void **state)
{
    (void)state;
    double w = 1, n = 0, lr = 0.5;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, ONE_WEIGHT("3") "optimizer ftrl lr=0.5 beta=2\n");
    for (int step = 0; step < 12; step++) {
        const double g = 2 * (w - 3);
        if (step == 6) {
            lr = 0.05;
            fake_ok(&f, "set optimizer.lr = 0.05\n");
        }
        n += g * g;
        w -= lr * g / (2 + sqrt(n));
        fake_ok(&f, "step 1\n");
        check_near(fake_number(&f, "h.kernel"), w, NEAR(1e-14, 1e-6));
    }
    fake_finish(&f);
}

/* w = 1 - 0.1 * 0.5 * 1 - 0.1 * 2 (1 - 3), the gradient at the weight before the decay; no row. */
static void decay_of_sgd_is_decoupled(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, ONE_WEIGHT("3") "optimizer sgd lr=0.1 weight_decay=0.5\nstep 1\n");
    check_near(fake_number(&f, "h.kernel"), 1 - 0.05 + 0.4, 1e-6);
    check_near(fake_number(&f, "h.kernel.grad"), -4, 0);
    assert_true(fake_number(&f, "loss.penalty") == 0);
    fake_ok(&f, "set optimizer.weight_decay = 0\nset optimizer.lr = 0\nstep 2\n");
    check_near(fake_number(&f, "h.kernel"), 1.35, 1e-6);
    fake_finish(&f);
}

static void what_optimizers_refuse(void **state)
{
    (void)state;
    static const char *const wrong[][2] = {
        {"optimizer sgd lr=0.1 weight_decay=11",
         "t:1:22: weight_decay times lr is the share of a weight that each step takes away, and is "
         "above 1; lower one of them"},
        {"optimizer lion lr=2 weight_decay=1",
         "t:1:21: weight_decay times lr is the share of a weight that each step takes away, and is "
         "above 1; lower one of them"},
        {"optimizer ftrl l1=-1", "t:1:19: l1 is a number from 0 to 1000000, not -1"},
    };
    struct fake f;
    fake_start(&f);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        fake_says(&f, wrong[i][0], OUTCOME_ERROR, wrong[i][1]);
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lion_goes_by_the_sign),
        cmocka_unit_test(ftrl_gives_exact_zeros_and_takes_them_back),
        cmocka_unit_test(ftrl_without_penalties_is_a_falling_rate),
        cmocka_unit_test(decay_of_sgd_is_decoupled),
        cmocka_unit_test(what_optimizers_refuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
