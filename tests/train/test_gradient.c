/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gradient in use against central differences of the naive ledger's total, coordinate by
 * coordinate, for every kind there is. In double only. */
#include "bench.h"

#include "slope.h"
#include "smooth.h"

#include <math.h>
#include <stdio.h>

/* A weight for each sample of the data; some are 0. */
static void weigh_samples(struct dataset *d)
{
    d->weight = mem_block(d->samples, sizeof *d->weight);
    assert_non_null(d->weight);
    for (size_t i = 0; i < d->samples; i++)
        d->weight[i] = (real)(i % 4) * R(0.7);
}

/* Takes two steps that move nothing, of 8 samples and of the 5 that are left, and checks each. */
static void check_weighted(struct slope *s, const char *text, bool weighted)
{
    struct bench b = bench_make(text);
    if (weighted)
        weigh_samples(&b.data);
    bench_prepare(&b);
    const struct graph *g = b.model->graph;
    for (size_t first = 0; first < b.data.training; first += b.data.batch) {
        struct reckoning r;
        const size_t left = b.data.training - first;
        reckon_start(&r, &b, first, left < b.data.batch ? left : b.data.batch);
        r.naive.training = true;
        r.naive.seed = 1;
        r.naive.step = b.model->state.step;
        double *weight = doubles(b.model->state.weight, b.model->state.reals);
        const struct figures x = bench_step(&b);
        const double total = reckon_total(&r, weight);
        check_near(x.data + x.penalty, total, 1e-10 * fmax(1, total));
        double *grad = doubles(b.model->state.grad, b.model->state.reals);
        s->f = reckon_total;
        s->self = &r;
        for (size_t w = 0; w < g->weights; w++) {
            const struct weight *k = &g->weight[w];
            const bool moves = graph_trains(g, (id)w);
            for (size_t i = k->at; !moves && i < k->at + k->count; i++)
                check_near(grad[i], 0, 0);
            if (moves)
                slope_add(s, weight, grad, k->at, k->at + k->count);
        }
        mem_free(weight);
        mem_free(grad);
        reckon_finish(&r);
    }
    bench_finish(&b);
}

static void check_model(struct slope *s, const char *text)
{
    check_weighted(s, text, false);
}

#define DATA(shape, targets)                                                                       \
    "data random 13 shape=" shape " target=" targets " batch=8 shuffle=no\noptimizer sgd lr=0\n"
#define BIAS " bias_init=uniform(-0.5, 0.5) "

static void layers_have_their_gradient(void **state)
{
    (void)state;
    static const char *const models[] = {
        DATA("4", "2") "input 4\ndense 3 tanh" BIAS "\ndense 2" BIAS "\n",
        DATA("4", "2") "input 4\ndense 3 tanh use_bias=no\ndense 2 use_bias=no\n",
        DATA("2x3", "4") "input 2x3\ndense 3 tanh" BIAS "\ndense 2" BIAS "\n",
        DATA("4", "2") "input 4\ndense 3" BIAS "\nactivation tanh\nactivation sigmoid\ndense 2\n",
        DATA("2x3", "2") "input 2x3\ndense 3 tanh" BIAS "\nflatten\ndense 2\n",
        DATA("6", "2") "input 6\ndense 6 tanh\nreshape 2x3\ndense 2 tanh" BIAS
                       "\nreshape 2x2\nflatten\ndense 2\n",
        DATA("4", "2") "input 4\ndense 3 tanh\nactivity_regularization l2(0.5)\ndense 2\n",
        /* Shared, on itself too; frozen between; a branch into nowhere. */
        DATA("4", "4") "input 4\ndense 4 tanh" BIAS "kernel=l2(0.1) activity=l1(0.2) as s\n"
                       "s as s2\ns as s3\ns on s as side\ns on s3 as out\n",
        DATA("4", "2") "input 4\ndense 3 tanh" BIAS "\ndense 3 tanh trainable=no kernel=l1(1)\n"
                       "dense 2\n",
        DATA("4", "2") "input 4 as x\ndense 3 tanh" BIAS "activity=l2(1) as side\ndense 2 on x\n",
        DATA("6", "2") "input 2 as a\ninput 4 as b\ndense 3 tanh on a activity=l2(1)\n"
                       "dense 2 on b\n",
    };
    struct slope s = {0};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        check_model(&s, models[i]);
    slope_check(&s, "layers");
}

