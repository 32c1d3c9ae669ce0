/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/page.h"
#include "plot/pass.h"
#include "plot/picture.h"
#include "plot/request.h"
#include "plot/style.h"

#include "nn/layer.h"
#include "train/inputs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SAMPLES_MOST = 8, MODELS_MOST = 3, NUMBERS_MOST = 40000 };

/* Numbers of each sample: inputs, a code, or a reconstruction, with their range. */
struct strip {
    const real *number; /* [samples][count] */
    size_t count;
    double low, high;
    bool picture; /* else they are bars */
    const char *what;
    const char *model; /* NULL: of the data */
};

/* Strips below each other: the inputs, then for each model its codes and what it makes of them. */
struct sheet {
    const struct view_request *r;
    struct picture picture;
    size_t samples, index[SAMPLES_MOST];
    struct strip strip[1 + 2 * MODELS_MOST];
    size_t strips;
    real *block[1 + 2 * MODELS_MOST];
    size_t w, h, bar; /* as text: a place in characters, and how high bars are */
};

static int check_data(const struct view_request *r, struct err *e)
{
    const struct dataset *d = r->data;
    if (!d) {
        err_at(e, r->place, "there is no data yet");
        return err_hint(e, "load some that is its own target: data digits target=input");
    }
    if (!d->target_is_input) {
        err_at(e, r->place,
               "reconstruct is for autoencoders, and the target of this data is not "
               "its input");
        return err_hint(e, "load it with target=input");
    }
    if (d->inputs <= NUMBERS_MOST / SAMPLES_MOST)
        return 0;
    err_at(e, r->place, "a sample has %zu numbers, too many to draw", d->inputs);
    return err_hint(e, "evaluate says how large the loss is");
}

static int check_model(const struct view_request *r, const struct model *m, struct err *e)
{
    const id output = model_output(m);
    const size_t n = shape_count(&m->graph->value[output].shape);
    if (inputs_check(m->graph, r->data, e))
        return err_place(e, r->place);
    if (n == r->data->inputs)
        return 0;
    err_at(e, r->place, "%s puts out %zu number%s, and a sample has %zu", m->name, n,
           n == 1 ? "" : "s", r->data->inputs);
    return err_hint(e, "an autoencoder ends with as many units as it has inputs");
}

/* The smallest value between input and output; of equal ones the first, behind its activation.
 * NOTHING: there is none. */
static id smallest_code(const struct graph *g, id output)
{
    const id last = picture_unmixed(g, output);
    id best = NOTHING, from = NOTHING;
    size_t least = SIZE_MAX;
    for (id c = 0; c < g->calls; c++) {
        const id value = g->call[c].output, before = picture_unmixed(g, value);
        const size_t n = shape_count(&g->value[value].shape);
        if (before == last || g->layer[g->call[g->value[before].made_by].layer].kind->source)
            continue;
        if (n > least || (n == least && before != from))
            continue;
        least = n;
        best = value;
        from = before;
    }
    return best;
}

/* The value to be shown as the code: of the layer that was named, or the smallest one. */
static int find_code(const struct view_request *r, const struct model *m, id *code, struct err *e)
{
    const struct graph *g = m->graph;
    if (!r->layers) {
        *code = smallest_code(g, model_output(m));
        return 0;
    }
    id in, call = graph_find_call(g, r->layer[0]);
    const id layer = call == NOTHING ? request_layer(r, m, r->layer[0], r->where[0], e) : NOTHING;
    if (call != NOTHING)
        *code = g->call[call].output;
    else if (layer != NOTHING)
        picture_ends(g, layer, &in, code);
    else
        return -1;
    if (*code != NOTHING)
        return 0;
    err_at(e, r->where[0], "%s is never called", r->layer[0]);
    return err_hint(e, "name a layer between input and output");
}

