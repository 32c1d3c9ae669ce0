/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a session has done, as text that does it again, and the way back. A unit is one statement of
 * the prompt or of a script; a loop or a `source` is one. */
#ifndef NNR_CMD_JOURNAL_H
#define NNR_CMD_JOURNAL_H

#include "cmd/snapshot.h"
#include "lang/ast.h"

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

/* What of a model changes without a statement that can be taken back: what `loss` speaks of, and
 * what nnr chose. It goes when the statement before goes. */
struct side {
    size_t model;
    struct figures last;
    enum figures_from from;
    bool loss, optimizer; /* there was one */
    size_t owns;
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

    struct taken *newest, *oldest;
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
/* Ends it: what ran in the background is written first. */
void journal_finish(struct session *s);

/* Carries out statements as units. */
int run_units(struct session *s, const struct script *script, struct err *e);
/* The same for those of a file: at the end they are one with the statement that read it. */
int run_units_inside(struct session *s, const struct script *script, struct err *e);

/* A statement was carried out, or failed half way, when `current` was the current model: what it
 * may have changed is no longer as the newest snapshot has it. Said of each statement, also of
 * those in { }: a mark that is set or gone back to in a later turn must see what this turn did. */
void journal_touched(struct session *s, const struct statement *st, struct model *current);
/* Something failed: notes what was done before it, in front of what is noted already. */
void journal_done(struct session *s, const struct statement *st);
void journal_done_text(struct session *s, long pushes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* nnr chose the loss of an output, one of several perhaps, or, of NOTHING, the optimizer. To be
 * called before it is put in place. */
int journal_chose(struct session *s, const struct model *m, id output, bool several,
                  const struct args *args, struct err *e);
/* Training in the background begins now, or goes on after a statement. */
int segment_begin(struct session *s, struct err *e);
/* Notes the steps since. */
int segment_end(struct session *s, struct err *e);
void segment_drop(struct session *s);

/* A statement as text, file names marked; the caller finishes it. Empty after an error, which may
 * be that `stop` asked to end. */
int statement_text(struct session *s, const struct statement *st, const struct stop *stop,
                   struct str *text, struct err *e);
/* The text of a line with file names as they are right in `folder`; before the first line the seed.
 */
void line_print(struct str *to, const struct session *s, const struct line *l, const char *folder);
/* A line of that text; NULL without memory. */
struct line *line_new(long pushes, const char *text);
/* All statements so far. */
void journal_print(struct str *to, const struct session *s, const char *folder);
/* Writes a new line to the record. An error ends recording. */
int record_line(struct session *s, const struct line *l, struct err *e);
void record_end(struct session *s);
/* Whether a session could be written into that file: it must end in .nnr, or a script of somebody
 * else's could plant a line in any file that is read as commands. */
int session_file_check(const struct file_name *file, struct err *e);
/* Writes all statements so far, at once or not at all. */
int save_session(struct session *s, const struct file_name *file, struct err *e);

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
/* Adds text without its marks, cut to the room. */
void plain_text(const char *from, char *to, size_t room);

#endif
