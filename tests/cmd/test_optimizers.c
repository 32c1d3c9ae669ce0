/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Optimizers and their keys in a session, by worked formulas; whole models against PyTorch are in
 * tests/reference/torch_update_more_optimizers.txt. */
#include "check.h"
#include "host.h"

#include "cmd/session/state.h"
#include "train/trainer.h"
#include "train/workers.h"

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

/* What the row of an optimizer's key has under a name; NaN for nothing. */
static double in_row(const char *json, const char *key, const char *what)
{
    char begin[80], named[40];
    snprintf(begin, sizeof begin, "\"kind\": \"%s\"", key);
    snprintf(named, sizeof named, "\"%s\": ", what);
    const char *row = strstr(json, begin);
    if (!row)
        fail_msg("no row %s in %s", key, json);
    const char *at = strstr(row, named);
    return at && at < strchr(row, '}') ? strtod(at + strlen(named), NULL) : NAN;
}

/* From w = 1 by (w - 3)^2: u = 0.4 - 0.05, without the decay 0.4. The row adds nothing. */
static void decay_is_a_row_that_moves(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, ONE_WEIGHT("3") "optimizer sgd lr=0.1 weight_decay=0.5\nstep 1\n");
    fake_ok(&f, "penalties moves=yes format=json\n");
    check_near(in_row(f.out.text, "weight_decay", "moves"), 0.05 / 0.35, 1e-6);
    assert_true(isnan(in_row(f.out.text, "weight_decay", "value")));
    assert_true(isnan(in_row(f.out.text, "weight_decay", "share")));
    assert_non_null(strstr(f.out.text, "\"flags\": [\"step\"]"));
    assert_true(fake_number(&f, "loss.penalty") == 0);
    fake_ok(&f, "penalties\n");
    assert_non_null(strstr(f.out.text, "weight_decay(0.5)"));
    fake_ok(&f, "penalties format=csv\n");
    assert_non_null(strstr(f.out.text, "weight_decay"));
    fake_ok(&f, "summary\n");
    assert_non_null(strstr(f.out.text, "weight_decay=0.5"));
    fake_ok(&f, "set optimizer.weight_decay = 0\npenalties\n");
    assert_null(strstr(f.out.text, "weight_decay"));
    fake_finish(&f);
}

/* sam: the gradient 2 (w - c) at w + 0.5 sign(w - c) is one larger, so u = 0.5 and 0.4 without.
 * noise: u' is the step without it. l1 of ftrl: a step of 1 from 0 is what it holds back. */
static void every_key_that_moves_is_a_row(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, ONE_WEIGHT("3") "optimizer sgd lr=0.1 sam=0.5\nstep 1\n"
                                "penalties moves=yes format=json\n");
    check_near(in_row(f.out.text, "sam", "moves"), 0.2, 1e-6);
    check_near(fake_number(&f, "h.kernel"), 1.5, 1e-6);
    check_near(fake_number(&f, "h.kernel.grad"), -4, 0);
    fake_ok(&f, "optimizer sgd lr=0.1 noise=0.7\nstep 1\nlet was = sum(h.kernel)\nstep 1\n");
    const double u = fake_number(&f, "sum(h.kernel) - was"),
                 quiet = -0.1 * 2 * (fake_number(&f, "was") - 3);
    fake_ok(&f, "penalties moves=yes format=json\n");
    check_near(in_row(f.out.text, "noise", "moves"), fabs((u - quiet) / u), 1e-5);
    assert_true(fabs(u - quiet) > 1e-4);
    fake_ok(&f, "optimizer ftrl lr=0.1 l1=2 l2=3\nstep 1\npenalties moves=yes format=json\n");
    assert_true(in_row(f.out.text, "l1", "moves") > 0);
    assert_true(in_row(f.out.text, "l2", "moves") > 0);
    fake_finish(&f);
}

