/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/windows.h"

#include <string.h>

#define EXAMPLE(word)                                                                              \
    "data random 20 shape=6x2\ninput 6x2\nconv1d 3 2 padding=" word "\nflatten\ndense 1\nstep 1\n"

static const struct entry valid = {
    .name = "valid",
    .summary = "the window stays inside",
    .details = "(size - window) / stride + 1 places, rounded down.",
    .example = EXAMPLE("valid"),
};
static const struct entry same = {
    .name = "same",
    .summary = "as many places as there are strides in the input",
    .details = "size / stride places, rounded up. What lies outside counts as 0, or not at all in "
               "a pool; where it cannot be alike on both sides, there is one more behind.",
    .example = EXAMPLE("same"),
};
static const struct entry causal = {
    .name = "causal",
    .summary = "all zeros stand before the first step: no place sees a later step",
    .details = "size / stride places, rounded up.",
    .source = "van den Oord et al. 2016 (WaveNet)",
    .example = EXAMPLE("causal"),
};
static const struct entry *const rows[] = {&valid, &same, &causal};
const struct table image_paddings = {"padding", rows, 2};
const struct table steps_paddings = {"padding", rows, 3};

static const struct arg *find_argument(const struct args *self, const char *name)
{
    for (size_t i = 0; i < self->entry->arg_count; i++)
        if (strcmp(self->entry->args[i].name, name) == 0)
            return &self->arg[i];
    return NULL;
}

static struct span place_of(const struct args *self, const char *name)
{
    const struct arg *a = find_argument(self, name);
    return a && a->given ? a->where : self->where;
}

int window_check_input(const struct args *self, unsigned axes, const struct shape *in,
                       struct err *e)
{
    char text[80];
    if (in->axes == axes + 1)
        return 0;
    err_at(e, self->where, "%s takes %s, and its input is %s", self->entry->name,
           axes == 1 ? "steps x channels" : "height x width x channels",
           shape_text(in, text, sizeof text));
    if (axes == 1)
        return err_hint(e, "put a reshape in front of it: reshape 64x1 makes 64 steps of one "
                           "channel");
    return err_hint(e, "put a reshape in front of it: reshape 8x8x1 makes 8x8 pixels of one "
                       "channel");
}

int window_sizes(const struct args *self, const char *name, unsigned axes, size_t to[2],
                 struct err *e)
{
    const struct shape *s = &args_get(self, name)->as.shape;
    char text[80];
    to[0] = axes == 1 ? 1 : s->size[0];
    to[1] = s->size[s->axes - 1];
    if (s->axes == 1 || s->axes == axes)
        return 0;
    err_at(e, place_of(self, name), "%s of %s goes along %s, and %s has %u", name,
           self->entry->name, axes == 1 ? "one axis" : "two axes", shape_text(s, text, sizeof text),
           s->axes);
    return err_hint(e,
                    axes == 1 ? "write one size: %s=3"
                              : "write two sizes, or one for both: "
                                "%s=3x3",
                    name);
}

/* One axis of an image, and the window along it. */
struct axis {
    size_t size, taps, stride, dilation;
    size_t places, before; /* come out */
};

static size_t extent_of(const struct axis *a)
{
    return (a->taps - 1) * a->dilation + 1;
}

static bool place_window(struct axis *a, const struct entry *padding)
{
    const size_t extent = extent_of(a);
    a->before = 0;
    if (padding == &valid) {
        a->places = extent <= a->size ? (a->size - extent) / a->stride + 1 : 0;
        return a->places > 0;
    }
    a->places = (a->size + a->stride - 1) / a->stride;
    const size_t reach = (a->places - 1) * a->stride + extent;
    a->before = padding == &causal ? extent - 1 : reach > a->size ? (reach - a->size) / 2 : 0;
    return true;
}

/* The same from the places to the size. */
static void spread_window(struct axis *a, const struct entry *padding)
{
    const size_t extent = extent_of(a), over = extent > a->stride ? extent - a->stride : 0;
    a->size = a->places * a->stride + (padding == &valid ? over : 0);
    a->before = padding == &valid ? 0 : over / 2;
}

