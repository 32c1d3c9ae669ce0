/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/report/text_table.h"

#include "base/mem.h"
#include "base/str.h"

void grid_add(struct grid *g, const char *format, ...)
{
    va_list list;
    if (mem_room(&g->cell, &g->room, g->cells + 1, sizeof *g->cell)) {
        g->failed = true;
        return;
    }
    struct str *cell = &g->cell[g->cells++];
    *cell = (struct str){0};
    va_start(list, format);
    str_addv(cell, format, list);
    va_end(list);
    g->failed = g->failed || cell->failed;
}

/* Characters, not bytes, as the screen counts them. */
static size_t width_of(const struct str *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->size; i++)
        n += ((unsigned char)s->text[i] & 0xC0) != 0x80;
    return n;
}

/* That of each column; NULL without memory. */
static size_t *column_widths(const struct grid *g)
{
    size_t *most = mem_new(g->columns, sizeof *most);
    for (size_t i = 0; most && i < g->cells; i++) {
        const size_t n = width_of(&g->cell[i]), column = i % g->columns;
        most[column] = n > most[column] ? n : most[column];
    }
    return most;
}

static void put_cell(const struct grid *g, size_t i, const size_t *width, struct str *to)
{
    const size_t column = i % g->columns, last = column + 1 == g->columns;
    const int blanks = (int)(width[column] - width_of(&g->cell[i]));
    const char *text = g->cell[i].text ? g->cell[i].text : "";
    if (g->right[column])
        str_addf(to, "%*s%s", blanks, "", text);
    else
        str_addf(to, "%s%*s", text, last ? 0 : blanks, "");
    str_add(to, last ? "" : "  ");
}

static void trim(struct str *s)
{
    while (s->size && s->text[s->size - 1] == ' ')
        s->text[--s->size] = 0;
}

void grid_print(struct grid *g, struct str *to)
{
    size_t *width = column_widths(g);
    to->failed = to->failed || g->failed || !width;
    for (size_t i = 0; i < g->cells && !to->failed; i++) {
        put_cell(g, i, width, to);
        if ((i + 1) % g->columns == 0) {
            trim(to);
            str_add(to, "\n");
        }
    }
    for (size_t i = 0; i < g->cells; i++)
        str_finish(&g->cell[i]);
    mem_free(width);
    mem_free(g->cell);
    g->cell = NULL;
    g->cells = g->room = 0;
}
