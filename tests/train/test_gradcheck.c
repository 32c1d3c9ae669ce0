/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checking a model's gradient: right ones pass, wrong ones are found where they are, and nothing of
 * the model is touched. That the right ones are right is shown in test_gradient. */
#include "bench.h"
#include "random_graph.h"
#include "smooth.h"

#include "nn/layer.h"
#include "train/gradcheck.h"

#include <stdio.h>

#define DATA "data random 13 shape=4 target=3 batch=8 shuffle=no\n"
/* Targets that suit every loss. */
#define CLASSES                                                                                    \
    "data rows { 0.1 0.9 0.3 0.5 -> 1 0 0; 0.7 0.2 0.4 0.8 -> 0 1 0; 0.6 0.1 0.9 0.2 -> 0 0 1 } "  \
    "shuffle=no\n"
#define BIAS " bias_init=uniform(-0.5, 0.5) "

/* Runs it to its end; 0, or -1 with b->e. */
static int check(struct bench *b, struct gradcheck *c)
{
    b->e = (struct err){0};
    if (gradcheck_begin(c, b->model, &b->data, 1, &b->e))
        return -1;
    while (gradcheck_next(c))
        continue;
    return gradcheck_verdict(c, &b->e);
}

static void is_right(const char *text)
{
    struct bench b = bench_make(text);
    struct gradcheck c;
    if (check(&b, &c))
        fail_msg("%s: %s\nin: %s", b.e.what, b.e.hint, text);
    assert_int_equal(c.done, c.count);
    assert_true(gradcheck_sum(&c).worst <= NEAR(1e-7, 1e-2));
    gradcheck_finish(&c);
    bench_finish(&b);
}

static void right_models_pass(void **state)
{
    (void)state;
    char text[800];
    for (size_t i = 0; i < activation_kinds.rows; i++) {
        const char *f = smooth_activation(i);
        if (!f)
            continue;
        snprintf(text, sizeof text,
                 DATA "input 4\ndense 6 %s" BIAS "activity=l1(0.1)+l2(0.2)\ndense 3\n", f);
        is_right(text);
        snprintf(text, sizeof text, DATA "input 4\ndense 6" BIAS "\nactivation %s\ndense 3\n", f);
        is_right(text);
    }
    for (size_t i = 0; i < loss_kinds.rows; i++)
        for (int k = 0; k < 2; k++) {
            snprintf(text, sizeof text, CLASSES "input 4\ndense 6 tanh\ndense 3 %s\nloss %s\n",
                     k ? "softmax" : "sigmoid", loss_kinds.row[i]->name);
            is_right(text);
        }
    is_right("data moons 40\ninput 2\ndense 3 tanh\ndense 1\nloss hinge\n");
    is_right("data blobs 40\ninput 2\ndense 3 softmax\nloss categorical_crossentropy\n");
    is_right(DATA "input 4\ndense 8 relu\ndropout 0.5\ngaussian_noise 0.3\ndense 3 tanh\n");
    is_right(DATA "input 4\ndense 8 relu kernel_dropout=0.4\nalpha_dropout 0.2\n"
                  "gaussian_dropout 0.3\ndense 3 tanh\n");
    is_right("data blobs 40 mixup=0.4 train_noise=0.2\ninput 2\ndense 8 tanh\ndense 3 softmax\n"
             "loss categorical_crossentropy smoothing=0.1 class_weight=1, 2, 0.5\n");
    is_right("data moons 40 mixup=0.4\ninput 2\ndense 8 tanh\ndense 1 sigmoid\n"
             "loss binary_crossentropy smoothing=0.1 class_weight=1, 3\n");
    is_right(DATA "input 1 as a\ninput 3 as b\ndense 3 tanh on a activity=l2(1)\n"
                  "dense 3 relu on b as s\ns as t\n");
    is_right(DATA "input 4\nreshape 2x2\ndense 3 tanh\nactivity_regularization l1(0.1)\nflatten\n"
                  "dense 3 trainable=no kernel=l2(1)\ndense 3\n");
    is_right("data digits target=input\ninput 64\ndense 100 relu activity=l1(1e-3)\n"
             "dense 64 sigmoid\n");
}

