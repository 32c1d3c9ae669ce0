/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/op_window.h"

#include "nn/compiler.h"
#include "nn/frame.h"
#include "num/gemm.h"

#include <math.h>
#include <string.h>

struct window_settings {
    struct window w;
    bool plain;                  /* lower(I) is I */
    bool apart;                  /* a group has one channel: nothing is lowered */
    size_t groups, inner, units; /* of one group: numbers of a row of lower(I), and columns of P */
    size_t at_once;              /* rows that are lowered at a time */
    gemm_run *run;
};

static double window_flops(const struct step *s)
{
    const struct window_settings *p = s->settings;
    return 2.0 * (double)s->rows * (double)p->inner * (double)(p->units * p->groups);
}

/* Some columns of a matrix that is `wide` columns wide. */
struct band {
    size_t wide, from, count;
};

static void take_band(size_t rows, struct band b, const real *x, real *to)
{
    for (size_t i = 0; i < rows; i++)
        memcpy(to + i * b.count, x + i * b.wide + b.from, b.count * sizeof *to);
}

static void put_band(size_t rows, struct band b, const real *x, real *to, bool add)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < b.count; j++) {
            real *at = to + i * b.wide + b.from + j;
            *at = x[i * b.count + j] + (add ? *at : 0);
        }
}

/* Where a step works: rows of lower(I), and of a group of several its columns of P and of K. */
struct room {
    real *lowered, *places, *kernel;
};

static struct room room_of(const struct window_settings *p, const struct frame *f)
{
    real *at = frame_scratch(f);
    struct room r = {.lowered = at};
    r.places = at + (p->plain ? 0 : p->at_once * p->inner);
    r.kernel = r.places + p->at_once * p->units;
    return r;
}

static struct channels channels_of(const struct window_settings *p, size_t group)
{
    const size_t count = p->w.channels / p->groups;
    return (struct channels){group * count, count};
}

static struct band band_of(const struct window_settings *p, size_t group)
{
    return (struct band){p->groups * p->units, group * p->units, p->units};
}

static const real *lower(const struct window_settings *p, size_t group, const real *image,
                         size_t first, size_t n, real *to)
{
    if (p->plain)
        return image + first * p->inner;
    window_lower(&p->w, channels_of(p, group), image, first, n, to);
    return to;
}

/* Some rows of a group. */
struct part {
    size_t group, first, n;
    bool last; /* of its group */
};

/* The next of all parts; false: there is none. */
static bool next_part(const struct window_settings *p, const struct frame *f, size_t rows,
                      struct part *b)
{
    if (stop_asked(f->stop))
        return false;
    b->first += b->n;
    if (b->first == rows) {
        b->first = 0;
        b->group++;
    }
    b->n = rows - b->first < p->at_once ? rows - b->first : p->at_once;
    b->last = b->first + b->n == rows;
    return b->group < p->groups;
}

/* The kernel of a part's group. */
static const real *group_kernel(const struct window_settings *p, const struct part *b,
                                const real *kernel, real *room)
{
    if (p->groups == 1)
        return kernel;
    if (b->first == 0)
        take_band(p->inner, band_of(p, b->group), kernel, room);
    return room;
}

static const real *group_places(const struct window_settings *p, const struct part *b,
                                const real *places, real *room)
{
    const real *at = places + b->first * p->groups * p->units;
    if (p->groups == 1)
        return at;
    take_band(b->n, band_of(p, b->group), at, room);
    return room;
}

/* Where channels are apart, image by image. */
struct images {
    size_t count, numbers, places; /* numbers of one image, and of what stands at its places */
};

static struct images images_of(const struct step *s, const struct frame *f)
{
    const struct window_settings *p = s->settings;
    const size_t per = p->w.out_h * p->w.out_w;
    return (struct images){frame_rows(f, s) / per, p->w.h * p->w.w * p->w.channels,
                           per * p->groups * p->units};
}

static void run_apart(const struct step *s, const struct frame *f)
{
    const struct window_settings *p = s->settings;
    const struct images n = images_of(s, f);
    const real *x = f->at[s->x[0]], *k = f->at[s->x[1]];
    for (size_t i = 0; i < n.count && !stop_asked(f->stop); i++)
        window_apart(&p->w, p->units, x + i * n.numbers, k, f->at[s->y[0]] + i * n.places,
                     s->add[0]);
}

