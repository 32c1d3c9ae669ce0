/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of the ledger against the naive ledger, and against figures worked by hand. */
#include "bench.h"

#include "slope.h"

#include <math.h>
#include <stdio.h>

#define RANDOM45 "data random 45 shape=6 target=2 shuffle=no\n"
#define UNIT45 "data random 45 shape=6 target=3 shuffle=no\n"

static const char *const models[] = {
    /* The last layer's output, for each loss, at the pre-activation and at probabilities. */
    RANDOM45 "input 6\ndense 2 activity=l1(0.1)+l2(0.2)\n",
    RANDOM45 "input 6\ndense 2 activity=l1(0.1)+l2(0.2)\nloss mae\n",
    RANDOM45 "input 6\ndense 2 activity=l1(0.1)+l2(0.2)\nloss huber delta=0.3\n",
    RANDOM45 "input 6\ndense 2 sigmoid activity=l1(0.1)+l2(0.2)\nloss binary_crossentropy\n",
    RANDOM45 "input 6\ndense 2\nactivation sigmoid activity=l1(0.1)+l2(0.2)\n"
             "loss binary_crossentropy\n",
    RANDOM45 "input 6\ndense 2 sigmoid\nactivity_regularization l1(0.1)+l2(0.2)\n"
             "loss binary_crossentropy\n",
    UNIT45 "input 6\ndense 3 softmax activity=l1(0.1)+l2(0.2)\nloss categorical_crossentropy\n",
    UNIT45 "input 6\ndense 3 softmax\nreshape 1x3 activity=l2(0.2)\n"
           "loss categorical_crossentropy\n",
    UNIT45 "input 6\ndense 3 sigmoid activity=l2(0.2)\nloss categorical_crossentropy\n",
    "data blobs 45 shuffle=no\ninput 2\ndense 3 softmax activity=l2(0.2)\n"
    "loss categorical_crossentropy\n",
    /* After each kind of call. */
    RANDOM45 "input 6\ndense 5 activity=l1(0.1)\ndense 2\n",
    RANDOM45 "input 6\ndense 5 tanh activity=l1(0.1) bias=l2(0.3) kernel=l1l2(0.1, 0.2)\ndense 2\n",
    RANDOM45 "input 6\ndense 5 softmax activity=l2(0.1)\ndense 2\n",
    RANDOM45 "input 6\nreshape 2x3\ndense 4 relu activity=l1(0.1)\nflatten activity=l2(0.2)\n"
             "dense 2\n",
    RANDOM45 "input 6\ndense 6\nreshape 3x2 activity=l1(0.3, reduce=mean)\nflatten\ndense 2\n",
    /* Where no weight can move it, where no output hears of it, twice, frozen. */
    RANDOM45 "input 6\nactivity_regularization l1(0.1)\ndense 2\n",
    RANDOM45 "input 6 as x\ndense 4 tanh kernel=l2(0.2) activity=l1(0.1) as side\n"
             "dense 2 on x as out\n",
    RANDOM45 "input 3 as a\ninput 3 as b\ndense 3 tanh kernel=l1(0.1) activity=l2(0.2) on a as s\n"
             "s on b as sb\ns on sb as ssb\ndense 2 on ssb\n",
    RANDOM45 "input 6\ndense 4 tanh trainable=no kernel=l1(0.1) bias=l2(0.1) activity=l1(0.1)\n"
             "dense 2\n",
    RANDOM45 "input 6\ndense 4 tanh as low\ndense 4 trainable=no activity=l2(0.1) kernel=l1(1)\n"
             "dense 2\n",
    /* Normalised with moving statistics, whose gradient is the plain factor. */
    RANDOM45 "input 6\ndense 4 tanh kernel=l1(0.1)\nbatchnorm moving_mean_init=uniform(-1, 1) "
             "moving_variance_init=uniform(0.2, 2) gamma=l2(0.3) beta=l1(0.2) "
             "beta_init=uniform(-1, 1) activity=l1(0.1)+l2(0.2) as n\ndense 4\nn\ndense 2\n",
    RANDOM45 "input 6\nbatchnorm center=no scale=no activity=l2(0.3)\ndense 2\n",
    RANDOM45 "input 6\ndense 4 tanh\nlayernorm gamma=l2(0.3) beta=l1(0.2) "
             "gamma_init=uniform(-1, 1) activity=l1(0.1)\nlayernorm trainable=no\ndense 2\n",
    /* Sums of terms, each reduction, strength 0. */
    RANDOM45 "input 6\ndense 4 tanh kernel=l1(0.1)+l1(0.2)+l2(0.3)+l1l2(0.4, 0.5) "
             "activity=l1(0.1)+l1(0.1, reduce=sum)+l1(0.1, reduce=mean)+l1l2(0.1, 0.2, "
             "reduce=mean)\ndense 2\n",
    RANDOM45 "input 6\ndense 4 tanh kernel=l1(0) bias=l1l2(0, 0) activity=l2(0, reduce=sum)\n"
             "dense 2\n",
    /* Other batches: one of all, a tail of one, ones. */
    "data random 45 shape=6 target=2 batch=1000\ninput 6\n"
    "dense 2 tanh activity=l1(1, reduce=sum)+l1(1, reduce=mean)\n",
    "data random 45 shape=6 target=2 batch=11\ninput 6\n"
    "dense 2 tanh activity=l1(1, reduce=sum)+l2(1)\n",
    "data random 7 shape=6 target=2 batch=1\ninput 6\ndense 2 tanh activity=l1(1, reduce=sum)\n",
    /* Nothing to train, nothing to penalise. */
    "data random 45 shape=2 target=2\ninput 2\nactivity_regularization l2(0.5)\n",
    RANDOM45 "input 6\ndense 2\n",
};

