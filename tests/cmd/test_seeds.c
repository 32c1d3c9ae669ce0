/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The statements of the dropped penalty and of the one counted twice, for every kind of layer that
 * has weights, and for every tensor of its weights. */
#include "check.h"
#include "host.h"

#include "nn/layer.h"

#include <stdio.h>
#include <string.h>

/* `dense 2`, with what the kind needs by place. */
static void verb_of(const struct entry *kind, char *to, size_t room)
{
    size_t at = (size_t)snprintf(to, room, "%s", kind->name);
    for (size_t i = 0; i < kind->arg_count; i++)
        if (kind->args[i].form == POSITIONAL && kind->args[i].required)
            at += (size_t)snprintf(to + at, room - at, " 2");
}

/* What a kind takes. */
static struct shape row_of(const struct entry *kind)
{
    static const struct {
        const char *kind;
        struct shape row;
    } rows[] = {{"conv1d", {2, {4, 2}}},
                {"conv2d", {3, {3, 4, 2}}},
                {"conv2d_transpose", {3, {2, 3, 2}}},
                {"simple_rnn", {2, {4, 2}}},
                {"lstm", {2, {4, 2}}},
                {"gru", {2, {4, 2}}}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].kind, kind->name) == 0)
            return rows[i].row;
    return shape_of(3);
}

/* The n-th slot of a kind that is on a weight, or NULL. */
static const char *slot_of(const struct entry *kind, size_t n)
{
    for (size_t i = 0; i < kind->arg_count; i++)
        if (kind->args[i].type == ARG_SUM && strcmp(kind->args[i].name, "activity") != 0 &&
            n-- == 0)
            return kind->args[i].name;
    return NULL;
}

/* 12 samples of a kind's rows, three of them: random numbers, or words where it takes such. */
static void say_data(const struct entry *kind, const struct shape *row, const char *shape, char *to,
                     size_t room)
{
    const struct layer_kind *layer = (const void *)kind;
    size_t at;
    if (!layer->vocabulary) {
        snprintf(to, room, "data random 12 shape=%s target=1 batch=12\n", shape);
        return;
    }
    at = (size_t)snprintf(to, room, "data rows {");
    for (size_t i = 0; i < 12; i++) {
        for (size_t k = 0; k < 3 * shape_count(row); k++)
            at += (size_t)snprintf(to + at, room - at, " %zu", (i * k + i / 3) % 2);
        at += (size_t)snprintf(to + at, room - at, " -> %zu%s", i % 2, i < 11 ? ";" : "");
    }
    snprintf(to + at, room - at, " } batch=12\n");
}

static void inside_timedistributed_nothing_is_dropped(const struct entry *kind)
{
    struct fake f;
    char text[1400], verb[80], row[80], data[500], shape[90];
    const struct shape takes = row_of(kind);
    verb_of(kind, verb, sizeof verb);
    shape_text(&takes, row, sizeof row);
    snprintf(shape, sizeof shape, "3x%s", row);
    say_data(kind, &takes, shape, data, sizeof data);
    fake_start(&f);
    snprintf(text, sizeof text,
             "%sinput 3x%s\n"
             "timedistributed %s activity=l1(0.1, reduce=sum)+l2(0.1, reduce=sum) as td\nflatten\n"
             "dense 1\nloss mse\n"
             "let due = 0.1*sum(abs(td.output)) + 0.1*sum(td.output^2)\n"
             "expect due > 0\nexpect td.activity.penalty ~ due within 1e-4\n"
             "evaluate\nexpect loss.penalty ~ due within 1e-4\n"
             "emulate keras-1.0\nexpect td.activity.penalty == 0\n"
             "emulate keras-3\nexpect td.activity.penalty == 0\n"
             "emulate tf.keras-2\nexpect td.activity.penalty ~ due/12/3 within 1e-4\n"
             "emulate none\nexpect td.activity.penalty ~ due within 1e-4\n",
             data, row, verb);
    fake_ok(&f, text);
    fake_finish(&f);
}

/* A penalty on a weight, and how it starts: those of an activation stand in its brackets. */
static void say_slot(const char *slot, char *to, size_t room)
{
    const char *function = strcmp(slot, "theta") == 0   ? "jumprelu"
                           : strcmp(slot, "alpha") == 0 ? "prelu"
                                                        : NULL;
    if (function)
        snprintf(to, room, "%s(%s_init=normal(0, 1)) %s=l1(1)", function, slot, slot);
    else
        snprintf(to, room, "%s=l1(1) %s_init=normal(0, 1)", slot, slot);
}

