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
    bool big;            /* it was told to be */
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
    struct str drawn; /* what gnuplot_draw asked for */
    struct figure save_figure;
    int saved;
    struct err save_error;

    double now;
    uint64_t told[TOLD_MOST];
    size_t tellings;
};

#endif
