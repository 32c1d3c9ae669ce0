#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes torch_update_more_*.txt beside itself: what make_updates.py writes, for nadam (Dozat
2016), lion (Chen et al. 2023, algorithm 2), ftrl (McMahan et al. 2013, algorithm 1, with z as it is
there), the decoupled decay of sgd, and what every optimizer takes: sam= by a second gradient (Foret
et al. 2021), ema= by its formula. After a run with ema= the lines are also
    average STEPS WEIGHT NUMBERS    the averages, moving statistics as they are
    evaluated STEPS VALUE           the data loss over all samples with these. Gradients are PyTorch's autograd. Run by hand; the files are
committed."""
import os

import torch

import make_torch
import make_updates
from make_torch import Dense, Norm, Plain, Term, plain
from make_updates import TINY, Descent, Held, Sgd, Update, made, max_norm


class Nadam(Descent):
    """The algorithm in the documentation of torch.optim.NAdam. The code of PyTorch 1.13 has mu_t
    twice in the product for the next step; that of PyTorch 2 follows the algorithm."""

    def move(self, g, kept, lr, b1=0.9, b2=0.999, eps=TINY, late=0.004):
        mu = [b1 * (1 - 0.5 * 0.96 ** (i * late)) for i in (self.count, self.count + 1)]
        kept["product"] = kept.get("product", 1) * mu[0]
        kept["m"] = b1 * kept.get("m", 0) + (1 - b1) * g
        kept["v"] = b2 * kept.get("v", 0) + (1 - b2) * g * g
        m = mu[1] * kept["m"] / (1 - kept["product"] * mu[1])
        m = m + (1 - mu[0]) * g / (1 - kept["product"])
        return lr * m / ((kept["v"] / (1 - b2**self.count)).sqrt() + eps)


class Lion(Descent):
    def move(self, g, kept, lr, b1=0.9, b2=0.99):
        m = kept.get("m", torch.zeros_like(g))
        kept["m"] = b2 * m + (1 - b2) * g
        return lr * torch.sign(b1 * m + (1 - b1) * g)


class Ftrl(Descent):
    """z starts where the first step leaves a weight that has no gradient: at -beta w / lr."""

    def step(self):
        for w, kept in zip(self.weights, self.kept):
            kept["w"] = w.detach().clone()
        super().step()

    def move(self, g, kept, lr, l1=0.0, l2=0.0, beta=1.0):
        w = kept["w"]
        if "z" not in kept:
            kept["z"], kept["n"] = -beta * w / lr, torch.zeros_like(g)
        root = (kept["n"] + g * g).sqrt()
        kept["z"] = kept["z"] + g - (root - kept["n"].sqrt()) / lr * w
        kept["n"] = kept["n"] + g * g
        z = kept["z"]
        to = -(z - torch.sign(z) * l1) / ((beta + root) / lr + l2)
        return w - torch.where(z.abs() <= l1, torch.zeros_like(w), to)


class Sam:
    """Lets `inner` follow the gradient at w + rho g / |g|, g that of all that moves. What batchnorm
    saw is what it saw at w."""

    def __init__(self, inner, rho):
        self.inner, self.rho = inner, rho
        self.zero_grad = inner.zero_grad

    def step(self):
        model, weights = Catalogue.running, self.inner.weights
        batch = model.batches()[self.inner.count % len(model.batches())]
        norm = sum((w.grad * w.grad).sum() for w in weights).sqrt()
        start, seen = [w.detach().clone() for w in weights], [n.seen for n in model.norms()]
        with torch.no_grad():
            for w in weights:
                w += self.rho * w.grad / norm
        self.zero_grad()
        data, rows = model.terms(*batch, training=True)
        (data + sum(rows.values())).backward()
        with torch.no_grad():
            for w, was in zip(weights, start):
                w.copy_(was)
        for n, was in zip(model.norms(), seen):
            n.seen = was
        self.inner.step()


class Averaged:
    def __init__(self, inner, decay):
        self.inner, self.decay, self.average = inner, decay, None
        self.zero_grad = inner.zero_grad

    def step(self):
        self.inner.step()
        weights = [w.detach().clone() for w in Catalogue.running.moving()]
        if self.average is None:
            self.average = weights
        self.average = [
            self.decay * a + (1 - self.decay) * w for a, w in zip(self.average, weights)]


class Catalogue(Update):
    """Its runs tell of averages, too."""

    running = None

    def run(self, optimizer):
        Catalogue.running = self
        make, kept = make_updates.OPTIMIZERS[optimizer], []
        make_updates.OPTIMIZERS[optimizer] = lambda *of: kept.append(make(*of)) or kept[-1]
        for line in super().run(optimizer):
            words = line.split()
            if words[0] == "evaluated" and isinstance(kept[0], Averaged):
                continue
            yield line
            if words[0] == "after" and words[2] == list(self.weights)[-1]:
                yield from self.averages(kept[0], words[1])
        make_updates.OPTIMIZERS[optimizer] = make

    def averages(self, kept, steps):
        if not isinstance(kept, Averaged):
            return
        was = {path: w.detach().clone() for path, w in self.weights.items()}
        with torch.no_grad():
            for w, a in zip(self.moving(), kept.average):
                w.copy_(a)
            for path, w in self.weights.items():
                yield "average %s %s %s" % (steps, path, self.listed(w))
            yield "evaluated %s %r" % (steps, self.mean(lambda v: v[0]))
            for path, w in self.weights.items():
                w.copy_(was[path])


def sam(rho, kind, **settings):
    return lambda weights, holds: Sam(kind(weights, holds, **settings), rho)


def averaged(decay, kind, **settings):
    return lambda weights, holds: Averaged(kind(weights, holds, **settings), decay)


KEYS = {
    "sgd lr=0.1 sam=0.2": sam(0.2, Sgd, lr=0.1),
    "sgd lr=0.1 momentum=0.9 sam=0.05 global_clipnorm=0.2": sam(
        0.05, Sgd, lr=0.1, momentum=0.9, clip="global_clipnorm", most=0.2),
    "adamw lr=0.01 weight_decay=0.5 sam=0.1": sam(0.1, make_updates.Adam, lr=0.01, decay=0.5),
    "sgd lr=0.1 ema=0.9": averaged(0.9, Sgd, lr=0.1),
    "adam lr=0.02 ema=0.5": averaged(0.5, make_updates.Adam, lr=0.02),
}


OPTIMIZERS = {
    "nadam lr=0.01": made(Nadam, lr=0.01),
    "nadam lr=0.02 beta_1=0.8 beta_2=0.9 momentum_decay=0.5 epsilon=1e-3": made(
        Nadam, lr=0.02, b1=0.8, b2=0.9, late=0.5, eps=1e-3),
    "nadam lr=0.01 momentum_decay=0 clipnorm=0.1": made(
        Nadam, lr=0.01, late=0.0, clip="clipnorm", most=0.1),
    "lion lr=0.01": made(Lion, lr=0.01),
    "lion lr=0.02 beta_1=0.5 beta_2=0.7 weight_decay=0.5 clipvalue=0.03": made(
        Lion, lr=0.02, b1=0.5, b2=0.7, decay=0.5, clip="clipvalue", most=0.03),
    "ftrl lr=0.1": made(Ftrl, lr=0.1),
    "ftrl lr=0.1 l1=0.4": made(Ftrl, lr=0.1, l1=0.4),
    "ftrl lr=0.3 l1=0.2 l2=0.5 beta=0.5": made(Ftrl, lr=0.3, l1=0.2, l2=0.5, beta=0.5),
    "sgd lr=0.1 weight_decay=0.3": made(Sgd, lr=0.1, decay=0.3),
    "sgd lr=0.1 weight_decay=0.3 momentum=0.9 global_clipnorm=0.2": made(
        Sgd, lr=0.1, momentum=0.9, decay=0.3, clip="global_clipnorm", most=0.2),
}


def models():
    yield Update("more_optimizers", "3", [
        Dense("a", 4, "tanh", kernel=[Term("l2", 0.3)], bias=[Term("l1", 0.02)],
              activity=[Term("l1", 0.05)]),
        Dense("f", 3, "tanh", frozen=True),
        Dense("b", 2)], "mse", plain(2), optimizers=list(OPTIMIZERS))
    yield Update("more_optimizers_held", "3", [
        Dense("a", 4, "tanh", kernel=[Term("l2", 0.3)]),
        Held("b", 2, hold={"kernel": ("max_norm(0.8)", max_norm(0.8))})], "mse", plain(2),
        optimizers=[o for o in OPTIMIZERS if not o.startswith("ftrl")])
    yield Catalogue("keys", "3", [
        Dense("a", 4, "tanh", kernel=[Term("l2", 0.3)], bias=[Term("l1", 0.02)],
              activity=[Term("l1", 0.05)]),
        Dense("f", 3, "tanh", frozen=True),
        Held("b", 2, hold={"kernel": ("max_norm(0.8)", max_norm(0.8))})],
        "mse", plain(2), optimizers=list(KEYS))
    yield Catalogue("keys_batchnorm", "3", [
        Dense("a", 5, bias=False),
        Norm("n", momentum=0.9, gamma=[Term("l2", 0.05)], activity=[Term("l1", 0.02)]),
        Plain("f", "activation tanh", torch.tanh), Dense("b", 2)],
        "mse", plain(2), optimizers=list(KEYS))


if __name__ == "__main__":
    make_updates.OPTIMIZERS.update({**OPTIMIZERS, **KEYS})
    Update.maker = "make_optimizers.py"
    make_torch.LOSSES["mse"] = torch.nn.functional.mse_loss
    for model in models():
        model.write(os.path.dirname(os.path.abspath(__file__)))
