/* SPDX-License-Identifier: GPL-3.0-or-later */
/* penalties moves=yes: what a row moved in the last step, against the step that a twin of the model
 * takes without the row, against worked formulas, and where it is not known. */
#include "check.h"
#include "folder.h"
#include "host.h"

#include "cmd/session/state.h"
#include "train/trainer.h"
#include "train/workers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NEAR(in_double, in_float) (sizeof(real) == sizeof(double) ? (in_double) : (in_float))
#define ROWS "data random 45 shape=6 target=2 batch=20\ninput 6 as x\n"

static const struct model *model(const struct fake *f)
{
    return current_model(f->session);
}

/* A copy of the numbers of a block. */
static real *numbers(const struct fake *f, const real *block)
{
    const size_t n = model(f)->graph->weight_reals;
    real *to = malloc(n * sizeof *to);
    assert_non_null(to);
    memcpy(to, block, n * sizeof *to);
    return to;
}

/* The norm of a - b over the weights that train. */
static double distance(const struct fake *f, const real *a, const real *b)
{
    const struct graph *g = model(f)->graph;
    double sum = 0;
    for (id w = 0; w < g->weights; w++)
        for (size_t i = g->weight[w].at; i < g->weight[w].at + g->weight[w].count; i++) {
            const double x = (double)a[i] - (double)b[i];
            sum += graph_trains(g, w) ? x * x : 0;
        }
    return sqrt(sum);
}

/* The figure behind a key, where it stands for the n-th time. */
static double figure(const char *json, const char *key, size_t n)
{
    char text[40];
    snprintf(text, sizeof text, "\"%s\": ", key);
    for (size_t i = 0; i <= n; i++) {
        json = strstr(json, text);
        if (!json)
            fail_msg("%s stands there %zu times", key, i);
        json += strlen(text);
    }
    return strtod(json, NULL);
}

static void ask(struct fake *f)
{
    fake_ok(f, "penalties moves=yes format=json");
}

