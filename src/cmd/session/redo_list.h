/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `undo` took back, newest first, so that `redo` can bring it again: the state as it was
 * before. It is forgotten when something new is done. */
#ifndef NNR_CMD_SESSION_REDO_LIST_H
#define NNR_CMD_SESSION_REDO_LIST_H

#include "cmd/session/undo_list.h"

struct undone {
    struct undone *older;
    struct snapshot after;
    long times; /* how many statements a replay takes it for */
    char text[100];
};

/* Keeps the state before `t` is taken back in *to, or NULL where that would cost more than the
 * undo: what is small is taken back in no time, however large the session is. 0, or -1 and *e. */
int undone_new(struct session *s, const struct taken *t, long times, struct undone **to,
               struct err *e);
void undone_drop(struct session *s, struct undone *u);
/* It was taken back; NULL: and cannot be brought again, so neither can what was taken back before.
 * The newest ones stay, as many as fit into what undo may take. */
void undone_push(struct session *s, struct undone *u);
/* Brings the newest again; undo can then take it back. On error (memory) nothing has changed. */
int undone_bring(struct session *s, struct err *e);
/* Something new is done. */
void undone_forget(struct session *s);

#endif
