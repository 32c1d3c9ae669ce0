/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A few threads that run one function together. Between two runs they wait: for some microseconds
 * awake, so that the steps of a training follow each other quickly, and then asleep. */
#ifndef NNR_BASE_POOL_H
#define NNR_BASE_POOL_H

struct pool;

/* A pool of `workers`, at least 2, the caller of pool_run included. NULL when there is no memory,
 * or the system gives no threads. */
struct pool *pool_create(unsigned workers);
void pool_destroy(struct pool *p);
/* Runs work(self, i) for each worker i, the caller being worker 0; returns when all have ended. */
void pool_run(struct pool *p, void (*work)(void *self, unsigned worker), void *self);

#endif
