/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the bridge share. Private to plot. */
#ifndef NNR_PLOT_BRIDGE_H
#define NNR_PLOT_BRIDGE_H

#include "plot/exchange.h"
#include "plot/gnuplot.h"
#include "plot/process.h"

/* What gnuplot is asked at the moment. */
enum job {
    JOB_NONE,
    JOB_PROBE, /* whether a terminal works: a small plot */
    JOB_FRAME, /* a picture for a window, or as text */
    JOB_OPEN,  /* the output of a file that is saved */
    JOB_SAVE   /* and the picture into it */
};

struct window {
    char name[64];
    struct str program; /* the newest picture that waits */
    bool waits;
    bool closed; /* a person closed it */
};
enum { WINDOWS_MOST = 8 };

/* A file that is being written. */
struct saving {
    char *path, *temporary; /* the second one becomes the first when it is whole */
    const struct file_kind *kind;
    struct str program;
    bool under_way;
    struct err error; /* kind ERR_NONE: it went well */
};

struct gnuplot {
    struct gnuplot_config config;
    char *program, *choice, *dry_run; /* own copies of the config's texts */
    struct process process;
    struct exchange exchange;
    enum job job;
    double began, now; /* of the job */
    bool failed;       /* gnuplot is gone for good; everything goes on without it */

    const char *terminal; /* chosen: "qt", "dumb" ...; NULL: not yet */
    bool nowhere;         /* there is no place for pictures */
    size_t tried;         /* window terminals that do not work */
    double text_shown;    /* when the last picture of text was shown */

    struct window window[WINDOWS_MOST];
    size_t windows, drawn; /* the one that JOB_FRAME is about */
    struct saving saving;
    char complaint[300]; /* the last one told */
};

/* Begins a question about `job`; text is then added to g->exchange.text, and bridge_ask sends it.
 */
int bridge_begin(struct gnuplot *g, enum job job);
void bridge_ask(struct gnuplot *g);
/* Tells a person something, once. */
void bridge_tell(struct gnuplot *g, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* terminal.c: chooses where pictures go; false while that is not settled. */
bool terminal_settled(struct gnuplot *g);
/* The terminal that is being tried does not work. */
void terminal_refused(struct gnuplot *g);
/* The candidate answered. */
void terminal_works(struct gnuplot *g);
bool terminal_is_text(const struct gnuplot *g);
/* Adds `set term ...` for the window. */
void terminal_set(const struct gnuplot *g, size_t window, struct str *to);

/* save.c: the steps of saving, as gnuplot answers. */
void save_next(struct gnuplot *g);
void save_opened(struct gnuplot *g);
void save_written(struct gnuplot *g);
/* It cannot be finished: gnuplot is gone. */
void save_given_up(struct gnuplot *g, const char *why);
void save_finish(struct gnuplot *g);

#endif
