# SPDX-License-Identifier: GPL-3.0-or-later
"""Corners: views and joins inside timedistributed, outputs that are views or activations, calls that
lead nowhere. Each model is a script and, under it, what it should mean, in PyTorch's plain
operations."""
import torch
import torch.nn.functional as F

from model_case import *


@case("td_flatten_inside", reals(1), [ADAM, SGD], """
input 2x3x2 as x
block unit {
    dense 2 tanh as u @unit.u:2x2 activity=l1(0.05)
    flatten as f
    activity_regularization l2(0.1, reduce=mean) as p
    dense 2 as v @unit.v:6x2 kernel=l1(0.02)
}
timedistributed unit as t
reshape 4 as r activity=l2(0.03)
dense 1 as o @o:4x1
loss mse
""")
def td_flatten_inside(m, x, t):
    m.weight("unit.v.kernel", l1(0.02))
    m.activity("unit.u", tanh(m.dense("unit.u", x)), l1(0.05))
    steps = [tanh(m.dense("unit.u", step)).flatten(1) for step in x.unbind(1)]
    m.activity("unit.p", torch.stack(steps, 1), l2(0.1, "mean"))
    r = m.activity("r", cat(*[m.dense("unit.v", step) for step in steps]), l2(0.03))
    return mse(m.dense("o", r), t)


@case("td_concat_inside", reals(1), [ADAM, ADAGRAD], """
input 2x2x3 as x
block unit {
    dense 3 tanh as u @unit.u:3x3
    concat on u, input axis=1 as c activity=l1(0.02)
    dense 2 as v @unit.v:3x2
    maximum on v, v as top
    concat on v, top axis=-1 as d activity=l2(0.05)
}
timedistributed unit as t
flatten
dense 1 as o @o:32x1 kernel=l2(0.02)
loss mse
""", samples=5, batch=2)
def td_concat_inside(m, x, t):
    m.weight("o.kernel", l2(0.02))
    joined, ends = [], []
    for step in x.unbind(1):
        c = torch.cat([tanh(m.dense("unit.u", step)), step], 1)
        v = m.dense("unit.v", c)
        joined.append(c)
        ends.append(cat(v, v))
    m.activity("unit.c", torch.stack(joined, 1), l1(0.02))
    d = m.activity("unit.d", torch.stack(ends, 1), l2(0.05))
    return mse(m.dense("o", d.flatten(1)), t)


@case("td_residual", reals(1), [MOMENTUM, CENTERED], """
input 3x3 as x
block res {
    dense 3 softplus as h @res.h:3x3 activity=l1(0.02)
    layernorm as n @res.n.gamma:3 @res.n.beta:3 gamma=l2(0.05)
    add on input, n as s activity=l2(0.01)
}
block two { res; res as again; dense 2 tanh @two.dense_1:3x2 bias=l1(0.02) }
timedistributed two as t
flatten
dense 1 as o @o:6x1
loss mse
""")
def td_residual(m, x, t):
    m.weight("res.n.gamma", l2(0.05))
    m.weight("two.dense_1.bias", l1(0.02))
    for _ in range(2):
        h = m.activity("res.h", F.softplus(m.dense("res.h", x)), l1(0.02))
        x = m.activity("res.s", x + m.layernorm("res.n", h), l2(0.01))
    x = tanh(m.dense("two.dense_1", x))
    return mse(m.dense("o", x.flatten(1)), t)


@case("output_view", lambda r: [[float(r.randrange(2)) for _ in range(4)]], [ADAM, SGD], """
input 2x3 as x
dense 2 sigmoid as d @d:3x2 activity=l2(0.2)
flatten as f
activity_regularization l1(0.1) as p
loss binary_crossentropy
""")
def output_view(m, x, t):
    z = m.dense("d", x)
    m.activity("d", sigmoid(z), l2(0.2))
    m.activity("p", sigmoid(z).flatten(1), l1(0.1))
    return bce(z.flatten(1), t)