/* w = 1: g = 2 (w - 3) + w = -3, then at 1 - 0.5 it is 2 (0.5 - 3) + 0.5 = -4.5, of which the row
 * sends 0.5. Its value and slope are those at w. */
static void a_row_moves_by_the_second_gradient(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, ONE_WEIGHT("3") "set h.kernel = l2(0.5)\noptimizer sgd lr=0.1 sam=0.5\nstep 1\n");
    check_near(fake_number(&f, "loss.penalty"), 0.5, 1e-6);
    check_near(fake_number(&f, "h.kernel.grad"), -3, 1e-6);
    check_near(fake_number(&f, "h.kernel"), 1.45, 1e-6);
    fake_ok(&f, "penalties moves=yes format=json\n");
    check_near(in_row(f.out.text, "l2", "moves"), 0.5 / 4.5, 1e-6);
    check_near(in_row(f.out.text, "sam", "moves"), 1.5 / 4.5, 1e-6);
    fake_finish(&f);
}

/* Only the kernel of the first layer loses half of itself: nothing else moves it. */
static void decay_passes_tensors_by(void **state)
{
    (void)state;
    static const char *const optimizers[] = {"sgd", "lion", "adamw"};
    for (size_t i = 0; i < 3; i++) {
        struct fake f;
        char text[100];
        fake_start(&f);
        fake_ok(&f, "data rows { 0 0 -> 0 } batch=1\ninput 2\n"
                    "dense 2 relu kernel_init=ones bias_init=constant(-1) bias_decay=no as h\n"
                    "layernorm gamma_decay=no as n\n"
                    "dense 1 kernel_init=ones kernel_decay=no use_bias=no as y\nloss mse\n");
        snprintf(text, sizeof text, "optimizer %s lr=0.5 weight_decay=1\nstep 1\n", optimizers[i]);
        fake_ok(&f, text);
        check_near(fake_number(&f, "sum(h.kernel)"), 2, 0);
        check_near(fake_number(&f, "sum(h.bias)"), -2, 0);
        check_near(fake_number(&f, "sum(n.gamma)"), 2, 0);
        check_near(fake_number(&f, "sum(y.kernel)"), 2, 0);
        fake_ok(&f, "penalties moves=yes\n");
        assert_non_null(strstr(f.out.text, "2 of 5 weights"));
        /* It goes with a copy, and can be changed and taken back. */
        fake_ok(&f, "clone other\nset h.bias_decay = yes\nset h.kernel_decay = no\nstep 1\n");
        check_near(fake_number(&f, "sum(h.bias)"), -1, 0);
        check_near(fake_number(&f, "sum(h.kernel)"), 2, 0);
        fake_ok(&f, "undo\nundo\nundo\nstep 1\n");
        check_near(fake_number(&f, "sum(h.bias)"), -2, 0);
        check_near(fake_number(&f, "sum(h.kernel)"), 1, 0);
        fake_finish(&f);
    }
}

#define WITH_NOISE                                                                                 \
    "data random 60 shape=6 target=2 batch=20\ninput 6\ndense 5 tanh as h\ndropout 0.3\n"          \
    "dense 2 as y\nloss mse\n"

/* sgd with lr 1 and a gradient of 0: the step is the noise. Its deviation is as said, each step and
 * each weight has its own, and a layer in front changes none of another's. */
static void noise_is_keyed(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 0 -> 0 }\ninput 1\ndense 40 relu use_bias=no kernel_init=zeros as a\n"
                "dense 50 use_bias=no kernel_init=zeros as h\n"
                "dense 1 use_bias=no kernel_init=zeros trainable=no\nloss mse\n"
                "optimizer sgd lr=1 noise=0.25\nmark here\nstep 1\nlet one = sum(h.kernel^3)\n");
    check_near(fake_number(&f, "mean(h.kernel)"), 0, 0.02);
    check_near(fake_number(&f, "std(h.kernel)"), 0.25, 0.02);
    fake_ok(&f, "step 1\n");
    check_near(fake_number(&f, "std(h.kernel)"), 0.25 * sqrt(2), 0.03);
    fake_ok(&f, "goto here\nstep 1\nexpect sum(h.kernel^3) == one\n");
    fake_ok(&f, "goto here\nseed 5\nstep 1\nexpect sum(h.kernel^3) != one\n");
    fake_finish(&f);
}

