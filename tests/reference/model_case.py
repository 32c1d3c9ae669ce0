# SPDX-License-Identifier: GPL-3.0-or-later
"""What the models of make_models.py are made with.

In a script @tower.top:4x3 stands for the first kernel and bias of that dense layer, as the arguments
kernel_init= and bias_init=; with ! behind it there is no bias, with ^ it has the last axis but one. @n.gamma:3 stands for gamma_init=;
@d.threshold:1~ for nothing: a weight that starts at 0 by itself and does not train;
@a.recurrent:3x12= for recurrent_init= with that shape, and @b.kernel:2x8& for the same of both halves
of a bidirectional layer, b.forward and b.backward, which start alike."""
import os
import random
import re

import torch
import torch.nn.functional as F

import make_torch
import make_updates
from make_torch import SNAPSHOTS

CASES = []
OPTIMIZERS = dict(make_updates.OPTIMIZERS)
for words, make in make_torch.OPTIMIZERS.items():
    OPTIMIZERS[words] = lambda weights, holds, make=make: make(weights)
OPTIMIZERS["sgd lr=0.1"] = make_updates.made(make_updates.Sgd, lr=0.1)  # with constraints


SGD = "sgd lr=0.05"
MOMENTUM = "sgd lr=0.05 momentum=0.9"
NESTEROV = "sgd lr=0.05 momentum=0.9 nesterov=yes"
ADAM = "adam lr=0.01"
ADAMW = "adamw lr=0.01 weight_decay=0.5 beta_1=0.8"
RMSPROP = "rmsprop lr=0.01 rho=0.8 momentum=0.7"
CENTERED = "rmsprop lr=0.01 centered=yes"
ADAGRAD = "adagrad lr=0.05"

cat = lambda *parts: torch.cat(parts, -1)
tanh, sigmoid, mse = torch.tanh, torch.sigmoid, F.mse_loss


def reals(*columns):
    """Targets in -1..1; a number of columns for each output."""
    return lambda r: [[round(r.uniform(-1, 1), 3) for _ in range(n)] for n in columns]


def truth(r):
    return [[float(r.randrange(2))]]


def mixed(r):
    return reals(1)(r) + truth(r)


def classes(*counts):
    return lambda r: [[float(r.randrange(n))] for n in counts]


def bce(z, t):
    return F.binary_cross_entropy_with_logits(z, t)


def cce(z, t):
    return F.cross_entropy(z.reshape(-1, z.shape[-1]), t.long().flatten())


class Penalty:
    """`total` of the whole tensor, how an activity's is brought down, and what a mean is one of."""

    def __init__(self, kind, total, reduce="batch", count=torch.numel):
        self.kind, self.total, self.reduce, self.count_of = kind, total, reduce, count

    def activity(self, x):
        divisor = {"batch": x.shape[0], "sum": 1, "mean": self.count_of(x)}[self.reduce]
        return self.total(x) / divisor


def l1(s, reduce="batch"):
    return Penalty("l1", lambda x: s * x.abs().sum(), reduce)


def l2(s, reduce="batch"):
    return Penalty("l2", lambda x: s * (x * x).sum(), reduce)


def l1l2(s, t, reduce="batch"):
    return Penalty("l1l2", lambda x: s * x.abs().sum() + t * (x * x).sum(), reduce)


