/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/verbs/help_search.h"

#include "cmd/session/words.h"
#include "cmd/verbs/topics.h"

#include <string.h>

struct search {
    struct str *to;
    const char *word;
    size_t found;
};

static bool has_word(const char *text, const char *word)
{
    return text && strcasestr(text, word);
}

/* A key such as kernel_init is one of many layers, and is told once. */
static void add_key(struct search *x, const struct arg_spec *spec)
{
    struct str line = {0};
    str_addf(&line, "  %s%s  %s\n", spec->name, spec->form == KEY ? "=" : "", spec->line);
    if (!line.failed && !(x->to->size && strstr(x->to->text, line.text))) {
        str_add(x->to, line.text);
        x->found++;
    }
    x->to->failed = x->to->failed || line.failed;
    str_finish(&line);
}

static void look_into(void *self, const struct table *of, const struct entry *row)
{
    struct search *x = self;
    const char *const texts[] = {row->name,    row->alias, row->summary,
                                 row->details, row->use,   row->source};
    bool found = false;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        found = found || has_word(texts[i], x->word);
    if (found) {
        str_addf(x->to, "  %s (%s)  %s\n", row->name, of->noun, row->summary);
        x->found++;
    }
    for (size_t i = 0; i < row->arg_count; i++)
        if (row->args[i].line &&
            (has_word(row->args[i].name, x->word) || has_word(row->args[i].line, x->word)))
            add_key(x, &row->args[i]);
}

size_t help_search(struct str *to, const char *word)
{
    struct search x = {.to = to, .word = word};
    topics_rows(look_into, &x);
    return x.found;
}

struct example {
    const char *name, *text;
};

static void take_example(void *self, const struct table *of, const struct entry *row)
{
    struct example *x = self;
    const bool named =
        strcmp(row->name, x->name) == 0 || (row->alias && strcmp(row->alias, x->name) == 0);
    (void)of;
    if (!x->text && named)
        x->text = row->example;
}

const char *help_example(const char *name)
{
    struct example x = {.name = name};
    topics_rows(take_example, &x);
    return x.text;
}
