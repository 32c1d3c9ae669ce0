/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/meant.h"

#include "cmd/session/custom_penalty.h"
#include "cmd/session/state.h"
#include "cmd/session/words.h"

#include "expr/functions.h"
#include "nn/layer.h"
#include "train/model.h"
#include "train/opt.h"

#include <ctype.h>
#include <string.h>

enum { WORD_MOST = 40 };

static const char *word_text(struct piece p, char text[WORD_MOST])
{
    if (!p.n || p.n >= WORD_MOST)
        return NULL;
    memcpy(text, p.at, p.n);
    text[p.n] = 0;
    return text;
}

static const struct entry *row_named(const struct table *t, struct piece word)
{
    char text[WORD_MOST];
    return word_text(word, text) ? table_find(t, text) : NULL;
}

static bool is_verb(struct piece word)
{
    return row_named(&command_table, word) || row_named(&layer_kinds, word);
}

/* The argument that is called so, in its row or under its other name. */
static const char *key_of(const struct entry *row, struct piece key)
{
    for (size_t i = 0; row && i < row->arg_count; i++)
        if (is_alike(key, row->args[i].name) ||
            (row->args[i].alias && is_alike(key, row->args[i].alias)))
            return row->args[i].name;
    return NULL;
}

/* One = between a name and a value. */
static bool is_assignment(const struct spoken *s, struct piece text, struct piece *value)
{
    const size_t equals = find_outside(text, "=");
    if (equals + 1 >= text.n || text.at[equals + 1] == '=' || !s->plain)
        return false;
    *value = trimmed_piece(piece_behind(text, equals + 1));
    return value->n > 0;
}

/* lr = 0.01, activation = relu, loss = mse */
static bool add_assigned(struct piece name, struct piece value, struct str *to)
{
    const char *key = key_of(table_find(&layer_kinds, "dense"), name);
    if (is_verb(name)) {
        str_addf(to, "%.*s %.*s", (int)name.n, name.at, (int)value.n, value.at);
        return true;
    }
    if (key) {
        str_addf(to, "dense 10 %s=%.*s", key, (int)value.n, value.at);
        return true;
    }
    for (size_t i = 0; i < opt_kinds.rows && !key; i++)
        key = key_of(opt_kinds.row[i], name);
    if (key)
        str_addf(to, "set optimizer.%s = %.*s", key, (int)value.n, value.at);
    return key != NULL;
}

/* x <- 3, x := 3, x += 1 */
static bool add_arrow(struct piece text, struct str *to)
{
    size_t n = 0;
    while (n < text.n &&
           (isalnum((unsigned char)text.at[n]) || text.at[n] == '_' || text.at[n] == '.'))
        n++;
    const struct piece name = {text.at, n}, sign = trimmed_piece(piece_behind(text, n));
    if (!n || isdigit((unsigned char)*name.at) || sign.n < 3 ||
        !(sign.at[0] == '<' ? sign.at[1] == '-' : sign.at[1] == '=') ||
        !strchr("<:+-*/", sign.at[0]))
        return false;
    const struct piece value = trimmed_piece(piece_behind(sign, 2));
    const bool path = memchr(name.at, '.', name.n) != NULL;
    str_addf(to, "%s %.*s = ", path ? "set" : "let", (int)n, name.at);
    if (strchr("+-*/", sign.at[0]))
        str_addf(to, "%.*s %c ", (int)n, name.at, sign.at[0]);
    str_bytes(to, value.at, value.n);
    return value.n > 0;
}

static bool is_word(struct piece p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)p.at[i]) && p.at[i] != '_')
            return false;
    return n > 0;
}

/* plot(loss), help(dense), watch('loss') */
static bool add_called(const struct spoken *s, struct str *to)
{
    str_bytes(to, s->word.at, s->word.n);
    for (size_t i = 0; i < s->args; i++) {
        const struct piece p = s->arg[i].value, key = s->arg[i].key;
        const bool quoted = p.n > 1 && *p.at == '\'' && p.at[p.n - 1] == '\'';
        const char *quote = quoted && is_word(piece_behind(p, 1), p.n - 2) ? "" : "\"";
        str_add(to, " ");
        if (key.n)
            str_addf(to, "%.*s=", (int)key.n, key.at);
        if (quoted)
            str_addf(to, "%s%.*s%s", quote, (int)p.n - 2, p.at + 1, quote);
        else
            str_bytes(to, p.at, p.n);
    }
    return true;
}

bool meant_line(struct piece text, struct str *to)
{
    struct spoken s;
    struct piece value;
    size_t sign = 0;
    text = trimmed_piece(text);
    while (sign < text.n && strchr(":/\\!%@$-", text.at[sign]))
        sign++;
    if (sign && read_spoken(piece_behind(text, sign), &s) && s.plain && !s.name.n &&
        is_verb(s.word)) {
        str_bytes(to, text.at + sign, text.n - sign);
        return true;
    }
    if (sign || !text.n)
        return false;
    if (add_arrow(text, to))
        return true;
    const bool word = read_spoken(text, &s);
    if (word && s.called && s.plain && !s.name.n && is_verb(s.word))
        return add_called(&s, to);
    const struct piece name = trimmed_piece((struct piece){text.at, find_outside(text, "=")});
    s.plain = !memchr(name.at, '.', name.n) && !memchr(name.at, ' ', name.n);
    return is_assignment(&s, text, &value) && add_assigned(name, value, to);
}

bool meant_stranger(const struct session *session, struct piece text, struct piece *word)
{
    struct spoken s;
    char name[WORD_MOST];
    if (!read_spoken(text, &s) || !s.called || !s.plain || s.name.n || is_verb(s.word))
        return false;
    *word = s.word;
    return !word_text(s.word, name) ||
           (!table_find(&functions, name) && !table_find(&penalty_kinds, name) &&
            !session_definition(session, name) &&
            graph_find_layer(current_model(session)->graph, name) == NOTHING);
}
