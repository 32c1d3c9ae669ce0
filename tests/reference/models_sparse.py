# SPDX-License-Identifier: GPL-3.0-or-later
"""Sparse codes and activations with weights of their own. Where a slope is straight-through it is
written out as the paper has it (Rajamanoharan et al. 2024)."""
import torch
import torch.nn.functional as F

from model_case import *


class Jump(torch.autograd.Function):
    """z where it is above theta; by theta -theta / bandwidth near it."""

    @staticmethod
    def forward(ctx, z, theta, bandwidth):
        ctx.save_for_backward(z, theta)
        ctx.bandwidth = bandwidth
        return z * (z > theta)

    @staticmethod
    def backward(ctx, g):
        z, theta = ctx.saved_tensors
        near = ((z - theta).abs() < ctx.bandwidth / 2).double()
        by_theta = (-theta / ctx.bandwidth * near * g).flatten(0, -2).sum(0)
        return g * (z > theta), by_theta, None


class Count(torch.autograd.Function):
    """1 where z is above theta; by theta -1 / bandwidth near it."""

    @staticmethod
    def forward(ctx, z, theta, bandwidth):
        ctx.save_for_backward(z, theta)
        ctx.bandwidth = bandwidth
        return (z > theta).double()

    @staticmethod
    def backward(ctx, g):
        z, theta = ctx.saved_tensors
        near = ((z - theta).abs() < ctx.bandwidth / 2).double()
        return None, (-near / ctx.bandwidth * g).flatten(0, -2).sum(0), None


def l0(m, layer, z, strength, target, bandwidth):
    """The row of l0 on the output of a jumprelu of z."""
    counted = Count.apply(z, m.weights[layer + ".theta"], bandwidth).sum() / z.shape[0]
    value = (counted / target - 1) ** 2 if target else counted
    m.count(layer + ".activity", "l0", strength * value)


def jumprelu(m, layer, z, bandwidth):
    return Jump.apply(z, m.weights[layer + ".theta"], bandwidth)


def hard_sigmoid(z):
    """F.hardsigmoid takes 1/6 in single precision."""
    return F.relu6(z + 3) / 6


def topk(z, k):
    values, places = z.topk(k, -1)
    return torch.zeros_like(z).scatter(-1, places, values)


def prelu(m, layer, z):
    return torch.where(z > 0, z, m.weights[layer + ".alpha"] * z)


@case("sparse_smooth", reals(1), [ADAM, SGD], """
input 3 as x
dense 5 mish as a @a:3x5 activity=l1(0.03)+l2(0.02)
dense 4 softsign as b @b:5x4 activity=l2(0.1)
activation hard_sigmoid as c activity=l1(0.05)
dense 4 as d @d:4x4
activation relu6 as e activity=l1(0.02)
dense 1 as o @o:4x1
loss mse
""")
def sparse_smooth(m, x, t):
    a = m.activity("a", F.mish(m.dense("a", x)), l1(0.03), l2(0.02))
    b = m.activity("b", F.softsign(m.dense("b", a)), l2(0.1))
    c = m.activity("c", hard_sigmoid(b), l1(0.05))
    e = m.activity("e", F.relu6(m.dense("d", c)), l1(0.02))
    return mse(m.dense("o", e), t)


@case("sparse_cut", reals(1), [ADAM], """
input 3 as x
dense 6 relu6 as a @a:3x6 kernel_constraint=none
multiply on a, a as squares
multiply on squares, squares as fourth
activation relu6 as cut activity=l1(0.02)
activation hard_sigmoid on squares as flat
concat on cut, flat as both
dense 1 as o @o:12x1
loss mse
""")
def sparse_cut(m, x, t):
    a = F.relu6(m.dense("a", x))
    cut = m.activity("cut", F.relu6((a * a) * (a * a)), l1(0.02))
    return mse(m.dense("o", cat(cut, hard_sigmoid(a * a))), t)


@case("sparse_topk", reals(2), [ADAM, MOMENTUM], """
input 4 as x
dense 6 topk(3) as d @d:4x6 activity=l1(0.05)+l2(0.02) kernel=l2(0.01)
activation topk(2) as s activity=l1(0.03)
dense 2 as o @o:6x2
loss mse
""")
def sparse_topk(m, x, t):
    m.weight("d.kernel", l2(0.01))
    d = m.activity("d", topk(m.dense("d", x), 3), l1(0.05), l2(0.02))
    s = m.activity("s", topk(d, 2), l1(0.03))
    return mse(m.dense("o", s), t)