@case("output_activation", classes(3), [ADAMW, MOMENTUM], """
input 3 as x
dense 3 as d @d:3x3 activity=l1(0.05)
activation softmax as y activity=l2(0.3)+l1(0.1, reduce=mean)
dense 2 tanh as side @side:3x2 activity=l1(0.05)
output y
loss categorical_crossentropy
""")
def output_activation(m, x, t):
    z = m.activity("d", m.dense("d", x), l1(0.05))
    y = m.activity("y", F.softmax(z, -1), l2(0.3), l1(0.1, "mean"))
    m.activity("side", tanh(m.dense("side", y)), l1(0.05))
    return cce(z, t)


@case("output_of_block", mixed, [SGD, RMSPROP], """
input 3 as a
input 3 as b
block tower { dense 3 tanh as h @tower.h:3x3 activity=l1(0.05); dense 1 sigmoid as y @tower.y:3x1 activity=l2(0.2) }
tower on a as ta
tower on b as tb
multiply on ta, tb as p
output p, tb
loss mse on p weight=0
loss binary_crossentropy on tb weight=1.5
""")
def output_of_block(m, a, b, tp, tb):
    def tower(x):
        z = m.dense("tower.y", m.activity("tower.h", tanh(m.dense("tower.h", x)), l1(0.05)))
        m.activity("tower.y", sigmoid(z), l2(0.2))
        return z
    za, zb = tower(a), tower(b)
    return m.head(mse(sigmoid(za) * sigmoid(zb), tp), 0) + m.head(bce(zb, tb), 1.5)


@case("batchnorm_dead_call", reals(1), [SGD, ADAM], """
input 3 as a
input 3 as b
block tower {
    dense 3 as d @tower.d:3x3!
    batchnorm momentum=0.7 as n @tower.n.gamma:3 @tower.n.beta:3 @tower.n.moving_mean:3 @tower.n.moving_variance:3 activity=l1(0.03)
}
tower on a as ta
tower on b as tb
dense 1 on ta as o @o:3x1
output o
loss mse
""", batch=4)
def batchnorm_dead_call(m, a, b, t):
    tower = lambda x: m.activity(
        "tower.n", m.batchnorm("tower.n", m.dense("tower.d", x), 0.7), l1(0.03))
    ta = tower(a)
    tower(b)
    return mse(m.dense("o", ta), t)


def formula(kind, total, reduce="batch"):
    return lambda s: Penalty(kind, lambda x: s * total(x), reduce)


spread = formula("spread", lambda x: (x.amax(-1) - x.amin(-1)).sum())
even = formula("even", lambda x: (
    x.std(0, unbiased=False) / (1 + x.mean(0).abs()) + (1 + (x * x).sum(0).sqrt()).log()).sum())
knee = formula("knee", lambda x: torch.where(x > 0.2, x**3, (x * 2).exp() - 1).sum(), "mean")


@case("formula_functions", reals(1), [NESTEROV, ADAGRAD], """
let third = 3
define penalty spread(x) = sum(max(x, axis=1) - min(x, axis=1))
define penalty even(x) = sum(std(x, axis=0)/(1 + abs(mean(x, axis=0))) + log(1 + sqrt(sum(square(x), axis=0))))
define penalty knee(x, at=0.2, reduce=mean) = where(x > at, x^third, exp(2*x) - 1)
input 3 as x
dense 4 tanh as h @h:3x4 kernel=even(0.1)+spread(0.05) bias=knee(0.1) activity=spread(0.1)+even(0.05)
maximum on h, h as g activity=knee(0.2)
dense 1 as o @o:4x1
loss mse
""")
def formula_functions(m, x, t):
    m.weight("h.kernel", even(0.1), spread(0.05))
    m.weight("h.bias", knee(0.1))
    h = m.activity("h", tanh(m.dense("h", x)), spread(0.1), even(0.05))
    return mse(m.dense("o", m.activity("g", h, knee(0.2))), t)
