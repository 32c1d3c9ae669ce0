/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "num/window.h"

#include "num/clones.h"

#include <string.h>

/* Taps first..last - 1 of a row of taps lie inside; the first of all stands at `at`. */
struct taps {
    ptrdiff_t at;
    size_t first, last;
};

static struct taps taps_at(size_t place, size_t stride, size_t before, size_t dilation, size_t taps,
                           size_t size)
{
    struct taps t = {.at = (ptrdiff_t)(place * stride) - (ptrdiff_t)before, .last = taps};
    if (t.at < 0)
        t.first = ((size_t)-t.at + dilation - 1) / dilation;
    t.first = t.first < taps ? t.first : taps;
    const ptrdiff_t left = (ptrdiff_t)size - t.at;
    if (left <= 0)
        t.last = 0;
    else if (((size_t)left + dilation - 1) / dilation < taps)
        t.last = ((size_t)left + dilation - 1) / dilation;
    t.last = t.last < t.first ? t.first : t.last;
    return t;
}

static struct taps rows_at(const struct window *w, size_t y)
{
    return taps_at(y, w->stride_h, w->top, w->dilation_h, w->size_h, w->h);
}

static struct taps columns_at(const struct window *w, size_t x)
{
    return taps_at(x, w->stride_w, w->left, w->dilation_w, w->size_w, w->w);
}

/* A place of all images. */
struct place {
    size_t image, y, x;
};

static struct place place_of(const struct window *w, size_t row)
{
    const size_t places = w->out_h * w->out_w;
    return (struct place){row / places, row % places / w->out_w, row % w->out_w};
}

static void next_place(const struct window *w, struct place *p)
{
    if (++p->x < w->out_w)
        return;
    p->x = 0;
    if (++p->y < w->out_h)
        return;
    p->y = 0;
    p->image++;
}

/* Runs shorter than this are copied faster by a loop than by a call. */
enum { SHORT = 32 };

static inline void copy_run(real *restrict to, const real *restrict from, size_t n)
{
    if (n >= SHORT)
        memcpy(to, from, n * sizeof *to);
    else
        for (size_t i = 0; i < n; i++)
            to[i] = from[i];
}

static inline void clear_run(real *to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = 0;
}

static inline void add_run(real *restrict to, const real *restrict from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] += from[i];
}

/* One row of taps. `line`: the image's row. Neighbouring taps of all channels are one run. */
static inline void lower_taps(const struct window *w, struct channels c, struct taps t,
                              const real *line, real *to)
{
    clear_run(to, t.first * c.count);
    clear_run(to + t.last * c.count, (w->size_w - t.last) * c.count);
    const ptrdiff_t from = t.at + (ptrdiff_t)(t.first * w->dilation_w);
    const real *at = line + from * (ptrdiff_t)w->channels + c.from;
    if (w->dilation_w == 1 && c.count == w->channels) {
        copy_run(to + t.first * c.count, at, (t.last - t.first) * c.count);
        return;
    }
    for (size_t j = t.first; j < t.last; j++, at += w->dilation_w * w->channels)
        copy_run(to + j * c.count, at, c.count);
}

static inline void raise_taps(const struct window *w, struct channels c, struct taps t,
                              const real *from, real *line)
{
    const ptrdiff_t first = t.at + (ptrdiff_t)(t.first * w->dilation_w);
    real *at = line + first * (ptrdiff_t)w->channels + c.from;
    if (w->dilation_w == 1 && c.count == w->channels) {
        add_run(at, from + t.first * c.count, (t.last - t.first) * c.count);
        return;
    }
    for (size_t j = t.first; j < t.last; j++, at += w->dilation_w * w->channels)
        add_run(at, from + j * c.count, c.count);
}

FOR_ALL_LEVELS void window_lower(const struct window *w, struct channels c, const real *image,
                                 size_t first, size_t rows, real *to)
{
    const size_t line = w->w * w->channels, taps = w->size_w * c.count;
    struct place p = place_of(w, first);
    for (size_t r = 0; r < rows; r++, next_place(w, &p)) {
        const struct taps down = rows_at(w, p.y), across = columns_at(w, p.x);
        const real *at = image + p.image * w->h * line;
        for (size_t i = 0; i < w->size_h; i++, to += taps)
            if (i < down.first || i >= down.last)
                clear_run(to, taps);
            else
                lower_taps(w, c, across,
                           at + (down.at + (ptrdiff_t)(i * w->dilation_h)) * (ptrdiff_t)line, to);
    }
}

