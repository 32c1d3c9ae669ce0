/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/rule_compile.h"

#include "cmd/common/binder.h"
#include "cmd/common/settings.h"

#include "expr/expr.h"
#include "nn/joint_term.h"
#include "nn/layer.h"

#include <stdio.h>
#include <string.h>

void compiled_rule_finish(struct compiled_rule *r)
{
    for (size_t i = 0; i < r->numbers; i++)
        expression_destroy(r->number[i].expression);
    mem_free(r->number);
    pruning_finish(&r->pruning);
    rule_names_finish(&r->names);
    arena_finish(&r->arena);
    *r = (struct compiled_rule){0};
}

/* A number that the binder has come across; `to` is where it binds it. */
static int note_number(void *self, const struct node *n, const struct arg_spec *spec,
                       struct arg *to, struct err *e)
{
    struct compiled_rule *r = self;
    if (mem_room(&r->number, &r->room, r->numbers + 1, sizeof *r->number))
        return err_memory(e);
    r->number[r->numbers++] = (struct followed){.spec = spec, .node = n, .to = to};
    return 0;
}

static bool is_literal(const struct node *n)
{
    while (n->kind == NODE_UNARY && n->op != OP_NOT)
        n = n->child[0];
    return n->kind == NODE_NUMBER;
}

/* From where the binder has put a number to where it stands in the model; NULL: it is a default. */
static struct arg *place_in(const struct arg *sum, const struct model *m, uint32_t first,
                            const struct arg *bound)
{
    for (size_t c = 0; c < sum->as.calls.count; c++) {
        const struct args *call = sum->as.calls.item[c];
        for (size_t i = 0; i < call->entry->arg_count; i++)
            if (&call->arg[i] == bound)
                return &m->state.penalty[first + c].args->arg[i];
    }
    return NULL;
}

/* Leaves out the defaults; written numbers are known. */
static void place_numbers(struct compiled_rule *r, const struct model *m, const struct arg *sum,
                          uint32_t first)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->numbers; i++) {
        struct followed x = r->number[i];
        const struct arg *bound = x.to;
        x.to = place_in(sum, m, first, bound);
        /* A number that was left out was bound elsewhere, and is gone. */
        if (!x.to)
            continue;
        setting_value(bound, &x.next);
        r->number[kept++] = x;
    }
    r->numbers = kept;
}

static int bind_leaves(struct session *s, struct compiled_rule *r, const struct arg_spec *spec,
                       const struct node *tree, struct arg *value, struct err *e)
{
    struct binder b = session_binder(s, &r->arena);
    b.later = note_number;
    b.notes = r;
    return bind_value(&b, spec, tree, value, e);
}

static int aim_at_optimizer(struct session *s, struct model *m, const char *key,
                            const struct node *tree, struct compiled_rule *r, struct err *e)
{
    r->optimizer = m->recipe.optimizer.args;
    const struct entry *entry = r->optimizer->entry;
    size_t at = 0;
    struct arg value;
    while (strcmp(entry->args[at].name, key) != 0)
        at++;
    if (bind_leaves(s, r, &entry->args[at], tree, &value, e))
        return -1;
    setting_value(&value, &r->number[0].next);
    r->number[0].to = &r->optimizer->arg[at];
    return 0;
}

/* The number stands in the model's state: until the rule is due for the first time, as it is. */
static int aim_at_noise(struct session *s, struct model *m, id layer, const struct arg_spec *spec,
                        const struct node *tree, struct compiled_rule *r, struct err *e)
{
    struct arg value;
    if (bind_leaves(s, r, spec, tree, &value, e))
        return -1;
    if (model_noise_room(m))
        return err_memory(e);
    struct arg *to = &m->state.noise[layer];
    to->as.number = model_noise(m, layer);
    to->given = true;
    setting_value(&value, &r->number[0].next);
    r->number[0].to = to;
    return 0;
}

