/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/request.h"
#include "plot/style.h"
#include "plot/sweep_table.h"

#include <math.h>
#include <string.h>

enum { VALUES_MOST = 64 };
/* In place of a figure's number: the swept value. */
#define SWEPT SIZE_MAX

/* One direction of the picture: which figure, and its mean and deviation for each value. */
struct side {
    const char *name;
    size_t figure;
    double mean[VALUES_MOST], deviation[VALUES_MOST];
    double low, high;
    struct sweep_axis axis; /* of swept values */
};

static size_t figure_number(const struct sweep_table *t, const char *name)
{
    for (size_t i = 0; i < t->figures; i++)
        if (strcmp(t->name[i], name) == 0)
            return i;
    return SIZE_MAX;
}

static bool has_figure(const struct sweep_table *t, size_t figure)
{
    for (size_t i = 0; i < t->runs; i++)
        if (isfinite(t->figure[i * t->figures + figure]))
            return true;
    return false;
}

static int not_finite(struct span place, const char *figure, struct err *e)
{
    err_at(e, place, "%s is a number in no run", figure);
    return err_hint(e, "results prints what the runs came to");
}

/* Whether a value was run several times, so that its dot has bars. */
static bool has_bars(const struct sweep_table *t)
{
    bool seen[VALUES_MOST] = {0};
    for (size_t i = 0; i < t->runs; i++) {
        if (seen[t->value_of[i]])
            return true;
        seen[t->value_of[i]] = true;
    }
    return false;
}

/* The figure that the person named, or: below, what was measured first, else the swept value; at
 * the side, the data loss. */
static int choose_figure(const struct view_request *r, size_t number, struct side *to,
                         struct err *e)
{
    const struct sweep_table *t = r->sweep;
    const size_t validation = figure_number(t, "val.loss.data");
    if (r->layers <= number) {
        const bool beside = number == 1;
        to->figure = beside ? validation : t->measures ? 0 : SWEPT;
        if (beside && (validation == SIZE_MAX || !has_figure(t, validation)))
            to->figure = figure_number(t, "train.loss.data");
        to->name = to->figure == SWEPT ? t->target ? t->target : "value" : t->name[to->figure];
        return 0;
    }
    to->name = r->layer[number];
    if (t->target && strcmp(to->name, t->target) == 0) {
        to->figure = SWEPT;
        return 0;
    }
    to->figure = figure_number(t, to->name);
    if (to->figure != SIZE_MAX && has_figure(t, to->figure))
        return 0;
    if (to->figure < t->measures)
        return not_finite(r->where[number], to->name, e);
    err_at(e, r->where[number], "the sweep has no figure \"%s\"", to->name);
    return err_hint(e, "results lists them; measure NAME = EXPRESSION in its braces adds one");
}

/* Mean and sample deviation over the runs of each value; NaN where there is none. */
static void gather_side(const struct sweep_table *t, struct side *s)
{
    for (size_t v = 0; v < t->values; v++) {
        double sum = 0, squares = 0;
        size_t n = 0;
        for (size_t i = 0; i < t->runs; i++)
            if (t->value_of[i] == v && isfinite(t->figure[i * t->figures + s->figure])) {
                sum += t->figure[i * t->figures + s->figure];
                n++;
            }
        s->mean[v] = n ? sum / (double)n : (double)NAN;
        for (size_t i = 0; i < t->runs; i++)
            if (t->value_of[i] == v && isfinite(t->figure[i * t->figures + s->figure])) {
                const double d = t->figure[i * t->figures + s->figure] - s->mean[v];
                squares += d * d;
            }
        s->deviation[v] = n > 1 ? sqrt(squares / (double)(n - 1)) : 0;
    }
}

/* Fills a side and sets its axis. False: nothing of it is finite. */
static bool set_side(struct str *to, const struct sweep_table *t, const char *axis, struct side *s)
{
    char label[8];
    s->low = INFINITY, s->high = -INFINITY;
    if (s->figure == SWEPT) {
        memset(s->deviation, 0, sizeof s->deviation);
        s->axis = sweep_table_axis(to, t, axis, s->mean);
    } else {
        strcpy(s->axis.column, axis[0] == 'x' ? "1" : "2");
        gather_side(t, s);
    }
    for (size_t v = 0; v < t->values; v++)
        if (isfinite(s->mean[v])) {
            s->low = fmin(s->low, s->mean[v] - s->deviation[v]);
            s->high = fmax(s->high, s->mean[v] + s->deviation[v]);
        }
    if (!(s->low <= s->high))
        return false;
    const double pad = s->low < s->high ? 0.1 * (s->high - s->low) : fmax(1e-3, fabs(s->low) / 2);
    if (s->figure != SWEPT) {
        str_addf(to, "set %srange [%.9g:%.9g]\n", axis, s->low - pad, s->high + pad);
        style_tics(to, axis, s->low - pad, s->high + pad, 8, 0);
    }
    label[0] = axis[0];
    memcpy(label + 1, "label", sizeof "label");
    style_set(to, label, s->name);
    return true;
}

