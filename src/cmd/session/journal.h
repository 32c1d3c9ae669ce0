/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Noting what a session does, as text that does it again. */
#ifndef NNR_CMD_SESSION_JOURNAL_H
#define NNR_CMD_SESSION_JOURNAL_H

#include "cmd/session/past.h"

struct model;
struct session;
struct statement;

/* A statement was carried out, or failed half way, when `current` was the current model: what it
 * may have changed is no longer as the newest snapshot has it. Said of each statement, also of
 * those in { }: a mark that is set or gone back to in a later turn must see what this turn did. */
void journal_touched(struct session *s, const struct statement *st, struct model *current);
/* Something failed: notes what was done before it, in front of what is noted already. */
void journal_done(struct session *s, const struct statement *st);
void journal_done_text(struct session *s, long pushes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Where the unit is spelled out (past.h): what was done last, if it is written, and what its
 * handler or a failure noted. Its inner statements since the place `from` go, unless a person did
 * an exercise among them. */
struct spelled_place {
    struct line *last;
    long depth;
    uint64_t exercises;
};
struct spelled_place journal_spelled_place(const struct session *s);
void journal_spell(struct session *s, const struct statement *st, const struct spelled_place *from);
/* Takes out what was spelled since then, unless a person did an exercise among it. */
void journal_unspell(struct session *s, const struct spelled_place *from);
/* Whether what is spelled of the statement that runs stays, so that a failure need not note it. */
bool journal_keeps_spelled(const struct session *s);
void journal_spell_text(struct session *s, long pushes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Of a statement that failed: what was done of it. */
void journal_spell_partial(struct session *s);
/* nnr chose the loss of an output, one of several perhaps, or, of NOTHING, the optimizer. To be
 * called before it is put in place. */
int journal_chose(struct session *s, const struct model *m, id output, bool several,
                  const struct args *args, struct err *e);

/* What `loss` speaks of is about to change. */
int journal_note_figures(struct session *s, const struct statement *st, struct err *e);
/* Puts a line at the end of the journal and into the record. */
int journal_append(struct session *s, struct line *l, struct err *e);
/* All of a list; a choice that was taken back is left out. */
int journal_append_list(struct session *s, struct line **list, struct err *e);

#endif