@case("sparse_topk_td", reals(1), [ADAM], """
input 3x4 as x
block unit { dense 5 topk(2) as u @unit.u:4x5 activity=l2(0.05); dense 3 tanh as v @unit.v:5x3 }
timedistributed unit as t
flatten
dense 1 as o @o:9x1
loss mse
""")
def sparse_topk_td(m, x, t):
    u = m.activity("unit.u", topk(m.dense("unit.u", x), 2), l2(0.05))
    return mse(m.dense("o", tanh(m.dense("unit.v", u)).flatten(1)), t)


@case("sparse_batch_topk", reals(1), [ADAM, SGD], """
input 4 as x
dense 5 batch_topk(2, momentum=0.8) as d @d:4x5 @d.threshold:1~ activity=l1(0.05)
dense 1 as o @o:5x1
loss mse
""")
def sparse_batch_topk(m, x, t):
    z, threshold = m.dense("d", x), m.weights["d.threshold"]
    least = threshold
    if m.training:
        least = z.flatten().topk(2 * len(z))[0][-1:]
        m.seen.append((threshold, 0.8 if threshold != 0 else 0, least))
    d = m.activity("d", z * (z >= least.detach()), l1(0.05))
    return mse(m.dense("o", d), t)


@case("sparse_jumprelu", reals(1), [ADAM, SGD], """
input 4 as x
dense 6 jumprelu(0.8, @d.theta:6, theta_constraint=none) as d @d:4x6 theta=l2(0.02) activity=l0(0.3, target=2, bandwidth=0.6)+l1(0.05)
dense 3 as e @e:6x3
activation jumprelu(0.5, @f.theta:3, theta_constraint=none) as f activity=l0(0.1, bandwidth=1.2) theta=l1(0.03)
dense 1 as o @o:3x1
loss mse
""")
def sparse_jumprelu(m, x, t):
    m.weight("d.theta", l2(0.02))
    m.weight("f.theta", l1(0.03))
    z = m.dense("d", x)
    l0(m, "d", z, 0.3, 2, 0.6)
    d = m.activity("d", jumprelu(m, "d", z, 0.8), l1(0.05))
    z = m.dense("e", d)
    l0(m, "f", z, 0.1, 0, 1.2)
    return mse(m.dense("o", jumprelu(m, "f", z, 0.5)), t)


@case("sparse_jumprelu_shared", reals(1), [ADAM], """
input 2x3 as x
block unit { dense 4 jumprelu(0.7, @unit.u.theta:4, theta_constraint=none) as u @unit.u:3x4 activity=l0(0.2, bandwidth=0.9) }
timedistributed unit as one
reshape 2x4 as r
dense 3 tanh as back @back:4x3
timedistributed unit on back as two
flatten
dense 1 as o @o:8x1
loss mse
""")
def sparse_jumprelu_shared(m, x, t):
    z = m.dense("unit.u", x)
    l0(m, "unit.u", z, 0.2, 0, 0.9)
    u = jumprelu(m, "unit.u", z, 0.7)
    z = m.dense("unit.u", tanh(m.dense("back", u)))
    l0(m, "unit.u", z, 0.2, 0, 0.9)
    return mse(m.dense("o", jumprelu(m, "unit.u", z, 0.7).flatten(1)), t)


@case("sparse_prelu", reals(1), [ADAM, SGD], """
input 3x4 as x
block unit { dense 3 prelu(@unit.u.alpha:3) as u @unit.u:4x3 alpha=l1(0.02) activity=l2(0.05) }
timedistributed unit as t
flatten
dense 4 as d @d:9x4
activation prelu(@p.alpha:4) as p alpha=l2(0.1) activity=l1(0.02)
dense 1 as o @o:4x1
loss mse
""")
def sparse_prelu(m, x, t):
    m.weight("unit.u.alpha", l1(0.02))
    m.weight("p.alpha", l2(0.1))
    u = m.activity("unit.u", prelu(m, "unit.u", m.dense("unit.u", x)), l2(0.05))
    p = m.activity("p", prelu(m, "p", m.dense("d", u.flatten(1))), l1(0.02))
    return mse(m.dense("o", p), t)


@case("sparse_slice", reals(2, 2), [ADAM], """
input 4 as x
dense 6 tanh as code @code:4x6 activity=l1(0.03)
slice 0 2 on code as first activity=l2(0.05)
slice 1 5 on code as some
dense 2 on first as y @y:2x2
dense 2 on some as z @z:4x2
output y, z
loss mse on y
loss mse on z
""")
def sparse_slice(m, x, t, u):
    code = m.activity("code", tanh(m.dense("code", x)), l1(0.03))
    first = m.activity("first", code[:, 0:2], l2(0.05))
    return (m.head(mse(m.dense("y", first), t))
            + m.head(mse(m.dense("z", code[:, 1:5]), u)))
