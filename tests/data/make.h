/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Datasets from words, without the language: bind("moons", "samples=40 noise=0.1"). */
#ifndef NNR_TESTS_MAKE_H
#define NNR_TESTS_MAKE_H

#include "check.h"

#include "data/dataset.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bound {
    struct args args;
    struct arg arg[16];
};

static inline void read_value(const struct arg_spec *spec, const char *text, struct arg *to)
{
    char *end = NULL;
    double number = strtod(text, &end);
    to->type = spec->type;
    switch (spec->type) {
    case ARG_WHOLE:
        to->as.whole = (long)number;
        break;
    case ARG_NUMBER:
        to->as.number = number;
        break;
    case ARG_BOOL:
        to->as.yes = strcmp(text, "yes") == 0;
        break;
    case ARG_CHOICE:
        to->as.choice = table_find(spec->of, text);
        assert_non_null(to->as.choice);
        break;
    case ARG_SHAPE:
        for (; *text; text = *end == 'x' ? end + 1 : end)
            to->as.shape.size[to->as.shape.axes++] = (uint32_t)strtoul(text, &end, 10);
        break;
    default:
        fail_msg("a type that no key has: %d", spec->type);
    }
}

/* Fills in the defaults of the kind, then `words`: name=value with single blanks between. Every
 * value has a place, so that errors can be seen to point at it: argument i at byte i + 1. */
static inline void bind(struct bound *b, const char *kind, const char *words)
{
    const struct entry *entry = table_find(&data_kinds, kind);
    assert_non_null(entry);
    assert_true(entry->arg_count <= 16);
    *b = (struct bound){.args = {.entry = entry, .where = {.source = 1, .at = 0, .end = 50}}};
    b->args.arg = b->arg;
    for (size_t i = 0; i < entry->arg_count; i++) {
        const struct arg_spec *spec = &entry->args[i];
        char key[40], value[40] = "";
        snprintf(key, sizeof key, "%s=", spec->name);
        const char *at = strstr(words, key);
        b->arg[i].type = spec->type;
        b->arg[i].given = at != NULL;
        b->arg[i].where = (struct span){1, (uint32_t)i + 1, (uint32_t)i + 2};
        if (at)
            sscanf(at + strlen(key), "%39s", value);
        else if (spec->standard)
            snprintf(value, sizeof value, "%s", spec->standard);
        if (value[0])
            read_value(spec, value, &b->arg[i]);
    }
}

static inline void make(struct dataset *d, const char *kind, const char *words, uint64_t seed)
{
    struct bound b;
    struct err e = {0};
    bind(&b, kind, words);
    if (dataset_make(&b.args, seed, d, &e))
        fail_msg("data %s %s: %s", kind, words, e.what);
}

/* `rows` of inputs and targets in `cell`. */
static inline void bind_rows(struct bound *b, const struct rows *rows, const char *words)
{
    bind(b, "rows", words);
    b->arg[0].given = true;
    b->arg[0].as.rows = rows;
}

/* Making it is an error at byte `at` that says `what` and leaves nothing behind. */
static inline void wrong_is(const struct args *args, const char *what, uint32_t at)
{
    struct dataset d;
    struct err e = {0};
    memset(&d, 0xff, sizeof d);
    assert_int_equal(dataset_make(args, 1, &d, &e), -1);
    assert_int_equal(e.kind, ERR_INPUT);
    check_has(e.what, what);
    assert_true(e.hint[0] != 0);
    assert_int_equal(e.where.source, 1);
    assert_int_equal(e.where.at, at);
    assert_null(d.x);
    assert_null(d.y);
    assert_null(d.args);
    assert_null(d.arena.chunk);
    assert_int_equal(d.samples, 0);
}

#endif
