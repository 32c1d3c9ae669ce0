/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/verbs/layer.h"

#include "cmd/common/binder.h"
#include "cmd/exec/advice.h"
#include "cmd/session/delta.h"
#include "cmd/session/journal.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "cmd/session/words.h"
#include "cmd/verbs/built.h"

#include "nn/bidirectional.h"
#include "nn/call.h"
#include "nn/layer.h"
#include "train/model.h"

#include <stdio.h>
#include <string.h>

/* Where a statement stands: at the top, or in the body of a block. */
struct scope {
    struct session *session;
    struct arena *arena; /* of bound arguments */
    struct graph *g;
    id block;                    /* NOTHING at the top */
    struct numbering *numbering; /* of names there */
};

/* What a statement calls. */
struct callee {
    uint32_t folds; /* how many timedistributed stand before it */
    bool both;      /* bidirectional stands before it */
    const struct layer_kind *kind;
    id layer;               /* an existing one, when kind is NULL */
    struct statement words; /* from the layer's verb on */
};

/* The longest path of a block, with room behind it for a name. */
enum { BLOCK_PATH_MOST = 200 };

/* "tower.top" for top in the block tower. */
static const char *path_of(const struct scope *in, const char *name, char *path, size_t room)
{
    if (in->block == NOTHING)
        snprintf(path, room, "%.120s", name);
    else
        snprintf(path, room, "%.200s.%.120s", in->g->layer[in->block].name, name);
    return path;
}

/* Whether a name is given in a block, and where. */
static bool taken_inside(const struct scope *in, const char *name, struct span *where)
{
    char path[330];
    const id layer = graph_find_layer(in->g, path_of(in, name, path, sizeof path));
    const struct body_call *call = graph_find_body(in->g, in->block, name);
    if (layer != NOTHING)
        *where = in->g->layer[layer].where;
    else if (call)
        *where = call->where;
    return layer != NOTHING || call;
}

static int check_inside(const struct scope *in, const char *name, struct span where, struct err *e)
{
    struct span first;
    if (name_check_word(name, where, e))
        return -1;
    if (!taken_inside(in, name, &first))
        return 0;
    err_at(e, where, "the name %s is given already in the block %s", name,
           in->g->layer[in->block].name);
    return err_hint(e, "choose another, %s_2", name);
}

/* The first free BASE_1, BASE_2, ... */
static int choose_name(const struct scope *in, const char *base, char *name, size_t room,
                       struct err *e)
{
    struct numbering *known = in->numbering;
    struct span where;
    uint32_t n = numbering_next(known, base);
    if (in->block == NOTHING)
        n = name_choose(in->session, current_model(in->session), base, name, room);
    else
        while (snprintf(name, room, "%.80s_%u", base, n), taken_inside(in, name, &where))
            n++;
    return numbering_note(known, base, n) ? err_memory(e) : 0;
}

static int name_of(const struct scope *in, const struct args *args, const char *base, char *name,
                   size_t room, struct err *e)
{
    const struct arg *as = args_get(args, "as");
    if (!as->given)
        return choose_name(in, base, name, room, e);
    if (in->block == NOTHING
            ? name_check_new(in->session, current_model(in->session), as->as.text, as->where, e)
            : check_inside(in, as->as.text, as->where, e))
        return -1;
    snprintf(name, room, "%s", as->as.text);
    return 0;
}

/* Within a block: input, or what a call above puts out. */
static int find_inside(const struct scope *in, const char *name, struct span where, id *to,
                       struct err *e)
{
    struct nearest near = {0};
    const struct layer *block = &in->g->layer[in->block];
    const struct body_call *call = graph_find_body(in->g, in->block, name);
    *to = call ? (id)(call - block->body) + 1 : 0;
    if (call || strcmp(name, "input") == 0)
        return 0;
    nearest_try(&near, name, "input");
    for (size_t i = 0; i < block->bodies; i++)
        nearest_try(&near, name, block->body[i].name);
    err_at(e, where, "there is no tensor \"%s\" in the block %s", name, block->name);
    if (near.name)
        return err_hint(e, "did you mean %s?", near.name);
    return err_hint(e, "inside, tensors are input and what the lines above make");
}