/* One, two or three threads: the same noise, and the same second gradient up to rounding. */
static void threads_change_no_noise(void **state)
{
    (void)state;
    double sum[2];
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        struct fake f;
        workers_allow(threads);
        fake_start(&f);
        fake_ok(&f, "data random 96 shape=64 target=3 batch=48\ninput 64\ndense 128 tanh as h\n"
                    "dropout 0.3\ndense 128 tanh\ndense 3\nloss mse\n"
                    "optimizer sgd lr=0.1 noise=1 sam=0.1 ema=0.5\nstep 3\n");
        assert_int_equal(trainer_of(current_model(f.session))->workers != NULL, threads > 1);
        sum[threads > 1] = fake_number(&f, "sum(h.kernel^2)");
        fake_ok(&f, "penalties moves=yes\n");
        fake_finish(&f);
        workers_allow(1);
    }
    check_near(sum[1] / sum[0], 1, NEAR(1e-12, 1e-5));
}

/* Nearly no way off, the second gradient is nearly the first: it has the same masks and noise. */
static void the_second_pass_has_the_same_masks(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, WITH_NOISE "gaussian_noise 0.5 as z\ndense 2\noptimizer sgd lr=0.5\n"
                           "mark here\nlet start = sum(h.kernel^3)\nstep 1\n"
                           "let was = sum(h.kernel^3)\nexpect abs(was - start) > 1e-2\n"
                           "goto here\nset optimizer.sam = 1e-5\nstep 1\n"
                           "expect sum(h.kernel^3) ~ was within 1e-4\n"
                           "expect sum(h.kernel^3) != was\n"
                           /* Without it the step is the first again. */
                           "goto here\nset optimizer.sam = 1\nset optimizer.sam = none\nstep 1\n"
                           "expect sum(h.kernel^3) == was\n");
    fake_finish(&f);
}

/* Without a gradient there is no way to go: the step is that of w. */
static void sam_stays_where_there_is_no_slope(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, ONE_WEIGHT("1") "optimizer sgd lr=0.1 sam=0.5\nstep 3\n");
    check_near(fake_number(&f, "h.kernel"), 1, 0);
    fake_finish(&f);
}

/* w after steps of lr 0.1 to 3: 1.4, 1.72, 1.976; the average begins with the first. */
static void averages_are_what_one_sees(void **state)
{
    (void)state;
    const double first = 1.4, second = 0.75 * 1.4 + 0.25 * 1.72,
                 third = 0.75 * second + 0.25 * 1.976;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, ONE_WEIGHT("3") "optimizer sgd lr=0.1 ema=0.75\n");
    check_near(fake_number(&f, "h.kernel"), 1, 0);
    fake_ok(&f, "mark start\nstep 1\n");
    check_near(fake_number(&f, "h.kernel"), first, 1e-6);
    fake_ok(&f, "step 2\n");
    check_near(fake_number(&f, "h.kernel"), third, 1e-6);
    check_near(fake_number(&f, "h.output"), third, 1e-6);
    check_near(fake_number(&f, "h.kernel.grad"), 2 * (1.72 - 3), 1e-6);
    fake_ok(&f, "evaluate\n");
    check_near(fake_number(&f, "loss"), pow(third - 3, 2), 1e-6);
    /* A copy has them, undo brings them back, and 0 shows the weights again. */
    fake_ok(&f, "clone other\n");
    check_near(fake_number(&f, "h.kernel"), third, 1e-6);
    fake_ok(&f, "set optimizer.ema = 0\n");
    check_near(fake_number(&f, "h.kernel"), 1.976, 1e-6);
    fake_ok(&f, "undo\n");
    check_near(fake_number(&f, "h.kernel"), third, 1e-6);
    fake_ok(&f, "set optimizer.ema = 0\nstep 1\nset optimizer.ema = 0.5\n");
    check_near(fake_number(&f, "h.kernel"), 2.1808, 1e-6);
    fake_ok(&f, "goto start\n");
    check_near(fake_number(&f, "h.kernel"), 1, 0);
    fake_ok(&f, "step 1\n");
    check_near(fake_number(&f, "h.kernel"), first, 1e-6);
    fake_finish(&f);
}

