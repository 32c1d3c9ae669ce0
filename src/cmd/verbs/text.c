/* SPDX-License-Identifier: GPL-3.0-or-later */
/* say, section, quit. */
#include "cmd/session/command.h"
#include "cmd/session/state.h"
#include "cmd/work/value_text.h"

static int speak(struct session *s, const struct args *args, const char *before, const char *after,
                 struct err *e)
{
    struct str text = {0};
    const struct arg *what = args_get(args, "what");
    str_add(&text, before);
    for (size_t i = 0; i < what->as.exprs.count; i++) {
        str_add(&text, i ? " " : "");
        if (value_print(s, what->as.exprs.item[i], &text, e)) {
            str_finish(&text);
            return -1;
        }
    }
    str_add(&text, after);
    if (s->host->json || s->host->quiet || checking(s))
        str_finish(&text);
    return session_report(s, &text, e);
}

static int run_say(struct session *s, const struct args *args, struct err *e)
{
    return speak(s, args, "", "\n", e);
}

static int run_section(struct session *s, const struct args *args, struct err *e)
{
    return speak(s, args, "\n== ", " ==\n", e);
}

static int run_quit(struct session *s, const struct args *args, struct err *e)
{
    (void)args;
    (void)e;
    s->quit = true;
    return 0;
}

static const struct arg_spec say_args[] = {
    {.name = "what",
     .form = REST,
     .type = ARG_EXPRS,
     .required = true,
     .line = "strings and expressions"},
};
const struct command command_say = {
    COMMAND("say", say_args, "prints a line of narration",
            "Any number of strings and expressions, as print takes them. Left out with --quiet.",
            "say \"two and two make\" 2+2\n"),
    .run = run_say,
    .speaks = true,
};
const struct command command_section = {
    COMMAND("section", say_args, "prints a heading", "Left out with --quiet.",
            "section \"The penalty arrives\"\n"),
    .run = run_section,
    .speaks = true,
};
const struct command command_quit = {
    .entry = {.name = "quit",
              .alias = "exit",
              .summary = "leaves",
              .details = "In a script it ends the script with 0.",
              .example = "say \"bye\"\nquit\n"},
    .run = run_quit,
    .unwritten = any_statement,
};
