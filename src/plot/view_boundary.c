/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/field.h"
#include "plot/page.h"
#include "plot/request.h"
#include "plot/style.h"

#include <math.h>
#include <stdio.h>

enum { POINTS_MOST = 1000, MODELS_MOST = 4 };

static int check_data(const struct view_request *r, struct err *e)
{
    if (!r->data) {
        err_at(e, r->place, "there is no data yet");
        return err_hint(e, "load some with 2 columns, for example data moons");
    }
    if (r->data->inputs == 2)
        return 0;
    err_at(e, r->place, "boundary is for data with 2 columns, and this has %zu", r->data->inputs);
    return err_hint(e, "load data that fits in a plane, for example data moons");
}

/* x, y and the value; of several classes also by how much each leads before the others. */
static void add_grid(struct figure *f, const struct field *t, const char *name, char block[16])
{
    const size_t leads = t->lead ? t->classes : 0;
    figure_begin(f, block);
    figure_series(f, name);
    for (size_t i = 0; i < FIELD_CELLS; i++) {
        double row[3 + FIELD_CLASSES] = {(double)t->at[2 * i], (double)t->at[2 * i + 1],
                                         t->value[i]};
        for (size_t k = 0; k < leads; k++)
            row[3 + k] = t->lead[i * t->classes + k];
        figure_row(f, row, 3 + leads);
        if (i % FIELD_SIDE == FIELD_SIDE - 1)
            figure_gap(f);
    }
    figure_end(f);
}

/* Every stride-th sample of a class (of all samples: class < 0) in one share; false if there is
 * none. */
static bool add_samples(struct figure *f, const struct field *t, const char *name, long class,
                        bool validation, char block[16])
{
    const struct dataset *d = t->data;
    const size_t stride = (d->samples + POINTS_MOST - 1) / POINTS_MOST;
    const size_t first = validation ? d->training : 0, end = validation ? d->samples : d->training;
    struct str series = {0};
    bool any = false;
    str_addf(&series, "%s%s", name, validation ? ", validation" : "");
    f->program.failed = f->program.failed || series.failed;
    for (size_t s = first; s < end && !series.failed; s += stride) {
        const double y = field_target(t, s);
        if (class >= 0 && lround(y) != class)
            continue;
        if (!any) {
            figure_begin(f, block);
            figure_series(f, series.text);
        }
        any = true;
        figure_row(f, (const double[]){(double)d->x[2 * s], (double)d->x[2 * s + 1], y}, 3);
    }
    if (any)
        figure_end(f);
    str_finish(&series);
    return any;
}

/* Colours of classes: of their areas, and darker ones of their points; and symbols, whole and
 * hollow. */
static const struct {
    const char *area, *point;
    int whole, hollow;
} classes[] = {{"#F5C76B", "#7A4A00", 7, 6},   {"#7FBCE0", "#003A5C", 9, 8},
               {"#7FCDB5", "#00523B", 5, 4},   {"#EBA27A", "#7A2E00", 13, 12},
               {"#E0B3CD", "#7A2D58", 11, 10}, {"#BFBFBF", "#333333", 15, 14},
               {"#F7F0A0", "#6B6300", 7, 6},   {"#C5E4F6", "#1D5F85", 9, 8}};
enum { CLASSES = sizeof classes / sizeof *classes };

/* As text: of samples in training, and, as the class's digit, for validation. */
static const char class_signs[] = "ox+*#@%&";

static void add_class_mark(struct str *plot, const struct view_request *r, const char *block,
                           size_t k, bool validation)
{
    const int symbol = validation ? classes[k % CLASSES].hollow : classes[k % CLASSES].whole;
    style_next(plot);
    if (r->text) {
        str_addf(plot, "%s using 1:2 with points lc rgb '%s' pt '%c'", block,
                 classes[k % CLASSES].point,
                 validation ? (char)('0' + k % 10) : class_signs[k % CLASSES]);
        return;
    }
    /* A light edge, so that points stand out from their area. */
    str_addf(plot, "%s using 1:2 with points lc rgb 'white' pt %d ps 1.3 lw %d notitle", block,
             symbol, validation ? 4 : 1);
    style_next(plot);
    str_addf(plot, "%s using 1:2 with points lc rgb '%s' pt %d ps %g lw 1.5", block,
             classes[k % CLASSES].point, symbol, validation ? 1.2 : 0.9);
}

static void name_class(struct str *to, const struct dataset *d, size_t k)
{
    if (d->class_name && k < d->classes)
        str_addf(to, "class %s", d->class_name[k]);
    else
        str_addf(to, "class %zu", k);
}

static void add_class_points(struct figure *f, struct str *plot, const struct view_request *r,
                             const struct field *t, const char *model)
{
    for (size_t i = 0; i < 2 * t->classes; i++) {
        const size_t k = i % t->classes;
        const bool validation = i >= t->classes;
        char block[16];
        struct str name = {0}, series = {0};
        name_class(&name, t->data, k);
        str_addf(&series, "%s %s", model, name.text ? name.text : "");
        str_add(&name, validation ? ", validation" : "");
        plot->failed = plot->failed || series.failed || name.failed;
        if (!plot->failed && add_samples(f, t, series.text, (long)k, validation, block)) {
            add_class_mark(plot, r, block, k, validation);
            style_legend(plot, name.text);
        }
        str_finish(&name);
        str_finish(&series);
    }
}

