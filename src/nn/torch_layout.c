/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/torch_layout.h"

#include "nn/bidirectional.h"
#include "nn/layer.h"

#include <stdio.h>
#include <string.h>

enum { PARTS_MOST = 4, NEEDS_MOST = 3 };

enum form {
    STRAIGHT, /* as it is */
    TURNED,   /* the transpose */
    WINDOW,   /* the last axis, the last but one, then the taps */
    ROW_0,    /* a row of a matrix */
    ROW_1
};

/* The axis of a part along which the numbers of the input stand. */
enum along { NOWHERE, ALONG_0, ALONG_1 };

struct part {
    const char *leaf, *weight;
    enum form form;
    enum along inputs;
    bool second;     /* torch_tensor.second */
    bool affine;     /* PyTorch's module has it whenever it has another such one */
    double constant; /* what it is then */
};

/* What a layer does to the order of the numbers of a sample. */
enum effect {
    JOINS,  /* keeps it, where all inputs are alike */
    IMAGES, /* PyTorch has what it takes and puts out with the channels first */
    PLAIN,  /* none of both */
    FLATTENS,
    RESHAPES,
    PERMUTES
};

struct torch_kind {
    const char *layer, *module;
    enum effect effect;
    struct part part[PARTS_MOST];
    const char *gates; /* the order of PyTorch's gates, by their places here */
    /* Arguments that must be one of these words, or no module computes what the layer does. */
    struct {
        const char *arg, *words;
    } need[NEEDS_MOST];
};

#define PART(its_leaf, its_weight, ...)                                                            \
    {                                                                                              \
        .leaf = its_leaf, .weight = its_weight, __VA_ARGS__                                        \
    }
#define KERNEL(its_form, its_axis) PART("weight", "kernel", .form = its_form, .inputs = its_axis)
#define BIAS PART("bias", "bias", .form = STRAIGHT)
#define RECURRENT_KERNELS                                                                          \
    PART("weight_ih_l0", "kernel", .form = TURNED, .inputs = ALONG_1),                             \
        PART("weight_hh_l0", "recurrent", .form = TURNED)
#define BOTH_BIASES                                                                                \
    PART("bias_ih_l0", "bias", .form = STRAIGHT),                                                  \
        PART("bias_hh_l0", "bias", .form = STRAIGHT, .second = true)
#define VECTOR(its_leaf, its_weight) PART(its_leaf, its_weight, .inputs = ALONG_0)
#define AFFINE                                                                                     \
    PART("weight", "gamma", .inputs = ALONG_0, .affine = true, .constant = 1),                     \
        PART("bias", "beta", .inputs = ALONG_0, .affine = true)
#define KIND(its_layer, its_effect, ...)                                                           \
    {                                                                                              \
        .layer = its_layer, .effect = its_effect, __VA_ARGS__                                      \
    }
#define MODULE(its_layer, its_effect, its_module, ...)                                             \
    KIND(its_layer, its_effect, .module = its_module, .part = {__VA_ARGS__})

static const struct torch_kind kinds[] = {
    MODULE("dense", PLAIN, "nn.Linear", KERNEL(TURNED, ALONG_1), BIAS),
    MODULE("conv1d", IMAGES, "nn.Conv1d", KERNEL(WINDOW, ALONG_1), BIAS),
    MODULE("conv2d", IMAGES, "nn.Conv2d", KERNEL(WINDOW, ALONG_1), BIAS),
    MODULE("conv2d_transpose", IMAGES, "nn.ConvTranspose2d", KERNEL(WINDOW, ALONG_0), BIAS),
    MODULE("embedding", PLAIN, "nn.Embedding", PART("weight", "kernel", .form = STRAIGHT)),
    KIND("lstm", PLAIN, .module = "nn.LSTM", .part = {RECURRENT_KERNELS, BOTH_BIASES},
         .need = {{"activation", "tanh"}, {"recurrent_activation", "sigmoid"}}),
    KIND("gru", PLAIN, .module = "nn.GRU",
         .part = {RECURRENT_KERNELS, PART("bias_ih_l0", "bias", .form = ROW_0),
                  PART("bias_hh_l0", "bias", .form = ROW_1)},
         .gates = "\1\0\2",
         .need = {{"activation", "tanh"},
                  {"recurrent_activation", "sigmoid"},
                  {"reset_after", "yes"}}),
    KIND("simple_rnn", PLAIN, .module = "nn.RNN", .part = {RECURRENT_KERNELS, BOTH_BIASES},
         .need = {{"activation", "tanh relu"}}),
    MODULE("batchnorm", JOINS, "nn.BatchNorm", AFFINE, VECTOR("running_mean", "moving_mean"),
           VECTOR("running_var", "moving_variance")),
    MODULE("layernorm", JOINS, "nn.LayerNorm", AFFINE),
    MODULE("activation", JOINS, "nn.PReLU", VECTOR("weight", "alpha")),
    KIND("flatten", FLATTENS, .module = NULL),
    KIND("reshape", RESHAPES, .module = NULL),
    KIND("permute", PERMUTES, .module = NULL),
    KIND("max_pool1d", IMAGES, .module = NULL),
    KIND("max_pool2d", IMAGES, .module = NULL),
    KIND("avg_pool1d", IMAGES, .module = NULL),
    KIND("avg_pool2d", IMAGES, .module = NULL),
    KIND("upsample", IMAGES, .module = NULL),
    KIND("global_max_pool", PLAIN, .module = NULL),
    KIND("global_avg_pool", PLAIN, .module = NULL),
};
static const struct torch_kind other_kind = {.effect = JOINS};

