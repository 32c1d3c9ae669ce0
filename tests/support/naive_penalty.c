/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "naive_penalty.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

struct subject {
    const struct args *args;
    const double *x;
    const struct dims *dims;
    bool activity;
};

static size_t count_of(const struct subject *s)
{
    return dims_count(s->dims);
}

/* As a matrix: the batch by all others, or all axes but the last by that. */
static size_t cols_of(const struct subject *s)
{
    return s->activity ? count_of(s) / s->dims->size[0] : s->dims->size[s->dims->axes - 1];
}

static size_t rows_of(const struct subject *s)
{
    return count_of(s) / cols_of(s);
}

/* (sum |x|)^2 / sum x^2 of each sample, or of a weight. */
static double hoyer_sum(const struct subject *s)
{
    const size_t parts = s->activity ? s->dims->size[0] : 1, n = count_of(s) / parts;
    double total = 0;
    for (size_t p = 0; p < parts; p++) {
        double one = 0, two = 0;
        for (size_t i = 0; i < n; i++) {
            one += fabs(s->x[p * n + i]);
            two += pow(s->x[p * n + i], 2);
        }
        total += two > 0 ? one * one / two : 0;
    }
    return total;
}

/* The axis of the differences: that of tv, or time. */
static size_t axis_of(const struct args *args, const struct dims *dims)
{
    const long axis = strcmp(args->entry->name, "tv") == 0 ? args_whole(args, "axis") : 1;
    return (size_t)(axis < 0 ? axis + (long)dims->axes : axis);
}

/* The sum of |x[t + 1] - x[t]|^power. */
static double difference_sum(const struct subject *s, int power)
{
    const size_t axis = axis_of(s->args, s->dims), steps = s->dims->size[axis];
    size_t inner = 1;
    double total = 0;
    for (size_t i = axis + 1; i < s->dims->axes; i++)
        inner *= s->dims->size[i];
    for (size_t i = 0; i < count_of(s); i++)
        if (i / inner % steps + 1 < steps)
            total += pow(fabs(s->x[i + inner] - s->x[i]), power);
    return total;
}

static double total_variation(const struct subject *s)
{
    return difference_sum(s, 1);
}

static double temporal_squares(const struct subject *s)
{
    return difference_sum(s, 2);
}

/* The inner product of columns i and j, less `mean` of them. */
static double column_product(const struct subject *s, size_t i, size_t j, bool centred)
{
    const size_t rows = rows_of(s), cols = cols_of(s);
    double a = 0, b = 0, sum = 0;
    for (size_t r = 0; centred && r < rows; r++) {
        a += s->x[r * cols + i] / (double)rows;
        b += s->x[r * cols + j] / (double)rows;
    }
    for (size_t r = 0; r < rows; r++)
        sum += (s->x[r * cols + i] - a) * (s->x[r * cols + j] - b);
    return sum;
}

static double row_product(const struct subject *s, size_t i, size_t j)
{
    const size_t cols = cols_of(s);
    double sum = 0;
    for (size_t c = 0; c < cols; c++)
        sum += s->x[i * cols + c] * s->x[j * cols + c];
    return sum;
}

/* The mean |cosine| of all pairs. */
static double mean_cosine(const struct subject *s)
{
    const bool rows = strcmp(args_get(s->args, "by")->as.choice->name, "input") == 0;
    const size_t n = rows ? rows_of(s) : cols_of(s);
    double total = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            const double ij = rows ? row_product(s, i, j) : column_product(s, i, j, false);
            const double ii = rows ? row_product(s, i, i) : column_product(s, i, i, false);
            const double jj = rows ? row_product(s, j, j) : column_product(s, j, j, false);
            total += ii > 0 && jj > 0 ? fabs(ij) / sqrt(ii * jj) : 0;
        }
    return n > 1 ? total / ((double)n * ((double)n - 1) / 2) : 0;
}

static double distance_from_unit(const struct subject *s)
{
    double total = 0;
    for (size_t i = 0; i < cols_of(s); i++)
        for (size_t j = 0; j < cols_of(s); j++)
            total += pow(column_product(s, i, j, false) - (i == j), 2);
    return total;
}