/* Means over the batches weighted by their samples, as rule 27 has it. */
struct expected {
    double row[32], data;
};

static double *weights_of(const struct bench *b)
{
    return doubles(b->model->state.weight, b->model->state.reals);
}

static struct expected expect(const struct bench *b, const double *weight)
{
    struct expected x = {0};
    const size_t all = b->data.training;
    for (size_t first = 0; first < all; first += b->data.batch) {
        const size_t left = all - first, n = left < b->data.batch ? left : b->data.batch;
        struct reckoning r;
        reckon_start(&r, b, first, n);
        reckon_weights(&r, weight);
        const double share = (double)n / (double)all;
        x.data += share * naive_data(&r.naive, &r.head);
        for (id t = 0; t < b->model->graph->terms; t++)
            x.row[t] += share * naive_row(&r.naive, t);
        reckon_finish(&r);
    }
    return x;
}

static double one_row(const struct bench *b, const double *weight, id term)
{
    return expect(b, weight).row[term];
}

/* The norm of central differences of one row over all weights that may move. */
static double norm_of_row(const struct bench *b, id term)
{
    const struct graph *g = b->model->graph;
    double *weight = weights_of(b), squares = 0;
    for (size_t w = 0; w < g->weights; w++)
        for (size_t i = g->weight[w].at; i < g->weight[w].at + g->weight[w].count; i++) {
            const double old = weight[i], h = NEAR(1e-5, 1e-3);
            if (!graph_trains(g, (id)w))
                continue;
            weight[i] = old + h;
            double slope = one_row(b, weight, term);
            weight[i] = old - h;
            slope -= one_row(b, weight, term);
            weight[i] = old;
            squares += slope * slope / (4 * h * h);
        }
    mem_free(weight);
    return sqrt(squares);
}

static double rounding(double x)
{
    return NEAR(1e-11, 3e-6) * fmax(1, fabs(x));
}

static void check_rows(const struct bench *b, const struct ledger *l)
{
    double *weight = weights_of(b), sum = 0;
    struct expected x = expect(b, weight);
    assert_int_equal(l->rows, b->model->graph->terms);
    check_near(l->data, x.data, rounding(x.data));
    for (size_t r = 0; r < l->rows; r++) {
        const struct ledger_row *row = &l->row[r];
        const double expected = x.row[row->term];
        check_near(row->value, expected, rounding(expected));
        check_near(row->share * l->total, row->value, rounding(expected));
        sum += row->value;
        double calls = 0;
        for (size_t c = 0; c < row->calls; c++)
            calls += row->call[c].value;
        if (row->call)
            check_near(calls, row->value, rounding(calls));
    }
    check_near(l->penalty, sum, rounding(sum));
    check_near(l->total, l->data + sum, rounding(l->total));
    mem_free(weight);
}

