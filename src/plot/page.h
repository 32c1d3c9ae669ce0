/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures made of characters: how much room is inside a frame, and what has to go when there is
 * little. In a picture of pixels there is always enough. */
#ifndef NNR_PLOT_PAGE_H
#define NNR_PLOT_PAGE_H

#include "plot/view.h"

/* What is left of the terminal's height for the prompt, and what a picture has at least. */
enum { PAGE_PROMPT_ROWS = 3, PAGE_ROWS_LEAST = 8, PAGE_COLUMNS_LEAST = 20 };
/* The characters of a whole picture. */
unsigned page_columns(const struct view_request *r);
unsigned page_rows(const struct view_request *r);

/* How the terminal is divided: panels below and beside each other. */
struct page {
    const struct view_request *request;
    unsigned down, across;
    bool hides;   /* the legend, which would leave no room for what is drawn */
    double names; /* the rows of the legend */
};

/* The page of what `plot` draws in one of its panels; NULL: there is no legend. */
struct page page_for(const struct view_request *r, unsigned down, unsigned across,
                     const struct str *plot);
/* By which part of its span the data must stay off the frame, so that nothing is drawn under the
 * frame itself; 0 in a picture of pixels. */
double page_margin_x(const struct page *p);
double page_margin_y(const struct page *p);
/* Shows the legend, or hides it and says so behind the label of the x axis; where there is hardly
 * any room that axis has no label either. */
void page_legend(struct str *to, const struct page *p, const char *xlabel);
/* Whether frames of pixels are so small that nothing stands round them but numbers. */
bool page_is_small(const struct page *p);
/* Whether a frame has hardly any room inside. */
bool page_is_tight(const struct page *p);

/* A page of single characters: places from 0 on, x to the right and y down, so many of each. */
size_t page_grid_columns(const struct view_request *r);
size_t page_grid_rows(const struct view_request *r);
/* Makes the picture such a page, with a title and a label below. */
void page_grid(struct str *to, const struct view_request *r, const char *label);

#endif
