/* SPDX-License-Identifier: GPL-3.0-or-later */
/* help. */
#include "cmd/common/binder.h"
#include "cmd/exec/advice.h"
#include "cmd/session/custom_penalty.h"
#include "cmd/session/state.h"
#include "cmd/session/variable.h"
#include "cmd/verbs/help_search.h"
#include "cmd/verbs/help_text.h"
#include "cmd/verbs/topics.h"

#include "nn/layer.h"
#include "train/model.h"

#include <string.h>

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
    return advise_topic(s, word, where, &search.near, e);
}

/* All texts that have a word in them. */
static int search_help(struct session *s, const struct node *n, struct err *e)
{
    struct str text = {0};
    char written[80];
    const char *word = topic_word(s, n, written, sizeof written);
    if (word && *word && help_search(&text, word))
        return session_report_words(s, "help", &text, e);
    str_finish(&text);
    if (!word) {
        err_at(e, n->where, "help searches for a word");
        return err_hint(e, "write apropos noise, or apropos \"two words\"");
    }
    err_at(e, n->where, "no text of help has \"%s\" in it", word);
    return err_hint(e, "try a shorter word; help lists what there is");
}

static int help_on(struct session *s, const struct node *n, struct err *e)
{
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
    /* help search is apropos under another name. */
    if (own || help_topic(&text, word) || named ||
        (n && strcmp(word, "search") == 0 && help_topic(&text, "apropos")))
        return session_report_words(s, "help", &text, e);
    str_finish(&text);
    return no_topic(s, word, n->where, e);
}

static bool is_word(const struct node *n, const char *word)
{
    return n->kind == NODE_PATH && strcmp(n->text, word) == 0;
}

/* The topic counts as it is written: a word, or one in quotes. */
static int run_help(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *topic = args_get(args, "topic");
    const struct node **n = topic->as.exprs.item;
    const size_t count = topic->given ? topic->as.exprs.count : 0;
    if (count <= 1)
        return help_on(s, count ? n[0] : NULL, e);
    if (count == 2 && is_word(n[0], "search"))
        return search_help(s, n[1], e);
    err_at(e, n[1]->where, "help takes one word");
    return is_word(n[1], "run")
               ? err_hint(e, "at the prompt, alone in its line, it carries out the "
                             "example")
               : err_hint(e, "apropos finds what has a word in its text");
}

static int run_apropos(struct session *s, const struct args *args, struct err *e)
{
    return search_help(s, args_get(args, "word")->as.exprs.item[0], e);
}

static const struct arg_spec help_args[] = {
    ARG("topic", REST, ARG_EXPRS,
        .line = "a verb, layer, penalty, key, quantity ...; or a list of them, such as views; "
                "alone, the overview",
        .naming = NAMING_TOPICS),
};
static const struct arg_spec apropos_args[] = {
    ARG("word", POSITIONAL, ARG_EXPR, .required = true,
        .line = "a word, a part of one, or several in quotes"),
};
const struct command command_help = {
    COMMAND(
        "help", help_args, "explains a word",
        "goto sets back the state and never the place in the script; on says which tensors a "
        "layer works on, and which models train works on. help search WORD lists what has WORD "
        "in its text. At the prompt a ? behind a line, or F1, asks for help on the word in front "
        "of it, and help l1 run carries out the example of l1, in a session of its own.",
        "help\nhelp dense\nhelp l1\nhelp search noise\n"),
    .run = run_help,
    .unwritten = any_statement,
    .aside = true,
    .looks = true,
};
const struct command command_apropos = {
    COMMAND("apropos", apropos_args, "lists all that has a word in its help",
            "The same as help search. Capitals do not count.", "apropos noise\n"),
    .run = run_apropos,
    .unwritten = any_statement,
    .aside = true,
    .looks = true,
};
