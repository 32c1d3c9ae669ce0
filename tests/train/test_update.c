/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a step does to the weights beyond the optimizer's formula: clipping, decay, constraints, and
 * what is kept from one step to the next. */
#include "bench.h"

#include <math.h>
#include <stdio.h>

static double weight(const struct bench *b, size_t i)
{
    return (double)b->model->state.weight[i];
}

static double gradient(const struct bench *b, size_t i)
{
    return (double)b->model->state.grad[i];
}

static void set_arg(struct bench *b, const char *layer, const char *key, const char *statement)
{
    struct arena arena = {0};
    struct script script = {0};
    struct graph *g = graph_copy(b->model->graph);
    assert_non_null(g);
    const id l = graph_find_layer(g, layer);
    const struct entry *entry = g->layer[l].args->entry;
    size_t at = 0;
    while (strcmp(entry->args[at].name, key) != 0)
        at++;
    assert_int_equal(build_parse(&arena, statement, &script, &b->e), 0);
    const struct args *a = build_bind(&arena, statement, &script.statement[0], entry, &b->e);
    assert_non_null(a);
    if (graph_set_arg(g, l, at, &a->arg[at], &b->e))
        fail_msg("%s; %s", b->e.what, b->e.hint);
    arena_finish(&arena);
    bench_take_graph(b->model, g);
    bench_prepare(b);
}

/* Data gradient 2 (1 + 0.5) = 3, penalty gradient 4: the sum is brought down to 1, and what
 * kernel.grad shows is the gradient before that. */
static void r19_penalties_are_clipped_too(void **state)
{
    (void)state;
    static const char *const ways[] = {"clipnorm", "clipvalue", "global_clipnorm"};
    for (size_t i = 0; i < 3; i++) {
        char text[300];
        snprintf(text, sizeof text,
                 "data rows { 1 -> -0.5 }\ninput 1\ndense 1 use_bias=no kernel_init=ones "
                 "kernel=l1(4)\noptimizer sgd lr=1 %s=1\n",
                 ways[i]);
        struct bench b = bench_make(text);
        bench_prepare(&b);
        bench_step(&b);
        check_near(weight(&b, 0), 0, NEAR(1e-15, 1e-6));
        check_near(gradient(&b, 0), 7, 1e-6);
        bench_finish(&b);
    }
}

/* Two kernels of gradient 6 and 8, and a frozen one that does not count: each to 1, the two to 1
 * together, each number to 1; below the limit nothing is done. */
static void each_way_of_clipping(void **state)
{
    (void)state;
    static const struct {
        const char *way;
        double first, second;
    } cases[] = {
        {"clipnorm=1", 1, 1},         {"clipnorm=7", 6, 7},  {"global_clipnorm=1", 0.6, 0.8},
        {"global_clipnorm=11", 6, 8}, {"clipvalue=1", 1, 1}, {"clipvalue=7", 6, 7},
        {"clipnorm=0", 6, 8}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[500];
        snprintf(
            text, sizeof text,
            "data rows { 0 -> 0 }\ninput 1 as x\n"
            "dense 1 use_bias=no kernel_init=constant(0.75) kernel=l1(6)\n"
            "dense 1 use_bias=no kernel_init=constant(0.75) kernel=l1(100) trainable=no\n"
            "dense 1 use_bias=no kernel_init=constant(0.75) kernel=l1(8)\noptimizer sgd lr=1 %s\n",
            cases[i].way);
        struct bench b = bench_make(text);
        bench_prepare(&b);
        bench_step(&b);
        check_near(0.75 - weight(&b, 0), cases[i].first, NEAR(1e-14, 2e-6));
        check_near(weight(&b, 1), 0.75, 0);
        check_near(0.75 - weight(&b, 2), cases[i].second, NEAR(1e-14, 2e-6));
        /* The scratch of one step leaves no trace in the next. */
        bench_step(&b);
        check_near(fabs(gradient(&b, 0)), 6, 0);
        check_near(gradient(&b, 1), 0, 0);
        check_near(fabs(gradient(&b, 2)), 8, 0);
        bench_finish(&b);
    }
}

