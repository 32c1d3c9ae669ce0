/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What views of layers over time ask for: the traces of a history. */
#ifndef NNR_PLOT_TRACES_H
#define NNR_PLOT_TRACES_H

#include "plot/view.h"

enum { TRACES_MOST = 6 };
/* Traces to draw, one panel each: row by row, one row a model when there are several. */
struct traces_of {
    struct {
        const struct model *model; /* NULL: an empty place */
        const struct trace *trace;
    } at[TRACES_MOST];
    size_t rows, cols;
};
/* The traces of that kind of the named layers, or all; at most `most` of them, <= TRACES_MOST. */
int traces_find(const struct view_request *r, const char *view, enum trace_kind kind, size_t most,
                struct traces_of *to, struct err *e);
/* Draws each trace in a panel of its own, by `add_panel` with its number. */
void traces_panels(struct figure *f, const struct view_request *r, const char *view,
                   const struct traces_of *k,
                   void (*add_panel)(struct figure *f, const struct view_request *r,
                                     const struct traces_of *k, size_t number));
/* Chooses at most `most` rows of a trace, evenly, the newest among them: writes their numbers into
 * row[most] and returns how many. */
size_t traces_rows(const struct trace *t, size_t most, size_t *row);
/* The step of the newest event of a model; 0: there is none. */
uint64_t traces_event(const struct model *m);

#endif
