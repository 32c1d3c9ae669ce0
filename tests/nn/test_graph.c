/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "build.h"
#include "check.h"

#include <stdio.h>
#include <string.h>

static const char shared[] = "input 3x4 as x\n"
                             "dense 5 tanh kernel=l1(0.1)+l2(0.2) bias=l2(0.3) "
                             "activity=l1(0.4, reduce=sum) as h\n"
                             "h on x as again\n"
                             "flatten activity=l1l2(1, 2, reduce=mean)\n"
                             "dense 2 use_bias=no on again as out\n";

static void is_shape(const struct shape *s, const char *expected)
{
    char text[80];
    assert_string_equal(shape_text(s, text, sizeof text), expected);
}

static void calls_have_names_shapes_and_inputs(void **state)
{
    (void)state;
    struct graph *g = build_graph(shared);
    const struct {
        const char *name, *layer, *shape, *input;
    } expected[] = {
        {"x", "x", "3x4", NULL},        {"h", "h", "3x5", "x"},
        {"again", "h", "3x5", "x"},     {"flatten_1", "flatten_1", "15", "again"},
        {"out", "out", "3x2", "again"},
    };
    assert_int_equal(g->calls, 5);
    assert_int_equal(g->layers, 4);
    for (id c = 0; c < 5; c++) {
        const struct call *call = &g->call[c];
        assert_string_equal(call->name, expected[c].name);
        assert_string_equal(g->layer[call->layer].name, expected[c].layer);
        assert_int_equal(graph_find_call(g, expected[c].name), c);
        is_shape(&g->value[call->output].shape, expected[c].shape);
        assert_int_equal(g->value[call->output].made_by, c);
        if (expected[c].input)
            assert_string_equal(g->call[g->value[call->input[0]].made_by].name, expected[c].input);
        else
            assert_int_equal(call->inputs, 0);
    }
    assert_int_equal(graph_find_call(g, "nobody"), NOTHING);
    assert_int_equal(graph_find_layer(g, "again"), NOTHING);
    graph_destroy(g);
}

static void weights_stand_in_one_flat_block(void **state)
{
    (void)state;
    struct graph *g = build_graph(shared);
    /* A kernel is inputs x units along the last axis; a bias has the units. */
    const struct {
        const char *path, *shape;
        size_t at, count;
    } expected[] = {
        {"h.kernel", "4x5", 0, 20}, {"h.bias", "5", 20, 5}, {"out.kernel", "5x2", 25, 10}};
    assert_int_equal(g->weights, 3);
    assert_int_equal(g->weight_reals, 35);
    for (size_t w = 0; w < 3; w++) {
        assert_string_equal(g->weight[w].path, expected[w].path);
        is_shape(&g->weight[w].shape, expected[w].shape);
        assert_int_equal(g->weight[w].at, expected[w].at);
        assert_int_equal(g->weight[w].count, expected[w].count);
    }
    assert_int_equal(graph_find_weight(g, graph_find_layer(g, "h"), "bias"), 1);
    assert_int_equal(graph_find_weight(g, graph_find_layer(g, "out"), "bias"), NOTHING);
    graph_destroy(g);
}

static void each_term_of_a_slot_stands_alone(void **state)
{
    (void)state;
    struct graph *g = build_graph(shared);
    const struct {
        const char *layer, *slot, *kind;
        id weight;
        enum reduce reduce;
        double strength;
    } expected[] = {
        {"h", "kernel", "l1", 0, REDUCE_BATCH, 0.1},
        {"h", "kernel", "l2", 0, REDUCE_BATCH, 0.2},
        {"h", "bias", "l2", 1, REDUCE_BATCH, 0.3},
        {"h", "activity", "l1", NOTHING, REDUCE_SUM, 0.4},
        {"flatten_1", "activity", "l1l2", NOTHING, REDUCE_MEAN, 1},
    };
    assert_int_equal(g->terms, 5);
    for (size_t t = 0; t < 5; t++) {
        const struct term *term = &g->term[t];
        assert_string_equal(g->layer[term->layer].name, expected[t].layer);
        assert_string_equal(term->slot, expected[t].slot);
        assert_string_equal(term->args->entry->name, expected[t].kind);
        assert_int_equal(term->weight, expected[t].weight);
        assert_int_equal(term->reduce, expected[t].reduce);
        check_near(penalty_strength(term->args), expected[t].strength, 0);
    }
    graph_destroy(g);
}

static void keras_names_of_arguments_mean_the_same(void **state)
{
    (void)state;
    struct graph *g = build_graph("input 2\ndense 3 kernel_regularizer=l1_l2(1, 2) "
                                  "activity_regularizer=l1(3) kernel_initializer=ones as h\n");
    assert_int_equal(g->terms, 2);
    assert_string_equal(g->term[0].slot, "kernel");
    assert_string_equal(g->term[0].args->entry->name, "l1l2");
    assert_string_equal(g->term[1].slot, "activity");
    assert_string_equal(g->weight[0].init->entry->name, "ones");
    graph_destroy(g);
}

