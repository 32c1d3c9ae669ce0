/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session needs of the world round it, handed down by whoever runs it: repl, or a test. */
#ifndef NNR_CMD_HOST_H
#define NNR_CMD_HOST_H

#include "base/out.h"

#include <stdbool.h>
#include <stdint.h>

/* How far foreground work has come; figures so far of the running epoch. */
struct progress {
    const char *what;       /* "train", "step", "penalties" */
    const char *model;      /* the model's name, or NULL when there is only one */
    uint64_t epoch, epochs; /* the epoch that runs, from 1, and how many; 0 and 0: none */
    uint64_t step, steps;   /* steps done and to do in this piece of work */
    bool epoch_ended;       /* this call marks the end of an epoch */
    double data, penalty;   /* mean over the epoch so far */
};

struct session;

struct host {
    void *self;
    bool person;            /* somebody sits at the prompt */
    bool json, quiet;       /* --json, --quiet */
    bool check;             /* --check: names, choices and shapes only; nothing is trained */
    unsigned width, height; /* of the screen, in characters */
    struct out out, err;
    /* Called between slices of foreground work of about 10 ms. False: please stop. */
    bool (*tick)(void *self, const struct progress *p);
    /* Monotonic seconds, for --json and for sizing slices. */
    double (*clock)(void *self);
};

#endif