static int find_tensor(const struct scope *in, const char *name, struct span where, id *to,
                       struct err *e)
{
    if (in->block != NOTHING)
        return find_inside(in, name, where, to, e);
    *to = name_value(in->g, name, where, e);
    return *to == NOTHING ? -1 : 0;
}

/* What `on` names, else the newest tensor. */
static int choose_inputs(const struct scope *in, const char *layer, bool several,
                         const struct arg *on, struct inputs *to, struct err *e)
{
    const uint32_t n = on->given ? (uint32_t)on->as.names.count : 1;
    id *item = arena_new(in->arena, n, sizeof *item);
    if (!item)
        return err_memory(e);
    if (!several && n > 1) {
        err_at(e, on->as.names.where[1], "%s takes one tensor", layer);
        return err_hint(e, "name one: on %s", on->as.names.item[0]);
    }
    *to = (struct inputs){item, n};
    for (uint32_t i = 0; on->given && i < n; i++)
        if (find_tensor(in, on->as.names.item[i], on->as.names.where[i], &item[i], e))
            return -1;
    if (on->given)
        return 0;
    if (in->block != NOTHING) {
        item[0] = (id)in->g->layer[in->block].bodies;
        return 0;
    }
    item[0] = (id)in->g->values - 1;
    if (in->g->values)
        return 0;
    err_at(e, (struct span){0}, "%s needs a tensor to work on, and the model is empty", layer);
    return err_hint(e, "begin with an input, for example input 64");
}

/* The layer that a verb names: in the block first, then in those around it, then outside. */
static id find_callee(const struct scope *in, const char *verb)
{
    struct scope at = *in;
    char path[330];
    for (;;) {
        const id found = graph_find_layer(in->g, path_of(&at, verb, path, sizeof path));
        if (found != NOTHING || at.block == NOTHING)
            return found;
        at.block = in->g->layer[at.block].parent;
    }
}

static bool is_wrapper(const char *word)
{
    return strcmp(word, wrapper_kind.entry.name) == 0 ||
           strcmp(word, wrapper_kind.entry.alias) == 0;
}

static int unknown_callee(const struct scope *in, const struct statement *st, bool wrapped,
                          struct err *e)
{
    struct nearest near = {0};
    nearest_in_table(&near, st->verb, &layer_kinds);
    for (size_t i = 0; i < in->g->layers; i++)
        nearest_try(&near, st->verb, in->g->layer[i].name);
    if (table_find(&command_table, st->verb)) {
        err_at(e, st->verb_where, "%s is no layer", st->verb);
        return err_hint(
            e, is_wrapper(st->verb) ? "write timedistributed bidirectional lstm 16"
               : wrapped
                   ? "timedistributed takes a layer statement, or the name of a layer or block"
                   : "in a block stand layers, names of layers, and blocks");
    }
    err_at(e, st->verb_where, "no layer \"%s\"", st->verb);
    return advise_verb(in->session, st, &near, e);
}

/* WRAPPER WORD ...: the statement that begins with WORD. */
static int unwrap_layer(const struct statement *st, struct statement *inner, struct err *e)
{
    *inner = *st;
    if (!st->values || st->value[0]->kind != NODE_PATH) {
        err_at(e, st->values ? st->value[0]->where : st->verb_where, "%s takes a layer statement",
               st->verb);
        return err_hint(e, "write for example %s",
                        is_wrapper(st->verb) ? "timedistributed dense 8 relu"
                                             : "bidirectional lstm 16");
    }
    inner->verb = st->value[0]->text;
    inner->verb_where = st->value[0]->where;
    inner->value++;
    inner->values--;
    return 0;
}