class Pass:
    """One batch going through a model: what is counted on the way."""

    def __init__(self, weights, training):
        self.weights, self.training = weights, training
        self.rows, self.heads, self.seen = {}, [], []

    def count(self, slot, kind, value):
        key = "%s %s" % (slot, kind)
        self.rows[key] = self.rows.get(key, 0) + value

    def weight(self, path, *penalties):
        """To be called once for each weight."""
        for p in penalties:
            self.count(path, p.kind, p.total(self.weights[path]))

    def activity(self, layer, x, *penalties):
        """To be called once for each call of the layer."""
        for p in penalties:
            self.count(layer + ".activity", p.kind, p.activity(x))
        return x

    def dense(self, layer, x):
        y = x @ self.weights[layer + ".kernel"]
        bias = self.weights.get(layer + ".bias")
        return y if bias is None else y + bias

    def scaled(self, layer, x):
        return x * self.weights[layer + ".gamma"] + self.weights[layer + ".beta"]

    def layernorm(self, layer, x, epsilon=1e-3):
        off = x - x.mean(-1, keepdim=True)
        return self.scaled(layer, off / ((off * off).mean(-1, keepdim=True) + epsilon).sqrt())

    def batchnorm(self, layer, x, momentum, epsilon=1e-3):
        """With Keras's moving statistics, kept in the order of the calls."""
        mean, variance = (self.weights["%s.moving_%s" % (layer, k)] for k in ("mean", "variance"))
        if self.training:
            over = tuple(range(x.dim() - 1))
            batch = x.mean(over), x.var(over, unbiased=False)
            self.seen += [(mean, momentum, batch[0]), (variance, momentum, batch[1])]
            mean, variance = batch
        return self.scaled(layer, (x - mean) / (variance + epsilon).sqrt())

    def head(self, loss, weight=1):
        """The loss of an output, in their order; returns what it adds to the data loss."""
        self.heads.append(loss)
        return weight * loss

    def commit(self):
        for w, momentum, batch in self.seen:
            w.copy_(momentum * w + (1 - momentum) * batch.detach())


