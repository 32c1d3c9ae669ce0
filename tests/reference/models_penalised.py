# SPDX-License-Identifier: GPL-3.0-or-later
"""Outputs and their losses, penalties of all kinds, normalisation in blocks, what follows the
gradient: each model is a script and, under it, what it should mean, in PyTorch's plain operations."""
import torch
import torch.nn.functional as F

from make_updates import max_norm, min_max_norm, non_neg, unit_norm
from model_case import *


# --- Several outputs.

@case("two_outputs", mixed, [ADAM, MOMENTUM], """
input 3 as x
dense 3 tanh as h @h:3x3 kernel=l2(0.03)
dense 1 on h as ya @ya:3x1 activity=l1(0.05)
dense 1 sigmoid on h as yb @yb:3x1 kernel=l1(0.02) activity=l2(0.2)
output ya, yb
loss mse on ya weight=0.7
loss binary_crossentropy on yb weight=0.3
""")
def two_outputs(m, x, ta, tb):
    m.weight("h.kernel", l2(0.03))
    m.weight("yb.kernel", l1(0.02))
    h = tanh(m.dense("h", x))
    a = m.activity("ya", m.dense("ya", h), l1(0.05))
    z = m.dense("yb", h)
    m.activity("yb", sigmoid(z), l2(0.2))
    return m.head(mse(a, ta), 0.7) + m.head(bce(z, tb), 0.3)


@case("two_softmax_outputs", classes(3, 4), [SGD, ADAMW], """
input 3 as x
dense 3 tanh as h @h:3x3
dense 3 softmax on h as ya @ya:3x3 activity=l2(0.2)
dense 4 softmax on h as yb @yb:3x4 kernel=l1(0.02)
output ya, yb
loss categorical_crossentropy on ya weight=2
loss categorical_crossentropy on yb
""")
def two_softmax_outputs(m, x, ta, tb):
    m.weight("yb.kernel", l1(0.02))
    h = tanh(m.dense("h", x))
    za, zb = m.dense("ya", h), m.dense("yb", h)
    m.activity("ya", F.softmax(za, -1), l2(0.2))
    return m.head(cce(za, ta), 2) + m.head(cce(zb, tb))


@case("output_goes_on", lambda r: reals(1)(r) + classes(3)(r), [NESTEROV, ADAM], """
input 3 as x
dense 3 softmax as p @p:3x3 activity=l2(0.3)
activity_regularization l1(0.1, reduce=sum)+l2(0.05) as r
dense 1 on r as y @y:3x1
output y, p
loss mae on y
loss categorical_crossentropy on p weight=0.5
""")
def output_goes_on(m, x, ty, tp):
    z = m.dense("p", x)
    p = F.softmax(z, -1)
    m.activity("p", p, l2(0.3))
    m.activity("r", p, l1(0.1, "sum"), l2(0.05))
    return m.head(F.l1_loss(m.dense("y", p), ty)) + m.head(cce(z, tp), 0.5)


@case("shared_sigmoid_outputs", lambda r: truth(r) + truth(r), [ADAGRAD, SGD], """
input 3 as a
input 3 as b
dense 2 tanh as pre @pre:3x2 on a
pre on b as pb
dense 1 sigmoid as y on pre @y:2x1 activity=l1(0.1)+l2(0.2, reduce=sum)
y on pb as yb
output y, yb
loss binary_crossentropy
""")
def shared_sigmoid_outputs(m, a, b, ta, tb):
    data = 0
    for x, t in ((a, ta), (b, tb)):
        z = m.dense("y", tanh(m.dense("pre", x)))
        m.activity("y", sigmoid(z), l1(0.1), l2(0.2, "sum"))
        data = data + m.head(bce(z, t))
    return data


@case("softmax_in_block", classes(3), [CENTERED, ADAM], """
input 3 as x
block head { dense 3 tanh as h @head.h:3x3; dense 3 softmax as p @head.p:3x3 kernel=l2(0.02) activity=l2(0.4) }
head as one
head as two
loss categorical_crossentropy
""")
def softmax_in_block(m, x, t):
    m.weight("head.p.kernel", l2(0.02))
    for _ in range(2):
        z = m.dense("head.p", tanh(m.dense("head.h", x)))
        x = m.activity("head.p", F.softmax(z, -1), l2(0.4))
    return cce(z, t)


# --- activity_regularization.

