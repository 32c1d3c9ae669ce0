/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/verbs/topics.h"

#include "cmd/common/settings.h"
#include "cmd/exec/foreign.h"
#include "cmd/exec/foreign_words.h"
#include "cmd/verbs/help_text.h"

#include "data/dataset.h"
#include "nn/layer.h"
#include "train/opt.h"

#include <ctype.h>
#include <string.h>

/* All tables: those of the catalog, and those that only an argument leads to. */
enum { TABLES_MOST = 48 };
struct tables {
    const struct table *item[TABLES_MOST];
    size_t count;
};

static void add_table(struct tables *all, const struct table *t)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->item[i] == t)
            return;
    if (t && all->count < TABLES_MOST)
        all->item[all->count++] = t;
}

static struct tables find_tables(void)
{
    struct tables all = {0};
    for (size_t i = 0; i < catalogs; i++)
        add_table(&all, catalog[i].table);
    for (size_t i = 0; i < all.count; i++)
        for (size_t k = 0; k < all.item[i]->rows; k++)
            for (size_t a = 0; a < all.item[i]->row[k]->arg_count; a++)
                add_table(&all, all.item[i]->row[k]->args[a].of);
    return all;
}

static const struct catalog *catalog_of(const struct table *t)
{
    for (size_t i = 0; i < catalogs; i++)
        if (catalog[i].table == t)
            return &catalog[i];
    return NULL;
}

/* Titles begin with a capital. */
static bool is_title(const char *title, const char *word)
{
    return tolower((unsigned char)title[0]) == word[0] && strcmp(title + 1, word + 1) == 0;
}

/* A word may be several things: activation is a verb, sum a function and a reduction. */
static size_t add_rows(struct str *to, const struct tables *all, const char *word)
{
    size_t found = 0;
    for (size_t i = 0; i < all->count; i++) {
        const struct entry *row = table_find(all->item[i], word);
        const struct catalog *c = catalog_of(all->item[i]);
        const struct catalog unlisted = {.table = all->item[i], .lead = ""};
        if (!row)
            continue;
        str_add(to, found++ ? "\n" : "");
        help_entry(to, c ? c : &unlisted, row);
    }
    return found;
}

static void add_list(struct str *to, const struct table *t)
{
    size_t widest = 0;
    for (size_t i = 0; i < t->rows; i++) {
        const size_t n = strlen(t->row[i]->name);
        widest = n > widest ? n : widest;
    }
    for (size_t i = 0; i < t->rows; i++)
        str_addf(to, "  %-*s  %s\n", (int)widest, t->row[i]->name, t->row[i]->summary);
}

static size_t add_lists(struct str *to, const struct tables *all, const char *word, size_t found)
{
    size_t lists = 0;
    for (size_t i = 0; i < all->count; i++) {
        const struct table *t = all->item[i];
        const struct catalog *c = catalog_of(t);
        if (strcmp(t->noun, word) != 0 && !(c && is_title(c->title, word)))
            continue;
        str_addf(to, "%sEach %s:\n", found + lists++ ? "\n" : "", t->noun);
        add_list(to, t);
    }
    return lists;
}

/* The line of set that changes an argument later; NULL if there is none. */
static const char *changed_by(const struct table *t, const struct arg_spec *spec)
{
    if (t == &layer_kinds && spec->form != CLAUSE && setting_changes(spec))
        return "set NAME.";
    if (t == &opt_kinds)
        return "set optimizer.";
    return t == &data_kinds && setting_part_of("data")->changes(spec) ? "set data." : NULL;
}

/* Whether both are one argument in two rows. */
static bool is_same(const struct arg_spec *a, const struct arg_spec *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->line, b->line) == 0;
}

static bool is_default(const struct arg_spec *a, const struct arg_spec *b)
{
    return a->standard == b->standard ||
           (a->standard && b->standard && strcmp(a->standard, b->standard) == 0);
}

static const struct arg_spec *find_same(const struct entry *row, const struct arg_spec *like)
{
    for (size_t a = 0; a < row->arg_count; a++)
        if (is_same(&row->args[a], like))
            return &row->args[a];
    return NULL;
}

/* The rows of a table that take the argument `like`, whose default goes if theirs differ; returns
 * one of them. */
static const struct arg_spec *add_takers(struct str *to, const struct table *t,
                                         struct arg_spec *like)
{
    const struct catalog *c = catalog_of(t);
    const struct arg_spec *spec = NULL;
    struct str names = {0};
    size_t n = 0;
    for (size_t i = 0; i < t->rows; i++) {
        const struct arg_spec *same = find_same(t->row[i], like);
        if (!same)
            continue;
        spec = same;
        n++;
        str_addf(&names, ", %s%s", c ? c->lead : "", t->row[i]->name);
        if (!is_default(same, like))
            like->standard = NULL;
    }
    if (n > 1 && n == t->rows)
        str_addf(to, ", each %s", t->noun);
    else
        str_bytes(to, names.text ? names.text : "", names.size);
    to->failed = to->failed || names.failed;
    str_finish(&names);
    return spec;
}

