/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/firing.h"
#include "plot/page.h"
#include "plot/picture.h"
#include "plot/request.h"
#include "plot/style.h"

#include "train/inputs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { PIXELS_MOST = 40000, STRIPS_MOST = 64, PANELS_MOST = 4 };

/* A unit whose largest |w| is below this part of the kernel's largest has an empty tile. */
static const double empty_below = 1e-3;

static const struct entry scale_same = {.name = "same",
                                        .summary = "all tiles by the kernel's largest |w|"};
static const struct entry scale_own = {.name = "own",
                                       .summary = "each tile by its own largest |w|"};
static const struct entry *const scale_rows[] = {&scale_same, &scale_own};
static const struct table scales = {"scale of tiles", scale_rows, 2};

enum { SORT, SCALE };
static const struct arg_spec keys[] = {
    [SORT] =
        ARG("sort", KEY, ARG_BOOL, .standard = "yes",
            .line = "tiles by how often their units fire, the busiest first; no: as they stand"),
    [SCALE] = ARG("scale", KEY, ARG_CHOICE, .of = &scales, .standard = "same", .lists = true,
                  .line = "what full colour means"),
};

/* How the units of a kernel are laid out: tiles of w x h pixels with one pixel between them, or,
 * when their weights are no picture, strips below each other. */
struct tiles {
    const real *kernel; /* [inputs][outputs] */
    size_t outputs;
    bool given;          /* a tile is a row of the kernel: what a unit gives, not what it takes */
    size_t channels;     /* of a convolution's kernel: below each other in a tile; else 0 */
    size_t units, count; /* tiles, and the weights of each */
    size_t w, h, gap, cols, rows, shown;
    size_t *unit;    /* of each tile */
    double *share;   /* how often each unit fires; NULL: they are not sorted */
    double *largest; /* |w| of each tile shown */
    double most;     /* and of the kernel */
    bool own;        /* each tile has its own scale */
    size_t empty;    /* of those shown */
};

static void lay_out_picture(struct tiles *t)
{
    const size_t most = PIXELS_MOST / t->count ? PIXELS_MOST / t->count : 1;
    if (!t->gap) {
        t->shown = t->units < STRIPS_MOST ? t->units : STRIPS_MOST;
        t->shown = t->shown < most ? t->shown : most;
        t->cols = 1;
    } else {
        t->shown = t->units < most ? t->units : most;
        t->cols = (size_t)ceil(sqrt((double)(t->shown * t->h) / (double)t->w));
        t->cols = t->cols < t->shown ? t->cols : t->shown;
    }
    t->rows = (t->shown + t->cols - 1) / t->cols;
}

static int lay_out_text(const struct view_request *r, struct tiles *t, struct err *e)
{
    const size_t width = page_grid_columns(r), height = page_grid_rows(r);
    const size_t rows = (height + t->gap) / (t->h + t->gap);
    t->cols = (width + t->gap) / (t->w + t->gap);
    t->cols = t->gap ? t->cols : t->cols > 0;
    if (!t->cols || !rows) {
        err_at(e, r->place, "a tile of %zux%zu characters is too large for this terminal", t->h,
               t->w);
        return err_hint(e, "write it to a file: plot save \"filters.png\"");
    }
    t->shown = t->cols * rows < t->units ? t->cols * rows : t->units;
    t->rows = (t->shown + t->cols - 1) / t->cols;
    return 0;
}

static double tile_weight(const struct tiles *t, size_t tile, size_t i)
{
    const size_t unit = t->unit[tile];
    return (double)t->kernel[t->given ? unit * t->outputs + i : i * t->outputs + unit];
}

static bool is_empty(const struct tiles *t, size_t tile)
{
    return t->largest[tile] <= empty_below * t->most;
}

/* A weight as a part of what full colour means. */
static double part_of(const struct tiles *t, size_t tile, double w)
{
    const double whole = t->own ? t->largest[tile] : t->most;
    return is_empty(t, tile) ? 0 : w / whole;
}

