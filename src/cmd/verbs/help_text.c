/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/verbs/help_text.h"

#include "base/out.h"
#include "expr/functions.h"
#include "lang/token.h"
#include "lang/usage.h"
#include "nn/penalty.h"
#include "train/emulate.h"

#include <stdio.h>
#include <string.h>

void help_usage(struct str *to, const struct catalog *c, const struct entry *entry)
{
    str_add(to, c->lead);
    if (c->call && entry->arg_count)
        usage_call_print(to, entry);
    else
        usage_print(to, entry);
}

/* "0 to 1", "above 0", "1 or more": what a number may be; nothing when any may. */
static void add_range(struct str *to, const struct arg_spec *spec)
{
    char low[NUMBER_ROOM], high[NUMBER_ROOM];
    const bool number = spec->type == ARG_WHOLE || spec->type == ARG_NUMBER;
    if (!number || (spec->min == 0 && spec->max == 0))
        return;
    number_text(spec->min, low);
    if (spec->above)
        str_addf(to, "; above %s", low);
    else if (spec->max < 1e29)
        str_addf(to, "; %s to %s", low, number_text(spec->max, high));
    else
        str_addf(to, "; %s or more", low);
}

void help_argument(struct str *to, const struct arg_spec *spec, const char *before)
{
    str_addf(to, "%s%s%s", before, spec->name, spec->form == KEY ? "=" : "");
    str_addf(to, ": %s", spec->line ? spec->line : "");
    add_range(to, spec);
    if (spec->standard)
        str_addf(to, "; default %s", spec->standard);
    if (spec->alias)
        str_addf(to, "; also %s", spec->alias);
    str_add(to, "\n");
    for (size_t i = 0; spec->lists && i < spec->of->rows; i++)
        str_addf(to, "    %-16s %s\n", spec->of->row[i]->name, spec->of->row[i]->summary);
}

static void add_indented(struct str *to, const char *text)
{
    while (text && *text) {
        size_t n = strcspn(text, "\n");
        str_add(to, "    ");
        str_bytes(to, text, n);
        str_add(to, "\n");
        text += n + (text[n] == '\n');
    }
}

/* Words filled into lines of at most 78 characters. */
void help_filled(struct str *to, const char *text)
{
    size_t column = 0;
    while (text && *text) {
        size_t n = strcspn(text, " \n");
        if (column && column + 1 + n > 78) {
            str_add(to, "\n");
            column = 0;
        }
        str_add(to, column ? " " : "");
        str_bytes(to, text, n);
        column += n + (column ? 1 : 0);
        text += n + (text[n] != 0);
    }
    str_add(to, column ? "\n" : "");
}

/* Which of the systems that emulate knows have it. */
static void add_systems(struct str *to, const struct table *of, const struct entry *entry)
{
    size_t have = 0, all = 0;
    struct str names = {0};
    for (size_t i = 0; i < emulations.rows; i++) {
        const struct emulation *m = (const struct emulation *)emulations.row[i];
        if (!m->others)
            continue;
        all++;
        if (!emulation_has(m, of, entry->name))
            continue;
        str_addf(&names, "%s%s", have ? ", " : "", m->entry.name);
        have++;
    }
    str_add(to, "Elsewhere: ");
    if (!have)
        str_addf(to, "no system that emulate knows has it%s.\n",
                 of == &penalty_kinds
                     ? "; it is treated there as they treat a penalty that a person wrote"
                     : "");
    else if (have == all)
        str_add(to, "all systems that emulate knows have it.\n");
    else
        str_addf(to, "%s %s it.\n", names.failed ? "" : names.text, have > 1 ? "have" : "has");
    to->failed = to->failed || names.failed;
    str_finish(&names);
}

