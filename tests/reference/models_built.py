# SPDX-License-Identifier: GPL-3.0-or-later
"""Blocks, timedistributed, joins: each model is a script and, under it, what it should mean, in
PyTorch's plain operations."""
import torch
import torch.nn.functional as F

from model_case import *

# --- Blocks.

@case("tower_shared", reals(1), [NESTEROV, ADAM], """
input 3 as a
input 3 as b
block tower {
    dense 3 tanh as top @tower.top:3x3 kernel=l2(0.02) bias=l1(0.03) activity=l1(0.04)
    dense 2 as low @tower.low:3x2 kernel=l1l2(0.01, 0.02) activity=l2(0.05, reduce=mean)
}
tower on a as ta
tower on b as tb
concat on ta, tb
dense 1 as o @o:4x1
loss mse
""")
def tower_shared(m, a, b, t):
    def tower(x):
        x = m.activity("tower.top", tanh(m.dense("tower.top", x)), l1(0.04))
        return m.activity("tower.low", m.dense("tower.low", x), l2(0.05, "mean"))
    m.weight("tower.top.kernel", l2(0.02))
    m.weight("tower.top.bias", l1(0.03))
    m.weight("tower.low.kernel", l1l2(0.01, 0.02))
    return mse(m.dense("o", cat(tower(a), tower(b))), t)


@case("block_in_block", reals(2), [MOMENTUM, RMSPROP], """
input 3 as x
block tower {
    dense 3 tanh as top @tower.top:3x3
    block head { dense 3 tanh as mid @tower.head.mid:3x3 kernel=l1(0.02) activity=l2(0.03) }
    head; head
    dense 2 @tower.dense_1:3x2 activity=l1(0.05, reduce=sum)
}
tower on x as t
loss mae
""")
def block_in_block(m, x, t):
    m.weight("tower.head.mid.kernel", l1(0.02))
    x = tanh(m.dense("tower.top", x))
    for _ in range(2):
        x = m.activity("tower.head.mid", tanh(m.dense("tower.head.mid", x)), l2(0.03))
    x = m.activity("tower.dense_1", m.dense("tower.dense_1", x), l1(0.05, "sum"))
    return F.l1_loss(x, t)


@case("block_from_outside", reals(1), [SGD, ADAGRAD], """
input 3 as x
block unit { dense 3 tanh as u @unit.u:3x3 activity=l1(0.03) bias=l2(0.1) }
block pair { unit as one; dense 3 softplus as mid @pair.mid:3x3 kernel=l2(0.02); unit as two; add on one, two }
pair as p
unit as q
pair as r
dense 1 as o @o:3x1
loss mse
""")
def block_from_outside(m, x, t):
    def unit(x):
        return m.activity("unit.u", tanh(m.dense("unit.u", x)), l1(0.03))

    def pair(x):
        one = unit(x)
        return one + unit(F.softplus(m.dense("pair.mid", one)))
    m.weight("unit.u.bias", l2(0.1))
    m.weight("pair.mid.kernel", l2(0.02))
    return mse(m.dense("o", pair(unit(pair(x)))), t)


@case("residual_block", truth, [ADAMW, NESTEROV], """
input 3 as x
block res {
    dense 3 tanh as h @res.h:3x3
    dense 3 as k @res.k:3x3! kernel=l2(0.05)
    add on input, k as sum_of activity=l1(0.02)
}
res as r1
res as r2
dense 1 sigmoid as o @o:3x1
loss binary_crossentropy
""")
def residual_block(m, x, t):
    m.weight("res.k.kernel", l2(0.05))
    for _ in range(2):
        x = m.activity("res.sum_of", x + m.dense("res.k", tanh(m.dense("res.h", x))), l1(0.02))
    return bce(m.dense("o", x), t)


@case("tower_frozen", reals(1), [ADAMW, CENTERED], """
input 3 as a
input 3 as b
block tower {
    dense 3 tanh as top @tower.top:3x3 kernel=l2(0.3) activity=l1(0.1)
    dense 2 as low @tower.low:3x2 bias=l1(0.2) activity=l2(0.1)
}
dense 3 on a as pre @pre:3x3 activity=l2(0.05)
tower on pre as ta
tower on b as tb
set tower.trainable = no
concat on ta, tb
dense 1 as o @o:4x1 kernel=l1(0.01)
loss mse
""", frozen=["tower."])
def tower_frozen(m, a, b, t):
    def tower(x):
        x = m.activity("tower.top", tanh(m.dense("tower.top", x)), l1(0.1))
        return m.activity("tower.low", m.dense("tower.low", x), l2(0.1))
    m.weight("tower.top.kernel", l2(0.3))
    m.weight("tower.low.bias", l1(0.2))
    m.weight("o.kernel", l1(0.01))
    a = m.activity("pre", m.dense("pre", a), l2(0.05))
    return mse(m.dense("o", cat(tower(a), tower(b))), t)