static bool is_known(const struct side side[2], size_t value)
{
    return isfinite(side[0].mean[value]) && isfinite(side[1].mean[value]);
}

/* A row for each value: where its dot stands and, with seeds, how far the bars go. */
static void add_rows(struct figure *f, const struct view_request *r, const struct side side[2],
                     char block[16])
{
    const struct sweep_table *t = r->sweep;
    figure_begin(f, block);
    f->x = side[0].name;
    for (size_t v = 0; v < t->values; v++) {
        const double row[] = {side[0].mean[v], side[1].mean[v], side[0].deviation[v],
                              side[1].deviation[v]};
        if (!is_known(side, v))
            continue;
        figure_series(f, t->label[v]);
        figure_row(f, row, has_bars(t) ? 4 : 2);
    }
    figure_end(f);
}

/* The values beside their dots, where they do not stand on an axis. */
static void add_labels(struct str *to, const struct view_request *r, const struct side side[2])
{
    const struct sweep_table *t = r->sweep;
    for (size_t v = 0; v < t->values && side[0].figure != SWEPT && side[1].figure != SWEPT; v++) {
        if (!is_known(side, v))
            continue;
        str_add(to, "set label ");
        figure_quote(to, t->label[v]);
        str_addf(to, " at %.9g, %.9g offset %s, %s noenhanced%s\n", side[0].mean[v],
                 side[1].mean[v], r->text ? "2" : "0.8",
                 r->text ? "0"
                 : v % 2 ? "-0.8"
                         : "0.8",
                 r->text ? "" : " textcolor rgb '" STYLE_INK "'");
    }
}

static void add_dots(struct str *plot, const struct view_request *r, const struct side side[2],
                     const char *block)
{
    const char *x = side[0].axis.column, *y = side[1].axis.column;
    style_next(plot);
    if (r->text) {
        str_addf(plot, "%s using %s:%s with points pt 'o' notitle", block, x, y);
        return;
    }
    str_addf(plot, "%s using %s:%s with lines lw 1 dt 3 lc rgb '" STYLE_GREY "' notitle", block, x,
             y);
    style_next(plot);
    if (has_bars(r->sweep))
        str_addf(plot, "%s using %s:%s:3:4 with xyerrorbars pt 7 ps 1.2 lw 1.5 lc rgb '%s' notitle",
                 block, x, y, style_colour(BLUE));
    else
        str_addf(plot, "%s using %s:%s with points pt 7 ps 1.4 lc rgb '%s' notitle", block, x, y,
                 style_colour(BLUE));
}

static int fill_tradeoff(const struct view_request *r, struct side side[2], struct figure *f,
                         struct err *e)
{
    struct str plot = {0}, title = {0};
    char block[16];
    style_begin(f, r);
    for (size_t i = 0; i < 2; i++)
        if (!set_side(&f->program, r->sweep, i ? "y" : "x", &side[i]))
            return not_finite(r->place, side[i].name, e);
    str_addf(&title, "tradeoff: %s%s", r->sweep->text,
             has_bars(r->sweep) ? " (mean and deviation over seeds)" : "");
    style_set(&f->program, "title", title.text ? title.text : "tradeoff");
    add_rows(f, r, side, block);
    add_labels(&f->program, r, side);
    add_dots(&plot, r, side, block);
    f->program.failed = f->program.failed || title.failed;
    style_plot(&f->program, &plot);
    str_finish(&title);
    str_finish(&plot);
    return 0;
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    struct side side[2] = {0};
    if (sweep_table_check(r, "tradeoff", e) ||
        request_room(r, "tradeoff", "value", "and sweep fewer", r->sweep->values, VALUES_MOST, e))
        return -1;
    if (r->layers > 2) {
        err_at(e, r->where[2], "tradeoff takes two figures at most");
        return err_hint(e, "write plot tradeoff, or plot tradeoff active val.loss.data");
    }
    if (choose_figure(r, 0, &side[0], e) || choose_figure(r, 1, &side[1], e))
        return -1;
    return request_done(f, fill_tradeoff(r, side, f, e), e);
}

const struct view_kind view_tradeoff = {
    .entry =
        {
            .name = "tradeoff",
            .summary = "after a sweep: a dot for each value, one figure against another",
            .details =
                "plot tradeoff [X Y]: X and Y are figures of the runs as results names them, or "
                "the swept setting. Without names X is what was measured first, else the swept "
                "setting, and Y the data loss on the validation share, else on the training share. "
                "With seeds a dot is the mean over the runs of a value, and its bars are one "
                "standard deviation (n - 1) to each side. Runs that failed are left out.",
            .example = "data moons 100 split=0.2\ninput 2\ndense 8 relu as h\ndense 1 sigmoid\n"
                       "sweep h.activity = l1(?) over 0 1e-3 1e-2 seeds=2 {\n  train 2\n"
                       "  measure active = fraction(h.output > 0.1)\n}\nplot tradeoff\n",
        },
    .draw = draw,
};