/* Unclipped this gradient's square is too much for Adam in float. */
static void a_huge_gradient_can_be_clipped(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 -> 0 }\ninput 1\ndense 1 use_bias=no "
                                "kernel_init=ones kernel=l1(1e30)\noptimizer adam lr=0.5\n");
    struct figures x;
    bench_prepare(&b);
    if (sizeof(real) == sizeof(float)) {
        const uint64_t before = digest(&b);
        assert_int_equal(trainer_step(trainer_of(b.model), &b.data, &x, &b.e), -1);
        assert_true(digest(&b) == before);
    }
    assert_int_equal(bench_add(&b, "optimizer adam lr=0.5 clipnorm=1\n"), 0);
    bench_prepare(&b);
    bench_step(&b);
    check_near(weight(&b, 0), 0.5, 1e-6);
    bench_finish(&b);
}

/* w = 1, data gradient 0.1, lr 0.1: the decay 0.1 takes 0.01, Adam's first step 0.1. */
static void r15_decay_is_decoupled(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 -> 0.95 }\ninput 1\ndense 1 use_bias=no "
                                "kernel_init=ones\n"
                                "optimizer adamw lr=0.1 weight_decay=0.1 epsilon=1e-8\n");
    bench_prepare(&b);
    const struct figures x = bench_step(&b);
    check_near(weight(&b, 0), 0.890000009999999, NEAR(1e-12, 1e-7));
    check_near(x.penalty, 0, 0);
    check_near(gradient(&b, 0), 0.1, 1e-7);
    bench_finish(&b);
}

/* Biases decay as kernels do, frozen weights do not. Without a gradient Adam does nothing. */
static void what_decays(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 0 -> 0 }\ninput 1\n"
                                "dense 1 relu kernel_init=ones bias_init=constant(-1)\n"
                                "dense 1 kernel_init=ones trainable=no\n"
                                "optimizer adamw lr=0.5 weight_decay=0.5\n");
    bench_prepare(&b);
    bench_step(&b);
    check_near(weight(&b, 0), 0.75, 0);
    check_near(weight(&b, 1), -0.75, 0);
    check_near(weight(&b, 2), 1, 0);
    bench_finish(&b);
}

