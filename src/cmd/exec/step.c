/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/step.h"

#include "cmd/exec/exec.h"
#include "cmd/exec/orders.h"
#include "cmd/exec/typed.h"
#include "cmd/session/journal.h"
#include "cmd/session/player.h"
#include "cmd/session/state.h"
#include "cmd/session/words.h"

#include "base/wrap.h"
#include "lang/ast.h"

#include <string.h>

void step_statement(struct str *to, const struct session *s, const struct statement *st,
                    const char *indent)
{
    enum { LONGEST = 600 };
    const struct source *source = sources_get(&s->sources, st->where.source);
    const char *text = source ? source->text + st->where.at : "";
    const size_t whole = source ? st->where.end - st->where.at : 0;
    size_t n = whole;
    if (n > LONGEST)
        for (n = LONGEST; n && ((unsigned char)text[n] & 0xC0) == 0x80;)
            n--;
    for (size_t i = 0, end; i < n; i = end + 1) {
        const char *line = memchr(text + i, '\n', n - i);
        end = line ? (size_t)(line - text) : n;
        str_add(to, indent);
        str_bytes(to, text + i, end - i);
        str_add(to, end < n ? "\n" : "");
    }
    str_add(to, n < whole ? " ..." : "");
}

static bool is_played(const struct session *s, const struct script *script)
{
    return s->player && s->player->script == script;
}

/* `lesson.nnr:5 (3 of 12, Zeros): dense 8 relu`, of a lesson without the file's name. */
static void add_position(struct str *to, struct session *s, const struct script *script, size_t i)
{
    const struct statement *st = &script->statement[i];
    const struct source *source = sources_get(&s->sources, st->where.source);
    struct player *p = s->player;
    uint32_t line = 0, column = 0;
    if (source)
        source_place(source, st->where.at, &line, &column);
    if (!p->told) {
        wrap_words(to,
                   "Enter carries out what is shown; what you type is done before it; next, back, "
                   "again, list and leave go about in it; Ctrl-C stops",
                   s->host->width);
        str_add(to, "\n");
    }
    if (!p->title)
        str_addf(to, "%s:%u (", source ? source->name : "", line);
    str_addf(to, "%zu of %zu", i + 1, script->count);
    if (is_played(s, script) && *p->section[p->now].name)
        str_addf(to, ", %s", p->section[p->now].name);
    str_add(to, p->title ? "\n" : "): ");
    step_statement(to, s, st, p->title ? "    " : "");
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
    if (!failed && player_takes(s, typed))
        return 0;
    if (!s->journal->level && !s->journal->bodies)
        return failed || run_units(s, typed, e) ? -1 : 0;
    for (size_t i = 0; i < typed->count && !failed; i++)
        failed = run_statement(s, &typed->statement[i], e);
    return failed;
}

/* A lesson is told by its own statements alone, a file with --step by all. */
static bool is_asked(const struct session *s, const struct script *script, size_t i)
{
    const struct command *c = statement_command(&script->statement[i]);
    const struct player *p = s->player;
    if (!p || (c && c->speaks) || script->statement[i].where.source == s->typed || checking(s))
        return false;
    return is_played(s, script) ? !p->hurries : s->host->step && !p->title;
}

int step_before(struct session *s, const struct script *script, size_t i, struct err *e)
{
    int how = 0;
    if (!is_asked(s, script, i))
        return 0;
    while (how == 0 && !s->quit && s->player->order == ORDER_ON) {
        struct str shown = {0};
        add_position(&shown, s, script, i);
        how = shown.failed ? err_memory(e)
                           : typed_ask(s, shown.text, s->player->title ? "lesson> " : "step> ",
                                       run_typed, e);
        s->player->told = true;
        str_finish(&shown);
    }
    return how < 0 ? -1 : 0;
}