FOR_ALL_LEVELS void window_raise(const struct window *w, struct channels c, const real *from,
                                 size_t first, size_t rows, real *image)
{
    const size_t line = w->w * w->channels, taps = w->size_w * c.count;
    struct place p = place_of(w, first);
    for (size_t r = 0; r < rows; r++, next_place(w, &p), from += w->size_h * taps) {
        const struct taps down = rows_at(w, p.y), across = columns_at(w, p.x);
        real *at = image + p.image * w->h * line;
        for (size_t i = down.first; i < down.last; i++)
            raise_taps(w, c, across, from + i * taps,
                       at + (down.at + (ptrdiff_t)(i * w->dilation_h)) * (ptrdiff_t)line);
    }
}

/* The number of a tap in an image, channel 0. */
static inline size_t tap_at(const struct window *w, const struct taps *down, size_t i,
                            const struct taps *across, size_t j)
{
    const size_t y = (size_t)(down->at + (ptrdiff_t)(i * w->dilation_h));
    const size_t x = (size_t)(across->at + (ptrdiff_t)(j * w->dilation_w));
    return (y * w->w + x) * w->channels;
}

static inline void take_larger(size_t n, const real *restrict x, real *restrict y)
{
    for (size_t c = 0; c < n; c++)
        y[c] = x[c] > y[c] ? x[c] : y[c];
}

FOR_ALL_LEVELS void window_max(const struct window *w, size_t images, const real *x, real *y)
{
    for (size_t k = 0; k < images; k++, x += w->h * w->w * w->channels)
        for (size_t row = 0; row < w->out_h; row++) {
            const struct taps down = rows_at(w, row);
            for (size_t col = 0; col < w->out_w; col++, y += w->channels) {
                const struct taps across = columns_at(w, col);
                memcpy(y, x + tap_at(w, &down, down.first, &across, across.first),
                       w->channels * sizeof *y);
                for (size_t i = down.first; i < down.last; i++)
                    for (size_t j = across.first; j < across.last; j++)
                        take_larger(w->channels, x + tap_at(w, &down, i, &across, j), y);
            }
        }
}

/* How many channels' gradients are passed on at a time. */
enum { CHANNELS = 64 };

/* What is left of each channel's gradient goes to the taps that are the largest: to the first of
 * them, after which nothing is left. */
static inline void give_largest(size_t n, const real *restrict x, const real *restrict y,
                                real *restrict left, real *restrict dx)
{
    for (size_t c = 0; c < n; c++) {
        const real given = x[c] == y[c] ? left[c] : 0;
        dx[c] += given;
        left[c] -= given;
    }
}

static inline void max_grad_at(const struct window *w, const struct taps *down,
                               const struct taps *across, const real *x, const real *y,
                               const real *dy, real *dx)
{
    real left[CHANNELS];
    for (size_t from = 0; from < w->channels; from += CHANNELS) {
        const size_t n = w->channels - from < CHANNELS ? w->channels - from : CHANNELS;
        memcpy(left, dy + from, n * sizeof *left);
        for (size_t i = down->first; i < down->last; i++)
            for (size_t j = across->first; j < across->last; j++) {
                const size_t at = tap_at(w, down, i, across, j) + from;
                give_largest(n, x + at, y + from, left, dx + at);
            }
    }
}

FOR_ALL_LEVELS void window_max_grad(const struct window *w, size_t images, const real *x,
                                    const real *y, const real *dy, real *dx)
{
    const size_t image = w->h * w->w * w->channels;
    for (size_t k = 0; k < images; k++, x += image, dx += image)
        for (size_t row = 0; row < w->out_h; row++) {
            const struct taps down = rows_at(w, row);
            for (size_t col = 0; col < w->out_w; col++, y += w->channels, dy += w->channels) {
                const struct taps across = columns_at(w, col);
                max_grad_at(w, &down, &across, x, y, dy, dx);
            }
        }
}

static real share_of(bool mean, const struct taps *down, const struct taps *across)
{
    const size_t taps = (down->last - down->first) * (across->last - across->first);
    return mean ? R(1.0) / (real)taps : R(1.0);
}

static inline void add_share(size_t n, real by, const real *restrict from, real *restrict to)
{
    for (size_t c = 0; c < n; c++)
        to[c] += by * from[c];
}

