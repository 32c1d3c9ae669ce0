# SPDX-License-Identifier: GPL-3.0-or-later
"""Penalties on what a layer does inside and on the way from first weights, and constraints on whole
kernels: each model is a script
and, under it, what it should mean, in PyTorch's plain operations. Jacobians are autograd's."""
import torch
import torch.nn.functional as F

from make_updates import max_norm, min_max_norm, unit_norm
from model_case import *

linear = lambda z: z


def contractive(m, layer, f, x, *terms):
    """f of the layer on x; a term is a strength and how it is brought down."""
    if not x.requires_grad:
        x = x.clone().requires_grad_()
    y = f(m.dense(layer, x))
    squares = sum(
        (torch.autograd.grad(y[..., j].sum(), x, create_graph=True)[0] ** 2).sum()
        for j in range(y.shape[-1]))
    for strength, reduce in terms:
        divisor = {"batch": x.shape[0], "sum": 1, "mean": y.numel()}[reduce]
        m.count(layer + ".activity", "contractive", strength * squares / divisor)
    return y


@case("contractive", lambda r: [[round(r.random(), 3), round(r.random(), 3)]], [SGD, ADAM], """
input 3 as x
dense 4 sigmoid as code @code:3x4 activity=contractive(0.2)
dense 3 as low @low:4x3! activity=contractive(0.05, reduce=sum)+l2(0.1) kernel=l1(0.02)
dense 3 tanh as out @out:3x3 activity=l1(0.03)+contractive(0.4, reduce=mean)
dense 2 sigmoid as y @y:3x2 activity=contractive(0.3)
loss binary_crossentropy
""")
def contractive_stack(m, x, t):
    m.weight("low.kernel", l1(0.02))
    x = contractive(m, "code", sigmoid, x, (0.2, "batch"))
    x = m.activity("low", contractive(m, "low", linear, x, (0.05, "sum")), l2(0.1))
    x = m.activity("out", contractive(m, "out", tanh, x, (0.4, "mean")), l1(0.03))
    contractive(m, "y", sigmoid, x, (0.3, "batch"))
    return bce(m.dense("y", x), t)


@case("contractive_activations", reals(2), [SGD, RMSPROP], """
input 3 as x
dense 3 relu as a @a:3x3 activity=contractive(0.1)
dense 3 leaky_relu(0.1) as b @b:3x3 activity=contractive(0.2)
dense 3 elu(0.7) as c @c:3x3 activity=contractive(0.3)
dense 3 selu as d @d:3x3 activity=contractive(0.1)
dense 3 gelu as e @e:3x3 activity=contractive(0.4)
dense 3 softplus as f @f:3x3 activity=contractive(0.3)
dense 3 swish as g @g:3x3 activity=contractive(0.5)
dense 2 as y @y:3x2 activity=contractive(0.1)
loss mse
""")
def contractive_activations(m, x, t):
    for layer, f, strength in (
            ("a", F.relu, 0.1), ("b", lambda z: F.leaky_relu(z, 0.1), 0.2),
            ("c", lambda z: F.elu(z, 0.7), 0.3), ("d", F.selu, 0.1), ("e", F.gelu, 0.4),
            ("f", F.softplus, 0.3), ("g", lambda z: z * sigmoid(z), 0.5), ("y", linear, 0.1)):
        x = contractive(m, layer, f, x, (strength, "batch"))
    return mse(x, t)


@case("contractive_shared", reals(1), [MOMENTUM, ADAMW], """
input 2x3 as a
input 2x3 as b
block tower {
    dense 3 tanh as top @tower.top:3x3 activity=contractive(0.2) kernel=l2(0.1)
    dense 2 sigmoid as still @tower.still:3x2 activity=contractive(0.3, reduce=mean) trainable=no
}
timedistributed tower on a as ta
ta on b as tb
concat on ta, tb as both
flatten
dense 2 swish as deep @deep:8x2 activity=contractive(0.1, reduce=sum)+l1(0.05)
dense 3 tanh as away on both @away:4x3 activity=contractive(0.2)
dense 1 as o on deep @o:2x1
output o
loss mse
""", frozen=["tower.still."])
def contractive_shared(m, a, b, t):
    def tower(x):
        x = contractive(m, "tower.top", tanh, x, (0.2, "batch"))
        return contractive(m, "tower.still", sigmoid, x, (0.3, "mean"))
    m.weight("tower.top.kernel", l2(0.1))
    both = cat(tower(a), tower(b))
    x = contractive(m, "deep", lambda z: z * sigmoid(z), both.flatten(1), (0.1, "sum"))
    m.activity("deep", x, l1(0.05))
    contractive(m, "away", tanh, both, (0.2, "batch"))
    return mse(m.dense("o", x), t)


