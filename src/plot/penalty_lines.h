/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The penalties of a history as lines that go on when a strength changes: the series of one kind in
 * one slot are one line. */
#ifndef NNR_PLOT_PENALTY_LINES_H
#define NNR_PLOT_PENALTY_LINES_H

#include "train/history.h"

/* Named `code.activity l1(0.001)`, or `code.activity l1` of several strengths; in the order in
 * which they came. Zeroed memory is valid. */
struct penalty_lines {
    struct series *item;
    size_t count;
};
/* 0, or -1 without memory; penalty_lines_finish must follow in any case. */
int penalty_lines_make(struct penalty_lines *to, const struct history *h);
void penalty_lines_finish(struct penalty_lines *l);

#endif
