/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all pictures have in common: colours, pens, titles, legends, and the lines that mark where
 * something was changed. Texts of a person reach the program through here. When a text has run out
 * of memory, what it is added to has failed as well. */
#ifndef NNR_PLOT_STYLE_H
#define NNR_PLOT_STYLE_H

#include "plot/view.h"

/* The colours of Okabe and Ito ("Color Universal Design", 2008) that show as lines on white. The
 * first ones have fixed roles: the data loss, validation, activity penalties, weight penalties. */
enum colour { BLUE, VERMILION, ORANGE, GREEN, PURPLE, SKY, BLACK, COLOURS };
#define STYLE_GREY "#6A6A6A"
#define STYLE_INK "#444444"
/* How far up a line goes as text: up to 1 it might stand above the frame as well. */
#define STYLE_TEXT_TOP "0.99"
/* Negative, zero, positive. */
#define STYLE_SIGNED "(-1 '#A85800', -0.5 '#EDA63F', 0 '#FFFFFF', 0.5 '#5DA9D6', 1 '#004C80')"

/* `#0072B2`; beyond the last the colours begin again. */
const char *style_colour(size_t number);
/* The character of the number-th line or symbol of a picture made of text. */
char style_character(size_t number);

struct pen {
    size_t colour, dash; /* dash 0: a whole line */
    double width;
    bool points; /* with a mark at each point */
};

/* Begins a figure: forgets the one before, sets what all pictures share. `with @IMAGE` then draws
 * sharp pixels on every terminal. */
void style_begin(struct figure *f, const struct view_request *r);
/* Takes out the middle of a text of more than `most` characters: `a_long_n ... kernel, 16 of 16`.
 */
void style_cut(struct str *text, size_t most);
/* Adds the label of a tic in quotes, cut; gnuplot reads it as a format. */
void style_tic(struct str *to, const char *name, size_t most);
/* Adds `set SETTING 'text'`. */
void style_set(struct str *to, const char *setting, const char *text);
/* Adds `VIEW of MODEL, MODEL (step 400)` to a text. */
void style_heading(struct str *to, const struct view_request *r, const char *view);
/* Sets the title of the figure: its heading. */
void style_head(struct str *to, const struct view_request *r, const char *view);
/* The same with a heading that says more. */
void style_head_as(struct str *to, const struct view_request *r, const struct str *heading);
/* Sets the title of a panel; the more columns of panels, the smaller and shorter. */
void style_title(struct str *to, const struct view_request *r, const struct str *text, size_t cols);
/* Begins the next thing to plot: `plot ` or a comma. */
void style_next(struct str *plot);
/* Adds ` with lines ...`. As text the number chooses the character. */
void style_pen(struct str *plot, const struct view_request *r, struct pen pen, size_t number);
/* Adds ` title 'text'`, cut to what stands in half a picture. */
void style_legend(struct str *plot, const char *text);
/* The colour of a penalty by its slot, `code.activity l1(0.1)`: activities ORANGE, weights GREEN.
 */
size_t style_penalty(const char *name);
/* Adds how the inside of the nth area of one colour is filled: the first solid, others hatched. */
void style_fill(struct str *plot, size_t nth);
/* Where the labels of events stand: nowhere, at their lines, or listed in the corner of a panel
 * that is too narrow for that. */
enum labels { LABELS_NONE, LABELS_BESIDE, LABELS_LISTED };
/* Adds what was changed in models [first, first + count) between the steps x[0] and x[1]: dotted
 * lines, and labels for the last few. */
void style_events(struct str *to, const struct view_request *r, size_t first, size_t count,
                  const double x[2], enum labels labels);
/* Adds tics to an axis ("x", "y") at round numbers: about `most` between low and high, none closer
 * than `least`. */
void style_tics(struct str *to, const char *axis, double low, double high, size_t most,
                double least);
/* The same with the first one at or above `low`. */
void style_tics_from(struct str *to, const char *axis, double low, double high, size_t most);
/* Adds the coloured cells of a block, columns x:y:z, `across` by `down` of them: an image takes two
 * rows and two columns at least. */
void style_cells(struct str *plot, const char *block, const char *x, const char *y, const char *z,
                 size_t across, size_t down);
/* In pictures made of text a part of the largest, -1 to 1, is one of five signs: its number. */
unsigned style_sign(double part);
/* Adds those cells of a block, columns x y number part, whose signs are in the set: a bit each. */
void style_signs(struct str *plot, const char *block, unsigned set);
/* Adds what style_next began to the program. */
void style_plot(struct str *to, const struct str *plot);
/* Begins a rectangle of panels under the heading of the figure; and ends it. */
void style_panels(struct str *to, const struct view_request *r, const char *view, size_t rows,
                  size_t cols);
void style_panels_end(struct str *to);

#endif
