# SPDX-License-Identifier: GPL-3.0-or-later
"""The penalties of the catalogue in kernels, biases and activities; shared, in blocks, under
timedistributed, frozen: each model is a script and, under it, what it should mean, in PyTorch's
plain operations. The last batch has one sample."""
import torch
import torch.nn.functional as F

from model_case import *


def hoyer(s, reduce="batch"):
    return Penalty("hoyer", lambda x: s * x.abs().sum() ** 2 / (x * x).sum(), reduce)


def hoyer_samples(s, reduce="batch"):
    def total(x):
        x = x.reshape(len(x), -1)
        return s * (x.abs().sum(1) ** 2 / (x * x).sum(1)).sum()
    return Penalty("hoyer", total, reduce)


def differences(kind, total, axis, reduce):
    """The mean is one over the differences."""
    count = lambda x: x.diff(dim=axis).numel()
    return Penalty(kind, lambda x: total(x.diff(dim=axis)), reduce, count)


def tv(s, axis=1, reduce="batch"):
    return differences("tv", lambda d: s * d.abs().sum(), axis, reduce)


def tar(s, reduce="batch"):
    return differences("tar", lambda d: s * (d * d).sum(), 1, reduce)


def ar(s, reduce="batch"):
    return Penalty("ar", lambda x: s * (x * x).sum(), reduce)


def orthogonal(s, by="unit", reduce="batch"):
    """Keras's OrthogonalRegularizer, whose columns are ours by unit."""
    def total(x):
        x = x.reshape(len(x), -1) if by == "unit" else x.reshape(len(x), -1).T
        x = F.normalize(x, dim=0)
        p, n = x.T @ x, x.shape[1]
        off = p * (1 - torch.eye(n))
        return s * 0.5 * off.abs().sum() / (n * (n - 1) / 2) if n > 1 else 0 * x.sum()
    return Penalty("orthogonal", total, reduce)


def soft_orthogonal(s):
    return Penalty("soft_orthogonal",
                   lambda w: s * ((w.T @ w - torch.eye(w.shape[1])) ** 2).sum())


def spectral(s):
    return Penalty("spectral", lambda w: s * torch.linalg.svdvals(w).max() ** 2)


def decov(s, reduce="sum"):
    def total(x):
        x = x.reshape(len(x), -1)
        off = x - x.mean(0)
        c = off.T @ off / len(x)
        return s / 2 * ((c * c).sum() - (c.diagonal() ** 2).sum())
    return Penalty("decov", total, reduce)


def entropy(s, reduce="batch", sign=1, kind="entropy"):
    return Penalty(kind, lambda x: -sign * s * (x * x.log()).sum(), reduce)


def confidence(s, reduce="batch"):
    return entropy(s, reduce, -1, "confidence")


@case("catalogue_kernels", reals(2), [ADAM, SGD], """
input 3 as x
dense 4 tanh as h @h:3x4 kernel=hoyer(0.05)+orthogonal(0.3)+spectral(0.04) bias=hoyer(0.02)+tv(0.1, axis=0)
dense 3 tanh as g @g:4x3 kernel=tv(0.02)+soft_orthogonal(0.03)+decov(0.4) bias=tv(0.2, axis=-1)
dense 2 as o @o:3x2 kernel=orthogonal(0.2, by=input)+tv(0.05, axis=0)
loss mse
""")
def catalogue_kernels(m, x, t):
    m.weight("h.kernel", hoyer(0.05), orthogonal(0.3), spectral(0.04))
    m.weight("h.bias", hoyer(0.02), tv(0.1, 0))
    m.weight("g.kernel", tv(0.02, 1), soft_orthogonal(0.03), decov(0.4))
    m.weight("g.bias", tv(0.2, 0))
    m.weight("o.kernel", orthogonal(0.2, "input"), tv(0.05, 0))
    return mse(m.dense("o", tanh(m.dense("g", tanh(m.dense("h", x))))), t)


