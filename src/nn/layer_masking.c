/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/frame.h"
#include "nn/layer.h"
#include "nn/planner.h"

static int shape(const struct args *self, const struct shape *in, struct shape *out, struct err *e)
{
    char text[80];
    *out = *in;
    if (in->axes > 1)
        return 0;
    err_at(e, self->where, "masking goes over steps, and a sample of %s has none",
           shape_text(in, text, sizeof text));
    return err_hint(e, "a sample of 10x%s has 10 steps", text);
}

/* The settings of the steps. */
struct masking {
    real value;
};

/* m = 0 where all numbers of a step are the value, or m of the input is 0; y = m x. */
static void run(const struct step *s, const struct frame *f)
{
    const real value = ((const struct masking *)s->settings)->value;
    const size_t n = frame_rows(f, s);
    const real *x = f->at[s->x[0]], *before = f->at[s->x[1]];
    real *y = f->at[s->y[0]], *m = f->at[s->y[1]];
    for (size_t i = 0; i < n; i++, x += s->cols, y += s->cols) {
        size_t j = 0;
        while (j < s->cols && x[j] == value)
            j++;
        const bool there = j < s->cols && (!before || before[i] != 0);
        m[i] = there ? R(1.0) : R(0.0);
        for (j = 0; j < s->cols; j++)
            y[j] = there ? x[j] : R(0.0);
    }
}

static void run_grad(const struct step *s, const struct frame *f)
{
    const size_t n = frame_rows(f, s);
    const real *dy = f->at[s->x[0]], *m = f->at[s->x[1]];
    real *dx = f->at[s->y[0]];
    for (size_t i = 0; i < n; i++, dx += s->cols, dy += s->cols)
        for (size_t j = 0; j < s->cols; j++)
            dx[j] = (m[i] != 0 ? dy[j] : 0) + (s->add[0] ? dx[j] : 0);
}

static const struct op_kind op_masking = {.name = "masking", .run = run};
static const struct op_kind op_masking_grad = {.name = "masking_grad", .run = run_grad};

static struct step step_of(struct planner *p, id call, const struct op_kind *op)
{
    const struct shape *out = planner_shape(p, call);
    const struct masking settings = {(real)args_number(planner_layer(p, call)->args, "value")};
    return (struct step){.op = op,
                         .settings = planner_settings(p, &settings, sizeof settings),
                         .rows = out->size[0],
                         .cols = shape_count(out) / out->size[0]};
}

static void forward(struct planner *p, id call)
{
    struct step s = step_of(p, call, &op_masking);
    s.x[0] = planner_input(p, call, 0);
    s.x[1] = planner_mask(p, call);
    s.y[0] = planner_output(p, call);
    s.y[1] = planner_output_mask(p, call);
    planner_emit(p, call, &s);
}

static void backward(struct planner *p, id call)
{
    struct step s = step_of(p, call, &op_masking_grad);
    s.x[0] = planner_output_grad(p, call);
    s.x[1] = planner_output_mask(p, call);
    s.y[0] = planner_input_grad(p, call, 0, &s.add[0]);
    if (s.y[0] != NO_OPERAND)
        planner_emit(p, call, &s);
}

static bool makes_mask(const struct args *self)
{
    (void)self;
    return true;
}

static const struct arg_spec args[] = {
    ARG("value", POSITIONAL, ARG_NUMBER, .standard = "0", .min = -1e30, .max = 1e30,
        .line = "a step all of whose numbers are this is masked"),
    ACTIVITY_SLOT,
    CALL_CLAUSES,
};

const struct layer_kind layer_masking = {
    .entry =
        {.name = "masking",
         .args = args,
         .arg_count = sizeof args / sizeof *args,
         .summary = "masks the steps that are padding",
         .source = "Keras Masking",
         .details =
             "For sequences of different lengths, filled up with a number that no step "
             "consists of. A step, which is all that stands behind the first axis of a sample, "
             "is masked where all of its numbers are the value; its output is 0. The mask goes on "
             "through layers that work step by step (dense, activation, dropout, layernorm, "
             "batchnorm, slice, timedistributed) up to the first one that takes the steps in; one "
             "that "
             "would count masked steps, as flatten, is an error. add, multiply, average and "
             "maximum have a step where one of their inputs has it, concat where all have "
             "it. Activity penalties, losses over steps, accuracy and names in expressions "
             "are of unmasked steps alone: reduce=mean divides by those, batch by samples "
             "as ever, and a row of penalties says how many steps were masked.",
         .example = "data random 20 shape=4x2 target=4\ninput 4x2\nmasking 0\n"
                    "dense 1 tanh activity=l1(0.1) as h\nstep 1\npenalties\n"},
    .makes_mask = makes_mask,
    .shape = shape,
    .forward = forward,
    .backward = backward,
};
