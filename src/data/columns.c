/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/columns.h"

#include "data/pick.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS_MOST = 1000000 };

int columns_add(struct columns *c, const char *name, const struct file_name *file, struct err *e)
{
    if (c->count == COLUMNS_MOST) {
        err_at(e, file->where, "\"%.200s\" has more than %d columns", file->name, COLUMNS_MOST);
        return err_hint(e, "is it a table, with a sample a line?");
    }
    if (mem_room(&c->item, &c->room, c->count + 1, sizeof *c->item))
        return err_memory(e);
    struct column *column = &c->item[c->count];
    column->name = arena_text(&c->arena, name, strlen(name));
    if (!column->name)
        return err_memory(e);
    c->count++;
    return 0;
}

void columns_finish(struct columns *c)
{
    for (size_t i = 0; i < c->count; i++)
        mem_free(c->item[i].word);
    mem_free(c->item);
    arena_finish(&c->arena);
    *c = (struct columns){0};
}

static int no_inputs(const struct columns *c, const struct arg *file, struct err *e)
{
    err_at(e, file->where, "no column of \"%.200s\" is left for the inputs", file->as.file.name);
    if (c->count == 1)
        return err_hint(e, "it has one column, which is the target; say target=input or "
                           "target=none");
    return err_hint(e, "name fewer targets, or drop fewer columns");
}

/* Inputs in the order of the file, targets in the order in which they were named. */
static int give_slots(struct columns *c, const struct choice *choice, const size_t *target,
                      const struct arg *file, struct err *e)
{
    for (size_t i = 0; i < c->count; i++)
        if (!choice->taken[i])
            c->item[i].slot = c->inputs++;
    for (size_t i = 0; i < c->targets; i++) {
        c->item[target[i]].slot = c->inputs + i;
        c->item[target[i]].target = true;
    }
    for (size_t i = 0; i < c->count; i++)
        if (c->item[i].weight)
            c->item[i].slot = c->inputs + c->targets;
    return c->inputs ? 0 : no_inputs(c, file, e);
}

static int choose_weight(struct columns *c, struct choice *choice, size_t *picked,
                         const struct arg *weight, struct err *e)
{
    size_t count = 0;
    if (!weight->given)
        return 0;
    if (pick(choice, weight, picked, &count, e))
        return -1;
    if (count > 1) {
        err_at(e, weight->where, "weight names %zu columns, and a sample has one weight", count);
        return err_hint(e, "name one of them");
    }
    c->item[picked[0]].weight = c->weighted = true;
    return 0;
}

static int choose_columns(struct columns *c, struct choice *choice, size_t *picked,
                          const struct args *args, struct dataset *to, struct err *e)
{
    const struct arg *drop = args_get(args, "drop"), *target = args_get(args, "target");
    size_t dropped = 0;
    if (drop->given && pick(choice, drop, picked, &dropped, e))
        return -1;
    for (size_t i = 0; i < dropped; i++)
        c->item[picked[i]].dropped = true;
    if (choose_weight(c, choice, picked, args_get(args, "weight"), e))
        return -1;
    to->target_is_input = pick_is(target, "input");
    if (!to->target_is_input && !pick_is(target, "none") &&
        pick(choice, target, picked, &c->targets, e))
        return -1;
    return give_slots(c, choice, picked, args_get(args, "file"), e);
}

int columns_deal_out(struct columns *c, const struct args *args, struct dataset *to, struct err *e)
{
    const struct arg *file = args_get(args, "file");
    char of[160];
    snprintf(of, sizeof of, "in \"%.120s\"%s", file->as.file.name,
             c->named ? "" : ", which has no header");
    struct choice choice = {.noun = "column", .of = of, .count = c->count, .where = file->where};
    const char **name = mem_new(c->count, sizeof *name);
    size_t *picked = mem_new(c->count, sizeof *picked);
    choice.taken = mem_new(c->count, sizeof *choice.taken);
    int bad = name && picked && choice.taken ? 0 : err_memory(e);
    for (size_t i = 0; !bad && i < c->count; i++)
        name[i] = c->item[i].name;
    choice.name = c->named ? name : NULL;
    if (!bad)
        bad = choose_columns(c, &choice, picked, args, to, e);
    mem_free(name);
    mem_free(picked);
    mem_free(choice.taken);
    return bad;
}

/* Where the word stands, or would. */
static size_t find_word(const struct column *of, const char *word, bool *there)
{
    size_t from = 0, to = of->classes;
    *there = false;
    while (from < to && !*there) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(of->word[middle].text, word);
        *there = order == 0;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return to;
}

enum { CLASSES_MOST = 10000 };

static int too_many_classes(struct err *e)
{
    err_at(e, (struct span){0}, "a target of more than %d different words", CLASSES_MOST);
    return err_hint(e, "text in a target is class names; drop= leaves a column out");
}

int column_class(struct columns *c, struct column *of, const char *word, real *number,
                 struct err *e)
{
    bool there;
    size_t at = find_word(of, word, &there);
    if (!there) {
        if (of->classes == CLASSES_MOST)
            return too_many_classes(e);
        const char *text = arena_text(&c->arena, word, strlen(word));
        if (!text || mem_room(&of->word, &of->room, of->classes + 1, sizeof *of->word))
            return err_memory(e);
        memmove(of->word + at + 1, of->word + at, (of->classes - at) * sizeof *of->word);
        of->word[at] = (struct class_name){text, (uint32_t)of->classes++};
    }
    *number = (real)of->word[at].number;
    return 0;
}

void column_sort(const struct column *of, uint32_t *place)
{
    for (size_t i = 0; i < of->classes; i++)
        place[of->word[i].number] = (uint32_t)i;
}
