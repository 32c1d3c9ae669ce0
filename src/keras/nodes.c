/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keras/nodes.h"

#include "base/index.h"

#include <stdlib.h>
#include <string.h>

struct nodes {
    struct keras_model *m;
    struct keras_graph *g;
    const char *what, *place;
    struct index by_name;
    struct keras_tensor
        *found; /* of the call that is read; call is the node's number in the file */
    size_t founds, room;
    bool bare; /* nothing but tensors was found */
};

static int wrong(const struct nodes *n, struct err *e, const char *place, const char *why)
{
    return err_at(e, (struct span){0}, "%s: %s%s%s", n->what, place, *place ? ": " : "", why);
}

static uint32_t layer_named(const struct nodes *n, const char *name)
{
    uint32_t i = index_first(&n->by_name, name);
    while (i != INDEX_NONE && strcmp(n->g->layer[i].name, name) != 0)
        i = index_next(&n->by_name, i);
    return i;
}

static int index_layers(struct nodes *n, struct err *e)
{
    if (index_reserve(&n->by_name, n->g->layers))
        return err_memory(e);
    for (size_t i = 0; i < n->g->layers; i++) {
        const struct keras_layer *l = &n->g->layer[i];
        if (!*l->name)
            return wrong(n, e, l->place, "there is no name");
        const uint32_t other = layer_named(n, l->name);
        if (other != INDEX_NONE)
            return err_at(e, (struct span){0}, "%s: %s: its name, \"%.60s\", is that of %s too",
                          n->what, l->place, l->name, n->g->layer[other].place);
        if (index_add(&n->by_name, l->name))
            return err_memory(e);
    }
    return 0;
}

static int add_tensor(struct nodes *n, const json_t *history, const char *place, struct err *e)
{
    const char *name = json_string_value(json_array_get(history, 0));
    const json_int_t node = json_integer_value(json_array_get(history, 1));
    const json_int_t output = json_integer_value(json_array_get(history, 2));
    const uint32_t layer = layer_named(n, name);
    if (layer == INDEX_NONE)
        return err_at(e, (struct span){0}, "%s: %s: there is no layer \"%.80s\"", n->what, place,
                      name);
    if (node < 0 || output < 0)
        return wrong(n, e, place, "a number of a call is below 0");
    if (mem_room(&n->found, &n->room, n->founds + 1, sizeof *n->found))
        return err_memory(e);
    n->found[n->founds++] = (struct keras_tensor){layer, (size_t)node, (size_t)output};
    return 0;
}

static bool is_history(const json_t *value)
{
    return json_is_array(value) && json_array_size(value) >= 3 &&
           json_is_string(json_array_get(value, 0)) && json_is_integer(json_array_get(value, 1)) &&
           json_is_integer(json_array_get(value, 2));
}

/* All tensors in a value, in their order, however they are nested. */
static int find_tensors(struct nodes *n, const json_t *value, const char *place, struct err *e)
{
    if (is_history(value))
        return add_tensor(n, value, place, e);
    const char *class_name = json_string_value(json_object_get(value, "class_name"));
    if (class_name && strcmp(class_name, "__keras_tensor__") == 0) {
        const json_t *history = json_object_get(json_object_get(value, "config"), "keras_history");
        return is_history(history) ? add_tensor(n, history, place, e)
                                   : wrong(n, e, place, "a __keras_tensor__ has no keras_history");
    }
    int failed = 0;
    for (size_t i = 0; i < json_array_size(value) && !failed; i++)
        failed = find_tensors(n, json_array_get(value, i), place, e);
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)value, key, member)
    {
        failed = failed || find_tensors(n, member, place, e);
    }
    n->bare = n->bare && json_is_array(value);
    return failed ? -1 : 0;
}

/* Whether arguments say something beside the tensors: null says nothing, nor does what Keras 3
 * writes as training, which its functional models do not pass on. */
static bool says_more(const struct nodes *n, const json_t *arguments)
{
    const char *key;
    json_t *value;
    bool more = false;
    json_object_foreach((json_t *)arguments, key, value)
    {
        more = more ||
               !(json_is_null(value) || (n->m->dialect == KERAS_3 && strcmp(key, "training") == 0));
    }
    return more;
}

static struct keras_tensor *keep_found(struct nodes *n, size_t from, size_t *count)
{
    const size_t found = n->founds - from;
    struct keras_tensor *kept = arena_new(&n->m->arena, found + 1, sizeof *kept);
    if (kept && found)
        memcpy(kept, &n->found[from], found * sizeof *kept);
    *count = found;
    n->founds = from;
    return kept;
}

