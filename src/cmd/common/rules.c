/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/rules.h"

#include "cmd/common/binder.h"
#include "cmd/common/rule_compile.h"
#include "cmd/common/settings.h"
#include "cmd/session/state.h"

#include "expr/expr.h"

#include <stdio.h>
#include <string.h>

/* All rules of a model, in their order. It lasts until one of them, or what they lead to, changes.
 */
struct compiled {
    struct derived derived;
    struct compiled_rule *rule;
    size_t rules;
};

static void destroy(struct derived *d)
{
    struct compiled *c = (struct compiled *)d;
    for (size_t i = 0; i < c->rules; i++)
        compiled_rule_finish(&c->rule[i]);
    mem_free(c->rule);
    mem_free(c);
}

static struct compiled *compiled_of(const struct model *m)
{
    return (struct compiled *)m->ruled;
}

/* Says of which rule an error is. It stands at the statement that trains. */
static int name_rule(const struct model *m, const struct rule *rule, struct err *e)
{
    char what[sizeof e->what], hint[sizeof e->hint];
    if (e->kind != ERR_INPUT)
        return -1;
    memcpy(what, e->what, sizeof what);
    memcpy(hint, e->hint, sizeof hint);
    err_at(e, (struct span){0}, "the rule %.100s = %.150s every %llu of %.40s at step %llu: %.150s",
           rule->setting, rule->value, (unsigned long long)rule->every, m->name,
           (unsigned long long)m->state.step, what);
    if (*hint)
        return err_hint(e, "%s", hint);
    if (rule_prunes(rule))
        return err_hint(e, "unprune ends it: unprune %.*s", (int)rule_prunes(rule), rule->setting);
    return err_hint(e, "a plain set ends it: set %.100s = ...", rule->setting);
}

/* Parses the text of a rule, which models may share. */
static int parse_rule(struct session *s, struct rule *r, struct err *e)
{
    struct node *tree;
    const size_t n = strlen(r->value);
    if (r->tree)
        return 0;
    const uint32_t source = sources_add(&s->sources, "<rule>", r->value, n, 1, (struct span){0});
    if (!source)
        return err_memory(e);
    if (parse_value(&r->arena, r->value, n, source, &tree, e) != PARSE_OK)
        return -1;
    r->tree = tree;
    return 0;
}

static size_t samples_left(const struct session *s, const struct ruled *r)
{
    return r->samples ? r->samples : batch_samples(&s->data);
}

static int compile_one(struct session *s, struct model *m, size_t i, struct compiled_rule *to,
                       struct err *e)
{
    struct ruled *r = &m->rules.item[i];
    if (parse_rule(s, r->rule, e) ||
        rule_compile(s, m, r->rule, r->rule->tree, samples_left(s, r), to, e))
        return name_rule(m, r->rule, e);
    to->names.left = r;
    return 0;
}

/* Those of a model; NULL: *e. */
static struct compiled *compile_rules(struct session *s, struct model *m, struct err *e)
{
    struct compiled *c = compiled_of(m);
    if (c)
        return c;
    if (!(c = mem_new(1, sizeof *c)) || !(c->rule = mem_new(m->rules.count, sizeof *c->rule))) {
        mem_free(c);
        err_memory(e);
        return NULL;
    }
    c->derived.destroy = destroy;
    while (c->rules < m->rules.count && !compile_one(s, m, c->rules, &c->rule[c->rules], e))
        c->rules++;
    if (c->rules == m->rules.count) {
        m->ruled = &c->derived;
        return c;
    }
    destroy(&c->derived);
    return NULL;
}

/* Computes one number, and checks it. */
static int work_out(struct session *s, struct compiled_rule *r, struct followed *x, struct err *e)
{
    const struct names names = rule_names(&r->names);
    const struct binder b = session_binder(s, &r->arena);
    double value;
    if (!x->expression)
        return 0;
    if (expression_number(x->expression, &names, &value, e))
        return -1;
    struct arg next = {.type = x->to->type};
    if (bind_number_value(&b, x->spec, x->node, value, &next, e))
        return -1;
    setting_value(&next, &x->next);
    return 0;
}

static int work_out_all(struct session *s, struct compiled_rule *r, struct err *e)
{
    for (size_t i = 0; i < r->numbers; i++)
        setting_value(r->number[i].to, &r->number[i].was);
    if (r->worked_out && rule_names_same(&r->names))
        return 0;
    r->worked_out = false;
    for (size_t i = 0; i < r->numbers; i++)
        if (work_out(s, r, &r->number[i], e))
            return -1;
    r->worked_out = true;
    return 0;
}

static void put_value(struct arg *to, double value)
{
    if (to->type == ARG_WHOLE)
        to->as.whole = (long)value;
    else
        to->as.number = value;
}

static void put_numbers(struct model *m, struct compiled_rule *r, bool next)
{
    r->put = next;
    if (r->pruned != NOTHING) {
        if (next)
            model_prune_step(m, &r->pruning);
        else
            model_prune_back(m, &r->pruning);
        return;
    }
    for (size_t i = 0; i < r->numbers; i++)
        put_value(r->number[i].to, next ? r->number[i].next : r->number[i].was);
    if (r->optimizer)
        m->recipe.common = opt_common(r->optimizer);
}

/* Whether the numbers that an optimizer has now suit each other, told of the last rule for it. */
static int check_optimizer(const struct model *m, const struct compiled *c, struct err *e)
{
    size_t last = c->rules;
    for (size_t i = 0; i < c->rules; i++)
        if (c->rule[i].put && c->rule[i].optimizer)
            last = i;
    if (last == c->rules || !opt_check(m->recipe.optimizer.args, e))
        return 0;
    return name_rule(m, m->rules.item[last].rule, e);
}

