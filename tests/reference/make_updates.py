#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes torch_update_*.txt beside itself: what make_torch.py writes, for optimizers, clipping,
constraints and losses whose formulas are Keras's and differ from PyTorch's, or are not there. The
formulas are written out below; gradients are PyTorch's autograd. Run by hand; the files are
committed."""
import os

import torch

import make_torch
from make_torch import Dense, Model, Term, plain, share

TINY = 1e-7  # Keras's epsilon


class Descent:
    """Clips, decays, moves, constrains: the order of Keras's base optimizer."""

    def __init__(self, weights, holds=None, clip=None, most=0.0, decay=0.0, **settings):
        self.weights, self.holds = weights, holds or {}
        self.clip, self.most, self.decay = clip, most, decay
        self.count, self.settings = 0, settings
        self.kept = [{} for _ in weights]

    def zero_grad(self):
        for w in self.weights:
            w.grad = None

    def clipped(self):
        g = [torch.zeros_like(w) if w.grad is None else w.grad for w in self.weights]
        shrink = lambda x, norm: x * self.most / max(norm.item(), self.most)
        if self.clip == "clipnorm":
            return [shrink(x, (x * x).sum().sqrt()) for x in g]
        if self.clip == "global_clipnorm":
            whole = sum((x * x).sum() for x in g).sqrt()
            return [shrink(x, whole) for x in g]
        if self.clip == "clipvalue":
            return [x.clamp(-self.most, self.most) for x in g]
        return g

    @torch.no_grad()
    def step(self):
        self.count += 1
        for w, g, kept in zip(self.weights, self.clipped(), self.kept):
            w -= w * self.decay * self.settings["lr"]
            w -= self.move(g, kept, **self.settings)
            hold = self.holds.get(id(w))
            if hold:
                w.copy_(hold(w))


class Sgd(Descent):
    def move(self, g, kept, lr, momentum=0.0):
        kept["v"] = momentum * kept.get("v", 0) - lr * g
        return -kept["v"]


class Adam(Descent):
    def move(self, g, kept, lr, b1=0.9, b2=0.999, eps=TINY):
        kept["m"] = b1 * kept.get("m", 0) + (1 - b1) * g
        kept["v"] = b2 * kept.get("v", 0) + (1 - b2) * g * g
        m = kept["m"] / (1 - b1**self.count)
        v = kept["v"] / (1 - b2**self.count)
        return lr * m / (v.sqrt() + eps)


class RMSprop(Descent):
    def move(self, g, kept, lr, rho=0.9, momentum=0.0, eps=TINY, centered=False):
        kept["v"] = rho * kept.get("v", 0) + (1 - rho) * g * g
        below = kept["v"] + eps
        if centered:
            kept["a"] = rho * kept.get("a", 0) + (1 - rho) * g
            below = kept["v"] - kept["a"] ** 2 + eps
        step = lr * g / below.sqrt()
        kept["u"] = momentum * kept.get("u", 0) + step
        return kept["u"]


class Adagrad(Descent):
    def move(self, g, kept, lr, start=0.1, eps=TINY):
        kept["a"] = kept.get("a", start) + g * g
        return lr * g / (kept["a"] + eps).sqrt()


def made(kind, **settings):
    return lambda weights, holds: kind(weights, holds, **settings)


OPTIMIZERS = {
    "adamw lr=0.01": made(Adam, lr=0.01, decay=0.004),
    "adamw lr=0.01 weight_decay=0.5 beta_1=0.8": made(Adam, lr=0.01, decay=0.5, b1=0.8),
    "rmsprop lr=0.01": made(RMSprop, lr=0.01),
    "rmsprop lr=0.01 rho=0.8 momentum=0.7": made(RMSprop, lr=0.01, rho=0.8, momentum=0.7),
    "rmsprop lr=0.01 centered=yes": made(RMSprop, lr=0.01, centered=True),
    "rmsprop lr=0.01 centered=yes momentum=0.5 epsilon=1e-3": made(
        RMSprop, lr=0.01, centered=True, momentum=0.5, eps=1e-3),
    "adagrad lr=0.05": made(Adagrad, lr=0.05),
    "adagrad lr=0.05 initial_accumulator_value=0 epsilon=1e-5": made(
        Adagrad, lr=0.05, start=0.0, eps=1e-5),
    "sgd lr=0.1 clipnorm=0.2": made(Sgd, lr=0.1, clip="clipnorm", most=0.2),
    "sgd lr=0.1 clipnorm=100": made(Sgd, lr=0.1),
    "sgd lr=0.1 momentum=0.9 global_clipnorm=0.2": made(
        Sgd, lr=0.1, momentum=0.9, clip="global_clipnorm", most=0.2),
    "sgd lr=0.1 clipvalue=0.05": made(Sgd, lr=0.1, clip="clipvalue", most=0.05),
    "adamw lr=0.01 weight_decay=0.5 clipnorm=0.1": made(
        Adam, lr=0.01, decay=0.5, clip="clipnorm", most=0.1),
    "adam lr=0.01 clipvalue=0.03": made(Adam, lr=0.01, clip="clipvalue", most=0.03),
    "rmsprop lr=0.01 global_clipnorm=0.1": made(
        RMSprop, lr=0.01, clip="global_clipnorm", most=0.1),
    "adagrad lr=0.05 clipnorm=0.1": made(Adagrad, lr=0.05, clip="clipnorm", most=0.1),
}


def norms(w, axis):
    return (w * w).sum(axis, keepdim=True).sqrt()


