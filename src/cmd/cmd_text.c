/* SPDX-License-Identifier: GPL-3.0-or-later */
/* say, section, help, quit. */
#include "cmd/advice.h"
#include "cmd/definition.h"
#include "cmd/help.h"
#include "nn/layer.h"

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

/* What a name of the session is. */
static bool add_named(const struct session *s, const char *name, struct str *to)
{
    const struct graph *g = current_model(s)->graph;
    const id layer = graph_find_layer(g, name), call = graph_find_call(g, name);
    const struct variable *v = name_variable(s, name);
    if (layer != NOTHING)
        str_addf(to, "%s is a layer of the model %s, made by %s: show %s\n", name,
                 current_model(s)->name, g->layer[layer].kind->entry.name, name);
    else if (call != NOTHING)
        str_addf(to, "%s is a call of the layer %s: print %s.output\n", name,
                 g->layer[g->call[call].layer].name, name);
    if (v)
        str_addf(to, "%s is a variable: print %s\n", name, name);
    for (size_t i = 0; i < s->models; i++)
        if (strcmp(s->model[i]->name, name) == 0)
            str_addf(to, "%s is a model: model %s, then summary\n", name, name);
    return to->size > 0;
}

struct search {
    struct nearest near;
    const char *word;
};

static void compare(void *self, const char *word)
{
    struct search *search = self;
    nearest_try(&search->near, search->word, word);
}

static int no_topic(const struct session *s, const char *word, struct span where, struct err *e)
{
    struct search search = {.word = word};
    topics_each(compare, &search);
    for (size_t i = 0; i < s->definitions; i++)
        nearest_try(&search.near, word, s->definition[i]->own.kind.entry.name);
    err_at(e, where, "there is no help on \"%s\"", word);
    return advise_topic(word, where, &search.near, e);
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
    const bool named = n && add_named(s, word, &text);
    if (own || help_topic(&text, word) || named)
        return session_report_words(s, "help", &text, e);
    str_finish(&text);
    return no_topic(s, word, n->where, e);
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
     .line = "a verb, layer, penalty, key, quantity ...; or a list of them, such as views; alone, "
             "the overview",
     .naming = NAMING_TOPICS},
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