static int measure_tiles(struct tiles *t, struct err *e)
{
    if (!(t->largest = mem_new(t->shown, sizeof *t->largest)))
        return err_memory(e);
    for (size_t i = 0; i < t->count * t->units; i++)
        t->most = fmax(t->most, fabs((double)t->kernel[i]));
    for (size_t u = 0; u < t->shown; u++) {
        for (size_t i = 0; i < t->count; i++)
            t->largest[u] = fmax(t->largest[u], fabs(tile_weight(t, u, i)));
        t->empty += is_empty(t, u);
    }
    return 0;
}

struct rank {
    double share;
    size_t unit;
};

static int falling(const void *a, const void *b)
{
    const struct rank *x = a, *y = b;
    if (x->share != y->share)
        return x->share < y->share ? 1 : -1;
    return (x->unit > y->unit) - (x->unit < y->unit);
}

static int sort_units(struct tiles *t, struct err *e)
{
    struct rank *rank = mem_new(t->units, sizeof *rank);
    if (!rank)
        return err_memory(e);
    for (size_t u = 0; u < t->units; u++)
        rank[u] = (struct rank){t->share[u], u};
    qsort(rank, t->units, sizeof *rank, falling);
    for (size_t u = 0; u < t->units; u++)
        t->unit[u] = rank[u].unit;
    mem_free(rank);
    return 0;
}

/* Which unit stands where. Without data that fits the model they are as they stand, and so are
 * those of a transposed convolution, which are its inputs. */
static int order_units(const struct view_request *r, struct model *m, id layer, struct tiles *t,
                       struct err *e)
{
    id in, out;
    struct err unfit;
    if (!(t->unit = mem_new(t->units, sizeof *t->unit)))
        return err_memory(e);
    for (size_t u = 0; u < t->units; u++)
        t->unit[u] = u;
    picture_ends(m->graph, layer, &in, &out);
    if (!request_yes(r, &keys[SORT]) || !r->data || inputs_check(m->graph, r->data, &unfit))
        return 0;
    if (t->channels && (out == NOTHING || shape_last(&m->graph->value[out].shape) != t->units))
        return 0;
    if (!(t->share = mem_new(t->units, sizeof *t->share)))
        return err_memory(e);
    return firing_shares(m, r->data, r->seed, t->given ? in : out, t->units, t->share, e) ||
                   sort_units(t, e)
               ? -1
               : 0;
}

/* Of a convolution a tile is a filter. Else tiles are what units take if that is a picture, else
 * what they give if that is one; else strips of what they take. */
static void choose_side(const struct view_request *r, const struct model *m, const struct weight *w,
                        struct tiles *t)
{
    const size_t inputs = w->count / t->outputs;
    if (w->shape.axes > 2) {
        t->channels = w->shape.size[w->shape.axes - 2];
        t->units = t->outputs;
        t->count = inputs;
        t->gap = 1;
        t->w = w->shape.size[w->shape.axes - 3];
        t->h = inputs / t->w;
        return;
    }
    struct picture p = picture_taken(m->graph, w->layer, r->data);
    if (!p.w) {
        p = picture_given(m->graph, w->layer, r->data);
        t->given = p.w > 0;
    }
    t->units = t->given ? inputs : t->outputs;
    t->count = t->given ? t->outputs : inputs;
    t->gap = p.w > 0;
    t->w = t->gap ? p.w : t->count;
    t->h = t->gap ? p.h : 1;
}

static int tiles_make(const struct view_request *r, struct model *m, const struct weight *w,
                      struct tiles *t, struct err *e)
{
    *t = (struct tiles){.kernel = model_weights(m) + w->at, .outputs = shape_last(&w->shape)};
    t->own = r->keys && args_get(r->keys, keys[SCALE].name)->as.choice == &scale_own;
    choose_side(r, m, w, t);
    if (t->count > PIXELS_MOST) {
        err_at(e, r->place, "each unit of %s has %zu weights, too many to draw", w->path, t->count);
        return err_hint(e, "plot weights shows how they are distributed");
    }
    if (!r->text)
        lay_out_picture(t);
    else if (lay_out_text(r, t, e))
        return -1;
    return order_units(r, m, w->layer, t, e) || measure_tiles(t, e) ? -1 : 0;
}

