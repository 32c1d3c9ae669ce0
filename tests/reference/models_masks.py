# SPDX-License-Identifier: GPL-3.0-or-later
"""Masked steps, written out: what is masked takes no part in a penalty, a loss or a mean, and leaves
a recurrent layer's state and output as they were."""
import torch

from model_case import *


def with_gaps(x, keyed):
    """Some steps are 0; all of sample 1 are, none of sample 2."""
    for i in range(len(x)):
        for t in range(x.shape[1]):
            if i == 1 or (i != 2 and keyed.random() < 0.4):
                x[i, t] = 0
    return x


def words(count):
    """Whole numbers below count; 0 is padding."""
    return lambda x, keyed: torch.tensor(
        [[float(keyed.randrange(count)) for _ in row] for row in x])


def there(x):
    return (x != 0).any(-1)


def elements(mask, h):
    return mask.unsqueeze(-1).expand_as(h)


def seen(m, layer, h, mask, *penalties):
    """As Pass.activity, on what is there: a mean is one of those numbers."""
    for p in penalties:
        kept = h[mask]
        divisor = {"batch": len(h), "sum": 1, "mean": max(1, kept.numel())}[p.reduce]
        m.count(layer + ".activity", p.kind, p.total(kept) / divisor)
    return h


def by_sample(h, mask, of):
    """The sum of a function of each sample's steps that are there."""
    parts = [of(h[i][mask[i]]) for i in range(len(h)) if mask[i].any()]
    return sum(parts) if parts else (h * 0).sum()


def masked_mse(y, t, mask):
    off = (y.squeeze(-1) - t)[mask]
    return (off * off).sum() / max(1, len(off))


def held(mask, new, old):
    return torch.where(mask.unsqueeze(-1), new, old)


def lstm(m, layer, x, mask):
    """All steps' outputs, and the last."""
    kernel, recurrent, bias = [m.weights["%s.%s" % (layer, p)] for p in ("kernel", "recurrent", "bias")]
    y = state = torch.zeros(len(x), len(recurrent))
    out = []
    for t in range(x.shape[1]):
        i, f, c, o = (x[:, t] @ kernel + y @ recurrent + bias).chunk(4, -1)
        now = sigmoid(f) * state + sigmoid(i) * tanh(c)
        y = held(mask[:, t], sigmoid(o) * tanh(now), y)
        state = held(mask[:, t], now, state)
        out.append(y)
    return torch.stack(out, 1)


def simple(m, layer, x, mask, turned=False):
    kernel, recurrent, bias = [m.weights["%s.%s" % (layer, p)] for p in ("kernel", "recurrent", "bias")]
    y, out = torch.zeros(len(x), len(recurrent)), []
    order = range(x.shape[1])
    for t in reversed(order) if turned else order:
        y = held(mask[:, t], tanh(x[:, t] @ kernel + y @ recurrent + bias), y)
        out.append(y)
    return torch.stack(out[::-1] if turned else out, 1)


def mean_of_steps(h, mask):
    weight = mask.to(h.dtype).unsqueeze(-1)
    return (h * weight).sum(1) / weight.sum(1).clamp(min=1)


@case("masks_lstm", reals(5), [ADAM, MOMENTUM], """
input 5x2 as x
masking 0 as m
lstm 3 @a.kernel:2x12= @a.recurrent:3x12= @a.bias:12= unit_forget_bias=no sequences=yes kernel=l2(0.02) activity=l1(0.05)+l2(0.3, reduce=mean) as a
dense 2 tanh @d:3x2 activity=l1l2(0.1, 0.2, reduce=sum) as d
dense 1 @o:2x1 as o
loss mse
""", alter=with_gaps)
def masks_lstm(m, x, t):
    mask = there(x)
    m.weight("a.kernel", l2(0.02))
    h = seen(m, "a", lstm(m, "a", x, mask), mask, l1(0.05), l2(0.3, "mean"))
    d = seen(m, "d", tanh(m.dense("d", h)), mask, l1l2(0.1, 0.2, "sum"))
    return masked_mse(m.dense("o", d), t, mask)


@case("masks_embedding", reals(1), [ADAM, SGD], """
input 4 as x
embedding 5 3 mask_zero=yes @w.kernel:5x3= kernel=l2(0.01) activity=l2(0.1)+l1(0.3, reduce=mean) as w
simple_rnn 2 @a.kernel:3x2= @a.recurrent:2x2= @a.bias:2= activity=l1(0.1) as a
global_avg_pool on w as p
concat on a, p as c
dense 1 @o:5x1 as o
loss mse
""", alter=words(5))
def masks_embedding(m, x, t):
    mask = x != 0
    m.weight("w.kernel", l2(0.01))
    w = seen(m, "w", m.weights["w.kernel"][x.long()], mask, l2(0.1), l1(0.3, "mean"))
    a = m.activity("a", simple(m, "a", w, mask)[:, -1], l1(0.1))
    return mse(m.dense("o", cat(a, mean_of_steps(w, mask))), t)


