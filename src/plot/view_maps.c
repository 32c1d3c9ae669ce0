/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/page.h"
#include "plot/pass.h"
#include "plot/picture.h"
#include "plot/request.h"
#include "plot/style.h"

#include "nn/layer.h"
#include "train/inputs.h"

#include <math.h>

enum { PIXELS_MOST = 40000, MODELS_MOST = 4 };

enum { SAMPLE };
static const struct arg_spec keys[] = {
    [SAMPLE] = ARG("sample", KEY, ARG_WHOLE, .min = 0, .max = 1e9,
                   .line = "which of the data, the first is 0; without it, the first of the "
                           "validation share, or of the training share"),
};

/* What a layer makes of one sample: a tile of h x w for each channel, one pixel between them. */
struct maps {
    real *number; /* [h][w][channels] */
    size_t h, w, channels, cols, rows, shown, sample;
    double low, high;
};

static id find_value(const struct view_request *r, const struct model *m, struct err *e)
{
    const struct graph *g = m->graph;
    const id call = graph_find_call(g, r->layer[0]);
    id in, out = NOTHING;
    if (call != NOTHING)
        return g->call[call].output;
    const id layer = request_layer(r, m, r->layer[0], r->where[0], e);
    if (layer == NOTHING)
        return NOTHING;
    picture_ends(g, layer, &in, &out);
    if (out != NOTHING)
        return out;
    err_at(e, r->where[0], "%s is never called", r->layer[0]);
    err_hint(e, "name a layer between input and output");
    return NOTHING;
}

static int measure_value(const struct view_request *r, const struct model *m, id value,
                         struct maps *t, struct err *e)
{
    const struct shape *s = &m->graph->value[value].shape;
    char text[80];
    if (s->axes < 2 || s->axes > 3) {
        err_at(e, r->where[0], "maps are of height x width x channels, and %s puts out %s",
               r->layer[0], shape_text(s, text, sizeof text));
        return err_hint(e, "name a convolution or a pool; plot activity shows other outputs");
    }
    t->h = s->axes == 3 ? s->size[0] : 1;
    t->w = s->size[s->axes - 2];
    t->channels = shape_last(s);
    if (t->h * t->w <= PIXELS_MOST)
        return 0;
    err_at(e, r->where[0], "a map of %zux%zu is too large to draw", t->h, t->w);
    return err_hint(e, "plot activity shows how its numbers are distributed");
}

static int choose_sample(const struct view_request *r, struct maps *t, struct err *e)
{
    const struct arg *a = r->keys ? args_get(r->keys, keys[SAMPLE].name) : NULL;
    const struct dataset *d = r->data;
    t->sample = d->training < d->samples ? d->training : 0;
    if (!a || !a->given)
        return 0;
    t->sample = (size_t)a->as.whole;
    if (t->sample < d->samples)
        return 0;
    err_at(e, a->where, "there is no sample %zu: the data has %zu", t->sample, d->samples);
    return err_hint(e, "they are 0 to %zu", d->samples - 1);
}

/* Rows of tiles as wide as they are high, or as the terminal has room for. */
static int lay_out(const struct view_request *r, struct maps *t, struct err *e)
{
    if (r->text) {
        const size_t rows = (page_grid_rows(r) + 1) / (t->h + 1);
        t->cols = (page_grid_columns(r) + 1) / (t->w + 1);
        t->shown = t->cols * rows;
        if (!t->shown) {
            err_at(e, r->where[0], "a map of %zux%zu characters is too large for this terminal",
                   t->h, t->w);
            return err_hint(e, "write it to a file: plot save \"maps.png\"");
        }
    } else {
        t->shown = PIXELS_MOST / (t->h * t->w);
        t->cols = (size_t)ceil(sqrt((double)(t->channels * t->h) / (double)t->w));
    }
    t->shown = t->shown < t->channels ? t->shown : t->channels;
    t->cols = t->cols < t->shown ? t->cols : t->shown;
    t->rows = (t->shown + t->cols - 1) / t->cols;
    return 0;
}

