/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/custom_penalty.h"

#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "cmd/session/variable.h"

#include "nn/joint_term.h"
#include "train/model.h"

#include <math.h>
#include <string.h>

struct definition *definition_create(struct span where)
{
    struct definition *d = mem_new(1, sizeof *d);
    if (d)
        d->where = where;
    return d;
}

void definition_destroy(struct definition *d)
{
    if (!d)
        return;
    formula_destroy(d->own.tape);
    arena_finish(&d->arena);
    mem_free(d);
}

static const char *definition_name(const struct session *s, size_t i)
{
    return s->definition[i]->own.kind.entry.name;
}

const struct definition *session_definition(const struct session *s, const char *name)
{
    const uint32_t i =
        name_number(&s->names->definitions, s->definitions, definition_name, s, name);
    return i == INDEX_NONE ? NULL : s->definition[i];
}

static const struct entry *find_row(const void *self, const struct table *t, const char *name)
{
    const struct definition *d = t == &penalty_kinds ? session_definition(self, name) : NULL;
    if (t == &penalty_kinds && strcmp(name, joint_term.entry.name) == 0)
        return &joint_term.entry;
    return d ? &d->own.kind.entry : NULL;
}

struct entry_finder definitions_finder(const struct session *s)
{
    return (struct entry_finder){.own = find_row, .self = s};
}

void definitions_retire(struct session *s, size_t count)
{
    index_cut(&s->names->definitions, count);
    while (s->definitions > count) {
        struct definition *d = s->definition[--s->definitions];
        d->next = s->retired;
        s->retired = d;
    }
}

void definitions_revive(struct session *s, size_t count)
{
    while (s->definitions < count) {
        struct definition *d = s->retired;
        s->retired = d->next;
        s->definition[s->definitions++] = d;
    }
}

void definitions_finish(struct session *s)
{
    definitions_retire(s, 0);
    while (s->retired) {
        struct definition *next = s->retired->next;
        definition_destroy(s->retired);
        s->retired = next;
    }
    mem_free(s->definition);
}

uint64_t definitions_digest(const struct session *s, uint64_t hash)
{
    for (size_t i = 0; i < s->definitions; i++) {
        struct str text = {0};
        definition_print(&text, s->definition[i]);
        hash = digest_bytes(hash, text.text, text.size);
        str_finish(&text);
    }
    return hash;
}

/* A formula on its way from the statement's tree to one of its own. */
struct reading_formula {
    const struct session *s;
    const struct definition *d;
    struct arena *arena;
    struct err *e;
};

static struct node *copy_tree(const struct reading_formula *r, const struct node *n);

static bool is_own_name(const struct definition *d, const char *name)
{
    bool own = strcmp(name, "x") == 0;
    for (size_t i = 0; i < d->own.parameters; i++)
        own = own || strcmp(name, d->name[i]) == 0;
    return own;
}

static int unknown_name(const struct reading_formula *r, const struct node *n)
{
    struct nearest near = {0};
    nearest_try(&near, n->text, "x");
    for (size_t i = 0; i < r->d->own.parameters; i++)
        nearest_try(&near, n->text, r->d->name[i]);
    for (size_t i = 0; i < r->s->variables; i++)
        nearest_try(&near, n->text, r->s->variable[i].name);
    err_at(r->e, n->where, "no \"%.100s\" in this formula", n->text);
    if (near.name)
        return err_hint(r->e, "did you mean %s?", near.name);
    return err_hint(r->e, "it may name x, its own parameters and variables that are numbers");
}

static struct node *copy_node(const struct reading_formula *r, const struct node *n)
{
    struct node *copy = arena_new(r->arena, 1, sizeof *copy);
    if (!copy) {
        err_memory(r->e);
        return NULL;
    }
    *copy = *n;
    return copy;
}

/* A number as one writes it: a sign is an operation of its own. */
static struct node *number_tree(const struct reading_formula *r, const struct node *at,
                                double number)
{
    struct node *n = copy_node(r, at), *sign;
    if (!n)
        return NULL;
    n->kind = NODE_NUMBER;
    n->text = NULL;
    n->number = fabs(number);
    if (!signbit(number))
        return n;
    if (!(sign = copy_node(r, at)))
        return NULL;
    sign->kind = NODE_UNARY;
    sign->op = OP_MINUS;
    sign->child[0] = n;
    sign->height = 2;
    return sign;
}

static struct node *copy_name(const struct reading_formula *r, const struct node *n)
{
    const struct variable *v = name_variable(r->s, n->text);
    if (is_own_name(r->d, n->text))
        return copy_node(r, n);
    if (!v) {
        unknown_name(r, n);
        return NULL;
    }
    if (v->penalty || !isfinite(v->number)) {
        err_at(r->e, n->where, "%s is %s, and a formula takes numbers", n->text,
               v->penalty ? "a penalty" : "not finite");
        err_hint(r->e, "give it another value before: let %s = ...", n->text);
        return NULL;
    }
    return number_tree(r, n, v->number);
}