/* The tile and the weight that a pixel shows; false between tiles. */
static bool find_weight(const struct tiles *t, size_t x, size_t y, size_t *tile, size_t *weight)
{
    const size_t col = x / (t->w + t->gap), row = y / (t->h + t->gap);
    const size_t dx = x % (t->w + t->gap), dy = y % (t->h + t->gap);
    const size_t down = t->channels ? t->h / t->channels : 0;
    *tile = row * t->cols + col;
    *weight = t->channels ? (dy % down * t->w + dx) * t->channels + dy / down : dy * t->w + dx;
    return dx < t->w && dy < t->h && col < t->cols && *tile < t->shown;
}

static size_t tile_pixels(size_t count, size_t size, size_t gap)
{
    return count * (size + gap) - gap;
}

static void name_unit(struct figure *f, const char *name, size_t unit)
{
    struct str text = {0};
    str_addf(&text, "%s unit %zu", name, unit);
    figure_series(f, text.failed ? "" : text.text);
    f->program.failed = f->program.failed || text.failed;
    str_finish(&text);
}

/* Pixels row by row: x, y, the weight, and its part of what full colour means. What lies between
 * the tiles goes to gnuplot alone. */
static void add_pixels(struct figure *f, const struct tiles *t, const char *name, char block[16])
{
    const size_t width = tile_pixels(t->cols, t->w, t->gap),
                 height = tile_pixels(t->rows, t->h, t->gap);
    size_t named = SIZE_MAX;
    figure_begin(f, block);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++) {
            size_t tile, i;
            if (!find_weight(t, x, y, &tile, &i)) {
                str_addf(&f->program, "%zu %zu NaN NaN\n", x, y);
                continue;
            }
            const double w = tile_weight(t, tile, i);
            if (tile != named)
                name_unit(f, name, t->unit[tile]);
            named = tile;
            figure_row(f, (const double[]){(double)x, (double)y, w, part_of(t, tile, w)}, 4);
        }
    figure_end(f);
}

/* How often the units shown fire: how many never do. */
static size_t count_silent(const struct tiles *t)
{
    size_t n = 0;
    for (size_t u = 0; u < t->shown; u++)
        n += t->share[t->unit[u]] == 0;
    return n;
}

static void add_silent(struct str *to, const struct tiles *t)
{
    const size_t n = t->share ? count_silent(t) : 0;
    if (n)
        str_addf(to, ", %zu never fire%s", n, n == 1 ? "s" : "");
}

static void add_caption(struct str *to, const struct tiles *t, const char *name)
{
    str_addf(to, "%s, ", name);
    if (t->shown < t->units)
        str_addf(to, "the first %zu of %zu units", t->shown, t->units);
    else
        str_addf(to, "%zu unit%s", t->units, t->units == 1 ? "" : "s");
    if (t->gap)
        str_addf(to, " of %zux%zu", t->channels ? t->h / t->channels : t->h, t->w);
    else
        str_addf(to, " of %zu", t->count);
    if (t->channels > 1)
        str_addf(to, ", %zu channels below each other", t->channels);
    str_add(to, t->given ? " (what each gives)" : "");
    str_addf(to, ", largest %.3g", t->most);
    if (t->empty)
        str_addf(to, ", %zu empty", t->empty);
    add_silent(to, t);
}

/* Of a panel beside others, which are alike. */
static void add_short_caption(struct str *to, const struct tiles *t, const char *name)
{
    str_addf(to, "%s, %zu of %zu, largest %.3g", name, t->shown, t->units, t->most);
    add_silent(to, t);
}
/* What the colours mean, and the order of the tiles. */
static const char *legend_of(const struct tiles *t)
{
    if (t->own)
        return t->share ? "each tile has its own scale; the busiest unit first"
                        : "each tile has its own scale; as they stand";
    return t->share ? "all tiles have one scale; the busiest unit first"
                    : "all tiles have one scale; as they stand";
}