static const struct torch_kind *kind_of(const struct layer *l)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].layer, l->kind->entry.name) == 0)
            return &kinds[i];
    return &other_kind;
}

/* The order in which PyTorch has the numbers of a value. */
struct order {
    enum {
        ORDER_SAME,    /* as here */
        ORDER_IMAGE,   /* the channels first: they are the last axis here */
        ORDER_FLAT,    /* those of `image`, flattened */
        ORDER_UNKNOWN, /* several of these in one */
        ORDER_NONE     /* not reached yet */
    } what;
    struct shape image;
};

static bool order_same(const struct order *a, const struct order *b)
{
    return a->what == b->what && (a->what != ORDER_FLAT || shape_same(&a->image, &b->image));
}

static struct order order_flat(const struct shape *image)
{
    const size_t channels = shape_last(image), count = shape_count(image);
    return channels == 1 || channels == count ? (struct order){.what = ORDER_SAME}
                                              : (struct order){.what = ORDER_FLAT, .image = *image};
}

static struct order joined_order(const struct graph *g, const struct call *c,
                                 const struct order *of)
{
    const struct order unknown = {.what = ORDER_UNKNOWN}, first = of[c->input[0]];
    bool same = true, flat = false;
    for (uint32_t i = 0; i < c->inputs; i++) {
        const struct order *o = &of[c->input[i]];
        same = same && order_same(o, &first);
        flat = flat || o->what == ORDER_FLAT || o->what == ORDER_UNKNOWN;
    }
    if (flat && (!same || !shape_same(&g->value[c->output].shape, &g->value[c->input[0]].shape)))
        return unknown;
    return same ? first : (struct order){.what = ORDER_SAME};
}

static const char *image_axes(const struct shape *s, bool back)
{
    static const char *const to_last[] = {"0, 2, 1", "0, 2, 3, 1"}, *const to_first[] = {
                                                                        "0, 2, 1", "0, 3, 1, 2"};
    return (back ? to_first : to_last)[s->axes > 2];
}

static struct order reshaped_order(struct torch_layout *l, const struct layer *layer,
                                   const struct order *in, const struct shape *out)
{
    char text[80];
    if (in->what == ORDER_FLAT)
        return shape_same(&in->image, out) ? (struct order){.what = ORDER_IMAGE}
                                           : (struct order){.what = ORDER_UNKNOWN};
    if (in->what == ORDER_UNKNOWN)
        return *in;
    if (in->what == ORDER_IMAGE)
        str_addf(&l->notes,
                 "%s: its input has its channels last here; in PyTorch .permute(%s) comes before\n",
                 layer->name, image_axes(&layer->in, false));
    if (out->axes < 3)
        return (struct order){.what = ORDER_SAME};
    str_addf(&l->notes,
             "%s: %s has its channels last; in PyTorch .permute(%s) comes behind .view\n",
             layer->name, shape_text(out, text, sizeof text), image_axes(out, true));
    return (struct order){.what = ORDER_IMAGE};
}

static struct order order_behind(struct torch_layout *l, const struct graph *g,
                                 const struct call *c, const struct order *of)
{
    const struct layer *layer = &g->layer[c->layer];
    const struct shape *out = &g->value[c->output].shape;
    const struct order same = {.what = ORDER_SAME}, image = {.what = ORDER_IMAGE};
    if (!c->inputs)
        return out->axes == 3 ? image : same;
    const struct order *in = &of[c->input[0]];
    switch (kind_of(layer)->effect) {
    case IMAGES:
        return image;
    case PLAIN:
        return same;
    case FLATTENS:
        return in->what == ORDER_IMAGE ? order_flat(&layer->in) : *in;
    case RESHAPES:
        return reshaped_order(l, layer, in, out);
    case PERMUTES:
        return in->what == ORDER_SAME ? same : (struct order){.what = ORDER_UNKNOWN};
    default:
        return joined_order(g, c, of);
    }
}