/* A penalty in a formula would have to say what it is applied to. */
static int check_function(const struct reading_formula *r, const struct node *n, const char *self)
{
    struct span name = n->where;
    name.end = name.at + (uint32_t)strlen(n->text);
    if (self && strcmp(n->text, self) == 0) {
        err_at(r->e, name, "%s would be defined by itself", self);
        return err_hint(r->e, "a formula calls functions: sum, mean, abs ...");
    }
    if (!table_find(&penalty_kinds, n->text) && !session_definition(r->s, n->text))
        return 0;
    err_at(r->e, name, "%s is a penalty, and a formula calls functions", n->text);
    return err_hint(r->e, "write its formula out; help %s shows it", n->text);
}

static struct node *copy_call(const struct reading_formula *r, const struct node *n)
{
    struct node *copy = copy_node(r, n);
    if (!copy || check_function(r, n, r->d->own.kind.entry.name))
        return NULL;
    if (!(copy->arg = arena_new(r->arena, n->args, sizeof *n->arg))) {
        err_memory(r->e);
        return NULL;
    }
    for (size_t i = 0; i < n->args; i++) {
        copy->arg[i] = n->arg[i];
        if (!(copy->arg[i].value = copy_tree(r, n->arg[i].value)))
            return NULL;
    }
    return copy;
}

/* The tree with variables replaced by their values; its texts are those of `n`. */
static struct node *copy_tree(const struct reading_formula *r, const struct node *n)
{
    if (n->kind == NODE_PATH)
        return copy_name(r, n);
    if (n->kind == NODE_CALL)
        return copy_call(r, n);
    struct node *copy = copy_node(r, n);
    for (size_t i = 0; copy && i < 3; i++)
        if (n->child[i] && !(copy->child[i] = copy_tree(r, n->child[i])))
            return NULL;
    return copy;
}

/* The printed forms, with and without the strength. */
static int keep_text(struct definition *d, const struct node *n, struct err *e)
{
    struct str text = {0};
    str_add(&text, "strength*(");
    const size_t begin = text.size;
    node_print(&text, n);
    const size_t end = text.size;
    str_add(&text, ")");
    if (!text.failed) {
        d->own.kind.formula = arena_text(&d->arena, text.text, text.size);
        d->formula = arena_text(&d->arena, text.text + begin, end - begin);
    }
    str_finish(&text);
    return d->own.kind.formula && d->formula ? 0 : err_memory(e);
}

int definition_formula(struct session *s, struct definition *d, const struct node *n, struct err *e)
{
    struct arena arena = {0};
    const struct reading_formula r = {s, d, &arena, e};
    const struct node *tree = copy_tree(&r, n);
    int failed = tree ? 0 : -1;
    if (!failed && !(d->own.tape = formula_make(tree, d->name, d->own.parameters, e)))
        failed = -1;
    if (!failed && !formula_has_x(d->own.tape)) {
        err_at(e, n->where, "this formula does not depend on x");
        failed = err_hint(e, "x is the tensor that the penalty is applied to: sum(abs(x))");
    }
    if (!failed)
        failed = keep_text(d, tree, e);
    arena_finish(&arena);
    return failed;
}

static const struct arg_spec first = STRENGTH("strength", "the factor of the formula");
static const struct arg_spec last = REDUCE;

static const char *keep_number(struct definition *d, double number)
{
    char text[NUMBER_ROOM];
    number_exact(number, text);
    return arena_text(&d->arena, text, strlen(text));
}

int definition_row(struct definition *d, const char *name, struct err *e)
{
    const size_t n = d->own.parameters;
    struct arg_spec *args = arena_new(&d->arena, n + 2, sizeof *args);
    char *kept = arena_text(&d->arena, name, strlen(name));
    if (!args || !kept)
        return err_memory(e);
    args[0] = first;
    for (size_t i = 0; i < n; i++) {
        args[1 + i] = (struct arg_spec){.name = d->name[i],
                                        .form = POSITIONAL,
                                        .type = ARG_NUMBER,
                                        .standard = keep_number(d, d->standard[i]),
                                        .line = "a number of the formula"};
        if (!args[1 + i].standard)
            return err_memory(e);
    }
    args[n + 1] = last;
    args[n + 1].standard = reductions.row[d->reduce]->name;
    d->own.kind.entry = (struct entry){.name = kept,
                                       .args = args,
                                       .arg_count = n + 2,
                                       .summary = "a penalty of your own, made by define"};
    own_penalty_start(&d->own);
    return 0;
}

void definition_print(struct str *to, const struct definition *d)
{
    char text[NUMBER_ROOM];
    str_addf(to, "define penalty %s(x", d->own.kind.entry.name);
    for (size_t i = 0; i < d->own.parameters; i++)
        str_addf(to, ", %s=%s", d->name[i], number_exact(d->standard[i], text));
    if (d->reduce != REDUCE_BATCH)
        str_addf(to, ", reduce=%s", reductions.row[d->reduce]->name);
    str_addf(to, ") = %s", d->formula);
}
