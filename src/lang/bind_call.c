/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words of a table: choices, calls, sums of calls, and entries that take the rest of a statement.
 */
#include "lang/bind_call.h"

#include "lang/bind_number.h"
#include "lang/bind_value.h"
#include "lang/bind_words.h"
#include "lang/grow.h"

#include <string.h>

const struct entry *binding_find(const struct binding *x, const char *name)
{
    /* What a person defined goes before a row of the same name. */
    const struct entry *own = x->b->own ? x->b->own(x->b->self, x->spec->of, name) : NULL;
    return own ? own : table_find(x->spec->of, name);
}

/* The i-th row of the argument's table, the session's own rows behind it; NULL behind the last. */
static const struct entry *row_at(const struct binding *x, size_t i)
{
    const struct table *t = x->spec->of;
    if (i < t->rows)
        return t->row[i];
    return x->b->own_at ? x->b->own_at(x->b->self, t, i - t->rows) : NULL;
}

/* The rows by name, as many as have room in a hint. */
static void list_rows(char *text, size_t room, const struct binding *x)
{
    const struct entry *row;
    size_t used = 0;
    text[0] = 0;
    for (size_t i = 0; (row = row_at(x, i)); i++) {
        const char *name = row->name;
        bool last = used + strlen(name) + 6 > room;
        const char *shown = last ? "..." : name;
        memcpy(text + used, " ", 2);
        memcpy(text + used + 1, shown, strlen(shown) + 1);
        used += strlen(shown) + 1;
        if (last)
            return;
    }
}

int binding_no_row(struct binding *x, struct span where, const char *word)
{
    char rows[240], text[SHOWN_ROOM];
    struct nearest near = {0};
    nearest_in_table(&near, word, x->spec->of);
    const struct entry *row;
    for (size_t i = x->spec->of->rows; (row = row_at(x, i)); i++)
        nearest_try(&near, word, row->name);
    list_rows(rows, sizeof rows, x);
    err_at(x->e, where, "no %s \"%s\"", x->spec->of->noun, shown_text(text, word));
    const char *dot = strrchr(word, '.');
    if (dot && binding_find(x, dot + 1))
        return err_hint(x->e, "write %s", dot + 1);
    return near.name ? err_hint(x->e, "did you mean %s?", near.name)
                     : err_hint(x->e, "it is one of:%s", rows);
}

int binding_choice(struct binding *x, const struct node *n, const struct entry **row)
{
    char text[SHOWN_ROOM];
    bool plain = n->kind == NODE_STRING || n->kind == NODE_PATH;
    const char *word = plain ? n->text : binding_shown(x, n, text);
    *row = binding_find(x, word);
    return *row ? 0 : binding_no_row(x, n->where, word);
}

/* The name that a value has in a table, or NULL if it cannot be in one. */
static const char *row_name(const struct node *n)
{
    return n->kind == NODE_PATH || n->kind == NODE_CALL || n->kind == NODE_STRING ? n->text : NULL;
}

static void say_kind(struct binding *x, const struct node *n)
{
    char text[SHOWN_ROOM], rows[200];
    const struct table *t = x->spec->of;
    list_rows(rows, sizeof rows, x);
    err_at(x->e, n->where, "%s%s takes %s %s, not %s", x->spec->name,
           x->spec->form == KEY ? "=" : "", article(t->noun), t->noun, binding_shown(x, n, text));
    err_hint(x->e, "it is one of:%s", rows);
}

/* What a word stands for that is no row: *tree of a variable, or the error. */
static int other_word(struct binding *x, const struct node *n, const struct node **tree)
{
    *tree = binding_resolve(x, n);
    if (*tree != n)
        return 0;
    if (row_name(n))
        binding_no_row(x, n->where, n->text);
    else
        say_kind(x, n);
    return -1;
}

static bool is_none(const struct binding *x, const struct node *n)
{
    return n->kind == NODE_PATH && strcmp(n->text, "none") == 0 && !binding_find(x, "none");
}

int binding_row(struct binding *x, const struct node *n)
{
    const struct entry *row = row_name(n) ? binding_find(x, row_name(n)) : NULL;
    if (row)
        return (x->to->as.call = binding_call(x, n, row)) ? 0 : -1;
    if (is_none(x, n) && !x->spec->required) {
        x->to->given = false;
        return 0;
    }
    const struct node *tree;
    struct binding deeper;
    if (other_word(x, n, &tree) || binding_deeper(x, n->where, &deeper))
        return -1;
    return binding_row(&deeper, tree) ? err_place(x->e, n->where) : 0;
}

/* The argument by place that the word would have been right for, still open; or NULL. */
static const struct arg_spec *meant_place(const struct binding *x, const char *word)
{
    const struct entry *entry = x->args ? x->args->entry : NULL;
    for (size_t i = 0; entry && i < entry->arg_count; i++) {
        const struct arg_spec *spec = &entry->args[i];
        bool table = spec->type == ARG_CALL || spec->type == ARG_CHOICE;
        if (spec->form == POSITIONAL && table && !x->set[i] && table_find(spec->of, word))
            return spec;
    }
    return NULL;
}

