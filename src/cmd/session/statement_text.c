/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/statement_text.h"

#include "cmd/session/library.h"
#include "cmd/session/past.h"
#include "cmd/session/state.h"
#include "cmd/session/words.h"

#include "base/path.h"
#include "lang/ast.h"
#include "nn/init.h"

#include <stdlib.h>
#include <string.h>

/* Strings of a statement that name files, with what they said. */
struct renames {
    struct session *s;
    char *folder; /* whole; NULL until it is needed */
    struct arena arena;
    struct renamed {
        struct node *node;
        enum node_kind kind;
        const char *was;
    } * item;
    size_t count, room;
};

static char *whole_folder(const char *folder)
{
    char *whole = realpath(*folder ? folder : ".", NULL);
    char *copy = mem_text(whole ? whole : folder, strlen(whole ? whole : folder));
    free(whole);
    return copy;
}

static int rename_file(struct renames *r, struct node *n)
{
    if (n->kind != NODE_STRING)
        return 0;
    if (!r->folder && !(r->folder = whole_folder(r->s->folder)))
        return -1;
    const char *path = path_join(&r->arena, r->folder, n->text);
    if (path && library_stands(n->text, path))
        return 0;
    const size_t room = path ? strlen(path) + 2 : 0;
    char *marked = path ? arena_new(&r->arena, room, 1) : NULL;
    if (!marked || mem_room(&r->item, &r->room, r->count + 1, sizeof *r->item))
        return -1;
    marked[0] = FILE_MARK;
    memcpy(marked + 1, path, room - 1);
    r->item[r->count++] = (struct renamed){n, n->kind, n->text};
    n->text = marked;
    return 0;
}

/* A choice counts as it was written, though it may read as a difference: keras-2.0. */
static int quote_choice(struct renames *r, const struct entry *row, size_t place, struct node *n)
{
    const struct source *source = sources_get(&r->s->sources, n->where.source);
    const bool choice = row && place < row->arg_count && row->args[place].type == ARG_CHOICE;
    if (!choice || n->kind != NODE_BINARY || !source)
        return 0;
    const char *text =
        arena_text(&r->arena, source->text + n->where.at, n->where.end - n->where.at);
    if (!text || mem_room(&r->item, &r->room, r->count + 1, sizeof *r->item))
        return -1;
    r->item[r->count++] = (struct renamed){n, n->kind, n->text};
    n->kind = NODE_STRING;
    n->text = text;
    return 0;
}

static bool is_file(const struct arg_spec *spec)
{
    return spec->type == ARG_FILE || spec->type == ARG_FILES;
}

static bool takes_file(const struct entry *row)
{
    for (size_t i = 0; i < row->arg_count; i++)
        if (is_file(&row->args[i]))
            return true;
    return false;
}

/* What the row says of a key; NULL: nothing. */
static const struct arg_spec *spec_of(const struct entry *row, const struct node *key)
{
    for (size_t i = 0; row && key->kind == NODE_PATH && i < row->arg_count; i++)
        if (strcmp(row->args[i].name, key->text) == 0)
            return &row->args[i];
    return NULL;
}

/* Calls inside a value: npy("w.npy"). */
static int rename_calls(struct renames *r, struct node *n)
{
    const struct entry *row = n->kind == NODE_CALL ? table_find(&init_kinds, n->text) : NULL;
    int failed = 0;
    for (size_t i = 0; i < 3 && !failed; i++)
        if (n->kind >= NODE_UNARY && n->child[i])
            failed = rename_calls(r, n->child[i]);
    for (size_t i = 0; i < n->args && !failed; i++) {
        struct node *value = n->arg[i].value;
        failed = row && takes_file(row) ? rename_file(r, value) : rename_calls(r, value);
    }
    return failed;
}

/* The row that says what a statement takes; NULL for a layer. */
static const struct entry *row_of(const struct statement *st)
{
    const struct command *c = statement_command(st);
    const struct node *first = st->values ? st->value[0] : NULL;
    if (c && c->brings_data && first && first->kind == NODE_PATH)
        return table_find(c->entry.args->of, first->text);
    return c ? &c->entry : NULL;
}