static void choose_samples(struct sheet *t, size_t most)
{
    const struct dataset *d = t->r->data;
    const bool validation = d->training < d->samples;
    const size_t first = validation ? d->training : 0, end = validation ? d->samples : d->training;
    t->samples = end - first < most ? end - first : most;
    for (size_t i = 0; i < t->samples; i++)
        t->index[i] = first + i * (end - first) / t->samples;
}

static void measure_strip(struct strip *s, size_t samples, bool from_zero)
{
    bool any = from_zero;
    for (size_t i = 0; i < samples * s->count; i++) {
        const double x = (double)s->number[i];
        if (!isfinite(x))
            continue;
        s->low = any ? fmin(s->low, x) : x;
        s->high = any ? fmax(s->high, x) : x;
        any = true;
    }
    if (s->low >= s->high)
        s->high = s->low + 1;
}

/* Adds a strip; its numbers, `samples` times `count`, are to be filled in. NULL: no memory. */
static real *add_strip(struct sheet *t, size_t count, const char *what, const char *model,
                       struct err *e)
{
    real *number = mem_block(t->samples * count, sizeof *number);
    if (!number) {
        err_memory(e);
        return NULL;
    }
    t->block[t->strips] = number;
    t->strip[t->strips++] =
        (struct strip){.number = number, .count = count, .what = what, .model = model};
    return number;
}

static int add_value(struct sheet *t, struct model *m, id value, const char *what, struct err *e)
{
    const size_t n = shape_count(&m->graph->value[value].shape);
    real *to = add_strip(t, n, what, m->name, e);
    return to ? pass_rows(m, t->r->data, t->r->seed, t->strip[0].number, t->samples, value, to, e)
              : -1;
}

static int add_strips(struct sheet *t, struct err *e)
{
    const struct dataset *d = t->r->data;
    real *input = add_strip(t, d->inputs, "input", NULL, e);
    if (!input)
        return -1;
    for (size_t i = 0; i < t->samples; i++)
        memcpy(input + i * d->inputs, d->x + t->index[i] * d->inputs, d->inputs * sizeof *input);
    for (size_t m = 0; m < t->r->models; m++) {
        struct model *model = t->r->model[m];
        id code;
        if (find_code(t->r, model, &code, e))
            return -1;
        if ((code != NOTHING && add_value(t, model, code, "code", e)) ||
            add_value(t, model, model_output(model), "reconstruction", e))
            return err_place(e, t->r->place);
    }
    return 0;
}

static bool is_code(const struct strip *s)
{
    return strcmp(s->what, "code") == 0;
}

/* Inputs and reconstructions share one range, each model's codes have their own. */
static void measure_all(struct sheet *t)
{
    struct strip all = {0};
    for (size_t i = 0; i < t->strips; i++) {
        struct strip *s = &t->strip[i];
        s->picture = t->picture.w && !is_code(s);
        measure_strip(s, t->samples, !s->picture);
        if (is_code(s))
            continue;
        all.low = i ? fmin(all.low, s->low) : s->low;
        all.high = i ? fmax(all.high, s->high) : s->high;
    }
    for (size_t i = 0; i < t->strips; i++)
        if (!is_code(&t->strip[i])) {
            t->strip[i].low = all.low;
            t->strip[i].high = all.high;
        }
}

/* `main code 17`, of several models; else `code 17`. */
static void name_series(struct str *to, const struct sheet *t, const struct strip *s, size_t sample)
{
    if (s->model && t->r->models > 1)
        str_addf(to, "%s ", s->model);
    str_addf(to, "%s %zu", s->what, t->index[sample]);
}

/* The numbers of one sample, by their place. */
static void add_numbers(struct figure *f, const struct sheet *t, const struct strip *s,
                        size_t sample, char block[16])
{
    struct str name = {0};
    name_series(&name, t, s, sample);
    figure_begin(f, block);
    figure_series(f, name.failed ? "" : name.text);
    f->program.failed = f->program.failed || name.failed;
    for (size_t i = 0; i < s->count; i++)
        figure_row(f, (const double[]){(double)i, (double)s->number[sample * s->count + i]}, 2);
    figure_end(f);
    str_finish(&name);
}

