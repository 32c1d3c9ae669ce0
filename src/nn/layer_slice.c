/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/frame.h"
#include "nn/layer.h"
#include "nn/planner.h"

#include <string.h>

static int shape(const struct args *self, const struct shape *in, struct shape *out, struct err *e)
{
    const long from = args_whole(self, "from"), to = args_whole(self, "to");
    *out = *in;
    out->size[in->axes - 1] = (uint32_t)(to - from);
    if (from < to && to <= (long)shape_last(in))
        return 0;
    if (from >= to) {
        err_at(e, args_get(self, "to")->where,
               "slice %ld %ld has no columns: the first of them is "
               "%ld, the last stands before %ld",
               from, to, from, to);
        return err_hint(e, "write slice %ld %ld for one column", from, from + 1);
    }
    err_at(e, args_get(self, "to")->where, "slice goes up to column %ld, and there are %u", to,
           shape_last(in));
    return err_hint(e, "columns count from 0, and the last one taken stands before %u at most",
                    shape_last(in));
}

/* Where the columns begin in a row of the input, and how long such a row is. */
struct place {
    size_t from, wide;
};

static void run(const struct step *s, const struct frame *f)
{
    const struct place *p = s->settings;
    const real *x = f->at[s->x[0]];
    real *y = f->at[s->y[0]];
    for (size_t i = 0; i < frame_rows(f, s); i++)
        memcpy(y + i * s->cols, x + i * p->wide + p->from, s->cols * sizeof *y);
}

static void run_grad(const struct step *s, const struct frame *f)
{
    const struct place *p = s->settings;
    const real *dy = f->at[s->x[0]];
    real *dx = f->at[s->y[0]];
    if (!s->add[0])
        memset(dx, 0, frame_rows(f, s) * p->wide * sizeof *dx);
    for (size_t i = 0; i < frame_rows(f, s); i++)
        for (size_t j = 0; j < s->cols; j++)
            dx[i * p->wide + p->from + j] += dy[i * s->cols + j];
}

static const struct op_kind op_slice = {.name = "slice", .run = run};
static const struct op_kind op_slice_grad = {.name = "slice_grad", .run = run_grad};

static struct step slice_step(struct planner *w, id call, const struct op_kind *op)
{
    const struct shape *out = planner_shape(w, call);
    const struct place p = {(size_t)args_whole(planner_layer(w, call)->args, "from"),
                            shape_last(planner_input_shape(w, call, 0))};
    struct step s = {.op = op, .cols = shape_last(out)};
    s.rows = shape_count(out) / s.cols;
    s.settings = planner_settings(w, &p, sizeof p);
    return s;
}

static void forward(struct planner *w, id call)
{
    struct step s = slice_step(w, call, &op_slice);
    s.x[0] = planner_input(w, call, 0);
    s.y[0] = planner_output(w, call);
    planner_emit(w, call, &s);
}

static void backward(struct planner *w, id call)
{
    struct step s = slice_step(w, call, &op_slice_grad);
    s.x[0] = planner_output_grad(w, call);
    s.y[0] = planner_input_grad(w, call, 0, &s.add[0]);
    if (s.y[0] != NO_OPERAND)
        planner_emit(w, call, &s);
}

static const struct arg_spec args[] = {
    ARG("from", POSITIONAL, ARG_WHOLE, .required = true, .min = 0, .max = 1e6,
        .line = "the first column, counted from 0"),
    ARG("to", POSITIONAL, ARG_WHOLE, .required = true, .min = 1, .max = 1e6,
        .line = "the column before which the last one stands"),
    ACTIVITY_SLOT,
    CALL_CLAUSES,
};

const struct layer_kind layer_slice = {
    .entry = {.name = "slice",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "some columns of the last axis",
              .use = "For a code whose first units must do without the others, so that they are "
                     "sorted by how much they tell.",
              .source = "Kusupati et al. 2022; Bussmann et al. 2025 (Matryoshka)",
              .details =
                  "slice 0 10 takes columns 0 to 9, as x[..., 0:10] in numpy. The gradient of "
                  "the other columns is 0. A code of which the first units alone must do "
                  "(Matryoshka, Bussmann et al. 2025) is several outputs of one decoder: "
                  "call it on slices.",
              .example = "data digits target=input\ninput 64\ndense 30 relu as code\n"
                         "slice 0 10 as first\ndense 64 sigmoid\nstep 2\n"},
    .mask = MASK_PASSES,
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