@case("regularized_view", reals(2), [MOMENTUM, RMSPROP], """
input 2x3 as x
dense 2 tanh as d @d:3x2 activity=l1(0.02)
flatten as f
activity_regularization l2(0.1) as p
reshape 4x1 as v activity=l1(0.03)
activity_regularization l1(0.05, reduce=mean) as q
flatten on p as g
dense 2 as o @o:4x2
loss mse
""")
def regularized_view(m, x, t):
    d = m.activity("d", tanh(m.dense("d", x)), l1(0.02)).flatten(1)
    m.activity("p", d, l2(0.1))
    m.activity("v", d.view(-1, 4, 1), l1(0.03))
    m.activity("q", d.view(-1, 4, 1), l1(0.05, "mean"))
    return mse(m.dense("o", d), t)


@case("regularized_input", reals(2), [SGD, ADAM], """
input 3 as x
activity_regularization l1(0.1)+l2(0.2, reduce=mean) as p
dense 2 tanh as a @a:3x2
p on x as q
concat on a, q
dense 2 as o @o:5x2 activity=l1(0.02)
loss mse
""")
def regularized_input(m, x, t):
    for _ in range(2):
        m.activity("p", x, l1(0.1), l2(0.2, "mean"))
    y = m.dense("o", cat(tanh(m.dense("a", x)), x))
    return mse(m.activity("o", y, l1(0.02)), t)


# --- Normalisation in blocks.

@case("batchnorm_block", reals(1), [SGD, ADAMW], """
input 3 as a
input 3 as b
block tower {
    dense 3 as d @tower.d:3x3!
    batchnorm momentum=0.8 as n @tower.n.gamma:3 @tower.n.beta:3 @tower.n.moving_mean:3 @tower.n.moving_variance:3 gamma=l2(0.05) activity=l1(0.03)
    activation tanh as act
}
tower on a as ta
tower on b as tb
concat on tb, ta
dense 1 as o @o:6x1
loss mse
""", batch=4)
def batchnorm_block(m, a, b, t):
    def tower(x):
        x = m.batchnorm("tower.n", m.dense("tower.d", x), 0.8)
        return tanh(m.activity("tower.n", x, l1(0.03)))
    m.weight("tower.n.gamma", l2(0.05))
    ta = tower(a)
    return mse(m.dense("o", cat(tower(b), ta)), t)


@case("batchnorm_td", reals(1), [RMSPROP, MOMENTUM], """
input 3x2 as x
block unit {
    dense 2 as d @unit.d:2x2!
    batchnorm momentum=0.9 epsilon=0.01 as n @unit.n.gamma:2 @unit.n.beta:2 @unit.n.moving_mean:2 @unit.n.moving_variance:2 beta=l1(0.02) activity=l2(0.1, reduce=mean)
}
timedistributed unit as one
activation tanh
timedistributed unit as two
flatten
dense 1 as o @o:6x1
loss mse
""")
def batchnorm_td(m, x, t):
    def unit(x):
        x = m.batchnorm("unit.n", m.dense("unit.d", x), 0.9, 0.01)
        return m.activity("unit.n", x, l2(0.1, "mean"))
    m.weight("unit.n.beta", l1(0.02))
    return mse(m.dense("o", unit(tanh(unit(x))).flatten(1)), t)


# --- Penalties by formula.

def hoyer(s, reduce="batch"):
    return Penalty("hoyer", lambda x: s * x.abs().sum() ** 2 / (x * x).sum(), reduce)


def group(s, reduce="batch"):
    return Penalty("group", lambda x: s * (x * x).sum(0).sqrt().sum(), reduce)


def balance(s, p=1.0):
    return Penalty("balance", lambda x: s * p * x.mean(0).var(unbiased=False), "sum")


def kl(s, p=0.05, kind="kl"):
    def total(x):
        q = x.mean(0)
        return s * (p * (p / q).log() + (1 - p) * ((1 - p) / (1 - q)).log()).sum()
    return Penalty(kind, total, "sum")


@case("hoyer", reals(2), [ADAM, SGD], """
define penalty hoyer(x) = sum(abs(x))^2 / sum(x^2)
input 3 as x
dense 4 tanh as h @h:3x4 kernel=hoyer(0.05) activity=hoyer(0.1)
dense 2 as o @o:4x2 activity=hoyer(0.02, reduce=mean)+l1(0.01)
loss mse
""")
def hoyer_model(m, x, t):
    m.weight("h.kernel", hoyer(0.05))
    h = m.activity("h", tanh(m.dense("h", x)), hoyer(0.1))
    return mse(m.activity("o", m.dense("o", h), hoyer(0.02, "mean"), l1(0.01)), t)