static void views_share_the_storage_of_their_source(void **state)
{
    (void)state;
    struct graph *g = build_graph("input 4\ndense 6 as h\nreshape 2x3 as r\nflatten as f\n"
                                  "activity_regularization l1(1) as a\nactivation tanh as t\n");
    const id h = g->call[graph_find_call(g, "h")].output;
    assert_int_equal(g->value[g->call[graph_find_call(g, "r")].output].storage, h);
    assert_int_equal(g->value[g->call[graph_find_call(g, "f")].output].storage, h);
    assert_int_equal(g->value[g->call[graph_find_call(g, "a")].output].storage, h);
    const id t = g->call[graph_find_call(g, "t")].output;
    assert_int_equal(g->value[t].storage, t);
    graph_destroy(g);
}

static void reaching_and_only_calls(void **state)
{
    (void)state;
    struct graph *g = build_graph(shared);
    /* x, h, again, flat, out: the output depends on x and again. */
    const bool due[] = {true, false, true, false, true};
    bool reached[5];
    assert_int_equal(g->values, 5);
    graph_mark_reached(g, reached);
    for (id c = 0; c < 5; c++)
        assert_int_equal(reached[g->call[c].output], due[c]);
    assert_int_equal(graph_only_call(g, graph_find_layer(g, "h")), NOTHING);
    assert_int_equal(graph_only_call(g, graph_find_layer(g, "out")), 4);
    assert_string_equal(graph_activation(g, 1)->entry->name, "tanh");
    assert_null(graph_activation(g, 3));
    graph_destroy(g);
}

/* Everything of a graph that can be read, as text. */
static void describe(const struct graph *g, struct str *to)
{
    char shape[80];
    for (size_t i = 0; i < g->layers; i++) {
        str_addf(to, "%s %d ", g->layer[i].name, g->layer[i].trainable);
        args_print(to, g->layer[i].args);
        str_addf(to, " %u+%u\n", g->layer[i].first_weight, g->layer[i].weights);
    }
    for (size_t i = 0; i < g->weights; i++) {
        str_addf(to, "%s %s at %zu ", g->weight[i].path,
                 shape_text(&g->weight[i].shape, shape, sizeof shape), g->weight[i].at);
        args_print(to, g->weight[i].init);
        str_add(to, "\n");
    }
    for (size_t i = 0; i < g->calls; i++)
        str_addf(to, "%s %u %u\n", g->call[i].name, g->call[i].layer,
                 g->call[i].inputs ? g->call[i].input[0] : NOTHING);
    for (size_t i = 0; i < g->terms; i++) {
        str_addf(to, "%u.%s %d ", g->term[i].layer, g->term[i].slot, (int)g->term[i].reduce);
        args_print(to, g->term[i].args);
        str_add(to, "\n");
    }
    assert_false(to->failed);
}

static void set_slot(struct graph *g, const char *layer, const char *slot, const char *sum)
{
    struct arena arena = {0};
    struct arg arg;
    struct err e = {0};
    if (build_sum(&arena, sum, &arg, &e) ||
        graph_set_slot(g, graph_find_layer(g, layer), slot, &arg, &e))
        fail_msg("%s: %s", sum, e.what);
    arena_finish(&arena);
}

static void a_copy_shares_nothing(void **state)
{
    (void)state;
    struct str before = {0}, after = {0};
    struct graph *g = build_graph(shared);
    describe(g, &before);
    struct graph *copy = graph_copy(g);
    assert_non_null(copy);
    set_slot(g, "h", "kernel", "l2(7)");
    struct err e;
    assert_int_equal(build_layers(g, "dense 9 on x as more\n", &e), 0);
    graph_destroy(g);
    describe(copy, &after);
    assert_string_equal(before.text, after.text);
    /* The copy can be built on. */
    assert_int_equal(build_layers(copy, "dense 1 on out as more\n", &e), 0);
    assert_int_equal(copy->weight_reals, 35 + 2 + 1);
    graph_destroy(copy);
    str_finish(&before);
    str_finish(&after);
}

static void a_slot_is_replaced_and_emptied(void **state)
{
    (void)state;
    struct graph *g = build_graph(shared);
    set_slot(g, "h", "kernel", "l1l2(3, 4)");
    assert_int_equal(g->terms, 4);
    set_slot(g, "h", "activity", "none");
    assert_int_equal(g->terms, 3);
    set_slot(g, "out", "kernel", "l1(5)+l1(6)");
    assert_int_equal(g->terms, 5);
    assert_int_equal(g->term[4].weight, graph_find_weight(g, graph_find_layer(g, "out"), "kernel"));
    graph_destroy(g);
}