/* Places are 1 wide and 1 high, with a margin round each. */
#define STEP 1.15

static void draw_picture(struct str *plot, const struct sheet *t, const char *block, double x,
                         double y)
{
    const size_t w = t->picture.w, h = t->picture.h, side = w > h ? w : h;
    const double px = 1 / (double)side;
    const double left = x + (1 - (double)w * px) / 2, top = y + (1 + (double)h * px) / 2;
    style_next(plot);
    str_addf(plot,
             "%s using (%.9g+%.9g*(int($1)%%%zu+0.5)):(%.9g-%.9g*(int($1)/%zu+0.5)):2 with @IMAGE "
             "notitle",
             block, left, px, w, top, px, w);
}

static void draw_bars(struct str *plot, const struct strip *s, const char *block, double x,
                      double y)
{
    const double scale = 1 / (s->high - s->low), zero = y - scale * s->low;
    const double wide = 1 / (double)s->count;
    style_next(plot);
    str_addf(plot,
             "%s using (%.9g+%.9g*($1+0.5)):(%.9g):(%.9g+%.9g*$1):(%.9g+%.9g*($1+1)):(%.9g):"
             "(%.9g+%.9g*$2) with boxxyerror fillstyle solid 1 noborder lc rgb '%s' notitle",
             block, x, wide, zero, x, wide, x, wide, zero, zero, scale,
             style_colour(is_code(s) ? ORANGE : BLUE));
}

static void add_frame(struct str *to, double x, double y)
{
    str_addf(to,
             "set object rectangle from %.9g, %.9g to %.9g, %.9g behind fillstyle empty border lc "
             "rgb '#BBBBBB'\n",
             x, y, x + 1, y + 1);
}

static void add_pictures(struct figure *f, struct str *plot, const struct sheet *t)
{
    for (size_t i = 0; i < t->strips; i++)
        for (size_t k = 0; k < t->samples; k++) {
            const double x = STEP * (double)k, y = -STEP * (double)(i + 1);
            char block[16];
            add_numbers(f, t, &t->strip[i], k, block);
            add_frame(&f->program, x, y);
            if (t->strip[i].picture)
                draw_picture(plot, t, block, x, y);
            else
                draw_bars(plot, &t->strip[i], block, x, y);
        }
}

/* The mean square of the differences between a reconstruction and the inputs. */
static double error_of(const struct sheet *t, const struct strip *s)
{
    double sum = 0;
    for (size_t i = 0; i < t->samples * s->count; i++) {
        const double off = (double)s->number[i] - (double)t->strip[0].number[i];
        sum += off * off;
    }
    return sum / (double)(t->samples * s->count);
}

/* What a strip is; a code says how many numbers it has. */
static void name_strip(struct str *to, const struct sheet *t, const struct strip *s)
{
    const bool several = s->model && t->r->models > 1;
    if (several)
        str_addf(to, "%s: ", s->model);
    if (several && !is_code(s))
        str_addf(to, "error %.3g", error_of(t, s));
    else
        str_add(to, s->what);
    if (is_code(s))
        str_addf(to, ", %zu", s->count);
}

/* Of one model with its error. */
static void set_title(struct str *to, const struct sheet *t)
{
    struct str title = {0};
    style_heading(&title, t->r, "reconstruct");
    if (t->r->models == 1)
        str_addf(&title, ", mean squared error %.3g", error_of(t, &t->strip[t->strips - 1]));
    style_head_as(to, t->r, &title);
    str_finish(&title);
}

