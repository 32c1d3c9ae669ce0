/* SPDX-License-Identifier: GPL-3.0-or-later */
/* for, repeat, pause. */
#include "cmd/command.h"

static int run_for(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *name = args_get(args, "name"), *in = args_get(args, "in");
    const struct script *body = args_get(args, "body")->as.body;
    for (size_t i = 0; i < in->as.exprs.count; i++)
        if (variable_assign(s, name->as.text, name->where, in->as.exprs.item[i], e) ||
            session_tick(s, NULL, e) || run_body(s, body, e) || s->quit)
            return s->quit ? 0 : -1;
    return 0;
}

static int run_repeat(struct session *s, const struct args *args, struct err *e)
{
    const struct script *body = args_get(args, "body")->as.body;
    const long times = args_whole(args, "times");
    /* What is right once is right every time. */
    for (long i = checking(s) && times > 1 ? 1 : times; i > 0 && !s->quit; i--)
        if (session_tick(s, NULL, e) || run_body(s, body, e))
            return -1;
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
    {.name = "name",
     .form = POSITIONAL,
     .type = ARG_NAME,
     .required = true,
     .line = "an ordinary variable, which keeps its last value"},
    {.name = "in",
     .form = CLAUSE,
     .type = ARG_EXPRS,
     .required = true,
     .line = "the values: numbers or penalties"},
    {.name = "body",
     .form = BODY,
     .type = ARG_BODY,
     .required = true,
     .line = "what is done for each"},
};
static const struct arg_spec repeat_args[] = {
    {.name = "times",
     .form = POSITIONAL,
     .type = ARG_WHOLE,
     .required = true,
     .min = 0,
     .max = 1e9,
     .line = "how often"},
    {.name = "body", .form = BODY, .type = ARG_BODY, .required = true, .line = "what is done"},
};
static const struct arg_spec pause_args[] = {
    {.name = "hint",
     .form = POSITIONAL,
     .type = ARG_STRING,
     .line = "what is shown while it waits"},
};

const struct command command_for = {
    COMMAND("for", for_args, "does something for each of several values",
            "for k in 0 1e-4 1e-3 { ... } gives k each value in turn.",
            "for k in 1 2 3 { print k k^2 }\n"),
    .run = run_for,
};
const struct command command_repeat = {
    COMMAND("repeat", repeat_args, "does something several times",
            "repeat 3 { ... } does what stands in the braces three times.",
            "let k = 1\nrepeat 3 { let k = 2*k }\nprint k\n"),
    .run = run_repeat,
};
const struct command command_pause = {
    COMMAND("pause", pause_args, "waits for Enter when a person is there",
            "Where nobody is there it goes on at once. What was typed before it does not count.",
            "say \"look at this\"\npause\nsay \"and on\"\n"),
    .run = run_pause,
};
