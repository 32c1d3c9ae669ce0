/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the pieces of a report are written: as HTML or as Markdown. Private to common/page*.c. */
#ifndef NNR_CMD_COMMON_PAGE_WAY_H
#define NNR_CMD_COMMON_PAGE_WAY_H

#include "base/file.h"
#include "base/str.h"

struct page_picture;
struct report;
struct session;

/* What stands above and below. */
struct page_facts {
    const char *title;
    const char *from;     /* the script's name; NULL: it was typed */
    struct str intro;     /* paragraphs, each ended by a newline */
    const char *ended;    /* how it came to its end, if that was not its own; or NULL */
    const char *left_out; /* why not all of it is there; or NULL */
    const char *date;
    double seconds; /* that it took */
    uint64_t seed;
    size_t statements;
    const char *const *section; /* their titles, for a list of them */
    size_t sections;
};

/* A picture that was drawn, or why not. */
struct page_drawn {
    const struct page_picture *picture;
    const struct str *svg;
    const char *why;  /* NULL: it was */
    const char *file; /* where it stands, of a way that has them beside; else NULL */
};

/* An exercise. */
struct page_task {
    const char *task, *condition;
    bool person; /* what follows is what a person did; else it is a solution */
    const char *const *hint;
    size_t hints, number;
};

/* Each adds to `to`. */
struct page_way {
    const char *ending, *own; /* of files' names, and by what a file of nnr's is known */
    bool pictures_beside;
    void (*begin)(struct str *to, const struct page_facts *facts);
    void (*end)(struct str *to, const struct page_facts *facts);
    void (*code)(struct str *to, const struct str *text);
    void (*section)(struct str *to, const char *title, size_t number);
    void (*say)(struct str *to, const struct str *text); /* a paragraph of lines */
    void (*report)(struct str *to, const struct report *r);
    void (*words)(struct str *to, const struct str *text);
    void (*notice)(struct str *to, const struct str *text);
    void (*error)(struct str *to, const struct str *text);
    /* What is written between the two is done in the exercise. */
    void (*task)(struct str *to, const struct page_task *t);
    void (*task_end)(struct str *to);
    void (*picture)(struct str *to, const struct page_drawn *p, size_t number);
};

extern const struct page_way page_html, page_markdown;

#endif
