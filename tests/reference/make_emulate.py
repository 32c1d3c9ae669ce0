#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes emulate_nested.txt beside itself: models of blocks in blocks, and how often the systems
count the penalty of each kernel. No system is run; what Keras and TensorFlow.js do is done here
with lists of names, a call at a time:

Keras 2.0.3 to 2.1.3, engine/topology.py: every container has a list of unconditional losses. Its
run_internal_graph calls each layer in turn and then appends that layer's list as it is. call() keeps
what it made for a tensor, and returns it when it is called on that tensor again. The losses of the
model are the lists of its layers, each once.
Keras 1.0: the regularizers of a container are those of its layers, each once.
TensorFlow.js: calculateLosses() walks over the nodes; of a wrapper it takes the list of the wrapped
layer itself, which for a container is empty.

Lines of
    case NAME
    then the script, indented by four blanks
    counts SYSTEM LAYER=COUNT ...
Run by hand; the file is committed. (emulate.txt, what the systems said, was written by hand.)"""
import os
import random


class Layer:
    def __init__(self, name):
        self.name, self.losses = name, [name]

    def call(self, x):
        return object()


class Wrapper(Layer):
    def __init__(self, name, layer):
        self.name, self.layer = name, layer

    @property
    def losses(self):
        return self.layer.losses

    def call(self, x):
        self.layer.call(object())
        return object()


class Container(Layer):
    """Its body: pairs of a layer and the number of the tensor it is called on; 0 is the input."""

    def __init__(self, name, body):
        self.name, self.body, self.losses, self.cache = name, body, [], {}
        tensors = [object()]
        for layer, on in body:
            tensors.append(layer.call(tensors[on]))
        self.kept = tensors

    def call(self, x):
        if id(x) in self.cache:
            return self.cache[id(x)][1]
        tensors = [x]
        for layer, on in self.body:
            tensors.append(layer.call(tensors[on]))
            self.losses += layer.losses
        self.cache[id(x)] = (x, tensors[-1], tensors)
        return tensors[-1]


def unique(layers):
    return list(dict.fromkeys(layers))


def regularizers(layer):
    if isinstance(layer, Container):
        return [r for inner in unique(l for l, _ in layer.body) for r in regularizers(inner)]
    if isinstance(layer, Wrapper):
        return regularizers(layer.layer)
    return [layer.name]


def calculated(layer):
    if isinstance(layer, Container):
        return [r for inner, _ in layer.body for r in calculated(inner)]
    if isinstance(layer, Wrapper):
        bare = layer.layer
        while isinstance(bare, Wrapper):
            bare = bare.layer
        return [] if isinstance(bare, Container) else [bare.name]
    return [layer.name]


def case(number, r):
    """Tensors are of shape 2 or 2x2; every layer and block takes one of them and keeps it, or, where
    timedistributed stands before it, works on the rows of the other."""
    lines = ["input 2 as a", "input 2x2 as b"]
    tensors = [("a", object(), 1), ("b", object(), 2)]
    layers, made, top = [], [], []

    def dense(name):
        return f"dense 2 use_bias=no kernel_init=ones kernel=l1(1) as {name}"

    def call(axes, name):
        """One of the layers, for a tensor of so many axes: how it is called, and what is."""
        fit = [layer for layer in layers if layer.axes in (axes, axes - 1)]
        if not fit:
            return None
        layer = r.choice(fit)
        if layer.axes == axes:
            return layer.name, layer
        return f"timedistributed {layer.name}", Wrapper(name, layer)

    def block(name, axes):
        body, text, names = [], [], ["input"]
        for _ in range(r.randint(1, 3)):
            on = r.choice([len(names) - 1, r.randrange(len(names))])
            inner = f"x{len(names)}"
            found = call(axes, inner) if r.random() < 0.7 else None
            if found:
                word, layer = found
                text.append(f"{word} on {names[on]} as {inner}")
            else:
                layer = Layer(f"{name}.{inner}")
                made.append(layer)
                text.append(f"{dense(inner)} on {names[on]}")
            body.append((layer, on))
            names.append(inner)
        lines.append(f"block {name} {{ {'; '.join(text)} }}")
        layers.append(Container(name, body))
        layers[-1].axes = axes

    for step in range(r.randint(4, 9)):
        name, x, axes = r.choice(tensors)
        what, found = r.random(), call(axes, f"t{step}")
        if what < 0.45 or not found:
            block(f"b{step}", axes)
        elif what < 0.55:
            layer = Layer(f"d{step}")
            layer.axes = axes
            layers.append(layer)
            made.append(layer)
            lines.append(f"{dense(f'd{step}')} on {name}")
            tensors.append((f"d{step}", layer.call(x), axes))
            top.append(layer)
        else:
            word, layer = found
            lines.append(f"{word} on {name} as t{step}")
            tensors.append((f"t{step}", layer.call(x), axes))
            top.append(layer)
    # What is never called is no part of the model.
    for layer in layers:
        name, x, _ = tensors[layer.axes - 1]
        lines.append(f"{layer.name} on {name} as last_{layer.name}")
        layer.call(x)
        top.append(layer)
    lines += ["flatten on b as rows", "concat on a, rows", "dense 1 kernel_init=zeros", "loss mse"]
    lines.append("data random 2 shape=6 target=1")
    model = unique(top)
    found = {
        "keras-2.0": [l for layer in model for l in layer.losses],
        "keras-1.0": [l for layer in model for l in regularizers(layer)],
        "tfjs": [l for layer in top for l in calculated(layer)],
    }
    text = [f"case {number}"] + [f"    {line}" for line in lines]
    for system, listed in found.items():
        counts = " ".join(f"{layer.name}={listed.count(layer.name)}" for layer in made)
        text.append(f"counts {system} {counts}")
    return "\n".join(text) + "\n"


def main():
    r = random.Random(9)
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "emulate_nested.txt")
    with open(path, "w") as f:
        f.write("# Written by make_emulate.py.\n")
        for number in range(40):
            f.write(case(number, r))


main()