static void add_use(struct str *to, const struct tables *all, const struct arg_spec *spec)
{
    struct arg_spec shown = *spec;
    struct str takers = {0};
    const char *set = NULL;
    for (size_t i = 0; i < all->count; i++) {
        const struct arg_spec *taken = add_takers(&takers, all->item[i], &shown);
        if (taken && !set)
            set = changed_by(all->item[i], taken);
    }
    to->failed = to->failed || takers.failed;
    help_argument(to, &shown, "");
    struct str line = {0};
    if (shown.use)
        str_addf(&line, "When: %s", shown.use);
    help_filled(to, line.text);
    to->failed = to->failed || line.failed;
    str_finish(&line);
    str_addf(&line, "taken by %s", takers.size > 2 ? takers.text + 2 : "");
    help_filled(to, line.text);
    to->failed = to->failed || line.failed;
    if (set)
        str_addf(to, "changed later by %s%s = VALUE\n", set, spec->name);
    str_finish(&line);
    str_finish(&takers);
}

/* Arguments of that name, each meaning once. */
static size_t add_args(struct str *to, const struct tables *all, const char *word, size_t found)
{
    enum { MEANINGS = 40 };
    const struct arg_spec *told[MEANINGS];
    size_t n = 0;
    for (size_t i = 0; i < all->count; i++)
        for (size_t k = 0; k < all->item[i]->rows; k++)
            for (size_t a = 0; a < all->item[i]->row[k]->arg_count; a++) {
                const struct arg_spec *spec = &all->item[i]->row[k]->args[a];
                bool known = n == MEANINGS || !arg_is_named(spec, word);
                for (size_t t = 0; t < n && !known; t++)
                    known = is_same(told[t], spec);
                if (known)
                    continue;
                told[n++] = spec;
                str_add(to, found + n > 1 ? "\n" : "");
                add_use(to, all, spec);
            }
    return n;
}

/* How lines of another system are written here. */
static bool add_foreign(struct str *to, const char *word)
{
    for (size_t i = 0; i < FOREIGN_PAGES; i++) {
        const struct foreign_lines *page = &foreign_pages[i];
        if (strcmp(word, page->topic) != 0 && strcmp(word, page->alias) != 0)
            continue;
        str_addf(to, "Lines of %s, and what is written here. The prompt answers each of them so:\n",
                 page->title);
        for (size_t k = 0; k < page->lines; k++) {
            struct str line = {0}, note = {0};
            const enum foreign is =
                foreign_translate(NULL, page->line[k], strlen(page->line[k]), &line, &note);
            str_addf(to, "  %s\n      %s%s\n", page->line[k], line.text ? line.text : "",
                     is == FOREIGN_LATER ? " is not in this version" : "");
            if (note.size)
                str_addf(to, "      (%s)\n", note.text);
            to->failed = to->failed || line.failed || note.failed;
            str_finish(&line);
            str_finish(&note);
        }
        return true;
    }
    return false;
}

/* Of a word that means something else there: fit. */
static void add_elsewhere(struct str *to, const char *word)
{
    struct str line = {0}, note = {0};
    if (foreign_translate(NULL, word, strlen(word), &line, &note) == FOREIGN_LINE)
        str_addf(to, "\nWhat Keras or PyTorch call %s is here: %s\n", word,
                 line.text ? line.text : "");
    to->failed = to->failed || line.failed;
    str_finish(&line);
    str_finish(&note);
}

static bool add_topic(struct str *to, const char *word)
{
    const struct tables all = find_tables();
    size_t found = add_rows(to, &all, word);
    found += add_lists(to, &all, word, found);
    found += add_args(to, &all, word, found);
    if (found)
        add_elsewhere(to, word);
    return found > 0;
}

/* The page of a system, and what else its name is here: a value of for=. */
static bool add_system(struct str *to, const char *topic)
{
    struct str rows = {0};
    if (!add_foreign(to, topic))
        return false;
    if (add_topic(&rows, topic))
        str_addf(to, "\n%s", rows.text);
    to->failed = to->failed || rows.failed;
    str_finish(&rows);
    return true;
}

bool help_topic(struct str *to, const char *topic)
{
    if (!topic)
        help_overview(to);
    else if (strcmp(topic, "expressions") == 0)
        help_expressions(to);
    else if (!add_system(to, topic) && !add_topic(to, topic)) {
        /* optimizer.lr, hidden.kernel: the key. */
        const char *dot = strrchr(topic, '.');
        return dot && dot[1] && add_topic(to, dot + 1);
    }
    return true;
}

void topics_rows(void (*each)(void *self, const struct table *of, const struct entry *row),
                 void *self)
{
    const struct tables all = find_tables();
    for (size_t i = 0; i < all.count; i++)
        for (size_t k = 0; k < all.item[i]->rows; k++)
            each(self, all.item[i], all.item[i]->row[k]);
}

void topics_each(void (*each)(void *self, const char *word), void *self)
{
    const struct tables all = find_tables();
    each(self, "expressions");
    for (size_t i = 0; i < FOREIGN_PAGES; i++)
        each(self, foreign_pages[i].topic);
    for (size_t i = 0; i < all.count; i++) {
        const struct table *t = all.item[i];
        const struct catalog *c = catalog_of(t);
        char title[40] = "";
        if (c)
            strncat(title, c->title, sizeof title - 1);
        *title = (char)tolower((unsigned char)*title);
        if (c)
            each(self, title);
        each(self, t->noun);
        for (size_t k = 0; k < t->rows; k++) {
            each(self, t->row[k]->name);
            for (size_t a = 0; a < t->row[k]->arg_count; a++)
                each(self, t->row[k]->args[a].name);
        }
    }
}
