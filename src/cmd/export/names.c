/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What things are called in a script. */
#include "cmd/export/names.h"

#include "cmd/export/python.h"

#include "nn/joint_term.h"
#include "nn/layer.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The name of a call as a variable that nothing else is called. */
static const char *variable(struct exported *s, const char *name, const char *more, id values)
{
    char text[PYTHON_NAME + 20];
    int n = snprintf(text, PYTHON_NAME, "%.320s%s", name, more);
    for (char *c = text; *c; c++)
        if (!isalnum((unsigned char)*c))
            *c = '_';
    for (bool again = true; again && n < PYTHON_NAME;) {
        again = python_reserves(text) || python_defines(s->parts, text);
        for (id v = 0; v < values && !again; v++)
            again = (s->name[v] && strcmp(s->name[v], text) == 0) ||
                    (s->mask[v] && strcmp(s->mask[v], text) == 0) ||
                    (s->z[v] && strcmp(s->z[v], text) == 0);
        if (again)
            n += snprintf(text + n, sizeof text - (size_t)n, "_");
    }
    return arena_text(&s->arena, text, strlen(text));
}

static bool name_values(struct exported *s)
{
    const struct graph *g = s->graph;
    bool there = true;
    for (id v = 0; v < g->values && there; v++) {
        const char *call = g->call[g->value[v].made_by].name;
        there =
            (s->name[v] = variable(s, call, "", v)) && (s->z[v] = variable(s, call, "_z", v + 1));
        if (there && g->value[v].mask == v)
            there = (s->mask[v] = variable(s, call, "_mask", v + 1)) != NULL;
    }
    return there;
}

struct place {
    id term, layer;
    size_t slot;
};

static size_t slot_place(const struct graph *g, const struct term *t)
{
    size_t i = 0;
    if (!term_is_joint(t))
        while (strcmp(g->layer[t->layer].kind->entry.args[i].name, t->slot) != 0)
            i++;
    return i;
}

static int by_place(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->layer != y->layer)
        return x->layer < y->layer ? -1 : 1;
    if (x->slot != y->slot)
        return x->slot < y->slot ? -1 : 1;
    return x->term < y->term ? -1 : x->term > y->term;
}

bool stays_near(const struct args *args)
{
    return args->entry == table_find(&penalty_kinds, "l2sp");
}

/* What a row is called: h.kernel l2(0.01); of one with numbers to stay near, its strength alone. */
static void row_text(const struct exported *s, id term, struct str *to)
{
    char text[TERM_NAME_ROOM];
    const struct term *t = &s->graph->term[term];
    const struct args *args = model_term(s->model, term);
    str_add(to, term_name(s->graph, t, text, sizeof text));
    if (term_is_joint(t))
        return;
    str_add(to, " ");
    if (!stays_near(args)) {
        args_print(to, args);
        return;
    }
    char number[NUMBER_ROOM];
    str_addf(to, "%s(%s)", args->entry->name, number_exact(penalty_strength(args), number));
}

static bool name_row(struct exported *s, size_t at)
{
    struct str text = {0};
    const id term = s->order[at];
    row_text(s, term, &text);
    const size_t size = text.size;
    for (unsigned copies = 2;; copies++) {
        size_t i = 0;
        while (i < at && text.text && strcmp(s->row[s->order[i]], text.text) != 0)
            i++;
        if (i >= at || text.failed)
            break;
        text.size = size;
        str_addf(&text, " (%u)", copies);
    }
    s->row[term] = text.failed ? NULL : arena_text(&s->arena, text.text, text.size);
    str_finish(&text);
    return s->row[term] != NULL;
}

static bool name_rows(struct exported *s)
{
    const struct graph *g = s->graph;
    struct place *place = mem_new(g->terms + 1, sizeof *place);
    if (!place)
        return false;
    for (id i = 0; i < g->terms; i++)
        place[i] = (struct place){i, g->term[i].layer, slot_place(g, &g->term[i])};
    qsort(place, g->terms, sizeof *place, by_place);
    for (size_t i = 0; i < g->terms; i++)
        s->order[i] = place[i].term;
    mem_free(place);
    bool there = true;
    for (size_t i = 0; i < g->terms && there; i++)
        there = name_row(s, i);
    return there;
}

int script_names(struct exported *s, struct err *e)
{
    const struct graph *g = s->graph;
    s->name = arena_new(&s->arena, g->values + 1, sizeof *s->name);
    s->z = arena_new(&s->arena, g->values + 1, sizeof *s->z);
    s->mask = arena_new(&s->arena, g->values + 1, sizeof *s->mask);
    s->row = arena_new(&s->arena, g->terms + 1, sizeof *s->row);
    s->order = arena_new(&s->arena, g->terms + 1, sizeof *s->order);
    const bool room = s->name && s->z && s->mask && s->row && s->order;
    return room && name_values(s) && name_rows(s) ? 0 : err_memory(e);
}

/* Whether it stands between commas. */
static bool is_refused(const char *list, const char *what)
{
    const size_t n = strlen(what);
    for (const char *at = list; at && (at = strstr(at, what)); at += n)
        if ((at == list || at[-1] == ' ') && (at[n] == ',' || !at[n]))
            return true;
    return false;
}

void script_refuse(struct exported *s, const char *what, const char *name)
{
    struct str text = {0};
    str_addf(&text, "%s%s%s", what, *name ? " " : "", name);
    if (!text.failed && !is_refused(s->refused.text, text.text)) {
        str_addf(&s->refused, "%s%s", s->refusals ? ", " : "", text.text);
        s->refusals++;
    }
    s->refused.failed = s->refused.failed || text.failed;
    str_finish(&text);
}