static void set_up(struct str *to, const struct sheet *t)
{
    const struct dataset *d = t->r->data;
    str_addf(to, "set xrange [-0.1:%g]\nset yrange [%g:0.05]\n",
             STEP * (double)t->samples - STEP + 1.1, -STEP * (double)t->strips - 0.05);
    str_add(to, "unset border\nset size ratio -1\nset ytics (");
    for (size_t i = 0; i < t->strips; i++) {
        struct str name = {0};
        name_strip(&name, t, &t->strip[i]);
        str_add(to, i ? ", " : "");
        style_tic(to, name.failed ? "" : name.text, 24);
        str_addf(to, " %g", -STEP * (double)(i + 1) + 0.5);
        to->failed = to->failed || name.failed;
        str_finish(&name);
    }
    str_add(to, ") scale 0 noenhanced\nset xtics (");
    for (size_t k = 0; k < t->samples; k++)
        str_addf(to, "%s'%zu' %g", k ? ", " : "", t->index[k], STEP * (double)k + 0.5);
    str_addf(to, ") scale 0\nset xlabel 'samples %s (the first of the data is 0)%s'\n",
             d->training < d->samples ? "kept for validation" : "of the training share",
             t->picture.w ? "; the darker, the larger" : "");
    str_addf(to,
             "set cbrange [%.9g:%.9g]\nunset colorbox\n"
             "set palette defined (0 '#FFFFFF', 1 '#1A1A1A')\n",
             t->strip[0].low, t->strip[0].high);
    set_title(to, t);
}

/* As text a place has w x h characters: one for each pixel, or columns of bars. */
enum { BAR_ROWS = 3, BAR_COLUMNS = 12 };

static void size_text(struct sheet *t)
{
    t->w = t->picture.w ? t->picture.w : BAR_COLUMNS;
    t->h = t->picture.w ? t->picture.h : BAR_ROWS;
}

static size_t strip_rows(const struct sheet *t, const struct strip *s)
{
    return s->picture ? t->h : t->bar;
}

/* Bars have what pictures leave of the page, between 1 and BAR_ROWS. */
static void size_bars(struct sheet *t)
{
    size_t bars = 0, rows = page_grid_rows(t->r);
    for (size_t i = 0; i < t->strips; i++) {
        const size_t taken = t->strip[i].picture ? t->h : 0;
        bars += !t->strip[i].picture;
        rows -= taken < rows ? taken : rows;
    }
    const size_t each = bars ? rows / bars : 1;
    t->bar = each < 1 ? 1 : each < BAR_ROWS ? each : BAR_ROWS;
}

/* The character for a number of a picture, by the fifth of the range that it lies in. */
static char sign_of(const struct strip *s, double x)
{
    static const char ramp[] = " .:*#";
    const double part = (x - s->low) / (s->high - s->low);
    return part >= 0.8 ? '#' : part > 0 ? ramp[(size_t)(5 * part)] : ' ';
}

static void add_sign(struct figure *f, size_t x, size_t y, char sign)
{
    if (sign != ' ')
        str_addf(&f->program, "%zu %zu %c\n", x, y, sign == '#' ? '@' : sign);
}

static void text_picture(struct figure *f, const struct sheet *t, const struct strip *s,
                         size_t sample, size_t x, size_t y)
{
    for (size_t i = 0; i < s->count; i++)
        add_sign(f, x + i % t->w, y + i / t->w,
                 sign_of(s, (double)s->number[sample * s->count + i]));
}

/* Each column stands for one number or for the largest in absolute value of several. */
static void text_bars(struct figure *f, const struct sheet *t, const struct strip *s, size_t sample,
                      size_t x, size_t y)
{
    const size_t columns = s->count < t->w ? s->count : t->w;
    const real *number = s->number + sample * s->count;
    for (size_t c = 0; c < columns; c++) {
        double most = 0;
        for (size_t i = c * s->count / columns; i < (c + 1) * s->count / columns; i++)
            most = fabs((double)number[i]) > fabs(most) ? (double)number[i] : most;
        const double part = (most - s->low) / (s->high - s->low);
        const size_t rows = part > 0 ? (size_t)ceil(fmin(1, part) * (double)t->bar) : 0;
        for (size_t k = 0; k < (rows ? rows : 1); k++)
            add_sign(f, x + c, y + t->bar - 1 - k, rows ? '|' : '_');
    }
}