class Case:
    def __init__(self, forward, name, targets, optimizers, script, holds=None, frozen=(),
                 samples=7, batch=3, alter=None):
        self.forward, self.name, self.optimizers = forward, name, optimizers
        self.frozen, self.batch, self.weights = frozen, batch, {}
        self.keyed = random.Random(name)
        self.script = re.sub(r"@([a-z_0-9.]+):([0-9x]+)([!~^=&]?)", self.first_weights, script.strip())
        self.holds = {id(self.weights[p]): hold for p, hold in (holds or {}).items()}
        shapes = [[int(n) for n in size.split("x")]
                  for size in re.findall(r"^input (\S+)", script, re.M)]
        self.x = [self.draw([samples] + shape, 1.5) for shape in shapes]
        if alter:
            self.x = [alter(x, self.keyed) for x in self.x]
        drawn = [targets(self.keyed) for _ in range(samples)]
        self.t = [torch.tensor(part) for part in zip(*drawn)]
        self.start = {p: w.detach().clone() for p, w in self.weights.items()}

    def draw(self, shape, most=0.9):
        count = torch.tensor(shape).prod().item()
        return torch.tensor(
            [round(self.keyed.uniform(-most, most), 3) for _ in range(count)]).view(shape)

    def first_weights(self, match):
        layer, sizes, bare = match.group(1), match.group(2).split("x"), match.group(3)
        shape = [int(n) for n in sizes]
        if bare == "~":
            self.weights[layer] = torch.zeros(shape)
            return ""
        if bare == "&":
            first, part = layer.rsplit(".", 1)
            text = self.first_weight("%s.forward.%s" % (first, part), shape)
            start = self.weights["%s.forward.%s" % (first, part)]
            self.weights["%s.backward.%s" % (first, part)] = start.detach().clone().requires_grad_()
            return text
        if len(shape) == 1 or bare == "=":
            return self.first_weight(layer, shape)
        kernel = self.first_weight(layer + ".kernel", shape)
        return kernel + (" use_bias=no" if bare == "!"
                         else " " + self.first_weight(layer + ".bias", shape[-2:-1] if bare == "^" else shape[-1:]))

    def first_weight(self, path, shape):
        w = self.draw(shape)
        if path.endswith("moving_variance"):
            w = w.abs() + 0.25
        w.requires_grad_(not path.startswith(tuple(self.frozen)) and ".moving_" not in path)
        self.weights[path] = w
        return "%s_init=values(%s)" % (path.split(".")[-1], make_torch.numbers(w))

    def text(self):
        cells = lambda tensors, i: " | ".join(
            " ".join("%g" % v for v in x[i].flatten().tolist()) for x in tensors)
        rows = ["    %s -> %s" % (cells(self.x, i), cells(self.t, i))
                for i in range(len(self.x[0]))]
        return "\n".join(["data rows {"] + rows + [
            "} batch=%d shuffle=no" % self.batch, self.script])

    def batches(self):
        return list(zip(*[part.split(self.batch) for part in self.x + self.t]))

    def through(self, batch, training=False):
        """The data loss of a batch, and the pass."""
        m = Pass(self.weights, training)
        data = self.forward(m, *batch)
        return data, m

    def moving(self):
        return {p: w for p, w in self.weights.items() if w.requires_grad}

    def slopes(self, value):
        """By the weights that move; zero where the value does not depend on them."""
        moving = self.moving()
        if not value.requires_grad:
            return {p: torch.zeros_like(w) for p, w in moving.items()}
        parts = torch.autograd.grad(value, list(moving.values()), allow_unused=True)
        return {p: torch.zeros_like(w) if g is None else g
                for (p, w), g in zip(moving.items(), parts)}

    def mean(self, pick):
        """Of a figure of a batch, over all samples in evaluation."""
        figures = [len(b[0]) * pick(*self.through(b)) for b in self.batches()]
        return sum(figures) / len(self.x[0])

    def at_start(self):
        first, m = self.through(self.batches()[0], training=True)
        total = first + sum(m.rows.values())
        yield "data", self.mean(lambda data, m: data)
        yield "total", self.mean(lambda data, m: data + sum(m.rows.values()))
        for i in range(len(m.heads)):
            yield "head %d" % i, self.mean(lambda data, m: m.heads[i])
        for key in m.rows:
            value = self.mean(lambda data, m: m.rows[key])
            squares = sum((g * g).sum() for g in self.slopes(value).values())
            yield "row " + key, torch.stack([value, squares.sqrt()])
        yield "batch-data", first
        yield "batch-total", total
        for i, loss in enumerate(m.heads):
            yield "batch-head %d" % i, loss
        for key, value in m.rows.items():
            yield "batch-row " + key, value
        for path, g in self.slopes(total).items():
            yield "gradient " + path, g

    def step(self, batch, moves):
        moves.zero_grad()
        data, m = self.through(batch, training=True)
        (data + sum(m.rows.values())).backward()
        moves.step()
        with torch.no_grad():
            m.commit()

    def run(self, optimizer):
        with torch.no_grad():
            for path, w in self.weights.items():
                w.copy_(self.start[path])
        moves = OPTIMIZERS[optimizer](list(self.moving().values()), self.holds)
        batches = self.batches()
        for i in range(max(SNAPSHOTS)):
            self.step(batches[i % len(batches)], moves)
            if i + 1 not in SNAPSHOTS:
                continue
            for path, w in self.weights.items():
                yield "after %d %s" % (i + 1, path), w
            yield "evaluated %d" % (i + 1), self.mean(lambda data, m: data)

    def write(self, folder):
        line = lambda key, x: key + "".join(" %.14g" % v for v in x.detach().flatten().tolist())
        version = torch.__version__.split("+")[0]
        lines = ["# Made by make_models.py with PyTorch %s." % version, self.text(), "."]
        lines += [line(*pair) for pair in self.at_start()]
        for optimizer in self.optimizers:
            lines.append("optimizer " + optimizer)
            lines += [line(*pair) for pair in self.run(optimizer)]
        with open(os.path.join(folder, "torch_model_%s.txt" % self.name), "w") as f:
            f.write("\n".join(lines) + "\n")


def case(name, targets, optimizers, script, **options):
    """Makes a case of the function that follows: it takes a pass, the inputs and the targets."""
    return lambda forward: CASES.append((forward, name, targets, optimizers, script, options))


def write(folder, names):
    for forward, name, targets, optimizers, script, options in CASES:
        if not names or name in names:
            Case(forward, name, targets, optimizers, script, **options).write(folder)
