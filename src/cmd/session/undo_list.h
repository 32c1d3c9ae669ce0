/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `undo` takes back, newest first. */
#ifndef NNR_CMD_SESSION_UNDO_LIST_H
#define NNR_CMD_SESSION_UNDO_LIST_H

#include "cmd/session/snapshot.h"

/* What of a model changes without a statement that can be taken back: what `loss` speaks of, and
 * what nnr chose. It goes when the statement before goes. */
struct side {
    size_t model;
    struct figures last;
    enum figures_from from;
    struct recipe_extent recipe;
};

/* What `undo` takes back. */
struct taken {
    struct taken *older, *newer;
    struct delta *delta; /* what undo changes back; NULL: it puts back */
    struct snapshot before;
    struct side *side;
    size_t sides, side_room;
    size_t bytes; /* beside the models' */
    long depth;   /* how long a replay's list was before */
    uint64_t number;
    char text[100];
};

/* What can be taken back. `small`: the statement notes what it changes. */
struct taken *taken_new(struct session *s, unsigned parts, bool small, const char *text,
                        struct err *e);
void taken_push(struct session *s, struct taken *t, long depth);
void taken_drop(struct session *s, struct taken *t);
/* Something of a model that a side holds is about to change: the newest keeps how it is. */
int taken_side(struct session *s, const struct model *m, struct err *e);
/* Of the newest, which is being taken back: for models that do not come back as a whole. */
void taken_put_sides(struct session *s);
/* Drops what is newer than number `floor`. */
void taken_drop_to(struct session *s, uint64_t floor);
/* How much memory what is kept for undo and redo may take. */
size_t undo_bytes_most(void);
/* Adds text without its marks, cut to the room. */
void plain_text(const char *from, char *to, size_t room);
/* Takes one out of the list and frees it. */
void taken_take_out(struct session *s, struct taken *t);

#endif