/* Layers that come later begin their averages as they are, frozen ones stay. */
static void averages_go_with_the_model(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data random 40 shape=3 target=2 batch=10\ninput 3\ndense 4 tanh as h\n"
                "dense 3 tanh trainable=no as f\nloss mse\noptimizer sgd lr=0.1 ema=0.9\n"
                "let was = sum(f.kernel^3)\ndense 2 as y\nstep 3\n"
                "expect sum(f.kernel^3) == was\nlet old = sum(h.kernel^3)\n"
                "dense 2 as more\nlet new = sum(more.kernel^3)\n"
                "expect sum(h.kernel^3) == old\nstep 1\nexpect sum(more.kernel^3) != new\n");
    fake_finish(&f);
}

/* A rule sets them as any number of the optimizer; one that leads to 0 for sam refuses the step. */
static void rules_reach_the_keys(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, ONE_WEIGHT("3") "optimizer sgd lr=0.1 ema=0.75 sam=0.5 noise=0\n"
                                "set optimizer.ema = 0.75 - 0.25*step every 1\n"
                                "set optimizer.sam = 0.5 - 0.25*step every 1\nstep 2\n");
    /* w = 1 - 0.1 * 2 * (0.5 - 2.5) = 1.5, then 1.5 + 0.1 * 2 * (1.5 + 0.25) = 1.85. */
    check_near(fake_number(&f, "h.kernel"), (1.5 + 1.85) / 2, 1e-6);
    assert_int_equal(fake_run(&f, "step 1\n"), OUTCOME_ERROR);
    assert_non_null(strstr(f.err.text, "sam is a distance above 0"));
    check_near(fake_number(&f, "step"), 2, 0);
    fake_finish(&f);
}

#define ALL_KEYS "optimizer adamw lr=0.02 weight_decay=0.1 sam=0.05 ema=0.8 noise=0.1\n"

/* A mark, a copy, and the runs of a sweep in other processes lead to the same bits. */
static void state_is_whole(void **state)
{
    (void)state;
    static const char *const sweep =
        "sweep optimizer.sam = ? over 0.05 0.2 jobs=%d keep=all { step 3 }\n"
        "print optimizer.sam\nresults format=csv\n";
    char *out[2];
    for (int jobs = 1; jobs <= 2; jobs++) {
        struct fake f;
        char text[300];
        fake_start(&f);
        fake_ok(&f, WITH_NOISE ALL_KEYS "step 2\nmark here\nstep 3\nlet was = sum(h.kernel^3)\n"
                                        "goto here\nstep 3\n"
                                        "expect sum(h.kernel^3) == was\nundo\nstep 3\n"
                                        "expect sum(h.kernel^3) == was\n");
        fake_ok(&f, "goto here\nclone twin\nstep 3\nexpect sum(h.kernel^3) == was\n");
        snprintf(text, sizeof text, sweep, jobs);
        fake_ok(&f, text);
        out[jobs - 1] = strdup(f.out.text);
        fake_finish(&f);
    }
    assert_string_equal(out[0], out[1]);
    free(out[0]);
    free(out[1]);
}

