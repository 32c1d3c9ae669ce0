/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/step.h"

#include "cmd/exec/exec.h"
#include "cmd/exec/typed.h"
#include "cmd/session/journal.h"
#include "cmd/session/state.h"
#include "cmd/session/words.h"

#include "lang/ast.h"

#include <string.h>

/* A statement as one line, and not more of it than an eye takes in. */
static void add_statement(struct str *to, const struct statement *st)
{
    enum { LONGEST = 240 };
    struct str text = {0};
    statement_print(&text, st, NULL);
    size_t n = text.size;
    if (n > LONGEST)
        for (n = LONGEST; n && ((unsigned char)text.text[n] & 0xC0) == 0x80;)
            n--;
    str_bytes(to, text.text ? text.text : "", n);
    str_add(to, n < text.size ? " ..." : "");
    to->failed = to->failed || text.failed;
    str_finish(&text);
}

/* `lesson.nnr:5 (3 of 12): dense 8 relu` */
static void add_position(struct str *to, struct session *s, const struct script *script, size_t i)
{
    const struct statement *st = &script->statement[i];
    const struct source *source = sources_get(&s->sources, st->where.source);
    uint32_t line = 0, column = 0;
    if (source)
        source_place(source, st->where.at, &line, &column);
    if (!s->step_told)
        str_add(to, "Enter carries out what is shown; what you type is done before it; Ctrl-C "
                    "stops\n");
    str_addf(to, "%s:%u (%zu of %zu): ", source ? source->name : "", line, i + 1, script->count);
    add_statement(to, st);
    str_add(to, "\n");
}

/* Inside a loop or a file that is read, the statement around it is what a record has. */
static int check_place(const struct session *s, const struct script *typed, struct err *e)
{
    if (!s->journal->level && !s->journal->bodies)
        return 0;
    for (size_t i = 0; i < typed->count; i++) {
        const struct statement *st = &typed->statement[i];
        const struct command *c = statement_command(st);
        const bool shows = c && c->alone_shows && !st->values && !st->pairs && !st->body;
        if (!(c && (c->looks || shows))) {
            err_at(e, st->verb_where, "%s cannot be typed inside { } or a file that source reads",
                   st->verb);
            return err_hint(e, "a record would not have it; type it before the next statement "
                               "outside");
        }
    }
    return 0;
}

static int run_typed(struct session *s, const struct script *typed, struct err *e)
{
    int failed = check_place(s, typed, e);
    if (!s->journal->level && !s->journal->bodies)
        return failed || run_units(s, typed, e) ? -1 : 0;
    for (size_t i = 0; i < typed->count && !failed; i++)
        failed = run_statement(s, &typed->statement[i], e);
    return failed;
}

int step_before(struct session *s, const struct script *script, size_t i, struct err *e)
{
    const struct statement *st = &script->statement[i];
    const struct command *c = statement_command(st);
    int how = 0;
    if ((c && c->speaks) || st->where.source == s->typed || checking(s))
        return 0;
    while (how == 0 && !s->quit) {
        struct str shown = {0};
        add_position(&shown, s, script, i);
        how = shown.failed ? err_memory(e) : typed_ask(s, shown.text, "step> ", run_typed, e);
        s->step_told = true;
        str_finish(&shown);
    }
    return how < 0 ? -1 : 0;
}