def max_norm(most=2.0, axis=0):
    return lambda w: w * (norms(w, axis).clamp(max=most) / (TINY + norms(w, axis)))


def unit_norm(axis=0):
    return lambda w: w / (TINY + norms(w, axis))


def min_max_norm(low=0.0, high=1.0, rate=1.0, axis=0):
    def hold(w):
        n = norms(w, axis)
        return w * ((rate * n.clamp(low, high) + (1 - rate) * n) / (TINY + n))
    return hold


def non_neg(w):
    return w * (w >= 0)


def held(p):
    return p.clamp(1e-7, 1)


def unit(x):
    return x / norms(x, -1).clamp(min=1e-7)


LOSSES = {
    "kl": lambda y, t: (held(t) * (held(t) / held(y)).log()).sum(-1).mean(),
    "poisson": lambda y, t: (y - t * (y + 1e-7).log()).mean(),
    "hinge": lambda y, t: (1 - (2 * t - 1) * y).clamp(min=0).mean(),
    "cosine": lambda y, t: -(unit(t) * unit(y)).sum(-1).mean(),
    "logcosh": lambda y, t: (
        (y - t) + torch.nn.functional.softplus(-2 * (y - t)) - torch.tensor(2.0).log()).mean(),
}


class Held(Dense):
    """A dense layer with constraints: by slot, how it is written and what it does."""

    def __init__(self, *words, hold, **slots):
        super().__init__(*words, **slots)
        self.hold = hold

    def text(self):
        return super().text() + "".join(
            " %s_constraint=%s" % (slot, text) for slot, (text, _) in self.hold.items())


class Update(Model):
    maker = "make_updates.py"

    def __init__(self, *words, optimizers, **options):
        super().__init__(*words, **options)
        self.optimizers = optimizers

    def run(self, optimizer):
        holds = {}
        for layer in self.layers:
            for slot, (_, hold) in getattr(layer, "hold", {}).items():
                holds[id(layer.weights["%s.%s" % (layer.name, slot)])] = hold
        make = OPTIMIZERS[optimizer]
        make_torch.OPTIMIZERS = {optimizer: lambda weights: make(weights, holds)}
        return super().run(optimizer)

    def write(self, folder):
        lines = ["# Made by %s with PyTorch %s." % (self.maker, torch.__version__.split("+")[0])]
        lines += [self.text(), "."] + list(self.at_start())
        for optimizer in self.optimizers:
            lines += list(self.run(optimizer))
        with open(os.path.join(folder, "torch_update_%s.txt" % self.name), "w") as f:
            f.write("\n".join(lines) + "\n")


def side(columns):
    return lambda r: [float(r.randrange(2)) for _ in range(columns)]


def shares(columns):
    def draw(r):
        parts = [round(r.uniform(0.1, 1), 3) for _ in range(columns)]
        return [p / sum(parts) for p in parts]
    return draw


def count(r):
    return [float(r.randrange(6))]


SOME = ["sgd lr=0.1 clipnorm=0.2", "adamw lr=0.01 weight_decay=0.5 clipnorm=0.1"]


def models():
    yield Update("optimizers", "3", [
        Dense("a", 4, "tanh", kernel=[Term("l2", 0.3)], bias=[Term("l1", 0.02)],
              activity=[Term("l1", 0.05)]),
        Dense("b", 2)], "mse", plain(2), optimizers=list(OPTIMIZERS))
    yield Update("constraints", "3", [
        Held("a", 4, "tanh", kernel=[Term("l2", 0.02)],
             hold={"kernel": ("max_norm(0.8)", max_norm(0.8)), "bias": ("non_neg", non_neg)}),
        Held("b", 3, "tanh", hold={
            "kernel": ("unit_norm", unit_norm()), "bias": ("max_norm(0.5)", max_norm(0.5))}),
        Held("c", 3, "tanh", hold={
            "kernel": ("min_max_norm(0.5, 0.9, rate=0.3)", min_max_norm(0.5, 0.9, 0.3))}),
        Held("d", 4, "tanh", hold={
            "kernel": ("min_max_norm(0.7, 0.9, axis=1)", min_max_norm(0.7, 0.9, axis=1)),
            "bias": ("unit_norm", unit_norm())}),
        Held("e", 2, hold={"kernel": ("unit_norm(axis=1)", unit_norm(1))}, frozen=True),
        Held("f", 2, hold={"kernel": ("max_norm(axis=1)", max_norm(axis=1))})],
        "mse", plain(2), optimizers=SOME + ["rmsprop lr=0.01"])
    for name, loss, last, targets in (
            ("kl", "kl", Dense("b", 3, "softmax"), shares(3)),
            ("kl_relu", "kl", Dense("b", 2, "relu"), share(2)),
            ("poisson", "poisson", Dense("b", 1, "softplus"), count),
            ("hinge", "hinge", Dense("b", 2), side(2)),
            ("cosine", "cosine", Dense("b", 3, activity=[Term("l2", 0.1)]), plain(3)),
            ("logcosh", "logcosh", Dense("b", 2), plain(2))):
        yield Update(name, "3", [Dense("a", 4, "tanh", kernel=[Term("l2", 0.02)]), last],
                     loss, targets, optimizers=SOME[:1])


if __name__ == "__main__":
    make_torch.LOSSES = LOSSES
    LOSSES["mse"] = torch.nn.functional.mse_loss
    for model in models():
        model.write(os.path.dirname(os.path.abspath(__file__)))
