/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/shell/hint.h"

#include "cmd/session/custom_penalty.h"
#include "cmd/session/state.h"
#include "cmd/session/words.h"
#include "cmd/shell/complete.h"
#include "cmd/verbs/help_text.h"

#include "expr/functions.h"
#include "lang/usage.h"
#include "nn/layer.h"

#include <string.h>

/* What is due where the cursor is. */
struct due {
    const struct entry *row; /* the statement, or the call that it stands in */
    bool call;
    const struct arg_spec *spec; /* NULL: no value is */
};

static const struct arg_spec *key_of(const struct entry *row, const char *key)
{
    for (size_t i = 0; i < row->arg_count; i++)
        if (arg_is_named(&row->args[i], key))
            return &row->args[i];
    return NULL;
}

static struct due due_in_call(const struct session *s, const struct spot *p)
{
    const struct open_call *c = &p->open[p->depth - 1];
    const struct entry *row = *c->callee ? row_of_call(s, p, c->callee) : NULL;
    const struct entry *function = *c->callee ? table_find(&functions, c->callee) : NULL;
    struct due d = {.row = row ? row : function, .call = true};
    if (d.row)
        d.spec = *c->key ? key_of(d.row, c->key) : due_place(d.row, c->values);
    return d;
}

/* A verb alone is named by its own word. */
static const struct entry *row_of_verb(const struct session *s, const struct typed *t,
                                       const struct cursor *c)
{
    char word[SPOT_WORD];
    const size_t n = t->point - c->word;
    if (n >= sizeof word)
        return NULL;
    memcpy(word, t->text + c->word, n);
    word[n] = 0;
    return row_of_first_word(s, word);
}

/* A value may be a number, or worked out: all of it is still being typed. */
static size_t value_begins(const struct typed *t, const struct cursor *c)
{
    size_t at = c->word;
    while (at > c->begin && !strchr(" \t(),={};\"", t->text[at - 1]))
        at--;
    return at;
}

static struct due due_of(const struct session *s, const struct typed *t)
{
    struct cursor c = find_cursor(t->text, t->point);
    c.word = value_begins(t, &c);
    struct due d = {0};
    struct spot p;
    if (c.string || !spot_find(s, t->text + c.begin, c.word - c.begin, &p))
        return d;
    if (p.verb) {
        d.row = row_of_verb(s, t, &c);
        d.spec = d.row ? due_place(d.row, 0) : NULL;
    } else if (p.depth && *p.open[p.depth - 1].callee) {
        d = due_in_call(s, &p);
    } else {
        d.row = p.inner ? p.inner : p.entry;
        d.spec = p.spec ? p.spec : *p.target ? NULL : due_at(&p);
    }
    return d;
}

/* The lead that a row has in its list: data, optimizer, loss. */
static void add_usage(struct str *to, const struct due *d)
{
    if (d->call) {
        usage_call_print(to, d->row);
        return;
    }
    for (size_t i = 0; i < catalogs; i++)
        for (size_t k = 0; k < catalog[i].table->rows; k++)
            if (catalog[i].table->row[k] == d->row) {
                help_usage(to, &catalog[i], d->row);
                return;
            }
    usage_print(to, d->row);
}

void typed_hint(struct session *s, const struct typed *t, struct str *to)
{
    const struct due d = due_of(s, t);
    struct str line = {0};
    if (d.row && d.spec)
        help_argument(&line, d.spec, "");
    if (line.size && !line.failed)
        str_bytes(to, line.text, strcspn(line.text, "\n"));
    if (d.row) {
        str_add(to, line.size ? "  |  " : "");
        add_usage(to, &d);
        /* What takes nothing is told by what it does. */
        if (!d.call && !d.row->arg_count)
            str_addf(to, "  |  %s", d.row->summary);
    }
    str_finish(&line);
}

void typed_rest(struct session *s, const struct typed *t, struct str *to)
{
    size_t start;
    char suffix;
    char **word = complete_first(s, t->text, t->point, 3, &start, &suffix);
    const size_t n = t->point - start;
    /* One letter says little. */
    bool found = n == 0 || (n == 1 && word && word[0] && word[1]);
    for (size_t i = 0; word && word[i]; i++) {
        if (!found && strlen(word[i]) > n) {
            str_add(to, word[i] + n);
            found = true;
        }
        mem_free(word[i]);
    }
    mem_free(word);
}

/* The word at the cursor, or behind which it is. */
static void add_word_at(const struct typed *t, struct str *to)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_0123456789";
    size_t from = t->point, end = t->point;
    while (from && strchr(letters, t->text[from - 1]))
        from--;
    while (end < t->size && strchr(letters, t->text[end]))
        end++;
    if (from < end && (t->text[from] < '0' || t->text[from] > '9'))
        str_bytes(to, t->text + from, end - from);
}

void typed_topic(struct session *s, const struct typed *t, struct str *to)
{
    add_word_at(t, to);
    if (to->size)
        return;
    const struct due d = due_of(s, t);
    if (d.row)
        str_add(to, d.row->name);
}
