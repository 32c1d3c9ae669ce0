/* SPDX-License-Identifier: GPL-3.0-or-later */
/* say, section, quit. */
#include "cmd/common/page_picture.h"
#include "cmd/common/values_report.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/command.h"
#include "cmd/session/state.h"

#include "base/wrap.h"

/* On a screen lines are broken between words. Takes the text. */
static int print_fitting(struct session *s, struct str *text, struct err *e)
{
    struct str fitting = {0};
    if (!s->host->screen)
        return session_print(s, text, e);
    fitting.failed = text->failed;
    wrap_words(&fitting, text->text ? text->text : "", s->host->width);
    str_finish(text);
    return session_print(s, &fitting, e);
}

static int speak_values(struct session *s, const struct args *args, enum told what,
                        const char *before, const char *after, struct err *e)
{
    struct report r = {0};
    struct str text = {0};
    double last;
    const int failed =
        values_report(s, current_model(s), args_get(args, "what"), false, &r, &last, e);
    if (!failed)
        report_tell(s, &r, what);
    str_add(&text, before);
    report_render_text(&r, &text);
    str_add(&text, after);
    report_finish(&r);
    if (!failed && !s->host->json && !s->host->quiet && !checking(s))
        return print_fitting(s, &text, e);
    str_finish(&text);
    return failed;
}

static int run_say(struct session *s, const struct args *args, struct err *e)
{
    return speak_values(s, args, TOLD_SAY, "", "\n", e);
}

static int run_section(struct session *s, const struct args *args, struct err *e)
{
    page_end_watched(s);
    return speak_values(s, args, TOLD_SECTION, "\n== ", " ==\n", e);
}

static int run_quit(struct session *s, const struct args *args, struct err *e)
{
    (void)args;
    (void)e;
    s->quit = true;
    return 0;
}

/* The prompt takes the line itself, when it stands alone there. */
static int run_edit(struct session *s, const struct args *args, struct err *e)
{
    (void)s;
    err_at(e, args->where, "edit is a line of its own, at the prompt");
    return err_hint(e, "it opens what was typed last in EDITOR, and runs what comes back");
}

static const struct entry edit_session = {.name = "session",
                                          .summary = "all that was done, as record writes it"};
static const struct entry edit_back = {.name = "back", .summary = "back to the session before"};
static const struct entry *const edit_rows[] = {&edit_session, &edit_back};
static const struct table edit_parts = {"part", edit_rows, sizeof edit_rows / sizeof *edit_rows};
static const struct arg_spec edit_args[] = {
    ARG("part", POSITIONAL, ARG_CHOICE, .of = &edit_parts,
        .line = "session opens all that was done; back returns to the session before"),
};

static const struct arg_spec say_args[] = {
    ARG("what", REST, ARG_EXPRS, .required = true, .line = "strings and expressions"),
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
    .beyond_run = true,
};
const struct command command_edit = {
    COMMAND(
        "edit", edit_args,
        "opens what was typed last in the person's editor, and runs what comes back",
        "At the prompt alone. The newest statement that ran or failed, or the block with all "
        "its lines, is opened in EDITOR, or else in VISUAL. Where nothing was changed, or "
        "the editor fails, nothing is run.\n\n"
        "edit session opens all that was done, as record writes it, and runs what comes back in a "
        "session of its own, which begins empty. When it fails or is stopped, you are in the "
        "session that you had, and that is as it was. When it ends well, you go on in the new one; "
        "edit back returns to the one before, with its undo, marks, record and pictures, and once "
        "more to the new one. One session is kept so.",
        "help edit\n"),
    .run = run_edit,
    .unwritten = any_statement,
    .beyond_run = true,
};
