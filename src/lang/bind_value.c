/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values to types: one value, or a list of them. */
#include "lang/bind_value.h"

#include "lang/bind_call.h"
#include "lang/bind_number.h"
#include "lang/bind_text.h"

#include <string.h>

static int bind_names(struct binding *x, const struct values *v)
{
    struct arg *to = x->to;
    to->as.names.item = arena_new(x->b->arena, v->count, sizeof(char *));
    to->as.names.where = arena_new(x->b->arena, v->count, sizeof(struct span));
    if (!to->as.names.item || !to->as.names.where)
        return err_memory(x->e);
    for (size_t i = 0; i < v->count; i++) {
        const struct entry *row = NULL;
        to->as.names.where[i] = v->item[i]->where;
        if (x->spec->type == ARG_NAMES ? binding_name(x, v->item[i], &to->as.names.item[i])
                                       : binding_choice(x, v->item[i], &row))
            return -1;
        if (row)
            to->as.names.item[i] = row->name;
        to->as.names.count++;
    }
    return 0;
}

static int bind_borders(struct binding *x, const struct values *v)
{
    struct arg *to = x->to;
    to->as.numbers.border = arena_new(x->b->arena, v->bars, sizeof(uint32_t));
    if (!to->as.numbers.border)
        return err_memory(x->e);
    size_t before = 0;
    for (size_t i = 0; i < v->bars; i++) {
        size_t at = v->bar_at[i] > v->from ? v->bar_at[i] - v->from : 0;
        if (at == before || at == v->count) {
            err_at(x->e, v->bar[i], "no number stands on one side of this |");
            return err_hint(x->e, "| divides the numbers of one input from those of the next");
        }
        to->as.numbers.border[to->as.numbers.borders++] = (uint32_t)at;
        before = at;
    }
    return 0;
}

static int bind_numbers(struct binding *x, const struct values *v)
{
    struct arg *to = x->to;
    to->as.numbers.item = arena_new(x->b->arena, v->count, sizeof(double));
    if (!to->as.numbers.item)
        return err_memory(x->e);
    for (size_t i = 0; i < v->count; i++)
        if (binding_number(x, v->item[i], &to->as.numbers.item[to->as.numbers.count++]))
            return -1;
    return x->spec->type == ARG_BORDERS ? bind_borders(x, v) : 0;
}

static int bind_trees(struct binding *x, const struct values *v)
{
    x->to->as.exprs.item = arena_new(x->b->arena, v->count, sizeof(struct node *));
    if (!x->to->as.exprs.item)
        return err_memory(x->e);
    for (size_t i = 0; i < v->count; i++)
        x->to->as.exprs.item[i] = v->item[i];
    x->to->as.exprs.count = v->count;
    return 0;
}

static int bind_files(struct binding *x, const struct values *v)
{
    x->to->as.files.item = arena_new(x->b->arena, v->count, sizeof(struct file_name));
    if (!x->to->as.files.item)
        return err_memory(x->e);
    for (size_t i = 0; i < v->count; i++)
        if (binding_file(x, v->item[i], &x->to->as.files.item[x->to->as.files.count++]))
            return -1;
    return 0;
}

static int bind_words(struct binding *x, const struct values *v)
{
    x->to->as.words.item = arena_new(x->b->arena, v->count, sizeof(struct written));
    if (!x->to->as.words.item)
        return err_memory(x->e);
    for (size_t i = 0; i < v->count; i++)
        if (binding_word(x, v->item[i], &x->to->as.words.item[x->to->as.words.count++]))
            return -1;
    return 0;
}

static bool takes_several(enum arg_type type)
{
    return type == ARG_NAMES || type == ARG_CHOICES || type == ARG_NUMBERS || type == ARG_EXPRS ||
           type == ARG_BORDERS || type == ARG_FILES || type == ARG_WORDS;
}

static int only_one(struct binding *x, const struct values *v)
{
    if (v->bars && x->spec->type != ARG_BORDERS) {
        err_at(x->e, v->bar[0], "%s takes no |", x->spec->name);
        return err_hint(x->e, "| stands between the numbers of several inputs");
    }
    if (v->count == 1 || takes_several(x->spec->type))
        return 0;
    err_at(x->e, v->item[1]->where, "%s takes one value", x->spec->name);
    if (binding_decimal_comma(x, v->item[0], v->item[1]))
        return -1;
    return x->spec->form == CLAUSE
               ? err_hint(x->e, "other values stand before the first key or clause")
               : err_hint(x->e, "keys are separated by blanks, without commas");
}

int binding_values(struct binding *x, const struct values *v)
{
    const struct node *n = v->item[0];
    if (only_one(x, v))
        return -1;
    switch (x->spec->type) {
    case ARG_WHOLE:
        return binding_whole(x, n);
    case ARG_NUMBER:
        return binding_number(x, n, &x->to->as.number);
    case ARG_BOOL:
        return binding_bool(x, n);
    case ARG_STRING:
        return binding_string(x, n, &x->to->as.text);
    case ARG_FILE:
        return binding_file(x, n, &x->to->as.file);
    case ARG_FILES:
        return bind_files(x, v);
    case ARG_WORDS:
        return bind_words(x, v);
    case ARG_NAME:
        return binding_name(x, n, &x->to->as.text);
    case ARG_PATH:
        return binding_path(x, n);
    case ARG_SHAPE:
        return binding_shape(x, n);
    case ARG_CHOICE:
        return binding_choice(x, n, &x->to->as.choice);
    case ARG_CALL:
        return binding_row(x, n);
    case ARG_SUM:
        return binding_sum(x, n);
    case ARG_ENTRY:
        return binding_entry(x, n);
    case ARG_NAMES:
    case ARG_CHOICES:
        return bind_names(x, v);
    case ARG_NUMBERS:
    case ARG_BORDERS:
        return bind_numbers(x, v);
    case ARG_EXPR:
    case ARG_EXPRS:
        return bind_trees(x, v);
    case ARG_ROWS:
    case ARG_BODY:
    case ARG_PAIR:
        break;
    }
    return err_at(x->e, n->where, "%s is no value", x->spec->name);
}
