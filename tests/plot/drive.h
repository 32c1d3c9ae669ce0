/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A poll loop round the bridge, in a folder of its own, that notes all it is told. */
#ifndef NNR_TESTS_DRIVE_H
#define NNR_TESTS_DRIVE_H

#include "check.h"

#include "plot/gnuplot.h"

struct drive {
    struct gnuplot *g;
    struct str notices; /* one a line */
    unsigned noticed;
    struct str picture; /* the last one */
    unsigned pictures;
    double now;
    double leap; /* seconds that pass in a turn of the loop in which nothing comes */
};

/* A temporary folder as the current one, without what an earlier test has set. For every test. */
int drive_setup(void **state);
int drive_teardown(void **state);

/* A bridge to the fake with these words in its FAKE_MODE: text pictures of 80 x 24 on a screen,
 * unless the caller changes the config before drive_open. */
struct gnuplot_config drive_config(struct drive *d, const char *mode);
void drive_open(struct drive *d, const struct gnuplot_config *c);
void drive_start(struct drive *d, const char *mode);
/* Turns until nothing is under way. */
void drive_idle(struct drive *d);
/* Turns for so many seconds of true time. */
void drive_wait(struct drive *d, double seconds);
/* Turns until the fake was told to draw. */
void drive_until_drawing(struct drive *d, void **state);
/* Lets so many seconds pass at once in which nothing comes, or fewer when nothing is under way. */
void drive_leap(struct drive *d, double seconds);
/* Ends the bridge; checks that no child is left. */
void drive_close(struct drive *d);

/* Shows a figure whose title is `title`. */
void drive_show(struct drive *d, const char *window, const char *title);
/* A curve of three points that is the value x squared, with that title. */
struct figure drive_figure(const char *title);
/* gnuplot_save with a name that nothing is read against. */
int drive_save(struct gnuplot *g, const char *path, struct figure *f, struct err *e);
/* The whole file; NULL when there is none. Free it. */
char *drive_file(const char *path);
/* What the fake was told so far; never NULL. */
const char *drive_log(void **state);
/* How often `part` is in `text`. */
unsigned drive_count(const char *text, const char *part);

#endif
