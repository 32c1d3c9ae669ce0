/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/keras_lines.h"

#include "cmd/common/keras_refusal.h"
#include "cmd/common/keras_training.h"
#include "cmd/common/keras_words.h"
#include "cmd/session/custom_penalty.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "cmd/session/variable.h"

#include "lang/token.h"
#include "nn/layer.h"

#include <ctype.h>
#include <string.h>

/* Where the lines of a graph stand: at the top, or in the body of a block. */
struct scope {
    struct keras_lines *l;
    const struct keras_graph *g;
    const char *path; /* "tower." in the block tower, "" at the top */
    unsigned depth;
    bool frozen;
    struct index known; /* names that are given here */
    const char **name;
    size_t names, name_room;
    struct numbering numbering;
    const char ***tensor; /* of each layer and call; an input's stands first */
    unsigned **rank;      /* likewise: the axes of a sample, 0 unknown */
    const char *newest;   /* what a line without `on` is about */
};

static bool is_known(const struct scope *in, const char *name)
{
    uint32_t i = index_first(&in->known, name);
    while (i != INDEX_NONE && strcmp(in->name[i], name) != 0)
        i = index_next(&in->known, i);
    return i != INDEX_NONE;
}

static bool is_free(const struct scope *in, const char *name)
{
    struct err e;
    if (is_known(in, name) || name_check_word(name, (struct span){0}, &e))
        return false;
    return in->depth ||
           (!name_variable(in->l->session, name) && !session_definition(in->l->session, name));
}

static const char *keep_name(struct scope *in, const char *name)
{
    struct keras_lines *l = in->l;
    const char *kept = arena_text(&l->arena, name, strlen(name));
    if (!kept || mem_room(&in->name, &in->name_room, in->names + 1, sizeof *in->name) ||
        index_reserve(&in->known, in->names + 1) || index_add(&in->known, kept)) {
        l->failed = true;
        return "";
    }
    in->name[in->names++] = kept;
    return kept;
}

/* The file's name in the letters that names have here; one that is a word of the language, or given
 * already, gets a number. */
static const char *give_name(struct scope *in, const char *raw, const char *otherwise)
{
    enum { CUT = 50 };
    char base[CUT + 20] = "", name[CUT + 40];
    size_t n = 0;
    if (!*raw)
        raw = otherwise;
    if (!isalpha((unsigned char)*raw))
        n = strlen(strcpy(base, "layer_"));
    for (; *raw && n < CUT; raw++) {
        const char c = (char)tolower((unsigned char)*raw);
        base[n++] = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '_';
    }
    base[n] = 0;
    if (is_free(in, base))
        return keep_name(in, base);
    snprintf(name, sizeof name, "%s_0", base);
    if (!is_known(in, base) && is_free(in, name))
        return keep_name(in, name);
    uint32_t k = numbering_next(&in->numbering, base);
    for (k = k < 2 ? 2 : k; snprintf(name, sizeof name, "%s_%u", base, k), !is_free(in, name);)
        k++;
    in->l->failed = numbering_note(&in->numbering, base, k) || in->l->failed;
    return keep_name(in, name);
}

static void indent(struct scope *in)
{
    for (unsigned i = 0; i < in->depth; i++)
        str_add(&in->l->text, "    ");
}

static void add_line(struct scope *in, const struct keras_layer *layer, const char *name,
                     const char *text)
{
    struct keras_lines *l = in->l;
    struct str path = {0};
    str_addf(&path, "%s%s", in->path, name);
    const char *kept = keras_keep(l, &path);
    if (mem_room(&l->line, &l->line_room, l->lines + 1, sizeof *l->line))
        l->failed = true;
    else
        l->line[l->lines++] = (struct keras_line){layer, kept, text};
}

static void input_line(struct scope *in, const struct keras_layer *layer, size_t at)
{
    struct keras_lines *l = in->l;
    const json_t *shape = json_object_get(layer->config, "batch_shape");
    const char *name = give_name(in, layer->name, "input_1");
    const size_t axes = json_array_size(shape);
    struct str words = {0};
    str_add(&words, "input ");
    if (!axes)
        keras_refuse(l, layer, layer->implied ? NULL : "batch_shape",
                     "the file does not say the shape of what goes in");
    else if (axes == 1)
        keras_refuse(l, layer, "batch_shape",
                     "a sample is a single number without an axis; here it has one axis at least");
    for (size_t i = 1; i < axes; i++) {
        const json_t *one = json_array_get(shape, i);
        const json_int_t size = json_integer_value(one);
        if (json_is_integer(one) && size > 0)
            str_addf(&words, "%s%lld", i > 1 ? "x" : "", (long long)size);
        else
            keras_refuse(l, layer, "batch_shape", "axis %zu of the samples has no fixed length", i);
    }
    str_addf(&words, " as %s", name);
    const char *text = keras_keep(l, &words);
    str_addf(&l->text, "%s  # %s\n", text ? text : "", layer->place);
    add_line(in, layer, name, text);
    in->tensor[at][0] = name;
    in->rank[at][0] = axes ? (unsigned)axes - 1 : 0;
    in->newest = name;
}