@case("catalogue_activities", reals(2), [ADAM, MOMENTUM], """
input 3 as x
dense 4 sigmoid as h @h:3x4 activity=decov(0.5)+hoyer(0.1)+tv(0.2, axis=-1)
dense 3 tanh as g @g:4x3 activity=orthogonal(0.3)+ar(0.2)
dense 2 as o @o:3x2 activity=decov(0.3, reduce=mean)+hoyer(0.05, reduce=mean)+orthogonal(0.1, by=input, reduce=sum)
loss mse
""")
def catalogue_activities(m, x, t):
    h = m.activity("h", sigmoid(m.dense("h", x)), decov(0.5), hoyer_samples(0.1), tv(0.2))
    g = m.activity("g", tanh(m.dense("g", h)), orthogonal(0.3), ar(0.2))
    return mse(m.activity("o", m.dense("o", g), decov(0.3, "mean"), hoyer_samples(0.05, "mean"),
                          orthogonal(0.1, "input", "sum")), t)


@case("catalogue_shares", classes(3), [SGD, ADAMW], """
input 3 as x
dense 4 sigmoid as h @h:3x4 activity=entropy(0.2)+confidence(0.05, reduce=mean)
dense 3 softmax as o @o:4x3 activity=confidence(0.3)+entropy(0.1, reduce=sum)
loss categorical_crossentropy
""")
def catalogue_shares(m, x, t):
    h = m.activity("h", sigmoid(m.dense("h", x)), entropy(0.2), confidence(0.05, "mean"))
    z = m.dense("o", h)
    m.activity("o", F.softmax(z, -1), confidence(0.3), entropy(0.1, "sum"))
    return m.head(cce(z, t))


@case("catalogue_time", reals(1), [NESTEROV, RMSPROP], """
input 4x3 as x
timedistributed dense 2 tanh as h @h:3x2 kernel=spectral(0.1)+tv(0.05) activity=ar(2, reduce=mean)+tar(1, reduce=mean)+tv(0.1)
timedistributed dense 2 sigmoid as g @g:2x2 activity=tv(0.3, reduce=mean)+tar(0.4)+decov(0.5)+hoyer(0.1)+orthogonal(0.2)+entropy(0.1)
flatten activity=tv(0.2, axis=-1, reduce=sum) as v
dense 1 as o @o:8x1
loss mse
""")
def catalogue_time(m, x, t):
    m.weight("h.kernel", spectral(0.1), tv(0.05, 1))
    h = m.activity("h", tanh(m.dense("h", x)), ar(2, "mean"), tar(1, "mean"), tv(0.1))
    g = m.activity("g", sigmoid(m.dense("g", h)), tv(0.3, 1, "mean"), tar(0.4), decov(0.5),
                   hoyer_samples(0.1), orthogonal(0.2), entropy(0.1))
    return mse(m.dense("o", m.activity("v", g.flatten(1), tv(0.2, 1, "sum"))), t)


@case("catalogue_shared", reals(1), [ADAGRAD, ADAM], """
input 3x2 as a
input 3x2 as b
block tower { timedistributed dense 3 sigmoid as h @tower.h:2x3 kernel=hoyer(0.1)+orthogonal(0.2)+spectral(0.05) activity=tv(0.1)+decov(0.3)+hoyer(0.02)+confidence(0.01) }
tower on a as ta
tower on b as tb
add on ta, tb
dense 2 trainable=no as f @f:3x2 kernel=soft_orthogonal(0.1)+tv(0.2) bias=hoyer(0.1) activity=tar(0.3)
flatten
dense 1 as o @o:6x1
loss mse
""", frozen=["f."])
def catalogue_shared(m, a, b, t):
    def tower(x):
        return m.activity("tower.h", sigmoid(m.dense("tower.h", x)), tv(0.1), decov(0.3),
                          hoyer_samples(0.02), confidence(0.01))
    m.weight("tower.h.kernel", hoyer(0.1), orthogonal(0.2), spectral(0.05))
    m.weight("f.kernel", soft_orthogonal(0.1), tv(0.2, 1))
    m.weight("f.bias", hoyer(0.1))
    f = m.activity("f", m.dense("f", tower(a) + tower(b)), tar(0.3))
    return mse(m.dense("o", f.flatten(1)), t)