/* The finite differences in float are no better than this; kinks of |x| under the step show. */
static void check_norms(const struct bench *b, const struct ledger *l)
{
    for (size_t r = 0; r < l->rows && sizeof(real) == sizeof(double); r++) {
        const double expected = norm_of_row(b, l->row[r].term);
        check_near(l->row[r].grad_norm, expected, 1e-6 * fmax(1, expected));
    }
}

static void rows_equal_the_naive_ledger(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct bench b = bench_make(models[i]);
        bench_prepare(&b);
        struct ledger l = bench_ledger(&b, SHARE_TRAIN, true);
        check_rows(&b, &l);
        check_norms(&b, &l);
        ledger_finish(&l);
        bench_finish(&b);
    }
}

static void rows_equal_it_after_steps_settings_and_other_batches(void **state)
{
    (void)state;
    struct bench b = bench_make("data random 45 shape=6 target=2\ninput 6\n"
                                "dense 4 tanh kernel=l1(0.1) activity=l2(0.1) as h\ndense 2\n");
    bench_prepare(&b);
    for (int i = 0; i < 5; i++)
        bench_step(&b);
    struct ledger l = bench_ledger(&b, SHARE_EVALUATION, true);
    check_rows(&b, &l);
    check_norms(&b, &l);
    ledger_finish(&l);
    bench_set(&b, "h", "activity", "l1(3, reduce=mean)+l2(2, reduce=sum)");
    bench_set(&b, "h", "kernel", "none");
    bench_set(&b, "h", "bias", "l1(0.5)");
    l = bench_ledger(&b, SHARE_EVALUATION, true);
    assert_int_equal(l.rows, 3);
    check_rows(&b, &l);
    check_norms(&b, &l);
    ledger_finish(&l);
    const size_t batches[] = {7, 45, 1, 100};
    for (size_t i = 0; i < sizeof batches / sizeof *batches; i++) {
        b.data.batch = batches[i];
        bench_prepare(&b);
        bench_step(&b);
        l = bench_ledger(&b, SHARE_EVALUATION, false);
        check_rows(&b, &l);
        assert_true(isnan(l.row[0].grad_norm));
        ledger_finish(&l);
    }
    bench_finish(&b);
}

struct row {
    const char *slot;
    double value, divisor, grad_norm;
    unsigned flags;
    size_t calls;
};

static void check_hand(const char *text, double data, const struct row *expected, size_t rows)
{
    char slot[100];
    struct bench b = bench_make(text);
    bench_prepare(&b);
    struct ledger l = bench_ledger(&b, SHARE_TRAIN, true);
    const double within = NEAR(1e-12, 2e-6);
    assert_int_equal(l.rows, rows);
    check_near(l.data, data, within * fmax(1, data));
    for (size_t r = 0; r < rows; r++) {
        assert_string_equal(ledger_slot(&l, r, slot, sizeof slot), expected[r].slot);
        check_near(l.row[r].value, expected[r].value, within * fmax(1, fabs(expected[r].value)));
        check_near(l.row[r].divisor, expected[r].divisor, 0);
        check_near(l.row[r].grad_norm, expected[r].grad_norm,
                   within * fmax(1, expected[r].grad_norm));
        assert_int_equal(l.row[r].flags, expected[r].flags);
        assert_int_equal(l.row[r].calls, expected[r].calls);
    }
    ledger_finish(&l);
    bench_finish(&b);
}

#define FIGURES(text, data, ...)                                                                   \
    check_hand(text, data, (const struct row[]){__VA_ARGS__},                                      \
               sizeof((const struct row[]){__VA_ARGS__}) / sizeof(struct row))