static void set_palette(struct str *to, const struct field *t)
{
    const bool flat = t->least >= t->most;
    if (t->reading == READ_TWO) {
        str_addf(to,
                 "set palette defined (0 '#F0B040', 0.5 '#FFFFFF', 1 '#5AA3D8')\nset cbrange "
                 "[0:1]\nset cblabel '%s'\nset colorbox\n",
                 t->probability ? "p(class 1)" : "output");
    } else if (t->reading == READ_NUMBER) {
        str_addf(to,
                 "set palette defined (0 '#440154', 0.25 '#3B528B', 0.5 '#21918C', 0.75 '#5EC962', "
                 "1 '#FDE725')\nset cbrange [%.9g:%.9g]\nset cblabel 'output'\nset colorbox\n",
                 t->least - flat, t->most + flat);
    } else {
        str_add(to, "set palette defined (");
        for (size_t k = 0; k < t->classes; k++)
            str_addf(to, "%s%zu '%s'", k ? ", " : "", k, classes[k % CLASSES].area);
        str_addf(to, ") maxcolors %zu\nset cbrange [-0.5:%g]\nunset colorbox\n", t->classes,
                 (double)t->classes - 0.5);
    }
}

/* A contour, computed by gnuplot into a block of its own. */
static void add_contour(struct figure *f, const char *to, const char *grid, size_t column,
                        double level)
{
    str_addf(&f->program,
             "set contour base\nset cntrparam levels discrete %g\nunset surface\n"
             "set table %s\nsplot %s using 1:2:%zu\nunset table\nunset contour\n"
             "set surface\n",
             level, to, grid, column);
}

/* The line where the output is 0.5; or those where a class has as much as the best other one. */
static void add_borders(struct figure *f, struct str *plot, const struct field *t, const char *grid)
{
    if (t->reading == READ_TWO && t->least < 0.5 && t->most > 0.5) {
        add_contour(f, "$contour", grid, 3, 0.5);
        style_next(plot);
        str_addf(plot, "$contour using 1:2 with lines lw 2 lc rgb 'black' title '%s'",
                 t->probability ? "p = 0.5" : "output = 0.5");
    }
    for (size_t k = 0; t->lead && k < t->classes; k++) {
        char block[32];
        if (!field_shows(t, k))
            continue;
        snprintf(block, sizeof block, "$contour%zu", k);
        add_contour(f, block, grid, 4 + k, 0);
        style_next(plot);
        str_addf(plot, "%s using 1:2 with lines lw 1.5 lc rgb 'black' notitle", block);
    }
}

/* Areas as text: a sign for the class of a cell, or for the fifth of the range its value lies in.
 */
static size_t level_of(const struct field *t, double value)
{
    if (t->reading == READ_MOST)
        return (size_t)value;
    if (t->reading == READ_TWO)
        return value >= 0.5;
    const double part = t->most > t->least ? (value - t->least) / (t->most - t->least) : 0;
    return part >= 0.8 ? 4 : (size_t)(5 * part);
}

/* A cell as text is wider than a character. */
static void add_cell(struct figure *f, const struct field *t, size_t i)
{
    const double width = (t->high[0] - t->low[0]) / (FIELD_SIDE - 1);
    for (int k = -1; k <= 1; k++)
        figure_row(f,
                   (const double[]){(double)t->at[2 * i] + k * width / 3, (double)t->at[2 * i + 1],
                                    t->value[i]},
                   3);
}

static void add_areas(struct figure *f, struct str *plot, const struct field *t)
{
    static const char signs[] = " .:-~^,;", ramp[] = " .:=%";
    const bool number = t->reading == READ_NUMBER;
    const size_t levels = number ? 5 : t->classes;
    for (size_t k = 1; k < levels; k++) {
        char block[16];
        bool any = false;
        for (size_t i = 0; i < FIELD_CELLS; i++) {
            if (!isfinite(t->value[i]) || level_of(t, t->value[i]) != k)
                continue;
            if (!any)
                figure_begin(f, block);
            any = true;
            add_cell(f, t, i);
        }
        if (!any)
            continue;
        figure_end(f);
        style_next(plot);
        str_addf(plot, "%s using 1:2 with points pt '%c' lc rgb '%s' notitle", block,
                 number ? ramp[k] : signs[k % (sizeof signs - 1)],
                 number ? STYLE_GREY : classes[k % CLASSES].area);
    }
}

/* Samples of a regression: in the colour of their target, with a dark edge; those kept for
 * validation are triangles. */
