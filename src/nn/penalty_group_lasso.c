/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/penalty.h"

#include <math.h>

static const struct entry by_unit = {
    .name = "unit",
    .summary = "the weights into one unit: a column of a kernel; of an activity, a unit over the "
               "batch",
    .example = "data moons 100\ninput 2\ndense 8 tanh kernel=group_lasso(1e-3, by=unit)\n"
               "dense 1 sigmoid\nstep 1\npenalties\n",
};
static const struct entry by_input = {
    .name = "input",
    .summary = "the weights out of one input: a row of a kernel",
    .example = "data moons 100\ninput 2\ndense 8 tanh kernel=group_lasso(1e-3, by=input)\n"
               "dense 1 sigmoid\nstep 1\npenalties\n",
};
static const struct entry *const grouping_rows[] = {&by_unit, &by_input};
static const struct table groupings = {"grouping", grouping_rows, 2};

/* Numbers in runs of `run` neighbours of the same group, or of neighbours of different ones: number
 * i of group g stands at g across + i / run jump + i % run along. */
struct groups {
    size_t count, size, across, along, run, jump;
};

static bool is_by_input(const struct args *self)
{
    return args_get(self, "by")->as.choice == &by_input;
}

/* A matrix [rows][cols] of units: the groups are its columns. */
static struct groups columns_of(size_t rows, size_t cols)
{
    return (struct groups){cols, rows, 1, cols, rows, 0};
}

static struct groups groups_of(const struct args *self, const struct shape *shape)
{
    const size_t cols = shape_last(shape), rows = shape_count(shape) / cols;
    const size_t inputs = shape->size[shape->axes - 2];
    return is_by_input(self)
               ? (struct groups){inputs, rows / inputs * cols, cols, 1, cols, inputs * cols}
               : columns_of(rows, cols);
}

static struct groups groups_in(const struct args *self, const struct extent *n)
{
    return n->activity ? columns_of(n->samples, n->count / n->samples) : groups_of(self, n->shape);
}

static size_t place_in(const struct groups *g, size_t i)
{
    return i / g->run * g->jump + i % g->run * g->along;
}

static int check_groups(const struct args *self, const struct shape *shape, bool activity,
                        struct err *e)
{
    char text[80];
    if (prox_check(self, shape, activity, e))
        return -1;
    if (activity && is_by_input(self)) {
        err_at(e, args_get(self, "by")->where,
               "by=input is for kernels: an activity has no inputs");
        return err_hint(e, "write by=unit, whose groups are the units over the batch");
    }
    if (activity || shape->axes > 1)
        return 0;
    err_at(e, self->where, "group_lasso is for kernels: a weight of shape %s has no groups",
           shape_text(shape, text, sizeof text));
    return err_hint(e, "l1(..., prox=yes) takes single numbers to 0");
}

/* A norm for each group, and room for a factor for each. */
static size_t sums(const struct args *self, const struct extent *n)
{
    return 2 * groups_in(self, n).count;
}

/* The numbers in the order of memory: rows of neighbours that belong to one group each, or to all
 * groups in turn. */
struct memory_order {
    bool rows;
    size_t outer, inner;
};

static struct memory_order order_of(const struct groups *g)
{
    const size_t all = g->count * g->size;
    return g->along == 1 && g->across != 1 ? (struct memory_order){true, all / g->run, g->run}
                                           : (struct memory_order){false, g->size, g->count};
}

static void gather_norms(const struct groups *g, const real *x, double *norm)
{
    const struct memory_order o = order_of(g);
    for (size_t k = 0; k < g->count; k++)
        norm[k] = 0;
    for (size_t i = 0; i < o.outer; i++)
        for (size_t j = 0; j < o.inner; j++) {
            const double v = (double)x[i * o.inner + j];
            norm[o.rows ? i % g->count : j] += v * v;
        }
    for (size_t k = 0; k < g->count; k++)
        norm[k] = sqrt(norm[k]);
}

/* Of an activity with a mask a group is what is there of a unit: norm[k] becomes sqrt(size) times
 * its norm over sqrt(samples), so that the value needs no word of its own. */