void help_use(struct str *to, const struct table *of, const struct entry *entry)
{
    const char *const lead[] = {"When", "From"};
    const char *const what[] = {entry->use, entry->source};
    for (size_t i = 0; i < 2; i++) {
        struct str text = {0};
        if (what[i])
            str_addf(&text, "%s: %s%s", lead[i], what[i], i ? "." : "");
        help_filled(to, text.text);
        to->failed = to->failed || text.failed;
        str_finish(&text);
    }
    if (entry->use && emulation_lists(of)) {
        struct str text = {0};
        add_systems(&text, of, entry);
        help_filled(to, text.text);
        to->failed = to->failed || text.failed;
        str_finish(&text);
    }
}

void help_entry(struct str *to, const struct catalog *c, const struct entry *entry)
{
    help_usage(to, c, entry);
    str_addf(to, "\n%s: %s\n", c->table->noun, entry->summary);
    if (entry->alias)
        str_addf(to, "also written %s\n", entry->alias);
    if (c->table == &penalty_kinds)
        str_addf(to, "formula: %s\n", ((const struct penalty_kind *)entry)->formula);
    help_filled(to, entry->details);
    help_use(to, c->table, entry);
    for (size_t i = 0; i < entry->arg_count; i++)
        help_argument(to, &entry->args[i], "  ");
    if (entry->example) {
        str_add(to, "example:\n");
        add_indented(to, entry->example);
    }
}

void help_penalty(struct str *to, const struct penalty_kind *kind)
{
    const struct catalog penalties = {.table = &penalty_kinds, .lead = "", .call = true};
    help_entry(to, &penalties, &kind->entry);
}

static void list_rows(struct str *to, const struct catalog *c)
{
    size_t column = 0;
    for (size_t i = 0; i < c->table->rows; i++) {
        const struct entry *entry = c->table->row[i];
        size_t n = strlen(entry->name);
        if (column + n + 1 > 64) {
            str_add(to, "\n              ");
            column = 0;
        }
        str_addf(to, " %s", entry->name);
        column += n + 1;
    }
    str_add(to, "\n");
}

void help_overview(struct str *to)
{
    str_add(to,
            "A statement is a verb, then values, then key=value, then clauses such as on and as:\n"
            "    data digits target=input\n"
            "    input 64\n"
            "    dense 100 sigmoid activity=l1(1e-3) as code\n"
            "    dense 64 sigmoid\n"
            "    train 20\n"
            "    penalties\n\n");
    for (size_t i = 0; i < catalogs; i++) {
        str_addf(to, "%-14s", catalog[i].title);
        list_rows(to, &catalog[i]);
    }
    str_add(to,
            "\nhelp WORD explains any of them, a key (help kernel) or a list (help "
            "views);\nhelp expressions what print and expect take; help keras and help pytorch how "
            "their\nlines are written here.\n");
}

/* The names of a table's rows, in lines that begin with `lead`. */
static void add_names(struct str *to, const char *lead, const struct table *t)
{
    size_t column = strlen(lead);
    str_add(to, lead);
    for (size_t i = 0; i < t->rows; i++) {
        const size_t n = strlen(t->row[i]->name) + 1;
        if (column + n > 78) {
            str_addf(to, "\n%*s", (int)strlen(lead), "");
            column = strlen(lead);
        }
        str_addf(to, " %s", t->row[i]->name);
        column += n;
    }
    str_add(to, "\n");
}

void help_expressions(struct str *to)
{
    str_add(to, "Expressions are the same in print, expect, let and train until.\n"
                "  numbers and + - * / ^, comparisons < <= > >= == != and a ~ b within t, and or "
                "not\n");
    add_names(to, "  functions: ", &functions);
    str_add(to, "              reductions take axis= (0 is the batch)\n");
    add_names(to, "  quantities:", &quantities);
    str_add(to,
            "  penalties:  hidden.kernel.penalty hidden.activity.penalty (as the model stands)\n"
            "  tensors:    hidden.output hidden.input (of the evaluation data), hidden.kernel\n"
            "              hidden.bias, hidden.kernel.grad (of the last step)\n"
            "  outputs:    y.loss (of the latest train, step or evaluate)\n"
            "  settings:   optimizer.lr data.batch hidden.trainable\n"
            "  variables:  what let has named\n"
            "From loose to tight: or, and, not, comparisons, + -, * /, sign, ^; -x^2 is -(x^2).\n");
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr("_.-", c);
}