static void figures_worked_by_hand(void **state)
{
    (void)state;
    /* y = x1 + x2: 3 and 7 for the targets 0 and 4: mse = (9 + 9) / 2. l1(0.5) on y: 0.5 (3 + 7) /
     * 2 = 2.5; its gradient in each kernel element: 0.5 (1 + 3) / 2 = 1 and 0.5 (2 + 4) / 2 = 1.5,
     * in the bias 0.5: norm sqrt(3.5). l2(0.1) on the kernel: 0.1 * 2 = 0.2, gradient 0.2 each. */
    FIGURES("data rows { 1 2 -> 0; 3 4 -> 4 } batch=2\ninput 2\n"
            "dense 1 kernel_init=ones kernel=l2(0.1) activity=l1(0.5) as h\n",
            9, {"h.kernel", 0.2, 1, 0.2 * sqrt(2), 0, 0}, {"h.activity", 2.5, 2, sqrt(3.5), 0, 1});
    /* The same by sum and by mean; y has 2 units, so mean divides by 4: 0.5 * 20 / 4. Targets equal
     * the outputs. The gradient of the sum in the kernel is 0.5 (1 + 3) = 2 and 3 for both units,
     * in each bias 0.5 * 2 = 1. */
    FIGURES("data rows { 1 2 -> 3 3; 3 4 -> 7 7 } batch=2\ninput 2\n"
            "dense 2 kernel_init=ones activity=l1(0.5, reduce=sum)+l1(0.5, reduce=mean) as h\n",
            0, {"h.activity", 10, 1, sqrt(2 * (4 + 9 + 1)), 0, 1},
            {"h.activity", 2.5, 4, sqrt(2 * (4 + 9 + 1)) / 4, 0, 1});
    /* Three samples in batches of 2: y = 1, 2, 3. Sum: ((1 + 2) * 2 + 3 * 1) / 3 = 3, where one
     * batch would give 6. Batch: (1.5 * 2 + 3 * 1) / 3 = 2, as in one batch. Gradients alike, as
     * y = kernel * x; the bias's: sum (2 * 2 + 1) / 3, batch 1. */
    FIGURES("data rows { 1 -> 1; 2 -> 2; 3 -> 3 } batch=2 shuffle=no\ninput 1\n"
            "dense 1 kernel_init=ones activity=l1(1, reduce=sum)+l1(1) as h\n",
            0, {"h.activity", 3, 1, sqrt(9 + 25.0 / 9), 0, 1},
            {"h.activity", 2, 2, sqrt(4 + 1), 0, 1});
    /* Twice through the same kernel 2: on 3 and on 5 gives 6 and 10. Kernel once: |2|. Activity
     * of both: 36 + 100, gradient 2 * 6 * 3 + 2 * 10 * 5. mse of the second: 10^2. */
    FIGURES("data rows { 3 | 5 -> 0 } batch=1\ninput 1 as a\ninput 1 as b\n"
            "dense 1 use_bias=no kernel_init=constant(2) kernel=l1(1) activity=l2(1) on a as s\n"
            "s on b as sb\n",
            100, {"s.kernel", 2, 1, 1, 0, 0}, {"s.activity", 136, 1, 136, ROW_NO_OUTPUT, 2});
    /* Frozen: rows count, nothing moves. On the input: constant. */
    FIGURES("data rows { 1 1 -> 4 4 } batch=1\ninput 2\nactivity_regularization l1(1) as r\n"
            "dense 2 kernel_init=ones use_bias=no kernel=l1(1) activity=l1(1) trainable=no as f\n",
            4, {"r.activity", 2, 1, 0, ROW_CONSTANT, 1}, {"f.kernel", 4, 1, 0, ROW_FROZEN, 0},
            {"f.activity", 4, 1, 0, ROW_CONSTANT, 1});
    /* A branch that leads nowhere: 3 * 2 = 6 and its gradient 3 and 1 count all the same. */
    FIGURES("data rows { 3 -> 3 } batch=1\ninput 1 as x\n"
            "dense 1 kernel_init=constant(2) activity=l1(1) as side\n"
            "dense 1 kernel_init=ones on x as out\n",
            0, {"side.activity", 6, 1, sqrt(10), ROW_NO_OUTPUT, 1});
    /* Strength 0 keeps its row. */
    FIGURES("data rows { 3 -> 3 } batch=1\ninput 1\n"
            "dense 1 kernel_init=ones kernel=l1(0) activity=l2(0) as h\n",
            0, {"h.kernel", 0, 1, 0, ROW_ZERO, 0}, {"h.activity", 0, 1, 0, ROW_ZERO, 1});
    /* Softmax of equal logits: 1/3 each; l2: 3 * 1/9; cross-entropy log 3. Its slope at equal
     * shares: y_j (2 y_j - sum 2 y_k^2) = 0. */
    FIGURES("data rows { 1 -> 2 } batch=1\ninput 1\n"
            "dense 3 softmax kernel_init=zeros activity=l2(1) as h\n"
            "loss categorical_crossentropy\n",
            log(3), {"h.activity", 1.0 / 3, 1, 0, 0, 1});
    /* Fewer samples than the batch size: what divides is what there is. */
    FIGURES("data rows { 1 -> 1; 2 -> 2 }\ninput 1\n"
            "dense 1 use_bias=no kernel_init=ones activity=l1(1) as h\n",
            0, {"h.activity", 1.5, 2, 1.5, 0, 1});
}

