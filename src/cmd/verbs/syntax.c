/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/verbs/syntax.h"

#include "cmd/session/words.h"

#include "base/out.h"
#include "nn/layer.h"

#include <string.h>

/* What a word is coloured as. */
enum group { STATEMENTS, CALLS, CLAUSES, NAMES, GROUPS };

static const struct {
    const char *vim, *link, *nano, *scope;
} groups[GROUPS] = {
    [STATEMENTS] = {"nnrStatement", "Statement", "brightblue", "keyword.control.nnr"},
    [CALLS] = {"nnrCall", "Function", "green", "support.function.nnr"},
    [NAMES] = {"nnrName", "Type", "cyan", "support.constant.nnr"},
    [CLAUSES] = {"nnrClause", "Keyword", "yellow", "keyword.other.nnr"},
};

static const char *const clauses[] = {"as",  "of", "in",  "over",   "until", "max", "on",   "every",
                                      "and", "or", "not", "within", "yes",   "no",  "none", "all"};

static enum group group_of(const struct catalog *c)
{
    if (c->table == &command_table || c->table == &layer_kinds)
        return STATEMENTS;
    return c->call ? CALLS : NAMES;
}

static bool is_word(const char *name)
{
    return name && name[0] && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789")];
}

struct words {
    const char *item[1024];
    size_t count;
};

static void add_word(struct words *w, const char *name)
{
    for (size_t i = 0; i < w->count; i++)
        if (strcmp(w->item[i], name) == 0)
            return;
    if (is_word(name) && w->count < sizeof w->item / sizeof *w->item)
        w->item[w->count++] = name;
}

/* The words of a group, none of which stands in a group before it: an editor shows one colour. */
static void find_words(struct words *w, enum group g)
{
    struct words before = {0};
    if (g != STATEMENTS)
        for (enum group earlier = STATEMENTS; earlier < g; earlier++) {
            struct words some = {0};
            find_words(&some, earlier);
            for (size_t i = 0; i < some.count; i++)
                add_word(&before, some.item[i]);
        }
    const size_t taken = before.count;
    for (size_t i = 0; i < catalogs; i++)
        for (size_t k = 0; g != CLAUSES && group_of(&catalog[i]) == g && k < catalog[i].table->rows;
             k++) {
            add_word(&before, catalog[i].table->row[k]->name);
            if (catalog[i].table->row[k]->alias)
                add_word(&before, catalog[i].table->row[k]->alias);
        }
    for (size_t i = 0; g == CLAUSES && i < sizeof clauses / sizeof *clauses; i++)
        add_word(&before, clauses[i]);
    for (size_t i = taken; i < before.count; i++)
        add_word(w, before.item[i]);
}

static void add_words(struct str *to, enum group g, const char *between)
{
    struct words w = {0};
    find_words(&w, g);
    for (size_t i = 0; i < w.count; i++)
        str_addf(to, "%s%s", i ? between : "", w.item[i]);
}

void syntax_vim(struct str *to)
{
    str_add(to, "\" Vim syntax file\n\" Language: nnr\n\" Written by: nnr --write vim\n"
                "if exists(\"b:current_syntax\")\n  finish\nendif\n");
    for (enum group g = STATEMENTS; g < GROUPS; g++) {
        str_addf(to, "syn keyword %s ", groups[g].vim);
        add_words(to, g, " ");
        str_add(to, "\n");
    }
    str_add(to, "syn match nnrNumber \"\\<\\d\\+\\(\\.\\d*\\)\\?\\(e[-+]\\?\\d\\+\\)\\?\\>\"\n"
                "syn match nnrNumber \"\\<\\d\\+\\(x\\d\\+\\)\\+\\>\"\n"
                "syn match nnrKey \"\\<\\h\\w*\\ze=[^=]\"\n"
                "syn match nnrComment \"#.*$\" contains=nnrTodo,@Spell\n"
                "syn keyword nnrTodo contained TODO FIXME\n"
                "syn region nnrString start=+\"+ skip=+\\\\\\\\\\|\\\\\"+ end=+\"+ oneline "
                "contains=@Spell\n");
    for (enum group g = STATEMENTS; g < GROUPS; g++)
        str_addf(to, "hi def link %s %s\n", groups[g].vim, groups[g].link);
    str_add(to, "hi def link nnrNumber Number\nhi def link nnrKey Identifier\n"
                "hi def link nnrComment Comment\nhi def link nnrTodo Todo\n"
                "hi def link nnrString String\nlet b:current_syntax = \"nnr\"\n");
}

void syntax_nano(struct str *to)
{
    str_add(to, "## nnr; written by: nnr --write nano\nsyntax nnr \"\\.nnr$\"\ncomment \"#\"\n\n");
    for (enum group g = STATEMENTS; g < GROUPS; g++) {
        str_addf(to, "color %s \"\\<(", groups[g].nano);
        add_words(to, g, "|");
        str_add(to, ")\\>\"\n");
    }
    str_add(to, "color magenta \"\\<[0-9]+(\\.[0-9]*)?(e[-+]?[0-9]+)?\\>\" "
                "\"\\<[0-9]+(x[0-9]+)+\\>\"\n"
                "color brightyellow \"\\\"([^\\\"\\\\]|\\\\.)*\\\"\"\n"
                "color brightblack \"#.*$\"\n");
}

static void add_pattern(struct json *j, const char *scope, const char *match)
{
    json_open(j, NULL, '{');
    json_text(j, "name", scope);
    json_text(j, "match", match);
    json_close(j, '}');
}

void syntax_textmate(struct str *to)
{
    struct json j = {.to = to};
    json_open(&j, NULL, '{');
    json_text(&j, "name", "nnr");
    json_text(&j, "scopeName", "source.nnr");
    json_open(&j, "fileTypes", '[');
    json_text(&j, NULL, "nnr");
    json_close(&j, ']');
    json_open(&j, "patterns", '[');
    add_pattern(&j, "comment.line.number-sign.nnr", "#.*$");
    json_open(&j, NULL, '{');
    json_text(&j, "name", "string.quoted.double.nnr");
    json_text(&j, "begin", "\"");
    json_text(&j, "end", "\"");
    json_open(&j, "patterns", '[');
    add_pattern(&j, "constant.character.escape.nnr", "\\\\.");
    json_close(&j, ']');
    json_close(&j, '}');
    add_pattern(&j, "constant.numeric.nnr",
                "\\b\\d+(?:x\\d+)+\\b|\\b\\d+(?:\\.\\d*)?(?:e[-+]?\\d+)?\\b");
    add_pattern(&j, "variable.parameter.nnr", "\\b[a-z_]\\w*(?==[^=])");
    for (enum group g = STATEMENTS; g < GROUPS; g++) {
        struct str match = {0};
        str_add(&match, "\\b(?:");
        add_words(&match, g, "|");
        str_add(&match, ")\\b");
        if (!match.failed)
            add_pattern(&j, groups[g].scope, match.text);
        to->failed = to->failed || match.failed;
        str_finish(&match);
    }
    json_close(&j, ']');
    json_close(&j, '}');
    str_add(to, "\n");
}

static void add_entries(struct str *to, const char *title, const struct table *t)
{
    str_addf(to, ".SH %s\n", title);
    for (size_t i = 0; i < t->rows; i++)
        str_addf(to, ".TP\n.B %s\n%s\n", t->row[i]->name, t->row[i]->summary);
}

void syntax_man(struct str *to)
{
    add_entries(to, "VERBS", &command_table);
    add_entries(to, "LAYERS", &layer_kinds);
}