static int read_callee(const struct scope *in, const struct statement *st, struct callee *c,
                       struct err *e)
{
    *c = (struct callee){.layer = NOTHING, .words = *st};
    while (!c->both) {
        const struct statement outer = c->words;
        c->both = strcmp(outer.verb, bidirectional_kind.entry.name) == 0;
        if (!c->both && !is_wrapper(outer.verb))
            break;
        c->folds += !c->both;
        if (unwrap_layer(&outer, &c->words, e))
            return -1;
    }
    c->kind = (const struct layer_kind *)table_find(&layer_kinds, c->words.verb);
    if (!c->kind)
        c->layer = find_callee(in, c->words.verb);
    if (c->kind && c->kind->source && (c->folds || in->block != NOTHING)) {
        err_at(e, c->words.verb_where,
               c->folds ? "an input is no layer to call at each step"
                        : "a block has no inputs of its own");
        return err_hint(e, c->folds ? "write input 10x64, then timedistributed dense 8"
                                    : "inside, the word input names what it is called on");
    }
    if (c->both && !c->kind && c->layer != NOTHING) {
        err_at(e, c->words.verb_where, "bidirectional makes its two halves, and %s exists already",
               c->words.verb);
        return err_hint(e, "write for example bidirectional lstm 16");
    }
    if (!c->kind && c->layer == NOTHING)
        return unknown_callee(in, &c->words, c->folds > 0, e);
    if (in->block != NOTHING && c->layer != NOTHING &&
        graph_is_inside(in->g, in->block, c->layer)) {
        err_at(e, c->words.verb_where, "%s calls itself", c->words.verb);
        return err_hint(e, "a block cannot: its own name stands outside of it");
    }
    return 0;
}

static int call_it(const struct scope *in, id layer, const char *name, struct inputs on,
                   struct span where, struct err *e)
{
    return in->block == NOTHING ? graph_call(in->g, layer, name, on, where, e)
                                : graph_add_body(in->g, in->block, layer, name, on, where, e);
}

/* timedistributed around a layer that exists: a layer of its own, whose body calls that one. */
static int wrap_layer(const struct scope *in, const struct callee *c, const char *path,
                      struct span where, id *layer, struct err *e)
{
    const struct args none = {.entry = &wrapper_kind.entry, .where = where};
    const id on = 0;
    return graph_define(in->g, &wrapper_kind, &none, path, in->block, c->folds, layer, e) ||
                   graph_add_body(in->g, *layer, c->layer, c->words.verb, (struct inputs){&on, 1},
                                  c->words.verb_where, e)
               ? -1
               : 0;
}

static const struct arg_spec call_args[] = {CALL_CLAUSES};

const struct entry call_entry = {
    .name = "LAYER",
    .args = call_args,
    .arg_count = sizeof call_args / sizeof *call_args,
    .summary = "calls an existing layer again, with the same weights",
};

/* What names of it begin with. */
static const char *base_of(const struct callee *c)
{
    if (c->folds)
        return wrapper_kind.entry.name;
    if (c->both)
        return bidirectional_kind.entry.name;
    return c->kind ? c->kind->entry.name : c->words.verb;
}

/* Makes the layer, if the statement makes one. */
static int define_callee(const struct scope *in, const struct callee *c, const struct args *args,
                         const char *path, struct span where, id *layer, struct err *e)
{
    if (c->both)
        return graph_add_bidirectional(in->g, c->kind, args, path, in->block, c->folds,
                                       c->words.verb_where, layer, e);
    if (c->kind)
        return check_not_bidirectional(c->kind, args, e) ||
                       graph_define(in->g, c->kind, args, path, in->block, c->folds, layer, e)
                   ? -1
                   : 0;
    return c->folds ? wrap_layer(in, c, path, where, layer, e) : 0;
}

