/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements that the program made of something else, such as a model in another system's file. */
#ifndef NNR_CMD_EXEC_MADE_H
#define NNR_CMD_EXEC_MADE_H

#include "base/err.h"
#include "base/str.h"

struct session;

struct made {
    const char *verb;  /* who made them: "import" */
    const char *name;  /* what errors in them are said to be in: "<import sae>" */
    struct str text;   /* the statements */
    struct str notes;  /* what is told when they were carried out */
    struct span where; /* the statement that made them */
};

/* Carries them out, all or, on an error, none, and tells the notes. undo takes them back at once;
 * in a record they stand instead of the statement, whose verb's row says .changes = CHANGES_ALL. In
 * { }, and in a file, the statement itself is part of what is written. Finishes the texts. */
int run_made(struct session *s, struct made *m, struct err *e);

#endif