/* w = [3, 4] or [3, -4], norm 5; Keras divides by norm + 1e-7. */
static void r18_constraints(void **state)
{
    (void)state;
    static const struct {
        const char *start, *constraint;
        double first, second;
    } cases[] = {{"3, 4", "max_norm(2)", 1.2, 1.6},
                 {"3, 4", "max_norm", 1.2, 1.6},
                 {"3, 4", "max_norm(6)", 3, 4},
                 {"3, 4", "unit_norm", 0.6, 0.8},
                 {"3, 4", "min_max_norm(1, 2, rate=0.5)", 2.1, 2.8},
                 {"3, 4", "min_max_norm(10, 20)", 6, 8},
                 {"3, -4", "non_neg", 3, 0},
                 {"3, -4", "none", 3, -4},
                 {"3, 4", "max_norm(2, axis=1)", 2, 2},
                 {"0, 0", "unit_norm", 0, 0},
                 {"0, 0", "min_max_norm(1, 2)", 0, 0},
                 {"0, 0", "max_norm(0)", 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[300];
        snprintf(text, sizeof text,
                 "data rows { 0 0 -> 0 }\ninput 2\ndense 1 use_bias=no kernel_init=values(%s) "
                 "kernel_constraint=%s\noptimizer sgd lr=0\n",
                 cases[i].start, cases[i].constraint);
        struct bench b = bench_make(text);
        bench_prepare(&b);
        check_near(weight(&b, 0), cases[i].first == 0 ? 0 : 3, 0); /* not before a step */
        bench_step(&b);
        check_near(weight(&b, 0), cases[i].first, NEAR(4e-7, 1e-6));
        check_near(weight(&b, 1), cases[i].second, NEAR(4e-7, 1e-6));
        bench_finish(&b);
    }
}

/* More columns than are taken at once: each has its own norm. */
static void each_unit_has_a_norm_of_its_own(void **state)
{
    (void)state;
    enum { IN = 3, UNITS = 150 };
    static const char *const axes[] = {"0", "1"};
    for (int axis = 0; axis < 2; axis++) {
        char text[300];
        snprintf(text, sizeof text,
                 "data random 4 shape=3 target=150\ninput 3\ndense 150 kernel_init=normal(0, 2) "
                 "kernel_constraint=max_norm(1.5, axis=%s)\noptimizer sgd lr=0\n",
                 axes[axis]);
        struct bench b = bench_make(text);
        bench_prepare(&b);
        double *before = doubles(b.model->state.weight, IN * UNITS);
        bench_step(&b);
        for (size_t i = 0; i < IN * UNITS; i++) {
            const size_t row = i / UNITS, col = i % UNITS;
            double squares = 0;
            for (size_t k = 0; k < (axis ? UNITS : IN); k++) {
                const double w = before[axis ? row * UNITS + k : k * UNITS + col];
                squares += w * w;
            }
            check_near(weight(&b, i), before[i] * fmin(sqrt(squares), 1.5) / (1e-7 + sqrt(squares)),
                       NEAR(1e-13, 1e-5));
        }
        mem_free(before);
        bench_finish(&b);
    }
}

/* It holds from the next step on, goes with the model when it is copied, and rests while the layer
 * is frozen. */
static void a_constraint_may_come_and_go(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 0 0 -> 0 }\ninput 2\ndense 1 use_bias=no "
                                "kernel_init=values(3, 4) as h\noptimizer sgd lr=0\n");
    bench_prepare(&b);
    bench_step(&b);
    set_arg(&b, "h", "trainable", "dense 1 trainable=no");
    set_arg(&b, "h", "kernel_constraint", "dense 1 kernel_constraint=unit_norm");
    bench_step(&b);
    check_near(weight(&b, 1), 4, 0);
    set_arg(&b, "h", "trainable", "dense 1 trainable=yes");
    struct model *copy = model_copy(b.model, "copy", &b.e), *original = b.model;
    assert_non_null(copy);
    bench_step(&b);
    check_near(weight(&b, 1), 0.8, 1e-6);
    b.model = copy;
    bench_prepare(&b);
    bench_step(&b);
    check_near(weight(&b, 1), 0.8, 1e-6);
    set_arg(&b, "h", "kernel_constraint", "dense 1 kernel_constraint=none");
    b.model->state.weight[1] = 4;
    bench_step(&b);
    check_near(weight(&b, 1), 4, 0);
    model_destroy(original);
    bench_finish(&b);
}

/* Adagrad's sums start at 0.1, or as said; a layer that comes later has sums of its own. */
static void sums_start_where_they_should(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 -> 0 }\ninput 1\ndense 1 kernel_init=ones as h\n"
                                "optimizer adagrad lr=0.5 initial_accumulator_value=2\n");
    bench_prepare(&b);
    bench_step(&b);
    /* The gradient is 2: sum = 2 + 4, w = 1 - 0.5 * 2 / sqrt(6). */
    check_near((double)b.model->state.slot[0][0], 6, 1e-6);
    check_near(weight(&b, 0), 1 - 1 / sqrt(6.0000001), NEAR(1e-12, 1e-6));
    assert_int_equal(bench_add(&b, "dense 1 kernel_init=zeros as more\n"), 0);
    bench_prepare(&b);
    check_near((double)b.model->state.slot[0][0], 6, 1e-6);
    check_near((double)b.model->state.slot[0][2], 2, 0);
    check_near((double)b.model->state.slot[0][3], 2, 0);
    assert_int_equal(bench_add(&b, "optimizer adagrad\n"), 0);
    bench_prepare(&b);
    check_near((double)b.model->state.slot[0][0], 0.1, 1e-7);
    bench_finish(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(r19_penalties_are_clipped_too),
        cmocka_unit_test(each_way_of_clipping),
        cmocka_unit_test(a_huge_gradient_can_be_clipped),
        cmocka_unit_test(r15_decay_is_decoupled),
        cmocka_unit_test(what_decays),
        cmocka_unit_test(r18_constraints),
        cmocka_unit_test(each_unit_has_a_norm_of_its_own),
        cmocka_unit_test(a_constraint_may_come_and_go),
        cmocka_unit_test(sums_start_where_they_should),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
