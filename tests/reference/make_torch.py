#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes torch_*.txt beside itself: small models in the nnr language, and what PyTorch makes of
them in double precision. Run by hand (needs python3-torch); the files are committed.

A file holds the statements up to a line with a single dot, then lines of
    data VALUE                      data loss over all samples, batches weighted by their samples
    row SLOT KIND VALUE NORM        a penalty term likewise, and the norm of its gradient alone
    batch-data VALUE                data loss of the first batch
    batch-row SLOT KIND VALUE       a penalty term of the first batch
    gradient WEIGHT NUMBERS         of the first batch's total, data and penalties
    optimizer STATEMENT             begins a run from the first weights
    after STEPS WEIGHT NUMBERS      weights of that run, moving statistics included
    evaluated STEPS VALUE           then the data loss over all samples, in evaluation
Batches are taken in order, without shuffling; the last one is short. Forward passes are written
out with plain tensor operations, so nothing but autograd, the losses, the activations and the
optimizers is PyTorch's."""
import os
import random

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

ACTIVATIONS = {
    "linear": lambda z: z,
    "relu": F.relu,
    "leaky_relu(0.1)": lambda z: F.leaky_relu(z, 0.1),
    "elu": F.elu,
    "elu(0.5)": lambda z: F.elu(z, 0.5),
    "selu": F.selu,
    "gelu": F.gelu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softplus": F.softplus,
    "swish": F.silu,
    "softmax": lambda z: F.softmax(z, -1),
}
LOSSES = {
    "mse": F.mse_loss,
    "mae": F.l1_loss,
    "huber delta=0.3": lambda y, t: F.huber_loss(y, t, delta=0.3),
    "binary_crossentropy": F.binary_cross_entropy,
    "categorical_crossentropy": lambda y, t: F.nll_loss(torch.log(y), t[:, 0].long()),
}
OPTIMIZERS = {
    "sgd lr=0.05": lambda w: torch.optim.SGD(w, lr=0.05),
    "sgd lr=0.05 momentum=0.9": lambda w: torch.optim.SGD(w, lr=0.05, momentum=0.9),
    "sgd lr=0.05 momentum=0.9 nesterov=yes": lambda w: torch.optim.SGD(
        w, lr=0.05, momentum=0.9, nesterov=True
    ),
    "adam lr=0.01": lambda w: torch.optim.Adam(w, lr=0.01, betas=(0.9, 0.999), eps=1e-7),
}
SNAPSHOTS = (1, 2, 10)


class Term:
    """One penalty: kind, strengths, and how an activity's sum is brought down."""

    def __init__(self, kind, *strength, reduce=None):
        self.kind, self.strength, self.reduce = kind, strength, reduce

    def text(self):
        words = [repr(s) for s in self.strength]
        if self.reduce:
            words.append("reduce=" + self.reduce)
        return "%s(%s)" % (self.kind, ", ".join(words))

    def total(self, x):
        one, two = x.abs().sum(), (x * x).sum()
        if self.kind == "l1":
            return self.strength[0] * one
        if self.kind == "l2":
            return self.strength[0] * two
        return self.strength[0] * one + self.strength[1] * two

    def activity(self, x):
        divisor = {"sum": 1, "mean": x.numel()}.get(self.reduce, x.shape[0])
        return self.total(x) / divisor


def penalties(slots):
    return "".join(" %s=%s" % (k, "+".join(t.text() for t in v)) for k, v in slots.items())


def numbers(x):
    return ", ".join(repr(round(v, 3)) for v in x.flatten().tolist())


