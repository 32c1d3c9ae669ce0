/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/verbs/catalogue.h"

#include "base/out.h"
#include "cmd/session/library.h"
#include "cmd/verbs/help_text.h"
#include "nn/penalty.h"

#include <string.h>

static void add_picture(struct str *to, const struct penalty_kind *kind)
{
    const char *name = kind->entry.name;
    if (kind->picture)
        str_addf(to, "![%s: value and pull](catalogue/%s.svg)\n\nDrawn: `%s`\n\n", name, name,
                 kind->picture);
    else
        str_add(to, "No picture: what it is cannot be seen while one number moves.\n\n");
}

static void add_row(struct str *to, const struct catalog *c, const struct entry *row)
{
    str_addf(to, "### %s\n\n    ", row->name);
    help_usage(to, c, row);
    str_add(to, "\n\n");
    if (c->table == &penalty_kinds) {
        add_picture(to, (const struct penalty_kind *)row);
        str_addf(to, "Value: `%s`\n\n", ((const struct penalty_kind *)row)->formula);
    }
    help_filled(to, row->details);
    str_add(to, "\n");
    help_use(to, c->table, row);
    str_add(to, "\n");
}

static bool regularizes(const struct entry *row)
{
    return row->use != NULL;
}

static void add_table(struct str *to, const struct catalog *c)
{
    bool begun = false;
    for (size_t i = 0; i < c->table->rows; i++) {
        if (!regularizes(c->table->row[i]))
            continue;
        if (!begun)
            str_addf(to, "## %s\n\n", c->title);
        begun = true;
        add_row(to, c, c->table->row[i]);
    }
}

/* Whether a row before row k of table t has that key. */
static bool key_is_known(const struct table *t, size_t k, const struct arg_spec *key)
{
    for (size_t i = 0; i < k; i++)
        for (size_t a = 0; a < t->row[i]->arg_count; a++)
            if (strcmp(t->row[i]->args[a].name, key->name) == 0 && t->row[i]->args[a].use)
                return true;
    return false;
}

static void add_keys(struct str *to, const struct catalog *c)
{
    const struct table *t = c->table;
    for (size_t i = 0; i < t->rows; i++)
        for (size_t a = 0; a < t->row[i]->arg_count; a++) {
            const struct arg_spec *key = &t->row[i]->args[a];
            if (!key->use || key_is_known(t, i, key))
                continue;
            str_addf(to, "### %s=\n\nOf %s %s.\n\n", key->name, t->noun, t->row[i]->name);
            help_argument(to, key, "- ");
            str_add(to, "\n");
            help_filled(to, key->use);
            str_add(to, "\n");
        }
}

/* The library is paragraphs: lines of comments, then the definition. The first one is about all. */
static void add_library(struct str *to)
{
    size_t left;
    const char *text = library_text(LIBRARY_NAME, &left);
    str_add(to, "## Formulas of one's own\n\n");
    while (left) {
        const char *end = memchr(text, '\n', left);
        const size_t n = end ? (size_t)(end - text) : left;
        const bool comment = n && *text == '#';
        const size_t skip = comment ? n > 1 ? 2 : 1 : 0;
        str_add(to, n && !comment ? "\n    " : "");
        str_bytes(to, text + skip, n - skip);
        str_add(to, "\n");
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
