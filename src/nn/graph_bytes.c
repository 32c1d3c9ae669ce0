/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What holds no pointers goes as it is in memory; what is pointed to follows behind. Names that
 * stand in the rows of the tables are found there again. */
#include "nn/graph_bytes.h"

#include "nn/bidirectional.h"
#include "nn/joint_term.h"
#include "nn/layer.h"

#include <string.h>

static void put_ids(struct str *to, const id *ids, uint32_t n)
{
    bytes_put_block(to, ids, n * sizeof *ids);
}

static void write_body(struct str *to, const struct layer *l)
{
    for (size_t i = 0; i < l->bodies; i++) {
        struct body_call c = l->body[i];
        c.name = NULL;
        c.input = NULL;
        str_bytes(to, (const char *)&c, sizeof c);
        bytes_put_text(to, l->body[i].name);
        put_ids(to, l->body[i].input, c.inputs);
    }
}

/* The kinds with a body stand in no table. */
static const struct layer_kind *body_kind(const char *name)
{
    if (strcmp(name, block_kind.entry.name) == 0)
        return &block_kind;
    if (strcmp(name, bidirectional_kind.entry.name) == 0)
        return &bidirectional_kind;
    return strcmp(name, wrapper_kind.entry.name) == 0 ? &wrapper_kind : NULL;
}

static int write_layer(struct str *to, const struct entry_finder *f, const struct layer *from)
{
    const char *name = from->kind->entry.name;
    const bool plain = table_find(&layer_kinds, name) == &from->kind->entry;
    struct layer l = *from;
    if (!plain && body_kind(name) != from->kind)
        return -1;
    l.kind = NULL;
    l.args = NULL;
    l.name = NULL;
    l.body = NULL;
    str_bytes(to, (const char *)&l, sizeof l);
    bytes_put_text(to, name);
    bytes_put_text(to, from->name);
    write_body(to, from);
    return args_write_row(to, f, from->args);
}

static int write_weight(struct str *to, const struct entry_finder *f, const struct weight *from)
{
    struct weight w = *from;
    w.name = w.path = NULL;
    w.init = w.constraint = NULL;
    str_bytes(to, (const char *)&w, sizeof w);
    bytes_put_text(to, from->path);
    return args_write(to, f, &init_kinds, from->init) ||
                   args_write(to, f, &constraint_kinds, from->constraint)
               ? -1
               : 0;
}

static void write_call(struct str *to, const struct call *from)
{
    struct call c = *from;
    c.name = NULL;
    c.input = NULL;
    str_bytes(to, (const char *)&c, sizeof c);
    bytes_put_text(to, from->name);
    put_ids(to, from->input, from->inputs);
}

static int write_term(struct str *to, const struct entry_finder *f, const struct term *from)
{
    struct term t = *from;
    t.slot = NULL;
    t.args = NULL;
    str_bytes(to, (const char *)&t, sizeof t);
    bytes_put_text(to, from->slot);
    return args_write(to, f, &penalty_kinds, from->args);
}

int graph_write(struct str *to, const struct entry_finder *f, const struct graph *g)
{
    const size_t counts[] = {g->layers, g->weights, g->calls,        g->values,
                             g->terms,  g->bodies,  g->weight_reals, g->outputs};
    int failed = 0;
    str_bytes(to, (const char *)counts, sizeof counts);
    bytes_put_whole(to, g->numbered);
    bytes_put_whole(to, g->joints);
    str_bytes(to, (const char *)g->output, sizeof g->output);
    for (size_t i = 0; i < g->layers && !failed; i++)
        failed = write_layer(to, f, &g->layer[i]);
    for (size_t i = 0; i < g->weights && !failed; i++)
        failed = write_weight(to, f, &g->weight[i]);
    for (size_t i = 0; i < g->calls; i++)
        write_call(to, &g->call[i]);
    bytes_put_block(to, g->value, g->values * sizeof *g->value);
    for (size_t i = 0; i < g->terms && !failed; i++)
        failed = write_term(to, f, &g->term[i]);
    bytes_put_block(to, g->body_at, g->bodies * sizeof *g->body_at);
    return failed;
}

/* A graph on its way out of bytes: its lists and all in them stand in the arena. */
struct reading {
    struct bytes *b;
    struct arena arena;
    const struct entry_finder *f;
    struct graph g;
};

static void *new_list(struct reading *r, size_t count, size_t size)
{
    void *list = count <= r->b->left ? arena_new(&r->arena, count, size) : NULL;
    r->b->failed = r->b->failed || !list;
    return list;
}

static const char *take_name(struct reading *r)
{
    const char *name = bytes_take_text(r->b, &r->arena);
    r->b->failed = r->b->failed || !name;
    return name;
}

static const id *take_ids(struct reading *r, uint32_t n)
{
    size_t bytes;
    const char *block = bytes_take_block(r->b, &bytes);
    id *ids = arena_new(&r->arena, n, sizeof *ids);
    r->b->failed = r->b->failed || !ids || bytes != n * sizeof *ids;
    if (!r->b->failed && n)
        memcpy(ids, block, bytes);
    return ids;
}

