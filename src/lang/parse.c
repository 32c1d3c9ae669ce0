/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements. */
#include "lang/parse.h"

#include "lang/parse_rows.h"
#include "lang/parse_value.h"
#include "lang/parse_verb.h"

#include <string.h>

/* The values behind a verb or a clause word. */
struct list {
    struct node **value;
    size_t values;
    struct span *bar;
    uint32_t *bar_at;
    size_t bars;
};

static int comma_before_key(struct parser *p, struct span comma)
{
    err_at(p->e, comma, "no comma stands before a key");
    return err_hint(p->e, "keys are separated by blanks: lr=0.1 momentum=0.9");
}

static int add_bar(struct parser *p, struct list *l)
{
    if (parser_more(p, &l->bar, l->bars, sizeof *l->bar) ||
        parser_more(p, &l->bar_at, l->bars, sizeof *l->bar_at))
        return -1;
    l->bar[l->bars] = p->now.where;
    l->bar_at[l->bars++] = (uint32_t)l->values;
    return parser_advance(p);
}

/* Reads values until something else comes; a value with a = behind it becomes *target. */
static int read_list(struct parser *p, struct list *l, struct node **target)
{
    *target = NULL;
    for (;;) {
        bool comma;
        struct span where = p->now.where;
        if (p->now.kind == TOKEN_BAR) {
            if (add_bar(p, l))
                return -1;
            continue;
        }
        if (parser_take(p, TOKEN_COMMA, &comma))
            return -1;
        if (!comma && !parser_at_value(p))
            return 0;
        struct node *n = parser_value(p);
        if (!n)
            return -1;
        if (p->now.kind == TOKEN_ASSIGN) {
            *target = n;
            return comma ? comma_before_key(p, where) : 0;
        }
        if (parser_more(p, &l->value, l->values, sizeof *l->value))
            return -1;
        l->value[l->values++] = n;
    }
}

/* `now` is the = of the pair. */
static int read_pair_values(struct parser *p, struct pair *pair)
{
    do {
        struct span comma = p->now.where;
        if (parser_advance(p) || parser_more(p, &pair->value, pair->values, sizeof *pair->value))
            return -1;
        struct node *n = parser_value(p);
        if (!n)
            return -1;
        if (p->now.kind == TOKEN_ASSIGN && pair->values)
            return comma_before_key(p, comma);
        pair->value[pair->values++] = n;
    } while (p->now.kind == TOKEN_COMMA);
    if (p->now.kind == TOKEN_ASSIGN)
        parser_no_equals(p);
    return p->now.kind == TOKEN_ASSIGN ? -1 : 0;
}

static int read_pair(struct parser *p, struct statement *s, struct node *target)
{
    if (target->kind != NODE_PATH && target->kind != NODE_CALL) {
        parser_no_equals(p);
        return -1;
    }
    if (parser_more(p, &s->pair, s->pairs, sizeof *s->pair))
        return -1;
    struct pair *pair = &s->pair[s->pairs++];
    *pair = (struct pair){.target = target, .equals = p->now.where};
    return read_pair_values(p, pair);
}

static int empty_clause(struct parser *p, const struct clause *c, bool before_pair)
{
    if (before_pair && strcmp(c->word, "until") == 0) {
        parser_no_equals(p);
        return -1;
    }
    if (p->now.kind == TOKEN_WORD && strcmp(c->word, "as") == 0) {
        err_at(p->e, p->now.where, "%s is a word of the language", p->now.text);
        return err_hint(p->e, "choose another, %s_1", p->now.text);
    }
    err_at(p->e, c->where, "nothing stands behind \"%s\"", c->word);
    return err_hint(p->e, "\"%s\" is a word of the language: a value follows it", c->word);
}

static int read_clause(struct parser *p, struct statement *s, struct node **target)
{
    struct list list = {0};
    if (parser_more(p, &s->clause, s->clauses, sizeof *s->clause))
        return -1;
    struct clause *c = &s->clause[s->clauses++];
    *c = (struct clause){.word = p->now.text, .where = p->now.where};
    if (parser_advance(p) || read_list(p, &list, target))
        return -1;
    if (!list.values)
        return empty_clause(p, c, *target);
    c->value = list.value;
    c->values = list.values;
    c->bar = list.bar;
    c->bar_at = list.bar_at;
    c->bars = list.bars;
    return 0;
}

