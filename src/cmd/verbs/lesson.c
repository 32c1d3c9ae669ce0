/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lesson. */
#include "cmd/common/binder.h"
#include "cmd/common/resolve.h"
#include "cmd/exec/player.h"
#include "cmd/report/render.h"
#include "cmd/report/report.h"
#include "cmd/session/journal.h"
#include "cmd/session/lessons.h"
#include "cmd/session/library.h"
#include "cmd/session/player.h"
#include "cmd/session/script_file.h"
#include "cmd/session/state.h"

#include "lang/parse.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const struct report_column columns[] = {
    {"number", "number", REPORT_NUMBER},
    {"lesson", "title", REPORT_WORDS},
    {"minutes", "minutes", REPORT_NUMBER},
};
static const struct report_table lesson_table = {
    .key = "lessons", .column = columns, .columns = sizeof columns / sizeof *columns};

static int list_lessons(struct session *s, const struct args *args, const struct lessons *l,
                        struct err *e)
{
    struct report r = {.as = report_renderer_of(args)};
    report_table(&r, &lesson_table);
    for (size_t i = 0; i < l->count; i++) {
        report_row(&r, REPORT_FOR_ALL);
        report_number(&r, NULL, (double)l->item[i].number);
        report_text(&r, NULL, l->item[i].title);
        if (l->item[i].minutes)
            report_number(&r, NULL, (double)l->item[i].minutes);
        else
            report_nothing(&r);
    }
    report_close(&r);
    str_add(report_note(&r), "lesson 1 plays the first.\n");
    return report_show(s, &r, e);
}

static int no_lesson(const struct lessons *l, const struct node *which, struct err *e)
{
    struct nearest near = {0};
    if (which->kind != NODE_STRING) {
        err_at(e, which->where, "there is no such lesson: they have the numbers 1 to %zu",
               l->count);
        return err_hint(e, "lesson lists them");
    }
    for (size_t i = 0; i < l->count; i++)
        nearest_try(&near, which->text, l->item[i].title);
    err_at(e, which->where, "there is no lesson \"%.100s\", and no file of that name", which->text);
    if (near.name)
        return err_hint(e, "did you mean lesson \"%s\"?", near.name);
    return err_hint(e, "lesson lists them");
}

static int choose_number(struct session *s, const struct lessons *l, const struct node *which,
                         struct lesson *to, struct err *e)
{
    double number;
    if (session_number(s, current_model(s), which, &number, e))
        return -1;
    for (size_t i = 0; i < l->count; i++)
        if ((double)l->item[i].number == number) {
            *to = l->item[i];
            return 0;
        }
    return no_lesson(l, which, e);
}

/* A title, or a file; there may also be one of the program's by its file's name. */
static int choose_named(struct session *s, struct lessons *l, const struct node *which,
                        struct lesson *to, struct err *e)
{
    struct file_name file;
    const struct lesson *found = lesson_titled(l, which->text);
    if (session_file(s, &l->arena, which, &file, e))
        return -1;
    if (!found && access(file.path, F_OK) != 0) {
        for (size_t i = 0; i < l->count; i++)
            if (strcmp(l->item[i].file, which->text) == 0)
                found = &l->item[i];
        if (!found)
            return no_lesson(l, which, e);
    }
    *to = found ? *found : (struct lesson){.title = file.name, .file = file.name};
    if (!found)
        to->path = file.path;
    return 0;
}

/* One of the folder that the program was told of may be read wherever that is; another must lie
 * where files may lie. */
static int read_lesson(struct session *s, const struct lesson *l, struct span where,
                       struct str *text, struct err *e)
{
    const struct file_name file = {
        .name = l->path, .path = l->path, .within = l->number ? NULL : s->within, .where = where};
    if (l->text)
        return script_add(text, l->file, l->text, l->size, e);
    return script_read(&file, &s->host->stop, text, e);
}

