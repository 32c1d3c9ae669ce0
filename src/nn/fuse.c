/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fusing pass: bias, activation and elementwise penalties of one output become one pass over
 * it, forward and backward. What a plan computes is the same with and without. */
#include "nn/plan.h"

#include <string.h>

static bool has_powers(const struct plan *p, const struct step *s)
{
    const struct applied *a = &p->applied[p->member[s->first_member]];
    return penalty_kind_of(p->graph->term[a->term].args)->powers != NULL;
}

/* Appends a step's rows behind those of the pass that takes it in. */
static int take_members(struct plan *p, struct step *into, const struct step *s)
{
    if (!into->members)
        into->first_member = (uint32_t)p->members;
    for (uint32_t i = 0; i < s->members; i++) {
        if (mem_room(&p->member, &p->member_room, p->members + 1, sizeof *p->member))
            return -1;
        p->member[p->members++] = p->member[s->first_member + i];
        into->members++;
    }
    return 0;
}

/* The steps from s on that one forward pass over s's output can do; how many are taken is the
 * result, 1 if there is nothing to join, 0 without memory. */
static size_t join_forward(struct plan *p, const struct step *s, size_t left, struct step *to)
{
    *to = s[0];
    if (s->kind != STEP_BIAS && s->kind != STEP_ACTIVATE)
        return 1;
    size_t n = 1;
    if (s->kind == STEP_BIAS && n < left && s[n].kind == STEP_ACTIVATE && s[n].y[0] == s->y[0]) {
        to->activation = s[n].activation;
        to->y[1] = s[n].y[1];
        n++;
    }
    for (; n < left && s[n].kind == STEP_GATHER && s[n].x[0] == s->y[0] && has_powers(p, &s[n]);
         n++) {
        if (take_members(p, to, &s[n]))
            return 0;
        /* All of them read the same two sums. */
        p->applied[p->member[s[n].first_member]].sums =
            p->applied[p->member[to->first_member]].sums;
    }
    if (n > 1) {
        to->kind = STEP_EPILOGUE;
        to->run = step_runner(STEP_EPILOGUE);
    }
    return n;
}

static size_t count_adjoints(const struct plan *p, const struct step *s, size_t left)
{
    size_t n = 0;
    while (n < left && s[n].kind == STEP_ADJOINT && s[n].y[0] == s->y[0] && s[n].x[0] == s->x[0] &&
           has_powers(p, &s[n]))
        n++;
    return n;
}

/* ADJOINT... [DEACTIVATE] [COLUMNS] of one output; at least DEACTIVATE or COLUMNS, as they know its
 * rows and columns. */
static size_t join_backward(struct plan *p, const struct step *s, size_t left, struct step *to)
{
    *to = s[0];
    const size_t adjoints = count_adjoints(p, s, left);
    size_t n = adjoints;
    const uint32_t d = s->y[0];
    const struct step *deactivate = NULL, *columns = NULL;
    if (n < left && s[n].kind == STEP_DEACTIVATE && s[n].y[0] == d)
        deactivate = &s[n++];
    if (n && n < left && s[n].kind == STEP_COLUMNS && s[n].x[0] == d)
        columns = &s[n++];
    if (n < 2 || (!deactivate && !columns))
        return 1;
    *to = deactivate ? *deactivate : *columns;
    to->kind = STEP_PROLOGUE;
    to->run = step_runner(STEP_PROLOGUE);
    to->x[0] = adjoints ? s->x[0] : deactivate->x[0];
    to->x[1] = deactivate ? deactivate->x[1] : NO_PLACE;
    to->y[0] = d;
    to->y[1] = columns ? columns->y[0] : NO_PLACE;
    to->add[0] = false;
    to->add[1] = columns && columns->add[0];
    to->has = adjoints ? s->add[0] : true;
    for (size_t i = 0; i < adjoints; i++)
        if (take_members(p, to, &s[i]))
            return 0;
    return n;
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
