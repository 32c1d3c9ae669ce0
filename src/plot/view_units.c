/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/page.h"
#include "plot/request.h"
#include "plot/style.h"
#include "plot/traces.h"

#include <math.h>

enum { PANELS_MOST = 6 };

static double share_of(const struct trace *t, size_t row, size_t unit)
{
    return (double)t->row[row * t->width + unit];
}

/* step, unit, share, and the number of the row, which is its place in the picture. */
static void add_cells(struct figure *f, const struct trace *t, const char *name, char block[16])
{
    figure_begin(f, block);
    figure_series(f, name);
    for (size_t i = 0; i < t->count; i++)
        for (size_t u = 0; u < t->width; u++)
            figure_row(f, (const double[]){t->step[i], (double)u, share_of(t, i, u), (double)i}, 4);
    figure_end(f);
}

/* How many units did not fire at all at the newest point. */
static size_t count_silent(const struct trace *t)
{
    size_t n = 0;
    for (size_t u = 0; u < t->width; u++)
        n += share_of(t, t->count - 1, u) == 0;
    return n;
}

/* Steps at some of the rows. */
static void add_steps(struct str *to, const struct trace *t, size_t most)
{
    enum { MOST = 12 };
    size_t row[MOST];
    const size_t n = traces_rows(t, most < MOST ? most : MOST, row);
    str_add(to, "set xtics (");
    for (size_t i = 0; i < n; i++)
        str_addf(to, "%s'%.0f' %zu", i ? ", " : "", t->step[row[i]], row[i]);
    str_add(to, ")\n");
}

/* A line where something was changed: between the rows before and after it. */
static void add_events(struct str *to, const struct model *m, const struct trace *t)
{
    str_add(to, "unset arrow\n");
    for (size_t k = 0; k < m->history.events; k++) {
        size_t i = 0;
        while (i < t->count && t->step[i] <= (double)m->history.event[k].step)
            i++;
        if (i && i < t->count)
            str_addf(to,
                     "set arrow from first %g, graph 0 to first %g, graph 1 nohead dt 3 lw 2 lc "
                     "rgb 'white' front\n",
                     (double)i - 0.5, (double)i - 0.5);
    }
}

static void set_title(struct str *to, const struct view_request *r, const struct model *m,
                      const struct trace *t, size_t cols)
{
    struct str title = {0};
    if (cols == 1) {
        style_heading(&title, r, "units");
        str_add(&title, ", ");
    } else {
        request_name(&title, r, m, "");
    }
    str_addf(&title, "%s, %zu of %zu silent at the end", t->name, count_silent(t), t->width);
    if (cols == 1)
        style_head_as(to, r, &title);
    else
        style_title(to, r, &title, cols);
    str_finish(&title);
}

static void add_picture(struct figure *f, const struct view_request *r, const struct traces_of *k,
                        size_t i, const char *block)
{
    const struct trace *t = k->at[i].trace;
    struct str *to = &f->program, plot = {0};
    const bool alone = k->rows * k->cols == 1;
    str_addf(to, "set xrange [-0.5:%g]\nset yrange [-0.5:%g]\n", (double)t->count - 0.5,
             (double)t->width - 0.5);
    add_steps(to, t, k->cols > 1 ? 5 : 10);
    style_tics(to, "y", 0, (double)t->width, 10, 1);
    str_add(to, "set xlabel 'step'\nset ylabel 'unit'\nset border\nset cbrange [0:1]\n"
                "set palette defined (0 '#440154', 0.25 '#3B528B', 0.5 '#21918C', 0.75 '#5EC962', "
                "1 '#FDE725')\n");
    str_addf(to, "set cblabel '%s'\n", alone ? "share of the batch with |a| > 0.1" : "");
    add_events(to, k->at[i].model, t);
    set_title(to, r, k->at[i].model, t, alone ? 1 : k->cols);
    style_cells(&plot, block, "4", "2", "3", t->count, t->width);
    style_plot(to, &plot);
    str_finish(&plot);
}

/* As text a line is the mean of some units next to each other, and a character the tenth that it
 * lies in. */
static void add_text(struct figure *f, const struct view_request *r, const struct model *m,
                     const struct trace *t)
{
    static const char ramp[] = ".:-=+*%#@@";
    size_t row[TRACE_MOST];
    const size_t room = page_grid_columns(r);
    const size_t columns = traces_rows(t, room < TRACE_MOST ? room : TRACE_MOST, row);
    const size_t each = (t->width + page_grid_rows(r) - 1) / page_grid_rows(r);
    struct str label = {0};
    str_add(&f->program, "$page << EOD\n");
    for (size_t first = 0; first < t->width; first += each)
        for (size_t i = 0; i < columns; i++) {
            double sum = 0;
            size_t n = 0;
            for (; n < each && first + n < t->width; n++)
                sum += share_of(t, row[i], first + n);
            const double share = sum / (double)n;
            str_addf(&f->program, "%zu %zu %c\n", i, first / each,
                     share > 0 ? ramp[(size_t)fmin(9, 10 * share)] : '_');
        }
    str_add(&f->program, "EOD\n");
    str_addf(&label, "step %.0f to %.0f; down: %zu unit%s a line; _ never, . to @ always",
             t->step[row[0]], t->step[row[columns - 1]], each, each == 1 ? "" : "s");
    page_grid(&f->program, r, label.text ? label.text : "");
    f->program.failed = f->program.failed || label.failed;
    set_title(&f->program, r, m, t, 1);
    str_add(&f->program, "plot $page using 1:2:3 with labels notitle\n");
    str_finish(&label);
}

static void add_panel(struct figure *f, const struct view_request *r, const struct traces_of *k,
                      size_t i)
{
    struct str name = {0};
    char block[16];
    request_name(&name, r, k->at[i].model, k->at[i].trace->name);
    add_cells(f, k->at[i].trace, name.failed ? "" : name.text, block);
    f->program.failed = f->program.failed || name.failed;
    str_finish(&name);
    if (r->text)
        add_text(f, r, k->at[i].model, k->at[i].trace);
    else
        add_picture(f, r, k, i, block);
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    struct traces_of k;
    if (traces_find(r, "units", TRACE_FIRING, r->text ? 1 : PANELS_MOST, &k, e))
        return -1;
    style_begin(f, r);
    f->plane = true;
    str_add(&f->program, "unset grid\nunset key\n");
    traces_panels(f, r, "units", &k, add_panel);
    return request_done(f, 0, e);
}

const struct view_kind view_units = {
    .entry =
        {
            .name = "units",
            .summary = "which units of a layer fire how often, by step",
            .details =
                "A column for each point of the history and a row for each unit; the colour is the "
                "share of the numbers it put out in the batch of that step that were above 0.1 in "
                "absolute value: dark is never, yellow always. There is a point at the end of each "
                "epoch, and every N steps from watch units LAYER every N on; when there are 128 "
                "of them every other one goes. White lines mark where something was changed. "
                "Layers of up to 1024 units are kept.",
            .example = "data moons 200\ninput 2\ndense 8 relu activity=l1(1e-2) as hidden\n"
                       "dense 1 sigmoid\ntrain 3\nplot units hidden\n",
        },
    .draw = draw,
    .traces = true,
};
