/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/spoken.h"

#include <ctype.h>
#include <string.h>

struct piece trimmed_piece(struct piece p)
{
    while (p.n && isspace((unsigned char)*p.at))
        p = (struct piece){p.at + 1, p.n - 1};
    while (p.n && isspace((unsigned char)p.at[p.n - 1]))
        p.n--;
    return p;
}

bool is_alike(struct piece p, const char *word)
{
    size_t i = 0;
    for (; *word || i < p.n;) {
        if (i < p.n && p.at[i] == '_')
            i++;
        else if (*word == '_')
            word++;
        else if (i < p.n && tolower((unsigned char)p.at[i]) == *word)
            i++, word++;
        else
            return false;
    }
    return true;
}

static bool is_word_letter(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Of a dotted path the last part: nn.Linear -> Linear. */
static struct piece last_part(struct piece p)
{
    for (size_t i = p.n; i-- > 0;)
        if (p.at[i] == '.')
            return (struct piece){p.at + i + 1, p.n - i - 1};
    return p;
}

static size_t path_size(struct piece p)
{
    size_t n = 0;
    while (n < p.n && (is_word_letter(p.at[n]) || p.at[n] == '.'))
        n++;
    return n;
}

size_t find_outside(struct piece p, const char *of)
{
    size_t depth = 0;
    char quote = 0;
    for (size_t i = 0; i < p.n; i++) {
        const char c = p.at[i];
        if (!depth && !quote && strchr(of, c))
            return i;
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (strchr("([", c))
            depth++;
        else if (strchr(")]", c) && depth)
            depth--;
    }
    return p.n;
}

struct piece piece_behind(struct piece p, size_t n)
{
    return n < p.n ? (struct piece){p.at + n, p.n - n} : (struct piece){p.at + p.n, 0};
}

static void read_args(struct piece rest, struct spoken *s)
{
    rest.n = find_outside(rest, ")");
    while (rest.n && s->args < SPOKEN_ARGS) {
        struct piece one = {rest.at, find_outside(rest, ",")};
        const size_t equals = find_outside(one, "=");
        rest = piece_behind(rest, one.n + 1);
        if (equals < one.n && equals) {
            s->arg[s->args].key = trimmed_piece((struct piece){one.at, equals});
            one = piece_behind(one, equals + 1);
        }
        one = trimmed_piece(one);
        s->arg[s->args].value = one;
        s->args += one.n > 0;
    }
}

bool read_spoken(struct piece text, struct spoken *s)
{
    *s = (struct spoken){0};
    text = trimmed_piece(text);
    size_t n = path_size(text);
    /* x, y = ...: the last of the names. */
    while (n && n < text.n && text.at[n] == ',') {
        text = trimmed_piece(piece_behind(text, n + 1));
        n = path_size(text);
    }
    const struct piece next = trimmed_piece(piece_behind(text, n));
    if (n && next.n > 1 && next.at[0] == '=' && next.at[1] != '=') {
        s->name = (struct piece){text.at, n};
        text = trimmed_piece(piece_behind(next, 1));
        n = path_size(text);
    }
    s->word = last_part((struct piece){text.at, n});
    s->path = (struct piece){text.at, n};
    s->plain = s->word.at == text.at;
    s->call = piece_behind(text, (size_t)(s->word.at - text.at));
    s->called = n < text.n && text.at[n] == '(';
    if (s->called)
        read_args(piece_behind(text, n + 1), s);
    return s->word.n > 0;
}

const struct piece *spoken_value(const struct spoken *s, const char *key, const char *alias)
{
    for (size_t i = 0; i < s->args; i++)
        if (s->arg[i].key.n &&
            (is_alike(s->arg[i].key, key) || (alias && is_alike(s->arg[i].key, alias))))
            return &s->arg[i].value;
    return NULL;
}

const struct piece *spoken_place(const struct spoken *s, size_t n)
{
    for (size_t i = 0; i < s->args; i++)
        if (!s->arg[i].key.n && !n--)
            return &s->arg[i].value;
    return NULL;
}