/* Whether samples stand between the braces, and no statements. */
static bool takes_rows(const struct parser *p, const struct statement *s)
{
    const struct entry *verb = p->verbs ? table_find(p->verbs, s->verb) : NULL;
    if (!verb || !verb->arg_count || verb->args->type != ARG_ENTRY || s->values != 1 ||
        s->value[0]->kind != NODE_PATH)
        return false;
    const struct entry *kind = table_find(verb->args->of, s->value[0]->text);
    for (size_t i = 0; kind && i < kind->arg_count; i++)
        if (kind->args[i].type == ARG_ROWS)
            return true;
    return false;
}

static struct script *read_script(struct parser *p, const struct span *open);

static int read_braces(struct parser *p, struct statement *s)
{
    struct span open = p->now.where;
    if (s->braces.source || s->body || s->rows) {
        err_at(p->e, open, "a statement has one { }");
        return err_hint(p->e, "a further statement needs a ; or a new line");
    }
    s->braces = open;
    if (parser_down(p) || parser_advance(p))
        return -1;
    if (takes_rows(p, s))
        s->rows = parser_rows(p, open);
    else
        s->body = read_script(p, &open);
    if (!s->body && !s->rows)
        return -1;
    parser_up(p);
    return parser_advance(p);
}

static bool at_end_of_statement(const struct parser *p)
{
    return p->now.kind == TOKEN_END || p->now.kind == TOKEN_NEWLINE ||
           p->now.kind == TOKEN_SEMICOLON || p->now.kind == TOKEN_BRACE_CLOSE;
}

/* What stands where only keys, clauses and braces can. */
static int misplaced_token(struct parser *p, const struct statement *s, struct span where)
{
    char text[64];
    if (s->body || s->rows) {
        err_at(p->e, where, "a further statement begins here");
        return err_hint(p->e, "behind } write a ; or a new line");
    }
    if (p->now.kind == TOKEN_CLOSE)
        return err_at(p->e, where, "this ) closes nothing");
    if (where.at != p->now.where.at) {
        err_at(p->e, where, "a value stands behind a key");
        return err_hint(p->e, "values come first, then keys; a list has commas: key=a, b");
    }
    return err_at(p->e, where, "\"%s\" has no meaning here", parser_shown(p, text, sizeof text));
}

static int read_late_value(struct parser *p, const struct statement *s, struct node **target)
{
    struct span where = p->now.where;
    *target = parser_at_value(p) ? parser_value(p) : NULL;
    if (!*target && parser_at_value(p))
        return -1;
    return *target && p->now.kind == TOKEN_ASSIGN ? 0 : misplaced_token(p, s, where);
}

/* Pairs, clauses and braces in any order; `target` is one that was read already, or NULL. */
static int read_tail(struct parser *p, struct statement *s, struct node *target)
{
    while (target || !at_end_of_statement(p)) {
        struct node *next = NULL;
        int bad;
        if (target)
            bad = read_pair(p, s, target);
        else if (parser_at_clause(p))
            bad = read_clause(p, s, &next);
        else if (p->now.kind == TOKEN_BRACE_OPEN)
            bad = read_braces(p, s);
        else
            bad = read_late_value(p, s, &next);
        if (bad)
            return -1;
        target = next;
    }
    return 0;
}

static int read_statement(struct parser *p, struct statement *s)
{
    struct list list = {0};
    struct node *target;
    if (parser_verb(p, s) || read_list(p, &list, &target))
        return -1;
    s->value = list.value;
    s->values = list.values;
    s->bar = list.bar;
    s->bar_at = list.bar_at;
    s->bars = list.bars;
    if (read_tail(p, s, target))
        return -1;
    s->where = lexer_span(&p->lexer, s->verb_where.at, p->last_end);
    return 0;
}

static int read_statements(struct parser *p, struct script *script, const struct span *open)
{
    for (;;) {
        if (p->now.kind == TOKEN_NEWLINE || p->now.kind == TOKEN_SEMICOLON) {
            if (parser_advance(p))
                return -1;
            continue;
        }
        if (open && p->now.kind == TOKEN_END)
            return parser_open_end(p, *open);
        if (p->now.kind == (open ? TOKEN_BRACE_CLOSE : TOKEN_END))
            return 0;
        if (parser_more(p, &script->statement, script->count, sizeof *script->statement) ||
            read_statement(p, &script->statement[script->count]))
            return -1;
        script->count++;
    }
}