/* Each is held still by its key: shared with a mask for every call, between frozen layers, with
 * penalties before and behind it. */
static void noise_has_its_gradient(void **state)
{
    (void)state;
    static const char *const noises[] = {
        "dropout 0.4",        "gaussian_noise 0.3",  "gaussian_dropout 0.3",
        "alpha_dropout 0.4",  "spatial_dropout 0.4", "dropout 0",
        "gaussian_dropout 0", "alpha_dropout 0",     "spatial_dropout 0"};
    static const char *const shapes[] = {
        DATA("3x4", "6") "input 3x4\ndense 3 tanh" BIAS
                         "activity=l2(0.2)\n%s activity=l2(0.1) as n\n"
                         "dense 3 tanh\nn\ndense 2\n",
        DATA("3x4", "2") "input 3x4 as x\n%s as n\nflatten\ndense 2" BIAS "as a\nn on x as m\n"
                         "flatten\ndense 2 tanh as b\nadd on a, b\n",
        DATA("4x2x3", "8") "input 4x2x3\n%s as n\ndense 3 tanh trainable=no kernel=l2(1)\n"
                           "dense 3 tanh\nn\ndense 1\n",
    };
    struct slope s = {0};
    for (size_t i = 0; i < sizeof noises / sizeof *noises; i++)
        for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
            char text[800];
            snprintf(text, sizeof text, shapes[k], noises[i]);
            check_model(&s, text);
        }
    slope_check(&s, "noise");
}

static void dropped_kernels_have_their_gradient(void **state)
{
    (void)state;
#define DROP " kernel_dropout=0.4 "
    static const char *const models[] = {
        DATA("4", "2") "input 4\ndense 5 tanh" BIAS DROP "\ndense 2" BIAS DROP "\n",
        DATA("4", "2") "input 4\ndense 5 tanh" DROP "kernel=l1(0.1)+l2(0.2) activity=l2(0.1)\n"
                       "dense 2 use_bias=no" DROP "\n",
        /* Every call of a shared layer has a mask of its own. */
        DATA("4", "4") "input 4\ndense 4 tanh" BIAS DROP "kernel=l2(0.1) as s\ns as s2\ns\n",
        DATA("4", "2") "input 4\ndense 4 tanh\ndense 3 tanh trainable=no" DROP "\ndense 2\n",
        DATA("3x4", "6") "input 3x4\ndense 5 tanh" DROP "as d\ndense 2\n",
    };
#undef DROP
    struct slope s = {0};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        check_model(&s, models[i]);
    slope_check(&s, "dropped kernels");
}

#define GAMMA " gamma_init=uniform(-1.5, 1.5) beta_init=uniform(-1, 1) "
#define MOVED " moving_mean_init=uniform(-1, 1) moving_variance_init=uniform(0.2, 2) "

