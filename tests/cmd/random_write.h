/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What random layers are written with. */
#ifndef NNR_TESTS_RANDOM_WRITE_H
#define NNR_TESTS_RANDOM_WRITE_H

#include "random_penalty.h"
#include "smooth.h"

#include "base/shape.h"
#include "nn/activation.h"

#include <math.h>

enum {
    DEEPEST = 3,
    MADE_MOST = 48,
    SETTABLE_MOST = 160,
    CALLS_MOST = 36,
    BODY_CALLS = 8,
    NUMBERS = 24, /* in a sample of a tensor */
    FOLDS_MOST = SHAPE_MOST / 2
};

/* Tensors may be about this large before they are squashed: then rounding hides no slope. */
static const double size_most = 3;

struct made {
    char name[12];
    struct shape shape;
    bool unit, source, used;
    double size;
};

/* A layer, a block or a wrapper. */
struct thing {
    char name[12];
    struct shape in, out; /* of a row, behind its own time axes */
    uint32_t folds;
    uint32_t peak;        /* axes that tensors inside have beyond those of `in` */
    unsigned calls;       /* of layers that are no blocks, in one call of it */
    bool unit_in, unit;   /* what it takes and gives is from 0 to 1 */
    double size_in, size; /* and about as large as this */
    bool waits;           /* defined, not called yet */
    unsigned first;       /* the tensor that it was made for */
};

/* The model, or a body: what its statements may name. */
struct scope {
    struct scope *outer;
    unsigned depth, named, calls;
    uint32_t folds; /* time axes around it at its first call */
    uint32_t peak;  /* the most axes inside */
    char path[60];  /* "t3." before its layers' names in `set` */
    struct made tensor[MADE_MOST];
    struct thing thing[MADE_MOST];
    unsigned tensors, things;
};

struct settable {
    char path[96];
    struct slot_use use;
};

struct random_model {
    struct chooser r;
    struct scope scope[DEEPEST + 1];
    struct settable slot[SETTABLE_MOST], freezable[SETTABLE_MOST];
    unsigned slots, freezables;
};

static inline void line_begin(struct random_model *m, const struct scope *sc, uint32_t folds)
{
    str_addf(&m->r.text, "%*s", (int)sc->depth * 4, "");
    for (uint32_t i = 0; i < folds; i++)
        str_add(&m->r.text, "timedistributed ");
}

/* Without `on` now and then, where the newest is meant. */
static inline void line_end(struct random_model *m, struct scope *sc, const unsigned *on,
                            unsigned n, const char *name)
{
    const bool newest = n == 1 && on[0] == sc->tensors - 1 && chance(&m->r, 0.5);
    for (unsigned i = 0; !newest && i < n; i++)
        str_addf(&m->r.text, "%s%s", i ? ", " : " on ", sc->tensor[on[i]].name);
    for (unsigned i = 0; i < n; i++)
        sc->tensor[on[i]].used = true;
    str_addf(&m->r.text, " as %s\n", name);
}

static inline void name_new(struct scope *sc, char name[12])
{
    snprintf(name, 12, "%c%u", "tuvw"[sc->depth], ++sc->named);
}

static inline struct shape row_of(const struct shape *s, uint32_t folds)
{
    struct shape row = {.axes = s->axes - folds};
    memcpy(row.size, s->size + folds, row.axes * sizeof *row.size);
    return row;
}

static inline struct shape folded(const struct shape *of, uint32_t folds, const struct shape *row)
{
    struct shape s = {.axes = folds + row->axes};
    memcpy(s.size, of->size, folds * sizeof *s.size);
    memcpy(s.size + folds, row->size, row->axes * sizeof *s.size);
    return s;
}

static inline void tensor_add(struct scope *sc, const char *name, struct shape shape, bool unit,
                              double size)
{
    struct made *t = &sc->tensor[sc->tensors++];
    *t = (struct made){.shape = shape, .unit = unit, .size = size};
    snprintf(t->name, sizeof t->name, "%s", name);
}

static inline void settable_add(struct settable *to, unsigned *count, const struct scope *sc,
                                const char *name, const char *key, struct slot_use use)
{
    if (*count == SETTABLE_MOST)
        return;
    to[*count].use = use;
    snprintf(to[(*count)++].path, sizeof to->path, "%s%s.%s", sc->path, name, key);
}

/* A layer that is being written: what it is called on, and what is known of it. */
struct writing {
    struct scope *sc;
    unsigned on[3], n;
    uint32_t folds;
    struct thing made;
};

static inline void add_slot(struct random_model *m, struct writing *w, const char *slot,
                            struct slot_use use, double share)
{
    settable_add(m->slot, &m->slots, w->sc, w->made.name, slot, use);
    if (!chance(&m->r, share))
        return;
    str_addf(&m->r.text, " %s=", slot);
    add_sum(&m->r, use);
}

static inline void add_activity(struct random_model *m, struct writing *w, bool inside)
{
    add_slot(m, w, "activity",
             (struct slot_use){true, true, w->made.unit, w->made.out.axes + w->folds > 1, inside},
             0.4);
}

static inline void add_trainable(struct random_model *m, struct writing *w)
{
    str_add(&m->r.text, chance(&m->r, 0.15) ? " trainable=no" : "");
    settable_add(m->freezable, &m->freezables, w->sc, w->made.name, "trainable",
                 (struct slot_use){0});
}

/* A slope of 0 would make units exactly 0, where a cosine jumps. */
static inline const char *some_activation(struct random_model *m)
{
    const char *f = smooth_activation(pick(&m->r, (unsigned)activation_kinds.rows));
    return f && strcmp(f, "prelu") != 0 ? f : "prelu(alpha_init=uniform(0.1, 0.4))";
}

static inline bool is_smooth(const char *f)
{
    static const char *const smooth[] = {"linear", "gelu", "sigmoid", "tanh", "softplus", "swish"};
    for (size_t i = 0; i < sizeof smooth / sizeof *smooth; i++)
        if (strcmp(f, smooth[i]) == 0)
            return true;
    return false;
}

/* Whether it has no corners is the result. */
static inline bool add_activation(struct random_model *m, struct writing *w, bool squash)
{
    static const char *const squashing[] = {"tanh", "sigmoid"};
    const char *f = squash ? squashing[pick(&m->r, 2)] : some_activation(m);
    const bool takes =
        strcmp(f, "leaky_relu") == 0 || strcmp(f, "elu") == 0 || strcmp(f, "hard_sigmoid") == 0;
    str_addf(&m->r.text, "%s%s", f, takes && chance(&m->r, 0.5) ? "(0.3)" : "");
    w->made.unit =
        strcmp(f, "sigmoid") == 0 || (strcmp(f, "softmax") == 0 && shape_last(&w->made.out) > 1);
    w->made.size = w->made.unit || strcmp(f, "tanh") == 0 || strcmp(f, "softmax") == 0
                       ? 1
                       : fmax(1.1 * w->made.size, 1.8);
    return is_smooth(f);
}

#endif
