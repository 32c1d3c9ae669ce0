/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random terms over several tensors as text: outputs of the calls at the top, and kernels anywhere.
 */
#ifndef NNR_TESTS_RANDOM_TERM_H
#define NNR_TESTS_RANDOM_TERM_H

#include "random_model.h"

/* A single number of one tensor @, with a slope nearly everywhere. */
static const char *const single_figures[] = {
    "mean(@^2)",
    "sum(abs(@))/(1 + sum(@^2))",
    "var(@)",
    "norm(@ + 0.3)",
    "mean(sin(@)*max(@, axis=-1))",
    "mean((@ - mean(@, axis=0))^2)",
    "mean(where(@ > 0.13, @, 0.4*@))",
    "mean(transpose(@)^2 * transpose(cos(@)))",
    "max(norm(@, axis=0) + 0.01*mean(@))",
    "log(1 + sum((@*tau)^2))^2/10 + mean(sqrt(transpose(sum(@^2, axis=0)) + 0.1))",
    "sum(exp(-@^2))/batch",
};
/* The same of two tensors @ and # of one shape. */
static const char *const double_figures[] = {
    "mean((@ - #)^2)",
    "mean(@*#)",
    "norm(@ - 0.5*mean(#, axis=0) + 0.2)",
    "mean(transpose(@)*transpose(abs(# + 0.07)))",
    "sum(max(@, # - 0.03))/batch",
};
#define FIGURES_OF(list) ((unsigned)(sizeof(list) / sizeof *(list)))

static inline void add_figure(struct chooser *r, const char *text, const char *one,
                              const char *other)
{
    for (; *text; text++)
        if (*text == '@' || *text == '#')
            str_add(&r->text, *text == '@' ? one : other);
        else
            str_bytes(&r->text, text, 1);
}

/* The path of an output, or, where there is one, of a kernel; *shape: of a sample. */
static inline void pick_tensor(struct random_model *m, char path[120], const struct shape **shape)
{
    const struct scope *top = &m->scope[0];
    *shape = NULL;
    for (unsigned tries = 0; m->slots && tries < 6 && chance(&m->r, 0.6); tries++) {
        const char *slot = m->slot[pick(&m->r, m->slots)].path, *dot = strrchr(slot, '.');
        if (strcmp(dot, ".kernel") != 0)
            continue;
        snprintf(path, 120, "%s", slot);
        return;
    }
    const struct made *t = &top->tensor[pick(&m->r, top->tensors)];
    snprintf(path, 120, "%s.output", t->name);
    *shape = &t->shape;
}

/* Another output of that shape; else the same one. */
static inline void pick_like(struct random_model *m, const struct shape *shape, char path[120])
{
    const struct scope *top = &m->scope[0];
    for (unsigned tries = 0; shape && tries < 8; tries++) {
        const struct made *t = &top->tensor[pick(&m->r, top->tensors)];
        if (!shape_same(&t->shape, shape))
            continue;
        snprintf(path, 120, "%s.output", t->name);
        return;
    }
}

static inline void add_part(struct random_model *m)
{
    char one[120], other[120];
    const struct shape *shape;
    pick_tensor(m, one, &shape);
    snprintf(other, sizeof other, "%s", one);
    if (chance(&m->r, 0.5)) {
        add_figure(&m->r, single_figures[pick(&m->r, FIGURES_OF(single_figures))], one, one);
        return;
    }
    pick_like(m, shape, other);
    add_figure(&m->r, double_figures[pick(&m->r, FIGURES_OF(double_figures))], one, other);
}

/* Up to two terms, of one or two parts that are multiplied or added. */
static inline void add_joint_terms(struct random_model *m)
{
    static const char *const between[] = {" + ", " * ", " - 0.2*"};
    const unsigned terms = pick(&m->r, 5) / 2;
    for (unsigned i = 0; i < terms; i++) {
        const unsigned parts = 1 + pick(&m->r, 2);
        str_addf(&m->r.text, "term joint%u = %s * (", i, some_strength(&m->r));
        for (unsigned k = 0; k < parts; k++) {
            str_add(&m->r.text, k ? between[pick(&m->r, 3)] : "");
            add_part(m);
        }
        str_add(&m->r.text, ")\n");
    }
}

#endif
