#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes torch_update_more_*.txt beside itself: what make_updates.py writes, for nadam (Dozat
2016), lion (Chen et al. 2023, algorithm 2), ftrl (McMahan et al. 2013, algorithm 1, with z as it is
there), and the decoupled decay of sgd. Gradients are PyTorch's autograd. Run by hand; the files are
committed."""
import os

import torch

import make_torch
import make_updates
from make_torch import Dense, Term, plain
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


if __name__ == "__main__":
    make_updates.OPTIMIZERS.update(OPTIMIZERS)
    Update.maker = "make_optimizers.py"
    make_torch.LOSSES["mse"] = torch.nn.functional.mse_loss
    for model in models():
        model.write(os.path.dirname(os.path.abspath(__file__)))