@case("group_lasso", reals(1), [NESTEROV, ADAGRAD], """
define penalty group(x) = sum(sqrt(sum(x^2, axis=0)))
input 3 as a
input 3 as b
block tower { dense 4 tanh as h @tower.h:3x4 kernel=group(0.1)+l2(0.02) activity=group(0.05) }
tower on a as ta
tower on b as tb
add on ta, tb
dense 1 as o @o:4x1 kernel=group(0.03)
loss mse
""")
def group_lasso(m, a, b, t):
    tower = lambda x: m.activity("tower.h", tanh(m.dense("tower.h", x)), group(0.05))
    m.weight("tower.h.kernel", group(0.1), l2(0.02))
    m.weight("o.kernel", group(0.03))
    return mse(m.dense("o", tower(a) + tower(b)), t)


@case("var_of_means", reals(1), [MOMENTUM, ADAM], """
define penalty balance(x, p=1, reduce=sum) = p*var(mean(x, axis=0))
input 3x2 as x
timedistributed dense 3 softplus as td @td:2x3 activity=balance(0.5, p=2)
dense 3 tanh as d @d:3x3 kernel=balance(0.3)
flatten
dense 1 as o @o:9x1
loss mse
""")
def var_of_means(m, x, t):
    m.weight("d.kernel", balance(0.3))
    x = m.activity("td", F.softplus(m.dense("td", x)), balance(0.5, 2))
    return mse(m.dense("o", tanh(m.dense("d", x)).flatten(1)), t)


KL = """
input 3 as x
dense 4 sigmoid as code @code:3x4 activity=%s(0.2, p=0.1)
dense 3 tanh as out @out:4x3
dense 2 sigmoid as y @y:3x2 activity=%s(0.3)
loss binary_crossentropy
"""


def kl_model(kind):
    def forward(m, x, t):
        code = m.activity("code", sigmoid(m.dense("code", x)), kl(0.2, 0.1, kind))
        z = m.dense("y", tanh(m.dense("out", code)))
        m.activity("y", sigmoid(z), kl(0.3, 0.05, kind))
        return bce(z, t)
    return forward


def shares(r):
    return [[round(r.uniform(0.05, 0.95), 3) for _ in range(2)]]


case("kl", shares, [ADAM, NESTEROV], KL % ("kl", "kl"))(kl_model("kl"))
case("kl_by_formula", shares, [RMSPROP, SGD], """
define penalty sparse(x, p=0.05, reduce=sum) = sum(p*log(p/mean(x, axis=0)) + (1 - p)*log((1 - p)/(1 - mean(x, axis=0))))
""" + KL.strip() % ("sparse", "sparse"))(kl_model("sparse"))


@case("kl_shared", reals(1), [ADAGRAD, MOMENTUM], """
input 2x3 as x
input 3 as y
block unit { dense 3 sigmoid as u @unit.u:3x3 activity=kl(0.1, p=0.2, reduce=batch)+l1(0.02) }
timedistributed unit on x as ux
flatten as f
unit on y as uy
concat on f, uy
dense 1 as o @o:9x1
loss mse
""")
def kl_shared(m, x, y, t):
    def unit(x):
        p = kl(0.1, 0.2)
        p.reduce = "batch"
        return m.activity("unit.u", sigmoid(m.dense("unit.u", x)), p, l1(0.02))
    return mse(m.dense("o", cat(unit(x).flatten(1), unit(y))), t)


# --- What a person changes afterwards.

@case("set_later", reals(1), [ADAM, SGD], """
let weak = l1(0.02)+l2(0.03)
input 3 as a
input 3 as b
block tower { dense 3 tanh as top @tower.top:3x3 kernel=l1(9) activity=l2(9); dense 2 as low @tower.low:3x2 }
tower on a as ta
tower on b as tb
concat on ta, tb as both
dense 1 as o @o:4x1
loss mae
set tower.top.kernel = weak
set tower.top.activity = none
set tower.low.activity = l2(0.1, reduce=mean)
set tower.low.trainable = no
set both.activity = l1(0.05)
loss mse
""", frozen=["tower.low."])
def set_later(m, a, b, t):
    def tower(x):
        x = m.dense("tower.low", tanh(m.dense("tower.top", x)))
        return m.activity("tower.low", x, l2(0.1, "mean"))
    m.weight("tower.top.kernel", l1(0.02), l2(0.03))
    both = m.activity("both", cat(tower(a), tower(b)), l1(0.05))
    return mse(m.dense("o", both), t)