static void add_number_points(struct figure *f, struct str *plot, const struct view_request *r,
                              const struct field *t, const char *model)
{
    struct str name = {0};
    str_addf(&name, "%s samples", model);
    plot->failed = plot->failed || name.failed;
    for (int validation = 0; validation < 2 && !name.failed; validation++) {
        char block[16];
        const int symbol = validation ? 9 : 7;
        if (!add_samples(f, t, name.text, -1, validation, block))
            continue;
        style_next(plot);
        if (r->text) {
            str_addf(plot, "%s using 1:2 with points pt '%c' title '%s'", block,
                     validation ? 'v' : 'o', validation ? "validation samples" : "samples");
            continue;
        }
        str_addf(plot, "%s using 1:2 with points pt %d ps 1.1 lc rgb 'black' notitle", block,
                 symbol);
        style_next(plot);
        str_addf(plot, "%s using 1:2:3 with points pt %d ps 0.8 lc palette title '%s'", block,
                 symbol,
                 validation ? "those for validation" : "samples, in the colour of their target");
    }
    str_finish(&name);
}

static void add_field(struct figure *f, struct str *plot, const struct view_request *r,
                      const struct field *t, const char *model)
{
    char grid[16];
    if (r->text) {
        add_areas(f, plot, t);
    } else {
        add_grid(f, t, model, grid);
        style_next(plot);
        str_addf(plot, "%s using 1:2:3 with @IMAGE notitle", grid);
        add_borders(f, plot, t, grid);
    }
    if (t->reading == READ_NUMBER)
        add_number_points(f, plot, r, t, model);
    else
        add_class_points(f, plot, r, t, model);
}

static void set_up(struct str *to, const struct view_request *r, const struct field *t)
{
    const char *scaled = t->data->factor ? ", scaled" : "";
    str_addf(to, "set xrange [%.9g:%.9g]\nset yrange [%.9g:%.9g]\n", t->low[0], t->high[0],
             t->low[1], t->high[1]);
    const char *const *column = t->data->column;
    struct str across = {0}, up = {0};
    str_addf(&up, "%s%s", column ? column[1] : "input 2", scaled);
    str_addf(&across, "%s%s", column ? column[0] : "input 1", scaled);
    if (r->text)
        str_addf(&across, " (upwards: %s)", up.text ? up.text : "");
    to->failed = to->failed || across.failed || up.failed;
    style_set(to, "xlabel", across.text ? across.text : "");
    if (!r->text)
        style_set(to, "ylabel", up.text ? up.text : "");
    str_finish(&across);
    str_finish(&up);
    if (r->text)
        return;
    str_add(to, "set border\n");
    if (r->models == 1)
        str_add(to, "set size ratio -1\n");
    set_palette(to, t);
}

static int add_model(const struct view_request *r, struct model *m, struct figure *f, struct err *e)
{
    struct field t;
    struct str plot = {0};
    int bad = field_make(&t, m, r->data, r->seed, e) ? err_place(e, r->place) : 0;
    if (!bad) {
        add_field(f, &plot, r, &t, m->name);
        set_up(&f->program, r, &t);
        const struct page page = page_for(r, 1, 1, &plot);
        page_legend(&f->program, &page, "input 1");
        if (r->models > 1) {
            style_set(&f->program, "title", m->name);
            str_add(&f->program, r->text ? "" : "set key font ',8' samplen 1 maxrows 2\n");
        }
        style_plot(&f->program, &plot);
    }
    field_finish(&t);
    str_finish(&plot);
    return bad;
}

static int fill_panels(const struct view_request *r, struct figure *f, struct err *e)
{
    int bad = 0;
    style_begin(f, r);
    f->plane = true;
    str_add(&f->program, "unset grid\n");
    if (r->models > 1)
        style_panels(&f->program, r, "boundary", r->models > 2 ? 2 : 1, 2);
    else
        style_head(&f->program, r, "boundary");
    for (size_t m = 0; m < r->models && !bad; m++)
        bad = add_model(r, r->model[m], f, e);
    if (r->models > 1)
        style_panels_end(&f->program);
    return bad;
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    if (request_filled(r, e) || request_whole(r, "boundary", e) || check_data(r, e) ||
        request_room(r, "boundary", "model", "of NAME", r->models, r->text ? 1 : MODELS_MOST, e))
        return -1;
    return request_done(f, fill_panels(r, f, e), e);
}

const struct view_kind view_boundary = {
    .entry =
        {
            .name = "boundary",
            .summary = "the model's output over the plane, with the samples: for data with 2 "
                       "columns",
            .details =
                "The output at 61 x 61 places that cover the data and a margin of a tenth. One "
                "output with targets 0 and 1 goes from orange (0) to blue (1), and a line parts "
                "the plane where it is 0.5. Of several outputs the colour says which is the "
                "largest, and lines part the classes. One output with other targets is coloured by "
                "its value, and so are the "
                "samples by their target. At most 1000 samples are drawn, each with the symbol of "
                "its class; those kept for validation are hollow (triangles where samples have "
                "colours; as text, the digit of their class).",
            .example = "data moons 200 noise=0.1\ninput 2\ndense 8 tanh\ndense 1 sigmoid\n"
                       "train 3\nplot boundary\n",
        },
    .draw = draw,
};
