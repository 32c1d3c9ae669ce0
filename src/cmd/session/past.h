/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session has done, as it is held: lines of text that do it again, and the way back. */
#ifndef NNR_CMD_SESSION_PAST_H
#define NNR_CMD_SESSION_PAST_H

#include "nn/graph.h"

#include <sys/types.h>

/* One or more statements. A string that names a file is kept as FILE_MARK and its whole path. */
struct line {
    struct line *next;
    long pushes; /* by how many a replay's list of what `undo` takes back grows */
    bool chosen; /* it says what nnr chose: */
    id output;   /* the loss of this output; NOTHING: the optimizer */
    char model[64];
    char text[];
};
enum { FILE_MARK = 1 };

/* Steps in the background since the statement before. */
struct segment {
    struct taken *taken; /* the state before; NULL: there was no memory to keep it */
    uint64_t *first;     /* the step of each job's model then */
};

struct journal {
    uint64_t seed; /* at the start */
    struct line *first, *last;
    bool lost; /* a line could not be kept for want of memory */
    long depth;

    /* The unit that runs. */
    unsigned level;      /* 1: a statement of the prompt or script; more: of a file it reads */
    unsigned bodies;     /* { } that are being done */
    bool whole;          /* the unit is one statement and no loop or file */
    struct delta *delta; /* where the unit notes what it changes; NULL: nowhere */
    const struct snapshot *before; /* NULL: it changes nothing */
    struct line *chosen, *partial; /* what nnr chose, and what was done before something failed */
    struct line *extra;            /* what a handler adds */
    bool instead;                  /* that is what the unit did: its own line is not written */
    /* Instead of the unit's own line, when a person did an exercise inside: what was done,
     * statement by statement. */
    bool spells; /* an exercise may come: it is noted so */
    struct line *spelled, *spelled_last;
    uint64_t exercises, outer_exercises; /* how many are in it, and were before the statement */

    struct taken *newest, *oldest;
    struct undone *undone; /* what was taken back since something new was done; newest first */
    uint64_t count, floor; /* `undo` does not go beyond number `floor` */
    size_t bytes;          /* of all that can be taken back, beside the models' */
    size_t copies;         /* bytes of all models that snapshots keep */
    struct segment segment;

    /* record */
    int fd; /* -1: nothing is recorded */
    char *name, *path;
    off_t size; /* of what was written */
};

struct journal *journal_create(uint64_t seed);
/* A line of that text; NULL without memory. */
struct line *line_new(long pushes, const char *text);
/* Frees a list of lines. */
void lines_free(struct line *l);
/* Frees what a unit noted and nobody appended. */
void journal_forget_lists(struct journal *j);

#endif
