/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/given.h"

#include "cmd/session/state.h"
#include "cmd/session/variable.h"
#include "cmd/session/warn.h"

#include "base/mem.h"
#include "lang/token.h"

#include <string.h>

int given_add(struct session *s, const char *name, struct err *e)
{
    if (mem_room(&s->given, &s->given_room, s->givens + 1, sizeof *s->given))
        return err_memory(e);
    char *copy = mem_text(name, strlen(name));
    if (!copy)
        return err_memory(e);
    s->given[s->givens++] = copy;
    return 0;
}

/* Whether the text has the name as a word, behind its own `let NAME =`. */
static bool names_it(const struct source *source, const char *name)
{
    const char *text = source->text;
    const size_t n = strlen(name);
    if (strcmp(source->name, GIVEN_SOURCE) == 0)
        text += strcspn(text, "=");
    for (const char *at = text; (at = strstr(at, name)); at += n)
        if ((at == text || !is_word_byte(at[-1])) && !is_word_byte(at[n]))
            return true;
    return false;
}

void given_tell_unused(struct session *s)
{
    for (size_t i = 0; i < s->givens; i++) {
        uint32_t number = 1;
        const struct source *source;
        while ((source = sources_get(&s->sources, number)) && !names_it(source, s->given[i]))
            number++;
        if (!source)
            session_warn(s, "--let %s: nothing that was run has this name", s->given[i]);
    }
}

void given_finish(struct session *s)
{
    while (s->givens)
        mem_free(s->given[--s->givens]);
    mem_free(s->given);
    s->given = NULL;
}

/* Whether it was given; it is forgotten then. */
static bool take_given(struct session *s, const char *name)
{
    size_t i = 0;
    while (i < s->givens && strcmp(s->given[i], name) != 0)
        i++;
    if (i == s->givens)
        return false;
    mem_free(s->given[i]);
    s->given[i] = s->given[--s->givens];
    return true;
}

static void say_so(const struct session *s, const struct statement *st, const char *name,
                   const struct node *value)
{
    const struct source *source = sources_get(&s->sources, st->where.source);
    uint32_t line = 0, column;
    struct str text = {0};
    if (source)
        source_place(source, st->where.at, &line, &column);
    node_print(&text, value);
    session_notice(s, "%s:%u: let %s gives way to --let: %s = %s", source ? source->name : "", line,
                   name, name, text.text && !text.failed ? text.text : "...");
    str_finish(&text);
}

const struct statement *given_instead(struct session *s, const struct statement *st,
                                      struct given_way *room)
{
    if (!s->givens || strcmp(st->verb, "let") != 0 || st->pairs != 1 ||
        (s->typed && st->where.source == s->typed))
        return st;
    const struct node *target = st->pair->target;
    const struct variable *v = target->kind == NODE_PATH ? name_variable(s, target->text) : NULL;
    if (!v || st->pair->values != 1 || !take_given(s, target->text))
        return st;
    room->number = (struct node){.kind = NODE_NUMBER,
                                 .where = st->pair->value[0]->where,
                                 .number = v->number,
                                 .height = 1,
                                 .text = number_exact(v->number, room->text)};
    room->value = v->penalty ? (struct node *)v->penalty : &room->number;
    room->pair = *st->pair;
    room->pair.value = &room->value;
    room->statement = *st;
    room->statement.pair = &room->pair;
    say_so(s, st, target->text, room->value);
    return &room->statement;
}
