/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of a session's pictures share: what was asked for, and showing it. Private to
 * common/watch.c, plotting.c and verbs/plot.c. */
#ifndef NNR_CMD_COMMON_PLOTTING_H
#define NNR_CMD_COMMON_PLOTTING_H

#include "plot/gnuplot.h"

struct asked;
struct model;
struct node;
struct session;

/* What was asked for: a view with names, kept as text so that a later drawing looks them up again.
 */
struct request {
    const struct view_kind *view;
    struct arena arena;
    const char **layer;
    struct span *where;
    size_t layers;
    const char **model; /* none: the one at hand */
    size_t models;
    struct asked *asked; /* expressions, which the view of curves draws */
    size_t askeds;
    const struct args *keys; /* as view_request.keys */
    struct span place;
};

/* An expression: its text, and the tree of it. */
struct asked {
    const char *text;
    const struct node *node;
};

struct watched_view {
    struct request request;
    uint64_t every;
    struct str
        kept; /* for a report: the picture at the end of the latest training (page_picture) */
};

struct watched_text {
    struct arena arena; /* of the tree */
    const struct node *node;
    char *text;
    uint64_t every;
    double value; /* at the step that is being observed */
};

struct pictures {
    struct gnuplot *gnuplot;
    char *terminal;      /* plot terminal NAME, or a file's path; NULL: as the host says */
    char *within;        /* where that file may be, as file_name.within */
    bool sized, big;     /* plot size=; else as the host says */
    struct request last; /* what plot save saves */
    struct watched_view *watched;
    size_t watches, watch_room;
    struct watched_text *expression;
    size_t expressions, expression_room;
    double drawn; /* when watched views were drawn last */
    double pause; /* until they may be again */
    size_t told;  /* pictures that a listener got */
};

void request_finish(struct request *r);
void watched_view_finish(struct watched_view *w);
/* The view, its layers and keys, as they are written. */
void request_print(struct str *to, const struct request *r);
void watched_text_finish(struct watched_text *x);
/* Ends all watching. */
void watches_forget(struct pictures *p);
/* The session's pictures, made at the first use. NULL: *e. */
struct pictures *pictures_of(struct session *s, struct err *e);
/* The bridge, made at the first use; gnuplot itself starts at the first picture. NULL: *e. */
struct gnuplot *pictures_gnuplot(struct session *s, struct err *e);
/* auto, none, a terminal or a file. */
const char *picture_choice(const struct session *s);
bool picture_is_file(const char *choice);
/* Whether a picture would be seen by anybody. */
bool pictures_shown(const struct session *s);
/* Whether the host's listener takes them. */
bool pictures_are_told(const struct session *s);
/* Whether pictures are made of characters: neither a window nor a file is there. */
bool pictures_are_text(const struct session *s);

/* What a figure is made for: pixels, the terminal, or a file of characters. */
enum paper { PAPER_PIXELS, PAPER_TERMINAL, PAPER_TEXT_FILE };
/* That of the pictures that are shown. */
enum paper pictures_paper(const struct session *s);
/* Draws a request into a figure, of the given models. */
int request_draw(struct session *s, const struct request *r, struct model *const *model,
                 size_t models, enum paper paper, struct figure *f, struct err *e);
/* Of the models that it names, or of `own`. */
int request_draw_own(struct session *s, const struct request *r, struct model *own,
                     enum paper paper, struct figure *f, struct err *e);
/* Writes a figure to a file and waits until it is there. */
int picture_save(struct session *s, const struct file_name *file, struct figure *f, struct err *e);
/* Draws a figure as SVG, and waits for it. Takes the figure. */
int picture_svg(struct session *s, struct figure *f, struct str *to, struct err *e);
/* Shows a figure where the person looks, and waits until it is there. As text it takes one of so
 * many shares of the screen's height. Takes the figure. */
int picture_show(struct session *s, const char *window, unsigned shares, struct figure *f,
                 struct err *e);
void pictures_finish(struct session *s);
/* Folds in what is watched and where pictures go. */
uint64_t pictures_digest(const struct session *s, uint64_t hash);

/* Whether pictures can go where --plot says: the ending of a file must tell what to write. */
int session_plot_check(const char *where, struct err *e);
/* Whether pictures stand in windows that nobody has closed. */
bool session_windows_open(const struct session *s);

#endif