/* Some are for kernels alone, or for activities, or for those that have time steps. */
static bool suits_slot(const char *slot, const char *penalty)
{
    char text[300];
    struct err e = {0};
    struct graph *g = graph_create();
    assert_non_null(g);
    snprintf(text, sizeof text, "input 4\ndense 6 %s=%s\n", slot, penalty);
    const bool suits = build_layers(g, text, &e) == 0;
    graph_destroy(g);
    return suits;
}

static void penalties_of_right_models_pass(void **state)
{
    (void)state;
    char text[800], call[200];
    for (size_t i = 0; i < penalty_kinds.rows; i++) {
        const struct entry *kind = penalty_kinds.row[i];
        const struct penalty_kind *own = (const struct penalty_kind *)kind;
        int at = snprintf(call, sizeof call, "%s(", kind->name);
        for (size_t k = 0; k < kind->arg_count; k++)
            if (kind->args[k].type == ARG_NUMBER)
                at += snprintf(call + at, sizeof call - (size_t)at, k ? ", 0.2" : "0.1");
        snprintf(call + at, sizeof call - (size_t)at, ")");
        snprintf(
            text, sizeof text, DATA "input 4\ndense 6 %s kernel=%s bias=%s activity=%s\ndense 3\n",
            /* Some are for numbers from 0 to 1. */
            strcmp(kind->name, "kl") == 0 || own->domain
                ? "sigmoid kernel_init=uniform(0.1, 0.9) bias_init=uniform(0.1, 0.9)"
                : "tanh" BIAS,
            suits_slot("kernel", call) ? call : "none", suits_slot("bias", call) ? call : "none",
            strcmp(kind->name, "l2sp") != 0 && suits_slot("activity", call) ? call : "none");
        is_right(text);
    }
}

/* Models of any kind at all. A few have so many kinks that nothing can be said, and none is called
 * wrong. */
static void random_models_pass(void **state)
{
    (void)state;
    size_t passed = 0, count = 0;
    for (uint64_t number = 0; number < 500; number++) {
        struct random_graph r;
        struct gradcheck c;
        struct str text = {0};
        size_t inputs = 0;
        random_start(&r, number);
        for (size_t i = 0; i < r.g->calls; i++)
            if (r.g->layer[r.g->call[i].layer].kind->source)
                inputs += shape_count(&r.g->value[r.g->call[i].output].shape);
        str_addf(&text, "data random 13 shape=%zu target=%zu batch=8\n%s", inputs,
                 shape_count(&r.g->value[r.g->values - 1].shape), r.text.text);
        struct bench b = bench_make(text.text);
        passed += check(&b, &c) == 0;
        count += !strstr(b.e.what, "there is no gradient to check");
        if (strstr(b.e.what, "is wrong"))
            fail_msg("%s\nin: %s", b.e.what, text.text);
        gradcheck_finish(&c);
        bench_finish(&b);
        str_finish(&text);
        random_finish(&r);
    }
    assert_true(count > 300);
    assert_true(passed * 100 >= count * 97);
}

/* What is made wrong: the gradient of the first penalty, or of the loss, times a factor. */
static double factor;
static const struct penalty_kind *real_penalty;
static const struct loss_kind *real_loss;

static double right_value(const struct args *self, const struct extent *n, const double *sums)
{
    const struct args right = {.entry = &real_penalty->entry, .arg = self->arg};
    return real_penalty->value(&right, n, sums);
}

static void wrong_adjoint(const struct args *self, const struct extent *n, double scale,
                          const real *x, double *sums, real *dx, bool add)
{
    const struct args right = {.entry = &real_penalty->entry, .arg = self->arg};
    real_penalty->adjoint(&right, n, factor * scale, x, sums, dx, add);
}