static void set_legend(struct str *to, const struct tiles *t, size_t cols, bool big)
{
    const size_t crowd = cols + (big && cols > 1);
    static const char *const fonts[] = {"", "", "", " font ',9'"};
    str_addf(to, "set xlabel %s'%s'%s\n", t->gap ? "" : "'input (the first is 0)'.\"\\n\".",
             legend_of(t), crowd < 4 ? fonts[crowd] : " font ',7'");
}

static void mark_empty(struct str *to, const struct tiles *t)
{
    str_add(to, "unset object\n"
                "set object rectangle from graph 0, graph 0 to graph 1, graph 1 behind fillcolor "
                "rgb '" STYLE_INK "' fillstyle solid noborder\n");
    for (size_t u = 0; u < t->shown; u++) {
        const double x = (double)(u % t->cols * (t->w + t->gap)) - 0.5;
        const double y = (double)(u / t->cols * (t->h + t->gap)) - 0.5;
        if (is_empty(t, u))
            str_addf(to,
                     "set object rectangle from %g, %g to %g, %g front fillcolor rgb '#D0D0D0' "
                     "fillstyle solid noborder\n",
                     x, y, x + (double)t->w, y + (double)t->h);
    }
}

static void set_ranges(struct str *to, const struct tiles *t, double margin)
{
    const double width = (double)tile_pixels(t->cols, t->w, t->gap);
    const double height = (double)tile_pixels(t->rows, t->h, t->gap);
    str_addf(to, "set xrange [%g:%g]\nset yrange [%g:%g]\n", -0.5 - margin, width - 0.5 + margin,
             height - 0.5 + margin, -0.5 - margin);
}

static void add_strip_axes(struct str *to, const struct tiles *t, size_t cols)
{
    str_add(to, "set size noratio\nset border\nset tics nomirror out\n"
                "set ylabel 'unit'\n");
    style_tics(to, "x", 0, (double)t->count, cols > 1 ? 5 : 10, 1);
    str_add(to, "set ytics (");
    for (size_t u = 0, stride = (t->shown + 15) / 16; u < t->shown; u += stride)
        str_addf(to, "%s'%zu' %zu", u ? ", " : "", t->unit[u], u);
    str_add(to, ")\n");
}

static void add_picture(struct figure *f, const struct tiles *t, const char *block, size_t cols,
                        bool big)
{
    struct str *to = &f->program, plot = {0};
    mark_empty(to, t);
    set_ranges(to, t, t->gap ? 1 : 0);
    set_legend(to, t, cols, big);
    if (t->gap)
        str_add(to, "set size ratio -1\nunset tics\nunset border\nunset ylabel\n");
    else
        add_strip_axes(to, t, cols);
    str_add(to, "set cbrange [-1:1]\nset palette defined " STYLE_SIGNED "\n");
    if (t->own)
        str_add(to, "set cbtics ('-largest' -1, '0' 0, '+largest' 1)\n");
    else
        str_addf(to, "set cbtics ('%.3g' -1, '%.3g' -0.5, '0' 0, '%.3g' 0.5, '%.3g' 1)\n", -t->most,
                 -t->most / 2, t->most / 2, t->most);
    style_cells(&plot, block, "1", "2", "4", tile_pixels(t->cols, t->w, t->gap),
                tile_pixels(t->rows, t->h, t->gap));
    style_plot(to, &plot);
    str_finish(&plot);
}

static unsigned signs_of(const struct tiles *t)
{
    unsigned seen = 0;
    for (size_t u = 0; u < t->shown; u++)
        for (size_t i = 0; i < t->count; i++)
            seen |= 1U << style_sign(part_of(t, u, tile_weight(t, u, i)));
    return seen;
}