/* Keras 3: {"args": [...], "kwargs": {...}}. */
static int read_node(struct nodes *n, const json_t *node, const char *place, struct keras_call *c,
                     struct err *e)
{
    const json_t *args = json_object_get(node, "args"), *more = json_object_get(node, "kwargs");
    if (!json_is_object(node)) {
        /* The tensor itself, where a function of TensorFlow is called. */
        const json_t *first = is_history(node) ? node : json_array_get(node, 0);
        args = node;
        more = json_array_get(first, 3);
        if (!json_is_array(node))
            return wrong(n, e, place, "a node in inbound_nodes is no list");
    }
    n->bare = true;
    int failed = find_tensors(n, args, place, e);
    const bool plain = n->bare || !json_is_object(node);
    failed =
        failed || find_tensors(n, json_is_object(node) || is_history(node) ? more : NULL, place, e);
    if (failed)
        return -1;
    c->further = says_more(n, more) ? more : plain ? NULL : args;
    c->input = keep_found(n, 0, &c->inputs);
    return c->input ? 0 : err_memory(e);
}

static int read_calls(struct nodes *n, struct keras_layer *l, struct err *e)
{
    const json_t *nodes = json_object_get(l->whole, "inbound_nodes");
    if (nodes && !json_is_array(nodes))
        return wrong(n, e, l->place, "inbound_nodes is no list");
    const size_t calls = json_array_size(nodes);
    l->call = arena_new(&n->m->arena, calls + 1, sizeof *l->call);
    if (!l->call)
        return err_memory(e);
    l->calls = calls;
    for (size_t i = 0; i < calls; i++)
        if (read_node(n, json_array_get(nodes, i), l->place, &l->call[i], e))
            return -1;
    return 0;
}

static int read_ends(struct nodes *n, const json_t *config, struct err *e)
{
    struct keras_graph *g = n->g;
    n->founds = 0;
    if (find_tensors(n, json_object_get(config, "input_layers"), n->place, e))
        return -1;
    g->input = keep_found(n, 0, &g->inputs);
    if (find_tensors(n, json_object_get(config, "output_layers"), n->place, e))
        return -1;
    g->output = keep_found(n, 0, &g->outputs);
    if (!g->input || !g->output)
        return err_memory(e);
    if (!g->inputs || !g->outputs)
        return wrong(n, e, n->place,
                     g->inputs ? "there are no output_layers" : "there are no input_layers");
    for (size_t i = 0; i < g->inputs; i++)
        if (strcmp(g->layer[g->input[i].layer].class_name, "InputLayer") != 0)
            return wrong(n, e, g->layer[g->input[i].layer].place,
                         "input_layers names it, and it is no InputLayer");
    return 0;
}

static int compare_tensors(const void *a, const void *b)
{
    const struct keras_tensor *x = a, *y = b;
    if (x->layer != y->layer)
        return x->layer < y->layer ? -1 : 1;
    return (x->call > y->call) - (x->call < y->call);
}

/* Does `visit` to every tensor that something takes. */
static int each_use(struct nodes *n, int (*visit)(struct nodes *n, struct keras_tensor *t))
{
    int failed = 0;
    for (size_t i = 0; i < n->g->layers; i++)
        for (size_t k = 0; k < n->g->layer[i].calls; k++)
            for (size_t j = 0; j < n->g->layer[i].call[k].inputs && !failed; j++)
                failed = visit(n, &n->g->layer[i].call[k].input[j]);
    for (size_t i = 0; i < n->g->outputs && !failed; i++)
        failed = visit(n, &n->g->output[i]);
    for (size_t i = 0; i < n->g->inputs && !failed; i++)
        failed = visit(n, &n->g->input[i]);
    return failed;
}

static int gather_use(struct nodes *n, struct keras_tensor *t)
{
    if (mem_room(&n->found, &n->room, n->founds + 1, sizeof *n->found))
        return -1;
    n->found[n->founds++] = *t;
    return 0;
}

/* found[] is sorted, and has each call that is used once, with its place among those of the layer.
 */
static int number_use(struct nodes *n, struct keras_tensor *t)
{
    const struct keras_tensor *at =
        bsearch(t, n->found, n->founds, sizeof *n->found, compare_tensors);
    t->call = at->output;
    return 0;
}

static int tell_lost(struct nodes *n, struct keras_layer *l, size_t used, struct err *e)
{
    struct keras_model *m = n->m;
    struct str text = {0};
    str_addf(
        &text,
        "it is called %zu times, and what follows takes the outputs of %zu call%s: which is meant "
        "where is lost, as in files of Keras 3.2.1",
        l->calls, used, used == 1 ? "" : "s");
    const char *kept = text.failed ? NULL : arena_text(&m->arena, text.text, text.size);
    str_finish(&text);
    if (!kept || mem_room(&m->note, &m->note_room, m->notes + 1, sizeof *m->note))
        return err_memory(e);
    m->note[m->notes++] = (struct keras_note){l->place, kept};
    return 0;
}

/* A layer is called only where something takes the output. So its numbers in the file, which may
 * begin at 1 where the layer is a model, are those of its calls in their order; fewer numbers than
 * calls mean that the file does not tell which. */
