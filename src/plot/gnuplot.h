/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bridge to gnuplot: a child process of ours, spoken to over pipes that never block us. One
 * frame is in flight; a newer one of the same window takes the place of one that waits. What goes
 * wrong with gnuplot is told once and stops nothing else. */
#ifndef NNR_PLOT_GNUPLOT_H
#define NNR_PLOT_GNUPLOT_H

#include "plot/device.h"
#include "plot/figure.h"

enum { GNUPLOT_DESCRIPTORS = 3 };

struct gnuplot_descriptor {
    int fd;
    bool write; /* wait until it can be written; else until it can be read */
};

struct gnuplot;

/* Starts nothing yet; keeps copies of the texts. NULL when there is no memory. */
struct gnuplot *gnuplot_create(const struct gnuplot_config *config);
/* Ends the child: closes its input, waits half a second, then TERM, then KILL. */
void gnuplot_destroy(struct gnuplot *g);
/* The size of the screen changed. */
void gnuplot_resize(struct gnuplot *g, unsigned width, unsigned height);

/* Shows a figure in the window of that name (takes the figure's texts, *f is empty afterwards). A
 * window that was closed opens again. When gnuplot is gone this does nothing, and succeeds. */
int gnuplot_show(struct gnuplot *g, const char *window, struct figure *f, struct err *e);
/* Whether a frame for that window would be drawn now: none waits, the window was not closed, and
 * the last one is half a second old if pictures are text, a thirtieth if they are windows. */
bool gnuplot_wants(const struct gnuplot *g, const char *window);
/* Whether a window is open that nobody has closed. */
bool gnuplot_open(const struct gnuplot *g);
/* Begins writing a figure to a file, whose ending says how: png svg pdf through gnuplot, txt
 * (dumb), gp (the program itself) and csv. The file appears under its name when it is whole. Errors
 * that are known at once are returned; later ones by gnuplot_saved. Takes the figure's texts. */
int gnuplot_save(struct gnuplot *g, const struct file_name *file, struct figure *f, struct err *e);
/* Of the last save. 1: it is still under way; 0: done, the file is there; -1: failed, *e says why.
 */
int gnuplot_saved(struct gnuplot *g, struct err *e);
/* Begins drawing a figure as SVG, as gnuplot_save begins a file; gnuplot_saved tells when that is
 * done, and then gnuplot_take moves it into `to`. Takes the figure's texts. */
int gnuplot_draw(struct gnuplot *g, struct figure *f, struct err *e);
void gnuplot_take(struct gnuplot *g, struct str *to);
/* Something is under way: advance again when a descriptor is ready or the deadline has come. */
bool gnuplot_busy(const struct gnuplot *g);

/* What a poll loop has to wait for; returns how many. */
size_t gnuplot_descriptors(const struct gnuplot *g,
                           struct gnuplot_descriptor to[GNUPLOT_DESCRIPTORS]);
/* When gnuplot_advance wants to be called at the latest, in the seconds of `now`; INFINITY: never.
 */
double gnuplot_deadline(const struct gnuplot *g);
/* Reads, writes and decides without waiting; `now` is monotonic seconds. */
void gnuplot_advance(struct gnuplot *g, double now);

#endif