static struct script *read_script(struct parser *p, const struct span *open)
{
    struct script *script = arena_new(p->arena, 1, sizeof *script);
    if (!script) {
        err_memory(p->e);
        return NULL;
    }
    return read_statements(p, script, open) ? NULL : script;
}

static int begin(struct parser *p, struct arena *arena, const char *text, size_t size, size_t from,
                 uint32_t source, struct err *e)
{
    *p = (struct parser){.arena = arena, .e = e};
    p->lexer = (struct lexer){.arena = arena, .text = text, .source = source, .e = e};
    if (size > UINT32_MAX / 2) {
        err_at(e, (struct span){.source = source}, "this text is too long");
        return err_hint(e, "a script has at most 2 GB");
    }
    p->lexer.size = (uint32_t)size;
    bool mark = size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0;
    p->lexer.at = mark && !from ? 3 : (uint32_t)from;
    return token_next(&p->lexer, &p->now);
}

static enum parsed parse_outcome(const struct parser *p, bool good)
{
    if (good)
        return PARSE_OK;
    return p->incomplete || p->lexer.incomplete ? PARSE_INCOMPLETE : PARSE_ERROR;
}

enum parsed parse_script_from(struct arena *arena, const char *text, size_t size, size_t from,
                              uint32_t source, const struct parse_rules *rules,
                              struct script *script, struct err *e)
{
    struct parser p;
    *script = (struct script){0};
    if (begin(&p, arena, text, size, from, source, e))
        return parse_outcome(&p, false);
    p.verbs = rules ? rules->verbs : NULL;
    p.stop = rules ? rules->stop : NULL;
    return parse_outcome(&p, !read_statements(&p, script, NULL));
}

enum parsed parse_script(struct arena *arena, const char *text, size_t size, uint32_t source,
                         const struct parse_rules *rules, struct script *script, struct err *e)
{
    return parse_script_from(arena, text, size, 0, source, rules, script, e);
}

/* The byte behind a string or a comment that begins at `at`, else behind the byte there. */
static size_t byte_behind(const char *text, size_t size, size_t at)
{
    const char first = text[at++];
    if (first != '"' && first != '#')
        return at;
    while (at < size && text[at] != '\n' && !(first == '"' && text[at] == '"'))
        at += first == '"' && text[at] == '\\' && at + 1 < size && text[at + 1] != '\n' ? 2 : 1;
    return at < size && text[at] == '"' ? at + 1 : at;
}

/* Whether the line that ends at byte `at` goes on in the next one. */
static bool line_continued(const char *text, size_t from, size_t at)
{
    while (at > from && strchr(" \t\r", text[at - 1]))
        at--;
    return at > from && text[at - 1] == '\\';
}

size_t parse_behind(const char *text, size_t size, size_t from, const struct script *script,
                    size_t *wrong)
{
    size_t at = script->count ? script->statement[script->count - 1].where.end : from;
    while (at < size && strchr(" \t\r\n;#", text[at]) && text[at])
        at = byte_behind(text, size, at);
    *wrong = at;
    long depth = 0;
    for (const size_t begin = at; at < size; at = byte_behind(text, size, at)) {
        const bool line = text[at] == '\n' && !line_continued(text, begin, at);
        if (at > begin && depth <= 0 && (line || text[at] == ';'))
            return at + 1;
        depth += text[at] == '{' ? 1 : text[at] == '}' ? -1 : 0;
    }
    return size;
}

enum parsed parse_value(struct arena *arena, const char *text, size_t size, uint32_t source,
                        struct node **value, struct err *e)
{
    struct parser p;
    char shown[64];
    if (begin(&p, arena, text, size, 0, source, e) || !(*value = parser_value(&p)))
        return parse_outcome(&p, false);
    if (p.now.kind == TOKEN_END)
        return PARSE_OK;
    err_at(e, p.now.where, "\"%s\" stands behind the value", parser_shown(&p, shown, sizeof shown));
    return PARSE_ERROR;
}
