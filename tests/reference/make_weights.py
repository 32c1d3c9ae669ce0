#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes weights.txt beside itself: a net trained by PyTorch on samples with weights. Run by hand;
the file is committed.

2-3-1, tanh, from the numbers below; six samples in batches of four and two, in their order; sgd with
lr 0.1. The loss of a batch is sum(w (y - t)^2) / n for its n samples, plus 0.05 sum(kernel^2) of the
first layer, plus 0.02 sum|h| / n of its output. A line is the data loss and the penalty of a step;
the last lines are the weights after six steps: first kernel [2][3], bias, second kernel, bias."""

import pathlib

import torch

HERE = pathlib.Path(__file__).resolve().parent
X = [[0.5, -1], [1, 0.25], [-0.75, 0.5], [0.125, 1], [-1, -0.5], [0.25, 0.75]]
W = [2, 0.5, 0, 3, 1.25, 0.75]
T = [1, -0.5, 0.25, 0.75, -1, 0.5]
KERNEL = [[0.5, -0.25, 0.75], [-0.5, 1, 0.25]]
SECOND = [[0.5], [-1], [0.25]]


def main():
    torch.set_default_dtype(torch.float64)
    x, w, t = torch.tensor(X), torch.tensor(W), torch.tensor(T)
    weights = [torch.tensor(a, requires_grad=True)
               for a in (KERNEL, [0.0, 0.0, 0.0], SECOND, [0.0])]
    optimizer = torch.optim.SGD(weights, lr=0.1)
    with open(HERE / "weights.txt", "w") as f:
        f.write(f"# PyTorch {torch.__version__.split('+')[0]}, by make_weights.py\n")
        for step in range(6):
            batch = slice(0, 4) if step % 2 == 0 else slice(4, 6)
            n = len(t[batch])
            h = torch.tanh(x[batch] @ weights[0] + weights[1])
            y = (h @ weights[2] + weights[3])[:, 0]
            data = (w[batch] * (y - t[batch]) ** 2).sum() / n
            penalty = 0.05 * (weights[0] ** 2).sum() + 0.02 * h.abs().sum() / n
            f.write(f"{data.item()!r} {penalty.item()!r}\n")
            optimizer.zero_grad()
            (data + penalty).backward()
            optimizer.step()
        for a in weights:
            f.write(" ".join(repr(v) for v in a.detach().flatten().tolist()) + "\n")


main()