/* The n bytes without the blanks round them. */
static const char *trimmed_text(const char *text, size_t *n)
{
    while (*n && strchr(" \t\r\n", text[*n - 1]))
        --*n;
    while (*n && strchr(" \t", *text))
        text++, --*n;
    return text;
}

/* A name, which is read as it stands; errors then show the line that was typed. */
static bool is_name(const char *text, size_t n)
{
    char word[64];
    if (n >= sizeof word || (*text >= '0' && *text <= '9'))
        return false;
    memcpy(word, text, n);
    word[n] = 0;
    return n && strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_") == n &&
           word_of(word) == WORD_NAME;
}

bool help_asked(const char *text, size_t n, char *to, size_t room)
{
    static const char verb[] = "help ";
    text = trimmed_text(text, &n);
    size_t end = n, begin;
    while (end && !is_letter(text[end - 1]))
        end--;
    for (begin = end; begin && is_letter(text[begin - 1]);)
        begin--;
    /* help every: a word of the grammar cannot stand there without quotes. */
    const bool plain = begin == strlen(verb) && strncmp(text, verb, begin) == 0 && end == n;
    const bool asks = n && (*text == '?' || text[n - 1] == '?');
    if ((!plain && !asks) || memchr(text, '\n', n) || memchr(text, '"', n) || memchr(text, '#', n))
        return false;
    if (plain && is_name(text + begin, end - begin))
        return false;
    const int word = (int)(end - begin);
    snprintf(to, room, word ? "help \"%.*s\"\n" : "help%.*s\n", word, text + begin);
    return true;
}

static void manual_entry(struct str *to, const struct catalog *c, const struct entry *entry)
{
    str_addf(to, "### %s\n\n", entry->name);
    str_add(to, "    ");
    help_usage(to, c, entry);
    str_addf(to, "\n\n%c%s.",
             entry->summary[0] >= 'a' && entry->summary[0] <= 'z' ? entry->summary[0] - 'a' + 'A'
                                                                  : entry->summary[0],
             entry->summary + 1);
    if (entry->alias)
        str_addf(to, " Also written `%s`.", entry->alias);
    str_add(to, "\n\n");
    if (c->table == &penalty_kinds)
        str_addf(to, "Formula: `%s`\n\n", ((const struct penalty_kind *)entry)->formula);
    help_filled(to, entry->details);
    str_add(to, entry->details ? "\n" : "");
    help_use(to, c->table, entry);
    str_add(to, entry->use || entry->source ? "\n" : "");
    for (size_t i = 0; i < entry->arg_count; i++)
        help_argument(to, &entry->args[i], "- ");
    str_add(to, entry->arg_count ? "\n" : "");
    if (entry->example) {
        str_add(to, "Example:\n\n");
        add_indented(to, entry->example);
        str_add(to, "\n");
    }
}

void manual_write(const struct out *to)
{
    struct str text = {0};
    str_add(&text, "# Reference\n\nWritten by the program from its own tables (`nnr --manual`); do "
                   "not edit.\n\n");
    for (size_t i = 0; i < catalogs; i++) {
        str_addf(&text, "## %s\n\n", catalog[i].title);
        for (size_t k = 0; k < catalog[i].table->rows; k++)
            manual_entry(&text, &catalog[i], catalog[i].table->row[k]);
    }
    str_add(&text, "## Expressions\n\n```\n");
    help_expressions(&text);
    str_add(&text, "```\n");
    if (!text.failed)
        to->write(to->self, text.text, text.size);
    str_finish(&text);
}