static void *take_list(struct reading *r, size_t count, size_t size)
{
    size_t bytes;
    const char *block = bytes_take_block(r->b, &bytes);
    void *list = new_list(r, count, size);
    r->b->failed = r->b->failed || bytes != count * size;
    if (!r->b->failed && bytes)
        memcpy(list, block, bytes);
    return list;
}

static void read_body(struct reading *r, struct layer *l)
{
    l->body = l->bodies ? new_list(r, l->bodies, sizeof *l->body) : NULL;
    for (size_t i = 0; i < l->bodies && !r->b->failed; i++) {
        struct body_call *c = &l->body[i];
        bytes_take(r->b, c, sizeof *c);
        c->name = take_name(r);
        c->input = take_ids(r, c->inputs);
    }
}

static void read_layer(struct reading *r, struct layer *l)
{
    bytes_take(r->b, l, sizeof *l);
    const char *kind = take_name(r);
    l->name = take_name(r);
    if (r->b->failed)
        return;
    l->kind = (const struct layer_kind *)table_find(&layer_kinds, kind);
    if (!l->kind)
        l->kind = body_kind(kind);
    read_body(r, l);
    r->b->failed = r->b->failed || !l->kind;
    if (!r->b->failed)
        l->args = args_read_row(r->b, &r->arena, r->f, &l->kind->entry);
}

/* The name as the layer's kind says it. */
static void name_weight(struct reading *r, size_t i)
{
    struct weight *w = &r->g.weight[i];
    struct weight_spec spec[WEIGHTS_MOST];
    if (w->layer >= r->g.layers || i < r->g.layer[w->layer].first_weight) {
        r->b->failed = true;
        return;
    }
    const struct layer *l = &r->g.layer[w->layer];
    const size_t n = layer_weights(l, spec);
    const size_t number = i - l->first_weight;
    r->b->failed = number >= n;
    w->name = number < n ? spec[number].name : NULL;
}

static void read_weight(struct reading *r, size_t i)
{
    struct weight *w = &r->g.weight[i];
    bytes_take(r->b, w, sizeof *w);
    w->path = take_name(r);
    w->init = args_read(r->b, &r->arena, r->f, &init_kinds);
    w->constraint = args_read(r->b, &r->arena, r->f, &constraint_kinds);
    r->b->failed = r->b->failed || !w->init;
    if (!r->b->failed)
        name_weight(r, i);
}

static void read_call(struct reading *r, struct call *c)
{
    bytes_take(r->b, c, sizeof *c);
    c->name = take_name(r);
    c->input = take_ids(r, c->inputs);
}

static void read_term(struct reading *r, struct term *t)
{
    bytes_take(r->b, t, sizeof *t);
    const char *slot = take_name(r);
    t->args = args_read(r->b, &r->arena, r->f, &penalty_kinds);
    const bool joint = term_is_joint(t);
    r->b->failed = r->b->failed || !t->args || (!joint && t->layer >= r->g.layers);
    if (r->b->failed)
        return;
    const struct entry *entry = joint ? &joint_term.entry : &r->g.layer[t->layer].kind->entry;
    for (size_t i = 0; i < entry->arg_count; i++)
        if (strcmp(entry->args[i].name, slot) == 0)
            t->slot = entry->args[i].name;
    r->b->failed = !t->slot;
}

static void read_lists(struct reading *r)
{
    struct graph *g = &r->g;
    size_t *const counts[] = {&g->layers, &g->weights, &g->calls,        &g->values,
                              &g->terms,  &g->bodies,  &g->weight_reals, &g->outputs};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        *counts[i] = (size_t)bytes_take_whole(r->b);
    g->numbered = (uint32_t)bytes_take_whole(r->b);
    g->joints = (uint32_t)bytes_take_whole(r->b);
    bytes_take(r->b, g->output, sizeof g->output);
    g->layer = new_list(r, g->layers, sizeof *g->layer);
    for (size_t i = 0; i < g->layers && !r->b->failed; i++)
        read_layer(r, &g->layer[i]);
    g->weight = new_list(r, g->weights, sizeof *g->weight);
    for (size_t i = 0; i < g->weights && !r->b->failed; i++)
        read_weight(r, i);
    g->call = new_list(r, g->calls, sizeof *g->call);
    for (size_t i = 0; i < g->calls && !r->b->failed; i++)
        read_call(r, &g->call[i]);
    g->value = take_list(r, g->values, sizeof *g->value);
    g->term = new_list(r, g->terms, sizeof *g->term);
    for (size_t i = 0; i < g->terms && !r->b->failed; i++)
        read_term(r, &g->term[i]);
    g->body_at = take_list(r, g->bodies, sizeof *g->body_at);
}

struct graph *graph_read(struct bytes *b, const struct entry_finder *f)
{
    struct reading r = {.b = b, .f = f};
    read_lists(&r);
    struct graph *g = b->failed ? NULL : graph_copy(&r.g);
    b->failed = b->failed || !g;
    arena_finish(&r.arena);
    return g;
}
