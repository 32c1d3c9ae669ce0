/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variables: what `let` leaves behind. */
#ifndef NNR_CMD_SESSION_VARIABLE_H
#define NNR_CMD_SESSION_VARIABLE_H

#include "base/err.h"
#include "base/mem.h"

struct session;

/* let NAME = ...: a number, or a penalty kept as the text it prints as. */
struct variable {
    char *name;
    struct span where; /* of the `let` that made it */
    double number;
    bool guessed;               /* with --check: the number is not known without training */
    struct arena arena;         /* holds penalty */
    const struct node *penalty; /* NULL: a number */
    size_t *owners;             /* how many variables share arena; NULL: this one alone */
};
struct variable *name_variable(const struct session *s, const char *name);
/* Frees what a variable holds. */
void variable_finish(struct variable *v);

#endif
