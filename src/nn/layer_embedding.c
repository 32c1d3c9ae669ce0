/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/frame.h"
#include "nn/layer.h"
#include "nn/planner.h"

#include <string.h>

static int shape(const struct args *self, const struct shape *in, struct shape *out, struct err *e)
{
    char text[80];
    *out = *in;
    if (args_yes(self, "mask_zero") && in->axes != 1) {
        err_at(e, args_get(self, "mask_zero")->where,
               "mask_zero=yes masks the steps of a sample, and a sample of %s has more axes",
               shape_text(in, text, sizeof text));
        return err_hint(e, "leave it out, or take a sample of one axis");
    }
    if (in->axes == SHAPE_MOST) {
        err_at(e, self->where, "embedding would make a tensor of more than %d axes", SHAPE_MOST);
        return err_hint(e, "take a sample of fewer axes");
    }
    out->size[out->axes++] = (uint32_t)args_whole(self, "size");
    return 0;
}

static size_t vocabulary(const struct args *self)
{
    return (size_t)args_whole(self, "vocabulary");
}

static size_t weights(const struct args *self, const struct shape *in, struct weight_spec *w)
{
    struct shape kernel = {.axes = 2};
    (void)in;
    kernel.size[0] = (uint32_t)vocabulary(self);
    kernel.size[1] = (uint32_t)args_whole(self, "size");
    w[0] = (struct weight_spec){.name = "kernel",
                                .shape = kernel,
                                .init = "kernel_init",
                                .constraint = "kernel_constraint",
                                .decay = "kernel_decay"};
    return 1;
}

/* The settings of the steps. */
struct lookup {
    size_t vocabulary;
};

/* The row of the kernel that a number means. What is no such number has been refused with the data
 * (train/inputs.c); the row that stands in for it is never seen. */
static size_t row_of(const struct step *s, real x)
{
    const size_t last = ((const struct lookup *)s->settings)->vocabulary - 1;
    return !(x > 0) ? 0 : x < (real)last ? (size_t)x : last;
}

static void run(const struct step *s, const struct frame *f)
{
    const size_t n = frame_rows(f, s);
    const real *x = f->at[s->x[0]], *kernel = f->at[s->x[1]];
    real *y = f->at[s->y[0]], *mask = f->at[s->y[1]];
    for (size_t i = 0; i < n; i++)
        memcpy(y + i * s->cols, kernel + row_of(s, x[i]) * s->cols, s->cols * sizeof *y);
    for (size_t i = 0; mask && i < n; i++)
        mask[i] = x[i] != 0 ? R(1.0) : R(0.0);
}

/* The rows are added to in the order of the samples. */
static void run_grad(const struct step *s, const struct frame *f)
{
    const size_t n = frame_rows(f, s), rows = ((const struct lookup *)s->settings)->vocabulary;
    const real *dy = f->at[s->x[0]], *x = f->at[s->x[1]];
    real *d = f->at[s->y[0]];
    if (!s->add[0])
        memset(d, 0, rows * s->cols * sizeof *d);
    for (size_t i = 0; i < n; i++, dy += s->cols) {
        real *to = d + row_of(s, x[i]) * s->cols;
        for (size_t j = 0; j < s->cols; j++)
            to[j] += dy[j];
    }
}

static const struct op_kind op_embedding = {.name = "embedding", .run = run};
static const struct op_kind op_embedding_grad = {.name = "embedding_grad", .run = run_grad};

static struct step step_of(struct planner *p, id call, const struct op_kind *op)
{
    const struct shape *out = planner_shape(p, call);
    const struct lookup settings = {vocabulary(planner_layer(p, call)->args)};
    return (struct step){.op = op,
                         .settings = planner_settings(p, &settings, sizeof settings),
                         .rows = shape_count(out) / shape_last(out),
                         .cols = shape_last(out)};
}

static void forward(struct planner *p, id call)
{
    struct step s = step_of(p, call, &op_embedding);
    s.x[0] = planner_input(p, call, 0);
    s.x[1] = planner_weight(p, call, "kernel");
    s.y[0] = planner_output(p, call);
    s.y[1] = planner_output_mask(p, call);
    planner_emit(p, call, &s);
}

static void backward(struct planner *p, id call)
{
    struct step s = step_of(p, call, &op_embedding_grad);
    s.x[0] = planner_output_grad(p, call);
    s.x[1] = planner_input(p, call, 0);
    s.y[0] = planner_weight_grad(p, call, "kernel", &s.add[0]);
    if (s.y[0] != NO_OPERAND)
        planner_emit(p, call, &s);
}

static bool makes_mask(const struct args *self)
{
    return args_yes(self, "mask_zero");
}

static const struct arg_spec args[] = {
    ARG("vocabulary", POSITIONAL, ARG_WHOLE, .required = true, .min = 1, .max = 1e6,
        .alias = "input_dim", .line = "how many rows there are: numbers go from 0 up to one less"),
    ARG("size", POSITIONAL, ARG_WHOLE, .required = true, .min = 1, .max = 1e6,
        .alias = "output_dim", .line = "numbers of a row"),
    SLOT("kernel", "embeddings_regularizer", "a penalty on the rows"),
    ACTIVITY_SLOT,
    ARG("kernel_init", KEY, ARG_CALL, .of = &init_kinds, .standard = "uniform(-0.05, 0.05)",
        .alias = "embeddings_initializer", .line = "how the rows start"),
    ARG("kernel_constraint", KEY, ARG_CALL, .of = &constraint_kinds, .standard = "none",
        .alias = "embeddings_constraint", .line = "what they are brought back to after each step"),
    DECAY("kernel_decay", "the rows"),
    ARG("mask_zero", KEY, ARG_BOOL, .standard = "no",
        .line = "yes: a step whose number is 0 is masked"),
    TRAINABLE("no: the rows stay as they are; their penalties still count"),
    CALL_CLAUSES,
};

const struct layer_kind layer_embedding = {
    .entry = {.name = "embedding",
              .args = args,
              .arg_count = sizeof args / sizeof *args,
              .summary = "a learned row of numbers for each whole number",
              .details =
                  "Number i of the input becomes row i of the kernel, [vocabulary][size]: words, "
                  "bytes, classes. It stands right on an input, whose numbers are whole, from 0 up "
                  "to vocabulary - 1; another one is an error that says where it stands. A row "
                  "that no sample of a batch names has no gradient from the data. With "
                  "mask_zero=yes steps that are 0 are masked (help masking): 0 is then padding and "
                  "no word. Defaults are Keras's.",
              .example = "data rows { 1 2 0 -> 1; 3 0 0 -> 0; 2 2 1 -> 1 }\ninput 3\n"
                         "embedding 4 2 mask_zero=yes kernel=l2(1e-3) activity=l1(1e-3) as word\n"
                         "global_avg_pool\ndense 1 sigmoid\nstep 1\npenalties\n"},
    .vocabulary = vocabulary,
    .makes_mask = makes_mask,
    .shape = shape,
    .weights = weights,
    .forward = forward,
    .backward = backward,
};
