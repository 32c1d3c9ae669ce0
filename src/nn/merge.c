/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/merge.h"

#include "nn/frame.h"

#include <string.h>

enum merged merge_equal(const struct args *self, const struct shape *in, uint32_t n,
                        struct shape *out, uint32_t *odd, struct err *e)
{
    (void)self;
    (void)e;
    *out = in[0];
    for (*odd = 1; *odd < n; ++*odd)
        if (!shape_same(&in[0], &in[*odd]))
            return MERGE_DIFFERS;
    return MERGE_FITS;
}

static const uint32_t *inputs_of(struct planner *p, id call)
{
    const uint32_t n = planner_inputs(p, call);
    uint32_t *to = planner_new(p, n, sizeof *to);
    for (uint32_t i = 0; to && i < n; i++)
        to[i] = planner_input(p, call, i);
    return to;
}

static struct step step_over(struct planner *p, id call, const struct op_kind *op,
                             const uint32_t *input)
{
    return (struct step){.op = op,
                         .more = input,
                         .mores = planner_inputs(p, call),
                         .rows = 1,
                         .cols = shape_count(planner_shape(p, call))};
}

void merge_forward(struct planner *p, id call, const struct op_kind *op)
{
    struct step s = step_over(p, call, op, inputs_of(p, call));
    s.y[0] = planner_output(p, call);
    planner_emit(p, call, &s);
}

void merge_backward(struct planner *p, id call, const struct op_kind *op)
{
    const uint32_t *input = inputs_of(p, call);
    for (uint32_t i = 0; i < planner_inputs(p, call); i++) {
        struct step s = step_over(p, call, op, input);
        if (!planner_wants_input_grad(p, call, i))
            continue;
        s.settings = planner_settings(p, &i, sizeof i);
        s.x[0] = planner_output_grad(p, call);
        s.y[0] = planner_input_grad(p, call, i, &s.add[0]);
        planner_emit(p, call, &s);
    }
}

uint32_t merge_input(const struct step *s)
{
    return *(const uint32_t *)s->settings;
}

void merge_sum(const struct step *s, const struct frame *f)
{
    const size_t n = frame_rows(f, s) * s->cols;
    real *y = f->at[s->y[0]];
    memcpy(y, f->at[s->more[0]], n * sizeof *y);
    for (uint32_t i = 1; i < s->mores; i++)
        kernels()->axpy(n, 1, f->at[s->more[i]], y);
}