@case("dead_branch", reals(1), [ADAM, MOMENTUM], """
input 3 as x
dense 3 tanh as h @h:3x3
dense 2 on h as dead @dead:3x2 kernel=l1(0.05) activity=l2(0.2)
dense 2 on x as mute @mute:3x2
dense 1 on h as y @y:3x1 activity=l1(0.1, reduce=mean)
output y
loss mse
""")
def dead_branch(m, x, t):
    h = tanh(m.dense("h", x))
    m.weight("dead.kernel", l1(0.05))
    m.activity("dead", m.dense("dead", h), l2(0.2))
    m.dense("mute", x)
    return mse(m.activity("y", m.dense("y", h), l1(0.1, "mean")), t)


# --- timedistributed.

@case("td_block", reals(1), [ADAM, SGD], """
input 3x2 as x
block tower {
    dense 3 tanh as top @tower.top:2x3 kernel=l2(0.02) activity=l1(0.04)
    dense 2 as low @tower.low:3x2 activity=l2(0.05, reduce=mean)
}
timedistributed tower as td
flatten
dense 1 as o @o:6x1
loss mse
""")
def td_block(m, x, t):
    m.weight("tower.top.kernel", l2(0.02))
    x = m.activity("tower.top", tanh(m.dense("tower.top", x)), l1(0.04))
    x = m.activity("tower.low", m.dense("tower.low", x), l2(0.05, "mean"))
    return mse(m.dense("o", x.flatten(1)), t)


@case("td_block_and_alone", reals(2), [RMSPROP, NESTEROV], """
input 3x2 as x
input 2 as y
block tower { dense 2 tanh as top @tower.top:2x2 kernel=l2(0.02) activity=l1(0.04) }
timedistributed tower on x as tx
flatten as f
tower on y as ty
concat on f, ty
dense 2 as o @o:8x2
loss mse
""")
def td_block_and_alone(m, x, y, t):
    def tower(x):
        return m.activity("tower.top", tanh(m.dense("tower.top", x)), l1(0.04))
    m.weight("tower.top.kernel", l2(0.02))
    return mse(m.dense("o", cat(tower(x).flatten(1), tower(y))), t)


@case("td_in_td", reals(1), [ADAGRAD, ADAM], """
input 2x3x2 as x
block tower { dense 2 tanh as top @tower.top:2x2 activity=l1(0.03) }
timedistributed timedistributed tower as tt
timedistributed timedistributed dense 2 as d @d:2x2 kernel=l1(0.02) activity=l2(0.1)
flatten
dense 1 as o @o:12x1
loss mse
""", samples=5, batch=2)
def td_in_td(m, x, t):
    m.weight("d.kernel", l1(0.02))
    rows = [[m.dense("tower.top", step) for step in row.unbind(1)] for row in x.unbind(1)]
    x = tanh(torch.stack([torch.stack(row, 1) for row in rows], 1))
    m.activity("tower.top", x, l1(0.03))
    x = m.activity("d", m.dense("d", x), l2(0.1))
    return mse(m.dense("o", x.flatten(1)), t)


def td_reduced(reduce):
    @case("td_" + reduce, truth, {"batch": [SGD, ADAM], "sum": [MOMENTUM, ADAGRAD],
                                  "mean": [NESTEROV, ADAMW]}[reduce], """
input 3x2 as x
timedistributed dense 3 relu as td @td:2x3 activity=l1(0.1, reduce=%s)+l2(0.2, reduce=%s)
flatten
dense 1 sigmoid as o @o:9x1
loss binary_crossentropy
""" % (reduce, reduce))
    def forward(m, x, t):
        steps = [F.relu(m.dense("td", step)) for step in x.unbind(1)]
        x = m.activity("td", torch.stack(steps, 1), l1(0.1, reduce), l2(0.2, reduce))
        return bce(m.dense("o", x.flatten(1)), t)


for word in ("batch", "sum", "mean"):
    td_reduced(word)

DENSE3 = """
input 3x2 as x
%sdense 3 tanh as d @d:2x3 kernel=l2(0.03) activity=l1(0.1)
flatten
dense 1 as o @o:9x1
loss mse
"""


@case("dense_3_axes", reals(1), [ADAM, MOMENTUM], DENSE3 % "")
def dense_3_axes(m, x, t):
    m.weight("d.kernel", l2(0.03))
    x = m.activity("d", tanh(m.dense("d", x)), l1(0.1))
    return mse(m.dense("o", x.flatten(1)), t)


@case("td_dense", reals(1), [ADAM, MOMENTUM], DENSE3 % "timedistributed ")
def td_dense(m, x, t):
    m.weight("d.kernel", l2(0.03))
    steps = torch.stack([tanh(m.dense("d", step)) for step in x.unbind(1)], 1)
    for step in steps.unbind(1):
        m.activity("d", step, l1(0.1))
    return mse(m.dense("o", steps.flatten(1)), t)


@case("td_layernorm", reals(1), [NESTEROV, RMSPROP], """
input 3x4 as x
timedistributed dense 3 tanh as d @d:4x3
timedistributed layernorm as n @n.gamma:3 @n.beta:3 gamma=l2(0.05) beta=l1(0.02) activity=l1(0.1)
flatten
dense 1 as o @o:9x1
loss mse
""")
def td_layernorm(m, x, t):
    m.weight("n.gamma", l2(0.05))
    m.weight("n.beta", l1(0.02))
    steps = [m.layernorm("n", tanh(m.dense("d", step))) for step in x.unbind(1)]
    x = m.activity("n", torch.stack(steps, 1), l1(0.1))
    return mse(m.dense("o", x.flatten(1)), t)