/* The best epoch is put back with its averages; validation is of them. */
static void the_best_has_its_averages(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data random 60 shape=6 target=2 batch=20 split=0.3\ninput 6\ndense 5 tanh as h\n"
                "dense 2\nloss mse\n" ALL_KEYS
                "train 8 until stalled(val.loss.data, 100) keep=best\nlet was = sum(h.kernel^3)\n"
                "let v = val.loss.data\nevaluate\n");
    check_near(fake_number(&f, "loss.data"), fake_number(&f, "v"), NEAR(1e-14, 1e-6));
    fake_finish(&f);
}

/* A file has the averages; what is read counts at once. */
static void files_have_the_averages(void **state)
{
    (void)state;
    char folder[] = "/tmp/nnr-optimizers-XXXXXX", text[300];
    struct fake f;
    assert_non_null(mkdtemp(folder));
    fake_start(&f);
    fake_ok(&f, WITH_NOISE ALL_KEYS "step 4\nlet was = sum(h.kernel^3)\n");
    snprintf(text, sizeof text, "save weights \"%s/w.safetensors\"\nstep 1\n", folder);
    fake_ok(&f, text);
    snprintf(text, sizeof text,
             "expect sum(h.kernel^3) != was\nload weights \"%s/w.safetensors\"\n"
             "expect sum(h.kernel^3) == was\n"
             "set optimizer.ema = 0\nexpect sum(h.kernel^3) == was\n",
             folder);
    fake_ok(&f, text);
    snprintf(text, sizeof text, "%s/w.safetensors", folder);
    remove(text);
    remove(folder);
    fake_finish(&f);
}

/* The gradient that is checked is that of the loss, whatever the optimizer does with it. */
static void checkgrad_sees_no_key(void **state)
{
    (void)state;
    char *out[2];
    for (int with = 0; with < 2; with++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, WITH_NOISE);
        fake_ok(&f, with ? ALL_KEYS "checkgrad\n" : "optimizer adamw\ncheckgrad\n");
        out[with] = strdup(f.out.text);
        fake_finish(&f);
    }
    assert_string_equal(out[0], out[1]);
    free(out[0]);
    free(out[1]);
}

/* A number that cannot be is told, and the session stays as it was. */
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
        {"optimizer adam sam=0",
         "t:1:20: sam is a distance above 0: each step takes the gradient a second time, so far "
         "along the first; leave it out, or write sam=0.05; set optimizer.sam = none ends it"},
        {"optimizer adam sam=-0.1",
         "t:1:20: sam is a distance above 0: each step takes the gradient a second time, so far "
         "along the first; leave it out, or write sam=0.05; set optimizer.sam = none ends it"},
        {"optimizer adam ema=1.5", "t:1:20: ema is a number from 0 to 1, not 1.5"},
        {"optimizer adam ema=-1", "t:1:20: ema is a number from 0 to 1, not -1"},
        {"optimizer adam noise=-1", "t:1:22: noise is a number from 0 to 1e+30, not -1"},
        {"input 2; dense 3 use_bias=no bias_decay=no as h",
         "t:1:30: bias_decay= says how a bias decays, and h has none; leave out bias_decay=, or "
         "use_bias=no"},
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
        cmocka_unit_test(decay_is_a_row_that_moves),
        cmocka_unit_test(every_key_that_moves_is_a_row),
        cmocka_unit_test(a_row_moves_by_the_second_gradient),
        cmocka_unit_test(decay_passes_tensors_by),
        cmocka_unit_test(noise_is_keyed),
        cmocka_unit_test(threads_change_no_noise),
        cmocka_unit_test(the_second_pass_has_the_same_masks),
        cmocka_unit_test(sam_stays_where_there_is_no_slope),
        cmocka_unit_test(averages_are_what_one_sees),
        cmocka_unit_test(averages_go_with_the_model),
        cmocka_unit_test(rules_reach_the_keys),
        cmocka_unit_test(state_is_whole),
        cmocka_unit_test(the_best_has_its_averages),
        cmocka_unit_test(files_have_the_averages),
        cmocka_unit_test(checkgrad_sees_no_key),
        cmocka_unit_test(what_optimizers_refuse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