/* All characters stand in one block; the csv has the numbers. */
static void add_text(struct figure *f, struct str *plot, const struct sheet *t)
{
    size_t y = 0;
    char block[16];
    for (size_t i = 0; i < t->strips; i++)
        for (size_t k = 0; k < t->samples; k++)
            add_numbers(f, t, &t->strip[i], k, block);
    page_grid(&f->program, t->r, "down: inputs, codes as bars, reconstructions");
    str_add(&f->program, "$page << EOD\n");
    for (size_t i = 0; i < t->strips; y += strip_rows(t, &t->strip[i++]))
        for (size_t k = 0; k < t->samples; k++)
            (t->strip[i].picture ? text_picture : text_bars)(f, t, &t->strip[i], k, k * (t->w + 1),
                                                             y);
    str_add(&f->program, "EOD\n");
    style_next(plot);
    str_add(plot, "$page using 1:2:3 with labels notitle");
    set_title(&f->program, t);
}

/* How many samples fit beside each other as text. */
static size_t text_samples(const struct sheet *t)
{
    const size_t fit = (page_grid_columns(t->r) + 1) / (t->w + 1);
    return fit < SAMPLES_MOST ? fit : SAMPLES_MOST;
}

static int check_text(const struct sheet *t, struct err *e)
{
    size_t rows = 0;
    for (size_t i = 0; i < t->strips; i++)
        rows += strip_rows(t, &t->strip[i]);
    if (t->samples && rows <= page_grid_rows(t->r))
        return 0;
    err_at(e, t->r->place, "pictures of %zux%zu characters are too large for this terminal", t->h,
           t->w);
    return err_hint(e, "write it to a file: plot save \"reconstruct.png\"");
}

static int fill_sheet(struct sheet *t, struct figure *f, struct err *e)
{
    struct str plot = {0};
    const struct view_request *r = t->r;
    t->picture = picture_of(r->data->inputs, &inputs_value(r->model[0]->graph, 0)->shape, r->data);
    size_text(t);
    choose_samples(t, r->text ? text_samples(t) : SAMPLES_MOST);
    if ((t->samples && add_strips(t, e)))
        return -1;
    measure_all(t);
    size_bars(t);
    if (r->text && check_text(t, e))
        return -1;
    style_begin(f, r);
    f->x = "place";
    str_add(&f->program, "unset grid\nunset key\n");
    if (r->text) {
        add_text(f, &plot, t);
    } else {
        add_pictures(f, &plot, t);
        set_up(&f->program, t);
    }
    style_plot(&f->program, &plot);
    str_finish(&plot);
    return 0;
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    struct sheet t = {.r = r};
    if (request_filled(r, e) || check_data(r, e) ||
        request_room(r, "reconstruct", "model", "of NAME", r->models, r->text ? 1 : MODELS_MOST,
                     e) ||
        request_room(r, "reconstruct", "layer", "LAYER", r->layers, 1, e))
        return -1;
    for (size_t m = 0; m < r->models; m++)
        if (check_model(r, r->model[m], e))
            return -1;
    const int failed = fill_sheet(&t, f, e);
    for (size_t i = 0; i < t.strips; i++)
        mem_free(t.block[i]);
    return request_done(f, failed, e);
}

const struct view_kind view_reconstruct = {
    .entry =
        {
            .name = "reconstruct",
            .summary = "what an autoencoder makes of some samples: inputs, codes, reconstructions",
            .details =
                "Up to eight samples beside each other, of the validation share or, where there is "
                "none, of the training share: on top what goes in, then its code, a bar for each "
                "number, then what comes out, with the mean square of what it differs by. Inputs "
                "and reconstructions share one scale. The code is the output of the layer that is "
                "named, or else the smallest output between both ends. Samples that are a square, "
                "or of two axes, are pictures, others bars. As text a column is the largest of "
                "several numbers where a code has more than there is room for.",
            .example = "data digits target=input split=0.1\ninput 64\ndense 16 sigmoid as code\n"
                       "dense 64 sigmoid\ntrain 1\nplot reconstruct\n",
        },
    .draw = draw,
};
