/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/norm.h"

#include "nn/frame.h"

struct norm norm_of(const struct step *s, const struct frame *f)
{
    const struct norm_settings *n = s->settings;
    return (struct norm){
        .rows = frame_rows(f, s),
        .cols = s->cols,
        .epsilon = n->epsilon,
        .x = f->at[s->x[0]],
        .gamma = f->at[s->x[1]],
        .beta = f->at[s->x[2]],
    };
}

struct norm_slopes norm_grad_of(const struct step *s, const struct frame *f)
{
    const struct norm_settings *n = s->settings;
    return (struct norm_slopes){
        .of = norm_of(s, f),
        .moments = f->at[s->x[NORM_MOMENTS]],
        .dy = f->at[s->x[2]],
        .fixed = n->fixed,
        .dx = f->at[s->y[0]],
        .dgamma = f->at[s->y[1]],
        .dbeta = f->at[s->y[2]],
        .add_x = s->add[0],
        .add_gamma = s->add[1],
        .add_beta = s->add[2],
    };
}

static struct step step_over(struct planner *p, id call, const struct op_kind *op,
                             struct norm_settings n)
{
    const struct shape *out = planner_shape(p, call);
    const size_t cols = shape_last(out);
    struct step s = {.op = op,
                     .settings = planner_settings(p, &n, sizeof n),
                     .rows = shape_count(out) / cols,
                     .cols = cols};
    s.x[0] = planner_input(p, call, 0);
    s.x[1] = planner_weight(p, call, "gamma");
    return s;
}

struct step norm_step(struct planner *p, id call, const struct op_kind *op, struct norm_settings n)
{
    struct step s = step_over(p, call, op, n);
    s.x[2] = planner_weight(p, call, "beta");
    s.y[0] = planner_output(p, call);
    return s;
}

struct step norm_grad_step(struct planner *p, id call, const struct op_kind *op,
                           struct norm_settings n)
{
    struct step s = step_over(p, call, op, n);
    s.x[2] = planner_output_grad(p, call);
    s.y[0] = planner_input_grad(p, call, 0, &s.add[0]);
    s.y[1] = planner_weight_grad(p, call, "gamma", &s.add[1]);
    s.y[2] = planner_weight_grad(p, call, "beta", &s.add[2]);
    return s;
}
