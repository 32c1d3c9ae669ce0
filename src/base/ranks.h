/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranks: processes of one start by mpirun, on this machine and others. All run the same text and
 * come to the same state; rank 0 speaks for them. Whoever waits sleeps between two looks. */
#ifndef NNR_BASE_RANKS_H
#define NNR_BASE_RANKS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* What a module for one MPI does; it stands in a shared object as `nnr_rank_calls`, and is loaded
 * only where that MPI has started the process. -1, or false, is an error of MPI. */
struct rank_calls {
    int (*start)(int *rank, int *count);
    void (*end)(void);        /* all have come to it */
    void (*stop)(int status); /* ends all processes at once */
    int (*send)(int to, const void *bytes, size_t n);
    /* 1: a message of *n bytes has come, from `*from`; 0: none has. */
    int (*look)(int *from, size_t *n);
    int (*receive)(int from, void *to, size_t n);
    /* From rank 0 to all others; every rank calls it. */
    int (*broadcast)(void *bytes, size_t n);
};

struct ranks {
    const struct rank_calls *calls;
    void *module;
    int rank, count;
    const char *mpi; /* its name, for messages */
    bool apart;      /* a meeting has found that they are not in one place */
};

/* Whether mpirun has started this process, and the ranks that it is one of; r->count is 0 where it
 * has not, and where this is the only one. -1: *e, for rank 0 to tell: r->rank is known. */
int ranks_start(struct ranks *r, struct err *e);
/* Frees what ranks_start took. Every rank comes here, or some other one calls ranks_stop. */
void ranks_end(struct ranks *r);
/* Ends all processes. */
void ranks_stop(const struct ranks *r, int status);

/* Whether there are others, and whether this one is to be silent. */
static inline bool ranks_several(const struct ranks *r)
{
    return r && r->count > 1;
}
static inline bool ranks_follow(const struct ranks *r)
{
    return ranks_several(r) && r->rank > 0;
}

int ranks_send(const struct ranks *r, int to, const void *bytes, size_t n, struct err *e);
int ranks_broadcast(const struct ranks *r, void *bytes, size_t n, struct err *e);

/* A message that has come. */
struct message {
    int from;
    size_t n;
    char *bytes; /* freed with mem_free */
};
/* The next message: 1, or 0 when none has come. -1: *e. */
int ranks_look(const struct ranks *r, struct message *m, struct err *e);
/* Sleeps a moment, and longer after each call without a message: *idle counts them. */
void ranks_sleep(unsigned *idle);
/* The next message, however long it takes. 0, or -1 and *e. */
int ranks_wait(const struct ranks *r, struct message *m, struct err *e);

/* All ranks come here with the same number, which says where they are in their work; then all go
 * on. -1 with *e when another one is elsewhere, or ended with a message. */
int ranks_meet(struct ranks *r, uint64_t where, struct err *e);
/* The last meeting: with the status that each rank ends with and, of one that failed, its message.
 * -1: *e tells of a rank that did not end as this one does, unless that was told before. */
int ranks_part(struct ranks *r, int status, const char *message, struct err *e);

#endif