/* Each of them in batchnorm's and in layernorm's name; frozen ones keep to their own moments. */
static void norms_have_their_gradient(void **state)
{
    (void)state;
    static const char *const models[] = {
        DATA("4", "2") "input 4\ndense 5 tanh\n%snorm" GAMMA "\ndense 2\n",
        DATA("4", "2") "input 4\ndense 5\n%snorm" GAMMA "epsilon=0.3\nactivation tanh\n"
                       "dense 2\n",
        DATA("4", "2") "input 4\n%snorm center=no scale=no\ndense 3 tanh\n%snorm scale=no\n"
                       "dense 3 tanh\n%snorm center=no gamma_init=constant(0.7)\ndense 2\n",
        DATA("10x4", "20") "input 10x4\ndense 3 tanh\n%snorm" GAMMA "\ndense 2\n",
        /* More columns than a strip of the loops holds. */
        DATA("3", "1") "input 3\ndense 67\n%snorm" GAMMA "\ndense 1\n",
        /* Penalties in every slot, before it and behind it. */
        DATA("4", "3") "input 4\ndense 3 tanh activity=l2(0.4)\n%snorm" GAMMA
                       "gamma=l1(0.2)+l2(0.1) beta=l2(0.3) activity=l1(0.2)+l2(0.1)\n"
                       "dropout 0 activity=l2(0.1)\n",
        /* Called on two tensors and on itself; the input of one has other readers too. */
        DATA("3", "3") "input 3\ndense 3 tanh as h\n%snorm" GAMMA "activity=l2(0.1) as n\n"
                       "n on h as m\nn\ndense 3 on h activity=l2(0.2)\ndense 3 on m\n"
                       "n\n",
        DATA("3", "2") "input 3\ndense 4 tanh\n%snorm" GAMMA "trainable=no gamma=l1(1)\n"
                       "dense 2\n",
        /* Nothing below it moves; a view between; the last layer. */
        DATA("6", "2") "input 6\nreshape 3x2\n%snorm" GAMMA "\nflatten\ndense 2\n",
        DATA("4", "3") "input 4\ndense 3 sigmoid\n%snorm" GAMMA "\n",
    };
    struct slope s = {0};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
            const char *name = k ? "layer" : "batch";
            char text[800];
            snprintf(text, sizeof text, models[i], name, name, name);
            check_model(&s, text);
        }
    check_model(&s, DATA("3", "2") "input 3\ndense 4 tanh\nbatchnorm" GAMMA MOVED
                                   "trainable=no gamma=l1(1) activity=l2(0.1) as n\n"
                                   "dense 4 tanh\nn\nbatchnorm" GAMMA "\ndense 2\n");
    slope_check(&s, "norms");
}

static void activations_have_their_gradient(void **state)
{
    (void)state;
    for (size_t i = 0; i < activation_kinds.rows; i++) {
        const char *f = smooth_activation(i);
        struct slope s = {0};
        char text[800];
        if (!f)
            continue;
        /* In a dense layer and alone; below other layers and last; with penalties and without. */
        const char *const shapes[] = {
            DATA("4", "3") "input 4\ndense 5 %s" BIAS "\ndense 3" BIAS "\n",
            DATA("4", "3") "input 4\ndense 3 %s" BIAS "activity=l1(0.3)+l2(0.2)\n",
            DATA("4", "3") "input 4\ndense 3" BIAS "\nactivation %s activity=l2(0.2)\n",
            DATA("4x2", "12") "input 4x2\ndense 3 %s" BIAS "activity=l1l2(0.3, 0.2)\n"
                              "dense 3 tanh\n",
        };
        for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
            snprintf(text, sizeof text, shapes[k], f);
            check_model(&s, text);
        }
        slope_check(&s, f);
    }
}

static void losses_have_their_gradient(void **state)
{
    (void)state;
    for (size_t i = 0; i < loss_kinds.rows; i++) {
        const char *loss = loss_kinds.row[i]->name;
        struct slope s = {0};
        if (((const struct loss_kind *)loss_kinds.row[i])->suits)
            continue; /* not on random targets: below */
        char text[800];
        const char *const shapes[] = {
            /* At the pre-activation where there is a form, with a penalty on the output. */
            DATA("4", "3") "input 4\ndense 3 sigmoid" BIAS "activity=l1(0.2)+l2(0.3)\nloss %s\n",
            DATA("4", "3") "input 4\ndense 3 softmax" BIAS "activity=l1(0.2)+l2(0.3)\nloss %s\n",
            DATA("4x2", "12") "input 4x2\ndense 3 softmax" BIAS "activity=l2(0.3)\nloss %s\n",
            DATA("4", "3") "input 4\ndense 3" BIAS "\nactivation sigmoid\nloss %s\n",
            DATA("4", "3") "input 4\ndense 3" BIAS "\nactivation softmax\nloss %s\n",
            /* At probabilities: a view stands between. */
            DATA("4", "3") "input 4\ndense 3 sigmoid" BIAS
                           "\nactivity_regularization l2(0.3)\nloss %s\n",
            DATA("4", "3") "input 4\ndense 3 softmax" BIAS "\nreshape 1x3\nloss %s\n",
            /* The output is used again. */
            DATA("4", "3") "input 4\ndense 4 sigmoid" BIAS "as s\ns as t\n"
                           "dense 3 softmax on t\nloss %s\n",
        };
        for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
            snprintf(text, sizeof text, shapes[k], loss);
            check_model(&s, text);
        }
        slope_check(&s, loss);
    }
    struct slope s = {0};
    check_model(&s, "data blobs 13 batch=8 shuffle=no\noptimizer sgd lr=0\ninput 2\n"
                    "dense 3 softmax\nloss categorical_crossentropy\n");
    check_model(&s, "data blobs 13 batch=8 shuffle=no\noptimizer sgd lr=0\ninput 2\n"
                    "dense 3 softmax\nflatten\nloss categorical_crossentropy\n");
    check_model(&s, DATA("4", "3") "input 4\ndense 3\nloss huber delta=0.25\n");
    slope_check(&s, "class numbers, huber delta=0.25");
}