static int read_axes(const struct args *self, unsigned axes, struct axis a[2], struct err *e)
{
    size_t size[2], stride[2], dilation[2] = {1, 1};
    const struct arg *strides = find_argument(self, "strides");
    if (window_sizes(self, "size", axes, size, e))
        return -1;
    memcpy(stride, size, sizeof stride);
    if ((strides->given || strides->as.shape.axes > 0) &&
        window_sizes(self, "strides", axes, stride, e))
        return -1;
    if (find_argument(self, "dilation") && window_sizes(self, "dilation", axes, dilation, e))
        return -1;
    for (size_t i = 0; i < 2; i++) {
        a[i].taps = size[i];
        a[i].stride = axes == 1 && i == 0 ? 1 : stride[i];
        a[i].dilation = axes == 1 && i == 0 ? 1 : dilation[i];
    }
    if ((a[0].stride > 1 || a[1].stride > 1) && (a[0].dilation > 1 || a[1].dilation > 1)) {
        err_at(e, place_of(self, "dilation"), "%s has both strides and a dilation above 1",
               self->entry->name);
        return err_hint(e, "leave one of them out");
    }
    return 0;
}

static struct window window_from(const struct axis a[2], size_t channels)
{
    return (struct window){.h = a[0].size,
                           .w = a[1].size,
                           .channels = channels,
                           .size_h = a[0].taps,
                           .size_w = a[1].taps,
                           .stride_h = a[0].stride,
                           .stride_w = a[1].stride,
                           .dilation_h = a[0].dilation,
                           .dilation_w = a[1].dilation,
                           .top = a[0].before,
                           .left = a[1].before,
                           .out_h = a[0].places,
                           .out_w = a[1].places};
}

static int does_not_fit(const struct args *self, unsigned axes, const struct axis a[2],
                        struct err *e)
{
    const char *apart = a[0].dilation > 1 || a[1].dilation > 1 ? ", spread by its dilation," : "";
    if (axes == 1)
        err_at(e, place_of(self, "size"), "a window of %zu steps%s does not fit into %zu",
               extent_of(&a[1]), apart, a[1].size);
    else
        err_at(e, place_of(self, "size"), "a window of %zux%zu%s does not fit into %zux%zu",
               extent_of(&a[0]), extent_of(&a[1]), apart, a[0].size, a[1].size);
    return err_hint(e, "take a smaller one, or padding=same");
}

int window_over(const struct args *self, unsigned axes, const struct shape *in, struct window *w,
                struct err *e)
{
    const struct entry *padding = args_get(self, "padding")->as.choice;
    struct axis a[2];
    if (window_check_input(self, axes, in, e) || read_axes(self, axes, a, e))
        return -1;
    a[0].size = axes == 1 ? 1 : in->size[0];
    a[1].size = in->size[axes - 1];
    const bool down = place_window(&a[0], padding), across = place_window(&a[1], padding);
    if (!down || !across)
        return does_not_fit(self, axes, a, e);
    *w = window_from(a, shape_last(in));
    return 0;
}

int window_under(const struct args *self, unsigned axes, const struct shape *in, size_t channels,
                 struct window *w, struct err *e)
{
    const struct entry *padding = args_get(self, "padding")->as.choice;
    struct axis a[2];
    if (window_check_input(self, axes, in, e) || read_axes(self, axes, a, e))
        return -1;
    a[0].places = axes == 1 ? 1 : in->size[0];
    a[1].places = in->size[axes - 1];
    spread_window(&a[0], padding);
    spread_window(&a[1], padding);
    *w = window_from(a, channels);
    return 0;
}

int window_shape(const struct args *self, unsigned axes, const size_t size[2], size_t channels,
                 struct shape *out, struct err *e)
{
    const size_t most = SHAPE_NUMBERS_MOST;
    if (size[0] > most || size[1] > most || size[0] > most / size[1] ||
        channels > most / (size[0] * size[1])) {
        err_at(e, self->where,
               "%s would put out %zux%zu places of %zu channels, which is too large",
               self->entry->name, size[0], size[1], channels);
        return err_hint(e, "at most %d numbers a sample have room in one", SHAPE_NUMBERS_MOST);
    }
    *out = (struct shape){.axes = axes + 1};
    out->size[0] = (uint32_t)size[0];
    out->size[axes - 1] = (uint32_t)size[1];
    out->size[axes] = (uint32_t)channels;
    return 0;
}
