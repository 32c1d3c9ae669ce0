/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verb of a statement, and the lines that were meant where none stands. */
#include "lang/parse_verb.h"

#include "lang/parse_value.h"

#include <string.h>

static bool holds_path(const struct node *call)
{
    for (size_t i = 0; i < call->args; i++)
        if (!call->arg[i].name && call->arg[i].value->kind != NODE_NUMBER &&
            call->arg[i].value->kind != NODE_SHAPE && call->arg[i].value->kind != NODE_STRING)
            return true;
    return false;
}

/* The line that was meant: `dense 10` for dense(10), `print mean(x)` for mean(x). */
static void advise_call(struct parser *p, const struct node *n)
{
    struct str line = {0};
    bool value = n->kind != NODE_CALL || holds_path(n);
    str_add(&line, value ? "to see a value: print " : "write ");
    if (value)
        node_print(&line, n);
    else
        str_add(&line, n->text);
    for (size_t i = 0; !value && i < n->args; i++) {
        str_add(&line, " ");
        if (n->arg[i].name)
            str_addf(&line, "%s=", n->arg[i].name);
        node_print(&line, n->arg[i].value);
    }
    if (!line.failed && line.size < 120)
        err_hint(p->e, "%s", line.text);
    else
        err_hint(p->e, "to see a value: print VALUE");
    str_finish(&line);
}

static int verb_with_bracket(struct parser *p)
{
    struct span where = p->now.where;
    const struct node *n = parser_value(p);
    if (!n)
        return -1;
    err_at(p->e, where, "a verb takes no ( )");
    if (p->now.kind == TOKEN_ASSIGN && n->kind == NODE_CALL)
        return err_hint(p->e, "write: define penalty %.60s(x) = ...", n->text);
    advise_call(p, n);
    return -1;
}

static int no_verb(struct parser *p)
{
    char text[64];
    struct token t = p->now;
    parser_shown(p, text, sizeof text);
    if (t.kind == TOKEN_CLOSE || t.kind == TOKEN_BRACE_CLOSE)
        return err_at(p->e, t.where, "this %s closes nothing", text);
    if (t.kind == TOKEN_BRACE_OPEN) {
        err_at(p->e, t.where, "a statement begins with a verb");
        return err_hint(p->e, "the { stands on the line of its statement");
    }
    if (t.kind != TOKEN_WORD) {
        err_at(p->e, t.where, "a statement begins with a verb");
        return err_hint(p->e, "to see a value: print ...");
    }
    if (t.before_equals && p->verbs && table_find(p->verbs, text)) {
        err_at(p->e, t.where, "\"%s\" is a verb, and no = stands behind a verb", text);
        return err_hint(p->e, "write: %s ...", text);
    }
    err_at(p->e, t.where, "\"%s\" is no verb", text);
    if (t.before_equals)
        return err_hint(p->e, "write: %s %s = ...", strchr(text, '.') ? "set" : "let", text);
    if (t.word != WORD_NAME && t.word != WORD_YES && t.word != WORD_NO)
        return err_hint(p->e, "%s stands behind a verb and its values", text);
    return err_hint(p->e, "a verb is one word; to see a value: print %s", text);
}

int parser_verb(struct parser *p, struct statement *s)
{
    bool call = p->now.kind == TOKEN_WORD && p->now.opens && !parser_at_clause(p);
    if (call && !p->now.before_equals)
        return verb_with_bracket(p);
    if (p->now.kind != TOKEN_WORD || p->now.word != WORD_NAME || p->now.before_equals ||
        strchr(p->now.text, '.'))
        return no_verb(p);
    s->verb = p->now.text;
    s->verb_where = p->now.where;
    return parser_advance(p);
}
