#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""nnr against PyTorch eager, one thread each: a sparse autoencoder of the digits, 64-100-64, relu
or sigmoid code with an l1(1e-3) activity penalty, mean squared error, Adam, batches of 32 in order.
Usage: bench_torch.py NNR DIGITS.csv.gz [ROUNDS [EPOCHS]]

In each round both train once from the same first weights; times are those of an epoch, the first
ones of a run left out. The ratio is taken inside a round, so that a machine that slows down slows
both. Fails when the losses disagree; skipped (exit 77) without PyTorch."""
import gzip
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[library + "_NUM_THREADS"] = "1"
try:
    import torch
except ImportError:
    print("PyTorch is not installed for %s: skipped" % sys.executable)
    sys.exit(77)

WARM = 3  # epochs before the losses are compared and the timing begins
BATCH = 32
SIZES = (64, 100, 64)
# Both round in their own order, and training magnifies that: after WARM epochs, five digits stand.
LOSS_ROOM = 1e-5


def read_digits(path):
    with gzip.open(path, "rt") as f:
        rows = [[float(v) for v in line.split(",")] for line in f]
    return torch.tensor(rows)[:, : SIZES[0]] / 16


def first_kernels():
    """Glorot uniform, rounded so that a few digits say the whole number."""
    draw = random.Random(1)
    kernels = []
    for a, b in zip(SIZES, SIZES[1:]):
        most = (6 / (a + b)) ** 0.5
        kernels.append([[round(draw.uniform(-most, most), 6) for _ in range(b)] for _ in range(a)])
    return kernels


def script(code, kernels, epochs):
    """The experiment in nnr's language."""
    words = [", ".join("%.6f" % v for row in k for v in row) for k in kernels]
    return "\n".join([
        "data digits target=input batch=%d shuffle=no" % BATCH,
        "input %d" % SIZES[0],
        "dense %d %s activity=l1(1e-3) kernel_init=values(%s)" % (SIZES[1], code, words[0]),
        "dense %d sigmoid kernel_init=values(%s)" % (SIZES[2], words[1]),
        "loss mse",
        "optimizer adam lr=1e-3",
        "train %d" % WARM,
        "train %d" % epochs,
        "",
    ])


def run_nnr(nnr, path):
    """Loss after WARM epochs, and seconds of each later epoch."""
    out = subprocess.run([nnr, "--json", "--quiet", "--plot", "none", path],
                         stdout=subprocess.PIPE, check=True, universal_newlines=True).stdout
    lines = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    trains = [line for line in lines if "epoch_seconds" in line]
    if len(trains) != 2:
        sys.exit("%s did not report two trains, but: %s" % (nnr, out[:400]))
    warm, timed = trains
    return warm["loss"], timed["epoch_seconds"]


class Autoencoder(torch.nn.Module):
    def __init__(self, code, kernels):
        super().__init__()
        self.code = torch.nn.Linear(*SIZES[:2])
        self.out = torch.nn.Linear(*SIZES[1:])
        self.activation = getattr(torch, code)
        with torch.no_grad():
            for layer, kernel in zip((self.code, self.out), kernels):
                layer.weight.copy_(torch.tensor(kernel).t())
                layer.bias.zero_()

    def forward(self, x):
        h = self.activation(self.code(x))
        return torch.sigmoid(self.out(h)), 1e-3 * h.abs().sum() / len(x)


def run_torch(code, kernels, batches, epochs):
    """The same from PyTorch."""
    model = Autoencoder(code, kernels)
    moves = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
    seconds, losses = [], []
    for _ in range(WARM + epochs):
        begin, total = time.perf_counter(), 0.0
        for x in batches:
            moves.zero_grad(set_to_none=True)
            y, penalty = model(x)
            loss = torch.nn.functional.mse_loss(y, x) + penalty
            loss.backward()
            moves.step()
            total += loss.item() * len(x)
        seconds.append(time.perf_counter() - begin)
        losses.append(total / sum(len(x) for x in batches))
    return losses[WARM - 1], seconds[WARM:]


def spread(values):
    return "%.4g [%.4g - %.4g]" % (statistics.median(values), min(values), max(values))


def compare(nnr, code, kernels, batches, rounds, epochs):
    """Prints the figures for one activation of the code; whether the losses agree."""
    ours, theirs, agree = [], [], True
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "sparse.nnr")
        with open(path, "w") as f:
            f.write(script(code, kernels, epochs))
        for _ in range(rounds):
            loss, seconds = run_nnr(nnr, path)
            ours.append(statistics.median(seconds[1:]))
            wanted, seconds = run_torch(code, kernels, batches, epochs)
            theirs.append(statistics.median(seconds[1:]))
            agree = agree and abs(loss - wanted) <= LOSS_ROOM * wanted
    print("%s code" % code)
    print("  loss after %d epochs    nnr %.8g, PyTorch %.8g: %s"
          % (WARM, loss, wanted, "agree" if agree else "DISAGREE"))
    print("  ms an epoch, nnr       " + spread([1e3 * s for s in ours]))
    print("  ms an epoch, PyTorch   " + spread([1e3 * s for s in theirs]))
    print("  times as fast          " + spread([b / a for a, b in zip(ours, theirs)]))
    return agree


def main():
    nnr, digits = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    epochs = int(sys.argv[4]) if len(sys.argv) > 4 else 20
    torch.set_num_threads(1)
    batches = read_digits(digits).split(BATCH)
    kernels = first_kernels()
    print("PyTorch %s eager, %d rounds of %d epochs" % (torch.__version__, rounds, epochs))
    results = [compare(nnr, code, kernels, batches, rounds, epochs) for code in ("relu", "sigmoid")]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