static void a_shared_weight_counts_once(const struct entry *kind, const char *slot)
{
    struct fake f;
    char text[1800], verb[80], weight[80], row[80], data[500], shape[90];
    const struct shape takes = row_of(kind);
    shape_text(&takes, row, sizeof row);
    verb_of(kind, verb, sizeof verb);
    say_slot(slot, weight, sizeof weight);
    snprintf(shape, sizeof shape, "%zu", 3 * shape_count(&takes));
    say_data(kind, &takes, shape, data, sizeof data);
    fake_start(&f);
    snprintf(
        text, sizeof text,
        "%sinput %s as a\ninput %s as b\ninput %s as c\n"
        "block tower { %s %s activity=l2(1, reduce=sum) as k }\n"
        "tower on a as ta\ntower on b as tb\ntower on c as tc\n"
        "concat on ta, tb, tc\nflatten\ndense 1\nloss mse\n"
        "let once = sum(abs(tower.k.%s))\n"
        "let calls = sum(ta.k.output^2) + sum(tb.k.output^2) + sum(tc.k.output^2)\n"
        "expect once > 0\nexpect tower.k.%s.penalty ~ once within 1e-4\n"
        "expect tower.k.activity.penalty ~ calls within 1e-3\n"
        "evaluate\nexpect loss.penalty ~ once + calls within 1e-3\n"
        "emulate keras-2.0\nexpect tower.k.%s.penalty ~ 3*once within 1e-4\n"
        "emulate keras-2.2\nexpect tower.k.%s.penalty ~ once within 1e-4\n"
        "emulate none\nset tower.trainable = no\nexpect tower.k.%s.penalty ~ once within 1e-4\n"
        "emulate keras-3\nexpect tower.k.%s.penalty == 0\n",
        data, row, row, row, verb, weight, slot, slot, slot, slot, slot, slot);
    fake_ok(&f, text);
    fake_finish(&f);
}

static void the_seeds_hold_for_every_layer_with_weights(void **state)
{
    (void)state;
    size_t kinds = 0;
    for (size_t i = 0; i < layer_kinds.rows; i++) {
        const struct layer_kind *kind = (const struct layer_kind *)layer_kinds.row[i];
        if (!kind->weights)
            continue;
        kinds++;
        inside_timedistributed_nothing_is_dropped(&kind->entry);
        assert_non_null(slot_of(&kind->entry, 0));
        for (size_t n = 0; slot_of(&kind->entry, n); n++)
            a_shared_weight_counts_once(&kind->entry, slot_of(&kind->entry, n));
    }
    assert_true(kinds >= 6);
}

/* Thirty levels of two calls would be a billion: told at once, and nothing is changed. */
static void blocks_do_not_grow_without_end(void **state)
{
    (void)state;
    struct fake f;
    char line[80];
    fake_start(&f);
    fake_ok(&f, "input 2 as x\nblock b0 { dense 2 kernel=l1(1) }\n");
    for (int i = 1; i < 30; i++) {
        snprintf(line, sizeof line, "block b%d { b%d; b%d }\n", i, i - 1, i - 1);
        fake_ok(&f, line);
    }
    const uint64_t before = session_digest(f.session);
    fake_says(
        &f, "b29\n", OUTCOME_ERROR,
        "t:1:1: with b0.dense_1 the model would have more than 200000 calls; a block is spelled "
        "out at each call; nest fewer of them");
    assert_true(session_digest(f.session) == before);
    fake_finish(&f);
}

/* sqrt of a negative number has no value: the total alone would not say whose fault it is. */
static void evaluate_names_what_is_not_a_number(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "define penalty root(x) = sum(sqrt(x))\ndata rows { 1 -> 0 }\ninput 1\n"
                "dense 1 kernel_init=constant(-1) activity=root(1) as h\nloss mse\nevaluate\n");
    assert_string_equal(f.err.text, "the penalty h.activity (root) is infinite or not a number on "
                                    "this data\n");
    fake_finish(&f);
}

/* Of the first output 2 of 2 are right, of the second 1 of 2. */
static void accuracy_says_over_how_many_outputs_it_is(void **state)
{
    (void)state;
    struct fake f;
    fake_start(&f);
    fake_ok(&f, "data rows { 1 -> 1 | 1; -1 -> 0 | 1 } shuffle=no\ninput 1 as x\n"
                "dense 1 sigmoid on x kernel_init=ones as a\n"
                "dense 1 sigmoid on x kernel_init=ones as b\noutput a, b\n"
                "loss binary_crossentropy\nevaluate\n");
    assert_non_null(strstr(f.out.text, "accuracy 0.75 over 2 outputs"));
    fake_finish(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_seeds_hold_for_every_layer_with_weights),
        cmocka_unit_test(blocks_do_not_grow_without_end),
        cmocka_unit_test(evaluate_names_what_is_not_a_number),
        cmocka_unit_test(accuracy_says_over_how_many_outputs_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
