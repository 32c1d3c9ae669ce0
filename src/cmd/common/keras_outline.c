/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/keras_outline.h"

#include "nn/bidirectional.h"
#include "nn/layer.h"
#include "nn/recurrent.h"

#include <string.h>

/* What a layer is made from, and where. */
struct making {
    const struct keras_layer *from;
    const char *within; /* the names of what it stands in, or NULL */
    id parent;          /* the model or Bidirectional that it stands in, or NOTHING */
    uint32_t folds;
    bool frozen; /* what it stands in is */
};

static bool is_class(const struct keras_layer *l, const char *name)
{
    return strcmp(l->class_name, name) == 0;
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

static bool says_yes(const struct keras_layer *l, const char *key)
{
    return json_is_true(json_object_get(l->config, key));
}

static const struct layer_kind *kind_of(const struct keras_layer *l)
{
    static const char *const recurrent[] = {"LSTM",       "GRU",        "RNN",
                                            "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D",
                                            "CuDNNLSTM",  "CuDNNGRU",   NULL};
    if (l->model)
        return &block_kind;
    if (is_class(l, "Bidirectional") && l->inner)
        return &bidirectional_kind;
    if (is_class(l, "SimpleRNN"))
        return &layer_simple_rnn;
    const char *name = is_one_of(l->class_name, recurrent) ? "lstm"
                       : is_class(l, "InputLayer")         ? "input"
                                                           : "dense";
    return (const struct layer_kind *)table_find(&layer_kinds, name);
}

/* Whether what a layer puts out has a mask, where what it is called on has one. */
static bool passes_mask(const struct keras_layer *l)
{
    static const char *const passes[] = {"InputLayer",
                                         "Dense",
                                         "Activation",
                                         "ReLU",
                                         "LeakyReLU",
                                         "PReLU",
                                         "ELU",
                                         "ThresholdedReLU",
                                         "Softmax",
                                         "Dropout",
                                         "SpatialDropout1D",
                                         "GaussianNoise",
                                         "GaussianDropout",
                                         "AlphaDropout",
                                         "BatchNormalization",
                                         "LayerNormalization",
                                         "ActivityRegularization",
                                         "Add",
                                         "Subtract",
                                         "Multiply",
                                         "Average",
                                         "Maximum",
                                         "Minimum",
                                         "Concatenate",
                                         NULL};
    if (l->inner)
        return is_class(l, "Bidirectional") ? says_yes(l->inner, "return_sequences") : true;
    return is_one_of(l->class_name, passes) || says_yes(l, "return_sequences");
}

static bool makes_mask(const struct keras_layer *l)
{
    return is_class(l, "Masking") || (is_class(l, "Embedding") && says_yes(l, "mask_zero"));
}

static const char *layer_name(struct keras_outline *o, const struct making *m, const char *before)
{
    struct str name = {0};
    str_addf(&name, "%s%s%s%s", m->within ? m->within : "", m->within ? "." : "", before,
             *m->from->name ? m->from->name : m->from->class_name);
    const char *text = name.failed ? NULL : arena_text(&o->arena, name.text, name.size);
    str_finish(&name);
    return text;
}

static int add_layer(struct keras_outline *o, const struct making *m, const char *before, id *to,
                     struct err *e)
{
    struct graph *g = &o->graph;
    if (mem_room(&g->layer, &g->layer_room, g->layers + 1, sizeof *g->layer) ||
        mem_room(&o->layer, &o->room, g->layers + 1, sizeof *o->layer))
        return err_memory(e);
    const char *name = layer_name(o, m, before);
    *to = (id)g->layers;
    g->layer[g->layers] = (struct layer){.kind = kind_of(m->from),
                                         .name = name,
                                         .parent = m->parent,
                                         .folds = m->folds,
                                         .trainable = !m->frozen,
                                         .built = true,
                                         .newest_call = NOTHING};
    o->layer[g->layers++] = (struct outline_layer){.from = m->from, .name = name};
    return name ? 0 : err_memory(e);
}

static int make_layer(struct keras_outline *o, struct making m, const char *before, id *to,
                      struct err *e);

/* The calls that a layer with a body makes, or the whole model. */
struct body {
    struct body_call *call;
    size_t calls;
};

static int begin_body(struct keras_outline *o, struct body *b, size_t calls, struct err *e)
{
    b->call = arena_new(&o->arena, calls + 1, sizeof *b->call);
    return b->call ? 0 : err_memory(e);
}

/* One more call, with room for as many inputs: places in the body from 1, and 0 for what the body
 * is called on. */
static id *add_call(struct keras_outline *o, struct body *b, id layer, size_t inputs)
{
    id *on = arena_new(&o->arena, inputs + 1, sizeof *on);
    b->call[b->calls++] =
        (struct body_call){.layer = layer, .input = on, .inputs = (uint32_t)inputs};
    return on;
}

/* Gives a layer a body of one call or two, on what it is called on. */
static int give_body(struct keras_outline *o, id layer, const id *calls, size_t count,
                     struct err *e)
{
    struct body b = {0};
    int failed = begin_body(o, &b, count, e);
    for (size_t i = 0; i < count && !failed; i++)
        failed = add_call(o, &b, calls[i], 1) ? 0 : err_memory(e);
    o->graph.layer[layer].body = b.call;
    o->graph.layer[layer].bodies = failed ? 0 : b.calls;
    return failed;
}

/* A model's layers, and where their calls stand. */
struct places {
    id *made;      /* for each layer its own */
    size_t *first; /* for each layer: where its calls begin in: */
    id *at;        /* of each call, and of an input: its place in the body */
};

/* Inputs are calls on what the model is called on. */
static int add_inputs(struct keras_outline *o, const struct keras_graph *of, struct places *p,
                      struct body *b, struct err *e)
{
    for (size_t i = 0; i < of->layers; i++) {
        if (!is_class(&of->layer[i], "InputLayer"))
            continue;
        if (!add_call(o, b, p->made[i], 1))
            return err_memory(e);
        p->at[p->first[i]] = (id)b->calls;
    }
    return 0;
}

static int add_order(struct keras_outline *o, const struct keras_graph *of, struct places *p,
                     struct body *b, struct err *e)
{
    for (size_t k = 0; k < of->orders; k++) {
        const struct keras_tensor *at = &of->order[k];
        const struct keras_call *c = &of->layer[at->layer].call[at->call];
        id *on = add_call(o, b, p->made[at->layer], c->inputs);
        if (!on)
            return err_memory(e);
        for (size_t i = 0; i < c->inputs; i++)
            on[i] = p->at[p->first[c->input[i].layer] + c->input[i].call];
        p->at[p->first[at->layer] + at->call] = (id)b->calls;
    }
    return 0;
}

static int make_layers(struct keras_outline *o, const struct keras_graph *of, struct making inner,
                       struct places *p, size_t *calls, struct err *e)
{
    for (size_t i = 0; i < of->layers; i++) {
        inner.from = &of->layer[i];
        p->first[i] = *calls;
        *calls += of->layer[i].calls + 1;
        if (make_layer(o, inner, "", &p->made[i], e))
            return -1;
    }
    return 0;
}

static int make_body(struct keras_outline *o, const struct keras_graph *of, struct making inner,
                     struct body *b, struct err *e)
{
    size_t calls = 0;
    struct places p = {.made = mem_new(of->layers + 1, sizeof *p.made),
                       .first = mem_new(of->layers + 1, sizeof *p.first)};
    int failed = p.made && p.first ? make_layers(o, of, inner, &p, &calls, e) : err_memory(e);
    p.at = failed ? NULL : mem_new(calls + 1, sizeof *p.at);
    if (!failed && !p.at)
        failed = err_memory(e);
    if (!failed)
        failed = begin_body(o, b, of->layers + of->orders, e) || add_inputs(o, of, &p, b, e) ||
                 add_order(o, of, &p, b, e);
    mem_free(p.made);
    mem_free(p.first);
    mem_free(p.at);
    return failed ? -1 : 0;
}

/* The layers of a model that stands in another. */
static int make_model(struct keras_outline *o, id layer, const struct making *m, struct err *e)
{
    struct body b = {0};
    const struct making inner = {
        .within = o->graph.layer[layer].name, .parent = layer, .frozen = m->frozen};
    if (make_body(o, m->from->model, inner, &b, e))
        return -1;
    o->graph.layer[layer].body = b.call;
    o->graph.layer[layer].bodies = b.calls;
    return 0;
}

static int make_halves(struct keras_outline *o, id layer, const struct making *m, struct err *e)
{
    const struct keras_layer *backward = m->from->backward;
    struct making half = {.from = m->from->inner,
                          .within = o->graph.layer[layer].name,
                          .parent = layer,
                          .frozen = m->frozen};
    id halves[2];
    if (make_layer(o, half, "", &halves[0], e))
        return -1;
    half.from = backward ? backward : half.from;
    if (make_layer(o, half, backward ? "" : "backward_", &halves[1], e))
        return -1;
    return give_body(o, layer, halves, 2, e);
}

/* A model, or another wrapper, in TimeDistributed. */
static int make_wrapper(struct keras_outline *o, const struct making *m, id *to, struct err *e)
{
    id inner;
    if (add_layer(o, m, "", to, e))
        return -1;
    o->graph.layer[*to].kind = &wrapper_kind;
    const struct making wrapped = {.from = m->from->inner,
                                   .within = o->graph.layer[*to].name,
                                   .parent = m->parent,
                                   .frozen = m->frozen};
    return make_layer(o, wrapped, "", &inner, e) || give_body(o, *to, &inner, 1, e) ? -1 : 0;
}

/* One layer in TimeDistributed: they are one of the graph. */
static int make_wrapped(struct keras_outline *o, struct making m, id *to, struct err *e)
{
    const char *td = layer_name(o, &m, "");
    if (!td)
        return err_memory(e);
    const struct keras_layer *wrapper = m.from;
    m.from = m.from->inner;
    m.within = td;
    m.folds++;
    if (make_layer(o, m, "", to, e))
        return -1;
    o->layer[*to].wrapper = wrapper;
    return 0;
}

static int make_layer(struct keras_outline *o, struct making m, const char *before, id *to,
                      struct err *e)
{
    const struct keras_layer *from = m.from;
    m.frozen = m.frozen || json_is_false(json_object_get(from->config, "trainable"));
    if (is_class(from, "TimeDistributed") && from->inner)
        return from->inner->model || from->inner->inner ? make_wrapper(o, &m, to, e)
                                                        : make_wrapped(o, m, to, e);
    if (add_layer(o, &m, before, to, e))
        return -1;
    if (from->model)
        return make_model(o, *to, &m, e);
    return o->graph.layer[*to].kind == &bidirectional_kind ? make_halves(o, *to, &m, e) : 0;
}

/* How many calls each layer's call is, with those inside: of what stands behind it in the list
 * first. */
static double count_spelled(const struct graph *g, const struct body *whole, double *each)
{
    double sum = 0;
    for (size_t l = g->layers; l-- > 0;) {
        each[l] = 1;
        for (size_t i = 0; i < g->layer[l].bodies; i++)
            each[l] += each[g->layer[l].body[i].layer];
    }
    for (size_t i = 0; i < whole->calls; i++)
        sum += each[whole->call[i].layer];
    return sum;
}

struct spelling {
    struct keras_outline *o;
    id *on; /* for each call what it is called on */
    bool failed;
};

/* A call, and those inside; returns what it puts out. */
static id spell_call(struct spelling *s, id layer, id on, bool masked, id caller)
{
    struct graph *g = &s->o->graph;
    struct layer *l = &g->layer[layer];
    const id c = (id)g->calls++;
    id *made = mem_new(l->bodies + 1, sizeof *made);
    s->failed = s->failed || !made;
    s->on[c] = on;
    g->call[c] = (struct call){.layer = layer,
                               .caller = caller,
                               .input = &s->on[c],
                               .inputs = on != NOTHING,
                               .output = c,
                               .before = l->newest_call};
    l->newest_call = c;
    g->value[c].mask = masked ? c : NOTHING;
    if (made)
        made[0] = on == NOTHING ? c : on;
    for (size_t i = 0; made && i < l->bodies; i++) {
        const struct body_call *b = &l->body[i];
        bool any = b->inputs && b->input[0] == 0 && masked;
        for (size_t k = 0; k < b->inputs; k++)
            any = any || (b->input[k] && g->value[made[b->input[k]]].mask != NOTHING);
        made[i + 1] = spell_call(s, b->layer, b->inputs ? made[b->input[0]] : c, any, c);
    }
    const struct keras_layer *from = s->o->layer[layer].from;
    const bool model = l->kind == &block_kind && l->bodies && made;
    const bool has = model ? g->value[made[l->bodies]].mask != NOTHING
                           : makes_mask(from) || (masked && passes_mask(from));
    g->value[c].mask = has ? c : NOTHING;
    mem_free(made);
    return c;
}

/* The calls at the top; a model's own inputs are called on nothing. */
static int spell_all(struct keras_outline *o, const struct body *whole, size_t calls, struct err *e)
{
    struct graph *g = &o->graph;
    struct spelling s = {.o = o, .on = arena_new(&o->arena, calls + 1, sizeof *s.on)};
    id *made = mem_new(whole->calls + 1, sizeof *made);
    g->call = mem_new(calls + 1, sizeof *g->call);
    g->value = mem_new(calls + 1, sizeof *g->value);
    s.failed = !s.on || !made || !g->call || !g->value;
    for (size_t i = 0; i < whole->calls && !s.failed; i++) {
        const struct body_call *b = &whole->call[i];
        bool any = false;
        for (size_t k = 0; k < b->inputs; k++)
            any = any || (b->input[k] && g->value[made[b->input[k]]].mask != NOTHING);
        const id on = b->inputs && b->input[0] ? made[b->input[0]] : NOTHING;
        made[i + 1] = spell_call(&s, b->layer, on, any, NOTHING);
    }
    g->values = g->calls;
    mem_free(made);
    return s.failed ? err_memory(e) : 0;
}

static int fill_outline(struct keras_outline *o, const struct keras_model *m, struct err *e)
{
    struct body whole = {0};
    const struct making top = {
        .parent = NOTHING, .frozen = json_is_false(json_object_get(m->root.config, "trainable"))};
    if (!m->root.model) {
        err_at(e, (struct span){0}, "the file holds a layer %.100s, and no model",
               m->root.class_name);
        return err_hint(e, "give a file that model.save or model.to_json wrote");
    }
    if (make_body(o, m->root.model, top, &whole, e))
        return -1;
    double *each = mem_new(o->graph.layers + 1, sizeof *each);
    if (!each)
        return err_memory(e);
    const double calls = count_spelled(&o->graph, &whole, each);
    mem_free(each);
    if (calls > OUTLINE_CALLS_MOST) {
        err_at(e, (struct span){0}, "the models in it that are called have more than %d calls",
               OUTLINE_CALLS_MOST);
        return err_hint(e, "audit a part of the model");
    }
    return spell_all(o, &whole, (size_t)calls, e);
}

int keras_outline(struct keras_outline *o, const struct keras_model *m, struct err *e)
{
    *o = (struct keras_outline){0};
    const int failed = fill_outline(o, m, e);
    if (failed)
        keras_outline_finish(o);
    return failed;
}

void keras_outline_finish(struct keras_outline *o)
{
    mem_free(o->graph.layer);
    mem_free(o->graph.call);
    mem_free(o->graph.value);
    mem_free(o->layer);
    arena_finish(&o->arena);
    *o = (struct keras_outline){0};
}