/* Rows of a batch that do not count alike, and targets that are smoothed: Keras's formulas. */
static void weights_and_smoothing_have_their_gradient(void **state)
{
    (void)state;
#define BLOBS "data blobs 13 batch=8 shuffle=no\noptimizer sgd lr=0\ninput 2\ndense 3 softmax" BIAS
#define MOONS "data moons 13 batch=8 shuffle=no\noptimizer sgd lr=0\ninput 2\n"
    static const char *const models[] = {
        BLOBS "activity=l2(0.2)\nloss categorical_crossentropy smoothing=0.2\n",
        BLOBS "\nloss categorical_crossentropy class_weight=0.5, 0, 3\n",
        BLOBS "\nflatten\nloss categorical_crossentropy smoothing=0.1 class_weight=0.5, 2, 3\n",
        DATA("4", "3") "input 4\ndense 3 softmax" BIAS
                       "\nloss categorical_crossentropy smoothing=0.3 class_weight=0.5, 2, 3\n",
        DATA("4x2", "12") "input 4x2\ndense 3 softmax" BIAS "activity=l2(0.3)\n"
                          "loss categorical_crossentropy class_weight=0.5, 2, 0\n",
        DATA("4", "3") "input 4\ndense 3 sigmoid" BIAS
                       "activity=l1(0.2)\nloss binary_crossentropy smoothing=0.4\n",
        DATA("4", "3") "input 4\ndense 3 sigmoid" BIAS "\nactivity_regularization l2(0.3)\n"
                       "loss binary_crossentropy smoothing=0.4\n",
        MOONS "dense 1 sigmoid" BIAS "\nloss binary_crossentropy class_weight=0.25, 4\n",
        MOONS "dense 1 sigmoid" BIAS
              "\nflatten\nloss binary_crossentropy smoothing=0.1 class_weight=0, 4\n",
        DATA("4", "3") "input 4\ndense 3 tanh" BIAS "activity=l2(0.3)\nloss mse\n",
        DATA("4", "3") "input 4\ndense 3" BIAS "\nloss cosine\n",
        DATA("4x2", "12") "input 4x2\ndense 3" BIAS "\nloss huber delta=0.3\n",
    };
#undef BLOBS
#undef MOONS
    struct slope s = {0};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        for (int weighted = 0; weighted < 2; weighted++)
            check_weighted(&s, models[i], weighted);
    slope_check(&s, "weights and smoothing");
}

#define SIDES(no)                                                                                  \
    "data rows { 1 0.5 -> 1 " no "; -0.4 1 -> " no " " no "; 0.2 -0.7 -> 1 1; 0.9 0.3 -> " no      \
    " 1; -1 -0.2 -> 1 1 } batch=3 shuffle=no\noptimizer sgd lr=0\ninput 2\n"

