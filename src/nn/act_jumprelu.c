/* SPDX-License-Identifier: GPL-3.0-or-later */
/* jumprelu, and the slope by its thresholds that the penalty l0 has. */
#include "nn/act_jumprelu.h"
#include "nn/frame.h"
#include "nn/layer.h"
#include "nn/op_activation.h"
#include "nn/operand.h"
#include "nn/own_activation.h"

#include <string.h>

/* Sums of columns are taken of this many at a time. */
enum { COLUMNS = 64 };

static void run_jump(const struct step *s, const struct frame *f)
{
    const size_t rows = frame_rows(f, s);
    const real *restrict theta = f->at[s->x[0]];
    real *restrict y = f->at[s->y[0]], *restrict z = f->at[s->y[1]];
    memcpy(z, y, rows * s->cols * sizeof *z);
    /* NaN stays NaN: a comparison with it is false. */
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < s->cols; j++)
            y[i * s->cols + j] = z[i * s->cols + j] <= theta[j] ? R(0.0) : z[i * s->cols + j];
}

/* to[j] (+)= by times the sum over the rows of g where |z - theta| < bandwidth / 2, times theta if
 * `scaled`; g NULL is 1. */
struct near_threshold {
    size_t rows, cols;
    double bandwidth, by;
    const real *z, *theta, *g;
    const struct extent *of; /* whose masked steps are left out; NULL: none */
    bool scaled;
};
static void add_near(const struct near_threshold *n, real *to, bool add)
{
    for (size_t from = 0; from < n->cols; from += COLUMNS) {
        const size_t some = n->cols - from < COLUMNS ? n->cols - from : COLUMNS;
        double sum[COLUMNS] = {0};
        for (size_t i = 0; i < n->rows; i++) {
            const size_t at = i * n->cols + from;
            if (n->of && !extent_seen(n->of, at))
                continue;
            for (size_t j = 0; j < some; j++) {
                const double away = (double)n->z[at + j] - (double)n->theta[from + j];
                const double g = n->g ? (double)n->g[at + j] : 1;
                sum[j] += fabs(away) < n->bandwidth / 2 ? g : 0;
            }
        }
        for (size_t j = 0; j < some; j++) {
            const double theta = n->scaled ? (double)n->theta[from + j] : 1;
            to[from + j] = (real)(n->by * theta * sum[j]) + (add ? to[from + j] : 0);
        }
    }
}

static void run_jump_grad(const struct step *s, const struct frame *f)
{
    const double bandwidth = *(const double *)s->settings;
    const size_t rows = frame_rows(f, s);
    const real *theta = f->at[s->x[0]], *z = f->at[s->x[1]];
    real *d = f->at[s->y[0]];
    const struct near_threshold n = {.rows = rows,
                                     .cols = s->cols,
                                     .bandwidth = bandwidth,
                                     .by = -1 / bandwidth,
                                     .z = z,
                                     .theta = theta,
                                     .g = d,
                                     .scaled = true};
    if (s->y[1] != NO_OPERAND)
        add_near(&n, f->at[s->y[1]], s->add[1]);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < s->cols; j++)
            d[i * s->cols + j] = z[i * s->cols + j] > theta[j] ? d[i * s->cols + j] : R(0.0);
}

static const struct op_kind op_jump = {.name = "jumprelu", .run = run_jump};
static const struct op_kind op_jump_grad = {.name = "jumprelu_grad", .run = run_jump_grad};

static void forward(struct planner *p, id call, const struct args *self)
{
    struct step s = activation_step(p, call, &op_jump);
    (void)self;
    s.x[0] = planner_weight(p, call, "theta");
    s.y[0] = planner_output(p, call);
    s.y[1] = activation_kept(p, call);
    planner_emit(p, call, &s);
}

static void backward(struct planner *p, id call, const struct args *self)
{
    const double bandwidth = args_number(self, "bandwidth");
    struct step s = activation_step(p, call, &op_jump_grad);
    s.x[0] = planner_weight(p, call, "theta");
    s.x[1] = activation_kept(p, call);
    s.y[0] = planner_output_grad(p, call);
    s.y[1] = planner_weight_grad(p, call, "theta", &s.add[1]);
    s.settings = planner_settings(p, &bandwidth, sizeof bandwidth);
    planner_emit(p, call, &s);
}

static size_t weights(const struct args *self, uint32_t units, struct weight_spec *w)
{
    *w = (struct weight_spec){.name = "theta",
                              .shape = shape_of(units),
                              .of = self,
                              .init = "theta_init",
                              .constraint = "theta_constraint",
                              .straight = true};
    return 1;
}

const struct activation_work jumprelu_work = {
    .keeps = true, .weights = weights, .forward = forward, .backward = backward};

id threshold_call(const struct graph *g, id value)
{
    const id call = g->value[g->value[value].storage].made_by;
    return activation_work(graph_activation(g, call)) == &jumprelu_work ? call : NOTHING;
}

static void run_threshold_grad(const struct step *s, const struct frame *f)
{
    const uint32_t row = *(const uint32_t *)s->settings;
    const struct args *args = f->args[row];
    const struct penalty_kind *kind = penalty_kind_of(args);
    const double bandwidth = args_number(args, "bandwidth");
    const double slope =
        kind->by_count(args, &f->extent[row], f->sums + f->plan->applied[row].sums);
    const struct near_threshold n = {.rows = frame_rows(f, s),
                                     .cols = s->cols,
                                     .bandwidth = bandwidth,
                                     .by = -f->scale[row] * slope / bandwidth,
                                     .z = f->at[s->x[1]],
                                     .theta = f->at[s->x[0]],
                                     .of = f->extent[row].seen ? &f->extent[row] : NULL};
    add_near(&n, f->at[s->y[0]], s->add[0]);
}

static const struct op_kind op_threshold_grad = {.name = "threshold_grad",
                                                 .run = run_threshold_grad};

void emit_threshold_grad(struct planner *w, uint32_t row)
{
    const struct applied *a = &w->p->applied[row];
    const id call = threshold_call(w->g, a->value);
    struct step s = activation_step(w, call, &op_threshold_grad);
    s.x[0] = planner_weight(w, call, "theta");
    s.x[1] = activation_kept(w, call);
    s.y[0] = planner_weight_grad(w, call, "theta", &s.add[0]);
    s.settings = planner_settings(w, &row, sizeof row);
    planner_emit(w, a->call, &s);
}
