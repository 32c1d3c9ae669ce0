/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Claims: expressions that hold or do not, with their two sides. */
#ifndef NNR_CMD_COMMON_CLAIM_H
#define NNR_CMD_COMMON_CLAIM_H

#include "base/str.h"

#include <stdbool.h>

struct err;
struct node;
struct session;

/* What a claim came to: the two sides of a comparison, else the value of the whole. */
struct claim {
    const struct node *node;
    const char *sign; /* NULL: no comparison */
    double side[2], value;
    bool holds;
};

/* Works it out about the current model; with --check only looks at it. */
int claim_weigh(struct session *s, const struct node *n, struct claim *c, struct err *e);
/* Adds `0.94 < 0.35`, or the one value. */
void claim_sides(const struct claim *c, struct str *to);
/* Adds `fraction(h.output > 0.1) is 0.31, wanted < 0.2`. */
void claim_wanted(const struct claim *c, struct str *to);
/* How many parts an `and` has, those of its parts included: 1 for another expression. */
size_t claim_parts(const struct node *n);
/* The part at that place, counted from 0. */
const struct node *claim_part(const struct node *n, size_t at);

#endif
