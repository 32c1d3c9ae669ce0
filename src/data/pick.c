/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/pick.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN = 100 }; /* bytes of a name in a message */

bool pick_is(const struct arg *words, const char *word)
{
    const struct written *first = words->as.words.item;
    return words->as.words.count == 1 && !first->quoted && strcmp(first->text, word) == 0;
}

static bool is_number(const struct written *w)
{
    return !w->quoted && w->text[strspn(w->text, "0123456789")] == 0;
}

static int no_such(const struct choice *c, const char *word, struct span where, struct err *e)
{
    struct nearest near = {0};
    for (size_t i = 0; i < c->count && c->name; i++)
        nearest_try(&near, word, c->name[i]);
    err_at(e, where, "no %s \"%.*s\" %s", c->noun, SHOWN, word, c->of);
    if (near.name)
        return err_hint(e, "did you mean \"%.*s\"?", SHOWN, near.name);
    if (!c->name)
        return err_hint(e, "a %s is named by its number, 1 to %zu, or last", c->noun, c->count);
    return err_hint(e, "name it as it is written there, or by its number, 1 to %zu, or last",
                    c->count);
}

static int twice_there(const struct choice *c, const char *word, struct span where, struct err *e)
{
    err_at(e, where, "\"%.*s\" is the name of several %ss %s", SHOWN, word, c->noun, c->of);
    return err_hint(e, "give its number, 1 to %zu", c->count);
}

static int find_name(const struct choice *c, const struct written *w, struct span where,
                     size_t *found, struct err *e)
{
    size_t same = 0;
    for (size_t i = 0; i < c->count && c->name; i++)
        if (strcmp(c->name[i], w->text) == 0 && !same++)
            *found = i;
    if (same == 1)
        return 0;
    return same ? twice_there(c, w->text, where, e) : no_such(c, w->text, where, e);
}

static int find_column(const struct choice *c, const struct written *w, struct span where,
                       size_t *found, struct err *e)
{
    if (is_number(w)) {
        unsigned long long n = strtoull(w->text, NULL, 10);
        *found = (size_t)n - 1;
        return n >= 1 && n <= c->count ? 0 : no_such(c, w->text, where, e);
    }
    if (w->quoted || strcmp(w->text, "last") != 0)
        return find_name(c, w, where, found, e);
    for (*found = c->count; *found && c->taken[*found - 1];)
        --*found;
    if ((*found)--)
        return 0;
    err_at(e, where, "no %s is left %s", c->noun, c->of);
    return err_hint(e, "name fewer of them");
}

int pick(struct choice *c, const struct arg *words, size_t *picked, size_t *count, struct err *e)
{
    *count = 0;
    for (size_t i = 0; i < words->as.words.count; i++) {
        const struct written *w = &words->as.words.item[i];
        struct span where = w->where.source ? w->where : c->where;
        size_t found = 0;
        if (find_column(c, w, where, &found, e))
            return -1;
        if (c->taken[found]) {
            err_at(e, where, "%s \"%.*s\" is named twice", c->noun, SHOWN, w->text);
            return err_hint(e, "each stands once, as a target or as dropped");
        }
        c->taken[found] = true;
        picked[(*count)++] = found;
    }
    return 0;
}
