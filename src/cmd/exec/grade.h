/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Grading: answers stand in for the braces of a lesson's exercises. */
#ifndef NNR_CMD_EXEC_GRADE_H
#define NNR_CMD_EXEC_GRADE_H

#include "cmd/session/host.h"

struct exercise;
struct script;

/* From here on the session carries out answers: `answer N { ... }` each, or the exercises of a
 * record. What the lesson says and shows is not written. `limit`: the seconds that an answer may
 * take; 0: any time. OUTCOME_OK, or an error was shown. */
enum outcome session_grade(struct session *s, const char *name, const char *text, size_t size,
                           double limit);
/* Tells what became of each exercise when the lesson has ended so; what the program ends with. */
enum outcome session_grades(struct session *s, enum outcome how);

/* The exercises of a lesson, in its order; those of files that it reads come when they are met. */
int grading_list(struct session *s, const struct script *lesson, struct err *e);
/* Judges the answer to an exercise. When it does not solve it, the state is set back, and the
 * lesson's own braces are carried out, for what follows. */
int grading_judge(struct session *s, struct exercise *x, struct err *e);
/* Says that a claim of the lesson does not hold after the answers. */
void grading_pass_over(struct session *s, struct err *e);
void grading_finish(struct session *s);

#endif
