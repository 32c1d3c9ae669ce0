/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/common/variables.h"
#include "cmd/exec/exec.h"
#include "cmd/session/command.h"
#include "cmd/session/journal.h"
#include "cmd/session/state.h"

#include "lang/ast.h"

#include <string.h>

extern const struct command command_for;

/* A loop that failed in one of its turns: the turns before it are one statement. */
static void note_turns(struct session *s, const struct args *args, size_t turns)
{
    char number[NUMBER_ROOM];
    struct node count = {.kind = NODE_NUMBER, .number = (double)turns, .height = 1};
    struct node *value = &count;
    struct node name = {.kind = NODE_PATH, .height = 1};
    struct node *first = &name;
    struct statement loop = {.verb = args->entry->name, .value = &value, .values = 1};
    struct clause in = {.word = "in", .values = turns};
    loop.body = args_get(args, "body")->as.body;
    count.text = number_exact((double)turns, number);
    if (args->entry == &command_for.entry) {
        name.text = args_get(args, "name")->as.text;
        loop.value = &first;
        in.value = mem_new(turns, sizeof *in.value);
        for (size_t i = 0; in.value && i < turns; i++)
            memcpy(&in.value[i], &args_get(args, "in")->as.exprs.item[i], sizeof *in.value);
        loop.clause = &in;
        loop.clauses = in.value ? 1 : 0;
    }
    if (turns && !journal_keeps_spelled(s))
        journal_done(s, &loop);
    mem_free(in.value);
}

/* What a turn begins with, as a statement. */
static void note_value(struct session *s, const char *name, const struct node *value, bool failed)
{
    struct str text = {0};
    if (!failed && !s->journal->spells)
        return;
    node_print(&text, value);
    const char *is = text.text ? text.text : "0";
    if (!failed)
        journal_spell_text(s, 1, "let %s = %s", name, is);
    else if (!journal_keeps_spelled(s))
        journal_done_text(s, 1, "let %s = %s", name, is);
    s->journal->lost = s->journal->lost || text.failed;
    str_finish(&text);
}

static int one_turn(struct session *s, const struct args *args, size_t i, struct err *e)
{
    const struct arg *name = args_get(args, "name");
    const struct node *value = args_get(args, "in")->as.exprs.item[i];
    if (variable_assign(s, name->as.text, name->where, value, e))
        return -1;
    note_value(s, name->as.text, value, false);
    if (!session_tick(s, NULL, e) && !run_body(s, args_get(args, "body")->as.body, e))
        return 0;
    note_value(s, name->as.text, value, true);
    return -1;
}

static int run_for(struct session *s, const struct args *args, struct err *e)
{
    const size_t count = args_get(args, "in")->as.exprs.count;
    for (size_t i = 0; i < count && !s->quit; i++)
        if (one_turn(s, args, i, e)) {
            note_turns(s, args, i);
            return -1;
        }
    return 0;
}

static int run_repeat(struct session *s, const struct args *args, struct err *e)
{
    const struct script *body = args_get(args, "body")->as.body;
    /* What is right once is right every time. */
    const long most = args_whole(args, "times"), times = checking(s) && most > 1 ? 1 : most;
    for (long i = 0; i < times && !s->quit; i++)
        if (session_tick(s, NULL, e) || run_body(s, body, e)) {
            note_turns(s, args, (size_t)i);
            return -1;
        }
    return 0;
}

static int run_pause(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *hint = args_get(args, "hint");
    if (checking(s))
        return 0;
    return session_ask(s, hint->given ? hint->as.text : "Enter goes on", e);
}

static const struct arg_spec for_args[] = {
    ARG("name", POSITIONAL, ARG_NAME, .required = true,
        .line = "an ordinary variable, which keeps its last value"),
    ARG("in", CLAUSE, ARG_EXPRS, .required = true, .line = "the values: numbers or penalties"),
    ARG("body", BODY, ARG_BODY, .required = true, .line = "what is done for each"),
};
static const struct arg_spec repeat_args[] = {
    ARG("times", POSITIONAL, ARG_WHOLE, .required = true, .min = 0, .max = 1e9,
        .line = "how often"),
    ARG("body", BODY, ARG_BODY, .required = true, .line = "what is done"),
};
static const struct arg_spec pause_args[] = {
    ARG("hint", POSITIONAL, ARG_STRING, .line = "what is shown while it waits"),
};

const struct command command_for = {
    COMMAND("for", for_args, "does something for each of several values",
            "for k in 0 1e-4 1e-3 { ... } gives k each value in turn.",
            "for k in 1 2 3 { print k k^2 }\n"),
    .run = run_for,
    .changes = CHANGES_ALL,
};
const struct command command_repeat = {
    COMMAND("repeat", repeat_args, "does something several times",
            "repeat 3 { ... } does what stands in the braces three times.",
            "let k = 1\nrepeat 3 { let k = 2*k }\nprint k\n"),
    .run = run_repeat,
    .changes = CHANGES_ALL,
};
const struct command command_pause = {
    COMMAND("pause", pause_args, "waits for Enter when a person is there",
            "Where nobody is there it goes on at once. What was typed before it does not count.",
            "say \"look at this\"\npause\nsay \"and on\"\n"),
    .run = run_pause,
    .speaks = true,
};
