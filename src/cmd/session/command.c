/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/command.h"

#include "cmd/session/words.h"

#include "lang/ast.h"

const struct command *statement_command(const struct statement *st)
{
    return (const struct command *)table_find(&command_table, st->verb);
}

unsigned statement_changes(const struct statement *st)
{
    const struct command *c = statement_command(st);
    const bool alone = !st->values && !st->pairs && !st->body;
    if (!c)
        return CHANGES_MODEL;
    if (c->alone_shows && alone)
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
    return !c || !c->unwritten || !c->unwritten(st);
}
