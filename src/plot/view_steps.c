/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/page.h"
#include "plot/request.h"
#include "plot/style.h"

#include <math.h>

enum { CELLS_MOST = 40000 };

/* What the units of a value put out at each step, on average over the samples that have it. */
struct time_course {
    struct model *model;
    const char *name;
    id value;
    size_t steps, units;
    double *mean;  /* [steps][units]; NaN where no sample has the step */
    size_t *count; /* [steps] */
    double most;   /* the largest |mean| */
};

static int no_steps(const struct view_request *r, const struct model *m, id value, struct err *e)
{
    char text[80];
    const char *name = graph_value_name(m->graph, value);
    err_at(e, r->layers ? r->where[0] : r->place, "%s puts out %s, and that has no steps", name,
           shape_text(&m->graph->value[value].shape, text, sizeof text));
    return err_hint(e, "name a layer that puts out steps x units, as one with sequences=yes");
}

/* The newest value that has steps and is no input; NOTHING if there is none. */
static id newest_steps(const struct graph *g)
{
    for (size_t v = g->values; v-- > 0;)
        if (g->value[v].shape.axes > 1 && g->call[g->value[v].made_by].inputs)
            return (id)v;
    return NOTHING;
}

static int find_value(const struct view_request *r, struct time_course *t, struct err *e)
{
    const struct graph *g = t->model->graph;
    id call = r->layers ? graph_find_call(g, r->layer[0]) : NOTHING;
    if (!r->layers) {
        t->value = newest_steps(g);
        return t->value == NOTHING ? no_steps(r, t->model, (id)g->values - 1, e) : 0;
    }
    if (call == NOTHING) {
        const id layer = request_layer(r, t->model, r->layer[0], r->where[0], e);
        if (layer == NOTHING)
            return -1;
        call = graph_only_call(g, layer);
    }
    if (call == NOTHING) {
        err_at(e, r->where[0], "%s has no call or several", r->layer[0]);
        return err_hint(e, "name one of its calls; summary lists them");
    }
    t->value = g->call[call].output;
    return g->value[t->value].shape.axes > 1 ? 0 : no_steps(r, t->model, t->value, e);
}

static void add_batch(struct time_course *t, const struct frame *f)
{
    const struct steps_seen *seen = frame_seen(f, t->value);
    const real *y = frame_value(f, t->value);
    for (size_t i = 0; i < f->samples * t->steps; i++, y += t->units) {
        const size_t step = i % t->steps;
        if (seen && seen->mask[i] == 0)
            continue;
        t->count[step]++;
        for (size_t u = 0; u < t->units; u++)
            t->mean[step * t->units + u] += (double)y[u];
    }
}

static int fill_course(const struct view_request *r, struct time_course *t, struct err *e)
{
    struct evaluator pass;
    const struct shape *s = &t->model->graph->value[t->value].shape;
    t->name = graph_value_name(t->model->graph, t->value);
    t->steps = s->size[0];
    t->units = shape_count(s) / t->steps;
    if (t->steps * t->units > CELLS_MOST) {
        err_at(e, r->place, "%s has %zu steps of %zu numbers, too many to draw", t->name, t->steps,
               t->units);
        return err_hint(e, "%d numbers have room", CELLS_MOST);
    }
    t->mean = mem_new(t->steps * t->units, sizeof *t->mean);
    t->count = mem_new(t->steps, sizeof *t->count);
    if (!t->mean || !t->count)
        return err_memory(e);
    if (evaluator_begin(&pass, t->model, r->data, r->seed, SHARE_EVALUATION, false, e))
        return err_place(e, r->place);
    while (evaluator_next(&pass))
        add_batch(t, pass.trainer->infer_frame);
    for (size_t i = 0; i < t->steps * t->units; i++) {
        const size_t n = t->count[i / t->units];
        t->mean[i] = n ? t->mean[i] / (double)n : (double)NAN;
        t->most = n ? fmax(t->most, fabs(t->mean[i])) : t->most;
    }
    return stop_check(t->model->stop, e);
}

/* step, unit, mean, and its part of the largest. */
static void add_cells(struct figure *f, const struct view_request *r, const struct time_course *t,
                      char block[16])
{
    struct str name = {0};
    const double whole = t->most > 0 ? t->most : 1;
    request_name(&name, r, t->model, t->name);
    figure_begin(f, block);
    figure_series(f, name.failed ? "" : name.text);
    for (size_t i = 0; i < t->steps * t->units; i++)
        figure_row(f,
                   (const double[]){(double)(i / t->units), (double)(i % t->units), t->mean[i],
                                    t->mean[i] / whole},
                   4);
    figure_end(f);
    f->program.failed = f->program.failed || name.failed;
    str_finish(&name);
}

static void set_title(struct str *to, const struct view_request *r, const struct time_course *t)
{
    struct str title = {0};
    if (r->models == 1) {
        style_heading(&title, r, "steps");
        str_add(&title, ", ");
    } else {
        request_name(&title, r, t->model, "");
    }
    str_addf(&title, "%s, largest mean %.3g", t->name, t->most);
    if (r->models == 1)
        style_head_as(to, r, &title);
    else
        style_title(to, r, &title, r->models);
    to->failed = to->failed || title.failed;
    str_finish(&title);
}