/* What the value at that place is of the row's arguments; NULL: of none. */
static const struct arg_spec *spec_at(const struct entry *row, size_t place)
{
    for (size_t i = 0; i < row->arg_count; i++) {
        const struct arg_spec *spec = &row->args[i];
        if (spec->form == REST || (spec->form == POSITIONAL && place-- == 0))
            return spec;
    }
    return NULL;
}

/* Whether a string in the place of that value names a file. */
static bool value_is_file(const struct statement *st, const struct entry *row, size_t place)
{
    const struct node *first = st->value[0];
    const struct command *c = statement_command(st);
    const bool orders = row && row->arg_count && row->args->of == &picture_orders;
    const struct entry *order =
        orders && first->kind == NODE_PATH ? table_find(&picture_orders, first->text) : NULL;
    /* An order that takes no word takes a file. */
    if (order)
        return !order->args;
    /* The first value of data is the kind, whose row begins behind it. */
    const size_t before = c && row && row != &c->entry;
    const struct arg_spec *spec = row && place >= before ? spec_at(row, place - before) : NULL;
    return spec && (is_file(spec) || c->quotes_file);
}

static int rename_script(struct renames *r, const struct script *script);

static int rename_statement(struct renames *r, const struct statement *st)
{
    const struct entry *row = row_of(st);
    int failed = st->body ? rename_script(r, st->body) : 0;
    for (size_t i = 0; i < st->values && !failed; i++)
        failed = quote_choice(r, row, i, st->value[i]) ||
                 (value_is_file(st, row, i) ? rename_file(r, st->value[i])
                                            : rename_calls(r, st->value[i]));
    for (size_t i = 0; i < st->pairs && !failed; i++) {
        struct pair *p = &st->pair[i];
        const struct arg_spec *spec = spec_of(row, p->target);
        const bool file = spec && is_file(spec);
        p->unrecorded = spec && spec->unrecorded;
        for (size_t k = 0; k < p->values && !failed; k++)
            failed = file ? rename_file(r, p->value[k]) : rename_calls(r, p->value[k]);
    }
    return failed;
}

static int rename_script(struct renames *r, const struct script *script)
{
    for (size_t i = 0; i < script->count; i++)
        if (rename_statement(r, &script->statement[i]))
            return -1;
    return 0;
}

int statement_text(struct session *s, const struct statement *st, const struct stop *stop,
                   struct str *text, struct err *e)
{
    struct renames r = {.s = s};
    int failed = rename_statement(&r, st);
    if (!failed)
        statement_print(text, st, stop);
    while (r.count-- > 0) {
        r.item[r.count].node->kind = r.item[r.count].kind;
        r.item[r.count].node->text = r.item[r.count].was;
    }
    mem_free(r.item);
    mem_free(r.folder);
    arena_finish(&r.arena);
    if (!failed && !text->failed && !stop_check(stop, e))
        return 0;
    const bool stopped = !failed && !text->failed;
    str_finish(text);
    return stopped ? -1 : err_memory(e);
}

void line_print(struct str *to, const struct session *s, const struct line *l, const char *folder)
{
    const size_t n = strlen(folder);
    /* A script that says its seed at once needs no other. */
    if (l == s->journal->first && strncmp(l->text, "seed ", 5) != 0)
        str_addf(to, "seed %llu\n", (unsigned long long)s->journal->seed);
    for (const char *at = l->text; *at; at++) {
        if (*at != FILE_MARK) {
            str_bytes(to, at, 1);
            continue;
        }
        /* What stands in the folder or below it is named from there. */
        if (strncmp(at + 1, folder, n) == 0 && at[1 + n] == '/')
            at += n + 1;
        else if (strcmp(folder, "/") == 0 && at[1] == '/')
            at += 1;
    }
    str_add(to, "\n");
}

void journal_print(struct str *to, const struct session *s, const char *folder)
{
    for (const struct line *l = s->journal->first; l; l = l->next)
        line_print(to, s, l, folder);
}
