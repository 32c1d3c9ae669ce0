/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/frame.h"
#include "nn/layer.h"
#include "nn/planner.h"

#include <string.h>

/* Axis k of the output is axis size[k] of the input, counted from 1. */
static const struct shape *dims_of(const struct args *self)
{
    return &args_get(self, "dims")->as.shape;
}

static int no_order(const struct args *self, const struct shape *in, struct err *e)
{
    char dims[80], text[80];
    err_at(e, args_get(self, "dims")->where, "%s does not name each axis of %s once",
           shape_text(dims_of(self), dims, sizeof dims), shape_text(in, text, sizeof text));
    return err_hint(e, "axes count from 1: permute 2x1 swaps two");
}

static int shape(const struct args *self, const struct shape *in, struct shape *out, struct err *e)
{
    const struct shape *dims = dims_of(self);
    bool seen[SHAPE_MOST + 1] = {false};
    *out = *in;
    if (dims->axes != in->axes)
        return no_order(self, in, e);
    for (uint32_t k = 0; k < in->axes; k++) {
        if (dims->size[k] > in->axes || seen[dims->size[k]])
            return no_order(self, in, e);
        seen[dims->size[k]] = true;
        out->size[k] = in->size[dims->size[k] - 1];
    }
    return 0;
}

/* For each axis of the output: its size, and how far its neighbours lie apart in the input. */
struct order {
    uint32_t axes;
    size_t size[SHAPE_MOST], apart[SHAPE_MOST];
};

/* Where the number behind the one at place[] and `at` stands. */
static size_t next_number(const struct order *o, size_t place[SHAPE_MOST], size_t at)
{
    for (uint32_t k = o->axes; k-- > 0;) {
        at += o->apart[k];
        if (++place[k] < o->size[k])
            return at;
        at -= o->apart[k] * o->size[k];
        place[k] = 0;
    }
    return at;
}

/* Rows are permuted each for itself. */
static void run(const struct step *s, const struct frame *f)
{
    const real *x = f->at[s->x[0]];
    real *y = f->at[s->y[0]];
    for (size_t i = 0; i < frame_rows(f, s); i++, x += s->cols, y += s->cols) {
        size_t place[SHAPE_MOST] = {0}, at = 0;
        for (size_t j = 0; j < s->cols; j++, at = next_number(s->settings, place, at))
            y[j] = x[at];
    }
}

static void run_grad(const struct step *s, const struct frame *f)
{
    const real *dy = f->at[s->x[0]];
    real *dx = f->at[s->y[0]];
    for (size_t i = 0; i < frame_rows(f, s); i++, dx += s->cols, dy += s->cols) {
        size_t place[SHAPE_MOST] = {0}, at = 0;
        for (size_t j = 0; j < s->cols; j++, at = next_number(s->settings, place, at))
            dx[at] = dy[j] + (s->add[0] ? dx[at] : 0);
    }
}

static const struct op_kind op_permute = {.name = "permute", .run = run};
static const struct op_kind op_permute_grad = {.name = "permute_grad", .run = run_grad};

static struct step permute_step(struct planner *p, id call, const struct op_kind *op)
{
    const struct layer *l = planner_layer(p, call);
    const struct shape *in = &l->in, *dims = dims_of(l->args);
    struct order o = {.axes = in->axes};
    size_t apart[SHAPE_MOST], next = 1;
    for (uint32_t k = in->axes; k-- > 0; next *= in->size[k])
        apart[k] = next;
    for (uint32_t k = 0; k < in->axes; k++) {
        o.size[k] = in->size[dims->size[k] - 1];
        o.apart[k] = apart[dims->size[k] - 1];
    }
    struct step s = {.op = op, .cols = shape_count(in)};
    s.rows = shape_count(planner_shape(p, call)) / s.cols;
    s.settings = planner_settings(p, &o, sizeof o);
    return s;
}

static void forward(struct planner *p, id call)
{
    struct step s = permute_step(p, call, &op_permute);
    s.x[0] = planner_input(p, call, 0);
    s.y[0] = planner_output(p, call);
    planner_emit(p, call, &s);
}

static void backward(struct planner *p, id call)
{
    struct step s = permute_step(p, call, &op_permute_grad);
    s.x[0] = planner_output_grad(p, call);
    s.y[0] = planner_input_grad(p, call, 0, &s.add[0]);
    if (s.y[0] != NO_OPERAND)
        planner_emit(p, call, &s);
}

static const struct arg_spec args[] = {
    ARG("dims", POSITIONAL, ARG_SHAPE, .required = true,
        .line = "the input's axes, counted from 1, in the order that they get: 2x1"),
    ACTIVITY_SLOT,
    CALL_CLAUSES,
};

const struct layer_kind layer_permute = {
    .entry = {.name = "permute",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "the axes of a sample in another order",
              .details = "Axis k of the output is the input's axis number dims[k], counted from 1, "
                         "as in Keras: permute 2x1 makes 10x3 of 3x10.",
              .example = "data random 64 shape=3x10\ninput 3x10\npermute 2x1\nconv1d 4 3 "
                         "relu\nflatten\ndense 1 sigmoid\nstep 2\n"},
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
