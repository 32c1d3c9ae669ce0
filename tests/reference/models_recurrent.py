# SPDX-License-Identifier: GPL-3.0-or-later
"""Recurrent layers: lstm and gru as PyTorch has them, whose parts are put into Keras's order here,
and step by step where PyTorch has no such layer."""
import torch
import torch.nn.functional as F

from model_case import *

swish = F.silu


def weights_of(m, layer):
    return [m.weights.get("%s.%s" % (layer, part)) for part in ("kernel", "recurrent", "bias")]


def lstm(m, layer, x):
    """PyTorch's gates are in Keras's order; its second bias is 0 here. All steps' outputs."""
    kernel, recurrent, bias = weights_of(m, layer)
    start = torch.zeros(1, len(x), len(recurrent))
    parts = [kernel.t().contiguous(), recurrent.t().contiguous(), bias, torch.zeros_like(bias)]
    return torch._VF.lstm(x, (start, start), parts, True, 1, 0.0, True, False, True)[0]


def gru(m, layer, x):
    """PyTorch's gates are r z n, ours z r h."""
    kernel, recurrent, bias = weights_of(m, layer)

    def turned(w):
        z, r, h = w.chunk(3, -1)
        return torch.cat([r, z, h], -1).t().contiguous()
    parts = [turned(kernel), turned(recurrent), turned(bias[0]), turned(bias[1])]
    start = torch.zeros(1, len(x), len(recurrent))
    return torch._VF.gru(x, start, parts, True, 1, 0.0, True, False, True)[0]


def by_steps(x, units, step):
    y, out = torch.zeros(len(x), units), []
    for t in range(x.shape[1]):
        y = step(x[:, t], y)
        out.append(y)
    return torch.stack(out, 1)


def simple(m, layer, x, f):
    kernel, recurrent, bias = weights_of(m, layer)
    step = lambda now, y: f(now @ kernel + y @ recurrent + bias)
    return by_steps(x, len(recurrent), step)


def gru_before(m, layer, x, f, gate):
    """The reset before the product (Cho et al. 2014)."""
    kernel, recurrent, bias = weights_of(m, layer)
    kz, kr, kh = (x @ kernel + bias).chunk(3, -1)
    rz, rr, rh = recurrent.chunk(3, -1)
    steps = torch.stack([kz, kr, kh], -1)

    def step(now, y):
        z, r = gate(now[..., 0] + y @ rz), gate(now[..., 1] + y @ rr)
        return z * y + (1 - z) * f(now[..., 2] + (r * y) @ rh)
    return by_steps(steps, len(recurrent), step)


def lstm_steps(m, layer, x, f, gate):
    kernel, recurrent, bias = weights_of(m, layer)
    units = len(recurrent)
    state = [torch.zeros(len(x), units)]

    def step(now, y):
        i, forget, c, o = (now @ kernel + y @ recurrent + bias).chunk(4, -1)
        state[0] = gate(forget) * state[0] + gate(i) * f(c)
        return gate(o) * f(state[0])
    return by_steps(x, units, step)


def turn(x):
    return x.flip(1)


last = lambda y: y[:, -1]


@case("lstm", reals(1), [ADAM, MOMENTUM, RMSPROP], """
input 6x2 as x
lstm 3 @a.kernel:2x12= @a.recurrent:3x12= @a.bias:12= unit_forget_bias=no kernel=l2(0.02) recurrent=l1(0.01) bias=l2(0.03) activity=l1(0.04) as a
dense 1 as o @o:3x1
loss mse
""")
def lstm_alone(m, x, t):
    m.weight("a.kernel", l2(0.02))
    m.weight("a.recurrent", l1(0.01))
    m.weight("a.bias", l2(0.03))
    y = m.activity("a", last(lstm(m, "a", x)), l1(0.04))
    return mse(m.dense("o", y), t)