static int add_layer(const struct scope *in, const struct statement *st, struct err *e)
{
    struct callee c;
    char name[120], path[330];
    struct inputs on = {0};
    if (read_callee(in, st, &c, e))
        return -1;
    struct binder b = session_binder(in->session, in->arena);
    struct entry named = call_entry;
    named.name = c.words.verb;
    const struct args *args = bind_statement(&b, &c.words, c.kind ? &c.kind->entry : &named, e);
    const struct layer_kind *kind = c.kind ? c.kind : in->g->layer[c.layer].kind;
    const bool source = c.kind && c.kind->source;
    if (!args || name_of(in, args, base_of(&c), name, sizeof name, e))
        return -1;
    if (!source && choose_inputs(in, c.words.verb, kind->merge, args_get(args, "on"), &on, e))
        return -1;
    path_of(in, name, path, sizeof path);
    id layer = c.layer;
    if (define_callee(in, &c, args, path, st->where, &layer, e))
        return -1;
    return call_it(in, layer, name, on, args->where, e) ? err_place(e, st->where) : 0;
}

static int add_block(const struct scope *in, const struct statement *st, struct err *e);

static int add_body(const struct scope *in, const struct script *body, struct span braces,
                    struct err *e)
{
    for (size_t i = 0; i < body->count; i++) {
        const struct statement *st = &body->statement[i];
        const struct command *command = statement_command(st);
        if (command && command->defines ? add_block(in, st, e) : add_layer(in, st, e))
            return err_place(e, st->where);
    }
    if (in->g->layer[in->block].bodies)
        return 0;
    err_at(e, braces, "the block %s calls nothing", in->g->layer[in->block].name);
    return err_hint(e, "write its layers between the braces: { dense 8 relu; dense 1 }");
}

static int add_block(const struct scope *in, const struct statement *st, struct err *e)
{
    char path[330];
    struct numbering numbering = {0};
    struct scope inside = *in;
    struct binder b = session_binder(in->session, in->arena);
    const struct args *args = bind_statement(&b, st, &statement_command(st)->entry, e);
    if (!args)
        return -1;
    const struct arg *name = args_get(args, "name");
    if (in->block == NOTHING
            ? name_check_new(in->session, current_model(in->session), name->as.text, name->where, e)
            : check_inside(in, name->as.text, name->where, e))
        return -1;
    const struct args none = {.entry = &block_kind.entry, .where = st->where};
    path_of(in, name->as.text, path, sizeof path);
    if (strlen(path) > BLOCK_PATH_MOST) {
        err_at(e, name->where,
               "the block %s lies too deep: the names of the blocks around it and its own have "
               "more than %d letters together",
               name->as.text, BLOCK_PATH_MOST);
        return err_hint(e, "give them shorter names, or define it outside and call it inside");
    }
    if (graph_define(in->g, &block_kind, &none, path, in->block, 0, &inside.block, e))
        return -1;
    inside.numbering = &numbering;
    const int failed = add_body(&inside, args_get(args, "body")->as.body, st->braces, e);
    numbering_finish(&numbering);
    return failed;
}

void graph_changed(struct session *s, struct graph_edit *was, bool failed)
{
    struct delta *d = s->journal->delta;
    if (failed)
        model_take_back(current_model(s), was);
    else
        graph_end(current_model(s)->graph);
    if (failed || !d) {
        graph_edit_finish(was);
        return;
    }
    d->edited = true;
    d->graph = *was;
}

/* Changes the current model's graph by one statement, or not at all. */
static int change_graph(struct session *s, const struct statement *st,
                        int (*add)(const struct scope *, const struct statement *, struct err *),
                        struct err *e)
{
    struct arena arena = {0};
    struct model *m = current_model(s);
    struct graph_edit was;
    if (model_edit(m, &was, e))
        return -1;
    const struct scope top = {
        .session = s, .arena = &arena, .g = m->graph, .block = NOTHING, .numbering = &m->numbering};
    const int failed = add(&top, st, e);
    graph_changed(s, &was, failed);
    arena_finish(&arena);
    return failed;
}

