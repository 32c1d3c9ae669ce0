/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random layers as text, each with the shape that comes out of it, worked out here. */
#ifndef NNR_TESTS_RANDOM_LAYER_H
#define NNR_TESTS_RANDOM_LAYER_H

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
    const bool leaks = strcmp(f, "leaky_relu") == 0 || strcmp(f, "elu") == 0;
    str_addf(&m->r.text, "%s%s", f, leaks && chance(&m->r, 0.5) ? "(0.3)" : "");
    w->made.unit =
        strcmp(f, "sigmoid") == 0 || (strcmp(f, "softmax") == 0 && shape_last(&w->made.out) > 1);
    w->made.size = w->made.unit || strcmp(f, "tanh") == 0 || strcmp(f, "softmax") == 0
                       ? 1
                       : fmax(1.1 * w->made.size, 1.8);
    return is_smooth(f);
}

static inline void add_dense(struct random_model *m, struct writing *w)
{
    const uint32_t in = shape_last(&w->made.in);
    const double most = fmin(0.9, 2.4 / in);
    const size_t rows = shape_count(&w->sc->tensor[w->on[0]].shape) / in;
    const unsigned units = 1 + pick(&m->r, rows > 6 ? 2 : 4);
    const bool positive = chance(&m->r, 0.2), bias = chance(&m->r, 0.75);
    static const char *const constraint[] = {"max_norm(1)",   "non_neg",
                                             "unit_norm",     "min_max_norm(0.5, 1.5)",
                                             "spectral_norm", "max_norm(1.5, 0, 1)"};
    w->made.out.size[w->made.out.axes - 1] = units;
    w->made.size = w->made.size * (positive ? most / 2 * in : 1) + 0.3;
    str_addf(&m->r.text, "dense %u ", units);
    const bool smooth = add_activation(m, w, false);
    if (positive)
        str_addf(&m->r.text, " kernel_init=uniform(0.05, %.3f)", most);
    else
        str_addf(&m->r.text, " kernel_init=uniform(-%.3f, %.3f)", 1.2 / sqrt(in), 1.2 / sqrt(in));
    str_add(&m->r.text, bias ? " bias_init=uniform(-0.5, 0.5)" : " use_bias=no");
    if (chance(&m->r, 0.1))
        str_addf(&m->r.text, " kernel_constraint=%s", constraint[pick(&m->r, 6)]);
    if (chance(&m->r, 0.1)) {
        str_add(&m->r.text, " kernel_dropout=0.3");
        w->made.size /= 0.7;
    }
    add_trainable(m, w);
    add_slot(m, w, "kernel", (struct slot_use){.matrix = true, .unit = positive}, 0.3);
    if (bias)
        add_slot(m, w, "bias", (struct slot_use){0}, 0.25);
    add_activity(m, w, smooth);
}

/* A large epsilon: columns that hardly differ would be blown up beyond what can be compared. */
static inline void add_norm(struct random_model *m, struct writing *w)
{
    const bool batch = chance(&m->r, 0.6), scale = chance(&m->r, 0.7), center = chance(&m->r, 0.7);
    str_addf(&m->r.text, "%s epsilon=0.1%s%s", batch ? "batchnorm" : "layernorm",
             scale ? " gamma_init=uniform(0.2, 0.9)" : " scale=no",
             center ? " beta_init=uniform(-0.5, 0.5)" : " center=no");
    if (batch)
        str_add(&m->r.text, " moving_mean_init=uniform(-0.5, 0.5) "
                            "moving_variance_init=uniform(0.5, 1.5)");
    w->made.unit = false;
    w->made.size = fmax(2.5, w->made.size + 0.5);
    if (scale || center)
        add_trainable(m, w);
    if (scale)
        add_slot(m, w, "gamma", (struct slot_use){.unit = true}, 0.3);
    if (center)
        add_slot(m, w, "beta", (struct slot_use){0}, 0.3);
    add_activity(m, w, false);
}

static inline void add_view(struct random_model *m, struct writing *w, unsigned kind)
{
    const size_t count = shape_count(&w->made.in);
    size_t rows = 1 + pick(&m->r, (unsigned)count);
    while (count % rows)
        rows--;
    if (kind == 0) {
        str_add(&m->r.text, "activity_regularization ");
        add_sum(&m->r, (struct slot_use){.activity = true, .matrix = true, .unit = w->made.unit});
        settable_add(m->slot, &m->slots, w->sc, w->made.name, "activity",
                     (struct slot_use){.activity = true, .matrix = true, .unit = w->made.unit});
        return;
    }
    if (kind == 1) {
        str_add(&m->r.text, "flatten");
        w->made.out = shape_of((uint32_t)count);
    } else {
        str_addf(&m->r.text, "reshape %zux%zu", rows, count / rows);
        w->made.out = (struct shape){2, {(uint32_t)rows, (uint32_t)(count / rows)}};
    }
    add_activity(m, w, false);
}

