/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a statement or a call is written, from its entry. */
#include "lang/usage.h"

#include <ctype.h>

enum { KEYS_SHOWN = 3 }; /* more keys than that are shown as one */

static void add_upper(struct str *to, const char *name)
{
    for (; *name; name++) {
        char c = (char)toupper((unsigned char)*name);
        str_bytes(to, &c, 1);
    }
}

static bool takes_several(const struct arg_spec *s)
{
    return s->form == REST || s->type == ARG_NAMES || s->type == ARG_CHOICES ||
           s->type == ARG_NUMBERS || s->type == ARG_EXPRS || s->type == ARG_BORDERS ||
           s->type == ARG_FILES || s->type == ARG_WORDS;
}

static void add_value(struct str *to, const struct arg_spec *s)
{
    if (s->form == CLAUSE) {
        bool names = s->type == ARG_NAME || s->type == ARG_NAMES;
        bool number = s->type == ARG_WHOLE || s->type == ARG_NUMBER;
        str_addf(to, "%s %s", s->name, names ? "NAME" : number ? "N" : "VALUE");
    } else {
        add_upper(to, s->name);
    }
    str_add(to, takes_several(s) ? " ..." : "");
}

static void add_arg(struct str *to, const struct arg_spec *s)
{
    str_add(to, s->required ? " " : " [");
    if (s->form == KEY)
        str_addf(to, "%s=...", s->name);
    else if (s->form == BODY)
        str_add(to, "{ ... }");
    else
        add_value(to, s);
    str_add(to, s->form == PAIR ? " = VALUE" : "");
    str_add(to, s->required ? "" : "]");
}

static size_t optional_keys(const struct entry *entry)
{
    size_t n = 0;
    for (size_t i = 0; i < entry->arg_count; i++)
        n += entry->args[i].form == KEY && !entry->args[i].required;
    return n;
}

static void add_form(struct str *to, const struct entry *entry, enum arg_form form)
{
    bool brief = form == KEY && optional_keys(entry) > KEYS_SHOWN;
    for (size_t i = 0; i < entry->arg_count; i++) {
        const struct arg_spec *s = &entry->args[i];
        bool due = s->form == form || (form == POSITIONAL && s->form == REST);
        if (due && (!brief || s->required))
            add_arg(to, s);
    }
    str_add(to, brief ? " [key=...]" : "");
}

void usage_print(struct str *to, const struct entry *entry)
{
    static const enum arg_form order[] = {POSITIONAL, PAIR, KEY, CLAUSE, BODY};
    str_add(to, entry->name);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        add_form(to, entry, order[i]);
}

void usage_call_print(struct str *to, const struct entry *entry)
{
    str_addf(to, "%s(", entry->name);
    for (size_t i = 0; i < entry->arg_count; i++) {
        const struct arg_spec *s = &entry->args[i];
        str_add(to, i ? ", " : "");
        if (s->form == KEY)
            str_addf(to, "%s=...", s->name);
        else
            add_upper(to, s->name);
        str_add(to, s->form == REST ? ", ..." : "");
    }
    str_add(to, ")");
}
