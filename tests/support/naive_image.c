/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "naive_image.h"

#include <math.h>
#include <string.h>

/* Along an axis: tap k of place p reads number p * stride + k * dilation - before. */
struct line {
    long size, places, taps, stride, dilation, before;
};

struct naive_window {
    struct line line[2];
    long in, out; /* channels */
};

static bool has(const struct layer *l, const char *name)
{
    for (size_t i = 0; i < l->args->entry->arg_count; i++)
        if (strcmp(l->args->entry->args[i].name, name) == 0)
            return true;
    return false;
}

/* The size along axis i of n that an argument says. */
static long size_along(const struct layer *l, const char *name, uint32_t i, uint32_t n, long usual)
{
    const struct shape *s = has(l, name) ? &args_get(l->args, name)->as.shape : NULL;
    return !s || !s->axes ? usual : (long)s->size[s->axes == n ? i : 0];
}

/* What padding means, by what comes out (TensorFlow's documentation of padding). */
static void pad(struct line *a, const char *padding, bool transposed)
{
    const long reach = (a->taps - 1) * a->dilation + 1;
    const bool same = strcmp(padding, "same") == 0;
    if (transposed)
        a->size = a->places * a->stride + (same || reach < a->stride ? 0 : reach - a->stride);
    else if (strcmp(padding, "valid") == 0)
        a->places = (a->size - reach) / a->stride + 1;
    else
        a->places = (a->size - 1) / a->stride + 1;
    const long total = (a->places - 1) * a->stride + reach - a->size;
    a->before = strcmp(padding, "causal") == 0 ? reach - 1 : same && total > 0 ? total / 2 : 0;
}

static struct naive_window window_of(const struct layer *l, bool transposed)
{
    const uint32_t n = l->in.axes - 1;
    const char *padding = args_get(l->args, "padding")->as.choice->name;
    struct naive_window w = {.line = {{1, 1, 1, 1, 1, 0}}, .in = (long)shape_last(&l->in)};
    w.out = has(l, "filters") ? args_whole(l->args, "filters") : w.in;
    for (uint32_t i = 0; i < n; i++) {
        struct line *a = &w.line[2 - n + i];
        a->size = a->places = (long)l->in.size[i];
        a->taps = size_along(l, "size", i, n, 0);
        a->stride = size_along(l, "strides", i, n, a->taps);
        a->dilation = size_along(l, "dilation", i, n, 1);
        pad(a, padding, transposed);
    }
    return w;
}

static long number_at(const struct line *a, long place, long tap)
{
    const long at = place * a->stride + tap * a->dilation - a->before;
    return at < 0 || at >= a->size ? -1 : at;
}

/* Goes over each place, tap and pixel inside, from the first on. */
struct visit {
    long p[2], k[2], at[2];
};

static bool next_visit(const struct naive_window *w, struct visit *v)
{
    for (;;) {
        int i = 3;
        long *const digit[] = {&v->p[0], &v->p[1], &v->k[0], &v->k[1]};
        const long most[] = {w->line[0].places, w->line[1].places, w->line[0].taps,
                             w->line[1].taps};
        while (i >= 0 && ++*digit[i] == most[i])
            *digit[i--] = 0;
        if (i < 0)
            return false;
        for (i = 0; i < 2; i++)
            v->at[i] = number_at(&w->line[i], v->p[i], v->k[i]);
        if (v->at[0] >= 0 && v->at[1] >= 0)
            return true;
    }
}

static struct visit before_all(void)
{
    return (struct visit){.k = {0, -1}};
}

static void convolve(const struct layer *l, const double *kernel, const double *bias,
                     const double *x, double *y)
{
    const struct naive_window w = window_of(l, false);
    const long groups = args_whole(l->args, "groups"), in = w.in / groups, out = w.out / groups;
    const long wide = w.line[1].places;
    for (long i = 0; i < w.line[0].places * wide * w.out; i++)
        y[i] = bias ? bias[i % w.out] : 0;
    for (struct visit v = before_all(); next_visit(&w, &v);)
        for (long f = 0; f < w.out; f++)
            for (long c = 0; c < in; c++)
                y[(v.p[0] * wide + v.p[1]) * w.out + f] +=
                    kernel[((v.k[0] * w.line[1].taps + v.k[1]) * in + c) * w.out + f] *
                    x[(v.at[0] * w.line[1].size + v.at[1]) * w.in + f / out * in + c];
}

static void spread(const struct layer *l, const double *kernel, const double *bias, const double *x,
                   double *y)
{
    const struct naive_window w = window_of(l, true);
    for (long i = 0; i < w.line[0].size * w.line[1].size * w.out; i++)
        y[i] = bias ? bias[i % w.out] : 0;
    for (struct visit v = before_all(); next_visit(&w, &v);)
        for (long f = 0; f < w.out; f++)
            for (long c = 0; c < w.in; c++)
                y[(v.at[0] * w.line[1].size + v.at[1]) * w.out + f] +=
                    kernel[((v.k[0] * w.line[1].taps + v.k[1]) * w.out + f) * w.in + c] *
                    x[(v.p[0] * w.line[1].places + v.p[1]) * w.in + c];
}