static const struct {
    const char *text, *what, *hint, *where;
} wrong[] = {
    {"input 3x4\nreshape 5x2\n", "reshape cannot make 5x2 (10 numbers) of 3x4 (12 numbers)",
     "choose sizes whose product is 12", "5x2"},
    {"input 4 as a\ninput 5 as b\ndense 3 on a as s\ns on b as sb\n", "s takes 4, and b is 5",
     "a shared layer keeps the shape of its first call; make another layer", "s on b as sb"},
    {"input 4 as a\ninput 4 as b\na on b as c\n", "a is an input and takes no tensor",
     "leave on out", "a on b as c"},
    {"input 4\ndense 3 kernel=l1(1, reduce=sum)\n", "reduce= is for activity penalties",
     "a weight penalty is summed over the tensor: leave reduce= out", "reduce"},
    {"input 4\ndense 3 bias=l2(1, reduce=batch)\n", "reduce= is for activity penalties",
     "a weight penalty is summed over the tensor: leave reduce= out", "reduce"},
    {"input 4\ndense 3 use_bias=no bias=l1(1) as h\n", "h has no bias to penalise",
     "leave bias= out, or give the layer a bias", "l1(1)"},
    {"input 4\ndense 3 use_bias=no bias_init=ones as h\n",
     "bias_init= says how a bias starts, and h has none", "leave out bias_init=, or use_bias=no",
     "bias_init"},
    {"input 4x3\nlstm 3 use_bias=no unit_forget_bias=yes as h\n",
     "unit_forget_bias= says how a bias starts, and h has none",
     "leave out unit_forget_bias=, or use_bias=no", "unit_forget_bias"},
    {"input 2\ndense 2 kernel_init=values(1, 2, 3)\n",
     "values() has 3 numbers, and the tensor is 2x2: 4", "give 4 numbers, row after row",
     "values(1, 2, 3)"},
    {"input 2\ndense 2 bias_init=values(1, 2, 3)\n",
     "values() has 3 numbers, and the tensor is 2: 2", "give 2 numbers, row after row",
     "values(1, 2, 3)"},
    {"input 2\ndense 2 kernel_init=uniform(1, 0)\n", "uniform(low, high) needs low <= high",
     "swap the two numbers", "uniform(1, 0)"},
    {"input 2\ndense 2 bias_init=identity\n",
     "identity is for matrices, and this tensor has one axis",
     "use it as kernel_init=", "identity"},
    {"input 2\ndense 2 bias_init=orthogonal\n",
     "orthogonal is for matrices, and this tensor has one axis",
     "use it as kernel_init=", "orthogonal"},
    {"input 1000000\ndense 2000\ndense 1000000 as huge\n",
     "huge.kernel would have 2000000000 numbers", "all weights together may have 2,147,483,648",
     "dense 1000000 as huge"},
};

static void errors_say_what_and_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err e = {0};
        char at[100];
        struct graph *g = graph_create();
        assert_int_equal(build_layers(g, wrong[i].text, &e), -1);
        assert_int_equal(e.kind, ERR_INPUT);
        assert_string_equal(e.what, wrong[i].what);
        assert_string_equal(e.hint, wrong[i].hint);
        snprintf(at, sizeof at, "%.*s", (int)(e.where.end - e.where.at),
                 wrong[i].text + e.where.at);
        assert_string_equal(at, wrong[i].where);
        graph_destroy(g);
    }
}

/* Makes every allocation fail in turn; returns how many there were. */
static long walk(int (*work)(const struct graph *from, struct err *e), const struct graph *from)
{
    for (long n = 1;; n++) {
        struct err e = {0};
        mem_fail_at(n);
        int bad = work(from, &e);
        bool failed = mem_failed();
        mem_fail_at(0);
        if (!failed) {
            assert_int_equal(bad, 0);
            return n - 1;
        }
        assert_int_equal(bad, -1);
        assert_int_equal(e.kind, ERR_MEMORY);
    }
}

static int building(const struct graph *from, struct err *e)
{
    (void)from;
    struct graph *g = graph_create();
    int bad = g ? build_layers(g, shared, e) : err_memory(e);
    graph_destroy(g);
    return bad;
}

/* Long names spread the graph over many chunks of memory, so that each kind of copy is met. */
static int copying(const struct graph *from, struct err *e)
{
    struct graph *g = graph_copy(from);
    graph_destroy(g);
    return g ? 0 : err_memory(e);
}

static void memory_may_end_anywhere(void **state)
{
    (void)state;
    assert_true(walk(building, NULL) > 10);
    struct str text = {0};
    str_add(&text, "input 4\n");
    for (int i = 0; i < 40; i++)
        str_addf(&text,
                 "dense 4 tanh kernel=l1(0.1)+l2(0.2) activity=l1l2(1, 2) "
                 "kernel_init=values(1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4) as "
                 "a_layer_with_a_very_long_name_to_fill_memory_%d\n",
                 i);
    struct graph *g = build_graph(text.text);
    assert_true(walk(copying, g) > 10);
    graph_destroy(g);
    str_finish(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_have_names_shapes_and_inputs),
        cmocka_unit_test(weights_stand_in_one_flat_block),
        cmocka_unit_test(each_term_of_a_slot_stands_alone),
        cmocka_unit_test(keras_names_of_arguments_mean_the_same),
        cmocka_unit_test(views_share_the_storage_of_their_source),
        cmocka_unit_test(reaching_and_only_calls),
        cmocka_unit_test(a_copy_shares_nothing),
        cmocka_unit_test(a_slot_is_replaced_and_emptied),
        cmocka_unit_test(errors_say_what_and_where),
        cmocka_unit_test(memory_may_end_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