static void rows_stand_in_the_order_of_the_model(void **state)
{
    (void)state;
    char slot[100];
    struct bench b = bench_make("data random 8 shape=2\ninput 2\n"
                                "dense 2 activity=l1(1) bias=l1(1) kernel=l1(1)+l2(1) as h\n"
                                "dense 1 kernel=l1(1) as out\n");
    bench_set(&b, "h", "kernel", "l2(1)");
    bench_prepare(&b);
    struct ledger l = bench_ledger(&b, SHARE_TRAIN, false);
    const char *const expected[] = {"h.kernel", "h.bias", "h.activity", "out.kernel"};
    assert_int_equal(l.rows, 4);
    for (size_t r = 0; r < 4; r++)
        assert_string_equal(ledger_slot(&l, r, slot, sizeof slot), expected[r]);
    ledger_finish(&l);
    bench_finish(&b);
}

/* The engine's own figures for a batch are those of a ledger over it. */
static void a_step_reports_what_the_ledger_says(void **state)
{
    (void)state;
    struct bench b = bench_make("data random 40 shape=6 target=2 batch=40 shuffle=no\ninput 6\n"
                                "dense 4 tanh kernel=l1(0.1) activity=l2(0.1)\ndense 2\n");
    bench_prepare(&b);
    for (int i = 0; i < 3; i++) {
        struct ledger l = bench_ledger(&b, SHARE_TRAIN, true);
        struct figures x = bench_step(&b);
        check_near(x.data, l.data, rounding(l.data));
        check_near(x.penalty, l.penalty, rounding(l.penalty));
        ledger_finish(&l);
    }
    bench_finish(&b);
}

static void shares_choose_their_samples(void **state)
{
    (void)state;
    /* y = x; l1(1, reduce=mean) is the mean of the inputs. Unshuffled, 2 a batch. */
    struct bench b = bench_make("data rows { 1 -> 1; 2 -> 2; 3 -> 3; 4 -> 4; 5 -> 5; 6 -> 6 } "
                                "batch=2 shuffle=no split=0.34\ninput 1\n"
                                "dense 1 kernel_init=ones activity=l1(1, reduce=mean)\n"
                                "optimizer sgd lr=0\n");
    bench_prepare(&b);
    double train = 0, held = 0;
    for (size_t i = 0; i < 6; i++)
        *(i < b.data.training ? &train : &held) += (double)b.data.x[i];
    assert_int_equal(b.data.training, 4);
    const struct {
        enum share share;
        double mean;
    } cases[] = {
        {SHARE_TRAIN, train / 4}, {SHARE_VALIDATION, held / 2}, {SHARE_EVALUATION, held / 2}};
    for (size_t i = 0; i < 3; i++) {
        struct ledger l = bench_ledger(&b, cases[i].share, false);
        check_near(l.penalty, cases[i].mean, 1e-6);
        ledger_finish(&l);
    }
    /* The last step's batch; before any the one to come. */
    for (int step = 0; step < 4; step++) {
        const size_t first = step ? 2 * (((size_t)step - 1) % 2) : 0;
        struct ledger l = bench_ledger(&b, SHARE_BATCH, false);
        check_near(l.penalty, ((double)b.data.x[first] + (double)b.data.x[first + 1]) / 2, 1e-6);
        ledger_finish(&l);
        bench_step(&b);
    }
    bench_finish(&b);
}

