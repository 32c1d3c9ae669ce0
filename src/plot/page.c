/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/page.h"

#include <math.h>
#include <string.h>

/* Blank lines, title, the frame, tics and label; and the numbers beside the frame. */
enum { ROWS_AROUND = 7, HEADING_ROWS = 2, COLUMNS_AROUND = 12 };
/* Beside the text of a legend: its line, and blanks. */
enum { KEY_COLUMNS = 8 };
/* With fewer rows inside the legend goes, and then the label of the x axis. */
enum { INSIDE_LEAST = 5, TIGHT_BELOW = 4 };

static double at_least(double least, double x)
{
    return x > least ? x : least;
}

unsigned page_columns(const struct view_request *r)
{
    return r->width > PAGE_COLUMNS_LEAST ? r->width : PAGE_COLUMNS_LEAST;
}

unsigned page_rows(const struct view_request *r)
{
    return r->height > PAGE_ROWS_LEAST + PAGE_PROMPT_ROWS ? r->height - PAGE_PROMPT_ROWS
                                                          : PAGE_ROWS_LEAST;
}

static double panel_columns(const struct page *p)
{
    return (double)page_columns(p->request) / p->across;
}

/* Inside the frame of a panel. */
static double rows_inside(const struct page *p)
{
    const unsigned heading = p->down * p->across > 1 ? HEADING_ROWS : 0;
    return (double)(page_rows(p->request) - heading) / p->down - ROWS_AROUND - p->names;
}

/* One character and a half of so many. */
static double margin_of(double inside)
{
    return 1.5 / at_least(1, inside - 3);
}

double page_margin_x(const struct page *p)
{
    return p->request->text ? margin_of(panel_columns(p) - COLUMNS_AROUND) : 0;
}

double page_margin_y(const struct page *p)
{
    return p->request->text ? margin_of(rows_inside(p)) : 0;
}

/* The names in a legend: how many, and the bytes of the longest. */
static size_t count_names(const struct str *plot, size_t *longest)
{
    static const char before[] = " title '";
    size_t n = 0;
    *longest = 0;
    for (const char *at = plot->text; at && (at = strstr(at, before)); n++) {
        at += sizeof before - 1;
        const size_t size = strcspn(at, "'");
        *longest = size > *longest ? size : *longest;
    }
    return n;
}

struct page page_for(const struct view_request *r, unsigned down, unsigned across,
                     const struct str *plot)
{
    struct page p = {.request = r, .down = down, .across = across};
    size_t longest;
    const size_t names = r->text && plot ? count_names(plot, &longest) : 0;
    if (!names)
        return p;
    const double beside = floor(panel_columns(&p) / ((double)longest + (double)KEY_COLUMNS));
    p.names = 1 + ceil((double)names / at_least(1, beside));
    p.hides = rows_inside(&p) < INSIDE_LEAST;
    p.names = p.hides ? 0 : p.names;
    return p;
}

bool page_is_tight(const struct page *p)
{
    return p->request->text && rows_inside(p) < TIGHT_BELOW;
}

bool page_is_small(const struct page *p)
{
    const bool crowded = p->down > 2 || (p->request->big && p->down > 1 && p->across > 1);
    return !p->request->text && crowded;
}

void page_legend(struct str *to, const struct page *p, const char *xlabel)
{
    if (page_is_tight(p))
        str_add(to, "unset key\nunset xlabel\nset tmargin 1\nset bmargin 1\n");
    else if (p->hides)
        str_addf(to, "unset key\nset xlabel '%s (names need a larger terminal)'\n", xlabel);
    else if (p->request->text)
        str_add(to, "set key\n");
    else if (page_is_small(p))
        str_add(to, "unset key\nset xlabel ''\nset ylabel ''\nset tics font ',9'\n");
    else if (p->across > 1)
        str_addf(to, "set key maxcols %d font ',9'\n", p->across > 2 ? 1 : 2);
    else if (p->request->big && p->down > 1)
        str_add(to, "set key font ',9'\n");
}

/* Beside a page of characters, and its title and label. */
enum { GRID_BESIDE = 2, GRID_AROUND = 3 };

size_t page_grid_columns(const struct view_request *r)
{
    return page_columns(r) - GRID_BESIDE;
}

size_t page_grid_rows(const struct view_request *r)
{
    return page_rows(r) - GRID_AROUND;
}

void page_grid(struct str *to, const struct view_request *r, const char *label)
{
    str_addf(to,
             "unset tics\nunset border\nunset key\nset lmargin 1\nset rmargin 1\nset tmargin 1\n"
             "set bmargin 2\nset xrange [0:%zu]\nset yrange [%zu:0]\nset xlabel ",
             page_grid_columns(r) - 1, page_grid_rows(r) - 1);
    figure_quote(to, label);
    str_add(to, " noenhanced\n");
}