static void pool(const struct layer *l, const double *x, double *y)
{
    const struct naive_window w = window_of(l, false);
    const bool largest = strncmp(l->kind->entry.name, "max", 3) == 0;
    const long wide = w.line[1].places;
    for (long i = 0; i < w.line[0].places * wide * w.in; i++) {
        const struct visit here = {.p = {i / w.in / wide, i / w.in % wide}};
        struct visit v = before_all();
        double sum = 0, count = 0, most = (double)-INFINITY;
        while (next_visit(&w, &v)) {
            if (v.p[0] != here.p[0] || v.p[1] != here.p[1])
                continue;
            const double number = x[(v.at[0] * w.line[1].size + v.at[1]) * w.in + i % w.in];
            sum += number;
            count++;
            most = fmax(most, number);
        }
        y[i] = largest ? most : sum / count;
    }
}

static void global_pool(const struct layer *l, const double *x, double *y)
{
    const size_t channels = shape_last(&l->in), places = shape_count(&l->in) / channels;
    const bool largest = strstr(l->kind->entry.name, "max") != NULL;
    for (size_t c = 0; c < channels; c++) {
        y[c] = largest ? x[c] : x[c] / (double)places;
        for (size_t i = 1; i < places; i++)
            y[c] = largest ? fmax(y[c], x[i * channels + c])
                           : y[c] + x[i * channels + c] / (double)places;
    }
}

static void upsample(const struct layer *l, const double *x, double *y)
{
    const uint32_t n = l->in.axes - 1;
    const long h = n > 1 ? (long)l->in.size[0] : 1, w = (long)l->in.size[n - 1];
    const long down = n > 1 ? size_along(l, "size", 0, n, 1) : 1;
    const long across = size_along(l, "size", n - 1, n, 1), c = (long)shape_last(&l->in);
    for (long i = 0; i < h * down; i++)
        for (long j = 0; j < w * across; j++)
            memcpy(y + (i * w * across + j) * c, x + (i / down * w + j / across) * c,
                   (size_t)c * sizeof *y);
}

/* Number i of the output has these places along its axes. */
static void permute(const struct layer *l, const double *x, double *y)
{
    const struct shape *dims = &args_get(l->args, "dims")->as.shape;
    for (size_t i = 0; i < shape_count(&l->in); i++) {
        size_t place[SHAPE_MOST] = {0}, rest = i, at = 0;
        for (uint32_t k = l->in.axes; k-- > 0;) {
            const uint32_t axis = dims->size[k] - 1;
            place[axis] = rest % l->in.size[axis];
            rest /= l->in.size[axis];
        }
        for (uint32_t k = 0; k < l->in.axes; k++)
            at = at * l->in.size[k] + place[k];
        y[i] = x[at];
    }
}

static void repeat(const struct layer *l, const double *x, double *y)
{
    const size_t n = shape_count(&l->in);
    for (long k = 0; k < args_whole(l->args, "n"); k++)
        memcpy(y + (size_t)k * n, x, n * sizeof *y);
}

static const struct {
    const char *kind;
    void (*run)(const struct layer *l, const double *x, double *y);
} moves[] = {{"max_pool1d", pool},
             {"max_pool2d", pool},
             {"avg_pool1d", pool},
             {"avg_pool2d", pool},
             {"global_max_pool", global_pool},
             {"global_avg_pool", global_pool},
             {"upsample", upsample},
             {"permute", permute},
             {"repeat_vector", repeat}};

bool naive_image(const struct layer *l, const double *kernel, const double *bias, const double *x,
                 double *y, size_t count)
{
    const char *kind = l->kind->entry.name;
    const bool conv = strncmp(kind, "conv", 4) == 0 && strcmp(kind, "concat") != 0;
    struct shape out;
    struct err ignored;
    size_t i = 0;
    while (i < sizeof moves / sizeof *moves && strcmp(kind, moves[i].kind) != 0)
        i++;
    if (!conv && i == sizeof moves / sizeof *moves)
        return false;
    l->kind->shape(l->args, &l->in, &out, &ignored);
    const size_t each = shape_count(&out);
    for (size_t at = 0; at < count; at += each, x += shape_count(&l->in), y += each)
        if (!conv)
            moves[i].run(l, x, y);
        else if (strcmp(kind, "conv2d_transpose") == 0)
            spread(l, kernel, bias, x, y);
        else
            convolve(l, kernel, bias, x, y);
    return true;
}
