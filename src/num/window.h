/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows that go over images: [h][w][channels] numbers each, one image after the other. A window
 * has size_h x size_w taps and stands at out_h x out_w places; a tap that lies outside the image
 * reads 0, and what goes there is lost. Steps along one axis are images with h = 1. */
#ifndef NNR_NUM_WINDOW_H
#define NNR_NUM_WINDOW_H

#include "num/real.h"

#include <stdbool.h>
#include <stddef.h>

struct window {
    size_t h, w, channels;
    size_t size_h, size_w;
    size_t stride_h, stride_w;     /* from place to place */
    size_t dilation_h, dilation_w; /* from tap to tap */
    size_t top, left;              /* how far the first place begins outside */
    size_t out_h, out_w;
};

/* Some neighbouring channels of all. */
struct channels {
    size_t from, count;
};

/* What the window sees at `rows` places, beginning with place `first` of all images:
 * to[rows][size_h][size_w][c.count]. */
void window_lower(const struct window *w, struct channels c, const real *image, size_t first,
                  size_t rows, real *to);
/* The other way round: each number of from[] is added to where the window sees it. */
void window_raise(const struct window *w, struct channels c, const real *from, size_t first,
                  size_t rows, real *image);

/* Of each place and channel the largest number, y[images][out_h][out_w][channels]. */
void window_max(const struct window *w, size_t images, const real *x, real *y);
/* dy goes to the first tap that is the largest, row by row; dx is added to. */
void window_max_grad(const struct window *w, size_t images, const real *x, const real *y,
                     const real *dy, real *dx);
/* y (+)= the sum of the taps inside the image, or their mean. */
void window_sum(const struct window *w, size_t images, bool mean, const real *x, real *y, bool add);
/* Each number of y, with `mean` divided by how many taps are inside, is added to all of them. */
void window_spread(const struct window *w, size_t images, bool mean, const real *y, real *x);

/* Of one image, each channel by itself with `units` filters of its own: k[size_h][size_w] and
 * y[out_h][out_w] have channels * units numbers at each tap and place. y (+)= the sum over taps of
 * k times what the window sees; x += k times y where the window sees it; k += what it sees times y,
 * summed up in room[], as large as k, first. */
void window_apart(const struct window *w, size_t units, const real *x, const real *k, real *y,
                  bool add);
void window_apart_back(const struct window *w, size_t units, const real *y, const real *k, real *x);
void window_apart_grad(const struct window *w, size_t units, const real *x, const real *y,
                       real *room, real *k);

#endif