@case("masks_block_shared", reals(1), [RMSPROP, NESTEROV], """
input 4x2 as x
input 4x2 as y
masking 0 on x as mx
masking 0 on y as my
block tower {
    timedistributed dense 3 tanh @tower.d:2x3 activity=l2(0.1, reduce=mean) as d
    layernorm @tower.n.gamma:3 @tower.n.beta:3 activity=l1(0.05) as n
}
tower on mx as one
tower on my as two
add on one, two as s
activity_regularization l2(0.2) on s as r
concat on r, two as c
bidirectional simple_rnn 2 merge=concat @b.kernel:6x2& @b.recurrent:2x2& @b.bias:2& sequences=yes as b
global_avg_pool as p
dense 1 @o:4x1 as o
loss mse
""", alter=with_gaps)
def masks_block_shared(m, x, y, t):
    def tower(x, mask):
        d = seen(m, "tower.d", tanh(m.dense("tower.d", x)), mask, l2(0.1, "mean"))
        return seen(m, "tower.n", m.layernorm("tower.n", d), mask, l1(0.05))
    mx, my = there(x), there(y)
    one, two = tower(x, mx), tower(y, my)
    s = seen(m, "r", one + two, mx | my, l2(0.2))
    c, mask = cat(s, two), (mx | my) & my
    b = cat(simple(m, "b.forward", c, mask), simple(m, "b.backward", c, mask, True))
    return mse(m.dense("o", mean_of_steps(b, mask)), t)


def steps_classes(r):
    return [[float(r.randrange(3)) for _ in range(4)]]


@case("masks_kinds", steps_classes, [ADAM, ADAGRAD], """
input 4x2 as x
masking 0 as m
dense 3 sigmoid @h:2x3 activity=kl(0.1, p=0.2)+group_lasso(0.1)+hoyer(0.05)+tar(0.2, reduce=mean)+tv(0.1) as h
dense 2 tanh trainable=no @f:3x2 activity=l1(0.05) as f
dense 3 softmax @o:2x3 activity=entropy(0.1) as o
loss categorical_crossentropy
""", frozen=("f",), alter=with_gaps)
def masks_kinds(m, x, t):
    mask = there(x)
    z = m.dense("h", x * mask.unsqueeze(-1))
    h = sigmoid(z)
    kl = norms = (h * 0).sum()
    for s in range(4):
        kept = h[mask[:, s], s]
        if len(kept):
            q = kept.mean(0)
            kl = kl + (0.2 * torch.log(0.2 / q) + 0.8 * torch.log(0.8 / (1 - q))).sum()
            norms = norms + len(kept) ** 0.5 * kept.norm(dim=0).sum()
    m.count("h.activity", "kl", 0.1 * kl)
    m.count("h.activity", "group_lasso", 0.1 * norms / len(h))
    m.count("h.activity", "hoyer",
            0.05 * by_sample(h, mask, lambda v: v.abs().sum() ** 2 / (v * v).sum()) / len(h))
    pairs = int((mask.sum(1) - 1).clamp(min=0).sum()) * 3
    m.count("h.activity", "tar",
            0.2 * by_sample(h, mask, lambda v: ((v[1:] - v[:-1]) ** 2).sum()) / max(1, pairs))
    m.count("h.activity", "tv",
            0.1 * by_sample(h, mask, lambda v: (v[1:] - v[:-1]).abs().sum()) / len(h))
    f = tanh(m.dense("f", h))
    seen(m, "f", f, mask, l1(0.05))
    o = torch.softmax(m.dense("o", f), -1)
    m.count("o.activity", "entropy", -0.1 * (o * torch.log(o))[mask].sum() / len(o))
    right = torch.gather(o, -1, t.long().unsqueeze(-1)).squeeze(-1)
    return -torch.log(right)[mask].sum() / max(1, int(mask.sum()))


def rows_there(h, mask):
    """The steps that are there of all samples, one behind the other."""
    return h[mask].unsqueeze(1)


@case("masks_formulas", reals(5), [ADAM, SGD], """
define penalty far(x, p=0.2) = sum(abs(x - p)) + 0.5*mean(x)^2
define penalty side(x, reduce=mean) = max(x, axis=-1)^2 + norm(x)
input 5x2 as x
masking 0 as m
dense 3 tanh @h:2x3 activity=far(0.1)+side(0.3) as h
lstm 2 @a.kernel:3x8= @a.recurrent:2x8= @a.bias:8= unit_forget_bias=no sequences=yes activity=far(0.2, 0.1, reduce=sum) as a
dense 2 sigmoid @d:2x2 as d
dense 1 @o:2x1 as o
loss mse
term apart = 0.2 * sum((a.output - d.output)^2) / batch
term held = 0.3 * mean(abs(h.output)) * norm(o.kernel)
term high = 0.1 * sum(max(d.output, axis=-1) * h.output)
""", alter=with_gaps)
def masks_formulas(m, x, t):
    mask = there(x)

    def far(x, p):
        return (x - p).abs().sum() + 0.5 * x.mean() ** 2
    h = tanh(m.dense("h", x * mask.unsqueeze(-1)))
    kept = rows_there(h, mask)
    m.count("h.activity", "far", 0.1 * far(kept, 0.2) / len(x))
    m.count("h.activity", "side", 0.3 * (kept.amax(-1) ** 2 + kept.norm()).sum() / kept.numel())
    a = lstm(m, "a", h, mask)
    m.count("a.activity", "far", 0.2 * far(rows_there(a, mask), 0.1))
    d = sigmoid(m.dense("d", a))
    one, two = rows_there(a, mask), rows_there(d, mask)
    m.count("apart", "term", 0.2 * ((one - two) ** 2).sum() / len(x))
    m.count("held", "term", 0.3 * kept.abs().mean() * m.weights["o.kernel"].norm())
    m.count("high", "term", 0.1 * (two.amax(-1, keepdim=True) * kept).sum())
    return m.head(masked_mse(m.dense("o", d), t, mask))