class Dense:
    def __init__(self, name, units, activation="linear", bias=True, frozen=False, **slots):
        self.name, self.units, self.activation = name, units, activation
        self.bias, self.frozen, self.slots = bias, frozen, slots

    def begin(self, size, draw):
        kernel = draw(size[-1] * self.units).view(size[-1], self.units)
        self.weights = {self.name + ".kernel": kernel}
        if self.bias:
            self.weights[self.name + ".bias"] = draw(self.units)
        for w in self.weights.values():
            w.requires_grad_(not self.frozen)
        return size[:-1] + [self.units]

    def text(self):
        line = "dense %d %s as %s%s" % (
            self.units, self.activation, self.name, penalties(self.slots))
        for path, w in self.weights.items():
            line += " %s_init=values(%s)" % (path.split(".")[1], numbers(w))
        if not self.bias:
            line += " use_bias=no"
        if self.frozen:
            line += " trainable=no"
        return line

    def weight_terms(self):
        for slot in ("kernel", "bias"):
            for term in self.slots.get(slot, ()):
                yield self.name, slot, term, term.total(self.weights["%s.%s" % (self.name, slot)])

    def __call__(self, x):
        z = x @ self.weights[self.name + ".kernel"]
        if self.bias:
            z = z + self.weights[self.name + ".bias"]
        return ACTIVATIONS[self.activation](z)


class Plain:
    """A layer without weights."""

    weights = {}

    def __init__(self, name, statement, function, **slots):
        self.name, self.statement, self.function, self.slots = name, statement, function, slots

    def begin(self, size, draw):
        return list(self(torch.zeros([1] + size)).shape[1:])

    def text(self):
        return "%s as %s%s" % (self.statement, self.name, penalties(self.slots))

    def weight_terms(self):
        return ()

    def __call__(self, x):
        return self.function(x)


class Norm:
    """batchnorm or layernorm. The moving statistics are Keras's: PyTorch's own would take
    1 - momentum for the momentum, and the unbiased variance."""

    def __init__(self, name, kind="batchnorm", momentum=0.99, epsilon=1e-3, center=True,
                 scale=True, frozen=False, **slots):
        self.name, self.kind, self.momentum, self.epsilon = name, kind, momentum, epsilon
        self.center, self.scale, self.frozen, self.slots = center, scale, frozen, slots
        self.training, self.seen = False, []

    def begin(self, size, draw):
        parts = {"gamma": draw} if self.scale else {}
        if self.center:
            parts["beta"] = draw
        if self.kind == "batchnorm":
            parts["moving_mean"] = draw
            parts["moving_variance"] = lambda n: draw(n).abs() + 0.25
        self.part = {k: f(size[-1]) for k, f in parts.items()}
        for k, w in self.part.items():
            w.requires_grad_(not self.frozen and not k.startswith("moving"))
        self.weights = {"%s.%s" % (self.name, k): w for k, w in self.part.items()}
        return size

    def text(self):
        line = "%s epsilon=%r as %s%s" % (
            self.kind, self.epsilon, self.name, penalties(self.slots))
        if self.kind == "batchnorm" and self.momentum != 0.99:
            line += " momentum=%r" % self.momentum
        for k, w in self.part.items():
            line += " %s_init=values(%s)" % (k, numbers(w))
        for key, off in (("center", not self.center), ("scale", not self.scale),
                         ("trainable", self.frozen)):
            line += " %s=no" % key if off else ""
        return line

    def weight_terms(self):
        for slot in ("gamma", "beta"):
            for term in self.slots.get(slot, ()):
                yield self.name, slot, term, term.total(self.part[slot])

    def __call__(self, x):
        gamma, beta = self.part.get("gamma"), self.part.get("beta")
        if self.kind == "layernorm":
            return F.layer_norm(x, x.shape[-1:], gamma, beta, self.epsilon)
        rows = x.reshape(-1, x.shape[-1])
        if self.training and not self.frozen:
            self.seen.append((rows.detach().mean(0), rows.detach().var(0, unbiased=False)))
            y = F.batch_norm(rows, None, None, gamma, beta, True, 0, self.epsilon)
        else:
            y = F.batch_norm(rows, self.part["moving_mean"], self.part["moving_variance"],
                             gamma, beta, False, 0, self.epsilon)
        return y.view(x.shape)

    def commit(self):
        """Once for each call of the step."""
        for mean, variance in self.seen:
            for k, batch in (("moving_mean", mean), ("moving_variance", variance)):
                w = self.part[k]
                w.copy_(self.momentum * w + (1 - self.momentum) * batch)


