/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Toy sets of points in the plane. The points of a group stand at places given by a formula, so
 * that the picture is the same for every seed; the seed draws the noise round them. */
#ifndef NNR_DATA_TOY_H
#define NNR_DATA_TOY_H

#include "data/load.h"

struct point {
    double x, y;
};

struct toy {
    size_t groups;
    /* Where point i of the n points of `group` stands. */
    struct point (*place)(const struct toy *toy, size_t group, size_t i, size_t n);
    /* The class of a group; NULL: its number. */
    size_t (*target)(size_t group);
};

/* Loads `samples` points, each moved by normal noise of deviation `noise` in both coordinates:
 * sample s belongs to group s modulo `groups`. Both arguments are taken from `args`. */
int toy_load(const struct toy *toy, const struct args *args, uint64_t seed, struct dataset *to,
             struct err *e);

/* Numbers of sample s: one uniform in [0, 1), and standard normal ones by k = 0, 1, 2. */
double toy_uniform(uint64_t key, size_t s);
double toy_normal(uint64_t key, size_t s, size_t k);

#endif
