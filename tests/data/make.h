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
    /* What lists point to. */
    struct file_name file[16];
    struct written word[16];
    char text[16][80];
    size_t texts;
};

/* The next member of a list with commas between, without the quotes it may stand in. */
static inline const char *next_text(struct bound *b, const char **list, bool *quoted)
{
    char *text = b->text[b->texts++];
    size_t n = strcspn(*list, ",");
    assert_true(b->texts <= 16 && n < sizeof b->text[0]);
    *quoted = **list == '"';
    snprintf(text, n + 1, "%s", *list);
    if (*quoted) {
        memmove(text, text + 1, n);
        text[n - 2] = 0;
    }
    *list += n + ((*list)[n] == ',');
    return text;
}

/* Files are in the working folder. */
static inline struct file_name next_file(struct bound *b, const char **list, struct span where)
{
    bool quoted;
    const char *name = next_text(b, list, &quoted);
    return (struct file_name){.name = name, .path = name, .where = where};
}

static inline void read_files(struct bound *b, const char *list, struct arg *to)
{
    to->as.files.item = b->file;
    while (*list)
        b->file[to->as.files.count++] = next_file(b, &list, to->where);
}

static inline void read_words(struct bound *b, const char *list, struct arg *to)
{
    struct written *first = b->word + b->texts;
    to->as.words.item = first;
    while (*list) {
        struct written *w = &first[to->as.words.count++];
        w->text = next_text(b, &list, &w->quoted);
        w->where = to->where;
    }
}

static inline void read_value(struct bound *b, const struct arg_spec *spec, const char *text,
                              struct arg *to)
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
    case ARG_FILE:
        to->as.file = next_file(b, &text, to->where);
        break;
    case ARG_FILES:
        read_files(b, text, to);
        break;
    case ARG_WORDS:
        read_words(b, text, to);
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
    char all[400];
    assert_non_null(entry);
    assert_true(entry->arg_count <= 16);
    *b = (struct bound){.args = {.entry = entry, .where = {.source = 1, .at = 0, .end = 50}}};
    b->args.arg = b->arg;
    snprintf(all, sizeof all, " %s", words);
    for (size_t i = 0; i < entry->arg_count; i++) {
        const struct arg_spec *spec = &entry->args[i];
        char key[40], value[200] = "";
        snprintf(key, sizeof key, " %s=", spec->name);
        const char *at = strstr(all, key);
        b->arg[i].type = spec->type;
        b->arg[i].given = at != NULL;
        b->arg[i].where = (struct span){1, (uint32_t)i + 1, (uint32_t)i + 2};
        if (at)
            sscanf(at + strlen(key), "%199s", value);
        else if (spec->standard)
            snprintf(value, sizeof value, "%s", spec->standard);
        if (value[0])
            read_value(b, spec, value, &b->arg[i]);
    }
}

static inline void make(struct dataset *d, const char *kind, const char *words, uint64_t seed)
{
    struct bound b;
    struct err e = {0};
    bind(&b, kind, words);
    if (dataset_make(&b.args, seed, NULL, d, &e))
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
    assert_int_equal(dataset_make(args, 1, NULL, &d, &e), -1);
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
