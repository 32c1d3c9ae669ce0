/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replies of --serve on their way out: one line of JSON each. Nothing is kept for whoever does not
 * read: the program waits for them, hears signals meanwhile, and gives up when it is to end. */
#ifndef NNR_REPL_REPLIES_H
#define NNR_REPL_REPLIES_H

#include "repl/loop.h"

struct requests;

struct replies {
    struct loop *loop;
    struct requests *requests; /* who tells when the other side wants the end */
    int fd;                    /* what standard output was */
    const char *id;            /* of the request that is answered, as JSON; NULL: none is */
    const char *event;         /* of the line that is being made */
    struct str line;           /* the one that is being made */
    struct json json;
    double told; /* when progress was told last */
};

/* Takes standard output over: what else is written there goes to standard error from now on. */
int replies_start(struct replies *r, struct loop *l, struct err *e);
void replies_finish(struct replies *r);

/* Begins a line with the id and what it is; members go into r->json, then replies_send. */
struct json *replies_begin(struct replies *r, const char *event);
/* Adds a member whose value is JSON already. */
void replies_raw(struct replies *r, const char *key, const char *json, size_t n);
void replies_send(struct replies *r);
/* Text under that key, in lines of at most 64 KiB of it. */
void replies_text(struct replies *r, const char *event, const char *text, size_t n);
/* At most ten in a second, and none that would have to wait. */
void replies_progress(struct replies *r, const struct progress *p, double now);

#endif
