/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/advice.h"

#include "cmd/exec/foreign.h"
#include "cmd/exec/meant.h"
#include "cmd/exec/orders.h"
#include "cmd/session/state.h"
#include "cmd/session/words.h"

#include "lang/ast.h"
#include "train/model.h"

#include <ctype.h>
#include <string.h>

/* The statement round a place of a text, without knowing whether it is one. */
struct line {
    const char *at;
    size_t n;
    size_t place; /* from its first byte */
};

static bool find_statement(const struct session *s, struct span where, struct line *to)
{
    const struct source *source = sources_get(&s->sources, where.source);
    /* What a file that is no script holds must not come out in a hint. */
    if (!source || source->from.source || where.at > source->size)
        return false;
    size_t begin = where.at, end = where.at;
    while (begin > 0 && !strchr("\n;{", source->text[begin - 1]))
        begin--;
    while (begin < where.at && strchr(" \t", source->text[begin]))
        begin++;
    while (end < source->size && !strchr("\n;#", source->text[end]))
        end++;
    *to = (struct line){source->text + begin, end - begin, where.at - begin};
    return true;
}

/* Of a statement that Keras or PyTorch would take: whether it was. */
static bool advise_foreign(const struct session *s, const struct line *line, struct span where,
                           struct err *e)
{
    enum { HINT_MOST = sizeof e->hint - 20 };
    struct str text = {0}, note = {0};
    const struct graph *g = current_model(s)->graph;
    const enum foreign is = foreign_translate(g, line->at, line->n, &text, &note);
    const bool fits = !text.failed && !note.failed && text.size < HINT_MOST;
    const bool whole = text.size + note.size < HINT_MOST;
    if (is == FOREIGN_LATER && fits) {
        err_at(e, where, "%s is not in this version", text.text);
        err_hint(e, "help lists what is");
    } else if (is == FOREIGN_ADVICE) {
        err_hint(e, "%s", text.text);
    } else if (is == FOREIGN_LINE && fits && note.size && whole) {
        err_hint(e, "write %s (%s)", text.text, note.text);
    } else if (is == FOREIGN_LINE && fits) {
        err_hint(e, "write %s", text.text);
    }
    str_finish(&text);
    str_finish(&note);
    return is != FOREIGN_NOT && fits;
}

/* The verb of a statement, or the row that it says behind it: data csv. */
static const struct entry *entry_at(const struct line *line, const struct table *t, size_t *at)
{
    char word[60] = "";
    size_t n = 0;
    while (*at < line->n && line->at[*at] == ' ')
        ++*at;
    while (*at + n < line->n &&
           (isalnum((unsigned char)line->at[*at + n]) || line->at[*at + n] == '_'))
        n++;
    if (!n || n >= sizeof word)
        return NULL;
    memcpy(word, line->at + *at, n);
    *at += n;
    return table_find(t, word);
}

static bool takes_word(const struct entry *entry, const char *key, size_t size, bool words)
{
    for (size_t i = 0; entry && i < entry->arg_count; i++) {
        const struct arg_spec *spec = &entry->args[i];
        /* record takes none as well, hence an expression that is called file. */
        const bool file =
            spec->type == ARG_FILE || spec->type == ARG_FILES || strcmp(spec->name, "file") == 0;
        const bool named = spec->form == KEY
                               ? strlen(spec->name) == size && !strncmp(spec->name, key, size)
                               : !size;
        if (named && (words ? spec->type == ARG_WORDS : file))
            return true;
    }
    return false;
}

/* The word that stands at the place, up to a blank or a comma. */
static void find_word(const struct line *line, size_t *begin, size_t *end)
{
    static const char ends[] = " \t,=\"(){}";
    *begin = *end = line->place;
    while (*begin > 0 && !strchr(ends, line->at[*begin - 1]))
        --*begin;
    while (*end < line->n && !strchr(ends, line->at[*end]))
        ++*end;
}