static int number_calls(struct nodes *n, struct err *e)
{
    n->founds = 0;
    if (each_use(n, gather_use))
        return err_memory(e);
    qsort(n->found, n->founds, sizeof *n->found, compare_tensors);
    size_t kept = 0;
    for (size_t i = 0; i < n->founds; i++)
        if (!kept || compare_tensors(&n->found[kept - 1], &n->found[i]) != 0)
            n->found[kept++] = n->found[i];
    n->founds = kept;
    bool *lost = arena_new(&n->m->arena, n->g->layers, sizeof *lost);
    if (!lost)
        return err_memory(e);
    for (size_t i = 0, end; i < kept; i = end) {
        struct keras_layer *l = &n->g->layer[n->found[i].layer];
        for (end = i; end < kept && n->found[end].layer == n->found[i].layer; end++)
            n->found[end].output = end - i;
        if (end - i > (l->calls ? l->calls : 1))
            return err_at(
                e, (struct span){0},
                "%s: %s: the outputs of %zu calls of it are taken, and it is called %zu times",
                n->what, l->place, end - i, l->calls);
        lost[n->found[i].layer] = end - i < l->calls;
        if (lost[n->found[i].layer] && tell_lost(n, l, end - i, e))
            return -1;
    }
    each_use(n, number_use);
    for (size_t i = 0; i < n->g->layers; i++)
        for (size_t k = 0; k < n->g->layer[i].calls; k++)
            for (size_t j = 0; j < n->g->layer[i].call[k].inputs; j++)
                n->g->layer[i].call[k].lost |= lost[n->g->layer[i].call[k].input[j].layer];
    return 0;
}

/* How far a call is on its way into the order. */
struct visit {
    struct keras_tensor of;
    size_t next; /* of its inputs */
};
enum { UNSEEN, UNDER_WAY, ORDERED };

static int order_from(struct nodes *n, struct visit *stack, uint8_t *const *state,
                      struct keras_tensor from, struct err *e)
{
    struct keras_graph *g = n->g;
    size_t depth = 0;
    stack[depth++] = (struct visit){from, 0};
    state[from.layer][from.call] = UNDER_WAY;
    while (depth) {
        struct visit *v = &stack[depth - 1];
        const struct keras_call *c = &g->layer[v->of.layer].call[v->of.call];
        if (v->next == c->inputs) {
            state[v->of.layer][v->of.call] = ORDERED;
            g->order[g->orders++] = v->of;
            depth--;
            continue;
        }
        struct keras_tensor t = c->input[v->next++];
        t.output = 0;
        if (t.call >= g->layer[t.layer].calls || state[t.layer][t.call] == ORDERED)
            continue;
        if (state[t.layer][t.call] == UNDER_WAY)
            return wrong(n, e, g->layer[t.layer].place,
                         "its call takes its own output, through others");
        state[t.layer][t.call] = UNDER_WAY;
        stack[depth++] = (struct visit){t, 0};
    }
    return 0;
}

/* The order of the file, but that what a call takes comes before it. */
static int order_calls(struct nodes *n, struct err *e)
{
    struct keras_graph *g = n->g;
    size_t calls = 0;
    for (size_t i = 0; i < g->layers; i++)
        calls += g->layer[i].calls;
    uint8_t **state = arena_new(&n->m->arena, g->layers, sizeof *state);
    uint8_t *states = arena_new(&n->m->arena, calls + 1, sizeof *states);
    g->order = arena_new(&n->m->arena, calls + 1, sizeof *g->order);
    struct visit *stack = mem_new(calls + 1, sizeof *stack);
    int failed = state && states && g->order && stack ? 0 : err_memory(e);
    for (size_t i = 0; i < g->layers && !failed; i++) {
        state[i] = states;
        states += g->layer[i].calls;
    }
    for (size_t i = 0; i < g->layers; i++)
        for (size_t k = 0; k < g->layer[i].calls && !failed; k++)
            if (state[i][k] == UNSEEN)
                failed = order_from(n, stack, state, (struct keras_tensor){i, k, 0}, e);
    mem_free(stack);
    return failed ? -1 : 0;
}

int nodes_read(struct keras_model *m, struct keras_graph *g, const json_t *config, const char *what,
               const char *place, struct err *e)
{
    struct nodes n = {.m = m, .g = g, .what = what, .place = place};
    int failed = index_layers(&n, e);
    for (size_t i = 0; i < g->layers && !failed; i++)
        failed = read_calls(&n, &g->layer[i], e);
    failed = failed || read_ends(&n, config, e) || number_calls(&n, e) || order_calls(&n, e);
    index_finish(&n.by_name);
    mem_free(n.found);
    return failed ? -1 : 0;
}

int nodes_chain(struct keras_model *m, struct keras_graph *g, struct err *e)
{
    const size_t count = g->layers;
    struct keras_tensor *t = arena_new(&m->arena, 2 * count + 2, sizeof *t);
    struct keras_call *c = arena_new(&m->arena, count, sizeof *c);
    if (!t || !c)
        return err_memory(e);
    g->order = t + count;
    for (size_t i = 0; i < count; i++) {
        t[i].layer = i;
        if (i == 0)
            continue;
        c[i] = (struct keras_call){.input = &t[i - 1], .inputs = 1};
        g->layer[i].call = &c[i];
        g->layer[i].calls = 1;
        g->order[g->orders++] = t[i];
    }
    g->input = &t[0];
    g->output = &t[count - 1];
    g->inputs = g->outputs = 1;
    return 0;
}