static int fill_maps(const struct view_request *r, struct model *m, id value, struct maps *t,
                     struct err *e)
{
    const struct dataset *d = r->data;
    const size_t count = t->h * t->w * t->channels;
    if (!(t->number = mem_block(count, sizeof *t->number)))
        return err_memory(e);
    if (pass_rows(m, d, r->seed, d->x + t->sample * d->inputs, 1, value, t->number, e))
        return err_place(e, r->place);
    for (size_t i = 0; i < count; i++) {
        t->low = fmin(t->low, (double)t->number[i]);
        t->high = fmax(t->high, (double)t->number[i]);
    }
    return 0;
}

static double number_at(const struct maps *t, size_t channel, size_t i)
{
    return (double)t->number[i * t->channels + channel];
}

/* The part of the largest size that a number has, with its sign. */
static double part_of(const struct maps *t, double x)
{
    const double most = fmax(-t->low, t->high);
    return most > 0 ? x / most : 0;
}

/* Pixels row by row: x, y, the number, its part of the largest. */
static void add_pixels(struct figure *f, const struct maps *t, const char *layer, char block[16])
{
    const size_t width = t->cols * (t->w + 1) - 1, height = t->rows * (t->h + 1) - 1;
    size_t named = SIZE_MAX;
    figure_begin(f, block);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            const size_t dx = x % (t->w + 1), dy = y % (t->h + 1);
            const size_t channel = y / (t->h + 1) * t->cols + x / (t->w + 1);
            if (dx == t->w || dy == t->h || channel >= t->shown) {
                str_addf(&f->program, "%zu %zu NaN NaN\n", x, y);
                continue;
            }
            if (channel != named) {
                struct str name = {0};
                str_addf(&name, "%s channel %zu", layer, channel);
                figure_series(f, name.failed ? "" : name.text);
                f->program.failed = f->program.failed || name.failed;
                str_finish(&name);
            }
            named = channel;
            const double v = number_at(t, channel, dy * t->w + dx);
            figure_row(f, (const double[]){(double)x, (double)y, v, part_of(t, v)}, 4);
        }
    figure_end(f);
}

static void add_picture(struct figure *f, const struct maps *t, const char *block)
{
    struct str *to = &f->program, plot = {0};
    const size_t width = t->cols * (t->w + 1) - 1, height = t->rows * (t->h + 1) - 1;
    const double most = fmax(-t->low, t->high);
    str_addf(to,
             "set xrange [-1.5:%g]\nset yrange [%g:-1.5]\nset size ratio -1\nunset tics\n"
             "unset border\nset xlabel 'all maps have one scale; channel 0 is at the top left'\n"
             "unset ylabel\nset cbrange [-1:1]\nset palette defined " STYLE_SIGNED "\n"
             "set object rectangle from graph 0, graph 0 to graph 1, graph 1 behind fillcolor rgb "
             "'" STYLE_INK "' fillstyle solid noborder\n"
             "set cbtics ('%.3g' -1, '0' 0, '%.3g' 1)\n",
             (double)width + 0.5, (double)height + 0.5, -most, most);
    style_cells(&plot, block, "1", "2", "4", width, height);
    style_plot(to, &plot);
    str_finish(&plot);
}

static unsigned signs_of(const struct maps *t)
{
    unsigned seen = 0;
    for (size_t c = 0; c < t->shown; c++)
        for (size_t i = 0; i < t->h * t->w; i++)
            seen |= 1U << style_sign(part_of(t, number_at(t, c, i)));
    return seen;
}

static void add_text(const struct view_request *r, struct figure *f, const struct maps *t,
                     const char *block)
{
    struct str plot = {0};
    page_grid(&f->program, r, "part of the largest: = to -0.6, - to -0.2, + from 0.2, # from 0.6");
    style_signs(&plot, block, signs_of(t));
    style_plot(&f->program, &plot);
    str_finish(&plot);
}