/* A model, and for each of its rows in the ledger's order what leaves the row out. */
static const struct {
    const char *model;
    const char *without[6];
} twins[] = {
    {ROWS "dense 5 tanh kernel=l2(0.3)+l1(0.1) bias=l1(0.2) activity=l1(0.1) as h\ndense 2 as y\n"
          "optimizer sgd lr=0.05\n",
     {"set h.kernel = l2(0)+l1(0.1)", "set h.kernel = l2(0.3)+l1(0)", "set h.bias = l1(0)",
      "set h.activity = l1(0)"}},
    {ROWS "dense 5 tanh kernel=l2(0.3) activity=l2(0.1) as h\ndense 2\n"
          "optimizer sgd lr=0.05 momentum=0.9 nesterov=yes\n",
     {"set h.kernel = l2(0)", "set h.activity = l2(0)"}},
    /* Masks, the batch's moments, a shared layer. */
    {ROWS "dense 6 tanh kernel=l1(0.1) activity=l1(0.1) as h\ndropout 0.4\nbatchnorm gamma=l2(0.3) "
          "activity=l1(0.2) as n\nh on n as again\ngaussian_noise 0.2\ndense 2\n"
          "optimizer adam lr=0.01\n",
     {"set h.kernel = l1(0)", "set h.activity = l1(0)", "set n.gamma = l2(0)",
      "set n.activity = l1(0)"}},
    /* A block that is called twice, a frozen layer, a row that the frozen layer's input feels. */
    {ROWS "block b { dense 6 tanh kernel=l1(0.1) as low; dense 6 activity=l2(0.1) as high }\n"
          "b on x as one\nb on one as two\n"
          "dense 4 trainable=no kernel=l2(0.3) activity=l1(0.2) as f\ndense 2\n"
          "optimizer rmsprop lr=0.01\n",
     {"set b.low.kernel = l1(0)", "set b.high.activity = l2(0)", "set f.kernel = l2(0)",
      "set f.activity = l1(0)"}},
    /* What a layer does inside; a kernel held as a whole, and weights that stay 0. */
    {ROWS "dense 5 tanh kernel=l2(0.3) activity=contractive(0.2) as h\n"
          "dense 2 kernel=l1(0.2) as y\noptimizer adam lr=0.01\nprune h.kernel share=0.4\n",
     {"set h.kernel = l2(0)", "set h.activity = contractive(0)", "set y.kernel = l1(0)"}},
    {ROWS "dense 5 tanh kernel=l2(0.3) kernel_constraint=spectral_norm(0.3) activity=l1(0.3) as h\n"
          "dense 2\noptimizer sgd lr=0.05 momentum=0.9 clipnorm=0.1\nprune h.kernel share=0.4\n",
     {"set h.kernel = l2(0)", "set h.activity = l1(0)"}},
    /* Decay and a constraint; each way of clipping. */
    {ROWS "dense 5 tanh kernel=l2(0.3) kernel_constraint=max_norm(0.8) activity=l1(0.3) as h\n"
          "dense 2\noptimizer adamw lr=0.02 weight_decay=2 clipnorm=0.1\n",
     {"set h.kernel = l2(0)", "set h.activity = l1(0)"}},
    {ROWS "dense 5 tanh kernel=l2(0.3) activity=l1(0.3) as h\ndense 2\n"
          "optimizer adagrad lr=0.1 global_clipnorm=0.2\n",
     {"set h.kernel = l2(0)", "set h.activity = l1(0)"}},
    {ROWS "dense 5 tanh kernel=l2(0.3) activity=l1(0.3) as h\ndense 2\n"
          "optimizer sgd lr=0.1 clipvalue=0.05\n",
     {"set h.kernel = l2(0)", "set h.activity = l1(0)"}},
    /* Optimizers that look at the weight, or at the gradient's sign alone. */
    {ROWS "dense 5 tanh kernel=l2(0.3) activity=l1(0.3) as h\ndense 2\n"
          "optimizer ftrl lr=0.1 l1=0.05 l2=0.3\n",
     {"set h.kernel = l2(0)", "set h.activity = l1(0)"}},
    {ROWS "dense 5 tanh kernel=l2(0.3) activity=l1(0.3) as h\ndense 2\n"
          "optimizer lion lr=0.01 weight_decay=0.5\n",
     {"set h.kernel = l2(0)", "set h.activity = l1(0)"}},
    {ROWS "dense 5 tanh kernel=l2(0.3) activity=l1(0.3) as h\ndense 2\noptimizer nadam lr=0.02\n",
     {"set h.kernel = l2(0)", "set h.activity = l1(0)"}},
    /* Rows that act after the optimizer, beside others; each way of step sizes. */
    {ROWS "dense 5 tanh kernel=l1(0.3, prox=yes)+l2(0.1) bias=l1l2(0.2, 1, prox=yes) "
          "activity=l1(0.1) as h\ndense 2 kernel=group_lasso(0.1, prox=yes) as y\n"
          "optimizer sgd lr=0.05 momentum=0.5\n",
     {"set h.kernel = l1(0, prox=yes)+l2(0.1)", "set h.kernel = l1(0.3, prox=yes)+l2(0)",
      "set h.bias = l1l2(0, 0, prox=yes)", "set h.activity = l1(0)",
      "set y.kernel = group_lasso(0, prox=yes)"}},
    {ROWS "dense 5 tanh kernel=l1(0.3, prox=yes)+l2(0.1) as h\n"
          "dense 2 kernel=group_lasso(0.1, by=input, prox=yes) as y\n"
          "optimizer adam lr=0.01 global_clipnorm=0.2\n",
     {"set h.kernel = l1(0, prox=yes)+l2(0.1)", "set h.kernel = l1(0.3, prox=yes)+l2(0)",
      "set y.kernel = group_lasso(0, by=input, prox=yes)"}},
    {ROWS "dense 5 tanh kernel=l1(0.3, prox=yes) kernel_constraint=max_norm(0.8) as h\n"
          "dense 2 as y\noptimizer rmsprop lr=0.01\n",
     {"set h.kernel = l1(0, prox=yes)"}},
    /* Own penalties, one over the whole batch. */
    {"define penalty own(x, power=2) = sum(abs(x)^power)\n" ROWS
     "dense 5 sigmoid kernel=own(0.1, power=3) activity=kl(0.5, p=0.1) as h\ndense 2\n"
     "optimizer adam lr=0.01\n",
     {"set h.kernel = own(0, power=3)", "set h.activity = kl(0, p=0.1)"}},
    /* As another system counts: not at all, or more than once. */
    {"emulate keras-1.0\ndata random 40 shape=3x2 target=1 batch=10\ninput 3x2 as x\n"
     "timedistributed dense 2 tanh kernel=l2(0.3) activity=l1(0.1) as h\nflatten\ndense 1\n"
     "optimizer adam lr=0.01\n",
     {"set h.kernel = l2(0)", "set h.activity = l1(0)"}},
    {"emulate keras-2.0\n" ROWS
     "block b { dense 6 tanh kernel=l1(0.1) activity=l2(0.1) as low }\nb on x as one\n"
     "b on one as two\ndense 2 as y\noptimizer adam lr=0.01\n",
     {"set b.low.kernel = l1(0)", "set b.low.activity = l2(0)"}},
    /* Two outputs. */
    {"data random 45 shape=6 target=3 batch=20\ninput 6 as x\n"
     "dense 5 tanh kernel=l2(0.3) activity=l1(0.3) as h\ndense 1 as ya\n"
     "dense 2 kernel=l1(0.2) on h as yb\noutput ya yb\noptimizer adam lr=0.01\n",
     {"set h.kernel = l2(0)", "set h.activity = l1(0)", "set yb.kernel = l1(0)"}},
};
enum { TWINS = sizeof twins / sizeof *twins };

