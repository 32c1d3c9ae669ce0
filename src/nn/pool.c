/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/pool.h"

#include "nn/frame.h"

#include <string.h>

/* Steps over windows: rows are images, columns the numbers that come out of one. */
struct pool_settings {
    struct window w;
    bool mean;
};

static size_t image_of(const struct window *w)
{
    return w->h * w->w * w->channels;
}

static void clear_unless(bool add, const struct step *s, const struct frame *f)
{
    const struct pool_settings *p = s->settings;
    if (!add)
        memset(f->at[s->y[0]], 0, frame_rows(f, s) * image_of(&p->w) * sizeof(real));
}

static void run_max(const struct step *s, const struct frame *f)
{
    const struct pool_settings *p = s->settings;
    window_max(&p->w, frame_rows(f, s), f->at[s->x[0]], f->at[s->y[0]]);
}

static void run_max_grad(const struct step *s, const struct frame *f)
{
    const struct pool_settings *p = s->settings;
    clear_unless(s->add[0], s, f);
    window_max_grad(&p->w, frame_rows(f, s), f->at[s->x[1]], f->at[s->x[2]], f->at[s->x[0]],
                    f->at[s->y[0]]);
}

static void run_sum(const struct step *s, const struct frame *f)
{
    const struct pool_settings *p = s->settings;
    window_sum(&p->w, frame_rows(f, s), p->mean, f->at[s->x[0]], f->at[s->y[0]], s->add[0]);
}

static void run_spread(const struct step *s, const struct frame *f)
{
    const struct pool_settings *p = s->settings;
    clear_unless(s->add[0], s, f);
    window_spread(&p->w, frame_rows(f, s), p->mean, f->at[s->x[0]], f->at[s->y[0]]);
}

static const struct op_kind op_max = {.name = "max_pool", .run = run_max};
static const struct op_kind op_max_grad = {.name = "max_pool_grad", .run = run_max_grad};
static const struct op_kind op_mean = {.name = "avg_pool", .run = run_sum};
static const struct op_kind op_mean_grad = {.name = "avg_pool_grad", .run = run_spread};
static const struct op_kind op_upsample = {.name = "upsample", .run = run_spread};
static const struct op_kind op_upsample_grad = {.name = "upsample_grad", .run = run_sum};

/* The window that is the whole image. */
static int whole_image(const struct args *self, const struct shape *in, struct window *w,
                       struct err *e)
{
    char text[80];
    const size_t places = shape_count(in) / shape_last(in);
    *w = (struct window){.h = 1,
                         .w = places,
                         .channels = shape_last(in),
                         .size_h = 1,
                         .size_w = places,
                         .stride_h = 1,
                         .stride_w = 1,
                         .dilation_h = 1,
                         .dilation_w = 1,
                         .out_h = 1,
                         .out_w = 1};
    if (in->axes > 1)
        return 0;
    err_at(e, self->where,
           "%s takes steps x channels or height x width x channels, and its input "
           "is %s",
           self->entry->name, shape_text(in, text, sizeof text));
    return err_hint(e, "put it before flatten, or a reshape in front of it");
}

static int find_window(const struct args *self, struct pool_form f, const struct shape *in,
                       struct window *w, struct err *e)
{
    return f.axes ? window_over(self, f.axes, in, w, e) : whole_image(self, in, w, e);
}

int pool_shape(const struct args *self, struct pool_form f, const struct shape *in,
               struct shape *out, struct err *e)
{
    struct window w;
    if (find_window(self, f, in, &w, e))
        return -1;
    *out = shape_of((uint32_t)w.channels);
    const size_t size[] = {w.out_h, w.out_w};
    return f.axes ? window_shape(self, f.axes, size, w.channels, out, e) : 0;
}

static struct step window_step(struct planner *p, const struct op_kind *op, const struct shape *in,
                               const struct pool_settings *x)
{
    struct step s = {.op = op, .cols = x->w.out_h * x->w.out_w * x->w.channels};
    s.rows = shape_count(in) / image_of(&x->w);
    s.settings = planner_settings(p, x, sizeof *x);
    return s;
}

static struct step pool_step(struct planner *p, id call, const struct op_kind *op,
                             struct pool_form f)
{
    const struct layer *l = planner_layer(p, call);
    struct pool_settings x = {.mean = f.mean};
    struct err ignored;
    find_window(l->args, f, &l->in, &x.w, &ignored);
    return window_step(p, op, planner_input_shape(p, call, 0), &x);
}

static void emit_forward(struct planner *p, id call, struct step *s)
{
    s->x[0] = planner_input(p, call, 0);
    s->y[0] = planner_output(p, call);
    planner_emit(p, call, s);
}

/* With the input and the output, from which the maximum's step finds what was the largest. */
static void emit_backward(struct planner *p, id call, struct step *s)
{
    s->x[0] = planner_output_grad(p, call);
    s->x[1] = planner_input(p, call, 0);
    s->x[2] = planner_output(p, call);
    s->y[0] = planner_input_grad(p, call, 0, &s->add[0]);
    if (s->y[0] != NO_OPERAND)
        planner_emit(p, call, s);
}