static void run_apart_back(const struct step *s, const struct frame *f)
{
    const struct window_settings *p = s->settings;
    const struct images n = images_of(s, f);
    const real *y = f->at[s->x[0]], *k = f->at[s->x[1]];
    real *x = f->at[s->y[0]];
    for (size_t i = 0; i < n.count && !stop_asked(f->stop); i++, x += n.numbers) {
        if (!s->add[0])
            memset(x, 0, n.numbers * sizeof *x);
        window_apart_back(&p->w, p->units, y + i * n.places, k, x);
    }
}

static void run_apart_grad(const struct step *s, const struct frame *f)
{
    const struct window_settings *p = s->settings;
    const struct images n = images_of(s, f);
    const real *x = f->at[s->x[0]], *y = f->at[s->x[1]];
    real *k = f->at[s->y[0]];
    if (!s->add[0])
        memset(k, 0, p->inner * p->groups * p->units * sizeof *k);
    for (size_t i = 0; i < n.count && !stop_asked(f->stop); i++)
        window_apart_grad(&p->w, p->units, x + i * n.numbers, y + i * n.places, frame_scratch(f),
                          k);
}

static void run_lowered(const struct step *s, const struct frame *f)
{
    const struct window_settings *p = s->settings;
    if (p->apart) {
        run_apart(s, f);
        return;
    }
    const struct room r = room_of(p, f);
    const real *image = f->at[s->x[0]], *kernel = f->at[s->x[1]];
    struct part b = {0};
    while (next_part(p, f, frame_rows(f, s), &b)) {
        const real *x = lower(p, b.group, image, b.first, b.n, r.lowered);
        const real *k = group_kernel(p, &b, kernel, r.kernel);
        real *y = f->at[s->y[0]] + b.first * p->groups * p->units;
        if (p->groups == 1) {
            p->run(b.n, p->units, p->inner, x, k, y, s->add[0]);
            continue;
        }
        p->run(b.n, p->units, p->inner, x, k, r.places, false);
        put_band(b.n, band_of(p, b.group), r.places, y, s->add[0]);
    }
}

static void run_raised(const struct step *s, const struct frame *f)
{
    const struct window_settings *p = s->settings;
    if (p->apart) {
        run_apart_back(s, f);
        return;
    }
    const struct room r = room_of(p, f);
    const real *places = f->at[s->x[0]], *kernel = f->at[s->x[1]];
    const size_t numbers = p->w.h * p->w.w * p->w.channels, per = p->w.out_h * p->w.out_w;
    real *image = f->at[s->y[0]];
    struct part b = {0};
    size_t cleared = s->add[0] || p->plain ? SIZE_MAX : 0;
    while (next_part(p, f, frame_rows(f, s), &b)) {
        const real *y = group_places(p, &b, places, r.places);
        const real *k = group_kernel(p, &b, kernel, r.kernel);
        if (p->plain) {
            p->run(b.n, p->inner, p->units, y, k, image + b.first * p->inner, s->add[0]);
            continue;
        }
        p->run(b.n, p->inner, p->units, y, k, r.lowered, false);
        for (const size_t reached = (b.first + b.n - 1) / per + 1; cleared < reached; cleared++)
            memset(image + cleared * numbers, 0, numbers * sizeof *image);
        window_raise(&p->w, channels_of(p, b.group), r.lowered, b.first, b.n, image);
    }
}

static void run_lowered_grad(const struct step *s, const struct frame *f)
{
    const struct window_settings *p = s->settings;
    if (p->apart) {
        run_apart_grad(s, f);
        return;
    }
    const struct room r = room_of(p, f);
    const real *image = f->at[s->x[0]], *places = f->at[s->x[1]];
    struct part b = {0};
    while (next_part(p, f, frame_rows(f, s), &b)) {
        const real *x = lower(p, b.group, image, b.first, b.n, r.lowered);
        const real *y = group_places(p, &b, places, r.places);
        const bool alone = p->groups == 1;
        p->run(p->inner, p->units, b.n, x, y, alone ? f->at[s->y[0]] : r.kernel,
               b.first > 0 || (alone && s->add[0]));
        if (!alone && b.last)
            put_band(p->inner, band_of(p, b.group), r.kernel, f->at[s->y[0]], s->add[0]);
    }
}