static void gather_seen(const struct extent *n, const real *x, double *norm)
{
    const size_t units = n->count / n->samples;
    for (size_t k = 0; k < units; k++)
        norm[k] = 0;
    for (size_t i = 0; i < n->count; i++)
        if (extent_seen(n, i))
            norm[i % units] += (double)x[i] * (double)x[i];
    for (size_t k = 0; k < units; k++)
        norm[k] = sqrt(norm[k] * (double)extent_samples(n, k) / (double)n->samples);
}

static void adjoint_seen(const struct extent *n, double by, const real *x, double *norm, real *dx,
                         bool add)
{
    const size_t units = n->count / n->samples;
    double *factor = norm + units;
    for (size_t k = 0; k < units; k++)
        factor[k] =
            norm[k] > 0 ? by * (double)extent_samples(n, k) / (double)n->samples / norm[k] : 0;
    for (size_t i = 0; i < n->count; i++) {
        const double v = extent_seen(n, i) ? factor[i % units] * (double)x[i] : 0;
        dx[i] = (real)v + (add ? dx[i] : 0);
    }
}

static void gather(const struct args *self, const struct extent *n, const real *x, double *norm)
{
    const struct groups g = groups_in(self, n);
    if (n->seen)
        gather_seen(n, x, norm);
    else
        gather_norms(&g, x, norm);
}

static double value(const struct args *self, const struct extent *n, const double *norm)
{
    const struct groups g = groups_in(self, n);
    const double strength = penalty_strength(self);
    double total = 0;
    for (size_t k = 0; k < g.count && strength != 0; k++)
        total += norm[k];
    return strength * sqrt((double)g.size) * total;
}

static void adjoint(const struct args *self, const struct extent *n, double scale, const real *x,
                    double *norm, real *dx, bool add)
{
    const struct groups g = groups_in(self, n);
    const struct memory_order o = order_of(&g);
    const double by = scale * penalty_strength(self) * sqrt((double)g.size);
    double *factor = norm + g.count;
    if (n->seen) {
        adjoint_seen(n, by, x, norm, dx, add);
        return;
    }
    for (size_t k = 0; k < g.count; k++)
        factor[k] = norm[k] > 0 ? by / norm[k] : 0;
    for (size_t i = 0; i < o.outer; i++)
        for (size_t j = 0; j < o.inner; j++) {
            const size_t at = i * o.inner + j;
            const double v = factor[o.rows ? i % g.count : j] * (double)x[at];
            dx[at] = (real)v + (add ? dx[at] : 0);
        }
}

/* One group of a weight, and the threshold c, which number i takes times its step size. */
struct shrinking {
    const struct groups *g;
    const real *step;
    real *w;
    double c;
};

/* Whether nothing of a group is left: norm(w / step) <= c. */
static bool is_gone(const struct shrinking *x)
{
    double sum = 0;
    for (size_t i = 0; i < x->g->size; i++) {
        const size_t at = place_in(x->g, i);
        const double share = x->w[at] == 0 ? 0 : (double)x->w[at] / (x->c * (double)x->step[at]);
        sum += share * share;
    }
    return sum <= 1;
}

/* Of a group and a norm above 0: the sum over i of (w / (norm + c step))^2, which is 1 at the norm
 * that is left; and half of its slope by the norm, turned round. */
static double excess(const struct shrinking *x, double norm, double *slope)
{
    double sum = 0, fall = 0;
    for (size_t i = 0; i < x->g->size; i++) {
        const size_t at = place_in(x->g, i);
        const double by = 1 / (norm + x->c * (double)x->step[at]);
        const double share = (double)x->w[at] * by;
        sum += share * share;
        fall += share * share * by;
    }
    *slope = fall;
    return sum;
}

/* The norm that is left of a group, 0 where all of it goes. Newton's method on 1 / sqrt(excess) =
 * 1, which is concave in the norm: from its second turn on it comes nearer from below. It begins at
 * what is right where the step sizes are all alike. */