/* Whether an input without a name is more likely the beginning of another model: the data is served
 * already by the inputs there are, or, without data, one like it has layers behind it. */
static bool begins_again(const struct session *s)
{
    const struct graph *g = current_model(s)->graph;
    const struct layer *newest = &g->layer[g->layers - 1];
    const struct shape *shape = &g->value[g->values - 1].shape;
    bool worked = false, alike = false;
    size_t columns = 0;
    for (id c = 0; c + 1 < g->calls; c++) {
        const bool source = g->layer[g->call[c].layer].kind->source;
        const struct shape *out = &g->value[g->call[c].output].shape;
        worked = worked || !source;
        alike = alike || (source && shape_same(out, shape));
        columns += source ? shape_count(out) : 0;
    }
    return newest->kind->source && worked && (s->has_data ? columns == s->data.inputs : alike);
}

static void say_second_input(const struct session *s, const struct statement *st)
{
    const struct graph *g = current_model(s)->graph;
    const struct layer_kind *kind = (const struct layer_kind *)table_find(&layer_kinds, st->verb);
    if (kind && kind->source && !st->clauses && begins_again(s))
        session_notice(s, "%s now has another input, %s; model NAME begins another model",
                       current_model(s)->name, g->call[g->calls - 1].name);
}

static int layer_statement(struct session *s, const struct statement *st, struct err *e)
{
    if (change_graph(s, st, add_layer, e))
        return -1;
    say_second_input(s, st);
    return say_built(s, e);
}

static int block_statement(struct session *s, const struct statement *st, struct err *e)
{
    return change_graph(s, st, add_block, e);
}

static int list_outputs(const struct session *s, struct err *e)
{
    struct str text = {0};
    id output[OUTPUTS_MOST];
    const struct graph *g = current_model(s)->graph;
    const size_t n = graph_outputs(g, output);
    if (!s->host->json)
        str_add(&text, n ? "output " : "output: the model is empty");
    for (size_t i = 0; i < n; i++)
        str_addf(&text, "%s%s", i ? ", " : "", graph_value_name(g, output[i]));
    str_add(&text, n && !g->outputs && !s->host->json ? "  (the newest tensor)\n" : "\n");
    return session_report_words((struct session *)s, "output", &text, e);
}

static int take_outputs(const struct arg *names, struct graph *g, struct err *e)
{
    g->outputs = 0;
    for (size_t i = 0; i < names->as.names.count; i++) {
        const struct span where = names->as.names.where[i];
        const id value = name_value(g, names->as.names.item[i], where, e);
        if (value == NOTHING)
            return -1;
        for (size_t k = 0; k < g->outputs; k++)
            if (g->output[k] == value) {
                err_at(e, where, "%s is named twice", names->as.names.item[i]);
                return err_hint(e, "name each output once");
            }
        if (g->outputs == OUTPUTS_MOST) {
            err_at(e, where, "a model has at most %d outputs", OUTPUTS_MOST);
            return err_hint(e, "concat joins tensors into one");
        }
        g->output[g->outputs++] = value;
    }
    return 0;
}

static int run_output(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *names = args_get(args, "names");
    if (!names->given)
        return list_outputs(s, e);
    struct model *m = current_model(s);
    struct graph_edit was;
    if (model_edit(m, &was, e))
        return -1;
    const int failed = take_outputs(names, m->graph, e);
    graph_changed(s, &was, failed);
    return failed;
}

static const struct arg_spec timedistributed_args[] = {
    ARG("layer", POSITIONAL, ARG_ENTRY, .of = &layer_kinds, .required = true,
        .line = "a layer statement, or the name of a layer or block", .naming = NAMING_CALLEES),
};
static const struct arg_spec bidirectional_args[] = {
    ARG("layer", POSITIONAL, ARG_ENTRY, .of = &layer_kinds, .required = true,
        .line = "a layer statement of simple_rnn, lstm or gru"),
};
static const struct arg_spec block_args[] = {
    ARG("name", POSITIONAL, ARG_NAME, .required = true, .line = "the verb that calls it"),
    ARG("body", BODY, ARG_BODY, .required = true,
        .line = "layers, one on the other; input is what the block is called on"),
};
static const struct arg_spec output_args[] = {
    ARG("names", REST, ARG_NAMES, .line = "tensors; alone, output lists them",
        .naming = NAMING_TENSORS),
};

