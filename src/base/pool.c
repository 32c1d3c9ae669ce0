/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/pool.h"

#include "base/mem.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Looks at a counter before a thread lies down: some 20 microseconds. */
enum { LOOKS = 400 };

struct helper {
    struct pool *pool;
    unsigned number;
    pthread_t thread;
};

struct pool {
    struct helper *helper;
    unsigned helpers; /* running threads: the workers but the first */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    unsigned asleep;    /* under lock */
    atomic_ulong round; /* of pool_run; moves when there is work */
    atomic_uint ended;  /* helpers that are through with it */
    bool leave;
    void (*work)(void *self, unsigned worker);
    void *self;
};

static void rest_moment(void)
{
#if defined __x86_64__ || defined __i386__
    __builtin_ia32_pause();
#endif
}

/* Returns when the round is no longer `seen`. */
static void await_work(struct pool *p, unsigned long seen)
{
    for (int i = 0; i < LOOKS; i++) {
        if (atomic_load_explicit(&p->round, memory_order_acquire) != seen)
            return;
        rest_moment();
    }
    pthread_mutex_lock(&p->lock);
    p->asleep++;
    while (atomic_load(&p->round) == seen)
        pthread_cond_wait(&p->wake, &p->lock);
    p->asleep--;
    pthread_mutex_unlock(&p->lock);
}

static void *help(void *self)
{
    const struct helper *h = self;
    struct pool *p = h->pool;
    for (unsigned long seen = 0;; seen++) {
        await_work(p, seen);
        if (p->leave)
            return NULL;
        p->work(p->self, h->number);
        atomic_fetch_add_explicit(&p->ended, 1, memory_order_release);
    }
}

static void begin_round(struct pool *p)
{
    pthread_mutex_lock(&p->lock);
    atomic_store(&p->ended, 0);
    atomic_fetch_add(&p->round, 1);
    if (p->asleep)
        pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
}

void pool_run(struct pool *p, void (*work)(void *self, unsigned worker), void *self)
{
    p->work = work;
    p->self = self;
    begin_round(p);
    work(self, 0);
    for (int i = 0; atomic_load_explicit(&p->ended, memory_order_acquire) < p->helpers; i++)
        if (i < LOOKS)
            rest_moment();
        else
            sched_yield();
}

/* Signals are for the thread that waits for the terminal. */
static int start_threads(struct helper *h)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int failed = pthread_create(&h->thread, NULL, help, h);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}

struct pool *pool_create(unsigned workers)
{
    struct pool *p = mem_new(1, sizeof *p);
    if (!p)
        return NULL;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    p->helper = mem_new(workers, sizeof *p->helper);
    bool failed = !p->helper;
    for (unsigned i = 1; i < workers && !failed; i++) {
        struct helper *h = &p->helper[p->helpers];
        *h = (struct helper){.pool = p, .number = i};
        failed = start_threads(h) != 0;
        p->helpers += !failed;
    }
    if (!failed)
        return p;
    pool_destroy(p);
    return NULL;
}

void pool_destroy(struct pool *p)
{
    if (!p)
        return;
    p->leave = true;
    begin_round(p);
    for (unsigned i = 0; i < p->helpers; i++)
        pthread_join(p->helper[i].thread, NULL);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    mem_free(p->helper);
    mem_free(p);
}
