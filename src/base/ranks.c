/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/ranks.h"

#include "base/mem.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct span nowhere = {0};

/* Which MPI has started this process, by what it puts into the environment. */
static const struct mpi {
    const char *size, *rank; /* variables: how many there are, NULL if none says it; and which */
    const char *name, *module;
} mpis[] = {
    {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "Open MPI", "nnr-openmpi.so"},
    {"PMI_SIZE", "PMI_RANK", "MPICH", "nnr-mpich.so"},
    {NULL, "PMIX_RANK", "Open MPI", "nnr-openmpi.so"},
};

static long number_of(const char *variable, long without)
{
    const char *value = variable ? getenv(variable) : NULL;
    return value ? strtol(value, NULL, 10) : without;
}

/* Where the size is known, one alone needs no MPI. */
static const struct mpi *find_mpi(void)
{
    for (size_t i = 0; i < sizeof mpis / sizeof *mpis; i++)
        if (number_of(mpis[i].rank, -1) >= 0)
            return number_of(mpis[i].size, 2) > 1 ? &mpis[i] : NULL;
    return NULL;
}

/* In the folder mpi beside the program, as in a build, or where it was installed. */
static void *open_module(const char *name)
{
    enum { ROOM = 4096 };
    char program[ROOM] = "", path[ROOM + 100];
    const ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
    char *slash = n > 0 ? strrchr(program, '/') : NULL;
    void *module = NULL;
    if (slash) {
        *slash = 0;
        snprintf(path, sizeof path, "%s/mpi/%s", program, name);
        module = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    }
    if (!module) {
        snprintf(path, sizeof path, "%s/%s", MODULE_DIR, name);
        module = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    }
    return module;
}

int ranks_start(struct ranks *r, struct err *e)
{
    const struct mpi *mpi = find_mpi();
    *r = (struct ranks){0};
    if (!mpi)
        return 0;
    r->mpi = mpi->name;
    r->rank = (int)number_of(mpi->rank, 0);
    r->module = open_module(mpi->module);
    r->calls = r->module ? dlsym(r->module, "nnr_rank_calls") : NULL;
    if (!r->calls) {
        err_at(e, nowhere, "%s has started this, and %s cannot be loaded", mpi->name, mpi->module);
        return err_hint(e, "build nnr where %s is installed, or start it without mpirun",
                        mpi->name);
    }
    if (r->calls->start(&r->rank, &r->count) == 0)
        return 0;
    err_at(e, nowhere, "%s has started this, and does not answer", mpi->name);
    return err_hint(e, "start it with the mpirun of the %s that nnr was built with", mpi->name);
}

void ranks_end(struct ranks *r)
{
    if (r->calls)
        r->calls->end();
    r->calls = NULL;
    r->count = 0;
}

void ranks_stop(const struct ranks *r, int status)
{
    r->calls->stop(status);
}

static int refuse_ranks(const struct ranks *r, struct err *e)
{
    err_at(e, nowhere, "%s could not pass on a message between the ranks", r->mpi);
    return err_hint(e, "what was done is kept; start it once more");
}

int ranks_send(const struct ranks *r, int to, const void *bytes, size_t n, struct err *e)
{
    return r->calls->send(to, bytes, n) ? refuse_ranks(r, e) : 0;
}

int ranks_broadcast(const struct ranks *r, void *bytes, size_t n, struct err *e)
{
    return r->calls->broadcast(bytes, n) ? refuse_ranks(r, e) : 0;
}

int ranks_look(const struct ranks *r, struct message *m, struct err *e)
{
    *m = (struct message){0};
    const int found = r->calls->look(&m->from, &m->n);
    if (found <= 0)
        return found ? refuse_ranks(r, e) : 0;
    m->bytes = mem_new(m->n + 1, 1);
    if (!m->bytes)
        return err_memory(e);
    if (r->calls->receive(m->from, m->bytes, m->n) == 0)
        return 1;
    mem_free(m->bytes);
    return refuse_ranks(r, e);
}

void ranks_sleep(unsigned *idle)
{
    enum { FAST = 50, LONGEST = 5 };
    const long milliseconds = *idle < FAST ? 0 : *idle / FAST < LONGEST ? *idle / FAST : LONGEST;
    const struct timespec pause = {.tv_nsec = milliseconds ? milliseconds * 1000000 : 50000};
    nanosleep(&pause, NULL);
    *idle += 1;
}

int ranks_wait(const struct ranks *r, struct message *m, struct err *e)
{
    unsigned idle = 0;
    int found;
    while ((found = ranks_look(r, m, e)) == 0)
        ranks_sleep(&idle);
    return found < 0 ? -1 : 0;
}

enum { MESSAGE_ROOM = 400 };

/* What a rank says at a meeting. */
struct at_meeting {
    uint64_t where;
    int64_t status; /* at the last one; else 0 */
    char message[MESSAGE_ROOM];
};
#define PARTING UINT64_MAX

static bool is_same(const struct at_meeting *a, const struct message *m)
{
    struct at_meeting other;
    if (m->n != sizeof other)
        return false;
    memcpy(&other, m->bytes, sizeof other);
    return other.where == a->where && other.status == a->status;
}

static int tell_difference(const struct at_meeting *a, const struct message *m, struct err *e)
{
    struct at_meeting other = {0};
    if (m->n == sizeof other)
        memcpy(&other, m->bytes, sizeof other);
    other.message[MESSAGE_ROOM - 1] = 0;
    if (other.where == PARTING && *other.message)
        err_at(e, nowhere, "rank %d has failed: %s", m->from, other.message);
    else if (a->where == PARTING)
        err_at(e, nowhere, "rank %d goes on where rank 0 ends", m->from);
    else
        err_at(e, nowhere, "rank %d does not stand where rank 0 does", m->from);
    return err_hint(e, "all machines need the same nnr, script and files");
}

/* All other ranks tell rank 0 where they are, which answers by whether all are in one place. */
static int meet_ranks(struct ranks *r, const struct at_meeting *here, struct err *e)
{
    uint64_t fine = 1;
    if (r->apart)
        return -1;
    if (r->rank && ranks_send(r, 0, here, sizeof *here, e))
        return -1;
    for (int i = 1; i < r->count && !r->rank; i++) {
        struct message m;
        if (ranks_wait(r, &m, e))
            return -1;
        if (fine && !is_same(here, &m)) {
            tell_difference(here, &m, e);
            fine = 0;
        }
        mem_free(m.bytes);
    }
    if (ranks_broadcast(r, &fine, sizeof fine, e))
        return -1;
    r->apart = !fine;
    if (r->rank && !fine)
        err_at(e, nowhere, "the ranks do not stand in one place");
    return fine ? 0 : -1;
}

int ranks_meet(struct ranks *r, uint64_t where, struct err *e)
{
    const struct at_meeting here = {.where = where};
    return ranks_several(r) ? meet_ranks(r, &here, e) : 0;
}

int ranks_part(struct ranks *r, int status, const char *message, struct err *e)
{
    struct at_meeting here = {.where = PARTING, .status = status};
    snprintf(here.message, sizeof here.message, "%s", message);
    return ranks_several(r) ? meet_ranks(r, &here, e) : 0;
}