class Regularization(Plain):
    def __init__(self, name, *terms):
        statement = "activity_regularization " + "+".join(t.text() for t in terms)
        super().__init__(name, statement, lambda x: x, activity=terms)

    def text(self):
        return "%s as %s" % (self.statement, self.name)


class Again(Plain):
    """Another call of a layer that was there before."""

    def __init__(self, name, layer):
        super().__init__(layer.name, "%s on %s" % (layer.name, layer.name), layer, **layer.slots)
        self.call = name

    def text(self):
        return "%s as %s" % (self.statement, self.call)


class Model:
    def __init__(self, name, shape, layers, loss, targets, samples=10, batch=4, seed=1):
        self.name, self.layers, self.loss = name, layers, loss
        self.shape, self.batch = shape, batch
        keyed = random.Random("%s %d" % (name, seed))
        size = [int(n) for n in shape.split("x")]
        draw = lambda n, most=0.9: torch.tensor(
            [round(keyed.uniform(-most, most), 3) for _ in range(n)])
        for layer in layers:
            size = layer.begin(size, draw)
        inputs = [int(n) for n in shape.split("x")]
        count = torch.tensor(inputs).prod().item()
        self.x = torch.stack([draw(count, 1.5) for _ in range(samples)]).view([-1] + inputs)
        self.t = torch.tensor([targets(keyed) for _ in range(samples)])
        self.weights = {}
        for layer in layers:
            self.weights.update(layer.weights)
        self.start = {p: w.detach().clone() for p, w in self.weights.items()}

    def text(self):
        rows = zip(self.x.flatten(1).tolist(), self.t.tolist())
        word = lambda row: " ".join(repr(v) for v in row)
        lines = ["data rows {"] + ["    %s -> %s" % (word(x), word(t)) for x, t in rows]
        lines += ["} batch=%d shuffle=no" % self.batch, "input %s" % self.shape]
        lines += [layer.text() for layer in self.layers]
        return "\n".join(lines + ["loss " + self.loss])

    def norms(self):
        return [layer for layer in self.layers if isinstance(layer, Norm)]

    def terms(self, x, t, training=False):
        """The data loss, and the value of each row by (slot, kind), in the ledger's order."""
        for norm in self.norms():
            norm.training, norm.seen = training, []
        rows, y = {}, x
        for layer in self.layers:
            for name, slot, term, value in layer.weight_terms():
                rows["%s.%s %s" % (name, slot, term.kind)] = value
            y = layer(y)
            for term in layer.slots.get("activity", ()):
                key = "%s.activity %s" % (layer.name, term.kind)
                rows[key] = rows.get(key, 0) + term.activity(y)
        return LOSSES[self.loss](y, t), rows

    def batches(self):
        return list(zip(self.x.split(self.batch), self.t.split(self.batch)))

    def moving(self):
        return [w for w in self.weights.values() if w.requires_grad]

    def norm(self, key):
        """Of the gradient that one row sends alone, over all samples."""
        value = sum(len(x) * self.terms(x, t)[1][key] for x, t in self.batches()) / len(self.x)
        if not value.requires_grad:
            return 0.0
        parts = torch.autograd.grad(value, self.moving(), allow_unused=True)
        return sum((g * g).sum().item() for g in parts if g is not None) ** 0.5

    def mean(self, pick):
        """Of what `pick` takes from the terms, over all samples in evaluation."""
        every = [(len(x), self.terms(x, t)) for x, t in self.batches()]
        return sum(n * pick(v).item() for n, v in every) / len(self.x)

    def at_start(self):
        first, rows = self.terms(*self.batches()[0], training=True)
        mean = self.mean
        yield "data %r" % mean(lambda v: v[0])
        for key in rows:
            yield "row %s %r %r" % (key, mean(lambda v: v[1][key]), self.norm(key))
        yield "batch-data %r" % first.item()
        for key, value in rows.items():
            yield "batch-row %s %r" % (key, value.item())
        total = first + sum(rows.values())
        grads = torch.autograd.grad(total, self.moving(), allow_unused=True)
        paths = [p for p, w in self.weights.items() if w.requires_grad]
        for path, g in zip(paths, grads):
            yield "gradient %s %s" % (path, self.listed(g))

    def listed(self, x):
        return " ".join(repr(v) for v in x.detach().flatten().tolist())

    def run(self, optimizer):
        with torch.no_grad():
            for path, w in self.weights.items():
                w.copy_(self.start[path])
        moves = OPTIMIZERS[optimizer](self.moving())
        yield "optimizer " + optimizer
        for step in range(max(SNAPSHOTS)):
            x, t = self.batches()[step % len(self.batches())]
            moves.zero_grad()
            data, rows = self.terms(x, t, training=True)
            (data + sum(rows.values())).backward()
            moves.step()
            with torch.no_grad():
                for norm in self.norms():
                    norm.commit()
            if step + 1 in SNAPSHOTS:
                for path, w in self.weights.items():
                    yield "after %d %s %s" % (step + 1, path, self.listed(w))
                if self.norms():
                    yield "evaluated %d %r" % (step + 1, self.mean(lambda v: v[0]))

    def write(self, folder):
        lines = ["# Made by make_torch.py with PyTorch %s." % torch.__version__.split("+")[0]]
        lines += [self.text(), "."] + list(self.at_start())
        for optimizer in OPTIMIZERS:
            lines += list(self.run(optimizer))
        with open(os.path.join(folder, "torch_%s.txt" % self.name), "w") as f:
            f.write("\n".join(lines) + "\n")


