/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/entry.h"

#include <assert.h>
#include <string.h>

static bool is_named(const char *name, const char *alias, const char *word)
{
    return strcmp(name, word) == 0 || (alias && strcmp(alias, word) == 0);
}

bool arg_is_named(const struct arg_spec *spec, const char *name)
{
    return is_named(spec->name, spec->alias, name);
}

const struct entry *table_find(const struct table *t, const char *name)
{
    for (size_t i = 0; i < t->rows; i++)
        if (is_named(t->row[i]->name, t->row[i]->alias, name))
            return t->row[i];
    return NULL;
}

/* Optimal string alignment: insertions, deletions, replacements and swaps of neighbours. */
static size_t edit_distance(const char *a, const char *b)
{
    enum { MOST = 40 };
    size_t n = strlen(a), m = strlen(b);
    if (n > MOST || m > MOST)
        return MOST;
    size_t row[3][MOST + 1];
    for (size_t j = 0; j <= m; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = row[i % 3], *above = row[(i + 2) % 3], *two = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);
            best = above[j] + 1 < best ? above[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = two[j - 2] + 1 < best ? two[j - 2] + 1 : best;
            now[j] = best;
        }
    }
    return row[n % 3][m];
}

/* How many slips may lie between two words, for one to be meant by the other. */
static size_t slips_most(const char *word, const char *candidate)
{
    const size_t a = strlen(word), b = strlen(candidate);
    const size_t shorter = a < b ? a : b;
    if (shorter < 5 || word[0] != candidate[0])
        return a > 1;
    return shorter < 9 ? 2 : 3;
}

void nearest_try(struct nearest *n, const char *word, const char *candidate)
{
    const size_t d = edit_distance(word, candidate);
    if (d <= slips_most(word, candidate) && (!n->name || d < n->distance))
        *n = (struct nearest){.name = candidate, .distance = d};
}

void nearest_in_table(struct nearest *n, const char *word, const struct table *t)
{
    for (size_t i = 0; i < t->rows; i++) {
        nearest_try(n, word, t->row[i]->name);
        if (t->row[i]->alias)
            nearest_try(n, word, t->row[i]->alias);
    }
}

size_t entry_meaning(const struct entry *entry, enum arg_meaning meaning)
{
    size_t i = 0;
    while (i < entry->arg_count && entry->args[i].meaning != meaning)
        i++;
    return i;
}

const struct arg *args_get(const struct args *a, const char *name)
{
    /* Most often the very same literal, which the linker keeps once. */
    for (size_t i = 0; i < a->entry->arg_count; i++)
        if (a->entry->args[i].name == name)
            return &a->arg[i];
    for (size_t i = 0; i < a->entry->arg_count; i++)
        if (strcmp(a->entry->args[i].name, name) == 0)
            return &a->arg[i];
    assert(false); /* the entry has no such argument */
    return NULL;
}

long args_whole(const struct args *a, const char *name)
{
    return args_get(a, name)->as.whole;
}

double args_number(const struct args *a, const char *name)
{
    return args_get(a, name)->as.number;
}

bool args_yes(const struct args *a, const char *name)
{
    return args_get(a, name)->as.yes;
}

const char *args_text(const struct args *a, const char *name)
{
    return args_get(a, name)->as.text;
}

static void *copy_array(struct arena *to, const void *from, size_t count, size_t size)
{
    void *copy = arena_new(to, count, size);
    if (copy && count)
        memcpy(copy, from, count * size);
    return copy;
}

static int copy_calls(struct arena *to, struct arg *a)
{
    struct args **item = arena_new(to, a->as.calls.count, sizeof(struct args *));
    if (!item)
        return -1;
    for (size_t i = 0; i < a->as.calls.count; i++)
        if (!(item[i] = args_copy(to, a->as.calls.item[i])))
            return -1;
    a->as.calls.item = item;
    return 0;
}

static int copy_names(struct arena *to, struct arg *a)
{
    size_t n = a->as.names.count;
    const char **item = arena_new(to, n, sizeof(char *));
    a->as.names.where = copy_array(to, a->as.names.where, n, sizeof(struct span));
    if (!item || !a->as.names.where)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (!(item[i] = arena_text(to, a->as.names.item[i], strlen(a->as.names.item[i]))))
            return -1;
    a->as.names.item = item;
    return 0;
}