static const char *block_lines(struct scope *outer, const struct keras_layer *layer, unsigned *rank,
                               const char *name);

/* Adds ` on a, b`, unless that is what a line without it is about. */
static void on_words(struct scope *in, const struct keras_call *c, struct str *to)
{
    const struct keras_tensor *t = c->input;
    if (c->inputs == 1 && in->newest && strcmp(in->tensor[t->layer][t->call], in->newest) == 0)
        return;
    for (size_t i = 0; i < c->inputs; i++)
        str_addf(to, "%s%s", i ? ", " : " on ", in->tensor[t[i].layer][t[i].call]);
}

static void check_call(struct scope *in, const struct keras_layer *layer,
                       const struct keras_call *c)
{
    struct keras_lines *l = in->l;
    const char *key;
    json_t *value;
    if (c->lost)
        keras_refuse(l, layer, NULL,
                     "which calls it takes the outputs of is lost: the file (as Keras 3.2.1 wrote) "
                     "names one of them for all");
    for (size_t i = 0; i < c->inputs; i++)
        if (c->input[i].output)
            keras_refuse(l, layer, NULL,
                         "it takes output %zu of %.80s, and layers have one output here",
                         c->input[i].output, in->g->layer[c->input[i].layer].name);
    if (!c->inputs)
        keras_refuse(l, layer, NULL, "it is called on nothing");
    json_object_foreach((json_t *)c->further, key, value)
    {
        if (!json_is_null(value))
            keras_refuse(l, layer, NULL, "it is called with %.60s, which has no place here", key);
    }
    if (json_is_array(c->further))
        keras_refuse(l, layer, NULL,
                     "it is called with more than tensors, which has no place here");
}

/* A layer that stands in two models of the file is written in both, with one number. */
static void check_shared(struct keras_lines *l, const struct keras_layer *layer)
{
    const json_t *number = json_object_get(layer->whole, "shared_object_id");
    char key[NUMBER_ROOM];
    if (!json_is_integer(number))
        return;
    snprintf(key, sizeof key, "%lld", (long long)json_integer_value(number));
    const char *other = json_string_value(json_object_get(l->shared, key));
    if (other)
        keras_refuse(l, layer, NULL, "it is the layer of %.150s, shared between models", other);
    else if (json_object_set_new(l->shared, key, json_string(layer->place)))
        l->failed = true;
}

static bool is_wrapped_model(const struct keras_layer *layer)
{
    return layer->inner && layer->inner->model && !layer->package && !layer->inner->package &&
           strcmp(layer->class_name, "TimeDistributed") == 0;
}

/* The first call of a layer makes it. */
static void first_words(struct scope *in, const struct keras_layer *layer, unsigned rank,
                        unsigned *out, struct str *to, const char **name)
{
    const struct keras_layer *block = layer->model              ? layer
                                      : is_wrapped_model(layer) ? layer->inner
                                                                : NULL;
    if (!block) {
        *name = give_name(in, layer->name, layer->class_name);
        keras_layer_words(in->l, layer, rank, in->frozen, to);
        *out = keras_layer_rank(layer, rank);
        return;
    }
    const char *called = give_name(in, block->name, block->class_name);
    unsigned inner = 0;
    block_lines(in, block, &inner, called);
    *out = inner && block != layer ? inner + 1 : inner;
    struct str call = {0};
    str_addf(&call, "%s_1", called);
    *name = block == layer ? give_name(in, call.text ? call.text : "", "block")
                           : give_name(in, layer->name, "steps");
    in->l->failed = in->l->failed || call.failed;
    str_finish(&call);
    str_addf(to, block == layer ? "%s" : "timedistributed %s", called);
    in->rank[layer - in->g->layer][layer->calls] = 0;
    in->tensor[layer - in->g->layer][layer->calls] = block == layer ? called : *name;
}

static void call_line(struct scope *in, const struct keras_tensor *t)
{
    struct keras_lines *l = in->l;
    const struct keras_layer *layer = &in->g->layer[t->layer];
    const struct keras_call *c = &layer->call[t->call];
    const size_t before = l->refusals;
    const char *name;
    struct str words = {0};
    unsigned rank = c->inputs ? in->rank[c->input[0].layer][c->input[0].call] : 0;
    check_call(in, layer, c);
    if (t->call == 0)
        check_shared(l, layer);
    const char **verb = &in->tensor[t->layer][layer->calls];
    if (t->call == 0) {
        first_words(in, layer, rank, &in->rank[t->layer][0], &words, &name);
        *verb = *verb ? *verb : name;
    } else {
        name = give_name(in, *verb ? *verb : layer->name, "call");
        str_add(&words, *verb ? *verb : "");
        in->rank[t->layer][t->call] = in->rank[t->layer][0];
    }
    in->tensor[t->layer][t->call] = name;
    on_words(in, c, &words);
    str_addf(&words, " as %s", name);
    const char *text = keras_keep(l, &words);
    if (text) {
        indent(in);
        str_addf(&l->text, "%s  # %s\n", text, layer->place);
    }
    if (t->call == 0)
        add_line(in, layer, layer->model ? *verb : name, l->refusals == before ? text : NULL);
    in->newest = name;
}

