/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces of work done side by side in processes that are copies of this one. Each is given the next
 * piece when it is through with one; what came of them is taken in the order of the pieces. */
#ifndef NNR_BASE_FORK_POOL_H
#define NNR_BASE_FORK_POOL_H

#include "base/err.h"
#include "base/str.h"

struct fork_work {
    void *self;
    size_t items;
    /* In each new process, before its first item. Its standard files are /dev/null, what else was
     * open is closed, signals act as they do by themselves but for Ctrl-C, and the threads of this
     * process are not there. */
    void (*enter)(void *self);
    /* In such a process: does item i, and adds what came of it. -1: it cannot, for lack of memory
     * say; the process ends, and the first one does the item. */
    int (*run)(void *self, size_t i, struct str *to);
    /* In this process: what came of item i; bytes NULL: its process died, and so did a second one.
     */
    int (*take)(void *self, size_t i, const char *bytes, size_t n, struct err *e);
    /* In this process, where no other can be had or do it: does item i, and takes what came of it.
     */
    int (*alone)(void *self, size_t i, struct err *e);
    /* Called some fifty times a second. -1 with *e: the work is to end. */
    int (*wait)(void *self, size_t running, struct err *e);
    /* Called once, before the first `alone`: the system gave no process, for the reason errno. */
    void (*refused)(void *self, int why);
};

/* Does all items in `jobs` processes. When a process dies its item is done once more, in another
 * one. 0, or -1 with the error of take, alone or wait: then nothing more is done or taken. No
 * process of the pool is left, and none outlives this one. */
int fork_pool_run(const struct fork_work *w, unsigned jobs, struct err *e);

#endif
