/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was said and done in a session, piece by piece, for a report of it. The pieces stand in a
 * file without a name, so a long session takes no memory; where the disk or that file is full, what
 * comes later is counted and left out. */
#ifndef NNR_CMD_SESSION_TRANSCRIPT_H
#define NNR_CMD_SESSION_TRANSCRIPT_H

#include "base/str.h"

#include <stdint.h>

struct script;
struct session;

enum told {
    TOLD_HEAD,    /* a script's name, and the block of the comment that it begins with */
    TOLD_CODE,    /* a statement as it was written, with the comment before it */
    TOLD_COMMENT, /* one that stands before a statement that is told otherwise */
    TOLD_SAY,     /* a report (report_put), of narration */
    TOLD_SECTION, /* a report, of a heading */
    TOLD_REPORT,  /* a report */
    TOLD_WORDS,   /* text in lines */
    TOLD_NOTICE,
    TOLD_ERROR,
    TOLD_TASK,    /* an exercise begins: task, condition, whether a person does it, hints */
    TOLD_DONE,    /* and ends */
    TOLD_PICTURE, /* common/page_picture.h */
    TOLD_PLACE    /* a whole number: where the picture that has it stands, if there comes one */
};

/* The most bytes that are kept. */
#define TRANSCRIPT_MOST (UINT64_C(256) << 20)

struct transcript;

/* `now` in seconds of the host's clock. NULL without memory. */
struct transcript *transcript_new(double now);
/* That `now`. */
double transcript_began(const struct transcript *t);
void transcript_finish(struct transcript *t);
/* Adds a piece. It cannot fail: what finds no room is counted. */
void transcript_add(struct transcript *t, enum told what, const void *bytes, size_t n);
/* How many pieces were left out; *why becomes the errno of the first, 0 when it was the limit. */
uint64_t transcript_lost(const struct transcript *t, int *why);
/* A number that no place has yet. */
uint64_t transcript_place(struct transcript *t);
/* The piece at *at, which begins as 0 and moves on: 1, or 0 behind the last one, or -1 when it
 * could not be read. Its bytes take the place of those in `to`. */
int transcript_next(const struct transcript *t, uint64_t *at, enum told *what, struct str *to);

/* From here on what is said and done is kept. */
int session_keep_transcript(struct session *s);
/* Whether it is: not in a run of a sweep, whose outputs are told when it is taken. */
bool session_tells(const struct session *s);
/* Adds a piece if it is kept; nothing of what failed for want of memory. */
void session_tell(const struct session *s, enum told what, const struct str *text);
/* The comment that the script with that source number begins with. */
void session_tell_head(const struct session *s, uint32_t source);
/* The statement number i of a script as it was written. Of one that speaks only the comment before
 * it. */
void session_tell_statement(const struct session *s, const struct script *script, size_t i);

#endif
