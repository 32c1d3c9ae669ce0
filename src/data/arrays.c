/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/arrays.h"

enum { BORDERS = sizeof(((struct dataset *)0)->border) / sizeof(uint32_t) };

static int check_length(const struct stored *s, const struct stored *first, struct err *e)
{
    if (!s->axes) {
        err_at(e, s->file->where, "\"%.200s\" holds a single number", s->file->name);
        return err_hint(e, "the first axis is the samples");
    }
    if (s->size[0] == first->size[0])
        return 0;
    err_at(e, s->file->where, "\"%.150s\" holds %llu samples, and \"%.150s\" %llu", s->file->name,
           (unsigned long long)s->size[0], first->file->name, (unsigned long long)first->size[0]);
    return err_hint(e, "the first axis is the samples, as many in each file");
}

static int check_lengths(struct stored *const *s, size_t count, const struct stored *first,
                         struct err *e)
{
    for (size_t i = 0; i < count; i++)
        if (check_length(s[i], first, e))
            return -1;
    return 0;
}

static size_t columns_of(const struct stored *s)
{
    return s->count / (size_t)s->size[0];
}

static size_t all_columns(struct stored *const *s, size_t count)
{
    size_t columns = 0;
    for (size_t i = 0; i < count; i++)
        columns += columns_of(s[i]);
    return columns;
}

static int put_borders(struct stored *const *s, size_t count, uint32_t *border, uint32_t *borders,
                       struct err *e)
{
    if (count > BORDERS + 1) {
        err_at(e, s[BORDERS + 1]->file->where, "%zu files are more than %d", count, BORDERS + 1);
        return err_hint(e, "put several of them into one array, side by side");
    }
    size_t column = 0;
    for (size_t i = 0; i + 1 < count; i++) {
        column += columns_of(s[i]);
        border[(*borders)++] = (uint32_t)column;
    }
    return 0;
}

static int make_room(struct dataset *to, const struct stored *first, size_t inputs, size_t columns,
                     size_t targets, struct err *e)
{
    if (columns > UINT32_MAX || targets > UINT32_MAX) {
        err_at(e, first->file->where, "a sample has more than %u numbers", UINT32_MAX);
        return err_hint(e, "take fewer files or smaller ones");
    }
    struct shape shape = inputs == 1 ? stored_row(first) : shape_of((uint32_t)columns);
    return load_room(to, (size_t)first->size[0], &shape, targets, first->file->where, e);
}

static int read_all(struct stored *const *s, size_t count, real *to, size_t stride, struct err *e)
{
    for (size_t i = 0; i < count; i++) {
        if (stored_read(s[i], to, stride, e))
            return -1;
        to += columns_of(s[i]);
    }
    return 0;
}

int arrays_load(struct dataset *to, struct stored *const *input, size_t inputs,
                struct stored *const *target, size_t targets, struct err *e)
{
    if (check_lengths(input, inputs, input[0], e) || check_lengths(target, targets, input[0], e))
        return -1;
    if (put_borders(input, inputs, to->border, &to->borders, e) ||
        put_borders(target, targets, to->target_border, &to->tborders, e))
        return -1;
    size_t columns = all_columns(input, inputs), width = all_columns(target, targets);
    if (make_room(to, input[0], inputs, columns, width, e))
        return -1;
    return read_all(input, inputs, to->x, columns, e) || read_all(target, targets, to->y, width, e)
               ? -1
               : 0;
}
