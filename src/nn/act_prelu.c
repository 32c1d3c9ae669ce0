/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/frame.h"
#include "nn/layer.h"
#include "nn/op_activation.h"
#include "nn/own_activation.h"

#include <string.h>

/* Sums of columns are taken of this many at a time. */
enum { COLUMNS = 64 };

static void run_prelu(const struct step *s, const struct frame *f)
{
    const size_t rows = frame_rows(f, s);
    const real *restrict alpha = f->at[s->x[0]];
    real *restrict y = f->at[s->y[0]], *restrict z = f->at[s->y[1]];
    memcpy(z, y, rows * s->cols * sizeof *z);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < s->cols; j++) {
            const real x = z[i * s->cols + j];
            y[i * s->cols + j] = x <= 0 ? alpha[j] * x : x;
        }
}

/* dalpha (+)= the sums over the rows of d z where z is not above 0. */
static void add_alpha(size_t rows, size_t cols, const real *z, const real *d, real *dalpha,
                      bool add)
{
    for (size_t from = 0; from < cols; from += COLUMNS) {
        const size_t some = cols - from < COLUMNS ? cols - from : COLUMNS;
        double sum[COLUMNS] = {0};
        for (size_t i = 0; i < rows; i++) {
            const size_t at = i * cols + from;
            for (size_t j = 0; j < some; j++)
                sum[j] += z[at + j] > 0 ? 0 : (double)z[at + j] * (double)d[at + j];
        }
        for (size_t j = 0; j < some; j++)
            dalpha[from + j] = (real)sum[j] + (add ? dalpha[from + j] : 0);
    }
}

static void run_prelu_grad(const struct step *s, const struct frame *f)
{
    const size_t rows = frame_rows(f, s);
    const real *alpha = f->at[s->x[0]], *z = f->at[s->x[1]];
    real *d = f->at[s->y[0]];
    if (s->y[1] != NO_OPERAND)
        add_alpha(rows, s->cols, z, d, f->at[s->y[1]], s->add[1]);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < s->cols; j++)
            d[i * s->cols + j] *= z[i * s->cols + j] > 0 ? R(1.0) : alpha[j];
}

static const struct op_kind op_prelu = {.name = "prelu", .run = run_prelu};
static const struct op_kind op_prelu_grad = {.name = "prelu_grad", .run = run_prelu_grad};

static void forward(struct planner *p, id call, const struct args *self)
{
    struct step s = activation_step(p, call, &op_prelu);
    (void)self;
    s.x[0] = planner_weight(p, call, "alpha");
    s.y[0] = planner_output(p, call);
    s.y[1] = activation_kept(p, call);
    planner_emit(p, call, &s);
}

static void backward(struct planner *p, id call, const struct args *self)
{
    struct step s = activation_step(p, call, &op_prelu_grad);
    (void)self;
    s.x[0] = planner_weight(p, call, "alpha");
    s.x[1] = activation_kept(p, call);
    s.y[0] = planner_output_grad(p, call);
    s.y[1] = planner_weight_grad(p, call, "alpha", &s.add[1]);
    planner_emit(p, call, &s);
}

static size_t weights(const struct args *self, uint32_t units, struct weight_spec *w)
{
    *w = (struct weight_spec){.name = "alpha",
                              .shape = shape_of(units),
                              .of = self,
                              .init = "alpha_init",
                              .constraint = "alpha_constraint"};
    return 1;
}

const struct activation_work prelu_work = {
    .keeps = true, .weights = weights, .forward = forward, .backward = backward};