static void as_the_step_that_a_twin_takes(void **state)
{
    (void)state;
    for (size_t i = 0; i < TWINS; i++) {
        struct fake f;
        size_t rows = 0;
        char text[300];
        fake_start(&f);
        fake_ok(&f, twins[i].model);
        fake_ok(&f, "loss mse\nstep 4\nrename here\n");
        for (; rows < 6 && twins[i].without[rows]; rows++) {
            snprintf(text, sizeof text, "clone row%zu\nmodel here\n", rows);
            fake_ok(&f, text);
        }
        fake_ok(&f, "clone rows\nmodel here\n");
        real *before = numbers(&f, model(&f)->state.weight);
        fake_ok(&f, "step 1\n");
        real *after = numbers(&f, model(&f)->state.weight);
        ask(&f);
        char *json = strdup(f.out.text);
        assert_int_equal(model(&f)->graph->terms, rows);
        for (size_t r = 0; r <= rows; r++) {
            const bool data = r == rows;
            if (data)
                snprintf(text, sizeof text, "model rows\nloss mse weight=0\nstep 1\n");
            else
                snprintf(text, sizeof text, "model row%zu\n%s\nstep 1\n", r, twins[i].without[r]);
            fake_ok(&f, text);
            const double due =
                distance(&f, after, model(&f)->state.weight) / distance(&f, after, before);
            const double is = data ? figure(json, "data_moves", 0) : figure(json, "moves", r);
            if (!(fabs(is - due) <= NEAR(1e-9, 2e-4)))
                fail_msg("twin %zu, row %zu: moves %.9g, and the twin says %.9g", i, r, is, due);
        }
        free(json);
        free(before);
        free(after);
        fake_finish(&f);
    }
}

/* Plain gradient descent moves along the gradient: of the row 2 * 0.3 * kernel, of an output's l1
 * the mean sign, which the kernel sees times x. */
static void gradient_descent_by_hand(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 -> 0; 3 -> 0 } batch=2\ninput 1\n"
                "dense 2 use_bias=no kernel_init=constant(0.5) kernel=l2(0.3) activity=l1(0.2)\n"
                "dense 1 use_bias=no kernel_init=constant(2)\nloss mse\noptimizer sgd lr=0.01\n"
                "step 1\n");
    /* The outputs are 2 and 6. Into the first kernel: data 2 * mean(y x) * 2 = (2 + 18) * 2 = 40;
     * l2: 0.3; l1: 0.2 * (1 + 3) / 2 = 0.4. Into the second: data mean(2 y h) = 1 + 9 = 10. */
    const double first = 40 + 0.3 + 0.4, second = 10;
    const double all = sqrt(2 * first * first + 2 * second * second);
    ask(&f);
    check_near(figure(f.out.text, "moves", 0), sqrt(2.0) * 0.3 / all, NEAR(1e-12, 1e-7));
    check_near(figure(f.out.text, "moves", 1), sqrt(2.0) * 0.4 / all, NEAR(1e-12, 1e-7));
    check_near(figure(f.out.text, "data_moves", 0), sqrt(2.0 * (1600 + 100)) / all,
               NEAR(1e-12, 1e-6));
    fake_finish(&f);
}

