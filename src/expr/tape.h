/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What expressions and formulas are computed with: a flat tape of operations, each behind its
 * operands. An expression's leaves are the names in it, and its shapes are known when the tape is
 * made; a formula's are x and its parameters, and its shapes are known when it is computed.
 *
 * A step that flows through the one that takes it in, place by place, is `full`. Full steps hold
 * one tile of values only. They are computed in sweeps over the tiles: the full steps that a
 * reduction, another step that is held, or the end of the formula takes in, up to leaves and held
 * values, are one sweep, computed tile by tile as they are taken in, and once more as a gradient
 * goes back. The other steps are held whole: results of reductions, and operands that are broadcast
 * to a larger shape. */
#ifndef NNR_EXPR_TAPE_H
#define NNR_EXPR_TAPE_H

#include "expr/names.h"
#include "expr/ops.h"
#include "expr/tile.h"

enum tape_kind {
    TAPE_LEAF,
    TAPE_NUMBER,
    TAPE_PARAMETER,
    TAPE_ELEMENTS,
    TAPE_REDUCTION,
    TAPE_TRANSPOSE
};

struct tape_step {
    enum tape_kind kind;
    const struct operation *op;
    uint32_t operand[OPERANDS], operands; /* numbers of earlier steps */
    bool full;
    uint32_t taker; /* the step whose sweep takes it in, or the number of steps */
    uint32_t sweep; /* the first operation that it takes in itself; 0: none */
    uint32_t next;  /* the next operation that its taker takes in; 0: none. Of an expression's leaf:
                     * one more than the leaf before; 0: none */
    bool along;     /* reduces one axis, not all */
    int axis;       /* that one; negative: from the end */
    double number;
    size_t parameter; /* of a TAPE_PARAMETER; of a leaf of several tensors, which of them it is */
    /* Of an expression. */
    const struct node *name; /* of a leaf: its path, in the tree */
    struct dims dims;
    bool batch; /* axis 0 counts samples */
    /* Of what has a gradient: x, or the tensors of an expression, are what it is taken by. */
    bool wants[OPERANDS]; /* a gradient flows to that operand: it depends on one, with a slope */
    bool moves;           /* depends on one */
    bool reached;         /* a gradient flows here */
    /* Of a formula. */
    bool single;          /* a single number, whatever the shape of x */
    uint32_t first, last; /* the axes of size 1: bit i is the i-th from the first, from the last */
};

struct tape {
    struct tape_step *step;
    size_t steps, room;
    uint32_t sweep;  /* the first operation that the end takes in; 0: none */
    uint32_t leaves; /* of an expression: one more than the last leaf; 0: none */
    bool has_x;      /* x stands in it: of a formula */
};

/* What the names in a tree may be: those of `names`, or x and the parameters if it is NULL. */
struct tape_names {
    const struct names *names;
    bool slopes; /* with `names`: a gradient by their tensors will be asked for */
    const char *const *parameter;
    size_t parameters;
};

/* Compiles a tree into an empty tape: 0, or -1 and *e. The last step is the result. Of a formula
 * the first step is x. What has been made is released by tape_finish in both cases. */
int tape_compile(struct tape *t, const struct node *n, const struct tape_names *names,
                 struct err *e);
void tape_finish(struct tape *t);

struct workspace {
    const struct tape *tape;
    struct spot *spot;       /* one a step */
    const struct stop *stop; /* when it asks, loops end early and what they made means nothing */
};

static inline bool needs_more(const struct tape_step *s)
{
    return s->kind == TAPE_REDUCTION && (s->op->reduction->mean || s->op->reduction->centred ||
                                         (s->reached && s->op->reduction->chooses));
}

/* Brings *x, the shape of what a reduction takes in, to that of its result; returns how many
 * elements become one. */
size_t dims_reduce(const struct tape_step *s, struct dims *x);

#endif