/* The key whose value the word at `begin` belongs to: `target=` or `target="a", `. */
static size_t find_key(const struct line *line, size_t begin, const char **key)
{
    size_t equals = begin;
    while (equals > 0 && line->at[equals - 1] != '=')
        equals--;
    size_t end = equals ? equals - 1 : 0, n = 0;
    while (end > 0 && line->at[end - 1] == ' ')
        end--;
    while (n < end &&
           (isalnum((unsigned char)line->at[end - n - 1]) || line->at[end - n - 1] == '_'))
        n++;
    *key = line->at + end - n;
    return equals ? n : 0;
}

/* A name of several words: up to the end, a comma, or the word of the next key. */
static size_t end_of_name(const struct line *line, size_t end)
{
    for (size_t next = end; next < line->n;) {
        while (next < line->n && line->at[next] == ' ')
            next++;
        size_t stop = next;
        while (stop < line->n && !strchr(" ,=\"(){}", line->at[stop]))
            stop++;
        size_t behind = stop;
        while (behind < line->n && line->at[behind] == ' ')
            behind++;
        if (stop == next || (behind < line->n && line->at[behind] == '='))
            break;
        next = end = stop;
    }
    return end;
}

/* Whether the word before `begin` is `save`, which a file follows. */
static bool is_behind_save(const struct line *line, size_t begin)
{
    while (begin > 0 && line->at[begin - 1] == ' ')
        begin--;
    return begin >= 5 && strncmp(line->at + begin - 5, " save", 5) == 0;
}

/* Whether the place is inside quotes that were opened before it. */
static bool is_quoted(const struct line *line)
{
    bool open = false;
    for (size_t i = 0; i < line->place; i++)
        if (line->at[i] == '\\' && open)
            i++;
        else if (line->at[i] == '"')
            open = !open;
    return open;
}

/* A column or a file that stands without its quotes. */
static bool advise_quotes(const struct line *line, struct span where, struct err *e)
{
    size_t at = 0, begin, end;
    const char *key;
    const struct entry *verb = entry_at(line, &command_table, &at), *row = NULL;
    for (size_t i = 0; verb && i < verb->arg_count; i++)
        if (verb->args[i].type == ARG_ENTRY)
            row = entry_at(line, verb->args[i].of, &at);
    find_word(line, &begin, &end);
    const size_t n = end - begin, size = find_key(line, begin, &key);
    if (!verb || !n || n > 120 || begin < at)
        return false;
    if (size && (takes_word(row, key, size, true) || takes_word(verb, key, size, true))) {
        const int whole = (int)(end_of_name(line, end) - begin);
        err_at(e, where, "a name that is no word stands in quotes");
        err_hint(e, "write %.*s=\"%.*s\"", (int)size, key, whole < 120 ? whole : (int)n,
                 line->at + begin);
        return true;
    }
    if (!size && (end == line->n || line->at[end] != '(') && strpbrk(line->at + begin, "./~") &&
        (is_behind_save(line, begin) || takes_word(row, "", 0, false) ||
         takes_word(verb, "", 0, false))) {
        err_at(e, where, "a file name stands in quotes");
        err_hint(e, "write %.*s\"%.*s\"", begin < 100 ? (int)begin : 0, line->at, (int)n,
                 line->at + begin);
        return true;
    }
    return false;
}

/* A line that is nearly one of ours. */
static bool advise_meant(const struct session *s, const struct line *line, struct err *e)
{
    const struct piece text = {line->at, line->n};
    struct piece word;
    struct str meant = {0};
    const bool known = meant_line(text, &meant) && !meant.failed && meant.size < 200;
    if (known)
        err_hint(e, "write %s", meant.text);
    str_finish(&meant);
    if (known || !meant_stranger(s, text, &word))
        return known;
    err_at(e, e->where, "no verb or function \"%.*s\"", word.n < 60 ? (int)word.n : 60, word.at);
    err_hint(e, "help lists the verbs, help expressions the functions");
    return true;
}

