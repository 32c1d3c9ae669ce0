/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random layers as text, each with the shape that comes out of it, worked out here. */
#ifndef NNR_TESTS_RANDOM_LAYER_H
#define NNR_TESTS_RANDOM_LAYER_H

#include "random_image.h"
#include "random_recurrent.h"

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
    const unsigned kind = pick(&m->r, 23);
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
    } else if (kind > 20 && add_recurrent(m, w)) {
        return;
    } else if (kind > 16 && add_image(m, w)) {
        return;
    } else if (kind < 14 && small) {
        add_concat(m, w);
    } else {
        add_join(m, w);
    }
}

#endif