/* A kind with that adjoint; without `powers` nothing is used in its place. */
static struct penalty_kind bent_penalty(const struct args *a)
{
    struct penalty_kind bent = *penalty_kind_of(a);
    real_penalty = penalty_kind_of(a);
    bent.value = right_value;
    bent.adjoint = wrong_adjoint;
    bent.powers = NULL;
    return bent;
}

static void wrong_slope(const struct head_view *v, double scale, real *d, bool add)
{
    real_loss->head.gradient(v, factor * scale, d, add);
}

/* With `loss` the loss's gradient is wrong, else that of the penalty in term number `term`. */
static void check_planted(const char *text, bool loss, size_t term, const char *part,
                          const char *tensor)
{
    struct bench b = bench_make(text);
    struct gradcheck c;
    struct graph *g = b.model->graph;
    struct args bent = loss ? *b.model->recipe.loss.args : *g->term[term].args;
    const struct penalty_kind penalty = bent_penalty(g->term[term].args);
    struct loss_kind kind = *loss_kind_of(b.model->recipe.loss.args);
    real_loss = loss_kind_of(b.model->recipe.loss.args);
    kind.head.gradient = wrong_slope;
    bent.entry = loss ? &kind.entry : &penalty.entry;
    struct args *args = b.model->recipe.loss.args;
    if (loss)
        b.model->recipe.loss.args = &bent;
    else
        g->term[term].args = &bent;
    assert_int_equal(check(&b, &c), factor == 1 ? 0 : -1);
    if (factor != 1) {
        char place[200], begin[400];
        struct str found = {0};
        gradcheck_part(&c, c.worst.part, &found);
        assert_string_equal(found.text, part);
        str_finish(&found);
        assert_non_null(strstr(gradcheck_place(&c, &c.worst, place, sizeof place), tensor));
        snprintf(begin, sizeof begin, "the gradient of %s is wrong at %s", part, place);
        assert_memory_equal(b.e.what, begin, strlen(begin));
        /* The slopes differ by the factor. */
        check_near(c.worst.analytic, factor * c.worst.numeric,
                   NEAR(1e-5, 2e-2) * fabs(c.worst.numeric));
    }
    gradcheck_finish(&c);
    b.model->recipe.loss.args = args;
    bench_finish(&b);
}

static void wrong_gradients_are_found(void **state)
{
    (void)state;
    const double factors[] = {1, -1, 0, 1.03, 0.97};
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
        factor = factors[i];
        check_planted(DATA "input 4\ndense 3 tanh kernel=l2(0.1) as h\ndense 3\n", false, 0,
                      "h.kernel l2(0.1)", "h.kernel[");
        /* However weak beside the rest. */
        check_planted(DATA "input 4\ndense 3 tanh as h\ndense 3 kernel=l1(1e-7) as y\n", false, 0,
                      "y.kernel l1(1e-07)", "y.kernel[");
        check_planted(DATA "input 4\ndense 3 tanh" BIAS
                           "activity=l2(1e-4)+l1(1e-3) as h\ndense 3\n",
                      false, 0, "h.activity l2(0.0001)", "h.");
        /* A sum over many weights loses a few percent of each in float, and never all of it. */
        if (factor == 1 || factor <= 0)
            check_planted(
                "data digits target=input\ninput 64\ndense 100 relu kernel=l2(1e-5) as h\n"
                "dense 64 sigmoid\n",
                false, 0, "h.kernel l2(1e-05)", "h.kernel[");
        check_planted(DATA "input 4\ndense 4 tanh" BIAS "as h\nh as t\n"
                           "dense 3 tanh activity=l2(0.1)\nloss mse\n",
                      true, 0, "data loss", "[");
    }
}

/* 3 % of one weight alone: at the place itself. */
static void wrong_at_one(const struct args *self, const struct extent *n, double scale,
                         const real *x, double *sums, real *dx, bool add)
{
    wrong_adjoint(self, n, scale, x, sums, dx, add);
    dx[2 * 5 + 3] += (real)(scale * 0.03);
}

