#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""One workload in PyTorch eager on one thread, as a person would write it.
Usage: torch_train.py FOLDER W1|W2|W3|W4|C1|C2|R1|R2 EPOCHS [none] [one] [flush]
none: without penalties; one: a single step; flush: the smallest numbers count as 0.
Prints a line of JSON: the loss and the seconds of each epoch."""
import json
import os
import sys
import time

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[library + "_NUM_THREADS"] = "1"
import numpy
import torch
from torch import nn
from torch.nn import functional

import workloads


class Memory(nn.Module):
    """The last output of an LSTM; one bias, as Keras has it, 1 for the forget gates."""

    def __init__(self, kernel, recurrent):
        super().__init__()
        self.lstm = nn.LSTM(kernel.shape[0], recurrent.shape[0], batch_first=True)
        with torch.no_grad():
            self.lstm.weight_ih_l0.copy_(kernel.t())
            self.lstm.weight_hh_l0.copy_(recurrent.t())
            self.lstm.bias_ih_l0.zero_()
            self.lstm.bias_ih_l0[recurrent.shape[0]:2 * recurrent.shape[0]] = 1
            self.lstm.bias_hh_l0.zero_()
        self.lstm.bias_hh_l0.requires_grad_(False)

    def forward(self, x):
        return self.lstm(x)[0][:, -1]


class Model(nn.Module):
    def __init__(self, workload, folder, penalties):
        super().__init__()
        self.workload, self.penalties = workload, penalties
        self.layers = nn.ModuleList()
        kernels = [torch.from_numpy(numpy.load("%s/%s-k%d.npy" % (folder, workload, i)))
                   for i in range(len(workloads.SIZES[workload]))]
        if workload in ("R1", "R2"):
            self.layers.append(Memory(*kernels[:2]))
            kernels = kernels[2:]
        for kernel in kernels:
            size = kernel.shape
            layer = nn.Linear(*size) if len(size) == 2 else nn.Conv2d(size[2], size[3], size[0])
            with torch.no_grad():
                layer.weight.copy_(self.turned(kernel, size))
                layer.bias.zero_()
            self.layers.append(layer)

    def turned(self, kernel, size):
        """As PyTorch has it: outputs in front; behind a convolution its channels come first."""
        if len(size) == 4:
            return kernel.permute(3, 2, 0, 1)
        channels = getattr(self.layers[-1], "weight", kernel).shape[0] if len(self.layers) else 1
        if len(self.layers) and isinstance(self.layers[-1], nn.Conv2d):
            side = int((size[0] // channels) ** 0.5)
            kernel = kernel.view(side, side, channels, -1).permute(2, 0, 1, 3).flatten(0, 2)
        return kernel.t()

    def forward(self, x):
        """The output, and what the penalties add to the loss."""
        value, penalty = getattr(self, self.workload)(x, *self.layers)
        return value, penalty if self.penalties else 0.0

    def W1(self, x, hidden, out):
        h = torch.relu(hidden(x))
        penalty = 0.1 * h.abs().sum() + 0.1 * h.square().sum() if self.penalties else 0
        return torch.sigmoid(out(h.flatten(1))), penalty

    def W2(self, x, code, out):
        h = torch.relu(code(x))
        penalty = 1e-3 * h.abs().sum() / len(x) if self.penalties else 0
        return torch.sigmoid(out(h)), penalty

    def W3(self, x, *layers):
        for layer in layers:
            x = torch.tanh(layer(x))
        squares = sum(layer.weight.square().sum() for layer in layers) if self.penalties else 0
        return x, 1e-3 * squares

    def W4(self, x, first, second, out):
        h1 = torch.relu(first(x))
        h2 = torch.relu(second(h1))
        squares = h1.square().sum() + h2.square().sum() if self.penalties else 0
        return out(h2), 1e-4 * squares / len(x)

    def C1(self, x, conv, out):
        h = torch.relu(conv(x.view(-1, 1, 8, 8)))
        penalty = 1e-4 * h.abs().sum() / len(x) if self.penalties else 0
        return out(functional.max_pool2d(h, 2).flatten(1)), penalty

    def C2(self, x, first, second, hidden, out):
        h1 = torch.relu(first(x.view(-1, 1, 28, 28)))
        h2 = torch.relu(second(h1))
        penalty = 1e-6 * (h1.abs().sum() + h2.abs().sum()) / len(x) if self.penalties else 0
        return out(torch.relu(hidden(functional.max_pool2d(h2, 2).flatten(1)))), penalty

    def R1(self, x, memory, out):
        h = memory(x)
        return out(h), 1e-4 * h.square().sum() / len(x) if self.penalties else 0

    R2 = R1


LOSSES = {"W1": functional.binary_cross_entropy, "W2": functional.mse_loss,
          "W3": functional.mse_loss, "W4": functional.cross_entropy,
          "C1": functional.cross_entropy, "C2": functional.cross_entropy,
          "R1": functional.mse_loss, "R2": functional.mse_loss}


def read(folder, workload):
    x = torch.from_numpy(numpy.load("%s/%s-x.npy" % (folder, workload)))
    if workload == "W2":
        return x, x
    y = torch.from_numpy(numpy.load("%s/%s-y.npy" % (folder, workload)))
    return x, y.long() if workload in ("W4", "C1", "C2") else y


def epoch(model, moves, batches, loss_of):
    """The mean loss of its batches, weighted by their sizes."""
    total, samples = 0.0, 0
    for x, y in batches:
        moves.zero_grad(set_to_none=True)
        out, penalty = model(x)
        loss = loss_of(out, y) + penalty
        loss.backward()
        moves.step()
        total += loss.item() * len(x)
        samples += len(x)
    return total / samples


def main():
    folder, workload, epochs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    options = sys.argv[4:]
    torch.set_num_threads(1)
    torch.set_flush_denormal("flush" in options)
    x, y = read(folder, workload)
    batch = workloads.ABOUT[workload]["batch"]
    batches = list(zip(x.split(batch), y.split(batch)))
    if "one" in options:
        batches = batches[:1]
    model = Model(workload, folder, "none" not in options)
    if workload == "W3":
        moves = torch.optim.SGD(model.parameters(), lr=0.03)
    else:
        moves = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
    losses, seconds = [], []
    for _ in range(epochs):
        begin = time.perf_counter()
        losses.append(epoch(model, moves, batches, LOSSES[workload]))
        seconds.append(time.perf_counter() - begin)
    print(json.dumps({"losses": losses, "epoch_seconds": seconds, "version": torch.__version__}))


if __name__ == "__main__":
    main()
