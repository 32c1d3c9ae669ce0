#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes formulas.txt beside itself: formulas of the nnr language, and what PyTorch's autograd
makes of them in double precision. Run by hand (needs python3-torch); the file is committed.

Lines of
    formula TEXT
    shape SIZE ...
    x NUMBERS           row-major
    value VALUE
    gradient NUMBERS    like x"""
import os
import random

import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def rho_hat(x):
    q = x.mean(0).clamp(1e-7, 1 - 1e-7)
    return (0.05 * torch.log(0.05 / q) + 0.95 * torch.log(0.95 / (1 - q))).sum()


KL = (
    "sum(where(mean(x, axis=0) >= 0 and mean(x, axis=0) <= 1, "
    "0.05*log(0.05/max(1e-7, min(mean(x, axis=0), 1 - 1e-7))) + "
    "0.95*log(0.95/(1 - max(1e-7, min(mean(x, axis=0), 1 - 1e-7)))), 0/0))"
)
ANY = {
    "sum(abs(x))^2 / sum(x^2)": lambda x: x.abs().sum() ** 2 / (x * x).sum(),
    "sum(sqrt(sum(x^2, axis=0) + 1e-8))": lambda x: ((x * x).sum(0) + 1e-8).sqrt().sum(),
    "sum(norm(x, axis=0))": lambda x: torch.linalg.vector_norm(x, dim=0).sum(),
    "var(mean(x, axis=0))": lambda x: x.mean(0).var(unbiased=False),
    "sum(std(x, axis=-1))": lambda x: x.std(-1, unbiased=False).sum(),
    "sum(sqrt(x^2 + 1)) + 3*max(abs(x)) + log(1 + exp(mean(x)))": lambda x: (
        (x * x + 1).sqrt().sum() + 3 * x.abs().max() + torch.log1p(x.mean().exp())
    ),
    "sum(log(1 + x^2 / 0.25))": lambda x: torch.log1p(x * x / 0.25).sum(),
    "sum(1 - exp(-(x^2) / 0.5))": lambda x: (1 - torch.exp(-x * x / 0.5)).sum(),
    "sum(where(abs(x) < 0.7, x^2 / 2, 0.7*(abs(x) - 0.35)))": lambda x: (
        torch.nn.functional.huber_loss(x, torch.zeros_like(x), reduction="sum", delta=0.7)
    ),
    "max(abs(x), axis=0)": lambda x: x.abs().amax(0).sum(),
    "max(x, -0.5) * min(x, 0.5)": lambda x: (
        torch.maximum(x, torch.tensor(-0.5)) * torch.minimum(x, torch.tensor(0.5))
    ).sum(),
    "x / (1 + sum(abs(x), axis=-1))": lambda x: (x / (1 + x.abs().sum(-1, keepdim=True))).sum(),
    "abs(x)^1.5": lambda x: (x.abs() ** 1.5).sum(),
}
SHARES = {KL: rho_hat, "-sum(x*log(x) + (1 - x)*log(1 - x))": lambda x: torch.special.entr(x).sum()
          + torch.special.entr(1 - x).sum()}
# A tie for the largest and for the smallest, a column and an element of 0.
TIES = torch.tensor([[2.0, 0.0, -1.0], [2.0, 0.0, 0.5], [-1.0, 0.0, 0.0]])
TIED = {
    "max(x)^2": lambda x: x.amax() ** 2,
    "min(x)": lambda x: x.amin(),
    "sum(max(x, axis=0) * min(x, axis=1))": lambda x: (
        x.amax(0, keepdim=True) * x.amin(1, keepdim=True)
    ).sum(),
    "sum(max(x, 2))": lambda x: torch.maximum(x, torch.tensor(2.0)).sum(),
    "sum(abs(x))": lambda x: x.abs().sum(),
    "sum(norm(x, axis=0))": lambda x: torch.linalg.vector_norm(x, dim=0).sum(),
}


def numbers(x):
    return " ".join(repr(v) for v in x.detach().flatten().tolist())


def case(text, function, x):
    x = x.clone().requires_grad_()
    value = function(x)
    (gradient,) = torch.autograd.grad(value, x)
    return [
        "formula " + text,
        "shape " + " ".join(str(n) for n in x.shape),
        "x " + numbers(x),
        "value %r" % value.item(),
        "gradient " + numbers(gradient),
    ]


def main():
    keyed = random.Random("formulas")
    draw = lambda low, high, *shape: torch.tensor(
        [round(keyed.uniform(low, high), 3) for _ in range(torch.tensor(shape).prod())]
    ).view(shape)
    lines = ["# Made by make_formulas.py with PyTorch %s." % torch.__version__.split("+")[0]]
    for text, function in ANY.items():
        for shape in (6, 4), (3, 2, 5):
            lines += case(text, function, draw(-1.5, 1.5, *shape))
    for text, function in SHARES.items():
        lines += case(text, function, draw(0.02, 0.98, 5, 3))
    for text, function in TIED.items():
        lines += case(text, function, TIES)
    folder = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(folder, "formulas.txt"), "w") as f:
        f.write("\n".join(lines) + "\n")


main()