static void the_place_is_named(void **state)
{
    (void)state;
    struct bench b =
        bench_make(DATA "input 4\ndense 5 kernel_init=constant(0.5) kernel=l2(1) as h\n"
                        "dense 3\n");
    struct gradcheck c;
    char place[200];
    struct args bent = *b.model->graph->term[0].args;
    struct penalty_kind penalty = bent_penalty(&bent);
    penalty.adjoint = wrong_at_one;
    factor = 1;
    bent.entry = &penalty.entry;
    b.model->graph->term[0].args = &bent;
    assert_int_equal(check(&b, &c), -1);
    /* d(w^2)/dw at 0.5 is 1. */
    assert_string_equal(gradcheck_place(&c, &c.worst, place, sizeof place), "h.kernel[2, 3]");
    check_near(c.worst.analytic, 1.03, 1e-6);
    check_near(c.worst.numeric, 1, NEAR(1e-9, 1e-4));
    check_near(c.worst.error, 0.03 / 1.03, NEAR(1e-9, 1e-4));
    gradcheck_finish(&c);
    bench_finish(&b);
}

static void kinks_are_counted(void **state)
{
    (void)state;
    struct gradcheck c;
    /* Biases start as 0, and so all of relu's units stand at their kink for the sample 0 0; those
     * that lead on with a weight have two slopes. l1 has a kink at each bias. */
    struct bench b = bench_make("data xor\ninput 2\ndense 8 relu\ndense 1 sigmoid bias=l1(0.5)\n"
                                "loss binary_crossentropy\n");
    assert_int_equal(check(&b, &c), 0);
    assert_int_equal(c.count, 33);
    assert_int_equal(gradcheck_sum(&c).kinks, 9);
    assert_int_equal(c.tensor[1].kinks, 8);
    assert_int_equal(gradcheck_sum(&c).skipped, 0);
    gradcheck_finish(&c);
    bench_finish(&b);
    /* A kink near the weight, and not at it, says nothing; here there is one at each weight. */
    b = bench_make(sizeof(real) == sizeof(double)
                       ? DATA "input 4\ndense 3 kernel=l1(1) kernel_init=constant(4e-8)\n"
                       : DATA "input 4\ndense 3 kernel=l1(1) kernel_init=constant(1.2e-5)\n");
    assert_int_equal(check(&b, &c), -1);
    assert_int_equal(c.tensor[0].skipped, 12);
    assert_int_equal(c.tensor[1].skipped, 0);
    assert_string_equal(
        b.e.what, "12 of 15 coordinates are too near a kink: too many to call the gradient right");
    gradcheck_finish(&c);
    bench_finish(&b);
}

static void big_models_are_sampled(void **state)
{
    (void)state;
    struct gradcheck c;
    struct bench b = bench_make("data digits batch=4\ninput 64\ndense 100 tanh\n"
                                "dense 10 softmax\nloss categorical_crossentropy\n");
    assert_int_equal(gradcheck_begin(&c, b.model, &b.data, 1, &b.e), 0);
    assert_int_equal(c.weights, 64 * 100 + 100 + 100 * 10 + 10);
    assert_int_equal(c.count, 64 + 64 + 64 + 10);
    for (size_t t = 0; t < c.tensors; t++) {
        const struct weight *w = &b.model->graph->weight[c.tensor[t].weight];
        const size_t n = c.tensor[t].count;
        for (size_t i = 0; i < n; i++) {
            const size_t in = c.at[c.tensor[t].first + i] - w->at;
            assert_true(in < w->count && (!i || in + w->at > c.at[c.tensor[t].first + i - 1]));
            /* One in each stretch, so never further off than one of them. */
            assert_true(fabs((double)in / (double)w->count - (double)i / (double)n) <=
                        1.01 / (double)n + 1 / (double)w->count);
        }
    }
    gradcheck_finish(&c);
    bench_finish(&b);
}