static int aim_at_slot(struct session *s, struct model *m, const char *thing, const char *key,
                       const struct node *tree, struct compiled_rule *r, struct err *e)
{
    const id layer = graph_find_layer(m->graph, thing);
    const struct entry *entry = &m->graph->layer[layer].kind->entry;
    size_t at = 0;
    struct arg sum;
    while (strcmp(entry->args[at].name, key) != 0)
        at++;
    if (entry->args[at].type == ARG_NUMBER)
        return aim_at_noise(s, m, layer, &entry->args[at], tree, r, e);
    if (bind_leaves(s, r, &entry->args[at], tree, &sum, e))
        return -1;
    const uint32_t first = graph_same_terms(m->graph, layer, key, &sum);
    if (first == NOTHING) {
        err_at(e, tree->where, "the penalty of %s.%s is of another kind by now", thing, key);
        return err_hint(e, "end the rule: set %s.%s = none", thing, key);
    }
    place_numbers(r, m, &sum, first);
    return 0;
}

static int aim_at_term(struct session *s, struct model *m, id term, const struct node *tree,
                       struct compiled_rule *r, struct err *e)
{
    struct arg value;
    if (bind_leaves(s, r, &joint_term.entry.args[JOINT_STRENGTH], tree, &value, e))
        return -1;
    setting_value(&value, &r->number[0].next);
    r->number[0].to = &m->state.penalty[m->graph->term[term].number].args->arg[JOINT_STRENGTH];
    return 0;
}

const struct arg_spec prune_share = {.name = "share",
                                     .form = KEY,
                                     .type = ARG_NUMBER,
                                     .min = 0,
                                     .max = 1,
                                     .line = "how many of the weight's numbers"};

size_t rule_prunes(const struct rule *r)
{
    const char *dot = strrchr(r->setting, '.');
    return strcmp(dot + 1, prune_share.name) == 0 ? (size_t)(dot - r->setting) : 0;
}

id rule_find_pruned(const struct graph *g, const char *path)
{
    id w = 0;
    while (w < g->weights && strcmp(g->weight[w].path, path) != 0)
        w++;
    return w < g->weights ? w : NOTHING;
}

/* The share is that of the marks that the model has; what is worked out is not kept. */
static int aim_at_pruned(struct session *s, struct model *m, const struct node *tree,
                         struct compiled_rule *r, struct err *e)
{
    struct arg value, *to = arena_new(&r->arena, 1, sizeof *to);
    if (!to)
        return err_memory(e);
    if (bind_leaves(s, r, &prune_share, tree, &value, e))
        return -1;
    *to = (struct arg){.type = ARG_NUMBER};
    to->as.number = (double)model_pruned(m, r->pruned) / (double)m->graph->weight[r->pruned].count;
    setting_value(&value, &r->number[0].next);
    r->number[0].to = to;
    return 0;
}

static int aim_at_weight(struct session *s, struct model *m, const char *path,
                         const struct node *tree, struct compiled_rule *r, struct err *e)
{
    r->pruned = rule_find_pruned(m->graph, path);
    if (r->pruned != NOTHING)
        return aim_at_pruned(s, m, tree, r, e);
    err_at(e, tree->where, "there is no weight %.200s any more", path);
    return err_hint(e, "unprune ends the rule of a weight");
}

int rule_compile(struct session *s, struct model *m, const struct rule *rule,
                 const struct node *tree, size_t samples, struct compiled_rule *to, struct err *e)
{
    char thing[200];
    snprintf(thing, sizeof thing, "%s", rule->setting);
    char *dot = strrchr(thing, '.');
    *dot = 0;
    *to = (struct compiled_rule){.names = {.session = s, .model = m, .samples = samples},
                                 .pruned = NOTHING};
    const struct setting_part *part = setting_part_of(thing);
    const struct names names = rule_names(&to->names);
    const id term = graph_find_term(m->graph, thing);
    int failed = part && part->ruled ? aim_at_optimizer(s, m, dot + 1, tree, to, e)
                 : term != NOTHING   ? aim_at_term(s, m, term, tree, to, e)
                 : strcmp(dot + 1, prune_share.name) == 0
                     ? aim_at_weight(s, m, thing, tree, to, e)
                     : aim_at_slot(s, m, thing, dot + 1, tree, to, e);
    for (size_t i = 0; i < to->numbers && !failed; i++) {
        struct followed *x = &to->number[i];
        if (!is_literal(x->node) && !(x->expression = expression_create(x->node, &names, e)))
            failed = -1;
    }
    if (failed)
        compiled_rule_finish(to);
    return failed ? -1 : 0;
}