# --- Clipping and constraints, with penalties.

HOLDS = ["sgd lr=0.1", "adamw lr=0.01 weight_decay=0.5 clipnorm=0.1", "rmsprop lr=0.01"]
CLIPS = ["sgd lr=0.1 clipnorm=0.2", "sgd lr=0.1 momentum=0.9 global_clipnorm=0.2",
         "sgd lr=0.1 clipvalue=0.05", "adam lr=0.01 clipvalue=0.03",
         "rmsprop lr=0.01 global_clipnorm=0.1", "adagrad lr=0.05 clipnorm=0.1"]


@case("constraints", reals(1), HOLDS, """
input 3 as a
input 3 as b
block tower {
    dense 3 tanh as top @tower.top:3x3 kernel=l2(0.3) activity=l1(0.1) kernel_constraint=max_norm(0.8) bias_constraint=non_neg
    dense 2 as low @tower.low:3x2 kernel=l1(0.1) kernel_constraint=unit_norm
}
tower on a as ta
tower on b as tb
concat on ta, tb
dense 1 as o @o:4x1 kernel=l2(0.1) kernel_constraint=min_max_norm(0.5, 0.9, rate=0.3)
loss mse
""", holds={"tower.top.kernel": max_norm(0.8), "tower.top.bias": non_neg,
            "tower.low.kernel": unit_norm(), "o.kernel": min_max_norm(0.5, 0.9, 0.3)})
def constraints(m, a, b, t):
    def tower(x):
        x = m.activity("tower.top", tanh(m.dense("tower.top", x)), l1(0.1))
        return m.dense("tower.low", x)
    m.weight("tower.top.kernel", l2(0.3))
    m.weight("tower.low.kernel", l1(0.1))
    m.weight("o.kernel", l2(0.1))
    return mse(m.dense("o", cat(tower(a), tower(b))), t)


@case("clipping", reals(1), CLIPS, """
input 3x2 as x
block unit { dense 3 tanh as u @unit.u:2x3 kernel=l2(0.5) activity=l1(0.2) }
timedistributed unit as one
timedistributed dense 2 as d @d:3x2 trainable=no kernel=l1(5)
flatten
dense 1 as o @o:6x1 activity=l2(0.3)
loss mse
""", frozen=["d."])
def clipping(m, x, t):
    m.weight("unit.u.kernel", l2(0.5))
    m.weight("d.kernel", l1(5))
    x = m.dense("d", m.activity("unit.u", tanh(m.dense("unit.u", x)), l1(0.2)))
    return mse(m.activity("o", m.dense("o", x.flatten(1)), l2(0.3)), t)


# --- The session 04-siamese-nested, with its own sizes and its dropout at rest.

@case("siamese_nested", truth, [NESTEROV], """
input 16 as left
input 16 as right
block unit { dense 8 relu @unit.dense_1:16x8 kernel=l2(1e-4) activity=l1(1e-3); dropout 0 }
block tower {
    unit
    dense 8 tanh as top @tower.top:8x8 bias=l2(1e-5)
    block head { dense 8 @tower.head.dense_1:8x8; layernorm @tower.head.layernorm_1.gamma:8 @tower.head.layernorm_1.beta:8 }
    head; head
}
tower on left as tl
tower on right as tr
concat on tl, tr as both
dense 1 sigmoid as y @y:16x1
loss binary_crossentropy
""", samples=10, batch=4)
def siamese_nested(m, left, right, t):
    def tower(x):
        x = m.activity("unit.dense_1", F.relu(m.dense("unit.dense_1", x)), l1(1e-3))
        x = tanh(m.dense("tower.top", x))
        for _ in range(2):
            x = m.layernorm("tower.head.layernorm_1", m.dense("tower.head.dense_1", x))
        return x
    m.weight("unit.dense_1.kernel", l2(1e-4))
    m.weight("tower.top.bias", l2(1e-5))
    return bce(m.dense("y", cat(tower(left), tower(right))), t)
