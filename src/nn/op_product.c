/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The product of a call's samples with a weight, and its gradients. */
#include "nn/op_product.h"

#include "nn/compiler.h"
#include "nn/frame.h"
#include "num/gemm.h"

struct product_settings {
    size_t inner;
    gemm_run *run; /* the way for its sizes when the plan is full */
    size_t most;   /* rows that take a moment: few enough for a stop to be seen soon, and enough for
                    * the other factor to be worth fetching */
};

static double product_flops(const struct step *s)
{
    const struct product_settings *p = s->settings;
    return 2.0 * (double)s->rows * (double)s->cols * (double)p->inner;
}

static size_t rows_at_once(size_t inner, size_t cols)
{
    const double moment = 5e8;
    enum { LEAST = 32 };
    const double rows = moment / ((double)inner * (double)cols + 1);
    return rows < LEAST ? LEAST : rows < 1e9 ? (size_t)rows : (size_t)1e9;
}

/* More rows than take a moment, in parts; apart, as the products of a small network are soon over.
 */
static __attribute__((noinline)) void run_product_parts(const struct step *s, const struct frame *f)
{
    const struct product_settings *p = s->settings;
    const size_t rows = frame_rows(f, s), inner = p->inner;
    const real *x = f->at[s->x[0]], *by = f->at[s->x[1]];
    real *y = f->at[s->y[0]];
    for (size_t done = 0, n; done < rows && !(done && stop_asked(f->stop)); done += n) {
        n = rows - done < p->most ? rows - done : p->most;
        p->run(n, s->cols, inner, x + done * inner, by, y + done * s->cols, s->add[0]);
    }
}

static void run_product(const struct step *s, const struct frame *f)
{
    const struct product_settings *p = s->settings;
    const size_t rows = frame_rows(f, s);
    if (rows <= p->most)
        p->run(rows, s->cols, p->inner, f->at[s->x[0]], f->at[s->x[1]], f->at[s->y[0]], s->add[0]);
    else
        run_product_parts(s, f);
}

static __attribute__((noinline)) void run_weight_grad_parts(const struct step *s,
                                                            const struct frame *f)
{
    const struct product_settings *p = s->settings;
    const size_t rows = frame_rows(f, s), inner = p->inner;
    const real *x = f->at[s->x[0]], *d = f->at[s->x[1]];
    real *g = f->at[s->y[0]];
    for (size_t done = 0, n; done < rows && !(done && stop_asked(f->stop)); done += n) {
        n = rows - done < p->most ? rows - done : p->most;
        p->run(inner, s->cols, n, x + done * inner, d + done * s->cols, g, s->add[0] || done);
    }
}

/* The samples are its inner dimension. */
static void run_weight_grad(const struct step *s, const struct frame *f)
{
    const struct product_settings *p = s->settings;
    const size_t rows = frame_rows(f, s);
    if (rows <= p->most)
        p->run(p->inner, s->cols, rows, f->at[s->x[0]], f->at[s->x[1]], f->at[s->y[0]], s->add[0]);
    else
        run_weight_grad_parts(s, f);
}

static const struct op_kind op_product = {
    .name = "product", .run = run_product, .flops = product_flops, .role = ROLE_PRODUCT};
static const struct op_kind op_product_input = {
    .name = "product_input_grad", .run = run_product, .flops = product_flops, .role = ROLE_PRODUCT};
static const struct op_kind op_product_weight = {.name = "product_weight_grad",
                                                 .run = run_weight_grad,
                                                 .flops = product_flops,
                                                 .role = ROLE_PRODUCT};

/* The sizes of a product of all samples' rows: [rows][inner] with [inner][cols], or, where the rows
 * are summed, [inner][rows] with [rows][cols]. */
static void emit_product(struct planner *w, id call, struct step *s, enum product form,
                         size_t inner)
{
    const size_t all = s->rows * w->p->capacity;
    const struct product_settings p = {
        .inner = inner,
        .most = rows_at_once(inner, s->cols),
        .run = form == PRODUCT_TN ? gemm_choose(form, inner, s->cols, all)
                                  : gemm_choose(form, all, s->cols, inner),
    };
    s->settings = planner_settings(w, &p, sizeof p);
    planner_emit(w, call, s);
}

/* Of the matrix that a product is made with; rows: how many a sample has. */
struct sizes {
    size_t rows, in, out;
};

static struct sizes sizes_of(const struct planner *w, id call, const char *weight)
{
    const struct shape *k = planner_weight_shape(w, call, weight);
    return (struct sizes){shape_count(planner_shape(w, call)) / k->size[1], k->size[0], k->size[1]};
}

void planner_product_by(struct planner *w, id call, const char *weight, uint32_t matrix)
{
    const struct sizes n = sizes_of(w, call, weight);
    struct step s = {.op = &op_product, .rows = n.rows, .cols = n.out};
    s.x[0] = planner_input(w, call, 0);
    s.x[1] = matrix;
    s.y[0] = planner_output(w, call);
    emit_product(w, call, &s, PRODUCT_NN, n.in);
}

void planner_product(struct planner *w, id call, const char *weight)
{
    planner_product_by(w, call, weight, planner_weight(w, call, weight));
}

static void emit_weight_grad(struct planner *w, id call, const char *weight, uint32_t grad,
                             bool add)
{
    const struct sizes n = sizes_of(w, call, weight);
    struct step s = {.op = &op_product_weight, .rows = n.rows, .cols = n.out};
    s.x[0] = planner_input(w, call, 0);
    s.x[1] = planner_output_grad(w, call);
    s.y[0] = grad;
    s.add[0] = add;
    emit_product(w, call, &s, PRODUCT_TN, n.in);
}

static void emit_input_grad(struct planner *w, id call, const char *weight, uint32_t matrix)
{
    const struct sizes n = sizes_of(w, call, weight);
    struct step s = {.op = &op_product_input, .rows = n.rows, .cols = n.in};
    if (!planner_wants_input_grad(w, call, 0))
        return;
    s.x[0] = planner_output_grad(w, call);
    s.x[1] = matrix;
    s.y[0] = planner_input_grad(w, call, 0, &s.add[0]);
    emit_product(w, call, &s, PRODUCT_NT, n.out);
}

void planner_product_by_grad(struct planner *w, id call, const char *weight, uint32_t matrix,
                             uint32_t grad)
{
    if (planner_wants_weight_grad(w, call, weight))
        emit_weight_grad(w, call, weight, grad, false);
    emit_input_grad(w, call, weight, matrix);
}

void planner_product_grad(struct planner *w, id call, const char *weight)
{
    if (planner_wants_weight_grad(w, call, weight)) {
        bool add = false;
        const uint32_t grad = planner_weight_grad(w, call, weight, &add);
        emit_weight_grad(w, call, weight, grad, add);
    }
    emit_input_grad(w, call, weight, planner_weight(w, call, weight));
}
