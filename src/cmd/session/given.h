/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variables that were given from outside, by --let: the first let of a script that gives the same
 * name a value gives way. */
#ifndef NNR_CMD_SESSION_GIVEN_H
#define NNR_CMD_SESSION_GIVEN_H

#include "base/str.h"
#include "lang/ast.h"

struct err;
struct session;

/* The name of the texts that --let makes. */
#define GIVEN_SOURCE "--let"

/* The variable of that name, which is there, was given. */
int given_add(struct session *s, const char *name, struct err *e);
/* Tells which of those that never gave way are named in no text of the session. */
void given_tell_unused(struct session *s);
void given_finish(struct session *s);

/* Room for a statement in place of another one. */
struct given_way {
    struct statement statement;
    struct pair pair;
    struct node *value, number;
    char text[NUMBER_ROOM];
};
/* The statement, or, of a let that gives way, one that gives the name the value it was given; that
 * is told, and the next let counts again. What a person types never gives way. */
const struct statement *given_instead(struct session *s, const struct statement *st,
                                      struct given_way *room);

#endif
