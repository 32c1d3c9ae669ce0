/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The module for one MPI. Messages go in pieces, as MPI counts in int; the first one says how much
 * there is. */
#include "base/ranks.h"

#include <mpi.h>
#include <stdint.h>
#include <time.h>

extern const struct rank_calls nnr_rank_calls;

enum { SIZE_TAG = 1, PIECE_TAG = 2, PIECE = 1 << 30 };

static int start(int *rank, int *count)
{
    int level;
    if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level) != MPI_SUCCESS)
        return -1;
    MPI_Comm_rank(MPI_COMM_WORLD, rank);
    MPI_Comm_size(MPI_COMM_WORLD, count);
    return 0;
}

static void end(void)
{
    MPI_Finalize();
}

/* What rank 0 has said must have gone its way before all are ended: MPI's launcher drops what it
 * has not yet passed on. The other ranks leave it the time to say something. */
static void stop(int status)
{
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    const struct timespec moment = {.tv_sec = rank ? 1 : 0, .tv_nsec = rank ? 0 : 200000000};
    nanosleep(&moment, NULL);
    MPI_Abort(MPI_COMM_WORLD, status);
}

static int piece_of(size_t n)
{
    return n < PIECE ? (int)n : PIECE;
}

static int send_message(int to, const void *bytes, size_t n)
{
    const char *at = bytes;
    uint64_t size = n;
    int failed = MPI_Send(&size, sizeof size, MPI_BYTE, to, SIZE_TAG, MPI_COMM_WORLD);
    for (int part; n && !failed; n -= (size_t)part, at += part) {
        part = piece_of(n);
        failed = MPI_Send(at, part, MPI_BYTE, to, PIECE_TAG, MPI_COMM_WORLD);
    }
    return failed ? -1 : 0;
}

static int look(int *from, size_t *n)
{
    MPI_Status status;
    int there;
    uint64_t size;
    if (MPI_Iprobe(MPI_ANY_SOURCE, SIZE_TAG, MPI_COMM_WORLD, &there, &status))
        return -1;
    if (!there)
        return 0;
    *from = status.MPI_SOURCE;
    if (MPI_Recv(&size, sizeof size, MPI_BYTE, *from, SIZE_TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE))
        return -1;
    *n = (size_t)size;
    return 1;
}

static int receive(int from, void *to, size_t n)
{
    int failed = 0;
    char *at = to;
    for (int part; n && !failed; n -= (size_t)part, at += part) {
        part = piece_of(n);
        failed = MPI_Recv(at, part, MPI_BYTE, from, PIECE_TAG, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    }
    return failed ? -1 : 0;
}

/* MPI itself would look without a pause, for as long as it takes the slowest to come. */
static int broadcast(void *bytes, size_t n)
{
    const struct timespec pause = {.tv_nsec = 200000};
    char *at = bytes;
    for (int part; n; n -= (size_t)part, at += part) {
        MPI_Request request;
        int done = 0;
        part = piece_of(n);
        if (MPI_Ibcast(at, part, MPI_BYTE, 0, MPI_COMM_WORLD, &request))
            return -1;
        while (!done) {
            if (MPI_Test(&request, &done, MPI_STATUS_IGNORE))
                return -1;
            if (!done)
                nanosleep(&pause, NULL);
        }
    }
    return 0;
}

const struct rank_calls nnr_rank_calls = {.start = start,
                                          .end = end,
                                          .stop = stop,
                                          .send = send_message,
                                          .look = look,
                                          .receive = receive,
                                          .broadcast = broadcast};