const struct command command_timedistributed = {
    ALIASED("timedistributed", "time_distributed", timedistributed_args,
            "a layer called at each step of axis 1",
            "Any layer statement may follow, or the name of a layer or block that exists. The "
            "weights are shared by all steps, and an activity penalty acts on all steps' outputs: "
            "it is divided by the samples of the batch, never by the steps. Penalties and weights "
            "are reached through the name of the whole: td.activity, td.kernel.",
            "data random 64 shape=5x4 target=1\ninput 5x4\n"
            "timedistributed dense 3 relu activity=l1(0.1) as td\nflatten\ndense 1\nstep 1\n"
            "penalties\n"),
    .read = layer_statement,
    .stop_first = true,
    .changes = CHANGES_MODEL,
    .small = any_statement,
};

const struct command command_bidirectional = {
    COMMAND("bidirectional", bidirectional_args, "a recurrent layer in both directions",
            "Its halves are layers of their own, NAME.forward and NAME.backward, with weights of "
            "their own; a penalty that is written here stands on both, as rows of their own. "
            "merge= says how their outputs are joined: concat, forward first, sum, multiply or "
            "average. With sequences=yes both are in the order of the input. NAME.output is what "
            "is joined.",
            "data random 64 shape=5x4 target=1\ninput 5x4\n"
            "bidirectional lstm 3 kernel=l2(1e-3) merge=sum as both\ndense 1\nstep 1\n"
            "penalties\nprint norm(both.backward.kernel)\n"),
    .read = layer_statement,
    .stop_first = true,
    .changes = CHANGES_MODEL,
    .small = any_statement,
};

/* Of statements that begin with no verb: stands in no table. */
const struct command command_layer = {.entry = {.name = "layer"}, .read = layer_statement};

const struct command command_block = {
    COMMAND("block", block_args, "a stack of layers with a name, to be called as one",
            "Defining it calls nothing; its name is then a verb: tower on a as ta. Each call has "
            "the same weights. In the body the word input is what the block is called on, a name "
            "from outside is that very layer, shared, and blocks may stand in blocks. A weight "
            "penalty counts once, an activity penalty once for every call.",
            "data rows { 0 | 1 -> 1; 1 | 1 -> 0 }\ninput 1 as a\ninput 1 as b\n"
            "block tower { dense 4 tanh kernel=l2(1e-3); dense 2 as top }\ntower on a as ta\n"
            "tower on b as tb\nconcat on ta, tb\ndense 1 sigmoid\nstep 1\npenalties\n"
            "print norm(tower.top.kernel)\n"),
    .read = block_statement,
    .defines = true,
    .stop_first = true,
    .changes = CHANGES_MODEL,
    .small = any_statement,
};
const struct command command_output = {
    COMMAND("output", output_args, "which tensors are the model's outputs",
            "Without it the newest tensor is. Each output has its own loss and its own columns of "
            "the targets, dealt out in their order by size.",
            "data rows { 1 2 -> 3 | 0; 2 1 -> 1 | 1 }\ninput 2\ndense 3 tanh as h\n"
            "dense 1 on h as ya\ndense 1 sigmoid on h as yb\noutput ya, yb\nloss mse on ya\n"
            "loss binary_crossentropy on yb weight=0.5\nstep 1\nprint ya.loss yb.loss\n"),
    .run = run_output,
    .stop_first = true,
    .changes = CHANGES_MODEL,
    .small = any_statement,
    .alone_shows = true,
};
