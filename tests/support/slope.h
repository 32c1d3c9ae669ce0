/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gradients against central differences, coordinate by coordinate. */
#ifndef NNR_TESTS_SLOPE_H
#define NNR_TESTS_SLOPE_H

#include <stdbool.h>
#include <stddef.h>

struct slope {
    /* The function: of n numbers. */
    double (*f)(void *self, const double *x);
    void *self;
    size_t checked, skipped;
    double worst; /* the signed error furthest from 0, relative to the larger of 1 and the slope */
    size_t wrong; /* coordinates that are off by more than SLOPE_MOST */
};
#define SLOPE_MOST 1e-7

/* Compares coordinates [from, to) of the gradient g at x; x is moved and set back. A coordinate
 * whose two step sizes disagree stands near a kink, one with a slope of each side, the gradient
 * between them, on one: it is skipped and counted. */
void slope_add(struct slope *s, double *x, const double *g, size_t from, size_t to);
/* Whether nothing is wrong and at most one in a hundred was skipped. */
bool slope_fine(const struct slope *s);
/* Prints the worst error, and fails the test if it is not fine. */
void slope_check(const struct slope *s, const char *what);

#endif