static const struct op_kind op_lowered = {
    .name = "window", .run = run_lowered, .flops = window_flops, .role = ROLE_PRODUCT};
static const struct op_kind op_raised = {
    .name = "window_raised", .run = run_raised, .flops = window_flops, .role = ROLE_PRODUCT};
static const struct op_kind op_lowered_grad = {.name = "window_kernel_grad",
                                               .run = run_lowered_grad,
                                               .flops = window_flops,
                                               .role = ROLE_PRODUCT};

/* Whether what the window sees at all places, one after the other, is the image. */
static bool is_plain(const struct window *w, size_t groups)
{
    const bool one = w->size_h * w->size_w == 1 && w->stride_h * w->stride_w == 1;
    const bool whole = w->out_h * w->out_w == 1 && w->size_h == w->h && w->size_w == w->w;
    const bool steps =
        w->h == 1 && w->size_h == 1 && w->size_w == w->stride_w && w->out_w * w->stride_w == w->w;
    return groups == 1 && w->dilation_h * w->dilation_w == 1 && w->top + w->left == 0 &&
           (one || whole || steps);
}

/* Lowered rows that fit into half of a small second cache; of those that are not copied, as many
 * as take a moment. */
static size_t rows_at_once(const struct window_settings *p, size_t all)
{
    enum { REALS = 32768, LEAST = 32 };
    const double moment = 5e8 / ((double)p->inner * (double)p->units + 1);
    const size_t most = p->plain ? (size_t)fmin(moment, 1e9) : REALS / p->inner;
    const size_t rows = most < LEAST ? LEAST : most;
    return rows < all ? rows : all;
}

static void emit_window(struct planner *p, id call, const struct window_use *u, struct step *s,
                        enum product form)
{
    const size_t all = u->places * p->p->capacity;
    struct window_settings x = {.w = u->window,
                                .plain = is_plain(&u->window, u->groups),
                                .apart = u->groups > 1 && u->groups == u->window.channels,
                                .groups = u->groups,
                                .units = u->units / u->groups};
    x.inner = u->window.size_h * u->window.size_w * (u->window.channels / u->groups);
    x.at_once = rows_at_once(&x, all);
    x.run = form == PRODUCT_NN   ? gemm_choose(form, x.at_once, x.units, x.inner)
            : form == PRODUCT_NT ? gemm_choose(form, x.at_once, x.inner, x.units)
                                 : gemm_choose(form, x.inner, x.units, x.at_once);
    planner_scratch(p, 0,
                    x.apart ? x.inner * u->units
                            : (x.plain ? 0 : x.at_once * x.inner) +
                                  (x.groups > 1 ? (x.at_once + x.inner) * x.units : 0));
    s->settings = planner_settings(p, &x, sizeof x);
    s->rows = u->places;
    s->cols = u->units;
    planner_emit(p, call, s);
}

void planner_lowered(struct planner *p, id call, const struct window_use *u, uint32_t image,
                     uint32_t kernel, uint32_t places, bool add)
{
    struct step s = {.op = &op_lowered, .x = {image, kernel}, .y = {places}, .add = {add}};
    if (places != NO_OPERAND)
        emit_window(p, call, u, &s, PRODUCT_NN);
}

void planner_raised(struct planner *p, id call, const struct window_use *u, uint32_t places,
                    uint32_t kernel, uint32_t image, bool add)
{
    struct step s = {.op = &op_raised, .x = {places, kernel}, .y = {image}, .add = {add}};
    if (image != NO_OPERAND)
        emit_window(p, call, u, &s, PRODUCT_NT);
}

void planner_lowered_grad(struct planner *p, id call, const struct window_use *u, uint32_t image,
                          uint32_t places, uint32_t kernel, bool add)
{
    struct step s = {.op = &op_lowered_grad, .x = {image, places}, .y = {kernel}, .add = {add}};
    if (kernel != NO_OPERAND)
        emit_window(p, call, u, &s, PRODUCT_TN);
}