/* With more validation than training samples the cut is that of training. */
static void a_cut_does_not_depend_on_what_was_compiled_before(void **state)
{
    (void)state;
    const char *text = "data random 40 shape=2 split=0.75\ninput 2\n"
                       "dense 1 kernel_init=ones activity=l1(1, reduce=sum)\n";
    struct bench fresh = bench_make(text), old = bench_make(text);
    bench_prepare(&fresh);
    struct ledger l = bench_ledger(&fresh, SHARE_VALIDATION, false);
    /* A plan for 32 samples is there already. */
    assert_int_equal(bench_add(&old, "data random 40 shape=2\n"), 0);
    bench_prepare(&old);
    assert_int_equal(bench_add(&old, "data random 40 shape=2 split=0.75\n"), 0);
    struct ledger k = bench_ledger(&old, SHARE_VALIDATION, false);
    check_near(k.penalty, l.penalty, 0);
    ledger_finish(&l);
    ledger_finish(&k);
    bench_finish(&fresh);
    bench_finish(&old);
}

/* Gradients that are summed over batches have room for some rows at a time: here 60 rows of 91,800
 * weights, of which 32 MiB hold 45. All are the same term, so all have the norm that one alone has.
 */
static void rows_take_turns(void **state)
{
    (void)state;
    static const char model[] = "data random 8 shape=4 target=300 batch=4 shuffle=no\ninput 4\n"
                                "dense 300 tanh\ndense 300 activity=";
    enum { TERMS = 60 };
    struct str text = {0};
    str_add(&text, model);
    for (int i = 0; i < TERMS; i++)
        str_add(&text, i ? "+l2(0.5)" : "l2(0.5)");
    str_add(&text, "\n");
    struct bench many = bench_make(text.text);
    char one[300];
    snprintf(one, sizeof one, "%sl2(0.5)\n", model);
    struct bench single = bench_make(one);
    struct ledger l = bench_ledger(&many, SHARE_TRAIN, true);
    struct ledger k = bench_ledger(&single, SHARE_TRAIN, true);
    assert_int_equal(l.rows, TERMS);
    assert_int_equal(l.samples, 8);
    assert_true(k.row[0].grad_norm > 0);
    for (size_t r = 0; r < l.rows; r++) {
        check_near(l.row[r].grad_norm, k.row[0].grad_norm, 0);
        check_near(l.row[r].value, k.row[0].value, 0);
    }
    ledger_finish(&l);
    ledger_finish(&k);
    bench_finish(&many);
    bench_finish(&single);
    str_finish(&text);
}

static void flags_have_names(void **state)
{
    (void)state;
    const char *const expected[ROW_FLAGS] = {
        "frozen",       "constant", "reaches no output", "zero",     "negative",
        "not a number", "bent",     "saturated",         "proximal", "no slope"};
    for (unsigned i = 0; i < ROW_FLAGS; i++)
        assert_string_equal(row_flag_name(i), expected[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_equal_the_naive_ledger),
        cmocka_unit_test(rows_equal_it_after_steps_settings_and_other_batches),
        cmocka_unit_test(figures_worked_by_hand),
        cmocka_unit_test(rows_stand_in_the_order_of_the_model),
        cmocka_unit_test(a_step_reports_what_the_ledger_says),
        cmocka_unit_test(shares_choose_their_samples),
        cmocka_unit_test(a_cut_does_not_depend_on_what_was_compiled_before),
        cmocka_unit_test(rows_take_turns),
        cmocka_unit_test(flags_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
