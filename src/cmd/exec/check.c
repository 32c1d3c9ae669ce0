/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/check.h"

#include "cmd/common/binder.h"
#include "cmd/exec/advice.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"
#include "cmd/session/words.h"

#include "lang/parse.h"
#include "nn/layer.h"
#include "train/model.h"

#include <ctype.h>
#include <string.h>

struct checks {
    size_t errors;
    struct span *shown; /* a loop comes to the same place again */
    size_t shows, room;
    struct str lost;   /* names that were not made, each with a blank around it; VERB_ for layers */
    struct str models; /* those that lack something, in the same way */
    bool data;         /* data were not loaded */
    bool lacking;      /* whether the current model was one of those before a statement */
};

static struct checks *checks_of(struct session *s, struct err *e)
{
    if (!s->checks && !(s->checks = mem_new(1, sizeof *s->checks)))
        err_memory(e);
    return s->checks;
}

void checks_finish(struct session *s)
{
    if (!s->checks)
        return;
    str_finish(&s->checks->lost);
    str_finish(&s->checks->models);
    mem_free(s->checks->shown);
    mem_free(s->checks);
    s->checks = NULL;
}

void checks_begin(struct session *s)
{
    if (s->checks)
        s->checks->errors = 0;
}

enum outcome checks_outcome(const struct session *s)
{
    return s->checks && s->checks->errors ? OUTCOME_ERROR : s->quit ? OUTCOME_QUIT : OUTCOME_OK;
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The next word of [*at, end), which goes behind it; its length, 0 at the end. */
static size_t next_word(const char **at, const char *end)
{
    while (*at < end && !in_word(**at))
        ++*at;
    const char *from = *at;
    while (*at < end && in_word(**at))
        ++*at;
    return (size_t)(*at - from);
}

static void add_name(struct str *list, const char *name, size_t n)
{
    str_add(list, list->size ? "" : " ");
    str_bytes(list, name, n);
    str_add(list, " ");
}

static bool has_name(const struct str *list, const char *name, size_t n)
{
    const char *at = list->text;
    for (; at && (at = memmem(at, strlen(at), name, n)); at++)
        if (at[-1] == ' ' && at[n] == ' ')
            return true;
    return false;
}

/* Whether the word was to be made: by its name, or dense_2 after a dense without one failed. */
static bool is_lost(const struct checks *c, const char *word, size_t n)
{
    size_t base = n;
    while (base && isdigit((unsigned char)word[base - 1]))
        base--;
    return has_name(&c->lost, word, n) ||
           (base && base < n && word[base - 1] == '_' && has_name(&c->lost, word, base));
}

static bool names_lost(const struct checks *c, const char *at, const char *end)
{
    for (size_t n; (n = next_word(&at, end));)
        if (is_lost(c, at - n, n))
            return true;
    return false;
}

/* The words behind which a statement says what it makes. */
static bool makes_something(const char *word, size_t n)
{
    static const char *const words[] = {"as",   "let",    "block",   "model", "clone",
                                        "mark", "rename", "penalty", "for"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == n && memcmp(words[i], word, n) == 0)
            return true;
    return false;
}

/* Notes what the wrong text [at, end) would have made. */
static void lose_names(struct checks *c, const char *at, const char *end)
{
    char verb[60] = "";
    const size_t n = next_word(&at, end);
    if (n && n < sizeof verb - 1) {
        memcpy(verb, at - n, n);
        verb[n] = '_';
        add_name(&c->lost, verb, n + 1);
    }
    bool made = makes_something(at - n, n);
    for (size_t size; (size = next_word(&at, end));) {
        if (made)
            add_name(&c->lost, at - size, size);
        made = makes_something(at - size, size);
    }
}

/* The model lacks something after a statement with that verb went wrong; so do its clones. */
static void lose_state(struct session *s, const char *verb)
{
    struct checks *c = s->checks;
    const char *name = current_model(s)->name;
    const struct command *command = (const struct command *)table_find(&command_table, verb);
    c->data = c->data || (command && command->brings_data);
    const unsigned models = CHANGES_MODEL | CHANGES_MODELS | CHANGES_LIST;
    if ((!command || command->changes & models) && !has_name(&c->models, name, strlen(name)))
        add_name(&c->models, name, strlen(name));
}

static bool lacks_state(const struct session *s)
{
    const char *name = current_model(s)->name;
    return has_name(&s->checks->models, name, strlen(name));
}

/* Whether the statement's own words are wrong, whatever the state is. */
static bool words_are_wrong(struct session *s, const struct statement *st)
{
    struct arena arena = {0};
    struct err e = {0};
    const struct command *command = statement_command(st);
    const struct entry *row = command ? &command->entry : table_find(&layer_kinds, st->verb);
    bool wrong = command && command->read;
    if (!wrong && row) {
        struct binder b = session_binder(s, &arena);
        wrong = !bind_statement(&b, st, row, &e) && e.kind == ERR_INPUT;
    }
    arena_finish(&arena);
    return wrong;
}

/* Whether the error lies at one path whose first name stands for nothing at all. */
static bool is_unknown(const struct session *s, const char *at, const char *end)
{
    char name[120];
    struct err e;
    const char *from = at;
    const size_t n = next_word(&at, end);
    if (!n || n >= sizeof name || at - n != from || !isalpha((unsigned char)*from))
        return false;
    for (const char *c = at; c < end; c++)
        if (!in_word(*c) && *c != '.')
            return false;
    memcpy(name, from, n);
    name[n] = 0;
    return name_check_new(s, current_model(s), name, (struct span){0}, &e) == 0 &&
           !table_find(&layer_kinds, name) &&
           graph_find_layer(current_model(s)->graph, name) == NOTHING;
}

/* Whether the error would be there if everything before had been right. */
static bool is_own(struct session *s, const struct statement *st, const struct err *e)
{
    const struct checks *c = s->checks;
    const struct source *source = sources_get(&s->sources, e->where.source);
    const char *at = source ? source->text + e->where.at : "";
    const char *end = source ? source->text + e->where.end : at;
    if (names_lost(c, at, end))
        return false;
    const struct command *command = st ? statement_command(st) : NULL;
    /* What does other statements has no state of its own to fail for. */
    const bool outer = command && command->changes == CHANGES_ALL;
    const bool shaky = st && !outer && (lacks_state(s) || (c->data && command));
    return !shaky || words_are_wrong(s, st) || is_unknown(s, at, end);
}

static bool was_shown(const struct checks *c, struct span where)
{
    for (size_t i = 0; i < c->shows; i++)
        if (c->shown[i].source == where.source && c->shown[i].at == where.at &&
            c->shown[i].end == where.end)
            return true;
    return false;
}

/* Shows the error, and notes what is not there for want of the text [at, end). */
static int take_error(struct session *s, const struct statement *st, const char *verb,
                      const char *at, const char *end, struct err *e)
{
    struct checks *c = checks_of(s, &(struct err){0});
    if (!c || e->kind == ERR_MEMORY || e->kind == ERR_STOPPED)
        return c ? -1 : err_memory(e);
    if (is_own(s, st, e) && !was_shown(c, e->where)) {
        if (mem_room(&c->shown, &c->room, c->shows + 1, sizeof *c->shown))
            return err_memory(e);
        c->shown[c->shows++] = e->where;
        c->errors++;
        show_error(s, e);
    }
    s->wrong_verb[0] = 0;
    lose_names(c, at, end);
    lose_state(s, verb);
    return c->lost.failed || c->models.failed ? err_memory(e) : 0;
}

/* What a statement that is right brings: data, or another current model. */
static int settle_statement(struct session *s, const struct statement *st, int failed)
{
    struct checks *c = s->checks;
    const char *name = current_model(s)->name;
    const struct command *command = statement_command(st);
    if (!failed && command && command->brings_data)
        c->data = false;
    if (!failed && c->lacking && command && command->clones)
        add_name(&c->models, name, strlen(name));
    c->lacking = lacks_state(s);
    return c->models.failed ? -1 : 0;
}

int check_goes_on(struct session *s, const struct statement *st, int failed, struct err *e)
{
    const struct source *source = sources_get(&s->sources, st->where.source);
    if (failed &&
        take_error(s, st, st->verb, source->text + st->where.at, source->text + st->where.end, e))
        return -1;
    return s->checks && settle_statement(s, st, failed) ? err_memory(e) : 0;
}

/* A statement that cannot be read: the names that it would have made are known by their words. */
static int note_unreadable(struct session *s, const char *at, const char *end, struct err *e)
{
    char verb[60] = "";
    advise_text(s, e);
    const char *first = at;
    const size_t n = next_word(&first, end);
    if (n < sizeof verb)
        memcpy(verb, first - n, n);
    return take_error(s, NULL, verb, at, end, e);
}

int check_text(struct session *s, const struct text *t,
               int (*run)(struct session *, const struct script *, struct err *), struct err *e)
{
    const struct parse_rules rules = session_parse_rules(s);
    size_t from = 0;
    while (!s->quit) {
        struct arena arena = {0};
        struct script script;
        struct err wrong = {0};
        const bool good = parse_script_from(&arena, t->text, t->size, from, t->source, &rules,
                                            &script, &wrong) == PARSE_OK;
        size_t at = from;
        from = good ? t->size : parse_behind(t->text, t->size, from, &script, &at);
        int failed = run(s, &script, e);
        if (!failed && !good && !s->quit) {
            failed = note_unreadable(s, t->text + at, t->text + from, &wrong);
            if (failed)
                *e = wrong;
        }
        arena_finish(&arena);
        if (failed || good)
            return failed;
    }
    return 0;
}
