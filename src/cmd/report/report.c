/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/report/report.h"

#include <math.h>

static struct report_item *add_item(struct report *r, enum report_kind kind, const char *key)
{
    if (mem_room(&r->item, &r->room, r->items + 1, sizeof *r->item)) {
        r->text.failed = true;
        return &r->lost;
    }
    r->item[r->items] = (struct report_item){.kind = kind, .key = key};
    return &r->item[r->items++];
}

/* Where the next text begins. The NUL ends the one before. */
static size_t begin_text(struct report *r)
{
    str_bytes(&r->text, "", 1);
    return r->text.size;
}

void report_number(struct report *r, const char *key, double x)
{
    add_item(r, REPORT_A_NUMBER, key)->number = x;
}

void report_bool(struct report *r, const char *key, bool yes)
{
    add_item(r, REPORT_A_BOOL, key)->number = yes;
}

void report_nothing(struct report *r)
{
    add_item(r, REPORT_NOTHING, NULL);
}

void report_known(struct report *r, double x)
{
    if (isnan(x))
        report_nothing(r);
    else
        report_number(r, NULL, x);
}

struct str *report_words(struct report *r, const char *key)
{
    add_item(r, REPORT_A_TEXT, key)->text = begin_text(r);
    return &r->text;
}

void report_text(struct report *r, const char *key, const char *text)
{
    str_add(report_words(r, key), text);
}

void report_open(struct report *r, const char *key, char bracket)
{
    add_item(r, REPORT_OPEN, key)->number = bracket;
}

void report_close(struct report *r)
{
    add_item(r, REPORT_CLOSE, NULL);
}

void report_table(struct report *r, const struct report_table *t)
{
    add_item(r, REPORT_TABLE, t->key)->table = t;
}

void report_row(struct report *r, enum report_audience who)
{
    add_item(r, REPORT_ROW, NULL)->number = who;
}

struct str *report_shown(struct report *r)
{
    const size_t at = begin_text(r);
    if (r->items)
        r->item[r->items - 1].shown = at;
    return &r->text;
}

struct str *report_note(struct report *r)
{
    add_item(r, REPORT_NOTE, NULL)->text = begin_text(r);
    return &r->text;
}

void report_say(struct report *r, const char *sentence)
{
    add_item(r, REPORT_SENTENCE, sentence);
}

void report_finish(struct report *r)
{
    mem_free(r->item);
    str_finish(&r->text);
    arena_finish(&r->arena);
    *r = (struct report){0};
}