/* Of an image with a mask: rows are steps of so many places each. */
struct seen_mean {
    size_t places;
};

static size_t count_seen(const real *m, size_t steps)
{
    size_t count = 0;
    for (size_t t = 0; t < steps; t++)
        count += m[t] != 0;
    return count;
}

/* y = the mean over the places of the steps that are there; 0 where none is. */
static void run_seen_mean(const struct step *s, const struct frame *f)
{
    const size_t places = ((const struct seen_mean *)s->settings)->places;
    const real *x = f->at[s->x[0]], *m = f->at[s->x[1]];
    real *y = f->at[s->y[0]];
    for (size_t i = 0; i < f->samples; i++, m += s->rows, y += s->cols) {
        const size_t count = count_seen(m, s->rows) * places;
        for (size_t c = 0; c < s->cols; c++)
            y[c] = 0;
        for (size_t k = 0; k < s->rows * places; k++, x += s->cols)
            for (size_t c = 0; c < s->cols && m[k / places] != 0; c++)
                y[c] += x[c] / (real)count;
    }
}

static void run_seen_mean_grad(const struct step *s, const struct frame *f)
{
    const size_t places = ((const struct seen_mean *)s->settings)->places;
    const real *dy = f->at[s->x[0]], *m = f->at[s->x[1]];
    real *dx = f->at[s->y[0]];
    for (size_t i = 0; i < f->samples; i++, m += s->rows, dy += s->cols) {
        const size_t count = count_seen(m, s->rows) * places;
        for (size_t k = 0; k < s->rows * places; k++, dx += s->cols)
            for (size_t c = 0; c < s->cols; c++) {
                const real v = m[k / places] != 0 ? dy[c] / (real)count : 0;
                dx[c] = v + (s->add[0] ? dx[c] : 0);
            }
    }
}

static const struct op_kind op_seen_mean = {.name = "masked_mean", .run = run_seen_mean};
static const struct op_kind op_seen_mean_grad = {.name = "masked_mean_grad",
                                                 .run = run_seen_mean_grad};

static struct step seen_step(struct planner *p, id call, const struct op_kind *op)
{
    const struct shape *in = planner_input_shape(p, call, 0);
    const size_t steps = in->size[0], channels = shape_last(in);
    const struct seen_mean settings = {shape_count(in) / (steps * channels)};
    return (struct step){.op = op,
                         .settings = planner_settings(p, &settings, sizeof settings),
                         .rows = steps,
                         .cols = channels};
}

static void emit_seen_mean(struct planner *p, id call)
{
    struct step s = seen_step(p, call, &op_seen_mean);
    s.x[0] = planner_input(p, call, 0);
    s.x[1] = planner_mask(p, call);
    s.y[0] = planner_output(p, call);
    planner_emit(p, call, &s);
}

static void emit_seen_mean_grad(struct planner *p, id call)
{
    struct step s = seen_step(p, call, &op_seen_mean_grad);
    s.x[0] = planner_output_grad(p, call);
    s.x[1] = planner_mask(p, call);
    s.y[0] = planner_input_grad(p, call, 0, &s.add[0]);
    if (s.y[0] != NO_OPERAND)
        planner_emit(p, call, &s);
}

void pool_forward(struct planner *p, id call, struct pool_form f)
{
    if (planner_mask(p, call) != NO_OPERAND) {
        emit_seen_mean(p, call);
        return;
    }
    struct step s = pool_step(p, call, f.mean ? &op_mean : &op_max, f);
    emit_forward(p, call, &s);
}

void pool_backward(struct planner *p, id call, struct pool_form f)
{
    if (planner_mask(p, call) != NO_OPERAND) {
        emit_seen_mean_grad(p, call);
        return;
    }
    struct step s = pool_step(p, call, f.mean ? &op_mean_grad : &op_max_grad, f);
    emit_backward(p, call, &s);
}

/* The output is the image, and the input the places. */
static struct step upsample_step(struct planner *p, id call, const struct op_kind *op,
                                 const size_t size[2])
{
    const struct shape *in = &planner_layer(p, call)->in;
    const size_t h = in->axes > 2 ? in->size[0] : 1, w = in->size[in->axes - 2];
    const struct pool_settings x = {.w = {.h = h * size[0],
                                          .w = w * size[1],
                                          .channels = shape_last(in),
                                          .size_h = size[0],
                                          .size_w = size[1],
                                          .stride_h = size[0],
                                          .stride_w = size[1],
                                          .dilation_h = 1,
                                          .dilation_w = 1,
                                          .out_h = h,
                                          .out_w = w}};
    return window_step(p, op, planner_shape(p, call), &x);
}

void upsample_forward(struct planner *p, id call, const size_t size[2])
{
    struct step s = upsample_step(p, call, &op_upsample, size);
    emit_forward(p, call, &s);
}

void upsample_backward(struct planner *p, id call, const size_t size[2])
{
    struct step s = upsample_step(p, call, &op_upsample_grad, size);
    emit_backward(p, call, &s);
}
