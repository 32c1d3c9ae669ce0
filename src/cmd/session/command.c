/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/command.h"

#include "cmd/session/words.h"

#include "lang/ast.h"

#include <string.h>

const struct command *statement_command(const struct statement *st)
{
    const struct command *c = (const struct command *)table_find(&command_table, st->verb);
    return c && c->in_exercise && (st->clauses || st->pairs) ? NULL : c;
}

bool statement_begins(const struct statement *st, const char *word)
{
    return st->values && st->value[0]->kind == NODE_PATH && strcmp(st->value[0]->text, word) == 0;
}

size_t command_format(const struct command *c)
{
    size_t i = 0;
    while (i < c->entry.arg_count && c->entry.args[i].of != &report_formats)
        i++;
    return i;
}

/* Whether a statement is its verb alone, however what it prints is written. */
static bool stands_alone(const struct command *c, const struct statement *st)
{
    const size_t format = command_format(c);
    bool alone = !st->values && !st->body;
    for (size_t i = 0; i < st->pairs && alone; i++)
        alone = format < c->entry.arg_count && st->pair[i].target->kind == NODE_PATH &&
                arg_is_named(&c->entry.args[format], st->pair[i].target->text);
    return alone;
}

static bool is_personal(const struct command *c, const struct statement *st)
{
    return c->personal && c->personal(st);
}

unsigned statement_changes(const struct statement *st)
{
    const struct command *c = statement_command(st);
    if (!c)
        return CHANGES_MODEL;
    if ((c->alone_shows && stands_alone(c, st)) || is_personal(c, st))
        return CHANGES_NOTHING;
    /* Models that `on` names may be others than the current one. */
    return c->changes == CHANGES_MODEL && st->clauses ? CHANGES_MODELS : c->changes;
}

bool any_statement(const struct statement *st)
{
    (void)st;
    return true;
}

bool statement_is_written(const struct command *c, const struct statement *st)
{
    return !c || !((c->unwritten && c->unwritten(st)) || is_personal(c, st));
}