/* The same steps follow, to the bit, whether one looked or not. */
static void nothing_is_touched(void **state)
{
    (void)state;
    static const char text[] = DATA "input 1 as a\ninput 3 as b\ndense 3 relu on a\n"
                                    "dense 4 tanh activity=l1(0.1) on b\ndropout 0.3\ndense 3\n";
    struct bench b = bench_make(text), plain = bench_make(text);
    struct gradcheck c;
    for (int i = 0; i < 5; i++) {
        bench_prepare(&b);
        bench_prepare(&plain);
        const struct figures x = bench_step(&b), y = bench_step(&plain);
        assert_true(x.data == y.data && x.penalty == y.penalty);
        const uint64_t before = digest(&b);
        assert_int_equal(check(&b, &c), 0);
        gradcheck_finish(&c);
        assert_true(digest(&b) == before && digest(&plain) == before);
        /* What the step left in its frame is still there. */
        const struct frame *f = trainer_of(b.model)->train_frame;
        assert_memory_equal(f->block[IN_VALUE],
                            trainer_of(plain.model)->train_frame->block[IN_VALUE],
                            f->plan->size[IN_VALUE] * sizeof(real));
    }
    bench_finish(&b);
    bench_finish(&plain);
}

static void refusals(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        {DATA "input 4\ndense 3 trainable=no\n",
         "nothing in the model main trains: there is no gradient to check"},
        {"data random 4 shape=3 target=3\ninput 3\nactivation tanh\n",
         "the model main has no weights: there is no gradient to check"},
        {DATA "input 5\ndense 3\n", "the data has 4 columns, and the input input_1 takes 5: 5"},
        {"data rows { 1e30 -> 1 }\ninput 1\ndense 1 kernel_init=constant(1e30)\n"
         "dense 1 kernel_init=constant(1e30)\ndense 1 kernel_init=constant(1e30)\n"
         "dense 1 kernel_init=constant(1e30)\ndense 1 kernel_init=constant(1e30)\n",
         "the loss of the first batch is infinite or not a number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench b = bench_make(cases[i].text);
        struct gradcheck c;
        const uint64_t before = digest(&b);
        assert_int_equal(check(&b, &c), -1);
        assert_string_equal(b.e.what, cases[i].says);
        assert_true(b.e.hint[0]);
        gradcheck_finish(&c);
        assert_true(digest(&b) == before);
        bench_finish(&b);
    }
}

/* Slopes that a float cannot tell from rounding are not called right. */
static void rounding_is_owned_up_to(void **state)
{
    (void)state;
    struct gradcheck c;
    /* The sigmoid of 1e-12 w is 0.5 in float for every w near 0. */
    struct bench b = bench_make("data rows { 1 -> 0; 2 -> 1 }\ninput 1\n"
                                "dense 1 kernel_init=constant(1e-6) trainable=no\n"
                                "dense 1 use_bias=no kernel_init=constant(1e-6)\n"
                                "activation sigmoid\n");
    const int wrong = check(&b, &c);
    if (sizeof(real) == sizeof(float)) {
        assert_int_equal(wrong, -1);
        assert_int_equal(gradcheck_sum(&c).rounding, 1);
        assert_string_equal(b.e.what, "all slopes are too small to be told from rounding");
    } else {
        assert_int_equal(wrong, 0);
        assert_int_equal(gradcheck_sum(&c).rounding, 0);
    }
    gradcheck_finish(&c);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right_models_pass),
        cmocka_unit_test(penalties_of_right_models_pass),
        cmocka_unit_test(random_models_pass),
        cmocka_unit_test(wrong_gradients_are_found),
        cmocka_unit_test(the_place_is_named),
        cmocka_unit_test(kinks_are_counted),
        cmocka_unit_test(big_models_are_sampled),
        cmocka_unit_test(nothing_is_touched),
        cmocka_unit_test(refusals),
        cmocka_unit_test(rounding_is_owned_up_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
