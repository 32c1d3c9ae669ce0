/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How often other systems count the penalty of a weight. In all of them a container (a model that
 * is called as a layer: a block) has a list of penalties, into which it copies those of the layers
 * in it; they differ in when. So what happens is a series of copies from one list into another, and
 * how often a layer's own penalty arrives in the outermost list follows from the series read
 * backwards: what arrives in a list counts as often as it is handed on later. */
#include "nn/listing.h"

#include "nn/bidirectional.h"

struct copy {
    id to, from; /* layers; to == graph->layers: the model */
};

/* A run of a block that was made: on the same tensor it is not made again. */
struct made {
    size_t on, output;
    size_t before; /* the one of the same block made before, plus 1 */
};

struct lists {
    const struct graph *g;
    enum listing how;
    struct copy *copy;
    size_t copies, copy_room;
    struct made *made;
    size_t runs, run_room;
    size_t *newest; /* for each block: its newest run, plus 1 */
    id *seen;       /* for each layer: the container, plus 1, in whose list it was last put */
    size_t *tensor; /* for each value that a call at the top puts out: its number */
    size_t tensors; /* how many there are, so that each has a number */
    bool failed;
};

/* A block that is part of the model: one that is never called could spell out to any size. */
static bool is_model(const struct layer *l)
{
    return l->kind == &block_kind && l->built;
}

/* What a wrapper's list is: that of what it wraps. */
static id wrapped_layer(const struct graph *g, id layer)
{
    while (g->layer[layer].kind == &wrapper_kind)
        layer = g->layer[layer].body[0].layer;
    return layer;
}

static void hand_list(struct lists *l, id to, id from)
{
    if (mem_room(&l->copy, &l->copy_room, l->copies + 1, sizeof *l->copy))
        l->failed = true;
    else
        l->copy[l->copies++] = (struct copy){to, wrapped_layer(l->g, from)};
}

/* A container's list takes a layer that is called in it. */
static void hold_list(struct lists *l, id container, id layer)
{
    const struct layer *it = &l->g->layer[layer];
    const bool wraps_block =
        it->kind == &wrapper_kind && l->g->layer[wrapped_layer(l->g, layer)].body;
    const bool again = l->seen[layer] == container + 1;
    l->seen[layer] = container + 1;
    if (l->how == LIST_BY_NODE ? !wraps_block : !again)
        hand_list(l, container, layer);
}

static size_t run_layer(struct lists *l, id layer, size_t on);

/* The body of a block, from `on`; what each call puts out follows from tensor[]. `into`: the
 * block's list takes what the lists of the layers hold after their calls. */
static size_t run_body(struct lists *l, id block, size_t on, bool into)
{
    const struct layer *it = &l->g->layer[block];
    size_t *tensor = mem_new(it->bodies + 1, sizeof *tensor), last = on;
    if (!tensor) {
        l->failed = true;
        return on;
    }
    tensor[0] = on;
    for (size_t i = 0; i < it->bodies && !l->failed; i++) {
        const struct body_call *b = &it->body[i];
        last = tensor[i + 1] = run_layer(l, b->layer, b->inputs ? tensor[b->input[0]] : on);
        if (into)
            hand_list(l, block, b->layer);
    }
    mem_free(tensor);
    return last;
}

static size_t run_block(struct lists *l, id block, size_t on)
{
    for (size_t i = l->newest[block]; i > 0; i = l->made[i - 1].before)
        if (l->made[i - 1].on == on)
            return l->made[i - 1].output;
    const size_t output = run_body(l, block, on, true);
    if (mem_room(&l->made, &l->run_room, l->runs + 1, sizeof *l->made)) {
        l->failed = true;
        return output;
    }
    l->made[l->runs++] = (struct made){on, output, l->newest[block]};
    l->newest[block] = l->runs;
    return output;
}

static size_t run_layer(struct lists *l, id layer, size_t on)
{
    const struct layer *it = &l->g->layer[layer];
    if (it->kind == &block_kind)
        return run_block(l, layer, on);
    /* A wrapper reshapes first, which makes another tensor. */
    if (it->kind == &wrapper_kind)
        run_layer(l, it->body[0].layer, l->tensors++);
    return l->tensors++;
}

/* A block is made: so are the blocks in its body, which follow it, and then its own calls. */
static void define_block(struct lists *l, id block)
{
    const struct layer *it = &l->g->layer[block];
    for (id b = block + 1; b < l->g->layers && graph_is_inside(l->g, b, block); b++)
        if (l->g->layer[b].parent == block && is_model(&l->g->layer[b]))
            define_block(l, b);
    if (l->how == LIST_BY_RUN)
        run_body(l, block, l->tensors++, false);
    else
        for (size_t i = 0; i < it->bodies; i++)
            hold_list(l, block, it->body[i].layer);
}

/* All blocks that are called, and stood when there were so many calls, from *next on. */
static void define_until(struct lists *l, id *next, size_t calls)
{
    const struct graph *g = l->g;
    for (; *next < g->layers && g->layer[*next].calls_before <= calls; ++*next)
        if (is_model(&g->layer[*next]) && g->layer[*next].parent == NOTHING)
            define_block(l, *next);
}

/* A bidirectional layer has the lists of its halves. */
static void list_halves(struct lists *l)
{
    for (id i = 0; i < l->g->layers; i++)
        for (size_t k = 0; l->g->layer[i].kind == &bidirectional_kind && k < l->g->layer[i].bodies;
             k++)
            hand_list(l, i, l->g->layer[i].body[k].layer);
}

static void list_all(struct lists *l)
{
    const struct graph *g = l->g;
    id next = 0;
    list_halves(l);
    for (id c = 0; c < g->calls && !l->failed; c++) {
        const struct call *it = &g->call[c];
        define_until(l, &next, c);
        if (l->how == LIST_BY_RUN && it->caller == NOTHING)
            l->tensor[it->output] =
                run_layer(l, it->layer, it->inputs ? l->tensor[it->input[0]] : 0);
    }
    define_until(l, &next, g->calls);
    for (id c = 0; c < g->calls && !l->failed; c++)
        if (g->call[c].caller == NOTHING)
            hold_list(l, (id)g->layers, g->call[c].layer);
}

double *listing_count(const struct graph *g, enum listing how)
{
    struct lists l = {.g = g, .how = how};
    double *count = mem_new(g->layers + 1, sizeof *count);
    l.seen = mem_new(g->layers, sizeof *l.seen);
    l.newest = mem_new(g->layers, sizeof *l.newest);
    l.tensor = mem_new(g->values, sizeof *l.tensor);
    l.failed = !count || !l.seen || !l.newest || !l.tensor;
    if (!l.failed)
        list_all(&l);
    if (!l.failed) {
        count[g->layers] = 1;
        for (size_t i = l.copies; i-- > 0;)
            count[l.copy[i].from] += count[l.copy[i].to];
    }
    mem_free(l.copy);
    mem_free(l.made);
    mem_free(l.seen);
    mem_free(l.newest);
    mem_free(l.tensor);
    if (!l.failed)
        return count;
    mem_free(count);
    return NULL;
}
