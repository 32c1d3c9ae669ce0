/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/verbs/catalogue.h"

#include "base/out.h"
#include "cmd/session/library.h"
#include "cmd/verbs/help_text.h"
#include "nn/penalty.h"

#include <string.h>

/* Markdown would take the stars of a formula for emphasis. */
static void add_starred(struct str *to, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        str_add(to, text[i] == '*' ? "\\" : "");
        str_bytes(to, text + i, 1);
    }
}

static void add_prose(struct str *to, const char *text)
{
    struct str starred = {0};
    add_starred(&starred, text, strlen(text));
    help_filled(to, starred.text);
    to->failed = to->failed || starred.failed;
    str_finish(&starred);
}

/* Of a use, n bytes that begin with the penalty's name. */
static void add_picture(struct str *to, const char *use, size_t n)
{
    const int name = (int)strcspn(use, "(");
    str_addf(to, "![%.*s: value and pull](catalogue/%.*s.svg)\n\nDrawn: `%.*s`\n", name, use, name,
             use, (int)n, use);
}

static void add_row(struct str *to, const struct catalog *c, const struct entry *row)
{
    str_addf(to, "### %s\n\n    ", row->name);
    help_usage(to, c, row);
    str_add(to, "\n\n");
    if (c->table == &penalty_kinds) {
        const struct penalty_kind *kind = (const struct penalty_kind *)row;
        if (kind->picture)
            add_picture(to, kind->picture, strlen(kind->picture));
        else
            str_add(to, "No picture: what it is cannot be seen while one number moves.\n");
        str_addf(to, "\nValue: `%s`\n\n", kind->formula);
    }
    add_prose(to, row->details);
    str_add(to, "\n");
    help_use(to, c->table, row);
    str_add(to, "\n");
}

static void add_table(struct str *to, const struct catalog *c)
{
    bool begun = false;
    for (size_t i = 0; i < c->table->rows; i++) {
        if (!c->table->row[i]->use)
            continue;
        if (!begun)
            str_addf(to, "## %s\n\n", c->title);
        begun = true;
        add_row(to, c, c->table->row[i]);
    }
}

static const struct arg_spec *find_key(const struct entry *row, const char *name)
{
    for (size_t i = 0; i < row->arg_count; i++)
        if (strcmp(row->args[i].name, name) == 0)
            return &row->args[i];
    return NULL;
}

/* A key that several rows take is told at the first of them. */
static void add_key(struct str *to, const struct table *t, size_t first, const struct arg_spec *key)
{
    size_t takers = 0;
    for (size_t i = 0; i < t->rows; i++) {
        const bool takes = find_key(t->row[i], key->name) != NULL;
        if (takes && i < first)
            return;
        takers += takes;
    }
    str_addf(to, "### %s=\n\n", key->name);
    if (takers == t->rows)
        str_addf(to, "Of every %s.\n\n", t->noun);
    else
        str_addf(to, "Of %s %s%s.\n\n", t->noun, t->row[first]->name,
                 takers > 1 ? " and others" : "");
    help_argument(to, key, "- ");
    struct str use = {0};
    str_addf(&use, "When: %s", key->use);
    str_add(to, "\n");
    add_prose(to, use.text ? use.text : "");
    to->failed = to->failed || use.failed;
    str_finish(&use);
    str_add(to, "\n");
}

static void add_keys(struct str *to, const struct catalog *c)
{
    for (size_t i = 0; i < c->table->rows; i++)
        for (size_t a = 0; a < c->table->row[i]->arg_count; a++)
            if (c->table->row[i]->args[a].use)
                add_key(to, c->table, i, &c->table->row[i]->args[a]);
}

/* A line of the library: a comment, a comment that says what is drawn, or a definition. */
static void add_line(struct str *to, const char *line, size_t n)
{
    static const char drawn[] = "# Picture: ";
    const size_t lead = sizeof drawn - 1;
    if (n > lead && strncmp(line, drawn, lead) == 0) {
        str_add(to, "\n");
        add_picture(to, line + lead, n - lead);
    } else if (n && *line == '#') {
        const size_t skip = n > 1 ? 2 : 1;
        add_starred(to, line + skip, n - skip);
        str_add(to, "\n");
    } else {
        str_add(to, n ? "\n    " : "");
        str_bytes(to, line, n);
        str_add(to, "\n");
    }
}

static void add_library(struct str *to)
{
    size_t left;
    const char *text = library_text(LIBRARY_NAME, &left);
    str_add(to, "## Formulas of one's own\n\n");
    while (left) {
        const char *end = memchr(text, '\n', left);
        const size_t n = end ? (size_t)(end - text) : left;
        add_line(to, text, n);
        text += n + (end ? 1 : 0);
        left -= n + (end ? 1 : 0);
    }
}

static const char head[] =
    "# What one regularizes with\n\n"
    "Written by the program from its own tables (`nnr --catalogue`); do not edit. The pictures are "
    "made by\n`scripts/make-catalogue.py`: the value of the penalty (blue) and its pull, which is "
    "minus its slope\n(red), while one number moves. What all of it takes stands in "
    "[the reference](reference.md).\n\n"
    "Other systems: `emulate` computes what each would have made of the penalties of a model. "
    "Where none\nof them has such a thing this page says so; `emulate` then treats it as those "
    "systems treat any\npenalty that a person writes for them.\n\n";

void catalogue_write(const struct out *to)
{
    struct str text = {0};
    str_add(&text, head);
    for (size_t i = 0; i < catalogs; i++)
        add_table(&text, &catalog[i]);
    str_add(&text, "## Keys\n\n");
    for (size_t i = 0; i < catalogs; i++)
        add_keys(&text, &catalog[i]);
    add_library(&text);
    if (!text.failed)
        to->write(to->self, text.text, text.size);
    str_finish(&text);
}