static int copy_numbers(struct arena *to, struct arg *a)
{
    a->as.numbers.item = copy_array(to, a->as.numbers.item, a->as.numbers.count, sizeof(double));
    a->as.numbers.border =
        copy_array(to, a->as.numbers.border, a->as.numbers.borders, sizeof(uint32_t));
    return a->as.numbers.item && a->as.numbers.border ? 0 : -1;
}

static int copy_text(struct arena *to, struct arg *a)
{
    if (!a->as.text)
        return 0;
    a->as.text = arena_text(to, a->as.text, strlen(a->as.text));
    return a->as.text ? 0 : -1;
}

int file_name_copy(struct arena *to, struct file_name *f)
{
    const bool anywhere = !f->within;
    if (!f->name)
        return 0;
    f->name = arena_text(to, f->name, strlen(f->name));
    f->path = arena_text(to, f->path, strlen(f->path));
    if (!anywhere)
        f->within = arena_text(to, f->within, strlen(f->within));
    return f->name && f->path && (anywhere || f->within) ? 0 : -1;
}

static int copy_files(struct arena *to, struct arg *a)
{
    size_t n = a->as.files.count;
    a->as.files.item = copy_array(to, a->as.files.item, n, sizeof(struct file_name));
    for (size_t i = 0; i < n; i++)
        if (!a->as.files.item || file_name_copy(to, &a->as.files.item[i]))
            return -1;
    return a->as.files.item ? 0 : -1;
}

static int copy_words(struct arena *to, struct arg *a)
{
    size_t n = a->as.words.count;
    struct written *item = copy_array(to, a->as.words.item, n, sizeof *item);
    if (!item)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (!(item[i].text = arena_text(to, item[i].text, strlen(item[i].text))))
            return -1;
    a->as.words.item = item;
    return 0;
}

static int copy_rows(struct arena *to, struct arg *a)
{
    if (!a->as.rows)
        return 0;
    struct rows *r = copy_array(to, a->as.rows, 1, sizeof *r);
    if (!r)
        return -1;
    r->cell = copy_array(to, r->cell, r->count * (r->inputs + r->targets), sizeof(double));
    a->as.rows = r;
    return r->cell ? 0 : -1;
}

static int copy_call(struct arena *to, struct arg *a)
{
    if (!a->as.call)
        return 0;
    a->as.call = args_copy(to, a->as.call);
    return a->as.call ? 0 : -1;
}

static int copy_arg(struct arena *to, struct arg *a)
{
    switch (a->type) {
    case ARG_STRING:
    case ARG_NAME:
    case ARG_PATH:
        return copy_text(to, a);
    case ARG_FILE:
        return file_name_copy(to, &a->as.file);
    case ARG_FILES:
        return copy_files(to, a);
    case ARG_WORDS:
        return copy_words(to, a);
    case ARG_NAMES:
    case ARG_CHOICES:
        return copy_names(to, a);
    case ARG_CALL:
    case ARG_ENTRY:
        return copy_call(to, a);
    case ARG_SUM:
        return copy_calls(to, a);
    case ARG_NUMBERS:
    case ARG_BORDERS:
        return copy_numbers(to, a);
    case ARG_ROWS:
        return copy_rows(to, a);
    case ARG_EXPR:
    case ARG_EXPRS:
    case ARG_BODY:
    case ARG_PAIR:
    case ARG_WHOLE:
    case ARG_NUMBER:
    case ARG_BOOL:
    case ARG_SHAPE:
    case ARG_CHOICE:
        return 0;
    }
    return 0;
}

struct args *args_copy(struct arena *to, const struct args *a)
{
    struct args *copy = copy_array(to, a, 1, sizeof *a);
    if (!copy)
        return NULL;
    copy->arg = copy_array(to, a->arg, a->entry->arg_count, sizeof *a->arg);
    if (!copy->arg)
        return NULL;
    for (size_t i = 0; i < a->entry->arg_count; i++)
        if (copy_arg(to, &copy->arg[i]))
            return NULL;
    return copy;
}

