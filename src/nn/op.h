/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An op is what a step of a plan does: one row, beside the layer or the family that uses it. A step
 * is an op, the arrays that it works on, and the op's own settings. The compiler knows ops by their
 * role alone. */
#ifndef NNR_NN_OP_H
#define NNR_NN_OP_H

#include "nn/graph.h"

struct frame;
struct step;

/* What a pass over an output may join (nn/fuse.c). All but ROLE_OTHER bind the op to a form:
 *
 *                 forward                         backward
 * ROLE_BIAS       y0 += x0, row by row            y0 (+)= column sums of x0
 * ROLE_ACTIVATION y0 = f(y0); y1, if used, = z    y0 *= f', from the output x0 and z x1
 * ROLE_PENALTY    a row's sums of x0              y0 (+)= its gradient at x0
 *
 * and their settings are a struct pass. ROLE_PRODUCT is a product of matrices: it begins what a
 * pass goes over, and joins nothing. */
enum op_role { ROLE_OTHER, ROLE_PRODUCT, ROLE_BIAS, ROLE_ACTIVATION, ROLE_PENALTY };

struct op_kind {
    const char *name;
    void (*run)(const struct step *s, const struct frame *f);
    /* Floating-point operations for one sample; NULL: so few that they do not count. */
    double (*flops)(const struct step *s);
    bool couples_samples; /* a sample's result needs the others of its batch */
    enum op_role role;
};

enum { OPERANDS_READ = 6, OPERANDS_WRITTEN = 5, NO_OPERAND = 0 };

/* Operands are numbers of arrays (struct plan), NO_OPERAND where one is not used. */
struct step {
    const struct op_kind *op;
    const void *settings; /* the op's own, in the plan's memory; may be NULL */
    id call;              /* that it belongs to, or NOTHING */
    uint32_t x[OPERANDS_READ], y[OPERANDS_WRITTEN];
    bool add[OPERANDS_WRITTEN]; /* y[i] is added to */
    const uint32_t *more;       /* operands that are read, of an op with any number of them */
    uint32_t mores;
    size_t rows, cols; /* that it goes over; so many rows for each sample */
};

struct pass {
    struct activation_use activation;
    const uint32_t *row; /* rows of the ledger, in plan->applied; of ROLE_PENALTY one */
    uint32_t rows;
    bool has; /* backward: y0 holds a gradient already */
};
extern const struct op_kind op_copy, op_bias, op_activation, op_bias_grad, op_activation_grad;
/* What fusing makes: bias, activation and penalties' sums in one pass; and penalties' gradients,
 * that of the activation and column sums. */
extern const struct op_kind op_bias_act, op_bias_act_grad;
extern const struct op_kind op_penalty, op_penalty_grad, op_zero;
/* The value of a joint term, and its gradient by one of its tensors; neither is joined. */
extern const struct op_kind op_joint, op_joint_grad;

#endif