struct adam {
    double m, v, w;
};

/* One step of one weight, by Kingma and Ba's algorithm 1. */
static double adam_update(struct adam *a, double g, int t)
{
    a->m = 0.9 * a->m + 0.1 * g;
    a->v = 0.999 * a->v + 0.001 * g * g;
    return -0.01 * (a->m / (1 - pow(0.9, t))) / (sqrt(a->v / (1 - pow(0.999, t))) + 1e-7);
}

/* The moments are made here from the gradients that the session shows after each step; the row's
 * gradient is 2 * 0.05 w. */
static void adam_by_its_formula(void **state)
{
    (void)state;
    enum { STEPS = 7, MOST = 200 };
    struct fake f;
    struct adam a[MOST] = {{0}};
    double with = 0, without = 0, data = 0;
    fake_start(&f);
    fake_ok(&f, ROWS "dense 5 tanh kernel=l2(0.05) as h\ndense 2\nloss mse\n"
                     "optimizer adam lr=0.01\nstep 1\n");
    const struct graph *g = model(&f)->graph;
    const size_t n = g->weight_reals;
    assert_true(n <= MOST);
    for (int t = 1; t < STEPS; t++) {
        for (size_t i = 0; i < n; i++)
            adam_update(&a[i], (double)model(&f)->state.grad[i], t);
        if (t + 1 == STEPS)
            for (size_t i = 0; i < n; i++)
                a[i].w = (double)model(&f)->state.weight[i];
        fake_ok(&f, "step 1\n");
    }
    for (size_t i = 0; i < n; i++) {
        const bool in = i >= g->weight[0].at && i < g->weight[0].at + g->weight[0].count;
        const double total = (double)model(&f)->state.grad[i], row = in ? 0.1 * a[i].w : 0;
        struct adam no = a[i], only = a[i];
        const double u = adam_update(&a[i], total, STEPS);
        with += u * u;
        without += pow(u - adam_update(&no, total - row, STEPS), 2);
        data += pow(u - adam_update(&only, row, STEPS), 2);
    }
    assert_string_equal(g->weight[0].path, "h.kernel");
    ask(&f);
    check_near(figure(f.out.text, "moves", 0), sqrt(without / with), NEAR(1e-10, 2e-6));
    check_near(figure(f.out.text, "data_moves", 0), sqrt(data / with), NEAR(1e-10, 2e-5));
    fake_finish(&f);
}

/* Steps that are split: the gradient is the whole batch's, up to rounding. */
static void threads_change_no_figure(void **state)
{
    (void)state;
    double found[2][3];
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        struct fake f;
        workers_allow(threads);
        fake_start(&f);
        fake_ok(&f, "data random 98 shape=64 target=3 batch=48\ninput 64\n"
                    "dense 128 tanh kernel=l2(0.01) activity=l1(0.1)\ndropout 0.3\n"
                    "dense 128 tanh\ndense 3\nloss mse\noptimizer sgd lr=0.01 momentum=0.5\n"
                    "step 4\n");
        assert_int_equal(trainer_of(model(&f))->workers != NULL, threads > 1);
        ask(&f);
        double *at = found[threads > 1];
        at[0] = figure(f.out.text, "moves", 0);
        at[1] = figure(f.out.text, "moves", 1);
        at[2] = figure(f.out.text, "data_moves", 0);
        fake_finish(&f);
        workers_allow(1);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_true(found[0][i] > 1e-3);
        check_near(found[1][i], found[0][i], NEAR(1e-10, 1e-5));
    }
}

/* w = 1 and x = 1: data sends 2 (1 - 2) = -2, the row its strength. Adam's first step is the sign:
 * without the row up, with it down, and twice the row moves it no further. Plain descent goes on
 * growing, until it is clipped. A weaker row than the data is not marked, nor one that pulls alone
 * at some weights. */
