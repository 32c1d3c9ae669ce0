/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A figure becomes a file. gnuplot never learns the file's name: it would run one that begins with
 * `|` in a shell. */
#ifndef NNR_PLOT_SAVE_H
#define NNR_PLOT_SAVE_H

#include "base/file.h"
#include "plot/figure.h"

struct save_format {
    const char *ending;
    const char *device, *or_device; /* gnuplot's words for it; NULL: needs no gnuplot, no other */
    const char *size;               /* and their options */
    const char *own;                /* by what a file of nnr's is known */
    const char *mark;               /* what is written behind the picture for that */
};

/* The size of a picture in a file of text, in characters. */
#define SAVE_TEXT_WIDTH 79
#define SAVE_TEXT_HEIGHT 24

/* Zeroed memory: no save is under way. */
struct save {
    const struct save_format *format; /* NULL: none */
    struct arena texts;
    struct str *text; /* where the picture goes instead of a file; NULL: it is a file */
    struct file_name file;
    struct file_out out;
};

/* Whether a figure can have that name: it could be written, and its ending says what to write. */
int save_check(const struct file_name *file, struct err *e);
/* Checks the name and opens the file beside it. On failure *s is empty. */
int save_begin(struct save *s, const struct file_name *file, struct err *e);
/* Begins one that becomes SVG in `to`, which must outlive it. */
void save_begin_text(struct save *s, struct str *to);
/* Writes the whole file and puts it in its place. *s is empty afterwards, whatever happens. */
int save_end(struct save *s, const char *bytes, size_t n, struct err *e);
/* Gives up, and removes what was written. */
void save_drop(struct save *s);
/* Adds the text to the end of a file. */
int save_append(const char *path, const struct str *text, struct err *e);
/* Adds the figure as a file that needs no gnuplot to be written: the program, or its numbers. */
void save_plain(const struct save *s, const struct figure *f, struct str *to);
/* Fills in that the picture could not be drawn; returns -1. */
int save_undrawn(const struct save *s, struct err *e, const char *why);

#endif