/* With targets -1 and 1, and with 0 and 1; on both sides of the margin. */
static void hinge_has_its_gradient(void **state)
{
    (void)state;
    struct slope s = {0};
    size_t special = 0;
    for (size_t i = 0; i < loss_kinds.rows; i++)
        special += ((const struct loss_kind *)loss_kinds.row[i])->suits != NULL;
    assert_int_equal(special, 1);
    check_model(&s, SIDES("0") "dense 4 tanh" BIAS "\ndense 2" BIAS "\nloss hinge\n");
    check_model(&s, SIDES("-1") "dense 4 tanh" BIAS "\ndense 2" BIAS "\nloss hinge\n");
    check_model(&s, SIDES("0") "dense 2 kernel_init=normal(0, 3)" BIAS "activity=l2(0.1)\n"
                               "loss hinge\n");
    check_model(&s, SIDES("0") "dense 2 tanh" BIAS "\nreshape 1x2\nloss hinge\n");
    slope_check(&s, "hinge");
}

/* The kind with a number for each of its numeric arguments: l1l2(0.3, 0.4, reduce=sum). */
static void call_of(char to[200], const struct entry *kind, const char *reduce)
{
    int at = snprintf(to, 200, "%s(", kind->name);
    for (size_t i = 0; i < kind->arg_count; i++)
        if (kind->args[i].type == ARG_NUMBER)
            at += snprintf(to + at, 200 - (size_t)at, "%s0.%zu", i ? ", " : "", i + 3);
    snprintf(to + at, 200 - (size_t)at, "%s%s)", reduce ? ", reduce=" : "", reduce ? reduce : "");
}

static bool is_for_some_slots(const char *name)
{
    static const char *const some[] = {
        "l2sp",     "tv",    "ar",      "tar",       "orthogonal", "soft_orthogonal",
        "spectral", "decov", "entropy", "confidence"};
    for (size_t i = 0; i < sizeof some / sizeof *some; i++)
        if (strcmp(name, some[i]) == 0)
            return true;
    return false;
}

static void penalties_have_their_gradient(void **state)
{
    (void)state;
    for (size_t i = 0; i < penalty_kinds.rows; i++) {
        const struct entry *kind = penalty_kinds.row[i];
        struct slope s = {0};
        char call[200], text[1600];
        if (strcmp(kind->name, "kl") == 0 || ((const struct penalty_kind *)kind)->by_count)
            continue; /* for shares only: kl_has_its_gradient; for thresholds: test_codes */
        if (((const struct penalty_kind *)kind)->gather_inside || is_for_some_slots(kind->name))
            continue; /* test_catalogue, test_contractive and test_l2sp have their gradients */
        for (size_t k = 0; k <= reductions.rows; k++) {
            call_of(call, kind, k ? reductions.row[k - 1]->name : NULL);
            const char *const shapes[] = {
                DATA("4", "3") "input 4\ndense 5 tanh" BIAS "activity=%s\ndense 3\n",
                DATA("4", "3") "input 4\ndense 5" BIAS "activity=%s\ndense 3\n",
                DATA("4", "3") "input 4\ndense 5 gelu" BIAS "\nactivity_regularization %s\n"
                               "dense 3\n",
                DATA("4x2", "3") "input 4x2\ndense 3" BIAS "\nflatten activity=%s\ndense 3\n",
                DATA("4", "3") "input 4\ndense 4 tanh" BIAS "activity=%s as s\ns\ns\ndense 3\n",
                DATA("4", "3") "input 4\ndense 3 softmax" BIAS "activity=%s\n"
                               "loss categorical_crossentropy\n",
            };
            /* For a penalty of shares: numbers from 0 to 1. */
            const char *const of_shares[] = {
                DATA("4", "3") "input 4\ndense 5 sigmoid" BIAS "activity=%s\ndense 3\n",
                DATA("4x2", "3") "input 4x2\ndense 3 sigmoid" BIAS
                                 "\nflatten activity=%s\ndense 3\n",
                DATA("4", "3") "input 4\ndense 4 sigmoid" BIAS "activity=%s as s\ns\ns\ndense 3\n",
                DATA("4", "3") "input 4\ndense 3 softmax" BIAS "activity=%s\n"
                               "loss categorical_crossentropy\n",
            };
            const bool shares = strcmp(kind->name, "kl") == 0;
            const char *const *shape = shares ? of_shares : shapes;
            const size_t n =
                shares ? sizeof of_shares / sizeof *of_shares : sizeof shapes / sizeof *shapes;
            for (size_t m = 0; m < n; m++) {
                snprintf(text, sizeof text, shape[m], call);
                check_model(&s, text);
            }
        }
        call_of(call, kind, NULL);
        snprintf(text, sizeof text,
                 DATA("4", "3") "input 4\ndense 5 tanh kernel_init=uniform(0.1, 0.9) "
                                "bias_init=uniform(0.1, 0.9) "
                                "kernel=%s+%s bias=%s as h\ndense 3 "
                                "kernel_init=uniform(0.1, 0.9) kernel=%s\n",
                 call, call, strcmp(kind->name, "group_lasso") ? call : "none", call);
        check_model(&s, text);
        slope_check(&s, kind->name);
    }
}

