/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/frame.h"
#include "nn/layer.h"
#include "nn/planner.h"

#include <string.h>

static int shape(const struct args *self, const struct shape *in, struct shape *out, struct err *e)
{
    char text[80];
    const long times = args_whole(self, "n");
    *out = (struct shape){.axes = 2, .size = {(uint32_t)times, shape_last(in)}};
    if (in->axes == 1)
        return 0;
    err_at(e, self->where, "repeat_vector takes features, and its input is %s",
           shape_text(in, text, sizeof text));
    return err_hint(e, "put a flatten or a global_avg_pool in front of it");
}

/* Rows are samples, columns the numbers of one; settings: how often. */
static void run(const struct step *s, const struct frame *f)
{
    const size_t times = *(const size_t *)s->settings;
    const real *x = f->at[s->x[0]];
    real *y = f->at[s->y[0]];
    for (size_t i = 0; i < frame_rows(f, s); i++, x += s->cols)
        for (size_t k = 0; k < times; k++, y += s->cols)
            memcpy(y, x, s->cols * sizeof *y);
}

static void run_grad(const struct step *s, const struct frame *f)
{
    const size_t times = *(const size_t *)s->settings;
    const real *dy = f->at[s->x[0]];
    real *dx = f->at[s->y[0]];
    for (size_t i = 0; i < frame_rows(f, s); i++, dx += s->cols)
        for (size_t k = 0; k < times; k++, dy += s->cols)
            for (size_t j = 0; j < s->cols; j++)
                dx[j] = dy[j] + (k || s->add[0] ? dx[j] : 0);
}

static const struct op_kind op_repeat = {.name = "repeat", .run = run};
static const struct op_kind op_repeat_grad = {.name = "repeat_grad", .run = run_grad};

static struct step repeat_step(struct planner *p, id call, const struct op_kind *op)
{
    const struct shape *in = planner_input_shape(p, call, 0);
    const size_t times = (size_t)args_whole(planner_layer(p, call)->args, "n");
    struct step s = {.op = op, .cols = shape_last(in)};
    s.rows = shape_count(in) / s.cols;
    s.settings = planner_settings(p, &times, sizeof times);
    return s;
}

static void forward(struct planner *p, id call)
{
    struct step s = repeat_step(p, call, &op_repeat);
    s.x[0] = planner_input(p, call, 0);
    s.y[0] = planner_output(p, call);
    planner_emit(p, call, &s);
}

static void backward(struct planner *p, id call)
{
    struct step s = repeat_step(p, call, &op_repeat_grad);
    s.x[0] = planner_output_grad(p, call);
    s.y[0] = planner_input_grad(p, call, 0, &s.add[0]);
    if (s.y[0] != NO_OPERAND)
        planner_emit(p, call, &s);
}

static const struct arg_spec args[] = {
    ARG("n", POSITIONAL, ARG_WHOLE, .required = true, .min = 1, .max = 1e6,
        .line = "how many steps"),
    ACTIVITY_SLOT,
    CALL_CLAUSES,
};

const struct layer_kind layer_repeat_vector = {
    .entry =
        {.name = "repeat_vector",
         .args = args,
         .arg_count = sizeof args / sizeof *args,
         .summary = "the same features at each of n steps",
         .details =
             "Features become n x features, as in a decoder that begins each step with one code.",
         .example = "data random 64 shape=3 target=1\ninput 3\ndense 4 tanh as code\nrepeat_vector "
                    "5\ntimedistributed dense 2\nflatten\ndense 1\nloss mse\nstep 2\n"},
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
