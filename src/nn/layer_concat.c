/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/frame.h"
#include "nn/merge.h"

#include <string.h>

/* The axis of a sample's shape that is joined, from 0; -1: there is none of that number. Counted as
 * in Keras: 0 is the batch, -1 the last. */
static int axis_of(const struct args *self, uint32_t axes)
{
    const long axis = args_whole(self, "axis");
    const long found = axis < 0 ? axis + axes : axis - 1;
    return axis != 0 && found >= 0 && found < (long)axes ? (int)found : -1;
}

static enum merged merge(const struct args *self, const struct shape *in, uint32_t n,
                         struct shape *out, uint32_t *odd, struct err *e)
{
    const int axis = axis_of(self, in[0].axes);
    *out = in[0];
    if (axis < 0) {
        char text[80];
        err_at(e, args_get(self, "axis")->where, "concat has no axis %ld to join in tensors of %s",
               args_whole(self, "axis"), shape_text(&in[0], text, sizeof text));
        err_hint(e, "axes count from 1, as 0 is the batch; -1 is the last");
        return MERGE_ERROR;
    }
    for (*odd = 1; *odd < n; ++*odd) {
        struct shape other = in[*odd];
        if (other.axes == in[0].axes)
            other.size[axis] = in[0].size[axis];
        if (!shape_same(&in[0], &other))
            return MERGE_DIFFERS;
        if (in[*odd].size[axis] > SHAPE_NUMBERS_MOST - out->size[axis]) {
            err_at(e, self->where, "concat would make an axis of more than %d", SHAPE_NUMBERS_MOST);
            err_hint(e, "join fewer tensors, or smaller ones");
            return MERGE_ERROR;
        }
        out->size[axis] += in[*odd].size[axis];
    }
    return MERGE_FITS;
}

/* How many axes of the row the joined one has behind it, itself included. */
static uint32_t axes_behind(const struct planner *p, id call)
{
    const struct layer *l = planner_layer(p, call);
    return l->in.axes - (uint32_t)axis_of(l->args, l->in.axes);
}

/* Where an input's columns stand in the output's rows of `inner`. */
struct part {
    size_t at, inner;
};

static void run_concat(const struct step *s, const struct frame *f)
{
    const struct part *p = s->settings;
    const size_t rows = frame_rows(f, s);
    const real *x = f->at[s->x[0]];
    real *y = f->at[s->y[0]];
    for (size_t r = 0; r < rows; r++)
        memcpy(y + r * p->inner + p->at, x + r * s->cols, s->cols * sizeof *y);
}

static void run_split(const struct step *s, const struct frame *f)
{
    const struct part *p = s->settings;
    const size_t rows = frame_rows(f, s);
    const real *d = f->at[s->x[0]];
    real *dx = f->at[s->y[0]];
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < s->cols; j++) {
            const real v = d[r * p->inner + p->at + j], old = dx[r * s->cols + j];
            dx[r * s->cols + j] = s->add[0] ? old + v : v;
        }
}

static const struct op_kind op_concat = {.name = "concat", .run = run_concat};
static const struct op_kind op_split = {.name = "split", .run = run_split};

/* The product of the last `axes` sizes. */
static size_t count_behind(const struct shape *s, uint32_t axes)
{
    size_t n = 1;
    for (uint32_t i = 0; i < axes; i++)
        n *= s->size[s->axes - 1 - i];
    return n;
}

/* The step of one input; *at moves on to the next. */
static struct step step_of(struct planner *p, id call, uint32_t input, const struct op_kind *op,
                           size_t *at)
{
    const uint32_t axes = axes_behind(p, call);
    const struct shape *out = planner_shape(p, call);
    const struct part part = {.at = *at, .inner = count_behind(out, axes)};
    const size_t cols = count_behind(planner_input_shape(p, call, input), axes);
    *at += cols;
    return (struct step){.op = op,
                         .settings = planner_settings(p, &part, sizeof part),
                         .rows = shape_count(out) / part.inner,
                         .cols = cols};
}

static void forward(struct planner *p, id call)
{
    size_t at = 0;
    for (uint32_t i = 0; i < planner_inputs(p, call); i++) {
        struct step s = step_of(p, call, i, &op_concat, &at);
        s.x[0] = planner_input(p, call, i);
        s.y[0] = planner_output(p, call);
        planner_emit(p, call, &s);
    }
}

static void backward(struct planner *p, id call)
{
    size_t at = 0;
    for (uint32_t i = 0; i < planner_inputs(p, call); i++) {
        struct step s = step_of(p, call, i, &op_split, &at);
        if (!planner_wants_input_grad(p, call, i))
            continue;
        s.x[0] = planner_output_grad(p, call);
        s.y[0] = planner_input_grad(p, call, i, &s.add[0]);
        planner_emit(p, call, &s);
    }
}

static const struct arg_spec args[] = {
    ARG("axis", KEY, ARG_WHOLE, .standard = "-1", .min = -SHAPE_MOST, .max = SHAPE_MOST,
        .line = "the axis that is joined: from 1, or from the end, -1 being the last"),
    MERGE_ARGS,
};

const struct layer_kind layer_concat = {
    .entry = {.name = "concat",
              .alias = "concatenate",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "tensors side by side",
              .details = "Joined along one axis; the others must be equal. Axis 0 would be the "
                         "batch, so axes count from 1, as in Keras.",
              .example = "data rows { 0 | 1 -> 1; 1 | 1 -> 0 }\ninput 1 as a\ninput 1 as b\n"
                         "concat on a, b\ndense 2 tanh\ndense 1 sigmoid\nstep 1\n"},
    .mask = MASK_ALL,
    .merge = merge,
    .forward = forward,
    .backward = backward,
};