def spectral_norm(most):
    def hold(w):
        sigma = torch.linalg.svdvals(w.reshape(-1, w.shape[-1]))[0]
        return w * (most / sigma).clamp(max=1)
    return hold


BOTH = (0, 1)


@case("constraints_whole", reals(1), ["sgd lr=0.1", "rmsprop lr=0.01"], """
input 3 as a
input 3 as b
block tower {
    dense 4 tanh as top @tower.top:3x4 kernel=l2(0.3) activity=l1(0.1) kernel_constraint=spectral_norm(0.7) bias_constraint=spectral_norm(0.4)
    dense 3 as low @tower.low:4x3 kernel=l1(0.1) kernel_constraint=max_norm(0.9, 0, 1)
    dense 3 tanh as still @tower.still:3x3 kernel_constraint=spectral_norm(0.1) trainable=no
}
tower on a as ta
tower on b as tb
concat on ta, tb
dense 2 tanh as p @p:6x2 kernel_constraint=unit_norm(1, 0)
dense 2 tanh as q @q:2x2 kernel_constraint=min_max_norm(1.5, 2, 0.3, 0, 1)
dense 1 as o @o:2x1 kernel_constraint=spectral_norm
loss mse
""", frozen=["tower.still."],
      holds={"tower.top.kernel": spectral_norm(0.7), "tower.top.bias": spectral_norm(0.4),
             "tower.low.kernel": max_norm(0.9, BOTH), "p.kernel": unit_norm(BOTH),
             "q.kernel": min_max_norm(1.5, 2, 0.3, BOTH), "o.kernel": spectral_norm(1)})
def constraints_whole(m, a, b, t):
    def tower(x):
        x = m.activity("tower.top", tanh(m.dense("tower.top", x)), l1(0.1))
        return tanh(m.dense("tower.still", m.dense("tower.low", x)))
    m.weight("tower.top.kernel", l2(0.3))
    m.weight("tower.low.kernel", l1(0.1))
    x = tanh(m.dense("p", cat(tower(a), tower(b))))
    return mse(m.dense("o", tanh(m.dense("q", x))), t)


FIRST = {}


def l2sp(m, path, strength, first=None):
    """On a weight, near numbers or near what it was when the model was first looked at."""
    w = m.weights[path]
    if first is None:
        first = FIRST.setdefault(path, w.detach().clone())
    x0 = torch.tensor(first).view_as(w) if isinstance(first, list) else first
    m.count(path, "l2sp", strength * ((w - x0) ** 2).sum())


@case("l2sp", reals(2), [MOMENTUM, ADAM, ADAMW], """
input 3 as x
block b { dense 3 tanh as h @b.h:3x3 kernel=l2sp(0.3) bias=l2sp(0.2, 0.1, -0.2, 0.3) }
b as one
b as two
dense 2 as still @still:3x2! kernel=l2sp(0.4, 1, 0, 0, 1, 0.5, -0.5) trainable=no
dense 2 as o @o:2x2 kernel=l1(0.1)+l2sp(0.5) bias=l2sp(2)
loss mse
""", frozen=["still."])
def l2sp_near(m, x, t):
    l2sp(m, "b.h.kernel", 0.3)
    l2sp(m, "b.h.bias", 0.2, [0.1, -0.2, 0.3])
    l2sp(m, "still.kernel", 0.4, [1., 0., 0., 1., 0.5, -0.5])
    m.weight("o.kernel", l1(0.1))
    l2sp(m, "o.kernel", 0.5)
    l2sp(m, "o.bias", 2)
    for _ in range(2):
        x = tanh(m.dense("b.h", x))
    return mse(m.dense("o", m.dense("still", x)), t)