/* Room for the names of all calls, and behind them for the verb that calls the layer again. */
static bool begin_scope(struct scope *in)
{
    struct arena *a = &in->l->arena;
    in->tensor = arena_new(a, in->g->layers, sizeof *in->tensor);
    in->rank = arena_new(a, in->g->layers, sizeof *in->rank);
    for (size_t i = 0; in->tensor && in->rank && i < in->g->layers; i++) {
        const size_t room = in->g->layer[i].calls + 2;
        in->tensor[i] = arena_new(a, room, sizeof **in->tensor);
        in->rank[i] = arena_new(a, room, sizeof **in->rank);
        if (!in->tensor[i] || !in->rank[i])
            return false;
        for (size_t k = 0; k + 2 < room; k++)
            in->tensor[i][k] = "input";
        if (room == 2)
            in->tensor[i][0] = "input";
    }
    return in->tensor && in->rank;
}

static void finish_scope(struct scope *in)
{
    index_finish(&in->known);
    numbering_finish(&in->numbering);
    mem_free(in->name);
}

static void call_lines(struct scope *in)
{
    struct keras_lines *l = in->l;
    for (size_t i = 0; i < in->g->orders && !l->failed && !l->stopped; i++) {
        l->stopped = i % 64 == 0 && stop_asked(&l->session->host->stop);
        call_line(in, &in->g->order[i]);
    }
    for (size_t i = 0; i < in->g->layers; i++) {
        const struct keras_layer *layer = &in->g->layer[i];
        if (!layer->calls && strcmp(layer->class_name, "InputLayer") != 0)
            keras_refuse(in->l, layer, NULL, "it is in the model and is never called");
    }
}

/* A model that is a layer of another: a block. */
static const char *block_lines(struct scope *outer, const struct keras_layer *layer, unsigned *rank,
                               const char *name)
{
    struct keras_lines *l = outer->l;
    const struct keras_graph *g = layer->model;
    struct str path = {0};
    str_addf(&path, "%s%s.", outer->path, name);
    struct scope in = {.l = l,
                       .g = g,
                       .path = keras_keep(l, &path),
                       .depth = outer->depth + 1,
                       .newest = "input",
                       .frozen = outer->frozen ||
                                 json_is_false(json_object_get(layer->config, "trainable"))};
    if (g->inputs != 1 || g->outputs != 1)
        keras_refuse(
            l, layer, NULL,
            "a model inside a model has one input and one output here, and this one %zu and %zu",
            g->inputs, g->outputs);
    if (!g->orders)
        keras_refuse(l, layer, NULL, "it has no layers beside its input");
    if (!begin_scope(&in) || !in.path) {
        l->failed = true;
        return name;
    }
    const json_t *shape = json_object_get(g->layer[g->input[0].layer].config, "batch_shape");
    in.rank[g->input[0].layer][0] =
        json_array_size(shape) ? (unsigned)json_array_size(shape) - 1 : 0;
    indent(outer);
    str_addf(&l->text, "block %s {\n", name);
    call_lines(&in);
    indent(outer);
    str_add(&l->text, "}\n");
    *rank = g->outputs ? in.rank[g->output[0].layer][g->output[0].call] : 0;
    finish_scope(&in);
    return name;
}

static void output_lines(struct scope *in)
{
    struct keras_lines *l = in->l;
    const struct keras_graph *g = in->g;
    const char **name = arena_new(&l->arena, g->outputs, sizeof *name);
    if (!name) {
        l->failed = true;
        return;
    }
    for (size_t i = 0; i < g->outputs; i++)
        name[i] = in->tensor[g->output[i].layer][g->output[i].call];
    if (g->outputs > 1 || !in->newest || strcmp(name[0], in->newest) != 0)
        for (size_t i = 0; i < g->outputs; i++)
            str_addf(&l->text, "%s%s%s", i ? ", " : "output ", name[i],
                     i + 1 < g->outputs ? "" : "\n");
    keras_training_lines(l, name, g->outputs);
}

int keras_lines_make(struct keras_lines *l, const struct session *session,
                     const struct keras_model *of, struct err *e)
{
    *l = (struct keras_lines){.session = session, .of = of, .shared = json_object()};
    const struct keras_graph *g = of->root.model;
    struct scope top = {.l = l,
                        .g = g,
                        .path = "",
                        .frozen = json_is_false(json_object_get(of->root.config, "trainable"))};
    if (!l->shared || !begin_scope(&top))
        return err_memory(e);
    for (size_t i = 0; i < g->inputs && !l->failed; i++)
        input_line(&top, &g->layer[g->input[i].layer], g->input[i].layer);
    call_lines(&top);
    if (!l->failed)
        output_lines(&top);
    finish_scope(&top);
    if (l->stopped)
        return err_stopped(e);
    return l->failed || l->text.failed ? err_memory(e) : 0;
}

void keras_lines_finish(struct keras_lines *l)
{
    str_finish(&l->text);
    json_decref(l->shared);
    mem_free(l->refusal);
    mem_free(l->line);
    arena_finish(&l->arena);
}
