/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/layer.h"

#define ROW(name) extern const struct layer_kind layer_##name;
#include "nn/layers.def"
#undef ROW

static const struct entry *const rows[] = {
#define ROW(name) &layer_##name.entry,
#include "nn/layers.def"
#undef ROW
};

const struct table layer_kinds = {"layer", rows, sizeof rows / sizeof *rows};

static const struct args *activation_of(const struct layer *l)
{
    const size_t i = entry_meaning(l->args->entry, MEANS_OUTPUT_ACTIVATION);
    return i < l->args->entry->arg_count ? l->args->arg[i].as.call : NULL;
}

static bool counts_idle(const struct layer *l)
{
    const size_t i = entry_meaning(l->args->entry, MEANS_IDLE);
    return i < l->args->entry->arg_count && l->args->arg[i].as.yes;
}

/* A row of what a layer with an activation puts out; of one that no call has built, any. */
static struct shape row_out(const struct layer *l)
{
    struct shape out = shape_of(1);
    struct err ignored;
    if (l->built)
        l->kind->shape(l->args, &l->in, &out, &ignored);
    return out;
}

size_t layer_weights(const struct layer *l, struct weight_spec w[WEIGHTS_MOST])
{
    const struct shape any = shape_of(1);
    const struct args *function = activation_of(l);
    const struct activation_work *work = activation_work(function);
    const bool has_weights = work && work->weights, idle = counts_idle(l);
    size_t n = l->kind->weights ? l->kind->weights(l->args, l->built ? &l->in : &any, w) : 0;
    if (!has_weights && !idle)
        return n;
    const struct shape out = row_out(l);
    if (has_weights)
        n += work->weights(function, shape_last(&out), w + n);
    if (idle)
        w[n++] = (struct weight_spec){
            .name = "idle", .shape = shape_of(shape_last(&out)), .moving = true};
    return n;
}

int layer_check_activation(const struct layer *l, struct err *e)
{
    const struct args *function = activation_of(l);
    const struct activation_work *work = activation_work(function);
    if (!work || !work->check)
        return 0;
    const struct shape out = row_out(l);
    return work->check(function, &out, e);
}