@case("lstm_block_shared", reals(1), [NESTEROV, ADAM], """
input 4x2 as x
input 4x2 as y
block tower {
    lstm 3 @tower.a.kernel:2x12= @tower.a.recurrent:3x12= @tower.a.bias:12= unit_forget_bias=no sequences=yes recurrent=l2(0.02) activity=l2(0.05)+l1(0.01, reduce=mean) as a
    timedistributed dense 2 tanh @tower.d:3x2 as d
}
tower on x as one
tower on y as two
tower on one as three
concat on three, two axis=2
flatten
dense 1 as o @o:16x1
loss mse
""")
def lstm_block_shared(m, x, y, t):
    def tower(x):
        h = m.activity("tower.a", lstm(m, "tower.a", x), l2(0.05), l1(0.01, "mean"))
        return tanh(m.dense("tower.d", h))
    m.weight("tower.a.recurrent", l2(0.02))
    one, two = tower(x), tower(y)
    return mse(m.dense("o", cat(tower(one), two).flatten(1)), t)


@case("gru_backwards", truth, [ADAMW, SGD], """
input 5x3 as x
gru 3 @a.kernel:3x9= @a.recurrent:3x9= @a.bias:2x9= sequences=yes backwards=yes kernel=l1(0.02) bias=l2(0.03) activity=l2(0.04, reduce=sum) as a
gru 2 @b.kernel:3x6= @b.recurrent:2x6= @b.bias:2x6= activity=l1(0.1) as b
dense 1 sigmoid as o @o:2x1
loss binary_crossentropy
""")
def gru_backwards(m, x, t):
    m.weight("a.kernel", l1(0.02))
    m.weight("a.bias", l2(0.03))
    h = m.activity("a", gru(m, "a", turn(x)), l2(0.04, "sum"))
    return bce(m.dense("o", m.activity("b", last(gru(m, "b", h)), l1(0.1))), t)


@case("simple_rnn_shared", reals(2), [ADAGRAD, MOMENTUM], """
input 4x2 as x
input 4x2 as y
simple_rnn 2 gelu on x @a.kernel:2x2= @a.recurrent:2x2= @a.bias:2= sequences=yes recurrent=l2(0.1) activity=l1(0.02) as a
a on y as two
a on two as three
simple_rnn 3 on a @b.kernel:2x3= @b.recurrent:3x3= @b.bias:3= as b
simple_rnn 3 softsign on three @c.kernel:2x3= @c.recurrent:3x3= @c.bias:3= backwards=yes as c
concat on b, c
dense 2 as o @o:6x2
loss mae
""")
def simple_rnn_shared(m, x, y, t):
    def shared(x):
        return m.activity("a", simple(m, "a", x, F.gelu), l1(0.02))
    m.weight("a.recurrent", l2(0.1))
    one, three = shared(x), shared(shared(y))
    b = last(simple(m, "b", one, tanh))
    c = last(simple(m, "c", turn(three), F.softsign))
    return F.l1_loss(m.dense("o", cat(b, c)), t)


@case("bidirectional", reals(1), [ADAM, NESTEROV], """
input 5x2 as x
bidirectional lstm 2 @a.kernel:2x8& @a.recurrent:2x8& @a.bias:8& unit_forget_bias=no sequences=yes kernel=l2(0.02) activity=l1(0.03) as a
bidirectional gru 3 @b.kernel:4x9& @b.recurrent:3x9& @b.bias:2x9& merge=multiply sequences=yes recurrent=l1(0.02) as b
bidirectional simple_rnn 2 @c.kernel:3x2& @c.recurrent:2x2& @c.bias:2& merge=average as c
dense 1 as o @o:2x1
loss mse
""")
def bidirectional(m, x, t):
    for half in ("forward", "backward"):
        m.weight("a.%s.kernel" % half, l2(0.02))
        m.weight("b.%s.recurrent" % half, l1(0.02))
    one = m.activity("a.forward", lstm(m, "a.forward", x), l1(0.03))
    two = m.activity("a.backward", turn(lstm(m, "a.backward", turn(x))), l1(0.03))
    h = cat(one, two)
    h = gru(m, "b.forward", h) * turn(gru(m, "b.backward", turn(h)))
    h = (last(simple(m, "c.forward", h, tanh)) + last(simple(m, "c.backward", turn(h), tanh))) / 2
    return mse(m.dense("o", h), t)