/* The orders of all values; and for each layer that of its inputs, unknown where its calls
 * disagree. */
static void find_orders(struct torch_layout *l, const struct graph *g, struct order *value,
                        struct order *input)
{
    for (size_t i = 0; i < g->layers; i++)
        input[i].what = ORDER_NONE;
    for (size_t i = 0; i < g->calls; i++) {
        const struct call *c = &g->call[i];
        if (g->layer[c->layer].bodies)
            continue;
        value[c->output] = order_behind(l, g, c, value);
        struct order *seen = &input[c->layer];
        if (c->inputs && seen->what == ORDER_NONE)
            *seen = value[c->input[0]];
        else if (c->inputs && !order_same(seen, &value[c->input[0]]))
            seen->what = ORDER_UNKNOWN;
    }
}

size_t torch_place(const struct torch_tensor *t, size_t i)
{
    size_t at = t->begin;
    for (uint32_t k = t->shape.axes; k-- > 0;) {
        size_t j = i % t->shape.size[k];
        i /= t->shape.size[k];
        if (k == 0 && t->gate) {
            const size_t units = t->shape.size[0] / t->gates;
            j = t->gate[j / units] * units + j % units;
        }
        if (k == t->image_axis && t->image.axes) {
            const size_t channels = shape_last(&t->image), places = t->shape.size[k] / channels;
            j = j % places * channels + j / places;
        }
        at += j * t->stride[k];
    }
    return at;
}

/* The shape and strides of a weight's tensor: axis k of it is axis of[k] of the weight. */
static void take_axes(struct torch_tensor *t, const struct shape *own, const uint32_t *of,
                      uint32_t axes)
{
    t->shape.axes = axes;
    for (uint32_t k = 0; k < axes; k++) {
        t->shape.size[k] = own->size[of[k]];
        t->stride[k] = 1;
        for (uint32_t i = of[k] + 1; i < own->axes; i++)
            t->stride[k] *= own->size[i];
    }
}

static void find_places(struct torch_tensor *t, const struct shape *own, enum form form)
{
    uint32_t of[SHAPE_MOST], n = own->axes;
    for (uint32_t k = 0; k < n; k++)
        of[k] = k;
    if (form == TURNED || form == WINDOW) {
        for (uint32_t k = 2; k < n; k++)
            of[k] = k - 2;
        of[0] = n - 1;
        of[1] = n - 2;
    }
    const bool row = form == ROW_0 || form == ROW_1;
    if (row)
        of[0] = --n;
    take_axes(t, own, of, n);
    t->begin = form == ROW_1 ? own->size[1] : 0;
}

static bool is_half(const struct graph *g, const struct layer *l)
{
    return l->parent != NOTHING && g->layer[l->parent].kind == &bidirectional_kind;
}

static const char *tensor_name(struct torch_layout *l, const struct torch_module *m,
                               const char *leaf)
{
    struct str name = {0};
    str_addf(&name, "%s.%s%s", m->name, leaf, m->backwards ? "_reverse" : "");
    const char *kept = name.failed ? NULL : arena_text(&l->arena, name.text, name.size);
    str_finish(&name);
    return kept;
}

static int add_tensor(struct torch_layout *l, struct torch_module *m, struct torch_tensor t)
{
    t.name = tensor_name(l, m, t.leaf);
    if (!t.name || mem_room(&l->tensor, &l->tensor_room, l->tensors + 1, sizeof t))
        return -1;
    l->tensor[l->tensors++] = t;
    m->tensors++;
    return 0;
}

static bool has_affine(const struct graph *g, id layer, const struct torch_kind *kind)
{
    bool has = false;
    for (size_t i = 0; i < PARTS_MOST && kind->part[i].leaf; i++)
        has = has || (kind->part[i].affine &&
                      graph_find_weight(g, layer, kind->part[i].weight) != NOTHING);
    return has;
}

static void put_order(struct torch_tensor *t, const struct order *in, enum along inputs)
{
    if (in->what != ORDER_FLAT || inputs == NOWHERE)
        return;
    t->image = in->image;
    t->image_axis = inputs == ALONG_1;
}

static int add_part(struct torch_layout *l, const struct graph *g, struct torch_module *m,
                    const struct torch_kind *kind, const struct part *p, const struct order *in)
{
    const struct layer *layer = &g->layer[m->layer];
    struct torch_tensor t = {.leaf = p->leaf,
                             .weight = graph_find_weight(g, m->layer, p->weight),
                             .constant = p->constant,
                             .second = p->second};
    if (t.weight == NOTHING && !(p->affine && has_affine(g, m->layer, kind)))
        return 0;
    if (t.weight == NOTHING) {
        t.shape = shape_of(shape_last(&layer->in));
        return add_tensor(l, m, t);
    }
    find_places(&t, &g->weight[t.weight].shape, p->form);
    if (kind->gates) {
        t.gate = (const unsigned char *)kind->gates;
        t.gates = 3;
    }
    put_order(&t, in, p->inputs);
    return add_tensor(l, m, t);
}

