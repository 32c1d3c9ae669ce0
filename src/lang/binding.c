/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the binder says of what was written. */
#include "lang/binding.h"

#include <string.h>

const char *article(const char *noun)
{
    return noun[0] && strchr("aeiou", noun[0]) ? "an" : "a";
}

static bool continues_character(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

const char *shown_text(char to[SHOWN_ROOM], const char *text)
{
    size_t size = strlen(text), n = size < SHOWN_ROOM ? size : SHOWN_ROOM - 1;
    while (n && n < size && continues_character(text[n]))
        n--;
    for (size_t i = 0; i < n; i++)
        to[i] = (unsigned char)text[i] < 0x20 || text[i] == 0x7f ? ' ' : text[i];
    to[n] = 0;
    return to;
}

/* The tree as text without blanks, for what no person wrote. */
static void print_tight(const struct node *n, char text[SHOWN_ROOM])
{
    struct str s = {0}, tight = {0};
    node_print(&s, n);
    for (size_t i = 0; i < s.size; i++)
        if (s.text[i] != ' ')
            str_bytes(&tight, s.text + i, 1);
    shown_text(text, tight.text ? tight.text : "");
    str_finish(&tight);
    str_finish(&s);
}

const char *binding_shown(const struct binding *x, const struct node *n, char text[SHOWN_ROOM])
{
    char more[SHOWN_ROOM + 4] = "";
    if (!n->where.source || !x->b->text) {
        print_tight(n, text);
        return text;
    }
    x->b->text(x->b->self, n->where, more, sizeof more);
    return shown_text(text, more);
}

const struct node *binding_resolve(const struct binding *x, const struct node *n)
{
    if (n->kind != NODE_PATH || strchr(n->text, '.') || !x->b->variable)
        return n;
    const struct node *tree = x->b->variable(x->b->self, n->text);
    return tree ? tree : n;
}

bool binding_decimal_comma(const struct binding *x, const struct node *a, const struct node *b)
{
    char between[4] = "";
    struct span gap = {a->where.source, a->where.end, b->where.at};
    if (a->kind != NODE_NUMBER || b->kind != NODE_NUMBER || strpbrk(a->text, ".e") ||
        strpbrk(b->text, ".e") || gap.end != gap.at + 1 || !x->b->text)
        return false;
    x->b->text(x->b->self, gap, between, sizeof between);
    if (strcmp(between, ",") != 0)
        return false;
    err_hint(x->e, "the decimal sign is a dot: %.20s.%.20s", a->text, b->text);
    return true;
}

int binding_deeper(const struct binding *x, struct span where, struct binding *deeper)
{
    *deeper = *x;
    if (deeper->depth++ < BINDING_DEPTH_MOST)
        return 0;
    err_at(x->e, where, "this leads from word to word without an end");
    return err_hint(x->e, "at most %d words may stand for one another", BINDING_DEPTH_MOST);
}