def plain(columns):
    return lambda r: [round(r.uniform(-1, 1), 3) for _ in range(columns)]


def share(columns):
    return lambda r: [round(r.uniform(0.05, 0.95), 3) for _ in range(columns)]


def truth(r):
    return [float(r.randrange(2))]


def number(classes):
    return lambda r: [float(r.randrange(classes))]


def models():
    yield Model("linear", "3", [Dense("a", 4, kernel=[Term("l2", 0.02)]), Dense("b", 2)],
                "mse", plain(2))
    yield Model("relu", "3", [
        Dense("a", 5, "relu", kernel=[Term("l1", 0.01)], activity=[Term("l1", 0.03)]),
        Dense("b", 2, bias=False)], "mse", plain(2))
    yield Model("leaky_relu", "3", [
        Dense("a", 4, "leaky_relu(0.1)", kernel=[Term("l2", 0.03)], bias=[Term("l1", 0.02)]),
        Dense("b", 2, "leaky_relu(0.1)")], "mae", plain(2))
    yield Model("elu", "3", [
        Dense("a", 4, "elu(0.5)", kernel=[Term("l1l2", 0.01, 0.02)], bias=[Term("l2", 0.05)]),
        Dense("b", 2, "elu")], "huber delta=0.3", plain(2))
    yield Model("selu", "2", [
        Dense("a", 4, "selu", activity=[Term("l1", 0.02, reduce="sum")]), Dense("b", 1)],
        "huber delta=0.3", plain(1), samples=9)
    yield Model("gelu", "3", [
        Dense("a", 4, "gelu", activity=[Term("l2", 0.3, reduce="mean")]), Dense("b", 2)],
        "mse", plain(2), samples=7, batch=5)
    yield Model("tanh", "2", [
        Dense("a", 4, "tanh", kernel=[Term("l1", 0.01), Term("l2", 0.02)],
              activity=[Term("l1", 0.03), Term("l2", 0.02)]),
        Dense("b", 1, "sigmoid")], "binary_crossentropy", truth, samples=11)
    yield Model("softplus", "3", [
        Dense("a", 4, "softplus", activity=[Term("l1l2", 0.01, 0.02)]), Dense("b", 2)],
        "mse", plain(2))
    yield Model("swish", "3", [
        Dense("a", 4, activity=[Term("l2", 0.02)]),
        Plain("f", "activation swish", F.silu, activity=[Term("l1", 0.04, reduce="mean")]),
        Dense("b", 2)], "mae", plain(2))
    yield Model("softmax", "3", [
        Dense("a", 5, "relu", kernel=[Term("l2", 0.01)]),
        Dense("b", 3, "softmax")], "categorical_crossentropy", number(3))
    yield Model("softmax_output_penalty", "2", [
        Dense("a", 4, "tanh"),
        Dense("b", 3, "softmax", kernel=[Term("l1", 0.02)], activity=[Term("l2", 0.5)])],
        "categorical_crossentropy", number(3))
    yield Model("sigmoid_output_penalty", "3", [
        Dense("a", 4, "sigmoid", bias=[Term("l1l2", 0.02, 0.03)]),
        Dense("b", 2, "sigmoid",
              activity=[Term("l1", 0.1, reduce="sum"), Term("l2", 0.2, reduce="mean")])],
        "binary_crossentropy", share(2))
    yield Model("softmax_inside", "3", [
        Dense("a", 4, "softmax", activity=[Term("l2", 0.3)]), Dense("b", 2)], "mse", plain(2))
    shared = Dense("s", 4, "tanh", kernel=[Term("l2", 0.03)], bias=[Term("l1", 0.01)],
                   activity=[Term("l1", 0.02)])
    yield Model("shared", "4", [shared, Again("t", shared), Dense("b", 2)], "mse", plain(2))
    yield Model("regularization", "3", [
        Dense("a", 4, "elu"),
        Regularization("p", Term("l1", 0.02), Term("l2", 0.1, reduce="mean")),
        Dense("b", 2)], "mse", plain(2))
    yield Model("steps", "2x3", [
        Dense("a", 3, "relu", activity=[Term("l1", 0.05), Term("l2", 0.1, reduce="mean")]),
        Plain("f", "flatten", lambda x: x.flatten(1)),
        Dense("b", 1, "sigmoid")], "binary_crossentropy", truth)
    yield Model("frozen", "3", [
        Dense("a", 4, "tanh", frozen=True, kernel=[Term("l1", 0.05)],
              activity=[Term("l1", 0.05)]),
        Dense("b", 2, kernel=[Term("l2", 0.05)])], "mse", plain(2))
    # A bias that batchnorm takes away again has no gradient but rounding, which Adam would follow.
    yield Model("batchnorm", "3", [
        Dense("a", 5, bias=False), Norm("n", momentum=0.9, gamma=[Term("l2", 0.05)],
                            activity=[Term("l1", 0.02)]),
        Plain("f", "activation tanh", torch.tanh), Dense("b", 2)], "mse", plain(2))
    yield Model("batchnorm_rows", "10x4", [
        Dense("a", 3, "tanh", activity=[Term("l2", 0.1)]),
        Norm("n", epsilon=0.01, beta=[Term("l1", 0.02)]),
        Plain("t", "activation tanh", torch.tanh),
        Norm("m", center=False, scale=False, momentum=0.5),
        Plain("f", "flatten", lambda x: x.flatten(1)),
        Dense("b", 1, "sigmoid")], "binary_crossentropy", truth)
    shared = Norm("n", momentum=0.8, activity=[Term("l2", 0.05)])
    yield Model("batchnorm_shared", "4", [
        Dense("a", 4, "tanh"), shared, Again("m", shared), Dense("b", 2)], "mse", plain(2))
    yield Model("batchnorm_frozen", "3", [
        Dense("a", 4, "elu"), Norm("n", frozen=True, gamma=[Term("l1", 0.05)]),
        Dense("b", 2)], "mae", plain(2))
    yield Model("layernorm", "10x4", [
        Dense("a", 5, "relu"), Norm("n", "layernorm", gamma=[Term("l2", 0.05)],
                                    activity=[Term("l1", 0.02, reduce="mean")]),
        Norm("m", "layernorm", epsilon=0.1, center=False),
        Plain("f", "flatten", lambda x: x.flatten(1)), Dense("b", 2)], "mse", plain(2))


if __name__ == "__main__":
    for model in models():
        model.write(os.path.dirname(os.path.abspath(__file__)))
