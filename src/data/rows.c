/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "data/load.h"

#include <string.h>

static int check_borders(const uint32_t *border, uint32_t borders, size_t columns,
                         struct span where, struct err *e)
{
    uint32_t last = 0;
    bool good = borders <= 8;
    for (uint32_t i = 0; good && i < borders; i++) {
        good = border[i] > last && border[i] < columns;
        last = border[i];
    }
    if (good)
        return 0;
    err_at(e, where, "a \"|\" without numbers on both sides");
    return err_hint(e, "write it between the numbers of two inputs, in at most 8 places");
}

static int check_rows(const struct rows *r, struct span where, struct err *e)
{
    if (!r || !r->count || !r->inputs) {
        err_at(e, where, "no rows");
        return err_hint(e, "type at least one: data rows { 0 0 -> 0 }");
    }
    if (check_borders(r->input_border, r->borders, r->inputs, where, e))
        return -1;
    return check_borders(r->target_border, r->tborders, r->targets, where, e);
}

static int copy_cells(real *to, const double *from, size_t n, struct span where, struct err *e)
{
    char text[NUMBER_ROOM];
    for (size_t i = 0; i < n; i++) {
        if (!(fabs(from[i]) <= (double)REAL_MOST)) {
            err_at(e, where, "\"%s\" does not fit into a %s", number_text(from[i], text),
                   REAL_NAME);
            return err_hint(e, "numbers go up to %s", number_text((double)REAL_MOST, text));
        }
        to[i] = (real)from[i];
    }
    return 0;
}

static int copy_rows(const struct rows *r, struct dataset *to, struct span where, struct err *e)
{
    const double *cell = r->cell;
    for (size_t i = 0; i < r->count; i++) {
        if (stop_check(to->stop, e) ||
            copy_cells(to->x + i * r->inputs, cell, r->inputs, where, e) ||
            copy_cells(to->y + i * r->targets, cell + r->inputs, r->targets, where, e))
            return -1;
        cell += r->inputs + r->targets;
    }
    return 0;
}

static int load(const struct args *args, uint64_t seed, struct dataset *to, struct err *e)
{
    (void)seed;
    const struct arg *typed = args_get(args, "rows");
    const struct rows *r = typed->as.rows;
    if (check_rows(r, typed->given ? typed->where : args->where, e))
        return -1;
    struct shape columns = shape_of((uint32_t)r->inputs);
    if (load_room(to, r->count, &columns, r->targets, typed->where, e))
        return -1;
    memcpy(to->border, r->input_border, sizeof to->border);
    memcpy(to->target_border, r->target_border, sizeof to->target_border);
    to->borders = r->borders;
    to->tborders = r->tborders;
    return copy_rows(r, to, typed->where, e);
}

static const struct arg_spec rows_args[] = {
    ARG("rows", BODY, ARG_ROWS, .required = true,
        .line = "inputs -> targets, a row a line or with ; between; | between several inputs"),
    DATA_KEYS,
};

const struct data_kind data_rows = {
    .entry =
        {
            .name = "rows",
            .args = rows_args,
            .arg_count = COUNT(rows_args),
            .summary = "samples typed in, one row each",
            .details = "A row is inputs -> targets, numbers with blanks between; rows are "
                       "separated by ; or stand on lines of their own. | separates the numbers of "
                       "several inputs (0 | 0 -> 0) or of several outputs (0 -> 0 | 1). Rows "
                       "without -> have no targets and cannot be trained on.",
            .example = "data rows { 0 0 -> 0; 0 1 -> 1; 1 0 -> 1; 1 1 -> 1 }\ninput 2\n"
                       "dense 1 sigmoid\ntrain 2\n",
        },
    .load = load,
};