/* activity=relu: the line with relu in its own place. */
static int wrong_place(struct binding *x, const struct node *n, const struct arg_spec *meant)
{
    struct str line = {0};
    const struct statement *s = x->words->s;
    const struct table *t = x->spec->of;
    for (size_t i = 0; s && i < s->values; i++) {
        str_add(&line, " ");
        node_print(&line, s->value[i]);
    }
    err_at(x->e, n->where, "%s= takes %s %s", x->spec->name, article(t->noun), t->noun);
    if (s && !line.failed)
        err_hint(x->e, "for the %s: %s%.200s %s", meant->name, s->verb, line.text ? line.text : "",
                 n->text);
    str_finish(&line);
    return -1;
}

static int add_call(struct binding *x, struct args *call)
{
    if (!call)
        return -1;
    if (grow(x->b->arena, &x->to->as.calls.item, x->to->as.calls.count, sizeof(struct args *)))
        return err_memory(x->e);
    x->to->as.calls.item[x->to->as.calls.count++] = call;
    return 0;
}

static int no_sum(struct binding *x, const struct node *n)
{
    char text[SHOWN_ROOM];
    const struct node *a = n->child[0], *b = n->child[1];
    const struct node *call = n->kind == NODE_UNARY || a->kind == NODE_CALL ? a : b;
    const char *noun = x->spec->of->noun;
    if (call->kind != NODE_CALL || !binding_find(x, call->text)) {
        say_kind(x, n);
        return -1;
    }
    err_at(x->e, n->where, "%s %s is only joined by +, not %s", article(noun), noun,
           binding_shown(x, n, text));
    return err_hint(x->e, "a factor goes inside the ( ) of %s", call->text);
}

int binding_sum(struct binding *x, const struct node *n)
{
    const struct entry *row = row_name(n) ? binding_find(x, row_name(n)) : NULL;
    /* A penalty is known by its ( ); a word alone may be a variable. */
    if (row && (n->kind != NODE_PATH || binding_resolve(x, n) == n))
        return add_call(x, binding_call(x, n, row));
    if (is_none(x, n))
        return 0;
    if (n->kind == NODE_BINARY && n->op == OP_ADD)
        return binding_sum(x, n->child[0]) || binding_sum(x, n->child[1]) ? -1 : 0;
    if (n->kind == NODE_BINARY || n->kind == NODE_UNARY)
        return no_sum(x, n);
    const struct node *tree = binding_resolve(x, n);
    const struct arg_spec *meant = row_name(n) ? meant_place(x, n->text) : NULL;
    if (tree == n && meant)
        return wrong_place(x, n, meant);
    struct binding deeper;
    if (other_word(x, n, &tree) || binding_deeper(x, n->where, &deeper))
        return -1;
    return binding_sum(&deeper, tree) ? err_place(x->e, n->where) : 0;
}

/* csv /tmp/f.csv reads as a division. */
static int unquoted_path(struct binding *x, const struct node *n)
{
    char text[SHOWN_ROOM];
    const struct node *first = n;
    while (first->kind == NODE_BINARY)
        first = first->child[0];
    if (first->kind != NODE_PATH || !binding_find(x, first->text)) {
        say_kind(x, n);
        return -1;
    }
    const size_t name = strlen(first->text);
    binding_shown(x, n, text);
    const char *path = strlen(text) > name ? text + name : text;
    err_at(x->e, n->where, "a file name stands in quotes");
    return err_hint(x->e, "write %s \"%s\"", first->text, path + strspn(path, " "));
}

int binding_entry(struct binding *x, const struct node *n)
{
    struct words none = {0};
    struct binding deeper;
    if (n->kind == NODE_CALL && binding_find(x, n->text)) {
        err_at(x->e, n->where, "\"%s\" takes no ( ) here", n->text);
        return err_hint(x->e, "write its values behind it, with blanks: %s ...", n->text);
    }
    if (n->kind == NODE_BINARY && n->op == OP_DIV)
        return unquoted_path(x, n);
    if (n->kind != NODE_PATH) {
        say_kind(x, n);
        return -1;
    }
    const struct entry *row = binding_find(x, n->text);
    if (!row)
        return binding_no_row(x, n->where, n->text);
    if (binding_deeper(x, n->where, &deeper))
        return -1;
    struct words *w = x->words ? x->words : &none;
    return (x->to->as.call = binding_words(&deeper, w, row, n->where)) ? 0 : -1;
}

static int words_of_call(const struct binding *x, const struct node *n, struct words *w)
{
    size_t args = n->kind == NODE_CALL ? n->args : 0;
    struct node **item = arena_new(x->b->arena, args, sizeof *item);
    *w = (struct words){.values = {.item = item}};
    w->key = arena_new(x->b->arena, args, sizeof *w->key);
    if (!item || !w->key)
        return err_memory(x->e);
    for (size_t i = 0; i < args; i++) {
        struct call_arg *a = &n->arg[i];
        if (a->name) {
            w->key[w->keys++] = (struct key){.name = a->name,
                                             .where = a->key,
                                             .equals = a->key,
                                             .values = {.item = &a->value, .count = 1}};
            continue;
        }
        if (w->keys) {
            err_at(x->e, a->value->where, "a value stands behind a key");
            return err_hint(x->e, "values come first, then keys");
        }
        item[w->values.count++] = a->value;
    }
    return 0;
}

struct args *binding_call(const struct binding *x, const struct node *n, const struct entry *entry)
{
    struct words w;
    struct binding deeper;
    if (binding_deeper(x, n->where, &deeper) || words_of_call(x, n, &w))
        return NULL;
    return binding_words(&deeper, &w, entry, n->where);
}
