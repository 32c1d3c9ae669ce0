/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/variables.h"

#include "cmd/common/binder.h"
#include "cmd/common/codes.h"
#include "cmd/common/resolve.h"
#include "cmd/session/custom_penalty.h"
#include "cmd/session/delta.h"
#include "cmd/session/journal.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"

#include "lang/parse.h"

#include <string.h>

/* l0(code) counts units, l0(0.1) and l0(k) are a penalty. */
static bool names_a_layer(const struct session *s, const struct node *call)
{
    return is_of_code(call) && call->args && !call->arg[0].name &&
           call->arg[0].value->kind == NODE_PATH && !name_variable(s, call->arg[0].value->text);
}

/* Whether a value is made of penalties rather than numbers. */
static bool is_penalty(const struct session *s, const struct node *n)
{
    if (n->kind == NODE_BINARY && n->op == OP_ADD)
        return is_penalty(s, n->child[0]) || is_penalty(s, n->child[1]);
    if (n->kind == NODE_CALL && names_a_layer(s, n))
        return false;
    if (n->kind == NODE_CALL)
        return table_find(&penalty_kinds, n->text) || session_definition(s, n->text);
    if (n->kind != NODE_PATH)
        return false;
    const struct variable *v = name_variable(s, n->text);
    return strcmp(n->text, "none") == 0 || (v && v->penalty);
}

static const struct arg_spec penalty_spec = {
    .name = "value", .form = KEY, .type = ARG_SUM, .of = &penalty_kinds, .standard = "none"};

/* A penalty is bound now, and kept as the tree of what it prints as: variables in it have the
 * values they have now. */
static int keep_penalty(struct session *s, const struct node *n, struct variable *v, struct err *e)
{
    struct arena arena = {0};
    struct binder b = session_binder(s, &arena);
    struct arg sum = {0};
    struct str text = {0};
    struct node *tree = NULL;
    int failed = bind_value(&b, &penalty_spec, n, &sum, e);
    if (!failed) {
        sum.type = ARG_SUM;
        arg_print(&text, &sum);
        uint32_t source = text.failed ? 0
                                      : sources_add(&s->sources, "<let>", text.text, text.size, 1,
                                                    (struct span){0});
        failed = source ? parse_value(&v->arena, text.text, text.size, source, &tree, e) != PARSE_OK
                        : err_memory(e);
    }
    v->penalty = tree;
    str_finish(&text);
    arena_finish(&arena);
    return failed ? -1 : 0;
}

static int put_variable(struct session *s, struct variable v, struct err *e)
{
    struct variable *old = name_variable(s, v.name);
    struct delta *d = s->journal->delta;
    if (old && d) {
        d->replaced = true;
        d->old = *old;
        d->old_at = (size_t)(old - s->variable);
    } else if (old) {
        variable_finish(old);
    }
    if (old) {
        *old = v;
        return 0;
    }
    if (mem_room(&s->variable, &s->variable_room, s->variables + 1, sizeof v) ||
        index_reserve(&s->names->variables, s->variables + 1)) {
        variable_finish(&v);
        return err_memory(e);
    }
    s->variable[s->variables++] = v;
    return 0;
}

int variable_assign(struct session *s, const char *name, struct span where,
                    const struct node *value, struct err *e)
{
    if (!name_variable(s, name) && name_check_variable(s, name, where, e))
        return -1;
    struct variable v = {.name = mem_text(name, strlen(name)), .where = where};
    if (!v.name)
        return err_memory(e);
    int failed = is_penalty(s, value)
                     ? keep_penalty(s, value, &v, e)
                     : session_guess(s, current_model(s), value, &v.number, &v.guessed, e);
    s->guessed = s->guessed || v.guessed;
    if (!failed)
        return put_variable(s, v, e);
    variable_finish(&v);
    return -1;
}
