/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What layers that go over images with a window share: its arguments, and the struct window
 * (num/window.h) that they mean on an input. Along one axis an image is steps x channels and has
 * height 1, along two it is height x width x channels. Private to nn. */
#ifndef NNR_NN_WINDOWS_H
#define NNR_NN_WINDOWS_H

#include "nn/layer.h"
#include "nn/planner.h"
#include "num/window.h"

extern const struct table image_paddings; /* valid, same */
extern const struct table steps_paddings; /* and causal */

#define STRIDES(usual_or_null, what)                                                               \
    {                                                                                              \
        .name = "strides", .form = KEY, .type = ARG_SHAPE, .standard = usual_or_null, .line = what \
    }
#define PADDING(table, what)                                                                       \
    {                                                                                              \
        .name = "padding", .form = KEY, .type = ARG_CHOICE, .of = &(table), .standard = "valid",   \
        .line = what                                                                               \
    }

/* Whether a sample has that many axes besides its channels. */
int window_check_input(const struct args *self, unsigned axes, const struct shape *in,
                       struct err *e);
/* Two sizes that an argument says, down and across: 3 is 3x3; along one axis 1x3. */
int window_sizes(const struct args *self, const char *name, unsigned axes, size_t to[2],
                 struct err *e);
/* The window of a layer's size, strides, padding and dilation over an image of in's size, and all
 * of its channels. */
int window_over(const struct args *self, unsigned axes, const struct shape *in, struct window *w,
                struct err *e);
/* The same where `in` are the places, and the image, with so many channels, is what comes out. */
int window_under(const struct args *self, unsigned axes, const struct shape *in, size_t channels,
                 struct window *w, struct err *e);
/* [h][w][channels], or [w][channels] along one axis; too large a size is an error. */
int window_shape(const struct args *self, unsigned axes, const size_t size[2], size_t channels,
                 struct shape *out, struct err *e);

#endif