static void add_text(const struct view_request *r, struct figure *f, const struct tiles *t,
                     const char *block)
{
    struct str plot = {0};
    page_grid(&f->program, r,
              t->own
                  ? "part of the unit's largest: = to -0.6, - to -0.2, + from 0.2, # from 0.6"
                  : "part of the kernel's largest: = to -0.6, - to -0.2, + from 0.2, # from 0.6");
    style_signs(&plot, block, signs_of(t));
    style_plot(&f->program, &plot);
    str_finish(&plot);
}

/* The title of a panel; alone, it says everything. */
static void set_title(const struct view_request *r, const struct tiles *t, const char *name,
                      const struct kernels_of *k, struct str *to)
{
    const bool alone = k->rows * k->cols == 1;
    const size_t width = page_grid_columns(r);
    struct str title = {0}, caption = {0};
    if (alone || k->cols == 1)
        add_caption(&caption, t, name);
    else
        add_short_caption(&caption, t, name);
    style_heading(&title, r, "filters");
    str_addf(&title, ", %s", caption.text ? caption.text : "");
    to->failed = to->failed || caption.failed || title.failed;
    if (r->text && caption.size > width) {
        str_finish(&caption);
        str_addf(&caption, "%s, %zu of %zu units", name, t->shown, t->units);
    }
    if (alone && (!r->text || title.size <= width))
        style_head_as(to, r, &title);
    else
        style_title(to, r, &caption, k->cols);
    str_finish(&caption);
    str_finish(&title);
}

static int add_panel(const struct view_request *r, const struct kernels_of *k, size_t i,
                     struct figure *f, struct err *e)
{
    struct model *m = k->at[i].model;
    struct tiles t = {0};
    struct str name = {0};
    char block[16];
    request_name(&name, r, m, k->at[i].weight->path);
    int bad = name.failed ? err_memory(e) : tiles_make(r, m, k->at[i].weight, &t, e);
    if (!bad) {
        set_title(r, &t, name.text, k, &f->program);
        add_pixels(f, &t, name.text, block);
        if (r->text)
            add_text(r, f, &t, block);
        else
            add_picture(f, &t, block, k->cols, r->big);
    }
    mem_free(t.unit);
    mem_free(t.share);
    mem_free(t.largest);
    str_finish(&name);
    return bad;
}

static int fill_tiles(const struct view_request *r, const struct kernels_of *k, struct figure *f,
                      struct err *e)
{
    const size_t places = k->rows * k->cols;
    style_begin(f, r);
    f->plane = true;
    str_add(&f->program, "unset key\nunset grid\n");
    if (places > 1)
        style_panels(&f->program, r, "filters", k->rows, k->cols);
    for (size_t i = 0; i < places; i++)
        if (!k->at[i].model)
            str_add(&f->program, "set multiplot next\n");
        else if (add_panel(r, k, i, f, e))
            return -1;
    if (places > 1)
        style_panels_end(&f->program);
    return 0;
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    struct kernels_of k;
    if (request_kernels(r, "filters", r->text ? 1 : PANELS_MOST, &k, e))
        return -1;
    request_pair(&k);
    return request_done(f, fill_tiles(r, &k, f, e), e);
}

const struct view_kind view_filters = {
    .entry =
        {
            .name = "filters",
            .args = keys,
            .arg_count = sizeof keys / sizeof *keys,
            .summary = "what each unit of a kernel looks for, or draws: its weights as a tile",
            .details =
                "One tile for each unit: orange is negative, white 0, blue positive. A unit's tile "
                "is what it takes, where that is the model's input (a square, or of two axes), "
                "read row by row from the top left; in the last layer of a model that gives back "
                "its input, such as a decoder, it is what each unit of the code gives. Weights "
                "between codes are no picture: there each unit is a strip. Of a convolution a tile "
                "is a filter, its channels below each other. The busiest units come "
                "first: those with |output| above 0.1 for the most samples of the validation share "
                "or, where there is none, of the training share. A unit whose largest |w| is below "
                "a thousandth of the kernel's has an empty, grey tile.",
            .example = "data digits target=input\ninput 64\ndense 16 sigmoid as code\n"
                       "dense 64 sigmoid\ntrain 1\nplot filters code\n",
        },
    .draw = draw,
};