static inline void add_noise(struct random_model *m, struct writing *w)
{
    static const char *const noise[] = {"dropout 0.4", "alpha_dropout 0.4", "gaussian_noise 0.2",
                                        "gaussian_dropout 0.1", "spatial_dropout 0.4"};
    const unsigned kind = pick(&m->r, w->made.in.axes > 1 ? 5 : 4);
    str_add(&m->r.text, noise[kind]);
    w->made.size = kind == 2 ? w->made.size + 0.5 : w->made.size / 0.5 + (kind == 1 ? 1.8 : 0);
    w->made.unit = false;
    add_activity(m, w, false);
}

/* Up to two more tensors that differ from the first at most along `axis`, if there is such. */
static inline void find_more(struct random_model *m, struct writing *w, const uint32_t *axis)
{
    const struct scope *sc = w->sc;
    const unsigned want = 2 + pick(&m->r, 3) / 2;
    for (unsigned tries = 0; w->n < want; tries++) {
        const unsigned i = tries < 6 ? pick(&m->r, sc->tensors) : w->on[0];
        struct shape other = sc->tensor[i].shape;
        if (axis && other.axes == sc->tensor[w->on[0]].shape.axes)
            other.size[*axis] = sc->tensor[w->on[0]].shape.size[*axis];
        if (shape_same(&other, &sc->tensor[w->on[0]].shape) && sc->tensor[i].size <= size_most)
            w->on[w->n++] = i;
    }
}

static inline void add_join(struct random_model *m, struct writing *w)
{
    static const char *const joins[] = {"add", "multiply", "average", "maximum"};
    const double size = w->made.size;
    find_more(m, w, NULL);
    /* A cube of what is large would be too large to be squashed. */
    const unsigned kind = size > 1 && w->n > 2 ? 2 * pick(&m->r, 2) : pick(&m->r, 4);
    str_add(&m->r.text, joins[kind]);
    w->made.unit = kind > 0;
    w->made.size = kind == 1 ? 1 : 0;
    for (unsigned i = 0; i < w->n; i++) {
        const struct made *t = &w->sc->tensor[w->on[i]];
        w->made.unit = w->made.unit && t->unit;
        w->made.size = kind == 0   ? w->made.size + t->size
                       : kind == 1 ? w->made.size * fmax(1, t->size)
                                   : fmax(w->made.size, t->size);
    }
    add_activity(m, w, false);
}

static inline void add_concat(struct random_model *m, struct writing *w)
{
    const uint32_t axis = pick(&m->r, w->made.in.axes), last = w->made.in.axes - 1;
    const uint32_t whole = w->folds + axis;
    find_more(m, w, &whole);
    str_add(&m->r.text, "concat");
    if (axis != last || chance(&m->r, 0.3))
        str_addf(&m->r.text, " axis=%d",
                 chance(&m->r, 0.5) ? (int)axis + 1 : (int)axis - (int)w->made.in.axes);
    for (unsigned i = 0; i < w->n; i++) {
        const struct made *t = &w->sc->tensor[w->on[i]];
        w->made.out.size[axis] += i ? t->shape.size[w->folds + axis] : 0;
        w->made.unit = w->made.unit && t->unit;
        w->made.size = fmax(w->made.size, t->size);
    }
    add_activity(m, w, false);
}

static inline void write_layer(struct random_model *m, struct writing *w)
{
    const struct made *t = &w->sc->tensor[w->on[0]];
    const unsigned kind = pick(&m->r, 17);
    const bool small = shape_count(&t->shape) <= NUMBERS / 3;
    if (t->size > size_most || kind == 0) {
        str_add(&m->r.text, "activation ");
        add_activation(m, w, t->size > size_most);
        add_activity(m, w, false);
    } else if (kind < 6) {
        add_dense(m, w);
    } else if (kind < 8) {
        add_norm(m, w);
    } else if (kind < 11) {
        add_view(m, w, w->made.in.axes > 1 || t->shape.axes < FOLDS_MOST ? kind - 8 : kind % 2);
    } else if (kind < 12) {
        add_noise(m, w);
    } else if (kind < 14 && small) {
        add_concat(m, w);
    } else {
        add_join(m, w);
    }
}

#endif
