/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What gnuplot is asked, and when. */
#ifndef NNR_PLOT_ASK_H
#define NNR_PLOT_ASK_H

#include "plot/bridge.h"

/* Whether pictures are windows, text, or nothing at all. Before a device is chosen: what the one
 * that is tried first would be. */
bool bridge_shows(const struct gnuplot *g);
bool bridge_windows(const struct gnuplot *g);
/* The waiting window whose turn it is, or NO_WINDOW; *when: the earliest time at which it may be
 * drawn. */
size_t bridge_turn(const struct gnuplot *g, double *when);
/* Seconds that the question in flight may take. */
double bridge_patience(const struct gnuplot *g);
/* Does the next thing that is to be done: starts gnuplot, chooses a device, asks a question. False:
 * there is none, or an answer must come first. */
bool bridge_ask(struct gnuplot *g);

#endif