static double covariances(const struct subject *s)
{
    double total = 0;
    for (size_t i = 0; i < cols_of(s); i++)
        for (size_t j = 0; j < cols_of(s); j++)
            if (i != j)
                total += pow(column_product(s, i, j, true) / (double)rows_of(s), 2);
    return total / 2;
}

/* The largest length of a column when all have been turned to right angles (Hestenes 1958). */
static double largest_square(const struct subject *s)
{
    const size_t rows = rows_of(s), cols = cols_of(s);
    double *a = mem_new(count_of(s), sizeof *a), most = 0;
    const struct subject turned = {s->args, a, s->dims, s->activity};
    memcpy(a, s->x, count_of(s) * sizeof *a);
    for (int sweep = 0; sweep < 60; sweep++)
        for (size_t i = 0; i < cols; i++)
            for (size_t j = 0; j < i; j++) {
                const double ij = column_product(&turned, i, j, false);
                const double ii = column_product(&turned, i, i, false);
                const double jj = column_product(&turned, j, j, false);
                const double angle = 0.5 * atan2(2 * ij, jj - ii), c = cos(angle), d = sin(angle);
                for (size_t r = 0; fabs(ij) > 1e-300 && r < rows; r++) {
                    const double x = a[r * cols + i], y = a[r * cols + j];
                    a[r * cols + i] = c * x - d * y;
                    a[r * cols + j] = d * x + c * y;
                }
            }
    for (size_t i = 0; i < cols; i++)
        most = fmax(most, column_product(&turned, i, i, false));
    mem_free(a);
    return most;
}

/* The squares of how far the numbers are from those that they began with. */
static double moved_squares(const struct subject *s)
{
    const struct arg *first = args_get(s->args, "x0");
    double total = 0;
    for (size_t i = 0; i < count_of(s); i++)
        total += pow(s->x[i] - first->as.numbers.item[i], 2);
    return total;
}

/* The norms of all filters of a kernel, or of what goes out of each input channel, times the roots
 * of their sizes. */
static double group_norms(const struct subject *s)
{
    const bool input = strcmp(args_get(s->args, "by")->as.choice->name, "input") == 0;
    const size_t last = cols_of(s), inputs = s->dims->size[s->dims->axes - 2];
    const size_t groups = input ? inputs : last, size = count_of(s) / groups;
    double total = 0;
    for (size_t g = 0; g < groups; g++) {
        double squares = 0;
        for (size_t i = 0; i < count_of(s); i++)
            squares += (input ? i / last % inputs : i % last) == g ? s->x[i] * s->x[i] : 0;
        total += sqrt((double)size * squares);
    }
    return total;
}

/* Its formula is that of a matrix. */
static bool is_group_lasso_of_more_axes(const struct subject *s)
{
    return !s->activity && s->dims->axes > 2 && strcmp(s->args->entry->name, "group_lasso") == 0;
}

static const struct {
    const char *name;
    double (*value)(const struct subject *s);
} known[] = {
    {"hoyer", hoyer_sum},         {"tv", total_variation}, {"tar", temporal_squares},
    {"orthogonal", mean_cosine},  {"decov", covariances},  {"soft_orthogonal", distance_from_unit},
    {"spectral", largest_square}, {"l2sp", moved_squares},
};

bool naive_penalty(const struct args *args, const double *x, const struct dims *dims, bool activity,
                   double *value)
{
    const struct subject s = {args, x, dims, activity};
    if (is_group_lasso_of_more_axes(&s)) {
        *value = args->arg[0].as.number * group_norms(&s);
        return true;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(args->entry->name, known[i].name) == 0) {
            *value = args->arg[0].as.number * known[i].value(&s);
            return true;
        }
    return false;
}

double naive_elements(const struct args *args, const struct dims *dims)
{
    const double all = (double)dims_count(dims);
    const char *name = args->entry->name;
    if (strcmp(name, "tv") != 0 && strcmp(name, "tar") != 0)
        return all;
    const double steps = (double)dims->size[axis_of(args, dims)];
    return steps > 1 ? all * (steps - 1) / steps : 1;
}
