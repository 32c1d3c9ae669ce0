/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of an answer, and of gnuplot's end. */
#ifndef NNR_PLOT_ANSWER_H
#define NNR_PLOT_ANSWER_H

#include "plot/bridge.h"

/* One line to the person; the same line only once. */
void bridge_tell(struct gnuplot *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Forgets the frame that waits. */
void bridge_drop(struct window *w);
/* Ends the save under way with the error in g->save_error. */
void bridge_save_failed(struct gnuplot *g);

/* Takes the complete answer; no question is in flight then. */
void bridge_answer(struct gnuplot *g);
/* gnuplot is gone, or is to go, for that reason. */
void bridge_lose(struct gnuplot *g, const char *why, const char *advice);

#endif
