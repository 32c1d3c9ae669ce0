/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The typed rows of `data rows { 0 | 0 -> 0; ... }`. */
#include "lang/parse_rows.h"

#include <string.h>

enum { BORDERS_MOST = 8 };

/* Numbers are added to `all`; `row` gathers the measures of one row. */
struct reading {
    struct parser *p;
    struct rows *all;
    struct rows row;
    size_t cells; /* in all->cell */
};

static int no_cell(struct parser *p)
{
    char text[64];
    if (p->now.kind == TOKEN_NEWLINE || p->now.kind == TOKEN_END ||
        p->now.kind == TOKEN_SEMICOLON || p->now.kind == TOKEN_BRACE_CLOSE)
        err_at(p->e, parser_missing(p), "a number is missing");
    else
        err_at(p->e, p->now.where, "\"%s\" is no number", parser_shown(p, text, sizeof text));
    return err_hint(p->e, "rows are numbers: { 0 1 -> 1; 1 1 -> 0 }");
}

/* A sign touches its number and no other. */
static int read_sign(struct parser *p, double *sign)
{
    *sign = 1;
    if (p->now.kind != TOKEN_PLUS && p->now.kind != TOKEN_MINUS)
        return 0;
    *sign = p->now.kind == TOKEN_MINUS ? -1 : 1;
    if (p->now.blank_after) {
        err_at(p->e, p->now.where, "this sign touches no number");
        return err_hint(p->e, "rows hold numbers and no sums");
    }
    return parser_advance(p);
}

static int read_cell(struct reading *r)
{
    double sign;
    struct parser *p = r->p;
    if (read_sign(p, &sign))
        return -1;
    if (p->now.kind != TOKEN_NUMBER)
        return no_cell(p);
    if (parser_more(p, &r->all->cell, r->cells, sizeof(double)))
        return -1;
    r->all->cell[r->cells++] = sign * p->now.number;
    if (parser_advance(p))
        return -1;
    bool touches =
        !p->now.blank_before && (p->now.kind == TOKEN_PLUS || p->now.kind == TOKEN_MINUS);
    if (!touches)
        return 0;
    err_at(p->e, p->now.where, "blanks between numbers");
    return err_hint(p->e, "a row holds numbers and no sums");
}

static bool at_cell(const struct parser *p)
{
    return p->now.kind == TOKEN_NUMBER || p->now.kind == TOKEN_PLUS || p->now.kind == TOKEN_MINUS;
}

/* cells { "|" cells }: *count of them, with *borders at border[]. */
static int read_side(struct reading *r, size_t *count, uint32_t *border, uint32_t *borders)
{
    struct parser *p = r->p;
    size_t from = r->cells;
    for (;;) {
        bool comma = false, bar;
        do {
            if (read_cell(r) || parser_take(p, TOKEN_COMMA, &comma))
                return -1;
        } while (comma || at_cell(p));
        *count = r->cells - from;
        struct span where = p->now.where;
        if (parser_take(p, TOKEN_BAR, &bar))
            return -1;
        if (!bar)
            return 0;
        if (*borders == BORDERS_MOST)
            return err_at(p->e, where, "a row has at most %d signs | on a side", BORDERS_MOST);
        border[(*borders)++] = (uint32_t)*count;
    }
}

static bool same_borders(const struct rows *a, const struct rows *b)
{
    return a->borders == b->borders && a->tborders == b->tborders &&
           memcmp(a->input_border, b->input_border, sizeof a->input_border) == 0 &&
           memcmp(a->target_border, b->target_border, sizeof a->target_border) == 0;
}

/* Every row has the measures of the first. */
static int fit_row(struct reading *r, struct span where)
{
    struct rows *all = r->all, *row = &r->row;
    if (!all->count++) {
        row->cell = all->cell;
        row->count = 1;
        *all = *row;
        return 0;
    }
    where.end = r->p->last_end;
    if (row->inputs != all->inputs || row->targets != all->targets) {
        err_at(r->p->e, where, "this row has %zu inputs and %zu targets", row->inputs,
               row->targets);
        return err_hint(r->p->e, "the first row has %zu and %zu", all->inputs, all->targets);
    }
    if (same_borders(row, all))
        return 0;
    err_at(r->p->e, where, "the | of this row stand elsewhere");
    return err_hint(r->p->e, "all rows are divided like the first");
}

static int read_row(struct reading *r)
{
    struct span where = r->p->now.where;
    struct rows *row = &r->row;
    bool arrow;
    *row = (struct rows){0};
    if (read_side(r, &row->inputs, row->input_border, &row->borders) ||
        parser_take(r->p, TOKEN_ARROW, &arrow))
        return -1;
    if (arrow && read_side(r, &row->targets, row->target_border, &row->tborders))
        return -1;
    return fit_row(r, where);
}

const struct rows *parser_rows(struct parser *p, struct span open)
{
    struct reading r = {.p = p, .all = arena_new(p->arena, 1, sizeof(struct rows))};
    if (!r.all) {
        err_memory(p->e);
        return NULL;
    }
    while (p->now.kind != TOKEN_BRACE_CLOSE) {
        if (p->now.kind == TOKEN_END) {
            parser_open_end(p, open);
            return NULL;
        }
        bool ends = p->now.kind == TOKEN_NEWLINE || p->now.kind == TOKEN_SEMICOLON;
        if (ends ? parser_advance(p) : read_row(&r))
            return NULL;
        ends = ends || p->now.kind == TOKEN_NEWLINE || p->now.kind == TOKEN_SEMICOLON ||
               p->now.kind == TOKEN_BRACE_CLOSE || p->now.kind == TOKEN_END;
        if (!ends) {
            no_cell(p);
            return NULL;
        }
    }
    return r.all;
}
