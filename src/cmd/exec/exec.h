/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Carrying out statements as units: each is prepared for being written down and taken back before
 * it is carried out, so that afterwards nothing can fail. A unit is one statement of the prompt or
 * of a script; a loop or a `source` is one. */
#ifndef NNR_CMD_EXEC_EXEC_H
#define NNR_CMD_EXEC_EXEC_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct script;
struct session;
struct statement;

/* Ends it: what ran in the background is written first. */
void journal_finish(struct session *s);

/* Carries out statements as units. */
int run_units(struct session *s, const struct script *script, struct err *e);
/* The same for number `i` of a script alone: not at all when the person before whom it is played
 * goes elsewhere. */
int run_unit_at(struct session *s, const struct script *script, size_t i, struct err *e);
/* The same for those of a file: at the end they are one with the statement that read it. */
int run_units_inside(struct session *s, const struct script *script, struct err *e);
/* Says that the statements of a script before number `count` were done, when a later one failed. */
void note_before(struct session *s, const struct script *script, size_t count);
/* Whether a statement is an exercise, or one may be in what it does. */
bool holds_exercise(const struct statement *st);
/* Carries out one statement. */
int run_statement(struct session *s, const struct statement *st, struct err *e);
/* Carries out the statements of a body; s->quit may be true afterwards. */
int run_body(struct session *s, const struct script *body, struct err *e);

#endif