@case("td_softmax_output", lambda r: [[float(r.randrange(3)) for _ in range(3)]], [ADAM, SGD], """
input 3x2 as x
timedistributed dense 3 softmax as y @y:2x3 kernel=l2(0.02) activity=l2(0.3)+l1(0.1, reduce=mean)
loss categorical_crossentropy
""")
def td_softmax_output(m, x, t):
    m.weight("y.kernel", l2(0.02))
    z = m.dense("y", x)
    m.activity("y", F.softmax(z, -1), l2(0.3), l1(0.1, "mean"))
    return cce(z, t)


# --- Joins.

@case("concat_axis_1", reals(1), [CENTERED, ADAM], """
input 2x3 as a
input 1x3 as b
dense 2 tanh on a as da @da:3x2
dense 2 tanh on b as db @db:3x2 activity=l1(0.05)
concat on da, db, da axis=1 as c activity=l2(0.03)
dense 2 as d @d:2x2 activity=l1(0.02)
flatten
dense 1 as o @o:10x1
loss mse
""")
def concat_axis_1(m, a, b, t):
    a, b = tanh(m.dense("da", a)), tanh(m.dense("db", b))
    m.activity("db", b, l1(0.05))
    c = m.activity("c", torch.cat([a, b, a], 1), l2(0.03))
    d = m.activity("d", m.dense("d", c), l1(0.02))
    return mse(m.dense("o", d.flatten(1)), t)


@case("concat_axis_last", reals(2), [SGD, CENTERED], """
input 2x3 as a
input 2x2 as b
dense 2 tanh on a as da @da:3x2
concat on da, b axis=-1 as c activity=l1(0.03)
dense 1 as d @d:4x1
concat on d, c axis=2 as e activity=l2(0.02, reduce=mean)
flatten
dense 2 as o @o:10x2
loss huber delta=0.3
""")
def concat_axis_last(m, a, b, t):
    c = m.activity("c", torch.cat([tanh(m.dense("da", a)), b], 2), l1(0.03))
    e = m.activity("e", torch.cat([m.dense("d", c), c], 2), l2(0.02, "mean"))
    return F.huber_loss(m.dense("o", e.flatten(1)), t, delta=0.3)


@case("add_itself", reals(2), [ADAM, SGD], """
input 3 as x
dense 3 tanh as a @a:3x3 activity=l1(0.03)
add on a, a as s activity=l2(0.04)
dense 2 as o @o:3x2
loss mse
""")
def add_itself(m, x, t):
    a = m.activity("a", tanh(m.dense("a", x)), l1(0.03))
    return mse(m.dense("o", m.activity("s", 2 * a, l2(0.04))), t)


@case("multiply_three", reals(1), [NESTEROV, ADAMW], """
input 3 as x
dense 3 tanh on x as a @a:3x3 activity=l1(0.03)
dense 3 on x as b @b:3x3 kernel=l1(0.02)
multiply on a, b, x as p activity=l2(0.1)
multiply on a, a, p as q activity=l1(0.05)
dense 1 as o @o:3x1
loss mse
""")
def multiply_three(m, x, t):
    m.weight("b.kernel", l1(0.02))
    a = m.activity("a", tanh(m.dense("a", x)), l1(0.03))
    p = m.activity("p", a * m.dense("b", x) * x, l2(0.1))
    q = m.activity("q", a * a * p, l1(0.05))
    return mse(m.dense("o", q), t)


@case("maximum", reals(2), [RMSPROP, MOMENTUM], """
input 3 as x
dense 3 on x as a @a:3x3 activity=l1(0.03)
dense 3 tanh on x as b @b:3x3
dense 3 tanh on a as c @c:3x3
maximum on a, b, c as top activity=l2(0.1)
dense 2 as o @o:3x2
loss mse
""")
def maximum(m, x, t):
    a = m.activity("a", m.dense("a", x), l1(0.03))
    b, c = tanh(m.dense("b", x)), tanh(m.dense("c", a))
    top = m.activity("top", torch.max(torch.max(a, b), c), l2(0.1))
    return mse(m.dense("o", top), t)


@case("average", reals(2), [ADAGRAD, SGD], """
input 3 as x
dense 3 tanh on x as a @a:3x3
dense 3 softplus on a as b @b:3x3 activity=l2(0.03)
average on a, b, x, a as mid activity=l1(0.1, reduce=mean)
dense 2 as o @o:3x2
loss logcosh
""")
def average(m, x, t):
    a = tanh(m.dense("a", x))
    b = m.activity("b", F.softplus(m.dense("b", a)), l2(0.03))
    mid = m.activity("mid", (a + b + x + a) / 4, l1(0.1, "mean"))
    return (m.dense("o", mid) - t).cosh().log().mean()