static double norm_left(const struct shrinking *x)
{
    enum { TURNS = 100 };
    const double enough = (double)REAL_EPSILON / 16;
    double most = 0, squares = 0, drawn = 0;
    for (size_t i = 0; i < x->g->size; i++) {
        const size_t at = place_in(x->g, i);
        const double square = (double)x->w[at] * (double)x->w[at], step = (double)x->step[at];
        most = step > most ? step : most;
        squares += square;
        drawn += square * step;
    }
    const double norm = sqrt(squares);
    if (most == 0 || x->c == 0 || norm == 0 || !isfinite(norm))
        return norm;
    if (norm <= x->c * most && is_gone(x))
        return 0;
    double left = norm - x->c * drawn / squares;
    bool near = false;
    left = left > 0 ? left : norm / 2;
    for (int k = 0; k < TURNS && !near; k++) {
        double slope;
        const double sum = excess(x, left, &slope);
        double next = left + sum * (sqrt(sum) - 1) / slope;
        next = next > 0 && isfinite(next) ? next : left / 2;
        near = fabs(next - left) <= enough * left;
        left = next;
    }
    return left;
}

static void prox(const struct args *self, const struct shape *shape, double times, const real *step,
                 real *w)
{
    const struct groups g = groups_of(self, shape);
    for (size_t k = 0; k < g.count; k++) {
        const struct shrinking x = {&g, step + k * g.across, w + k * g.across,
                                    times * penalty_strength(self) * sqrt((double)g.size)};
        const double left = norm_left(&x);
        if (!isfinite(left))
            continue;
        for (size_t i = 0; i < g.size; i++) {
            const size_t at = place_in(&g, i);
            const double below = left + x.c * (double)x.step[at];
            x.w[at] = left > 0 ? (real)((double)x.w[at] * (left / below)) : 0;
        }
    }
}

static size_t count_groups(const struct args *self, const struct shape *shape, const real *w,
                           size_t *zero)
{
    const struct groups g = groups_of(self, shape);
    *zero = 0;
    for (size_t k = 0; k < g.count; k++) {
        size_t i = 0;
        while (i < g.size && w[k * g.across + place_in(&g, i)] == 0)
            i++;
        *zero += i == g.size;
    }
    return g.count;
}

#define FORMULA(axis) "strength*sum(sqrt(count(x == x, axis=" axis "))*norm(x, axis=" axis "))"

static const char *chosen_formula(const struct args *self)
{
    return is_by_input(self) ? FORMULA("1") : FORMULA("0");
}

static const struct arg_spec args[] = {
    STRENGTH("strength", "the factor"),
    ARG("by", KEY, ARG_CHOICE, .of = &groupings, .standard = "unit",
        .line = "what is a group of a kernel: unit (a column) or input (a row)"),
    REDUCE,
    PROX,
};

const struct penalty_kind penalty_group_lasso = {
    .entry =
        {
            .name = "group_lasso",
            .args = args,
            .arg_count = sizeof args / sizeof *args,
            .summary = "norms of groups: units or inputs that come to 0 as a whole",
            .use =
                "Where whole units or inputs shall go, not single weights: prox=yes takes groups "
                "to exactly 0, without it they only become small.",
            .source = "Yuan and Lin 2006",
            .details =
                "strength * the sum over groups g of sqrt(size of g) * norm(g), gradient strength "
                "* "
                "sqrt(size) * x / norm(g), and 0 where the norm is. Groups of a kernel are its "
                "columns, the weights into a unit, or with by=input its rows, those out of an "
                "input. Of a convolution's kernel a group is a filter, by=unit, or all weights out "
                "of one channel of the input. Of an activity a group is a unit over the batch: "
                "reduce=batch makes that a "
                "sum of root mean squares. Weights of one axis have no groups. With prox=yes "
                "whole groups of a kernel become exactly 0, see l1; where the step sizes within a "
                "group differ, the group moves as they say and goes when norm(w / t) is at most "
                "strength * sqrt(size). The printed formula is that of by=unit; by=input has "
                "axis=1.",
            .example = "data moons 100\ninput 2\ndense 8 tanh kernel=group_lasso(1e-2, prox=yes) "
                       "as h\ndense 1 sigmoid\noptimizer sgd lr=0.1\ntrain 5\npenalties\nshow h\n",
        },
    .formula = FORMULA("0"),
    .picture = "group_lasso(1) of ?; 1",
    .chosen_formula = chosen_formula,
    .check = check_groups,
    .masked = MASKED_KNOWN,
    .sums = sums,
    .gather = gather,
    .value = value,
    .adjoint = adjoint,
    .prox = prox,
    .groups = count_groups,
};
