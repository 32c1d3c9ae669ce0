/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures for a report: kept as programs when they are plotted, drawn when it is written. */
#ifndef NNR_CMD_COMMON_PAGE_PICTURE_H
#define NNR_CMD_COMMON_PAGE_PICTURE_H

#include "cmd/report/report.h"

#include "plot/figure.h"

struct bytes;
struct entry;
struct model;
struct request;
struct session;

struct page_picture {
    uint64_t place;   /* where it stands (TOLD_PLACE); 0: where it was told */
    const char *view; /* its name, and what its row says of it */
    const char *summary;
    struct report numbers; /* what it shows, in a table */
    struct figure figure;
    bool shades; /* its colours are a scale, which means what it is on white */
    struct arena arena;
};

/* Adds a picture as a piece of a transcript. */
void page_picture_put(struct str *to, const struct session *s, const struct request *r,
                      uint64_t place, const struct figure *f);
/* The place of a piece. */
uint64_t page_picture_place(const struct str *piece);
/* Reads a piece: false when it is not whole. Finish it in any case. */
bool page_picture_take(struct page_picture *p, const struct str *piece);
void page_picture_finish(struct page_picture *p);
/* Adds it as SVG: what gnuplot has drawn, without anything that a picture does not need, and with
 * words for who cannot see it. Names in it begin with `number`, so that a page may hold several.
 * With `file` it is one that stands by itself. */
int page_picture_svg(struct session *s, struct page_picture *p, size_t number, bool file,
                     struct str *to, struct err *e);
/* What it shows, in words: a line for each series. */
void page_picture_words(const struct page_picture *p, struct str *to);

/* Shows a figure to the host's listener, if there is one, else as picture_show. What gnuplot cannot
 * draw for a listener is a notice. Takes the figure. */
int picture_present(struct session *s, const struct entry *view, unsigned shares, struct figure *f,
                    struct err *e);
/* A picture that was plotted, if a transcript is kept: `f` if it is one of pixels, else NULL, then
 * it is drawn once more. */
void page_tell_picture(struct session *s, const struct request *r, const struct figure *f);
/* The pictures that are watched have come to the end of a piece of training: they will stand here
 * as they are now, unless they go on. */
void page_keep_watched(struct session *s, struct model *m);
/* They do not go on: the transcript gets what was kept. */
void page_end_watched(struct session *s);

#endif