/* Its means lie between 0 and 1: sigmoid outputs, and a kernel that starts so. */
static void kl_has_its_gradient(void **state)
{
    (void)state;
    static const char *const uses[] = {"kl(0.3)", "kl(0.3, 0.4, reduce=batch)",
                                       "kl(0.3, p=0.01, reduce=mean)"};
    static const char *const shapes[] = {
        DATA("4", "3") "input 4\ndense 5 sigmoid" BIAS "activity=%s\ndense 3\n",
        DATA("4x2", "3") "input 4x2\ndense 3 sigmoid" BIAS "\nflatten activity=%s\ndense 3\n",
        DATA("4", "3") "input 4\ndense 4 sigmoid" BIAS "activity=%s as s\ns\ns\ndense 3\n",
        DATA("4", "3") "input 4\ndense 3 softmax" BIAS "activity=%s\n"
                       "loss categorical_crossentropy\n",
    };
    struct slope s = {0};
    char text[1600];
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
        for (size_t m = 0; m < sizeof shapes / sizeof *shapes; m++) {
            snprintf(text, sizeof text, shapes[m], uses[i]);
            check_model(&s, text);
        }
    check_model(&s, DATA("4", "3") "input 4\ndense 5 tanh kernel_init=uniform(0.2, 0.8) "
                                   "kernel=kl(0.1)+l1(0.2)+kl(0.2, 0.5)\ndense 3\n");
    slope_check(&s, "kl");
}

/* A checker that cannot fail proves nothing. */
static double sum_of_squares(void *self, const double *x)
{
    (void)self;
    return x[0] * x[0] + 3 * x[1] + fabs(x[2]);
}

static void a_wrong_gradient_is_seen(void **state)
{
    (void)state;
    double x[] = {0.5, -1, 2};
    const struct {
        double g[3];
        bool fine;
    } cases[] = {
        {{1, 3, 1}, true},  {{-1, 3, 1}, false},       {{1, -3, 1}, false},  {{1, 3, 0}, false},
        {{2, 3, 1}, false}, {{1, 3 + 1e-5, 1}, false}, {{1, 3, NAN}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slope s = {.f = sum_of_squares};
        slope_add(&s, x, cases[i].g, 0, 3);
        assert_int_equal(slope_fine(&s), cases[i].fine);
    }
    struct slope sign = {.f = sum_of_squares};
    slope_add(&sign, x, (const double[]){1, 2, 1}, 0, 3);
    check_near(sign.worst, -1.0 / 3, 1e-6);
    /* At the kink of |x| one coordinate of three is too many to skip. */
    x[2] = 3e-6;
    struct slope kink = {.f = sum_of_squares};
    slope_add(&kink, x, (const double[]){1, 3, 1}, 0, 3);
    assert_int_equal(kink.skipped, 1);
    assert_false(slope_fine(&kink));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_gradient_is_seen),
        cmocka_unit_test(layers_have_their_gradient),
        cmocka_unit_test(noise_has_its_gradient),
        cmocka_unit_test(dropped_kernels_have_their_gradient),
        cmocka_unit_test(norms_have_their_gradient),
        cmocka_unit_test(activations_have_their_gradient),
        cmocka_unit_test(losses_have_their_gradient),
        cmocka_unit_test(weights_and_smoothing_have_their_gradient),
        cmocka_unit_test(hinge_has_its_gradient),
        cmocka_unit_test(penalties_have_their_gradient),
        cmocka_unit_test(kl_has_its_gradient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
