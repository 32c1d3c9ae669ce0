/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/curve.h"
#include "plot/page.h"
#include "plot/request.h"
#include "plot/style.h"

#include "nn/init.h"
#include "num/singular.h"

#include <math.h>

enum { PANELS_MOST = 4, SIDE_MOST = 1024, MOMENTS = 3 };

/* The singular values of one kernel at up to three moments. */
struct spectrum {
    const struct model *model;
    const struct weight *weight;
    size_t rows, cols, count; /* count: the smaller side */
    double *number;           /* 1, 2 ... */
    double *value[MOMENTS];   /* NULL: not known */
    const char *event;        /* what was changed last */
};
enum { START, BEFORE, NOW };

static const struct {
    const char *name;
    struct pen pen;
} moments[MOMENTS] = {
    [START] = {"at the start", {.colour = BLACK, .dash = 2, .width = 1.5}},
    [BEFORE] = {"before", {.colour = ORANGE, .dash = 1, .width = 2}},
    [NOW] = {"now", {.colour = BLUE, .width = 2.5}},
};

static void spectrum_finish(struct spectrum *s)
{
    mem_free(s->number);
    for (size_t i = 0; i < MOMENTS; i++)
        mem_free(s->value[i]);
}

static int add_values(const struct view_request *r, struct spectrum *s, size_t moment,
                      const real *kernel, struct err *e)
{
    for (size_t i = 0; i < s->weight->count; i++)
        if (!isfinite(kernel[i])) {
            err_at(e, r->place, "%s has numbers that are not finite", s->weight->path);
            return err_hint(e, "begin again with a lower learning rate");
        }
    if (!(s->value[moment] = mem_new(s->count, sizeof(double))))
        return err_memory(e);
    return singular_values(kernel, s->rows, s->cols, s->model->stop, s->value[moment], e);
}

/* The kernel as it was drawn, when it is known that training began with that. */
static int add_start(const struct view_request *r, struct spectrum *s, struct err *e)
{
    const struct model *m = s->model;
    const struct weight *w = s->weight;
    if (!m->state.step || (size_t)(w - m->graph->weight) >= m->state.seeded)
        return 0;
    real *first = mem_block(w->count, sizeof *first);
    if (!first)
        return err_memory(e);
    int failed = weight_fill(w, m->state.first_seed, m->stop, first, e);
    /* What it was read from may be gone. */
    const bool gone = failed && e->kind != ERR_MEMORY && e->kind != ERR_STOPPED;
    if (!failed)
        failed = add_values(r, s, START, first, e);
    if (gone)
        *e = (struct err){0};
    mem_free(first);
    return gone ? 0 : failed;
}

static int add_before(const struct view_request *r, struct spectrum *s, struct err *e)
{
    const struct history *h = &s->model->history;
    const struct kept_weights *k = &h->kept;
    const struct event *last = h->events ? &h->event[h->events - 1] : NULL;
    if (!last || k->step != last->step || last->step == s->model->state.step ||
        s->weight->at + s->weight->count > k->reals)
        return 0;
    s->event = last->label;
    return add_values(r, s, BEFORE, k->weight + s->weight->at, e);
}

static int spectrum_make(const struct view_request *r, const struct model *m,
                         const struct weight *w, struct spectrum *s, struct err *e)
{
    const size_t cols = shape_last(&w->shape), rows = w->count / cols;
    *s = (struct spectrum){.model = m, .weight = w, .rows = rows, .cols = cols};
    s->count = rows < cols ? rows : cols;
    if (s->count > SIDE_MOST) {
        err_at(e, r->place, "%s is %zu x %zu, too large for spectrum", w->path, rows, cols);
        return err_hint(e, "its smaller side may be %d at most; name other layers", SIDE_MOST);
    }
    if (!(s->number = mem_new(s->count, sizeof *s->number)))
        return err_memory(e);
    for (size_t i = 0; i < s->count; i++)
        s->number[i] = (double)(i + 1);
    return add_values(r, s, NOW, model_weights(m) + w->at, e) || add_start(r, s, e) ||
                   add_before(r, s, e)
               ? -1
               : 0;
}

static struct series series_of(const struct spectrum *s, size_t moment)
{
    return (struct series){
        .step = s->number, .value = s->value[moment], .count = s->count, .start = NAN};
}

/* How many of the largest hold nine tenths of the sum of squares. */
static size_t count_main(const struct spectrum *s)
{
    double all = 0, sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++)
        all += s->value[NOW][i] * s->value[NOW][i];
    while (n < s->count && sum < 0.9 * all) {
        sum += s->value[NOW][n] * s->value[NOW][n];
        n++;
    }
    return n;
}

static void set_title(struct str *to, const struct view_request *r, const struct spectrum *s,
                      const struct str *name, size_t places, size_t cols)
{
    struct str title = {0};
    if (places == 1) {
        style_heading(&title, r, "spectrum");
        str_add(&title, ", ");
    }
    str_addf(&title, "%s %zux%zu", name->text ? name->text : "", s->rows, s->cols);
    if (!r->text || places == 1)
        str_addf(&title, ": 90 %% of the squares in %zu of %zu", count_main(s), s->count);
    if (places == 1)
        style_head_as(to, r, &title);
    else
        style_title(to, r, &title, cols);
    str_finish(&title);
}