/* A topic that is no value: help ~, help(dense). */
static void advise_help(const struct line *line, size_t at, struct err *e)
{
    struct piece topic = trimmed_piece((struct piece){line->at + at, line->n - at});
    const bool called = topic.n && *topic.at == '(';
    if (called) {
        topic = piece_behind(topic, 1);
        topic = trimmed_piece((struct piece){topic.at, find_outside(topic, ")")});
    }
    const char *quote = called ? "" : "\"";
    if (!topic.n)
        err_hint(e, "write help");
    else
        err_hint(e, "write help %s%.*s%s", quote, (int)topic.n, topic.at, quote);
}

static bool begins_with_call(const struct line *line)
{
    size_t n = 0;
    while (n < line->n && (isalnum((unsigned char)line->at[n]) || strchr("_.", line->at[n])))
        n++;
    return n && n < line->n && line->at[n] == '(';
}

void advise_text(const struct session *s, struct err *e)
{
    struct line line;
    if (e->kind != ERR_INPUT || !find_statement(s, e->where, &line))
        return;
    struct str value = {0};
    size_t at = 0;
    if (is_quoted(&line))
        return;
    const struct entry *verb = entry_at(&line, &command_table, &at);
    if (verb && verb->arg_count && verb->args->naming == NAMING_TOPICS && at < line.n) {
        advise_help(&line, at, e);
        return;
    }
    struct line bare = line; /* without a sign before the word: :q, !ls */
    while (bare.n && strchr(":/\\!%@$-", *bare.at))
        bare.at++, bare.n--;
    if (advise_quotes(&line, e->where, e) || advise_foreign(s, &bare, e->where, e) ||
        advise_meant(s, &line, e))
        return;
    /* import np.load("f.npz"), loss nn.MSELoss() */
    while (verb && at < line.n && line.at[at] == ' ')
        at++;
    const struct line rest = {line.at + at, line.n - at, 0};
    if (foreign_value(line.at + line.place, line.n - line.place, &value) && value.size < 200)
        err_hint(e, "write %s", value.text ? value.text : "");
    else if (verb && begins_with_call(&rest))
        advise_foreign(s, &rest, e->where, e);
    str_finish(&value);
}

/* A word of a table whose rows are no verbs: relu, adam, l1. */
static bool advise_row(const char *word, struct err *e)
{
    for (size_t i = 0; i < catalogs; i++) {
        const struct catalog *c = &catalog[i];
        const struct entry *row = table_find(c->table, word);
        const size_t lead = strlen(c->lead);
        const bool value = lead ? c->lead[lead - 1] == '=' : !c->before;
        if (!row || value)
            continue;
        struct str line = {0};
        str_addf(&line, "%s%s%s", c->before ? c->before : c->lead, row->name,
                 c->after ? c->after : "");
        err_hint(e, "it is %s %s; write %s", strchr("aeiou", *c->table->noun) ? "an" : "a",
                 c->table->noun, line.text ? line.text : "");
        str_finish(&line);
        return true;
    }
    return false;
}

int advise_topic(const struct session *s, const char *word, struct span where,
                 const struct nearest *near, struct err *e)
{
    const struct line line = {.at = word, .n = strlen(word)};
    if (advise_foreign(s, &line, where, e))
        return -1;
    return near->name ? err_hint(e, "did you mean %s?", near->name)
                      : err_hint(e, "help lists the topics");
}

int advise_verb(const struct session *s, const struct statement *st, const struct nearest *near,
                struct err *e)
{
    struct line line;
    if (find_statement(s, st->verb_where, &line) && advise_foreign(s, &line, st->verb_where, e))
        return -1;
    if (advise_row(st->verb, e))
        return -1;
    if (table_find(&player_orders, st->verb))
        return err_hint(e, "it is a word for lessons; lesson lists them, lesson 1 plays one");
    return near->name ? err_hint(e, "did you mean %s?", near->name)
                      : err_hint(e, "help lists the verbs");
}