@case("recurrent_td", reals(1), [RMSPROP, ADAM], """
input 3x4x2 as x
timedistributed lstm 2 @a.kernel:2x8= @a.recurrent:2x8= @a.bias:8= unit_forget_bias=no sequences=yes activity=l1(0.03)+l2(0.02, reduce=mean) as a
timedistributed bidirectional gru 2 @b.kernel:2x6& @b.recurrent:2x6& @b.bias:2x6& activity=l2(0.05) as b
gru 2 reset_after=no @c.kernel:4x6= @c.recurrent:2x6= @c.bias:6= bias=l1(0.02) as c
dense 1 as o @o:2x1
loss mse
""")
def recurrent_td(m, x, t):
    steps = x.flatten(0, 1)
    m.weight("c.bias", l1(0.02))
    h = lstm(m, "a", steps)
    m.activity("a", h.view(*x.shape), l1(0.03), l2(0.02, "mean"))
    one = last(gru(m, "b.forward", h)).view(len(x), 3, 2)
    two = last(gru(m, "b.backward", turn(h))).view(len(x), 3, 2)
    m.activity("b.forward", one, l2(0.05))
    m.activity("b.backward", two, l2(0.05))
    return mse(m.dense("o", last(gru_before(m, "c", cat(one, two), tanh, sigmoid))), t)


@case("recurrent_frozen", reals(1), [MOMENTUM, CENTERED], """
input 4x2 as x
dense 2 as d @d:2x2
lstm 3 trainable=no @a.kernel:2x12= @a.recurrent:3x12= @a.bias:12= unit_forget_bias=no sequences=yes kernel=l2(0.02) activity=l1(0.04) as a
gru 2 trainable=no reset_after=no @b.kernel:3x6= @b.recurrent:2x6= @b.bias:6= sequences=yes recurrent=l2(0.1) as b
lstm 2 @c.kernel:2x8= @c.recurrent:2x8= @c.bias:8= unit_forget_bias=no as c
dense 1 as o @o:2x1
loss mse
""", frozen=("a.", "b."))
def recurrent_frozen(m, x, t):
    m.weight("a.kernel", l2(0.02))
    m.weight("b.recurrent", l2(0.1))
    h = m.activity("a", lstm(m, "a", m.dense("d", x)), l1(0.04))
    h = gru_before(m, "b", h, tanh, sigmoid)
    return mse(m.dense("o", last(lstm(m, "c", h))), t)


@case("recurrent_functions", reals(1), [SGD, ADAM], """
input 4x2 as x
lstm 2 swish recurrent_activation=softsign @a.kernel:2x8= @a.recurrent:2x8= @a.bias:8= unit_forget_bias=no sequences=yes backwards=yes as a
gru 2 mish recurrent_activation=swish @b.kernel:2x6= @b.recurrent:2x6= @b.bias:2x6= sequences=yes as b
gru 3 gelu recurrent_activation=softplus reset_after=no @c.kernel:2x9= @c.recurrent:3x9= @c.bias:9= sequences=yes backwards=yes activity=l2(0.1) as c
lstm 2 elu recurrent_activation=tanh @d.kernel:3x8= @d.recurrent:2x8= @d.bias:8= unit_forget_bias=no as d
dense 1 as o @o:2x1
loss mse
""")
def recurrent_functions(m, x, t):
    def gru_after(layer, x, f, gate):
        kernel, recurrent, bias = weights_of(m, layer)

        def step(now, y):
            xz, xr, xh = (now @ kernel + bias[0]).chunk(3, -1)
            yz, yr, yh = (y @ recurrent + bias[1]).chunk(3, -1)
            z = gate(xz + yz)
            return z * y + (1 - z) * f(xh + gate(xr + yr) * yh)
        return by_steps(x, len(recurrent), step)
    h = lstm_steps(m, "a", turn(x), swish, F.softsign)
    h = gru_after("b", h, F.mish, swish)
    h = m.activity("c", gru_before(m, "c", turn(h), F.gelu, F.softplus), l2(0.1))
    return mse(m.dense("o", last(lstm_steps(m, "d", h, F.elu, tanh))), t)


def hard_sigmoid(slope):
    return lambda z: (slope * z + 0.5).clamp(0, 1)


