/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One question to gnuplot and its whole answer. A question ends by printing a token on both of
 * gnuplot's outputs: what came before it belongs to this question, and nothing after it does. */
#ifndef NNR_PLOT_EXCHANGE_H
#define NNR_PLOT_EXCHANGE_H

#include "base/str.h"

/* Zeroed memory becomes a valid one by exchange_init; exchange_finish it. */
struct exchange {
    char mark[32];        /* what no data can hold by chance: new for each run of the program */
    unsigned long number; /* of this question */
    bool open;            /* being sent, or not answered yet */
    struct str text;      /* the question */
    size_t sent;          /* bytes of it */
    double waited;        /* seconds since it began */

    struct str out;  /* the answer: a picture, or what was printed */
    size_t looked;   /* bytes of it in which there is no token */
    bool out_ended;  /* its token has come */
    bool lost;       /* it was too large, or there was no memory for it */
    char line[2048]; /* the line of the error output that is being read: its end */
    size_t line_size;
    bool err_ended;          /* its token has come */
    char warning[200];       /* the first warning among them; or empty */
    bool blind;              /* some helper could not reach the display */
    int trouble;             /* gnuplot's own number of the last error; 0: none */
    char message[200];       /* what it says of it */
    unsigned long closed[8]; /* windows that a person closed, since somebody emptied this */
    size_t closures;
};

void exchange_init(struct exchange *x);
void exchange_finish(struct exchange *x);
/* Begins an empty question; what is asked is then added to x->text. */
void exchange_begin(struct exchange *x);
/* Ends the question. -1: there was no memory for it, and there is no question. */
int exchange_ask(struct exchange *x);
/* Adds the command by which the window of that number, the current one, tells that it was closed.
 */
void exchange_bind(struct exchange *x, unsigned long window);
/* What gnuplot has written. */
void exchange_out(struct exchange *x, const char *bytes, size_t n);
void exchange_err(struct exchange *x, const char *bytes, size_t n);
/* Whether the answer is complete. */
bool exchange_answered(const struct exchange *x);

#endif