FOR_ALL_LEVELS void window_sum(const struct window *w, size_t images, bool mean, const real *x,
                               real *y, bool add)
{
    for (size_t k = 0; k < images; k++, x += w->h * w->w * w->channels)
        for (size_t row = 0; row < w->out_h; row++) {
            const struct taps down = rows_at(w, row);
            for (size_t col = 0; col < w->out_w; col++, y += w->channels) {
                const struct taps across = columns_at(w, col);
                const real by = share_of(mean, &down, &across);
                if (!add)
                    clear_run(y, w->channels);
                for (size_t i = down.first; i < down.last; i++)
                    for (size_t j = across.first; j < across.last; j++)
                        add_share(w->channels, by, x + tap_at(w, &down, i, &across, j), y);
            }
        }
}

FOR_ALL_LEVELS void window_spread(const struct window *w, size_t images, bool mean, const real *y,
                                  real *x)
{
    for (size_t k = 0; k < images; k++, x += w->h * w->w * w->channels)
        for (size_t row = 0; row < w->out_h; row++) {
            const struct taps down = rows_at(w, row);
            for (size_t col = 0; col < w->out_w; col++, y += w->channels) {
                const struct taps across = columns_at(w, col);
                const real by = share_of(mean, &down, &across);
                for (size_t i = down.first; i < down.last; i++)
                    for (size_t j = across.first; j < across.last; j++)
                        add_share(w->channels, by, y, x + tap_at(w, &down, i, &across, j));
            }
        }
}

/* y += k x, where x has one number for `units` of the others. */
static inline void multiply_each(size_t channels, size_t units, const real *restrict k,
                                 const real *restrict x, real *restrict y)
{
    if (units == 1)
        for (size_t c = 0; c < channels; c++)
            y[c] += k[c] * x[c];
    else
        for (size_t c = 0; c < channels; c++, k += units, y += units)
            for (size_t j = 0; j < units; j++)
                y[j] += k[j] * x[c];
}

/* x += k y, summed over the `units` of each number of x. */
static inline void multiply_back(size_t channels, size_t units, const real *restrict k,
                                 const real *restrict y, real *restrict x)
{
    if (units == 1)
        for (size_t c = 0; c < channels; c++)
            x[c] += k[c] * y[c];
    else
        for (size_t c = 0; c < channels; c++, k += units, y += units)
            for (size_t j = 0; j < units; j++)
                x[c] += k[j] * y[j];
}

FOR_ALL_LEVELS void window_apart(const struct window *w, size_t units, const real *x, const real *k,
                                 real *y, bool add)
{
    const size_t all = w->channels * units;
    for (size_t row = 0; row < w->out_h; row++) {
        const struct taps down = rows_at(w, row);
        for (size_t col = 0; col < w->out_w; col++, y += all) {
            const struct taps across = columns_at(w, col);
            if (!add)
                clear_run(y, all);
            for (size_t i = down.first; i < down.last; i++)
                for (size_t j = across.first; j < across.last; j++)
                    multiply_each(w->channels, units, k + (i * w->size_w + j) * all,
                                  x + tap_at(w, &down, i, &across, j), y);
        }
    }
}

FOR_ALL_LEVELS void window_apart_back(const struct window *w, size_t units, const real *y,
                                      const real *k, real *x)
{
    const size_t all = w->channels * units;
    for (size_t row = 0; row < w->out_h; row++) {
        const struct taps down = rows_at(w, row);
        for (size_t col = 0; col < w->out_w; col++, y += all) {
            const struct taps across = columns_at(w, col);
            for (size_t i = down.first; i < down.last; i++)
                for (size_t j = across.first; j < across.last; j++)
                    multiply_back(w->channels, units, k + (i * w->size_w + j) * all, y,
                                  x + tap_at(w, &down, i, &across, j));
        }
    }
}

FOR_ALL_LEVELS void window_apart_grad(const struct window *w, size_t units, const real *x,
                                      const real *y, real *room, real *k)
{
    const size_t all = w->channels * units, taps = w->size_h * w->size_w;
    clear_run(room, taps * all);
    for (size_t row = 0; row < w->out_h; row++) {
        const struct taps down = rows_at(w, row);
        for (size_t col = 0; col < w->out_w; col++, y += all) {
            const struct taps across = columns_at(w, col);
            for (size_t i = down.first; i < down.last; i++)
                for (size_t j = across.first; j < across.last; j++)
                    multiply_each(w->channels, units, y, x + tap_at(w, &down, i, &across, j),
                                  room + (i * w->size_w + j) * all);
        }
    }
    add_run(k, room, taps * all);
}