static void add_picture(struct figure *f, const struct view_request *r, const struct time_course *t,
                        const char *block)
{
    struct str *to = &f->program, plot = {0};
    str_addf(to, "set xrange [-0.5:%g]\nset yrange [-0.5:%g]\n", (double)t->steps - 0.5,
             (double)t->units - 0.5);
    style_tics(to, "x", 0, (double)t->steps, 10, 1);
    style_tics(to, "y", 0, (double)t->units, 10, 1);
    str_add(to, "set xlabel 'step of the sequence'\nset ylabel 'unit'\nset border\n"
                "set cbrange [-1:1]\nset palette defined " STYLE_SIGNED "\n");
    str_addf(to, "set cbtics ('%.3g' -1, '%.3g' -0.5, '0' 0, '%.3g' 0.5, '%.3g' 1)\n", -t->most,
             -t->most / 2, t->most / 2, t->most);
    set_title(to, r, t);
    style_cells(&plot, block, "1", "2", "4", t->steps, t->units);
    style_plot(to, &plot);
    str_finish(&plot);
}

/* As text a character is the mean of some steps and units next to each other: = - . + #, from the
 * lowest to the highest fifth. */
static void add_text(struct figure *f, const struct view_request *r, const struct time_course *t)
{
    const size_t across = page_grid_columns(r), down = page_grid_rows(r);
    const size_t wide = (t->steps + across - 1) / across, high = (t->units + down - 1) / down;
    struct str label = {0};
    str_add(&f->program, "$page << EOD\n");
    for (size_t u = 0; u < t->units; u += high)
        for (size_t s = 0; s < t->steps; s += wide) {
            double sum = 0;
            size_t n = 0;
            for (size_t i = s; i < s + wide && i < t->steps; i++)
                for (size_t k = u; k < u + high && k < t->units && t->count[i]; k++, n++)
                    sum += t->mean[i * t->units + k];
            const double part = n && t->most > 0 ? sum / (double)n / t->most : 0;
            str_addf(&f->program, "%zu %zu %c\n", s / wide, u / high,
                     !n            ? '_'
                     : part < -0.6 ? '='
                     : part < -0.2 ? '-'
                     : part <= 0.2 ? '.'
                     : part <= 0.6 ? '+'
                                   : '#');
        }
    str_add(&f->program, "EOD\n");
    str_addf(&label, "steps to the right, %zu unit%s a line; = - . + # of the largest; _ masked",
             high, high == 1 ? "" : "s");
    page_grid(&f->program, r, label.text ? label.text : "");
    f->program.failed = f->program.failed || label.failed;
    set_title(&f->program, r, t);
    str_add(&f->program, "plot $page using 1:2:3 with labels notitle\n");
    str_finish(&label);
}

static int draw_course(const struct view_request *r, struct time_course *t, struct figure *f,
                       struct err *e)
{
    char block[16];
    if (find_value(r, t, e) || fill_course(r, t, e))
        return -1;
    add_cells(f, r, t, block);
    if (r->text)
        add_text(f, r, t);
    else
        add_picture(f, r, t, block);
    return 0;
}

static int draw_panels(const struct view_request *r, struct figure *f, struct err *e)
{
    int bad = 0;
    style_begin(f, r);
    f->plane = true;
    str_add(&f->program, "unset grid\nunset key\n");
    if (r->models > 1)
        style_panels(&f->program, r, "steps", 1, r->models);
    for (size_t i = 0; !bad && i < r->models; i++) {
        struct time_course t = {.model = r->model[i]};
        bad = draw_course(r, &t, f, e);
        mem_free(t.mean);
        mem_free(t.count);
    }
    if (!bad && r->models > 1)
        style_panels_end(&f->program);
    return bad;
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    enum { MODELS_MOST = 4 };
    if (request_filled(r, e) ||
        request_room(r, "steps", "model", "of NAME", r->models, r->text ? 1 : MODELS_MOST, e) ||
        request_room(r, "steps", "layer", "LAYER", r->layers, 1, e))
        return -1;
    if (!r->data) {
        err_at(e, r->place, "there is no data yet");
        return err_hint(e, "load some with steps, for example data adding");
    }
    return request_done(f, draw_panels(r, f, e), e);
}

const struct view_kind view_steps = {
    .entry =
        {
            .name = "steps",
            .summary = "what the units of a layer put out at each step of the sequences",
            .details =
                "A column for each step and a row for each unit; the colour is the mean of what "
                "the unit puts out at that step, over the samples of the validation share or, "
                "where there is none, of the training share: orange is negative, white 0, blue "
                "positive. Masked steps are left out; a step that no sample has is empty. Without "
                "a layer it is the last one that puts out steps.",
            .example = "data echo 100 steps=8 delay=2 lengths=varied\ninput 8x1\nmasking 0\n"
                       "gru 4 sequences=yes as memory\ndense 1 sigmoid\n"
                       "loss binary_crossentropy\ntrain 1\nplot steps memory\n",
        },
    .draw = draw,
};
