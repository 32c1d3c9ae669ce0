/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What gnuplot calls a terminal: which of them can show pictures here, and the commands that choose
 * one. */
#ifndef NNR_PLOT_DEVICE_H
#define NNR_PLOT_DEVICE_H

#include "base/entry.h"
#include "base/str.h"

struct figure;

struct gnuplot_config {
    const char *program;  /* "gnuplot", or what a test puts in its place */
    const char *terminal; /* a name, or "auto" */
    bool display;         /* a display is there: windows may be tried */
    bool screen;          /* stdout is a terminal: pictures may be text */
    bool colour;
    bool persist;           /* windows stay when this program has ended */
    unsigned width, height; /* of that terminal, in characters */
    const char *dry_run; /* a file to write all programs to instead of starting gnuplot; or NULL */
    void *self;
    /* One line about the bridge itself, for people. */
    void (*notice)(void *self, const char *line);
    /* A picture made of text. */
    void (*picture)(void *self, const char *text, size_t n);
};

enum { DEVICE_MOST = 4, DEVICE_NAME = 24 };

/* Those to be tried, best first. */
struct devices {
    char name[DEVICE_MOST][DEVICE_NAME];
    size_t count;
    bool asked; /* a person asked for this one by name */
};

struct devices devices_for(const struct gnuplot_config *c);
/* Whether it opens windows; otherwise its pictures come from gnuplot's output. */
bool device_is_window(const char *name);
/* Whether the name stands in the list that gnuplot prints, names with blanks round them;
 * NULL is an empty one. */
bool device_listed(const char *list, const char *name);
/* Adds the command that says how texts are encoded; it comes before the device is chosen. */
void device_encoding(struct str *to, const char *name);
/* Adds the options that make letters and lines large in files of pixels. */
void device_big(struct str *to, const char *name, bool big);
/* The same for the window that was chosen, or takes it back. */
void device_window_big(struct str *to, const char *name, bool big);
/* Adds what draws a figure on that device, behind device_window_big in a window. */
void device_program(struct str *to, const char *name, const struct figure *f);
/* Adds the command that chooses a window of that number. */
struct window_wish {
    unsigned long number;
    const char *title;
    bool size;    /* with its first size too */
    bool persist; /* it stays when gnuplot ends */
};
void device_window(struct str *to, const char *name, const struct window_wish *w);
/* Adds the command for a picture of `width` x `height` characters; other devices than dumb take
 * their own size. */
void device_picture(struct str *to, const char *name, unsigned width, unsigned height, bool colour);
/* Adds what shows that a window can be opened. */
void device_try(struct str *to, const char *name, unsigned long number);

#endif
