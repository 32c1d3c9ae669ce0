/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/report/render_html.h"

#include "cmd/report/grid.h"
#include "cmd/report/html.h"
#include "cmd/report/render.h"

#include <string.h>

static void add_cell(const struct grid *g, size_t line, size_t column, struct str *to)
{
    const struct str *cell = &g->cell[line * g->columns + column];
    const bool head = g->sideways ? column == 0 : line == 0;
    const bool first = !g->sideways && line && column == 0;
    const char *tag = head || first ? "th" : "td";
    str_addf(to, "<%s%s%s>", tag,
             first || (head && g->sideways) ? " scope=\"row\""
             : head                         ? " scope=\"col\""
                                            : "",
             g->right[column] ? " class=\"n\"" : "");
    html_text(to, cell->text ? cell->text : "", cell->size);
    str_addf(to, "</%s>", tag);
}

/* The row that adds up the others. */
static bool is_total(const struct grid *g, size_t line)
{
    const struct str *cell = &g->cell[line * g->columns];
    return line && cell->text && strcmp(cell->text, "total") == 0;
}

static void grid_html(const struct grid *g, struct str *to)
{
    str_add(to,
            "<div class=\"wide\" role=\"region\" aria-label=\"table\" tabindex=\"0\"><table>\n");
    for (size_t line = 0; line < g->lines; line++) {
        const bool head = line == 0 && !g->sideways;
        str_add(to, head ? "<thead>" : line == (g->sideways ? 0u : 1u) ? "<tbody>\n" : "");
        str_add(to, is_total(g, line) ? "<tr class=\"total\">" : "<tr>");
        for (size_t c = 0; c < g->columns; c++)
            add_cell(g, line, c, to);
        str_add(to, head ? "</tr></thead>\n" : "</tr>\n");
    }
    str_add(to,
            g->lines > (g->sideways ? 0u : 1u) ? "</tbody></table></div>\n" : "</table></div>\n");
}

void report_render_html(const struct report *r, struct str *to)
{
    static const struct report_people as = {html_lines, grid_html, true};
    report_for_people(r, &as, to);
}

void report_render_html_tables(const struct report *r, struct str *to)
{
    static const struct report_people as = {html_lines, grid_html, false};
    report_for_people(r, &as, to);
}
