/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inside of a struct gnuplot: what waits, what is asked, and what to do next. */
#ifndef NNR_PLOT_BRIDGE_H
#define NNR_PLOT_BRIDGE_H

#include "plot/device.h"
#include "plot/exchange.h"
#include "plot/process.h"
#include "plot/save.h"

#include "base/mem.h"

#include <stdint.h>

/* What the question in flight is for. */
enum question {
    ASK_NOTHING,
    ASK_HELLO, /* which devices there are */
    ASK_TRY,   /* whether a window can be opened */
    ASK_FRAME,
    ASK_SAVE
};

enum { TOLD_MOST = 32 };
#define NO_WINDOW SIZE_MAX

/* gnuplot calls it by its place in the list, from 1. */
struct window {
    char *name;
    struct figure figure; /* that waits */
    bool waits;
    unsigned long order; /* since when */
    bool opened;         /* and not closed since then */
    bool closed;         /* by a person */
    bool drawn;          /* a frame has begun, at `last` */
    double last;
};

struct gnuplot {
    struct gnuplot_config config;
    struct arena texts; /* of config */
    struct process process;
    struct exchange exchange;
    enum question question;
    bool over; /* gnuplot is missing or has failed: it is not started again */
    const char *why, *advice;

    struct str listed; /* devices that gnuplot has; empty until it was asked */
    struct devices devices;
    size_t device; /* the one that is tried or in use; devices.count: none works */
    bool chosen;   /* it works */

    struct window *window;
    size_t windows, window_room;
    size_t flying;  /* the window whose frame is in flight */
    size_t current; /* the window that gnuplot draws in; or NO_WINDOW */
    unsigned long shows;

    struct save save;
    struct figure save_figure;
    int saved;
    struct err save_error;

    double now;
    uint64_t told[TOLD_MOST];
    size_t tellings;
};

/* Whether pictures are windows, text, or nothing at all. Before a device is chosen: what the one
 * that is tried first would be. */
bool bridge_shows(const struct gnuplot *g);
bool bridge_windows(const struct gnuplot *g);
/* The waiting window whose turn it is, or NO_WINDOW; *when: the earliest time at which it may be
 * drawn. */
size_t bridge_turn(const struct gnuplot *g, double *when);
/* Seconds that the question in flight may take. */
double bridge_patience(const struct gnuplot *g);
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
/* Does the next thing that is to be done: starts gnuplot, chooses a device, asks a question. False:
 * there is none, or an answer must come first. */
bool bridge_ask(struct gnuplot *g);

#endif
