/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random penalties as text: every kind, every reduction, formulas of one's own. */
#ifndef NNR_TESTS_RANDOM_PENALTY_H
#define NNR_TESTS_RANDOM_PENALTY_H

#include "base/rng.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { OWN_MOST = 3 };

/* Where random choices come from, and the text that they add up to. */
struct chooser {
    uint64_t key, next;
    struct str text;
    unsigned own[OWN_MOST]; /* rows of own_formula that the text defines as p0, p1 ... */
    unsigned owns;
};

static inline unsigned pick(struct chooser *r, unsigned n)
{
    return (unsigned)(rng_uniform(r->key, r->next++) * n);
}

static inline bool chance(struct chooser *r, double share)
{
    return rng_uniform(r->key, r->next++) < share;
}

/* Formulas that have a slope nearly everywhere. */
static const struct own_formula {
    const char *parameters, *text;
    bool parameter; /* there is one */
    bool second;    /* wants axis 1 */
} own_formula[] = {
    {"", "sum(abs(x))^2 / (sum(x^2) + 0.1)", false, false},
    {", p=0.3", "abs(x - p)", true, false},
    {"", "norm(x, axis=0)", false, false},
    {", k=0.5, reduce=mean", "k*sqrt(var(x, axis=-1) + 0.01)", true, false},
    {", t=0.2", "where(x > t, (x - t)^2, 0.5*(t - x))", true, false},
    {"", "max(x, axis=0)", false, false},
    {", reduce=sum", "log(sum(exp(x), axis=-1))", false, false},
    {", p=0.1, q=2", "(p + x^2) / (q + sum(abs(x), axis=0))", true, false},
    {", reduce=sum", "mean(x, axis=1)^2", false, true},
    {", top=1, reduce=mean", "max(0, top - x*tau)", true, false},
    {"", "-0.3*min(x, axis=1)", false, true},
    {"", "0.2*fraction(x > 0.43) + mean(x)^2", false, false},
    {", p=0.2", "x*min(x, p)/(1 + max(x^2))", true, false},
};
enum { OWN_FORMULAS = sizeof own_formula / sizeof *own_formula };

/* The definitions that a model begins with. */
static inline void add_definitions(struct chooser *r)
{
    str_add(&r->text, "let tau = 0.7\n");
    r->owns = pick(r, OWN_MOST + 1);
    for (unsigned i = 0; i < r->owns; i++) {
        r->own[i] = pick(r, OWN_FORMULAS);
        str_addf(&r->text, "define penalty p%u(x%s) = %s\n", i, own_formula[r->own[i]].parameters,
                 own_formula[r->own[i]].text);
    }
}

static inline const char *some_strength(struct chooser *r)
{
    static const char *const strength[] = {"0", "0.1", "0.25", "0.5", "1"};
    return strength[pick(r, 5)];
}

/* What a penalty is for. */
struct slot_use {
    bool activity;
    bool matrix; /* there is an axis 1 */
    bool unit;   /* all numbers are from 0 to 1 */
    bool time;   /* the samples have two axes at least */
    bool inside; /* of a layer with a kernel and an activation without corners */
};

/* One of the definitions that fits; false: there is none. */
static inline bool add_own(struct chooser *r, struct slot_use use)
{
    static const char *const parameter[] = {"", ", 0.4", ", 0.15"};
    const unsigned i = r->owns ? pick(r, r->owns) : 0;
    if (!r->owns || (own_formula[r->own[i]].second && !use.matrix))
        return false;
    str_addf(&r->text, "p%u(%s%s", i, some_strength(r),
             parameter[own_formula[r->own[i]].parameter ? pick(r, 3) : 0]);
    return true;
}

/* Groups of an activity, or of a kernel. */
static inline void add_group_lasso(struct chooser *r, struct slot_use use)
{
    str_addf(&r->text, "group_lasso(%s", some_strength(r));
    if (!use.activity)
        str_addf(&r->text, "%s%s", chance(r, 0.5) ? ", by=input" : "",
                 chance(r, 0.5) ? ", prox=yes" : "");
}

/* l1 or l1l2, on weights at times proximal. */
static inline void add_powers(struct chooser *r, struct slot_use use, bool both)
{
    str_addf(&r->text, "%s(%s", both ? "l1l2" : "l1", some_strength(r));
    if (both)
        str_addf(&r->text, ", %s", some_strength(r));
    if (!use.activity && chance(r, 0.3))
        str_add(&r->text, ", prox=yes");
}

/* One of the catalogue that fits, up to its bracket. */
static inline void add_listed(struct chooser *r, struct slot_use use)
{
    static const char *const of_activity[] = {"ar(%s",         "hoyer(%s",
                                              "decov(%s",      "tv(%s, axis=-1",
                                              "orthogonal(%s", "orthogonal(%s, by=input",
                                              "tv(%s",         "tar(%s"};
    static const char *const of_matrix[] = {"hoyer(%s",
                                            "decov(%s",
                                            "tv(%s",
                                            "tv(%s, axis=0",
                                            "orthogonal(%s",
                                            "spectral(%s",
                                            "soft_orthogonal(%s",
                                            "orthogonal(%s, by=input",
                                            "l2sp(%s"};
    static const char *const of_vector[] = {"hoyer(%s", "tv(%s, axis=0", "tv(%s, axis=-1",
                                            "l2sp(%s"};
    static const char *const of_shares[] = {"entropy(%s", "confidence(%s"};
    const char *form = use.activity && use.unit && chance(r, 0.4) ? of_shares[pick(r, 2)]
                       : use.activity ? of_activity[pick(r, use.time ? 8 : 6)]
                       : use.matrix   ? of_matrix[pick(r, 9)]
                                      : of_vector[pick(r, 4)];
    const char *at = strchr(form, '%');
    str_bytes(&r->text, form, (size_t)(at - form));
    str_addf(&r->text, "%s%s", some_strength(r), at + 2);
}

static inline void add_term(struct chooser *r, struct slot_use use)
{
    static const char *const reduce[] = {"", ", reduce=batch", ", reduce=sum", ", reduce=mean"};
    const unsigned kind = pick(r, 6);
    if (chance(r, 0.4))
        add_listed(r, use);
    else if (use.unit && chance(r, 0.5))
        str_addf(&r->text, "kl(%s%s", some_strength(r), chance(r, 0.5) ? ", p=0.2" : "");
    else if (use.inside && chance(r, 0.3))
        str_addf(&r->text, "contractive(%s", some_strength(r));
    else if (kind > 2 && add_own(r, use))
        ;
    else if (use.matrix && chance(r, 0.15))
        add_group_lasso(r, use);
    else if (kind % 3 == 1)
        str_addf(&r->text, "l2(%s", some_strength(r));
    else
        add_powers(r, use, kind % 3 == 2);
    str_addf(&r->text, "%s)", use.activity ? reduce[pick(r, 4)] : "");
}

/* A sum of one or two terms. */
static inline void add_sum(struct chooser *r, struct slot_use use)
{
    const unsigned terms = 1 + pick(r, 3) / 2;
    for (unsigned i = 0; i < terms; i++) {
        str_add(&r->text, i ? "+" : "");
        add_term(r, use);
    }
}

#endif