static void add_caption(struct str *to, const struct view_request *r, const struct model *m,
                        const struct maps *t)
{
    request_name(to, r, m, r->layer[0]);
    str_addf(to, " of sample %zu, ", t->sample);
    if (t->shown < t->channels)
        str_addf(to, "the first %zu of ", t->shown);
    str_addf(to, "%zu channel%s of %zux%zu, %.3g to %.3g", t->channels, t->channels == 1 ? "" : "s",
             t->h, t->w, t->low, t->high);
}

/* The title of a panel; alone, it says everything. */
static void set_title(const struct view_request *r, const struct model *m, const struct maps *t,
                      struct str *to)
{
    struct str title = {0}, caption = {0};
    add_caption(&caption, r, m, t);
    style_heading(&title, r, "maps");
    str_addf(&title, ", %s", caption.text ? caption.text : "");
    to->failed = to->failed || caption.failed || title.failed;
    if (r->models == 1)
        style_head_as(to, r, &title);
    else
        style_title(to, r, &caption, 1);
    str_finish(&caption);
    str_finish(&title);
}

static int add_panel(const struct view_request *r, struct model *m, struct maps *t,
                     struct figure *f, struct err *e)
{
    struct str name = {0};
    char block[16];
    const id value = find_value(r, m, e);
    if (value == NOTHING || measure_value(r, m, value, t, e) || choose_sample(r, t, e) ||
        lay_out(r, t, e) || fill_maps(r, m, value, t, e))
        return -1;
    request_name(&name, r, m, r->layer[0]);
    set_title(r, m, t, &f->program);
    add_pixels(f, t, name.failed ? "" : name.text, block);
    f->program.failed = f->program.failed || name.failed;
    if (r->text)
        add_text(r, f, t, block);
    else
        add_picture(f, t, block);
    str_finish(&name);
    return 0;
}

static int fill_figure(const struct view_request *r, struct figure *f, struct err *e)
{
    style_begin(f, r);
    f->plane = true;
    str_add(&f->program, "unset key\nunset grid\n");
    if (r->models > 1)
        style_panels(&f->program, r, "maps", r->models, 1);
    for (size_t i = 0; i < r->models; i++) {
        struct maps t = {0};
        const int bad = add_panel(r, r->model[i], &t, f, e);
        mem_free(t.number);
        if (bad)
            return -1;
    }
    if (r->models > 1)
        style_panels_end(&f->program);
    return 0;
}

static int check_request(const struct view_request *r, struct err *e)
{
    if (request_filled(r, e) ||
        request_room(r, "maps", "model", "of NAME", r->models, r->text ? 1 : MODELS_MOST, e) ||
        request_room(r, "maps", "layer", "LAYER", r->layers, 1, e))
        return -1;
    if (!r->layers) {
        err_at(e, r->place, "maps are of a layer, and none is named");
        return err_hint(e, "name a convolution or a pool: plot maps LAYER");
    }
    if (!r->data) {
        err_at(e, r->place, "there is no data yet, and so no sample");
        return err_hint(e, "load some first: data digits");
    }
    for (size_t i = 0; i < r->models; i++)
        if (inputs_check(r->model[i]->graph, r->data, e))
            return err_place(e, r->place);
    return 0;
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    return check_request(r, e) ? -1 : request_done(f, fill_figure(r, f, e), e);
}

const struct view_kind view_maps = {
    .entry =
        {
            .name = "maps",
            .args = keys,
            .arg_count = sizeof keys / sizeof *keys,
            .summary = "what a convolution or a pool makes of one sample: a picture a channel",
            .details =
                "A tile for each channel of the layer's output, from the top left: orange is "
                "negative, white 0, blue positive, and all tiles have one scale. Steps x channels "
                "are strips. sample=N is a sample of the data, counted from 0.",
            .example = "data digits split=0.1\ninput 8x8x1\nconv2d 4 3x3 relu as c\nmax_pool2d 2\n"
                       "flatten\ndense 10 softmax\ntrain 1\nplot maps c\n",
        },
    .draw = draw,
};
