/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "build.h"

#include "check.h"
#include "rules.h"

#include "lang/bind.h"
#include "lang/parse.h"
#include "nn/call.h"

#include <stdio.h>
#include <string.h>

static size_t text_of(void *self, struct span where, char *text, size_t room)
{
    const char *all = self;
    size_t n = where.end - where.at;
    n = n < room ? n : room - 1;
    memcpy(text, all + where.at, n);
    text[n] = 0;
    return n;
}

static struct binder binder_of(struct arena *arena, const char *text)
{
    return (struct binder){.arena = arena, .self = (char *)text, .text = text_of};
}

int build_parse(struct arena *arena, const char *text, struct script *to, struct err *e)
{
    return parse_script(arena, text, strlen(text), 1, &rules, to, e) == PARSE_OK ? 0 : -1;
}

struct args *build_bind(struct arena *arena, const char *text, const struct statement *s,
                        const struct entry *entry, struct err *e)
{
    struct binder b = binder_of(arena, text);
    return bind_statement(&b, s, entry, e);
}

struct args *build_choice(struct arena *arena, const char *text, const struct statement *s,
                          const struct table *of, struct err *e)
{
    const struct arg_spec kind = {.name = "kind",
                                  .form = POSITIONAL,
                                  .type = ARG_ENTRY,
                                  .of = of,
                                  .required = true,
                                  .line = "which"};
    const struct entry entry = {.name = s->verb, .args = &kind, .arg_count = 1};
    struct args *a = build_bind(arena, text, s, &entry, e);
    return a ? a->arg[0].as.call : NULL;
}

static const struct arg_spec call_args[] = {CALL_CLAUSES};
static const struct entry call_entry = {.name = "call", .args = call_args, .arg_count = 2};

enum { INPUTS_MOST = 8 };

/* The tensors that `on` names; without it the newest. */
static int inputs_of(const struct graph *g, const struct args *a, id to[INPUTS_MOST],
                     struct inputs *on, struct err *e)
{
    *on = (struct inputs){to, 1};
    to[0] = (id)g->values - 1;
    for (size_t i = 0; i < a->entry->arg_count; i++) {
        if (strcmp(a->entry->args[i].name, "on") != 0 || !a->arg[i].given)
            continue;
        on->count = (uint32_t)a->arg[i].as.names.count;
        assert_true(on->count <= INPUTS_MOST);
        for (uint32_t k = 0; k < on->count; k++) {
            const char *name = a->arg[i].as.names.item[k];
            id call = graph_find_call(g, name);
            if (call == NOTHING)
                return err_at(e, a->arg[i].where, "no tensor \"%s\"", name);
            to[k] = g->call[call].output;
        }
    }
    return 0;
}

static void name_of(const struct graph *g, const struct args *a, const char *verb, char name[80])
{
    const struct arg *as = args_get(a, "as");
    if (as->given) {
        snprintf(name, 80, "%s", as->as.text);
        return;
    }
    for (int i = 1; i == 1 || graph_find_call(g, name) != NOTHING; i++)
        snprintf(name, 80, "%.60s_%d", verb, i);
}

static int call_again(struct graph *g, struct arena *arena, const char *text,
                      const struct statement *s, struct err *e)
{
    char name[80];
    id layer = graph_find_layer(g, s->verb), input[INPUTS_MOST];
    struct inputs on;
    if (layer == NOTHING)
        return err_at(e, s->verb_where, "no layer \"%s\"", s->verb);
    struct args *a = build_bind(arena, text, s, &call_entry, e);
    if (!a || inputs_of(g, a, input, &on, e))
        return -1;
    name_of(g, a, s->verb, name);
    return graph_call(g, layer, name, on, s->where, e);
}

int build_layer(struct graph *g, struct arena *arena, const char *text, const struct statement *s,
                struct err *e)
{
    char name[80];
    id input[INPUTS_MOST];
    struct inputs on;
    const struct layer_kind *kind = (const void *)table_find(&layer_kinds, s->verb);
    if (!kind)
        return call_again(g, arena, text, s, e);
    struct args *a = build_bind(arena, text, s, &kind->entry, e);
    if (!a || inputs_of(g, a, input, &on, e))
        return -1;
    if (kind->source)
        on.count = 0;
    name_of(g, a, s->verb, name);
    return graph_add(g, kind, a, name, on, 0, e);
}

int build_layers(struct graph *g, const char *text, struct err *e)
{
    struct arena arena = {0};
    struct script script = {0};
    int bad = build_parse(&arena, text, &script, e);
    for (size_t i = 0; !bad && i < script.count; i++)
        bad = build_layer(g, &arena, text, &script.statement[i], e);
    arena_finish(&arena);
    return bad ? -1 : 0;
}

struct graph *build_graph(const char *text)
{
    struct err e = {0};
    struct graph *g = graph_create();
    assert_non_null(g);
    if (build_layers(g, text, &e))
        fail_msg("%s; %s\nin: %s", e.what, e.hint, text);
    return g;
}

int build_sum(struct arena *arena, const char *text, struct arg *to, struct err *e)
{
    static const struct arg_spec sum = {
        .name = "sum", .form = KEY, .type = ARG_SUM, .of = &penalty_kinds};
    struct binder b = binder_of(arena, text);
    struct node *value;
    if (parse_value(arena, text, strlen(text), 1, &value, e) != PARSE_OK)
        return -1;
    return bind_value(&b, &sum, value, to, e);
}
