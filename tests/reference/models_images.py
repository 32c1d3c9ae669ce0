# SPDX-License-Identifier: GPL-3.0-or-later
"""Convolutions and pools: each model is a script and, under it, what it should mean, in PyTorch's
own operations, whose channels stand in front. Padding is written out: that of same after the
documentation of TensorFlow, `padding`."""
import math

import torch
import torch.nn.functional as F

from make_updates import max_norm
from model_case import *

relu, elu = torch.relu, F.elu
front = lambda x: x.permute(0, -1, *range(1, x.dim() - 1))
back = lambda x: x.permute(0, *range(2, x.dim()), 1)


def same(size, taps, stride, dilation=1):
    total = max((math.ceil(size / stride) - 1) * stride + (taps - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def padded(x, taps, strides, dilation, padding, value=0.0):
    """x with its channels in front."""
    around = []
    for axis in reversed(range(len(taps))):
        reach = (taps[axis] - 1) * dilation
        around += {"valid": (0, 0), "causal": (reach, 0),
                   "same": same(x.shape[2 + axis], taps[axis], strides[axis], dilation)}[padding]
    return F.pad(x, around, value=value)


def conv(m, layer, x, strides=None, padding="valid", dilation=1, groups=1):
    kernel = m.weights[layer + ".kernel"]
    taps = kernel.shape[:-2]
    strides = strides or (1,) * len(taps)
    weight = kernel.permute(-1, -2, *range(len(taps)))
    run = F.conv1d if len(taps) == 1 else F.conv2d
    return back(run(padded(front(x), taps, strides, dilation, padding), weight,
                    m.weights.get(layer + ".bias"), strides, 0, dilation, groups))


def conv_transpose(m, layer, x, stride, padding):
    """Of stride^2 pixels for each: all of them, cut to the size that same has."""
    kernel = m.weights[layer + ".kernel"]
    y = F.conv_transpose2d(front(x), kernel.permute(3, 2, 0, 1), None, stride)
    size = [x.shape[1 + k] * stride +
            (max(kernel.shape[k] - stride, 0) if padding == "valid" else 0) for k in range(2)]
    before = [max(kernel.shape[k] - stride, 0) // 2 if padding == "same" else 0 for k in range(2)]
    y = F.pad(y, (0, stride, 0, stride))
    y = y[:, :, before[0]:before[0] + size[0], before[1]:before[1] + size[1]]
    return back(y) + m.weights[layer + ".bias"]


def pool(x, taps, strides, padding, mean):
    if not mean:
        x = padded(front(x), taps, strides, 1, padding, -math.inf)
        return back((F.max_pool1d if len(taps) == 1 else F.max_pool2d)(x, taps, strides))
    run = F.avg_pool1d if len(taps) == 1 else F.avg_pool2d
    count = padded(torch.ones_like(front(x)), taps, strides, 1, padding)
    return back(run(padded(front(x), taps, strides, 1, padding), taps, strides) /
                run(count, taps, strides))


def each_step(x, f):
    y = f(x.flatten(0, 1))
    return y.reshape(*x.shape[:2], *y.shape[1:])


def unit_groups(x):
    flat = x.flatten(0, -2)
    return math.sqrt(flat.shape[0]) * flat.norm(dim=0).sum()


def channel_groups(x):
    flat = x.flatten(0, -3).transpose(0, 1).flatten(1)
    return math.sqrt(flat.shape[1]) * flat.norm(dim=1).sum()


def group_lasso(s, groups):
    return Penalty("group_lasso", lambda x: s * groups(x))


@case("conv2d", reals(1), [SGD, ADAM, RMSPROP, ADAGRAD], """
input 6x5x2 as x
conv2d 3 3x2 tanh strides=2x1 padding=same as c @c:3x2x2x3 kernel=l2(0.1) bias=l1(0.2) activity=l1(0.3)+l2(0.1, reduce=mean)
max_pool2d 2x2 as p activity=l2(0.2)
flatten
dense 1 as o @o:6x1
loss mse
""")
def conv2d(m, x, t):
    m.weight("c.kernel", l2(0.1))
    m.weight("c.bias", l1(0.2))
    y = tanh(conv(m, "c", x, (2, 1), "same"))
    y = m.activity("c", y, l1(0.3), l2(0.1, "mean"))
    y = m.activity("p", pool(y, (2, 2), (2, 2), "valid", False), l2(0.2))
    return mse(m.dense("o", y.flatten(1)), t)


@case("conv2d_groups", reals(4), ["sgd lr=0.1", ADAMW], """
input 5x6x4 as x
conv2d 6 2x3 relu groups=2 as c @c:2x3x2x6 kernel=l1(0.02) activity=l2(0.1)
conv2d 4 2 elu dilation=2 padding=same groups=2 as d @d:2x2x3x4! kernel_constraint=max_norm(0.5, 0, 1, 2)
dense 4 tanh as h @h:4x4
avg_pool2d 3x2 strides=2x3 padding=same as p activity=l1(0.1)
global_avg_pool as g activity=l1(0.3)
loss mse
""", holds={"d.kernel": max_norm(0.5, (0, 1, 2))})
def conv2d_groups(m, x, t):
    m.weight("c.kernel", l1(0.02))
    y = m.activity("c", relu(conv(m, "c", x, groups=2)), l2(0.1))
    y = elu(conv(m, "d", y, padding="same", dilation=2, groups=2))
    y = tanh(m.dense("h", y))
    y = m.activity("p", pool(y, (3, 2), (2, 3), "same", True), l1(0.1))
    return mse(m.activity("g", y.mean((1, 2)), l1(0.3)), t)


@case("conv_apart", reals(2), [SGD, ADAM], """
input 5x4x3 as x
conv2d 3 3x2 tanh strides=2x1 padding=same groups=3 as c @c:3x2x1x3 kernel=l1(0.02) activity=l2(0.1)
conv2d 6 2 elu dilation=2 padding=same groups=3 as d @d:2x2x1x6! activity=l1(0.05)
reshape 12x6
conv1d 6 3 sigmoid padding=causal groups=6 as e @e:3x1x6 kernel=l2(0.1) activity=l2(0.2)
e on e as again
global_avg_pool
dense 2 as o @o:6x2
loss mse
""")
def conv_apart(m, x, t):
    m.weight("c.kernel", l1(0.02))
    m.weight("e.kernel", l2(0.1))
    y = m.activity("c", tanh(conv(m, "c", x, (2, 1), "same", groups=3)), l2(0.1))
    y = m.activity("d", elu(conv(m, "d", y, None, "same", 2, groups=3)), l1(0.05))
    y = y.flatten(1, 2)
    for _ in range(2):
        y = m.activity("e", sigmoid(conv(m, "e", y, None, "causal", groups=6)), l2(0.2))
    return mse(m.dense("o", y.mean(1)), t)


@case("conv1d_shared", reals(1), [SGD, NESTEROV, ADAM], """
input 9x2 as a
input 9x2 as b
conv1d 3 3 tanh padding=causal dilation=2 on a as c @c:3x2x3 kernel=l2(0.1) activity=l1(0.2)
c on b as cb
avg_pool1d 4 strides=3 padding=same on c as p
max_pool1d 3 strides=2 padding=same on cb as q activity=l2(0.3)
global_max_pool on q as g activity=l1(0.1)
flatten on p as f
concat on f, g
dense 1 as o @o:12x1
loss mse
""")
def conv1d_shared(m, a, b, t):
    m.weight("c.kernel", l2(0.1))
    one, two = (m.activity("c", tanh(conv(m, "c", x, None, "causal", 2)), l1(0.2))
                for x in (a, b))
    p = pool(one, (4,), (3,), "same", True)
    q = m.activity("q", pool(two, (3,), (2,), "same", False), l2(0.3))
    g = m.activity("g", q.amax(1), l1(0.1))
    return mse(m.dense("o", cat(p.flatten(1), g)), t)


@case("conv2d_transpose", reals(2), [SGD, ADAM], """
input 3x2x2 as x
conv2d_transpose 3 3x2 tanh strides=2 padding=same as c @c:3x2x3x2^ kernel=l2(0.1) activity=l1(0.2)
conv2d_transpose 2 2x3 tanh strides=3 as d @d:2x3x2x3^ kernel=l1(0.05)
upsample 2x1 as u activity=l2(0.01)
conv2d 2 4x3 tanh strides=2 as e @e:4x3x2x2!
global_avg_pool
loss mse
""")
def conv2d_transpose(m, x, t):
    m.weight("c.kernel", l2(0.1))
    m.weight("d.kernel", l1(0.05))
    y = m.activity("c", tanh(conv_transpose(m, "c", x, 2, "same")), l1(0.2))
    y = tanh(conv_transpose(m, "d", y, 3, "valid"))
    y = m.activity("u", y.repeat_interleave(2, 1), l2(0.01))
    return mse(tanh(conv(m, "e", y, (2, 2))).mean((1, 2)), t)


@case("conv_transpose_wide", reals(2), [SGD], """
input 3x2x2 as x
conv2d_transpose 2 4x5 tanh strides=2 padding=valid as c @c:4x5x2x2^
conv2d_transpose 2 5x4 tanh strides=2 padding=same as d @d:5x4x2x2^ activity=l1(0.1)
global_avg_pool
loss mse
""")
def conv_transpose_wide(m, x, t):
    y = tanh(conv_transpose(m, "c", x, 2, "valid"))
    y = m.activity("d", tanh(conv_transpose(m, "d", y, 2, "same")), l1(0.1))
    return mse(y.mean((1, 2)), t)


@case("conv2d_block", reals(1), [SGD, RMSPROP], """
input 5x5x1 as a
input 5x5x1 as b
block tower {
    conv2d 2 3x3 tanh as low @tower.low:3x3x1x2 kernel=l1(0.05) activity=l2(0.2)
    conv2d 3 1x1 sigmoid as still @tower.still:1x1x2x3 activity=l1(0.1) trainable=no
    conv2d 2 3x3 as high @tower.high:3x3x3x2 kernel=l2(0.1)
    flatten
}
tower on a as ta
tower on b as tb
concat on ta, tb
dense 1 as o @o:4x1
loss mse
""", frozen=["tower.still"])
def conv2d_block(m, a, b, t):
    m.weight("tower.low.kernel", l1(0.05))
    m.weight("tower.high.kernel", l2(0.1))

    def tower(x):
        x = m.activity("tower.low", tanh(conv(m, "tower.low", x)), l2(0.2))
        x = m.activity("tower.still", sigmoid(conv(m, "tower.still", x)), l1(0.1))
        return conv(m, "tower.high", x).flatten(1)

    return mse(m.dense("o", cat(tower(a), tower(b))), t)


@case("conv2d_td", reals(1), [SGD, ADAM], """
input 3x4x5x2 as x
timedistributed conv2d 3 2x3 tanh strides=2 padding=same as c @c:2x3x2x3 kernel=l2(0.1) activity=l1(0.2)+l2(0.1, reduce=mean)
timedistributed max_pool2d 2 strides=1 as p activity=l1(0.1)
timedistributed flatten
permute 2x1 as r activity=l2(0.2)
conv1d 2 2 strides=2 as d @d:2x3x2 activity=l1(0.1)
global_avg_pool
repeat_vector 3 as v activity=l1(0.05)
flatten
dense 1 as o @o:6x1
loss mse
""")
def conv2d_td(m, x, t):
    m.weight("c.kernel", l2(0.1))
    y = tanh(each_step(x, lambda x: conv(m, "c", x, (2, 2), "same")))
    y = m.activity("c", y, l1(0.2), l2(0.1, "mean"))
    y = m.activity("p", each_step(y, lambda y: pool(y, (2, 2), (1, 1), "valid", False)), l1(0.1))
    y = m.activity("r", y.flatten(2).transpose(1, 2), l2(0.2))
    y = m.activity("d", conv(m, "d", y, (2,)), l1(0.1)).mean(1)
    y = m.activity("v", y.unsqueeze(1).repeat(1, 3, 1), l1(0.05))
    return mse(m.dense("o", y.flatten(1)), t)


@case("conv2d_td_block", reals(1), [SGD], """
input 2x4x4x1 as x
block eye {
    conv2d 2 3x3 tanh as c @eye.c:3x3x1x2 kernel=l1(0.1) activity=l2(0.3)
    avg_pool2d 2
    upsample 2
    conv2d_transpose 1 2x2 strides=1 as d @eye.d:2x2x1x2^ activity=l1(0.1)
    flatten
}
timedistributed eye as e
flatten
dense 1 as o @o:18x1
loss mse
""")
def conv2d_td_block(m, x, t):
    m.weight("eye.c.kernel", l1(0.1))
    y = m.activity("eye.c", tanh(each_step(x, lambda x: conv(m, "eye.c", x))), l2(0.3))
    y = each_step(y, lambda y: pool(y, (2, 2), (2, 2), "valid", True))
    y = y.repeat_interleave(2, 2).repeat_interleave(2, 3)
    y = m.activity("eye.d", each_step(y, lambda y: conv_transpose(m, "eye.d", y, 1, "valid")),
                   l1(0.1))
    return mse(m.dense("o", y.flatten(1)), t)


@case("conv_kernels", reals(2), [SGD, ADAM], """
input 4x4x3 as x
conv2d 4 2x2 tanh as a @a:2x2x3x4 kernel=group_lasso(0.05)+spectral(0.1)
conv2d 3 2x2 tanh as b @b:2x2x4x3! kernel=group_lasso(0.04, by=input)+soft_orthogonal(0.2)
flatten
reshape 12x1
conv1d 2 12 as w @w:12x1x2 kernel=l1l2(0.1, 0.2) bias=l2(0.1)
flatten
loss mse
""")
def conv_kernels(m, x, t):
    def largest(k):
        return torch.linalg.eigvalsh(k.flatten(0, -2).T @ k.flatten(0, -2))[-1]

    def off_unit(k):
        k = k.flatten(0, -2)
        return ((k.T @ k - torch.eye(k.shape[1])) ** 2).sum()

    m.weight("a.kernel", group_lasso(0.05, unit_groups),
             Penalty("spectral", lambda k: 0.1 * largest(k)))
    m.weight("b.kernel", group_lasso(0.04, channel_groups),
             Penalty("soft_orthogonal", lambda k: 0.2 * off_unit(k)))
    m.weight("w.kernel", l1l2(0.1, 0.2))
    m.weight("w.bias", l2(0.1))
    y = tanh(conv(m, "b", tanh(conv(m, "a", x))))
    return mse(conv(m, "w", y.flatten(1).unsqueeze(-1)).flatten(1), t)
