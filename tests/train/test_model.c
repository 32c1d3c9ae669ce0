/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a model keeps when parts of it, its optimizer or its data change, and when memory ends. */
#include "bench.h"

#include <math.h>
#include <stdio.h>

/* With single samples, lr 0 and y = 0 the step's loss tells which sample it was: target squared. */
static const char telling[] =
    "data rows { 1 -> 1; 2 -> 2; 3 -> 3; 4 -> 4; 5 -> 5; 6 -> 6; 7 -> 7 } batch=1 shuffle=%s\n"
    "input 1\ndense 1 kernel_init=zeros\noptimizer sgd lr=0\n";

static const char small[] = "data random 45 shape=3\ninput 3\ndense 4 tanh kernel=l1(0.01) as h\n"
                            "dense 1\noptimizer adam lr=0.01\n";

static void equal_runs_give_equal_bits(void **state)
{
    (void)state;
    uint64_t end[2];
    for (int run = 0; run < 2; run++) {
        struct bench b = bench_make(small);
        bench_prepare(&b);
        for (int i = 0; i < 9; i++) {
            bench_step(&b);
            if (run) {
                struct ledger l = bench_ledger(&b, SHARE_TRAIN, true);
                ledger_finish(&l);
            }
        }
        end[run] = digest(&b);
        bench_finish(&b);
    }
    assert_true(end[0] == end[1]);
}

/* Each step of Adam from fresh state moves a weight by lr: m' / sqrt(v') is the gradient's sign. */
static void an_optimizer_starts_afresh(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 -> 5 }\ninput 1\ndense 1 use_bias=no as h\n"
                                "optimizer adam lr=0.01\n");
    bench_prepare(&b);
    for (int i = 0; i < 5; i++)
        bench_step(&b);
    assert_int_equal(b.model->state.updates, 5);
    const double before = (double)b.model->state.weight[0];
    assert_int_equal(bench_add(&b, "optimizer adam lr=0.5\n"), 0);
    assert_int_equal(b.model->state.updates, 0);
    assert_int_equal(b.model->state.step, 5);
    assert_null(b.model->state.slot[0]);
    bench_prepare(&b);
    bench_step(&b);
    check_near((double)b.model->state.weight[0] - before, 0.5, 1e-6);
    bench_finish(&b);
}

static void a_model_that_grows_keeps_its_weights(void **state)
{
    (void)state;
    struct bench b = bench_make(small);
    bench_prepare(&b);
    for (int i = 0; i < 3; i++)
        bench_step(&b);
    real weight[21], moment[21];
    memcpy(weight, b.model->state.weight, sizeof weight);
    memcpy(moment, b.model->state.slot[0], sizeof moment);
    assert_int_equal(bench_add(&b, "dense 1 kernel_init=constant(3) as more\n"), 0);
    bench_prepare(&b);
    assert_int_equal(b.model->state.reals, 23);
    assert_memory_equal(weight, b.model->state.weight, sizeof weight);
    assert_memory_equal(moment, b.model->state.slot[0], sizeof moment);
    check_near((double)b.model->state.weight[21], 3, 0);
    check_near((double)b.model->state.slot[0][21], 0, 0);
    assert_int_equal(b.model->state.step, 3);
    bench_step(&b);
    bench_finish(&b);
}

/* What an optimizer remembers of a layer does not move it once it is frozen. */
static void a_layer_that_is_frozen_stays(void **state)
{
    (void)state;
    const char *const optimizers[] = {"sgd momentum=0.9", "adam"};
    for (int i = 0; i < 2; i++) {
        char text[400];
        snprintf(text, sizeof text,
                 "data random 45 shape=3\ninput 3\ndense 4 tanh as h\ndense 1\noptimizer %s\n",
                 optimizers[i]);
        struct bench b = bench_make(text);
        bench_prepare(&b);
        for (int k = 0; k < 3; k++)
            bench_step(&b);
        struct graph *g = graph_copy(b.model->graph);
        assert_non_null(g);
        g->layer[graph_find_layer(g, "h")].trainable = false;
        bench_take_graph(b.model, g);
        bench_prepare(&b);
        real before[21];
        memcpy(before, b.model->state.weight, sizeof before);
        for (int k = 0; k < 3; k++)
            bench_step(&b);
        assert_memory_equal(before, b.model->state.weight, 16 * sizeof(real));
        assert_true(memcmp(before + 16, b.model->state.weight + 16, 5 * sizeof(real)) != 0);
        for (size_t k = 0; k < 16; k++)
            assert_true(b.model->state.grad[k] == 0);
        bench_finish(&b);
    }
}

static void a_model_without_weights_takes_steps(void **state)
{
    (void)state;
    struct bench b = bench_make("data rows { 1 2 -> 0 0 }\ninput 2\n"
                                "activity_regularization l1(1)\noptimizer adam\n");
    bench_prepare(&b);
    struct figures x = bench_step(&b);
    check_near(x.data, 2.5, 1e-12);
    check_near(x.penalty, 3, 1e-12);
    bench_finish(&b);
}

