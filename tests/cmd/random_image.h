/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random convolutions, pools and what moves numbers, for random_layer.h. */
#ifndef NNR_TESTS_RANDOM_IMAGE_H
#define NNR_TESTS_RANDOM_IMAGE_H

#include "random_write.h"

/* Along one axis, as Keras counts places. */
struct random_window {
    unsigned taps, stride, dilation;
    bool same;
};

static inline uint32_t places_of(const struct random_window *a, uint32_t size)
{
    const uint32_t reach = (a->taps - 1) * a->dilation + 1;
    if (a->same)
        return (size + a->stride - 1) / a->stride;
    return reach > size ? 0 : (size - reach) / a->stride + 1;
}

/* A window that fits; written behind the verb as SIZE, and its keys into `keys`. */
static inline struct random_window some_window(struct random_model *m, const struct writing *w,
                                               bool pools, char keys[80])
{
    const uint32_t axes = w->made.in.axes - 1;
    uint32_t least = w->made.in.size[0];
    struct random_window a = {.same = chance(&m->r, 0.4), .dilation = 1};
    for (uint32_t i = 1; i < axes; i++)
        least = least < w->made.in.size[i] ? least : w->made.in.size[i];
    a.taps = 1 + pick(&m->r, a.same ? 3 : least < 3 ? least : 3);
    a.stride = pools ? a.taps : 1 + pick(&m->r, 4) / 3;
    if (!pools && a.stride == 1 && (a.taps - 1) * 2 < least && chance(&m->r, 0.3))
        a.dilation = 2;
    if (pools && chance(&m->r, 0.4))
        a.stride = 1;
    snprintf(keys, 80, "%s%s%s", a.same ? " padding=same" : "",
             a.stride == 2 && !pools ? " strides=2" : "", a.dilation == 2 ? " dilation=2" : "");
    if (pools && a.stride != a.taps)
        strcat(keys, " strides=1");
    return a;
}

/* Kernels as small as those of dense: sums stay about as large as what goes in. */
static inline void add_conv_weights(struct random_model *m, struct writing *w, unsigned inputs)
{
    const bool bias = chance(&m->r, 0.75);
    str_addf(&m->r.text, " kernel_init=uniform(-%.3f, %.3f)", 1.2 / sqrt(inputs),
             1.2 / sqrt(inputs));
    str_add(&m->r.text, bias ? " bias_init=uniform(-0.5, 0.5)" : " use_bias=no");
    if (chance(&m->r, 0.1))
        str_add(&m->r.text, w->made.in.axes > 2 ? " kernel_constraint=max_norm(0.8, 0, 1, 2)"
                                                : " kernel_constraint=unit_norm(1)");
    add_trainable(m, w);
    add_slot(m, w, "kernel", (struct slot_use){.matrix = true}, 0.3);
    if (bias)
        add_slot(m, w, "bias", (struct slot_use){0}, 0.25);
    add_activity(m, w, false);
}

static inline void add_conv(struct random_model *m, struct writing *w)
{
    const uint32_t axes = w->made.in.axes - 1, channels = shape_last(&w->made.in);
    const unsigned groups = channels == 2 && chance(&m->r, 0.3) ? 2 : 1;
    const unsigned filters = groups * (1 + pick(&m->r, 2));
    const bool causal = axes == 1 && chance(&m->r, 0.3);
    char keys[80];
    struct random_window a = some_window(m, w, false, keys);
    if (causal)
        a.same = true;
    for (uint32_t i = 0; i < axes; i++)
        w->made.out.size[i] = places_of(&a, w->made.in.size[i]);
    w->made.out.size[axes] = filters;
    w->made.size = w->made.size + 0.3;
    str_addf(&m->r.text, "conv%ud %u %u ", axes, filters, a.taps);
    add_activation(m, w, false);
    if (causal)
        str_addf(&m->r.text, " padding=causal%s", strstr(keys, "same") ? keys + 13 : keys);
    else
        str_add(&m->r.text, keys);
    if (groups > 1)
        str_add(&m->r.text, " groups=2");
    add_conv_weights(m, w, channels / groups * (axes > 1 ? a.taps * a.taps : a.taps));
}

static inline void add_transposed(struct random_model *m, struct writing *w)
{
    const unsigned taps = 1 + pick(&m->r, 2), stride = 1 + pick(&m->r, 3) / 2;
    const bool same = chance(&m->r, 0.5);
    for (uint32_t i = 0; i < 2; i++)
        w->made.out.size[i] =
            w->made.in.size[i] * stride + (same || taps < stride ? 0 : taps - stride);
    w->made.out.size[2] = 1;
    w->made.size = w->made.size * 1.2 + 0.3;
    str_addf(&m->r.text, "conv2d_transpose 1 %u ", taps);
    add_activation(m, w, false);
    str_addf(&m->r.text, "%s%s", same ? " padding=same" : "", stride > 1 ? " strides=2" : "");
    add_conv_weights(m, w, taps * taps * shape_last(&w->made.in));
}

static inline void add_pool(struct random_model *m, struct writing *w)
{
    const uint32_t axes = w->made.in.axes - 1;
    const bool largest = chance(&m->r, 0.5);
    char keys[80];
    if (chance(&m->r, 0.3)) {
        str_add(&m->r.text, largest ? "global_max_pool" : "global_avg_pool");
        w->made.out = shape_of(shape_last(&w->made.in));
    } else {
        const struct random_window a = some_window(m, w, true, keys);
        for (uint32_t i = 0; i < axes; i++)
            w->made.out.size[i] = places_of(&a, w->made.in.size[i]);
        str_addf(&m->r.text, "%s_pool%ud %u%s", largest ? "max" : "avg", axes, a.taps, keys);
    }
    add_activity(m, w, false);
}

static inline void add_moved(struct random_model *m, struct writing *w)
{
    const struct shape in = w->made.in;
    const uint32_t turn = pick(&m->r, in.axes);
    if (in.axes == 1) {
        str_add(&m->r.text, "repeat_vector 2");
        w->made.out = (struct shape){2, {2, in.size[0]}};
    } else if (chance(&m->r, 0.5)) {
        str_add(&m->r.text, "permute ");
        for (uint32_t k = 0; k < in.axes; k++) {
            const uint32_t axis = (k + turn) % in.axes;
            str_addf(&m->r.text, "%s%u", k ? "x" : "", axis + 1);
            w->made.out.size[k] = in.size[axis];
        }
    } else {
        str_add(&m->r.text, in.axes == 2 ? "upsample 2" : "upsample 1x2");
        w->made.out.size[in.axes - 2] *= 2;
    }
    add_activity(m, w, false);
}

/* False: what is there is too large, or has no axes for it. */
static inline bool add_image(struct random_model *m, struct writing *w)
{
    const struct made *t = &w->sc->tensor[w->on[0]];
    const uint32_t axes = w->made.in.axes;
    const bool small = shape_count(&t->shape) <= NUMBERS / 2;
    const unsigned kind = pick(&m->r, 6);
    if (axes > 3 || (axes == 1 && (!small || t->shape.axes >= FOLDS_MOST)))
        return false;
    if (axes == 1 || (kind == 0 && small))
        add_moved(m, w);
    else if (kind < 3)
        add_pool(m, w);
    else if (kind == 3 && axes == 3 && shape_count(&t->shape) <= NUMBERS / 4)
        add_transposed(m, w);
    else if (small)
        add_conv(m, w);
    else
        add_pool(m, w);
    return true;
}

#endif
