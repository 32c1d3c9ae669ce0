/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/op_idle.h"

#include "nn/frame.h"
#include "nn/op_activation.h"

/* The settings: how many rows a step has that x2, the output's mask, may leave out. */
struct idle {
    size_t places;
};

/* y0[cols] = 0 where a row has a number that is not 0, else what x1 says, and 1 more if x1 is what
 * there was before the step. */
static void run_idle(const struct step *s, const struct frame *f)
{
    const size_t rows = frame_rows(f, s);
    const size_t places = ((const struct idle *)s->settings)->places;
    const real *x = f->at[s->x[0]], *before = f->at[s->x[1]], *mask = f->at[s->x[2]];
    const real more = s->x[1] == s->y[0] ? R(0.0) : R(1.0);
    real *idle = f->at[s->y[0]];
    for (size_t j = 0; j < s->cols; j++)
        idle[j] = before[j] + more;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < s->cols && (!mask || mask[i / places] != 0); j++)
            idle[j] = x[i * s->cols + j] != 0 ? R(0.0) : idle[j];
}

/* A part of a batch would not see the rest of it. */
static const struct op_kind op_idle = {.name = "idle", .run = run_idle, .couples_samples = true};

void emit_idle(struct planner *w, id call)
{
    struct step s = activation_step(w, call, &op_idle);
    const uint32_t weight = planner_weight(w, call, "idle");
    const struct idle settings = {s.rows / planner_shape(w, call)->size[0]};
    if (weight == NO_OPERAND)
        return;
    const uint32_t earlier = planner_followed(w, call, "idle");
    s.settings = planner_settings(w, &settings, sizeof settings);
    s.x[0] = planner_output(w, call);
    s.x[2] = planner_output_mask(w, call);
    s.x[1] = earlier == NO_OPERAND ? weight : earlier;
    s.y[0] = earlier == NO_OPERAND ? planner_save(w, call, 0, s.cols) : earlier;
    planner_emit(w, call, &s);
    if (earlier == NO_OPERAND)
        planner_follow(w, call, "idle", s.y[0], 0, 0);
}