static bool rule_moves(const struct compiled_rule *r)
{
    bool moved = false;
    for (size_t i = 0; i < r->numbers && !moved; i++)
        moved = r->number[i].next != r->number[i].was;
    return moved;
}

/* Whether what is due to be pruned is more or less than what is. *moves then, and all that can fail
 * is done. */
static int prepare_pruning(struct session *s, struct model *m, struct compiled_rule *r, bool *moves,
                           struct err *e)
{
    const double share = r->number[0].next;
    *moves = pruning_due(m, r->pruned, share) != model_pruned(m, r->pruned);
    if (!*moves)
        return 0;
    pruning_finish(&r->pruning);
    if (pruning_find(&r->pruning, m, r->pruned, share, s->seed, e))
        return -1;
    return pruning_keep(&r->pruning, m, e);
}

static bool is_due(const struct model *m, size_t i)
{
    return m->state.step % m->rules.item[i].rule->every == 0;
}

/* Of a batch of another size shapes are others. */
static int refit_rule(struct session *s, struct model *m, size_t i, struct compiled_rule *r,
                      struct err *e)
{
    if (!r->names.count || r->names.samples == m->rules.item[i].samples)
        return 0;
    struct compiled_rule other;
    if (compile_one(s, m, i, &other, e))
        return -1;
    compiled_rule_finish(r);
    *r = other;
    return 0;
}

/* Works out a rule that is due, if all it needs is known; *ready then. */
static int prepare_rule(struct session *s, struct model *m, size_t i, struct compiled_rule *r,
                        bool *ready, struct err *e)
{
    *ready = false;
    if (!is_due(m, i) || !rule_names_known(&r->names))
        return 0;
    if (refit_rule(s, m, i, r, e))
        return -1;
    if (work_out_all(s, r, e))
        return name_rule(m, m->rules.item[i].rule, e);
    if (r->pruned != NOTHING)
        return prepare_pruning(s, m, r, ready, e);
    /* What stays as it is need not be put in. */
    *ready = rule_moves(r);
    return 0;
}

static bool leaves_something(const struct compiled_rule *r)
{
    return r->names.count || r->names.figures;
}

/* Room for what the step to come leaves, while it can still be refused. */
static int make_room(struct model *m, const struct compiled *c, struct err *e)
{
    for (size_t i = 0; i < c->rules; i++) {
        struct ruled *r = &m->rules.item[i];
        if (leaves_something(&c->rule[i]) && (m->state.step + 1) % r->rule->every == 0 &&
            rule_left_room(&c->rule[i].names, trainer_of(m)->train->capacity, r, e))
            return -1;
    }
    return 0;
}

int rules_apply(struct session *s, struct model *m, struct err *e)
{
    if (!m->rules.count)
        return 0;
    struct compiled *c = compile_rules(s, m, e);
    bool any = false;
    if (!c || make_room(m, c, e))
        return -1;
    for (size_t i = 0; i < c->rules; i++) {
        if (prepare_rule(s, m, i, &c->rule[i], &c->rule[i].put, e)) {
            for (size_t k = 0; k < c->rules; k++)
                c->rule[k].put = false;
            return -1;
        }
        any = any || c->rule[i].put;
    }
    for (size_t i = 0; any && i < c->rules; i++)
        if (c->rule[i].put)
            put_numbers(m, &c->rule[i], true);
    if (!any || !check_optimizer(m, c, e))
        return 0;
    rules_put_back(m);
    return -1;
}

void rules_put_back(struct model *m)
{
    struct compiled *c = compiled_of(m);
    for (size_t i = c ? c->rules : 0; i-- > 0;)
        if (c->rule[i].put)
            put_numbers(m, &c->rule[i], false);
}

void rules_keep(struct model *m)
{
    struct compiled *c = compiled_of(m);
    for (size_t i = 0; c && i < c->rules; i++) {
        pruning_finish(&c->rule[i].pruning);
        if (leaves_something(&c->rule[i]) && is_due(m, i))
            rule_left_take(&c->rule[i].names, trainer_of(m), &m->rules.item[i]);
    }
}

/* Whether a rule for an empty slot can say its first number: it does not ask for that itself. */
static bool can_begin(const struct compiled_rule *r)
{
    bool asks = false;
    for (size_t i = 0; i < r->names.leaves; i++)
        for (size_t k = 0; k < r->numbers; k++)
            asks = asks || r->names.leaf[i].arg == r->number[k].to;
    return !asks && rule_names_known(&r->names);
}

static int not_known(const struct rule *rule, const struct node *tree, struct err *e)
{
    err_at(e, tree->where, "%.100s has no penalty yet that the rule could begin with",
           rule->setting);
    return err_hint(e, "give it a number first: set %.100s = l1(1e-3)", rule->setting);
}

int rules_begin(struct session *s, struct model *m, struct rule *rule, const struct node *tree,
                bool begins, struct err *e)
{
    const struct ruled nothing = {.rule = rule};
    struct compiled_rule r;
    const size_t samples = s->has_data ? batch_samples(&s->data) : 1;
    if (rule_compile(s, m, rule, tree, samples, &r, e))
        return -1;
    r.names.left = &nothing;
    int failed = 0;
    if (begins && !checking(s)) {
        failed = can_begin(&r) ? 0 : not_known(rule, tree, e);
        if (!failed && !(failed = model_draw(m, s->seed, 0, e) || work_out_all(s, &r, e)))
            put_numbers(m, &r, true);
    }
    compiled_rule_finish(&r);
    return failed ? -1 : 0;
}