/* Weights of a layer that its module does not have: a theta of jumprelu, what counts idle units. */
static int add_others(struct torch_layout *l, const struct graph *g, struct torch_module *m)
{
    const struct layer *layer = &g->layer[m->layer];
    const size_t parts = m->tensors;
    for (id w = layer->first_weight; w < layer->first_weight + layer->weights; w++) {
        bool has = false;
        for (size_t i = 0; i < parts; i++)
            has = has || l->tensor[m->first + i].weight == w;
        if (has)
            continue;
        struct torch_tensor t = {.leaf = g->weight[w].name, .weight = w};
        find_places(&t, &g->weight[w].shape, STRAIGHT);
        if (add_tensor(l, m, t))
            return -1;
        str_addf(&l->notes, "%s: no module of PyTorch has it; it is as it is here\n",
                 l->tensor[l->tensors - 1].name);
    }
    return 0;
}

static bool word_among(const char *word, const char *words)
{
    const size_t n = strlen(word);
    for (const char *at = words; *at; at += strcspn(at, " "), at += *at == ' ')
        if (strcspn(at, " ") == n && memcmp(at, word, n) == 0)
            return true;
    return false;
}

static void refuse(struct torch_layout *l, const char *name, const char *why)
{
    str_addf(&l->refused, "%s%s: %s", l->refused.size ? "; " : "", name, why);
}

static void check_needs(struct torch_layout *l, const struct layer *layer,
                        const struct torch_kind *kind)
{
    for (size_t i = 0; i < NEEDS_MOST && kind->need[i].arg; i++) {
        struct str text = {0};
        char why[160];
        arg_print(&text, args_get(layer->args, kind->need[i].arg));
        snprintf(why, sizeof why, "%s has no %s=%.40s", kind->module, kind->need[i].arg,
                 text.text ? text.text : "");
        if (text.text && !word_among(text.text, kind->need[i].words))
            refuse(l, layer->name, why);
        l->refused.failed = l->refused.failed || text.failed;
        str_finish(&text);
    }
}

static void note_order(struct torch_layout *l, const struct layer *layer, const struct order *in)
{
    char text[80];
    if (in->what == ORDER_FLAT)
        str_addf(&l->notes,
                 "%s: its inputs are a flattened image of %s; in the file the channels come "
                 "first, as nn.Flatten gives them\n",
                 layer->name, shape_text(&in->image, text, sizeof text));
}

static int add_module(struct torch_layout *l, const struct graph *g, id layer,
                      const struct order *in)
{
    const struct layer *it = &g->layer[layer];
    const struct torch_kind *kind = kind_of(it);
    const bool half = is_half(g, it);
    struct torch_module m = {.layer = layer,
                             .name = half ? g->layer[it->parent].name : it->name,
                             .kind = kind->module,
                             .backwards = half && is_backward_half(g, layer),
                             .first = l->tensors};
    check_needs(l, it, kind);
    if (in->what == ORDER_UNKNOWN)
        refuse(l, it->name,
               "its inputs come from flattened images and others, and in which order PyTorch has "
               "them is not known");
    note_order(l, it, in);
    for (size_t i = 0; i < PARTS_MOST && kind->part[i].leaf; i++)
        if (add_part(l, g, &m, kind, &kind->part[i], in))
            return -1;
    if (add_others(l, g, &m) || mem_room(&l->module, &l->module_room, l->modules + 1, sizeof m))
        return -1;
    l->module[l->modules++] = m;
    return 0;
}

int torch_layout_make(struct torch_layout *l, const struct graph *g, struct err *e)
{
    *l = (struct torch_layout){0};
    struct order *value = mem_new(g->values + 1, sizeof *value);
    struct order *input = mem_new(g->layers + 1, sizeof *input);
    int failed = !value || !input;
    if (!failed)
        find_orders(l, g, value, input);
    for (size_t i = 0; i < g->weights && !failed; i++)
        if (g->layer[g->weight[i].layer].first_weight == i)
            failed = add_module(l, g, g->weight[i].layer, &input[g->weight[i].layer]);
    mem_free(value);
    mem_free(input);
    return failed || l->refused.failed || l->notes.failed ? err_memory(e) : 0;
}

void torch_layout_finish(struct torch_layout *l)
{
    arena_finish(&l->arena);
    mem_free(l->tensor);
    mem_free(l->module);
    str_finish(&l->refused);
    str_finish(&l->notes);
    *l = (struct torch_layout){0};
}
