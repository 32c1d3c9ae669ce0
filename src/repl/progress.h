/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How far the work is, on standard error: one line that rewrites itself on a terminal, else lines
 * for epochs, at most ten in any second. */
#ifndef NNR_REPL_PROGRESS_H
#define NNR_REPL_PROGRESS_H

#include "cmd/session/host.h"

#include <stdbool.h>

enum { PROGRESS_ROOM = 256, TELLS = 10 };

struct progress_line {
    struct out to;
    bool silent, rewrites; /* whether it says nothing; whether a terminal shows it */
    unsigned width;        /* of the terminal, in characters */

    /* Without a terminal: how many lines were written, and when the last of them. */
    uint64_t tells;
    double told[TELLS];

    /* The piece of work that runs: when and at which step it was first seen. */
    bool running;
    double began;
    uint64_t first, latest, steps;
    /* The same of a sweep. */
    double sweep_began;
    size_t runs, runs_done, runs_before;
    /* What stands on the screen: when it was drawn, and how many characters. */
    double drawn;
    unsigned shown;
};

/* To be called often; `now` is in seconds. */
void progress_show(struct progress_line *l, const struct progress *p, double now);
/* Takes the line off the screen, before something else is written. */
void progress_erase(struct progress_line *l);
/* The same, when the work has ended. */
void progress_end(struct progress_line *l);

#endif