static void saturated_is_what_no_strength_moves_further(void **state)
{
    (void)state;
    static const struct {
        const char *optimizer, *penalty;
        bool marked;
    } cases[] = {
        {"adam lr=0.1", "l1(3)", true},
        {"adam lr=0.1", "l1(300)", true},
        {"adam lr=0.1", "l1(1.5)", false},
        {"adam lr=0.1", "l1(0.5)", false},
        {"adam lr=0.1", "l1(0)", false},
        {"rmsprop lr=0.1", "l1(300)", true},
        {"sgd lr=0.01", "l1(3)", false},
        {"sgd lr=0.01", "l1(300)", false},
        {"sgd lr=0.01 momentum=0.9", "l1(300)", false},
        {"sgd lr=0.01 clipnorm=1", "l1(300)", true},
        {"sgd lr=0.01 clipnorm=1", "l1(1.5)", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fake f;
        char text[300];
        fake_start(&f);
        snprintf(text, sizeof text,
                 "data rows { 1 -> 2 }\ninput 1\ndense 1 use_bias=no kernel_init=ones kernel=%s\n"
                 "loss mse\noptimizer %s\nstep 1\n",
                 cases[i].penalty, cases[i].optimizer);
        fake_ok(&f, text);
        ask(&f);
        if ((strstr(f.out.text, "\"saturated\"") != NULL) != cases[i].marked)
            fail_msg("%s%s", text, f.out.text);
        fake_ok(&f, "penalties moves=yes");
        assert_int_equal(count_of(f.out.text, "  saturated"), cases[i].marked);
        fake_ok(&f, "penalties");
        assert_int_equal(count_of(f.out.text, "saturated"), 0);
        fake_finish(&f);
    }
    /* The second input is always 0: only the row moves its weight, for any strength. */
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 0 -> 2 }\ninput 2\n"
                "dense 1 use_bias=no kernel_init=ones kernel=l1(1e-4)\nloss mse\noptimizer adam\n"
                "step 1\n");
    ask(&f);
    assert_null(strstr(f.out.text, "saturated"));
    check_near(figure(f.out.text, "moves", 0), sqrt(0.5), 1e-3);
    fake_finish(&f);
}

/* The norm of the digits' code after five epochs, for strengths a tenfold apart: a strength is
 * marked only where ten times as much moves the norm by less than 2 %, and wherever by less than 1
 * %. */
static void the_digits_are_marked_where_their_norm_stays(void **state)
{
    (void)state;
    static const char *const strength[] = {"1e-5", "1e-4", "1e-3", "0.01", "0.1",
                                           "1",    "10",   "100",  "1000"};
    enum { COUNT = sizeof strength / sizeof *strength };
    double norm[COUNT];
    bool marked[COUNT];
    size_t marks = 0;
    for (size_t i = 0; i < COUNT; i++) {
        struct fake f;
        char text[200];
        fake_start(&f);
        snprintf(text, sizeof text,
                 "data digits target=input\ninput 64\ndense 100 relu kernel=l2(%s) as code\n"
                 "dense 64\nloss mse\noptimizer adam\ntrain 5\n",
                 strength[i]);
        fake_ok(&f, text);
        norm[i] = fake_number(&f, "norm(code.kernel)");
        ask(&f);
        marked[i] = strstr(f.out.text, "\"saturated\"") != NULL;
        marks += marked[i];
        fake_finish(&f);
    }
    assert_true(marks >= 2 && marked[COUNT - 1]);
    for (size_t i = 0; i + 1 < COUNT; i++)
        if (marked[i] ? norm[i + 1] < 0.98 * norm[i] : norm[i + 1] > 0.99 * norm[i])
            fail_msg("%s: norm %g, then %g, %s", strength[i], norm[i], norm[i + 1],
                     marked[i] ? "marked" : "not marked");
}

