/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exercises: a task, the condition that says when it is done, and the statements that do it. Where
 * a person sits there they do it; else the braces are carried out, and the condition is a claim. */
#ifndef NNR_CMD_EXEC_EXERCISE_H
#define NNR_CMD_EXEC_EXERCISE_H

#include "base/entry.h"

struct claim;
struct exercise;
struct session;

/* Carries out an exercise. */
int exercise_run(struct session *s, const struct args *args, struct err *e);
/* Weighs the parts of the condition, up to the first that does not hold: *c. */
int exercise_weigh(struct session *s, const struct exercise *x, struct claim *c, struct err *e);
/* Says that a part does not hold: an ERR_EXPECT. Returns -1. */
int exercise_unsolved(const struct claim *c, struct err *e);

/* What may be said in an exercise. `where`: of the statement. */
/* Shows the next hint. */
int exercise_hint(struct session *s, struct span where, struct err *e);
/* Carries out the braces, from the state at the start. */
int exercise_solve(struct session *s, struct span where, struct err *e);
/* The state is as it was at the start. */
int exercise_again(struct session *s, struct span where, struct err *e);
/* It is over. */
int exercise_skip(struct session *s, struct span where, struct err *e);

#endif