@case("recurrent_hard_sigmoid", reals(1), [SGD, ADAM], """
input 5x2 as x
lstm 3 recurrent_activation=hard_sigmoid(0.2) @a.kernel:2x12= @a.recurrent:3x12= @a.bias:12= unit_forget_bias=no sequences=yes activity=l2(0.1) as a
gru 2 hard_sigmoid(0.7) recurrent_activation=hard_sigmoid reset_after=no @b.kernel:3x6= @b.recurrent:2x6= @b.bias:6= as b
dense 6 hard_sigmoid(1.5) as c @c:2x6 activity=l1(0.02)
dense 1 as o @o:6x1
loss mse
""")
def recurrent_hard_sigmoid(m, x, t):
    h = m.activity("a", lstm_steps(m, "a", x, tanh, hard_sigmoid(0.2)), l2(0.1))
    h = last(gru_before(m, "b", h, hard_sigmoid(0.7), hard_sigmoid(1 / 6)))
    c = m.activity("c", hard_sigmoid(1.5)(m.dense("c", h)), l1(0.02))
    return mse(m.dense("o", c), t)


def masked_steps(x, valid, states, step):
    """Where a step is masked states stay as they were; the first of them is the output."""
    out = []
    for t in range(x.shape[1]):
        counts = valid[:, t:t + 1]
        states = [torch.where(counts, new, old) for new, old in zip(step(x[:, t], *states), states)]
        out.append(states[0])
    return torch.stack(out, 1)


def lstm_masked(m, layer, x, valid):
    kernel, recurrent, bias = weights_of(m, layer)

    def step(now, y, c):
        i, forget, new, o = (now @ kernel + y @ recurrent + bias).chunk(4, -1)
        c = sigmoid(forget) * c + sigmoid(i) * tanh(new)
        return sigmoid(o) * tanh(c), c
    zero = torch.zeros(len(x), len(recurrent))
    return masked_steps(x, valid, [zero, zero], step)


def gru_masked(m, layer, x, valid, after=True):
    kernel, recurrent, bias = weights_of(m, layer)

    def step(now, y):
        xz, xr, xh = (now @ kernel + (bias[0] if after else bias)).chunk(3, -1)
        rz, rr, rh = recurrent.chunk(3, -1)
        bz, br, bh = bias[1].chunk(3) if after else (0, 0, 0)
        z, r = sigmoid(xz + y @ rz + bz), sigmoid(xr + y @ rr + br)
        new = tanh(xh + (r * (y @ rh + bh) if after else (r * y) @ rh))
        return [z * y + (1 - z) * new]
    return masked_steps(x, valid, [torch.zeros(len(x), len(recurrent))], step)


def simple_masked(m, layer, x, valid):
    kernel, recurrent, bias = weights_of(m, layer)
    step = lambda now, y: [tanh(now @ kernel + y @ recurrent + bias)]
    return masked_steps(x, valid, [torch.zeros(len(x), len(recurrent))], step)


@case("recurrent_masked", reals(1), [ADAM, MOMENTUM], """
input 6x1 as x
activation relu
masking 0 as k
lstm 2 @a.kernel:1x8= @a.recurrent:2x8= @a.bias:8= unit_forget_bias=no sequences=yes activity=l1(0.1) recurrent=l2(0.1) as a
bidirectional gru 2 @b.kernel:2x6& @b.recurrent:2x6& @b.bias:2x6& merge=sum sequences=yes activity=l2(0.2, reduce=sum) as b
gru 2 reset_after=no @c.kernel:2x6= @c.recurrent:2x6= @c.bias:6= as c
simple_rnn 2 on b @d.kernel:2x2= @d.recurrent:2x2= @d.bias:2= backwards=yes activity=l1(0.2) as d
concat on c, d
dense 1 as o @o:4x1
loss mse
""")
def recurrent_masked(m, x, t):
    x = torch.relu(x)
    valid = (x != 0).any(-1)
    counted = lambda y: y * valid[..., None]
    m.weight("a.recurrent", l2(0.1))
    h = lstm_masked(m, "a", x, valid)
    m.activity("a", counted(h), l1(0.1))
    one = gru_masked(m, "b.forward", h, valid)
    two = turn(gru_masked(m, "b.backward", turn(h), turn(valid)))
    m.activity("b.forward", counted(one), l2(0.2, "sum"))
    m.activity("b.backward", counted(two), l2(0.2, "sum"))
    h = one + two
    c = last(gru_masked(m, "c", h, valid, after=False))
    d = m.activity("d", last(simple_masked(m, "d", turn(h), turn(valid))), l1(0.2))
    return mse(m.dense("o", cat(c, d)), t)
