/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/columns.h"

#include "num/clones.h"

static size_t unit_count(const struct extent *n)
{
    return n->activity ? n->count / n->samples : n->shape->size[n->shape->axes - 1];
}

struct columns columns_of_units(const struct extent *n, const real *x)
{
    const size_t units = unit_count(n);
    return (struct columns){
        .count = units, .size = n->count / units, .across = 1, .along = units, .x = x};
}

struct columns columns_across(const struct extent *n, const real *x)
{
    const size_t units = unit_count(n);
    return (struct columns){
        .count = n->count / units, .size = units, .across = units, .along = 1, .x = x};
}

void columns_row(const struct columns *c, size_t k, double *row)
{
    const real *x = c->x + k * c->along;
    const double less = c->less ? c->less[k] : 0;
    for (size_t i = 0; i < c->count; i++)
        row[i] = (double)x[i * c->across] - less;
    for (size_t i = 0; c->shift && i < c->count; i++)
        row[i] -= c->shift[i];
    for (size_t i = 0; c->scale && i < c->count; i++)
        row[i] *= c->scale[i];
}

/* The lower half of to += the products of each of four rows with itself. */
FOR_ALL_LEVELS static void add_rows(size_t n, const double *restrict row, double *restrict to)
{
    const double *r1 = row + n, *r2 = r1 + n, *r3 = r2 + n;
    for (size_t i = 0; i < n; i++, to += n) {
        const double a = row[i], b = r1[i], c = r2[i], d = r3[i];
        for (size_t j = 0; j <= i; j++)
            to[j] += (a * row[j] + b * r1[j]) + (c * r2[j] + d * r3[j]);
    }
}

void columns_products(const struct columns *c, double *room, double *product)
{
    const size_t n = c->count;
    for (size_t i = 0; i < n * n; i++)
        product[i] = 0;
    for (size_t k = 0; k < c->size; k += COLUMNS_ROWS) {
        for (size_t r = 0; r < COLUMNS_ROWS; r++)
            if (k + r < c->size)
                columns_row(c, k + r, room + r * n);
            else
                for (size_t i = 0; i < n; i++)
                    room[r * n + i] = 0;
        add_rows(n, room, product);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            product[i * n + j] = product[j * n + i];
}

FOR_ALL_LEVELS static void add_product(size_t n, double by, const double *restrict x,
                                       double *restrict to)
{
    for (size_t j = 0; j < n; j++)
        to[j] += by * x[j];
}

void columns_multiply(size_t n, const double *matrix, const double *row, double *to)
{
    for (size_t j = 0; j < n; j++)
        to[j] = 0;
    for (size_t i = 0; i < n; i++)
        if (row[i] != 0)
            add_product(n, row[i], matrix + i * n, to);
}

void columns_put(const struct columns *c, size_t k, const double *row, real *dx, bool add)
{
    real *to = dx + k * c->along;
    for (size_t i = 0; i < c->count; i++)
        to[i * c->across] = (real)row[i] + (add ? to[i * c->across] : 0);
}

int columns_check(const struct args *self, const struct shape *shape, bool activity, struct err *e)
{
    char text[80];
    if (activity || shape->axes > 1)
        return 0;
    err_at(e, self->where, "%s is for matrices, and a weight of shape %s is a vector",
           self->entry->name, shape_text(shape, text, sizeof text));
    return err_hint(e, "write it in the slot of a kernel: kernel=%s(...)", self->entry->name);
}

int columns_check_weight(const struct args *self, const struct shape *shape, bool activity,
                         struct err *e)
{
    if (!activity)
        return columns_check(self, shape, activity, e);
    err_at(e, self->where, "%s is for kernels, not for activities", self->entry->name);
    return err_hint(e, "write it in the slot of a kernel: kernel=%s(...)", self->entry->name);
}
