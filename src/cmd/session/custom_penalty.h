/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Penalties of one's own: what `define penalty` leaves behind. A session owns them until it ends,
 * since models keep arguments that lead to their rows. */
#ifndef NNR_CMD_SESSION_CUSTOM_PENALTY_H
#define NNR_CMD_SESSION_CUSTOM_PENALTY_H

#include "base/args_bytes.h"
#include "nn/own_penalty.h"

struct session;

struct definition {
    struct own_penalty own; /* first: own.kind.entry is its row */
    struct arena arena;     /* holds the row's texts and arguments */
    struct span where;
    struct definition *next;               /* of those that were taken back */
    const char *formula;                   /* as it is written, variables by their values */
    const char *name[OWN_PARAMETERS_MOST]; /* of the parameters */
    double standard[OWN_PARAMETERS_MOST];  /* their defaults */
    enum reduce reduce;                    /* the default of reduce= */
};

/* An empty one, or NULL when there is no memory. */
struct definition *definition_create(struct span where);
void definition_destroy(struct definition *d);
/* Makes the row of that name, when the parameters are there. 0, or -1 and *e. */
int definition_row(struct definition *d, const char *name, struct err *e);
/* Compiles the formula of a row: its names must be x, its parameters and variables that are
 * numbers. 0, or -1 and *e. */
int definition_formula(struct session *s, struct definition *d, const struct node *n,
                       struct err *e);
/* Adds it as it would be typed: `define penalty hoyer(x) = ...`. */
void definition_print(struct str *to, const struct definition *d);

/* The session's definition of that name, or NULL. */
const struct definition *session_definition(const struct session *s, const char *name);
/* Finds the rows of the session's definitions and that of joint terms by name, for models as
 * bytes. */
struct entry_finder definitions_finder(const struct session *s);
/* Takes back all but the first `count`. */
void definitions_retire(struct session *s, size_t count);
/* Brings those that were taken back last, up to `count` in all. */
void definitions_revive(struct session *s, size_t count);
void definitions_finish(struct session *s);
uint64_t definitions_digest(const struct session *s, uint64_t hash);

#endif
