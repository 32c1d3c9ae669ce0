/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/statement_text.h"

#include "cmd/session/custom_penalty.h"
#include "cmd/session/library.h"
#include "cmd/session/past.h"
#include "cmd/session/state.h"
#include "cmd/session/words.h"

#include "base/path.h"
#include "lang/ast.h"
#include "nn/init.h"
#include "nn/layer.h"

#include <stdlib.h>
#include <string.h>

/* Strings of a statement that name files, with what they said. */
struct renames {
    struct session *s;
    char *folder;                   /* whole; NULL until it is needed */
    const struct statement *widest; /* the whole statement */
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
        if (arg_is_named(&row->args[i], key->text))
            return &row->args[i];
    return NULL;
}

/* Keras's spellings become ours in the tree itself and for good: what is told of a statement later,
 * such as a sweep's labels, then reads as in its replay. */
static void spell_word(const struct entry *row, const char **word)
{
    if (row && row->alias && strcmp(row->alias, *word) == 0)
        *word = row->name;
}

/* kernel_regularizer is kernel. */
static void spell_key(const struct entry *row, const char **key)
{
    for (size_t i = 0; row && *key && i < row->arg_count; i++)
        if (row->args[i].alias && strcmp(row->args[i].alias, *key) == 0)
            *key = row->args[i].name;
}

static void spell_choice(const struct arg_spec *spec, struct node *n)
{
    const bool word = n->kind == NODE_PATH || n->kind == NODE_STRING || n->kind == NODE_CALL;
    if (word && spec &&
        (spec->type == ARG_CHOICE || spec->type == ARG_CHOICES || spec->type == ARG_CALL))
        spell_word(table_find(spec->of, n->text), &n->text);
}

/* Whether a penalty of that name is defined in a statement. */
static bool defines(const struct statement *st, const char *name)
{
    bool found = false;
    for (size_t i = 0; st->body && i < st->body->count && !found; i++)
        found = defines(&st->body->statement[i], name);
    for (size_t i = 0; i < st->pairs && !found; i++)
        found =
            st->pair[i].target->kind == NODE_CALL && strcmp(st->pair[i].target->text, name) == 0;
    return found;
}

/* Calls inside a value: npy("w.npy"), l1_l2(0.1, 0.1). */
static int rename_calls(struct renames *r, struct node *n)
{
    const bool call = n->kind == NODE_CALL;
    const struct entry *row = call ? table_find(&init_kinds, n->text) : NULL;
    const struct entry *penalty = call ? table_find(&penalty_kinds, n->text) : NULL;
    int failed = 0;
    if (penalty && (session_definition(r->s, n->text) || defines(r->widest, n->text)))
        penalty = NULL;
    for (size_t i = 0; i < 3 && !failed; i++)
        if (n->kind >= NODE_UNARY && n->child[i])
            failed = rename_calls(r, n->child[i]);
    for (size_t i = 0; i < n->args && !failed; i++) {
        struct node *value = n->arg[i].value;
        failed = row && takes_file(row) ? rename_file(r, value) : rename_calls(r, value);
        spell_key(row ? row : penalty, &n->arg[i].name);
    }
    if (call)
        spell_word(penalty, &n->text);
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

/* What a verb, or a word behind timedistributed, takes. */
static const struct entry *verb_row(const char *word)
{
    const struct entry *row = table_find(&command_table, word);
    return row ? row : table_find(&layer_kinds, word);
}

/* The row that says what the values from *at on and the keys are: of `loss mse` that of mse, of
 * `timedistributed dense 3` that of dense. The words before are spelled as their rows are named. */
static const struct entry *spell_verb(struct statement *st, size_t *at)
{
    const struct entry *row = verb_row(st->verb);
    spell_word(row, &st->verb);
    for (*at = 0; row && row->arg_count && row->args->type == ARG_ENTRY && *at < st->values &&
                  st->value[*at]->kind == NODE_PATH;
         ++*at) {
        const struct table *of = row->args->of;
        const char **word = &st->value[*at]->text;
        row = of == &layer_kinds ? verb_row(*word) : table_find(of, *word);
        spell_word(row, word);
    }
    return row;
}

static void spell_statement(struct statement *st)
{
    size_t at;
    const struct entry *row = spell_verb(st, &at);
    for (size_t i = at; row && i < st->values; i++)
        spell_choice(spec_at(row, i - at), st->value[i]);
    for (size_t i = 0; row && i < st->pairs; i++) {
        struct pair *p = &st->pair[i];
        for (size_t k = 0; k < p->values; k++)
            spell_choice(spec_of(row, p->target), p->value[k]);
        if (p->target->kind == NODE_PATH)
            spell_key(row, &p->target->text);
    }
}

static int rename_script(struct renames *r, const struct script *script);

static int rename_statement(struct renames *r, struct statement *st)
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
    for (size_t i = 0; i < st->clauses && !failed; i++)
        for (size_t k = 0; k < st->clause[i].values && !failed; k++)
            failed = rename_calls(r, st->clause[i].value[k]);
    spell_statement(st);
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
    struct renames r = {.s = s, .widest = st};
    struct statement written = *st;
    int failed = rename_statement(&r, &written);
    if (!failed)
        statement_print(text, &written, stop);
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