/* Other layers and other data do not move the first weights of a layer, another seed does. */
static void first_weights_follow_from_seed_and_path(void **state)
{
    (void)state;
    struct bench a = bench_make("data random 8 shape=3\ninput 3\ndense 4 as h\ndense 1\n");
    struct bench b = bench_make("data random 9 shape=3\ninput 3 as x\ndense 7 as g\n"
                                "dense 4 on x as h\ndense 1\n");
    bench_prepare(&a);
    bench_prepare(&b);
    const struct weight *k = &b.model->graph->weight[2];
    assert_string_equal(k->path, "h.kernel");
    assert_memory_equal(a.model->state.weight, b.model->state.weight + k->at, 12 * sizeof(real));
    struct bench c = bench_make("data random 8 shape=3\ninput 3\ndense 4 as h\ndense 1\n");
    assert_int_equal(trainer_prepare(c.model, &c.data, 2, &c.e), 0);
    assert_true(memcmp(a.model->state.weight, c.model->state.weight, 12 * sizeof(real)) != 0);
    bench_finish(&a);
    bench_finish(&b);
    bench_finish(&c);
}

/* The plan fits, but order and position are of other data. */
static void other_data_may_come_at_any_time(void **state)
{
    (void)state;
    struct bench b = bench_make(small);
    bench_prepare(&b);
    bench_step(&b);
    assert_int_equal(bench_add(&b, "data random 1000 shape=3\n"), 0);
    bench_prepare(&b);
    for (int i = 0; i < 40; i++)
        bench_step(&b);
    assert_int_equal(bench_add(&b, "data random 33 shape=3\n"), 0);
    bench_prepare(&b);
    for (int i = 0; i < 5; i++) {
        bench_step(&b);
        struct ledger l = bench_ledger(&b, SHARE_BATCH, false);
        assert_true(l.samples == 32 || l.samples == 1);
        ledger_finish(&l);
    }
    bench_finish(&b);
}

static void an_order_is_of_the_data_at_hand(void **state)
{
    (void)state;
    char text[400];
    int seen[8] = {0};
    struct bench b = bench_make("data random 9 shape=1 batch=1\ninput 1\n"
                                "dense 1 kernel_init=zeros\noptimizer sgd lr=0\n");
    bench_prepare(&b);
    bench_step(&b);
    /* Set back, as `goto` does, with other data of another size. */
    b.model->state.position = 0;
    snprintf(text, sizeof text, telling, "yes");
    *strstr(text, "input") = 0;
    assert_int_equal(bench_add(&b, text), 0);
    bench_prepare(&b);
    for (int i = 0; i < 7; i++)
        seen[lround(sqrt(bench_step(&b).data))]++;
    for (int i = 1; i < 8; i++)
        assert_int_equal(seen[i], 1);
    bench_finish(&b);
}

static int preparing(struct bench *b)
{
    return trainer_prepare(b->model, &b->data, 1, &b->e);
}

static int stepping(struct bench *b)
{
    struct figures x;
    return trainer_step(trainer_of(b->model), &b->data, &x, &b->e);
}

static int reporting(struct bench *b)
{
    struct ledger l;
    int bad = ledger_begin(&l, b->model, &b->data, 1, SHARE_TRAIN, true, &b->e);
    while (!bad && ledger_next(&l))
        continue;
    if (!bad)
        ledger_end(&l);
    ledger_finish(&l);
    return bad;
}

/* Each allocation fails in turn; the digest stays. Returns how many there were. */
static long walk(struct bench (*make)(void), int (*work)(struct bench *))
{
    for (long n = 1;; n++) {
        struct bench b = make();
        const uint64_t before = digest(&b);
        mem_fail_at(n);
        int bad = work(&b);
        const bool failed = mem_failed();
        mem_fail_at(0);
        assert_int_equal(bad, failed ? -1 : 0);
        if (failed) {
            assert_int_equal(b.e.kind, ERR_MEMORY);
            assert_true(digest(&b) == before);
            /* And it works the second time. */
            assert_int_equal(work(&b), 0);
        }
        bench_finish(&b);
        if (!failed)
            return n - 1;
    }
}

static struct bench fresh(void)
{
    return bench_make(small);
}

/* Trained, then given another optimizer and another layer. */
static struct bench grown(void)
{
    struct bench b = bench_make(small);
    bench_prepare(&b);
    bench_step(&b);
    assert_int_equal(bench_add(&b, "dense 1\noptimizer adam\n"), 0);
    return b;
}

static struct bench ready(void)
{
    struct bench b = bench_make(small);
    bench_prepare(&b);
    return b;
}

static void memory_may_end_anywhere(void **state)
{
    (void)state;
    assert_true(walk(fresh, preparing) > 20);
    assert_true(walk(grown, preparing) > 20);
    assert_true(walk(ready, reporting) > 3);
    /* A step allocates nothing. */
    assert_int_equal(walk(ready, stepping), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_runs_give_equal_bits),
        cmocka_unit_test(an_optimizer_starts_afresh),
        cmocka_unit_test(a_model_that_grows_keeps_its_weights),
        cmocka_unit_test(a_layer_that_is_frozen_stays),
        cmocka_unit_test(a_model_without_weights_takes_steps),
        cmocka_unit_test(first_weights_follow_from_seed_and_path),
        cmocka_unit_test(other_data_may_come_at_any_time),
        cmocka_unit_test(an_order_is_of_the_data_at_hand),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