static void what_people_read(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 -> 0 }\ninput 1 as x\n"
                "dense 1 use_bias=no kernel_init=ones kernel=l1(1) as h\n"
                "dense 1 use_bias=no trainable=no kernel_init=ones kernel=l1(1) as y\n"
                "loss mse\noptimizer sgd lr=0.125\nstep 1\n");
    fake_ok(&f, "penalties moves=yes");
    /* Data 2 and the row 1 of 3. */
    const char *const parts[] = {"1 sample, batches of 1; moves: of the update in step 1\n",
                                 "|gradient|  moves\n", "  33.3%\n", "  66.7%\n",
                                 "   0.0%  frozen\n"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(f.out.text, parts[i]))
            fail_msg("%s is not in\n%s", parts[i], f.out.text);
    fake_ok(&f, "penalties");
    assert_int_equal(count_of(f.out.text, "moves"), 0);
    fake_ok(&f, "penalties format=json");
    assert_int_equal(count_of(f.out.text, "moves"), 0);
    /* Where nothing moves there is no share. */
    fake_ok(&f, "set optimizer.lr = 0\nstep 1\npenalties moves=yes");
    assert_int_equal(count_of(f.out.text, "%  -"), 0);
    ask(&f);
    assert_int_equal(count_of(f.out.text, "\"moves\": null"), 2);
    /* With several outputs the data's gradient is that of all of them. */
    fake_ok(&f, "data rows { 1 -> 0 0 }\noutput h y\nset optimizer.lr = 0.125\nstep 1\n"
                "penalties moves=yes");
    assert_int_equal(count_of(f.out.text, "data loss of all outputs"), 1);
    fake_ok(&f, "penalties");
    assert_int_equal(count_of(f.out.text, "all outputs"), 0);
    fake_finish(&f);
}

#define SMALL                                                                                      \
    "data moons 60 batch=20\ninput 2\ndense 4 tanh kernel=l2(0.1) activity=l1(0.1) as h\n"         \
    "dropout 0.2\ndense 1 sigmoid as y\noptimizer adam\n"

/* All that ends with a step, on any samples, and what changes nothing. */
static void it_is_known_after(void **state)
{
    (void)state;
    static const char *const known[] = {
        "step 1",
        "step 5",
        "train 2",
        "train 2\nstep 2",
        "train until loss < 100 max 5",
        "train until loss < 0 max 3",
        "repeat 3 { step 2 }",
        "step 4 observe=no",
        "train 1 on all",
        "step 2\npenalties\nevaluate\nprint h.output loss accuracy\nhistory\nsummary",
        "step 2\npredict 0 1\nlet a = 3",
        "step 2\nmark here\nclone other\nset h.kernel = l2(1)\nmodel main",
        "mark here\nstep 2\ngoto here\nstep 1",
        "step 2\nset h.kernel = l2(1)\nstep 1",
        "step 2\nset optimizer.lr = 0.1\nstep 1",
        "step 2\noptimizer sgd\nstep 1",
        "step 2\nset optimizer.clipnorm = 0.1\nstep 2\nset optimizer.clipnorm = 0\nstep 1",
        "step 2\nseed 5",
        "step 2\nset data.batch = 10",
        "step 3\ncheckgrad",
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, SMALL);
        fake_ok(&f, known[i]);
        const uint64_t before = session_digest(f.session);
        ask(&f);
        const double moves = figure(f.out.text, "moves", 0);
        assert_true(moves > 0 && moves < 2);
        fake_ok(&f, "penalties moves=yes on=batch format=json");
        check_near(figure(f.out.text, "moves", 0), moves, 0);
        fake_ok(&f, "penalties moves=yes on=train format=json");
        check_near(figure(f.out.text, "moves", 0), moves, 0);
        assert_true(session_digest(f.session) == before);
        fake_finish(&f);
    }
}

#define UNKNOWN "what the last step moved is not known"

static void not_known(struct fake *f, const char *after)
{
    const uint64_t before = session_digest(f->session);
    if (fake_run(f, "penalties moves=yes") != OUTCOME_ERROR || !strstr(f->err.text, UNKNOWN) ||
        !strstr(f->err.text, "step 1") || !strstr(f->err.text, "t:1:11: "))
        fail_msg("after %s\n%s%s", after, f->out.text, f->err.text);
    assert_true(session_digest(f->session) == before);
    fake_ok(f, "penalties\nstep 1\npenalties moves=yes");
}

