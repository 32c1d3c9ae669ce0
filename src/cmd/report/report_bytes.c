/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/report/report_bytes.h"

#include "cmd/report/report.h"

#include "base/bytes.h"

static void put_table(const struct report_table *t, struct str *to)
{
    bytes_put_text(to, t->key);
    bytes_put_text(to, t->line);
    bytes_put_whole(to, t->sideways);
    bytes_put_whole(to, t->columns);
    for (size_t i = 0; i < t->columns; i++) {
        bytes_put_text(to, t->column[i].head);
        bytes_put_text(to, t->column[i].key);
        bytes_put_whole(to, t->column[i].format);
    }
}

void report_put(const struct report *r, struct str *to)
{
    to->failed = to->failed || r->text.failed;
    bytes_put_block(to, r->text.text, r->text.size);
    bytes_put_whole(to, r->items);
    for (size_t i = 0; i < r->items; i++) {
        const struct report_item *x = &r->item[i];
        bytes_put_whole(to, x->kind);
        bytes_put_text(to, x->key);
        bytes_put_whole(to, x->shown);
        if (x->kind == REPORT_TABLE)
            put_table(x->table, to);
        else if (x->kind == REPORT_A_TEXT || x->kind == REPORT_NOTE)
            bytes_put_whole(to, x->text);
        else
            bytes_put_number(to, x->number);
    }
}

static const struct report_table *take_table(struct report *r, struct bytes *b)
{
    struct report_table *t = arena_new(&r->arena, 1, sizeof *t);
    if (!t) {
        b->failed = true;
        return NULL;
    }
    t->key = bytes_take_text(b, &r->arena);
    t->line = bytes_take_text(b, &r->arena);
    t->sideways = bytes_take_whole(b) != 0;
    t->columns = bytes_take_count(b, 3 * sizeof(uint64_t));
    struct report_column *column = arena_new(&r->arena, t->columns + 1, sizeof *column);
    b->failed = b->failed || !column;
    for (size_t i = 0; i < t->columns && !b->failed; i++) {
        column[i].head = bytes_take_text(b, &r->arena);
        column[i].key = bytes_take_text(b, &r->arena);
        column[i].format = (enum report_format)bytes_take_whole(b);
    }
    t->column = column;
    return t;
}

static void take_item(struct report *r, struct report_item *x, struct bytes *b)
{
    x->kind = (enum report_kind)bytes_take_whole(b);
    x->key = bytes_take_text(b, &r->arena);
    x->shown = (size_t)bytes_take_whole(b);
    if (x->kind == REPORT_TABLE)
        x->table = take_table(r, b);
    else if (x->kind == REPORT_A_TEXT || x->kind == REPORT_NOTE)
        x->text = (size_t)bytes_take_whole(b);
    else
        x->number = bytes_take_number(b);
}

void report_take(struct report *r, struct bytes *b)
{
    size_t n = 0;
    const char *text = bytes_take_block(b, &n);
    const size_t items = bytes_take_count(b, 4 * sizeof(uint64_t));
    if (text)
        str_bytes(&r->text, text, n);
    if (b->failed || mem_room(&r->item, &r->room, items, sizeof *r->item)) {
        r->text.failed = true;
        return;
    }
    for (; r->items < items && !b->failed; r->items++)
        take_item(r, &r->item[r->items], b);
    r->text.failed = r->text.failed || b->failed;
}
