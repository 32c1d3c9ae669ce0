/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/conv.h"

#include "nn/op_activation.h"

#include <string.h>

static size_t filters_of(const struct args *self)
{
    return (size_t)args_whole(self, "filters");
}

static size_t groups_of(const struct args *self, struct conv_form c)
{
    return c.transposed ? 1 : (size_t)args_whole(self, "groups");
}

static int find_window(const struct args *self, struct conv_form c, const struct shape *in,
                       struct window *w, struct err *e)
{
    return c.transposed ? window_under(self, c.axes, in, filters_of(self), w, e)
                        : window_over(self, c.axes, in, w, e);
}

static int check_groups(const struct args *self, struct conv_form c, size_t channels, struct err *e)
{
    const size_t groups = groups_of(self, c), filters = filters_of(self);
    if (channels % groups == 0 && filters % groups == 0)
        return 0;
    err_at(e, args_get(self, "groups")->where, "groups=%zu does not divide the %zu %s", groups,
           channels % groups ? channels : filters,
           channels % groups ? "channels that come in" : "filters");
    return err_hint(e, "each group has equally many channels, and equally many filters");
}

static int check_kernel(const struct args *self, const struct window *w, size_t others,
                        struct err *e)
{
    const double count =
        (double)w->size_h * (double)w->size_w * (double)w->channels * (double)others;
    if (count <= SHAPE_NUMBERS_MOST)
        return 0;
    err_at(e, args_get(self, "size")->where, "%s would have a kernel of %.0f numbers",
           self->entry->name, count);
    return err_hint(e, "at most %d have room in one tensor", SHAPE_NUMBERS_MOST);
}

int conv_shape(const struct args *self, struct conv_form c, const struct shape *in,
               struct shape *out, struct err *e)
{
    struct window w;
    if (find_window(self, c, in, &w, e))
        return -1;
    const size_t filters = filters_of(self), channels = shape_last(in);
    if (check_groups(self, c, channels, e) ||
        check_kernel(self, &w, c.transposed ? channels : filters, e))
        return -1;
    const size_t size[] = {c.transposed ? w.h : w.out_h, c.transposed ? w.w : w.out_w};
    return window_shape(self, c.axes, size, filters, out, e);
}

size_t conv_weights(const struct args *self, struct conv_form c, const struct shape *in,
                    struct weight_spec *w)
{
    const uint32_t filters = (uint32_t)filters_of(self);
    const uint32_t channels = shape_last(in) / (uint32_t)groups_of(self, c);
    struct shape kernel = {.axes = c.axes + 2};
    size_t size[2] = {1, 1};
    struct err ignored;
    window_sizes(self, "size", c.axes, size, &ignored);
    kernel.size[0] = (uint32_t)size[0];
    kernel.size[c.axes - 1] = (uint32_t)size[1];
    kernel.size[c.axes] = c.transposed ? filters : channels;
    kernel.size[c.axes + 1] = c.transposed ? channels : filters;
    w[0] = (struct weight_spec){.name = "kernel",
                                .shape = kernel,
                                .init = "kernel_init",
                                .constraint = "kernel_constraint",
                                .decay = "kernel_decay"};
    w[1] = (struct weight_spec){.name = "bias",
                                .shape = shape_of(filters),
                                .init = "bias_init",
                                .constraint = "bias_constraint",
                                .decay = "bias_decay"};
    return args_yes(self, "use_bias") ? 2 : 1;
}

static const char *bias_name(const struct planner *p, id call)
{
    return args_yes(planner_layer(p, call)->args, "use_bias") ? "bias" : NULL;
}

static struct window_use use_of(const struct planner *p, id call, struct conv_form c)
{
    const struct layer *l = planner_layer(p, call);
    const struct shape *places =
        c.transposed ? planner_input_shape(p, call, 0) : planner_shape(p, call);
    struct window_use u = {.groups = groups_of(l->args, c), .units = shape_last(places)};
    struct err ignored;
    find_window(l->args, c, &l->in, &u.window, &ignored);
    u.places = shape_count(places) / u.units;
    return u;
}

void conv_forward(struct planner *p, id call, struct conv_form c)
{
    const struct window_use u = use_of(p, call, c);
    const uint32_t x = planner_input(p, call, 0), kernel = planner_weight(p, call, "kernel");
    (c.transposed ? planner_raised : planner_lowered)(p, call, &u, x, kernel,
                                                      planner_output(p, call), false);
    planner_bias_act(p, call, bias_name(p, call));
}

void conv_backward(struct planner *p, id call, struct conv_form c)
{
    const struct window_use u = use_of(p, call, c);
    planner_bias_act_grad(p, call, bias_name(p, call));
    const uint32_t dy = planner_output_grad(p, call), x = planner_input(p, call, 0);
    bool add = false;
    const uint32_t dkernel = planner_weight_grad(p, call, "kernel", &add);
    planner_lowered_grad(p, call, &u, c.transposed ? dy : x, c.transposed ? x : dy, dkernel, add);
    add = false;
    const uint32_t dx = planner_input_grad(p, call, 0, &add);
    (c.transposed ? planner_lowered : planner_raised)(p, call, &u, dy,
                                                      planner_weight(p, call, "kernel"), dx, add);
}
