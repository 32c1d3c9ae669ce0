/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fusing pass: bias, activation and elementwise penalties of one output become one pass over
 * it, forward and backward. What a plan computes is the same with and without. */
#include "nn/fuse.h"

#include <string.h>

static const struct pass *pass_of(const struct step *s)
{
    return s->settings;
}

/* Whether the penalty of a step is one of those that a pass can do. */
static bool is_simple(const struct plan *p, const struct step *s)
{
    return s->op->role == ROLE_PENALTY && p->applied[pass_of(s)->row[0]].simple;
}

/* Makes of *to the step of a pass, with the rows of the penalties from s on. */
static int make_pass(struct plan *p, struct step *to, const struct op_kind *op, struct pass pass,
                     const struct step *s, size_t penalties)
{
    struct pass *made = arena_new(&p->arena, 1, sizeof *made);
    uint32_t *row = penalties ? arena_new(&p->arena, penalties, sizeof *row) : NULL;
    if (!made || (penalties && !row))
        return -1;
    for (size_t i = 0; i < penalties; i++)
        row[i] = pass_of(&s[i])->row[0];
    *made = pass;
    made->row = row;
    made->rows = (uint32_t)penalties;
    to->op = op;
    to->settings = made;
    return 0;
}

/* The steps from s on that one forward pass over s's output can do; how many are taken is the
 * result, 1 if there is nothing to join, 0 without memory. */
static size_t join_forward(struct plan *p, const struct step *s, size_t left, struct step *to)
{
    *to = s[0];
    if (s->op->role != ROLE_BIAS && s->op->role != ROLE_ACTIVATION)
        return 1;
    size_t n = 1, penalties = 0;
    struct pass pass = *pass_of(s);
    if (s->op->role == ROLE_BIAS && n < left && s[n].op->role == ROLE_ACTIVATION &&
        s[n].y[0] == s->y[0]) {
        pass = *pass_of(&s[n]);
        to->y[1] = s[n++].y[1];
    }
    while (n + penalties < left && s[n + penalties].x[0] == s->y[0] &&
           is_simple(p, &s[n + penalties]))
        penalties++;
    /* All of them read the same two sums. */
    for (size_t i = 1; i < penalties; i++)
        p->applied[pass_of(&s[n + i])->row[0]].sums = p->applied[pass_of(&s[n])->row[0]].sums;
    if (n + penalties > 1 && make_pass(p, to, &op_bias_act, pass, s + n, penalties))
        return 0;
    return n + penalties;
}

static size_t count_penalties(const struct plan *p, const struct step *s, size_t left)
{
    size_t n = 0;
    while (n < left && s[n].y[0] == s->y[0] && s[n].x[0] == s->x[0] && is_simple(p, &s[n]))
        n++;
    return n;
}

/* Penalties, [activation], [bias] of one output; at least one of the latter, as they know its rows
 * and columns. */
static size_t join_backward(struct plan *p, const struct step *s, size_t left, struct step *to)
{
    *to = s[0];
    const size_t penalties = count_penalties(p, s, left);
    size_t n = penalties;
    const uint32_t d = s->y[0];
    const struct step *activation = NULL, *bias = NULL;
    if (n < left && s[n].op->role == ROLE_ACTIVATION && s[n].y[0] == d)
        activation = &s[n++];
    if (n && n < left && s[n].op->role == ROLE_BIAS && s[n].x[0] == d)
        bias = &s[n++];
    if (n < 2 || (!activation && !bias))
        return 1;
    struct pass pass = {.has = penalties ? s->add[0] : true};
    if (activation)
        pass.activation = pass_of(activation)->activation;
    *to = activation ? *activation : *bias;
    to->x[0] = penalties ? s->x[0] : activation->x[0];
    to->x[1] = activation ? activation->x[1] : NO_OPERAND;
    to->y[0] = d;
    to->y[1] = bias ? bias->y[0] : NO_OPERAND;
    to->add[0] = false;
    to->add[1] = bias && bias->add[0];
    return make_pass(p, to, &op_bias_act_grad, pass, s, penalties) ? 0 : n;
}

static int fuse_list(struct plan *p, struct step *list, size_t *count,
                     size_t (*join)(struct plan *, const struct step *, size_t, struct step *))
{
    size_t kept = 0;
    for (size_t i = 0; i < *count;) {
        struct step joined;
        size_t n = join(p, &list[i], *count - i, &joined);
        if (!n)
            return -1;
        list[kept++] = joined;
        i += n;
    }
    *count = kept;
    return 0;
}

int plan_fuse(struct plan *p)
{
    p->fused = true;
    return fuse_list(p, p->forward, &p->forwards, join_forward) ||
                   fuse_list(p, p->backward, &p->backwards, join_backward)
               ? -1
               : 0;
}
