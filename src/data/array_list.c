/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/array_list.h"

#include "data/pick.h"

int array_list_begin(struct array_list *l, const char *noun, size_t count, struct err *e)
{
    *l = (struct array_list){.noun = noun, .count = count};
    l->file = mem_new(count, sizeof *l->file);
    l->name = mem_new(count, sizeof *l->name);
    l->stored = mem_new(count, sizeof *l->stored);
    l->is_target = mem_new(count, sizeof *l->is_target);
    l->input = mem_new(count, sizeof(struct stored *));
    l->target = mem_new(count, sizeof(struct stored *));
    l->picked = mem_new(count, sizeof *l->picked);
    return l->file && l->name && l->stored && l->is_target && l->input && l->target && l->picked
               ? 0
               : err_memory(e);
}

void array_list_finish(struct array_list *l)
{
    for (size_t i = 0; i < l->opened; i++)
        stored_close(&l->stored[i]);
    mem_free(l->file);
    mem_free(l->name);
    mem_free(l->stored);
    mem_free(l->is_target);
    mem_free(l->input);
    mem_free(l->target);
    mem_free(l->picked);
    *l = (struct array_list){0};
}

static int no_input(const struct array_list *l, struct err *e)
{
    if (l->count > 1) {
        err_at(e, l->file[0].where, "all %zu %ss are targets", l->count, l->noun);
        return err_hint(e, "leave at least one for the inputs");
    }
    err_at(e, l->file[0].where, "\"%.200s\" is the only %s, and the last one is the target",
           l->name[0], l->noun);
    return err_hint(e, "add the target's %s, or target=input for an autoencoder, or target=none",
                    l->noun);
}

/* The targets stand in the order in which target= names them. */
static int deal_out(struct array_list *l, const struct arg *target, struct dataset *to,
                    struct err *e)
{
    struct choice c = {.noun = l->noun,
                       .of = "in this statement",
                       .name = l->name,
                       .count = l->count,
                       .taken = l->is_target,
                       .where = l->file[0].where};
    to->target_is_input = pick_is(target, "input");
    if (!to->target_is_input && !pick_is(target, "none")) {
        if (target->as.words.count >= l->count)
            return no_input(l, e);
        if (pick(&c, target, l->picked, &l->targets, e))
            return -1;
    }
    for (size_t i = 0; i < l->targets; i++)
        l->target[i] = &l->stored[l->picked[i]];
    for (size_t i = 0; i < l->count; i++)
        if (!l->is_target[i])
            l->input[l->inputs++] = &l->stored[i];
    return 0;
}

int array_list_load(struct array_list *l, const struct arg *target,
                    int (*open_array)(void *self, size_t i, struct stored *s, struct err *e),
                    void *self, struct dataset *to, struct err *e)
{
    if (deal_out(l, target, to, e))
        return -1;
    for (; l->opened < l->count; l->opened++)
        if (open_array(self, l->opened, &l->stored[l->opened], e))
            return -1;
    return arrays_load(to, l->input, l->inputs, l->target, l->targets, e);
}
