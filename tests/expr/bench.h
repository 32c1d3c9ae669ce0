/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of expressions share: names with known values, and reading a text. */
#ifndef NNR_TESTS_EXPR_BENCH_H
#define NNR_TESTS_EXPR_BENCH_H

#include "check.h"

#include "expr/expr.h"
#include "lang/parse.h"

#include <string.h>

/* The names of these tests. A tensor's values are written as they stand in memory. */
struct named {
    const char *name;
    struct dims dims;
    double values[16];
};

static const struct named named[] = {
    {"x", {2, {2, 3}}, {1, -2, 3, -4, 5, -6}},
    {"row", {1, {3}}, {10, 20, 30}},
    {"col", {2, {2, 1}}, {100, 200}},
    {"cube", {3, {2, 2, 2}}, {1, 2, 3, 4, 5, 6, 7, 8}},
    {"tall", {2, {10, 3}}, {0}},
    {"wide", {2, {10, 4}}, {0}},
    {"holes", {1, {3}}, {1, NAN, 3}},
    {"flags", {1, {4}}, {0, 1, 0, -2}},
    {"far", {1, {4}}, {1, 1e30, 1, -1e30}},
    {"none", {2, {0, 3}}, {0}},
    {"one", {2, {1, 1}}, {7}},
    {"hidden.kernel", {2, {2, 2}}, {1, -2, 3, 4}},
    {"k", {0}, {3}},
    {"nan", {0}, {NAN}},
    {"inf", {0}, {INFINITY}},
    /* 10^21 elements when they are combined: more than can be counted. */
    {"a", {6, {10000000, 1, 1, 1, 1, 1}}, {0}},
    {"b", {6, {1, 10000000, 1, 1, 1, 1}}, {0}},
    {"c", {6, {1, 1, 10000000, 1, 1, 1}}, {0}},
};

enum { ROOM = 64 };

struct bench {
    struct arena arena;
    struct names names;
    real reals[sizeof named / sizeof *named][ROOM];
    size_t values_asked;
    struct err e;
};

static inline int find(void *self, const struct node *path, bool values, struct leaf *leaf,
                       struct err *e)
{
    struct bench *b = self;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
        if (strcmp(named[i].name, path->text) != 0)
            continue;
        leaf->dims = named[i].dims;
        b->values_asked += values;
        if (values)
            leaf->number = named[i].values[0];
        for (size_t k = 0; values && k < 16; k++)
            b->reals[i][k] = (real)named[i].values[k];
        leaf->reals = values && leaf->dims.axes ? b->reals[i] : NULL;
        return 0;
    }
    if (values || strcmp(path->text, "late") != 0)
        return err_at(e, (struct span){0}, "no name \"%s\"", path->text);
    return 0;
}

static inline int start(void **state)
{
    struct bench *b = mem_new(1, sizeof *b);
    assert_non_null(b);
    b->names = (struct names){.self = b, .find = find};
    *state = b;
    return 0;
}

static inline int finish(void **state)
{
    struct bench *b = *state;
    arena_finish(&b->arena);
    mem_free(b);
    return 0;
}

static inline const struct node *read_text(struct bench *b, const char *text)
{
    struct node *n = NULL;
    if (parse_value(&b->arena, text, strlen(text), 1, &n, &b->e) != PARSE_OK)
        fail_msg("%s: %s", text, b->e.what);
    return n;
}

#define BENCH_TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

#endif