static void it_is_not_known_after(void **state)
{
    (void)state;
    static const char *const unknown[] = {
        "penalties",
        "step 2\nset h.kernel = l2(1)",
        "step 2\nset h.activity = l1(0)",
        "step 2\nset h.kernel = none",
        "step 2\nset h.trainable = no",
        "step 2\nset optimizer.lr = 0.1",
        "step 2\nset optimizer.clipnorm = 0.01",
        "step 2\noptimizer sgd",
        "step 2\nset data.batch = 40",
        "step 2\ndata moons 60",
        "step 2\nloss mse",
        "step 2\nclone other",
        "step 2\nemulate keras-1.0",
        "step 2\nset penalties.frozen = ignore",
        "mark here\nstep 2\ngoto here",
        "step 2\nmark here\nstep 2\ngoto here",
        "step 2\nstep 1\nundo",
        "step 2\nsave weights \"w.safetensors\"\nstep 2\nload weights \"w.safetensors\"",
        "step 2\ndense 1 sigmoid",
    };
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        struct fake f;
        fake_start(&f);
        fake_ok(&f, SMALL);
        fake_ok(&f, unknown[i]);
        not_known(&f, unknown[i]);
        fake_finish(&f);
    }
}

/* Nobody knew that it would be the last step. */
static void a_stop_leaves_it_unknown(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, SMALL);
    f.stop_at = 3;
    f.pace = 0.001;
    assert_int_equal(fake_run(&f, "step 100000"), OUTCOME_STOPPED);
    f.stop_at = 0;
    not_known(&f, "Ctrl-C");
    /* Stopped while the rows are looked at, nothing is shown. */
    fake_ok(&f, "step 1\n");
    f.stop_at = 2;
    f.pace = 0.02;
    const uint64_t before = session_digest(f.session);
    assert_int_equal(fake_run(&f, "penalties moves=yes"), OUTCOME_STOPPED);
    assert_string_equal(f.out.text, "");
    assert_true(session_digest(f.session) == before);
    f.stop_at = 0;
    fake_ok(&f, "penalties moves=yes");
    fake_finish(&f);
}

/* A step that fails was never taken: the one before it is still the last. */
static void a_step_that_fails_changes_nothing(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 -> 2; 1 -> 2 } batch=1\ninput 1\n"
                "dense 1 use_bias=no kernel_init=ones kernel=l1(0.5)\nloss mse\n"
                "optimizer sgd lr=0.1\nstep 1\n");
    ask(&f);
    char *first = strdup(f.out.text);
    fake_ok(&f, "clone other\n");
    fake_ok(&f, "set optimizer.lr = 1e6\n");
    while (fake_run(&f, "step 1") == OUTCOME_OK)
        continue;
    ask(&f);
    check_near(figure(f.out.text, "moves_step", 0), (double)model(&f)->state.step, 0);
    fake_ok(&f, "model main\n");
    ask(&f);
    assert_string_equal(f.out.text, first);
    free(first);
    fake_finish(&f);
}

/* In the background each slice ends with a step that is kept. */
static void it_is_known_while_training_runs(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    f.host.person = true;
    fake_ok(&f, SMALL "run\n");
    for (int i = 0; i < 40; i++) {
        session_advance(f.session);
        ask(&f);
        check_near(figure(f.out.text, "moves_step", 0), (double)model(&f)->state.step, 0);
    }
    fake_ok(&f, "stop\n");
    ask(&f);
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_the_step_that_a_twin_takes),
        cmocka_unit_test(gradient_descent_by_hand),
        cmocka_unit_test(adam_by_its_formula),
        cmocka_unit_test(threads_change_no_figure),
        cmocka_unit_test(saturated_is_what_no_strength_moves_further),
        cmocka_unit_test(the_digits_are_marked_where_their_norm_stays),
        cmocka_unit_test(what_people_read),
        cmocka_unit_test(it_is_known_after),
        cmocka_unit_test(it_is_not_known_after),
        cmocka_unit_test(a_stop_leaves_it_unknown),
        cmocka_unit_test(a_step_that_fails_changes_nothing),
        cmocka_unit_test(it_is_known_while_training_runs),
    };
    return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