static void print_numbers(struct str *to, const struct arg *a)
{
    char text[NUMBER_ROOM];
    for (size_t i = 0; i < a->as.numbers.count; i++)
        str_addf(to, "%s%s", i ? ", " : "", number_exact(a->as.numbers.item[i], text));
}

static void print_calls(struct str *to, const struct arg *a)
{
    if (!a->as.calls.count)
        str_add(to, "none");
    for (size_t i = 0; i < a->as.calls.count; i++) {
        str_add(to, i ? "+" : "");
        args_print(to, a->as.calls.item[i]);
    }
}

static void print_string(struct str *to, const char *text)
{
    str_add(to, "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            str_addf(to, "\\%c", *text);
        else if (*text == '\n')
            str_add(to, "\\n");
        else if (*text == '\t')
            str_add(to, "\\t");
        else
            str_bytes(to, text, 1);
    }
    str_add(to, "\"");
}

static void print_files(struct str *to, const struct arg *a)
{
    for (size_t i = 0; i < a->as.files.count; i++) {
        str_add(to, i ? ", " : "");
        print_string(to, a->as.files.item[i].name);
    }
}

static void print_words(struct str *to, const struct arg *a)
{
    for (size_t i = 0; i < a->as.words.count; i++) {
        const struct written *w = &a->as.words.item[i];
        str_add(to, i ? ", " : "");
        if (w->quoted)
            print_string(to, w->text);
        else
            str_add(to, w->text);
    }
}

void arg_print(struct str *to, const struct arg *a)
{
    char text[128];
    switch (a->type) {
    case ARG_WHOLE:
        str_addf(to, "%ld", a->as.whole);
        break;
    case ARG_NUMBER:
        str_add(to, number_exact(a->as.number, text));
        break;
    case ARG_BOOL:
        str_add(to, a->as.yes ? "yes" : "no");
        break;
    case ARG_STRING:
        print_string(to, a->as.text ? a->as.text : "");
        break;
    case ARG_FILE:
        print_string(to, a->as.file.name ? a->as.file.name : "");
        break;
    case ARG_FILES:
        print_files(to, a);
        break;
    case ARG_WORDS:
        print_words(to, a);
        break;
    case ARG_NAME:
    case ARG_PATH:
        str_add(to, a->as.text ? a->as.text : "");
        break;
    case ARG_CHOICE:
        str_add(to, a->as.choice ? a->as.choice->name : "");
        break;
    case ARG_SHAPE:
        str_add(to, shape_text(&a->as.shape, text, sizeof text));
        break;
    case ARG_NAMES:
    case ARG_CHOICES:
        for (size_t i = 0; i < a->as.names.count; i++)
            str_addf(to, "%s%s", i ? ", " : "", a->as.names.item[i]);
        break;
    case ARG_CALL:
    case ARG_ENTRY:
        if (a->as.call)
            args_print(to, a->as.call);
        break;
    case ARG_SUM:
        print_calls(to, a);
        break;
    case ARG_NUMBERS:
    case ARG_BORDERS:
        print_numbers(to, a);
        break;
    case ARG_EXPR:
    case ARG_EXPRS:
    case ARG_BODY:
    case ARG_PAIR:
    case ARG_ROWS:
        break;
    }
}

/* `brief`: numbers with six digits. */
static void print_args(struct str *to, const struct args *a, bool brief)
{
    size_t shown = 0;
    bool skipped = false; /* what stands behind it needs its name */
    char text[NUMBER_ROOM];
    str_add(to, a->entry->name);
    for (size_t i = 0; i < a->entry->arg_count; i++) {
        const struct arg_spec *spec = &a->entry->args[i];
        skipped = skipped || !a->arg[i].given;
        if (!a->arg[i].given || spec->form == CLAUSE || spec->form == BODY)
            continue;
        str_add(to, shown++ ? ", " : "(");
        if (spec->form == KEY || skipped)
            str_addf(to, "%s=", spec->name);
        if (brief && spec->type == ARG_NUMBER)
            str_add(to, number_text(a->arg[i].as.number, text));
        else
            arg_print(to, &a->arg[i]);
    }
    str_add(to, shown ? ")" : "");
}

void args_print(struct str *to, const struct args *a)
{
    print_args(to, a, false);
}

void args_print_brief(struct str *to, const struct args *a)
{
    print_args(to, a, true);
}