static int play_text(struct session *s, const struct lesson *l, const struct str *text,
                     struct err *e)
{
    struct arena arena = {0};
    struct script script;
    const struct parse_rules rules = session_parse_rules(s);
    const char *bytes = text->text ? text->text : "";
    const char *name = l->path ? l->path : l->file;
    const uint32_t source = sources_add(&s->sources, name, bytes, text->size, 1, (struct span){0});
    int failed = source ? 0 : err_memory(e);
    if (!failed && parse_script(&arena, bytes, text->size, source, &rules, &script, e) != PARSE_OK)
        failed = -1;
    /* Of a lesson --check looks at the words: what it does begins with an empty session. */
    if (!failed && !checking(s))
        failed = play_script(s, &script, l->title, e);
    arena_finish(&arena);
    return failed;
}

/* Relative names in it are read against its own folder; with --safe one of the folder of lessons
 * keeps to that. */
static int play_there(struct session *s, const struct lesson *l, const struct str *text,
                      struct err *e)
{
    const char *folder = s->folder;
    char *own = l->path ? script_folder(l->path) : NULL, *outer = s->within;
    const bool moves = own && l->number;
    int failed = l->path && !own ? err_memory(e) : 0;
    if (moves)
        s->within = NULL;
    if (!failed && moves)
        failed = session_bind_folder(s, own, e);
    s->folder = own ? own : folder;
    failed = failed || play_text(s, l, text, e);
    s->folder = folder;
    if (moves) {
        mem_free(s->within);
        s->within = outer;
    }
    mem_free(own);
    return failed ? -1 : 0;
}

static int play_lesson(struct session *s, const struct lesson *l, struct span where, struct err *e)
{
    struct str text = {0};
    int failed = read_lesson(s, l, where, &text, e);
    if (!failed && !checking(s))
        failed = player_clear(s, e);
    if (!failed && l->minutes)
        session_notice(s, "%s: about %ld minutes", l->title, l->minutes);
    else if (!failed)
        session_notice(s, "%s", l->title);
    if (!failed)
        failed = play_there(s, l, &text, e);
    if (!failed && s->host->watched && !s->quit)
        session_notice(s, "the lesson is over; models, data and pictures stay");
    str_finish(&text);
    return failed;
}

static int check_place(const struct session *s, const struct args *args, struct err *e)
{
    if (s->player && s->player->title) {
        err_at(e, args->where, "a lesson is being played");
        return err_hint(e, "leave it first: leave");
    }
    if (s->journal->level <= 1 && !s->journal->bodies)
        return 0;
    err_at(e, args->where, "lesson cannot stand in { } or in a file that source reads");
    return err_hint(e, "say it at the prompt, or in a script of its own");
}

static int run_lesson(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *which = args_get(args, "which");
    const struct node *node = which->given ? which->as.exprs.item[0] : NULL;
    struct lessons all;
    struct lesson one = {0};
    int failed = lessons_find(&all, e);
    if (!failed && !node)
        failed = list_lessons(s, args, &all, e);
    if (!failed && node)
        failed = report_no_format(args, e) || check_place(s, args, e) ||
                 (node->kind == NODE_STRING ? choose_named(s, &all, node, &one, e)
                                            : choose_number(s, &all, node, &one, e)) ||
                 play_lesson(s, &one, which->where, e);
    lessons_finish(&all);
    return failed ? -1 : 0;
}

static const struct arg_spec lesson_args[] = {
    ARG("which", POSITIONAL, ARG_EXPR,
        .line = "its number, its title or a part of it in quotes, or a file; alone: lists them"),
    REPORT_FORMAT,
};

const struct command command_lesson = {
    COMMAND(
        "lesson", lesson_args, "plays a lesson, or lists all that there are",
        "Each statement is shown; Enter carries it out, and what is typed instead is done before "
        "it. next goes on to the next section, again and back go to the beginning of this section "
        "and of the one before, list shows them, leave ends the lesson. Where nobody is there it "
        "runs to its end.\n\n"
        "A lesson begins with an empty session. What was there is kept by the mark before_lesson: "
        "goto before_lesson. Its statements are your own from then on: undo, record and save "
        "session know them.\n\n"
        "A file of your own is played by its name; all in the folder that the variable NNR_LESSONS "
        "of the environment names are listed too. A lesson's first lines are comments: its title, "
        "and in the next one how long it takes, as in # 20 minutes.",
        "lesson\n"),
    .run = run_lesson,
    .unwritten = any_statement,
    .stop_first = true,
    .beyond_run = true,
};