static int add_curves(struct figure *f, struct str *plot, const struct view_request *r,
                      const struct spectrum *s, const struct str *name, struct err *e)
{
    for (size_t i = 0; i < MOMENTS; i++) {
        struct str full = {0}, legend = {0};
        if (!s->value[i])
            continue;
        const struct series series = series_of(s, i);
        str_addf(&legend, "%s", moments[i].name);
        if (i == BEFORE)
            str_addf(&legend, " %s", s->event);
        str_addf(&full, "%s %s", name->text, moments[i].name);
        const struct curve c = {.series = &series,
                                .pen = moments[i].pen,
                                .name = full.text,
                                .legend = legend.text,
                                .column = "2"};
        const int failed =
            full.failed || legend.failed ? err_memory(e) : curve_add(f, plot, r, &c, i, e);
        str_finish(&full);
        str_finish(&legend);
        if (failed)
            return -1;
    }
    return 0;
}

/* Values below what float can tell from 0 would stretch a log axis for nothing. */
static bool is_log(const struct extent_of *of)
{
    const double least = 100, most = 1e6;
    return curve_is_log(of, least) && of->y[1] / of->y[0] < most;
}

static void measure_values(const struct spectrum *s, struct extent_of *of)
{
    for (size_t i = 0; i < MOMENTS; i++)
        if (s->value[i]) {
            const struct series series = series_of(s, i);
            curve_measure(of, &series);
        }
}

static void set_axes(struct str *to, const struct view_request *r, const struct extent_of *of,
                     const struct kernels_of *k, const struct str *plot)
{
    const struct page page = page_for(r, (unsigned)k->rows, (unsigned)k->cols, plot);
    double x[2];
    str_add(to, "unset logscale\nset ytics auto\nset xlabel 'number, the largest first'\n");
    str_addf(to, "set ylabel 'singular value%s'\n", is_log(of) ? " (log scale)" : "");
    if (r->text)
        str_add(to, "unset ylabel\n");
    curve_steps(to, &page, of, k->cols > 1 || r->text ? 5 : 10, x);
    curve_axis(to, &page, of, is_log(of));
    page_legend(to, &page, "number, the largest first");
}

/* Kernels of several models have the same axes. */
static int add_panel(const struct view_request *r, const struct kernels_of *k, size_t i,
                     const struct spectrum *s, const struct extent_of *all, struct figure *f,
                     struct err *e)
{
    struct str name = {0}, plot = {0};
    struct extent_of own = {0};
    request_name(&name, r, k->at[i].model, k->at[i].weight->path);
    const int failed = name.failed ? err_memory(e) : add_curves(f, &plot, r, s, &name, e);
    measure_values(s, &own);
    if (!failed) {
        set_title(&f->program, r, s, &name, k->rows * k->cols, k->cols);
        set_axes(&f->program, r, r->models > 1 ? all : &own, k, &plot);
        style_plot(&f->program, &plot);
    }
    str_finish(&name);
    str_finish(&plot);
    return failed;
}

static int add_panels(const struct view_request *r, const struct kernels_of *k,
                      const struct spectrum *spectrum, struct figure *f, struct err *e)
{
    const size_t places = k->rows * k->cols;
    struct extent_of all = {0};
    for (size_t i = 0; i < places; i++)
        measure_values(&spectrum[i], &all);
    style_begin(f, r);
    if (places > 1)
        style_panels(&f->program, r, "spectrum", k->rows, k->cols);
    for (size_t i = 0; i < places; i++)
        if (!k->at[i].model)
            str_add(&f->program, "set multiplot next\n");
        else if (add_panel(r, k, i, &spectrum[i], &all, f, e))
            return -1;
    if (places > 1)
        style_panels_end(&f->program);
    f->x = "number";
    return 0;
}

static int fill_spectra(const struct view_request *r, const struct kernels_of *k, struct figure *f,
                        struct err *e)
{
    struct spectrum spectrum[KERNELS_MOST] = {{0}};
    const size_t places = k->rows * k->cols;
    int failed = 0;
    for (size_t i = 0; i < places && !failed; i++)
        if (k->at[i].model)
            failed = spectrum_make(r, k->at[i].model, k->at[i].weight, &spectrum[i], e);
    if (!failed)
        failed = add_panels(r, k, spectrum, f, e);
    for (size_t i = 0; i < places; i++)
        spectrum_finish(&spectrum[i]);
    return failed;
}

static int draw(const struct view_request *r, struct figure *f, struct err *e)
{
    struct kernels_of k;
    if (request_kernels(r, "spectrum", r->text ? 2 : PANELS_MOST, &k, e))
        return -1;
    if (!r->text)
        request_pair(&k);
    return request_done(f, fill_spectra(r, &k, f, e), e);
}

const struct view_kind view_spectrum = {
    .entry =
        {
            .name = "spectrum",
            .summary = "the singular values of kernels: at the start, before the last change, now",
            .details =
                "The singular values of a kernel [inputs][units], the largest first: how strongly "
                "it stretches in as many directions. The title says in how many of them nine "
                "tenths of the sum of squares lie. The start is drawn again from the seed that "
                "training began with; it is left out for a kernel that was loaded or came later. "
                "Before the last change means the last set of a trained model; a change that was "
                "taken back leaves none. The smaller side of a kernel may be 1024.",
            .example = "data moons 200\ninput 2\ndense 8 relu as hidden\ndense 8 relu as second\n"
                       "dense 1 sigmoid\ntrain 2\nset second.kernel = l2(1e-2)\ntrain 2\n"
                       "plot spectrum second\n",
        },
    .draw = draw,
};
