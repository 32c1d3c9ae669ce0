/* SPDX-License-Identifier: GPL-3.0-or-later */
/* say, section, help, quit. */
#include "cmd/command.h"
#include "cmd/definition.h"

#include <string.h>

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

/* The word that a topic is: as it stands, in quotes, or, as keras-1.0, what reads like a
 * difference. NULL if it is none. */
static const char *topic_word(struct session *s, const struct node *n, char *text, size_t room)
{
    if (n->kind == NODE_PATH || n->kind == NODE_STRING || n->kind == NODE_CALL)
        return n->text;
    struct arena arena = {0};
    const struct binder b = session_binder(s, &arena);
    const bool fits = b.text(b.self, n->where, text, room) < room - 1;
    arena_finish(&arena);
    for (size_t i = 0; fits && i < catalogs; i++)
        if (table_find(catalog[i].table, text))
            return text;
    return NULL;
}

/* The topic counts as it is written: a word, or one in quotes. */
static int run_help(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *topic = args_get(args, "topic");
    const struct node *n = topic->given ? topic->as.exprs.item[0] : NULL;
    struct str text = {0};
    char written[80];
    const char *word = n ? topic_word(s, n, written, sizeof written) : NULL;
    if (n && !word) {
        err_at(e, n->where, "help takes a word");
        return err_hint(e, "write help dense, or help alone");
    }
    const struct definition *own = n ? session_definition(s, word) : NULL;
    if (own)
        help_penalty(&text, &own->own.kind);
    if (own || help_topic(&text, word))
        return session_report_words(s, "help", &text, e);
    str_finish(&text);
    struct nearest near = {0};
    for (size_t i = 0; i < catalogs; i++)
        nearest_in_table(&near, word, catalog[i].table);
    for (size_t i = 0; i < s->definitions; i++)
        nearest_try(&near, word, s->definition[i]->own.kind.entry.name);
    err_at(e, n->where, "there is no help on \"%s\"", word);
    return near.name ? err_hint(e, "did you mean %s?", near.name)
                     : err_hint(e, "help lists the topics");
}

static const struct arg_spec say_args[] = {
    {.name = "what",
     .form = REST,
     .type = ARG_EXPRS,
     .required = true,
     .line = "strings and expressions"},
};
static const struct arg_spec help_args[] = {
    {.name = "topic",
     .form = POSITIONAL,
     .type = ARG_EXPR,
     .line = "a verb, layer, penalty, loss ...; alone, the overview"},
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
const struct command command_help = {
    COMMAND("help", help_args, "explains a word",
            "goto sets back the state and never the place in the script; on says "
            "which tensors a layer works on, and which models train works on.",
            "help\nhelp dense\nhelp l1\n"),
    .run = run_help,
    .unwritten = true,
    .looks = true,
};
const struct command command_quit = {
    .entry = {.name = "quit",
              .alias = "exit",
              .summary = "leaves",
              .details = "In a script it ends the script with 0.",
              .example = "say \"bye\"\nquit\n"},
    .run = run_quit,
    .unwritten = true,
};
