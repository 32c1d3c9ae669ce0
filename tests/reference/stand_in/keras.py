# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for Keras 3 where that is not installed: as much of it as scripts of `export keras` ask for, on
PyTorch, written after Keras's documentation. What it shows is what the scripts do themselves: rows, divisors,
masks, losses, the order of batches. It shows nothing of Keras's own layers: they are those of the exported
PyTorch scripts (src/cmd/export/torch_parts.py), whose numbers are looked at by themselves; and of its optimizers
SGD alone, without momentum, makes steps."""
import math
import os
import sys
import types

import numpy as np
import torch
import torch.nn.functional as F

_PARTS = {"torch": torch, "F": F, "math": math, "np": np, "os": os, "sys": sys, "ROWS": []}
_SOURCE = os.path.join(os.path.dirname(__file__), "..", "..", "..", "src", "cmd", "export", "torch_parts.py")
with open(_SOURCE) as _file:
    exec(_file.read(), _PARTS)

config = types.SimpleNamespace(set_floatx=lambda name: torch.set_default_dtype(getattr(torch, name)))
random = types.SimpleNamespace(normal=lambda shape, dtype: torch.randn(tuple(shape)))


class _Now:
    def __init__(self, training):
        self.training = training


class Model:
    def __call__(self, batch, training=False):
        return self.call({key: torch.as_tensor(x) for key, x in batch.items()}, training=training)

    def compile(self, optimizer, loss, run_eagerly):
        self.optimizer = optimizer

    def train_on_batch(self, batch):
        variables = [(l, x) for l in self.parts for x in l.weights if l.trainable and x.requires_grad]
        loss = self.compute_loss(y_pred=self(batch, training=True))
        slopes = torch.autograd.grad(loss, [x for _, x in variables], allow_unused=True) \
            if loss.requires_grad else [None] * len(variables)
        self.optimizer.step(variables, slopes)


class Layer:
    def __init__(self, trainable=True, **options):
        self.trainable, self.weights, self.built, self.held = trainable, [], False, {}
        for name, value in options.items():
            if name.endswith("_constraint"):
                self.held[{"kernel": 0, "embeddings": 0, "gamma": 0, "recurrent": 1}.get(name[:-11], -1)] = value
            else:
                setattr(self, name, value)

    def add(self, *shape, trains=True):
        x = torch.nn.Parameter(torch.zeros(shape), requires_grad=trains and self.trainable)
        x.assign = lambda value, x=x: x.data.copy_(torch.as_tensor(np.asarray(value)))
        self.weights.append(x)

    def __call__(self, x, **how):
        if not self.built:
            self.build(x.shape)
            self.built = True
        return self.call(x, **how)

    def build(self, shape):
        pass

    def weight(self, i):
        return self.weights[i] if i < len(self.weights) else None


class Dense(Layer):
    def __init__(self, units, use_bias=True, **options):
        super().__init__(**options)
        self.units, self.use_bias = units, use_bias

    def build(self, shape):
        self.add(shape[-1], self.units)
        if self.use_bias:
            self.add(self.units)

    def call(self, x):
        return _PARTS["dense"](x, self.weight(0), self.weight(1))


class Conv(Layer):
    transposed = False

    def __init__(self, filters, size, strides, padding, dilation_rate, groups=1, use_bias=True, **options):
        super().__init__(**options)
        self.filters, self.size, self.groups, self.use_bias = filters, size, groups, use_bias
        self.how = dict(strides=strides, padding=padding, dilation=dilation_rate)

    def build(self, shape):
        ends = (self.filters, shape[-1]) if self.transposed else (shape[-1] // self.groups, self.filters)
        self.add(*self.size, *ends)
        if self.use_bias:
            self.add(self.filters)

    def call(self, x):
        if self.transposed:
            return _PARTS["conv2d_transpose"](x, self.weight(0), self.weight(1), **self.how)
        return _PARTS["conv"](x, self.weight(0), self.weight(1), groups=self.groups, **self.how)


class Conv2DTranspose(Conv):
    transposed = True


class Pool(Layer):
    def __init__(self, size, strides, padding):
        super().__init__()
        self.how = size, strides, padding

    def call(self, x):
        return _PARTS[self.of](x, *self.how)


class MaxPool(Pool):
    of = "max_pool"


class AvgPool(Pool):
    of = "avg_pool"


class Embedding(Layer):
    def __init__(self, vocabulary, size, **options):
        super().__init__(**options)
        self.shape = vocabulary, size

    def build(self, shape):
        self.add(*self.shape)

    def call(self, x):
        return self.weights[0][x.long()]


class Recurrent(Layer):
    gates = 1

    def __init__(self, units, *functions, reset_after=True, return_sequences, go_backwards, dropout,
                 recurrent_dropout, use_bias, **options):
        super().__init__(**options)
        self.units, self.functions, self.reset_after, self.use_bias = units, functions, reset_after, use_bias
        self.how = dict(sequences=return_sequences, backwards=go_backwards, drop=(dropout, recurrent_dropout, 0))

    def build(self, shape):
        columns = self.gates * self.units
        self.add(shape[-1], columns)
        self.add(self.units, columns)
        if self.use_bias:
            self.add(*((2,) if self.gates == 3 and self.reset_after else ()), columns)

    def call(self, x, mask=None, training=False):
        functions = self.functions + ((self.reset_after,) if self.gates == 3 else ())
        weights = self.weight(0), self.weight(1), self.weight(2)
        return _PARTS[self.of](_Now(training), x, *weights, *functions, mask=mask, **self.how)


class SimpleRNN(Recurrent):
    of = "simple_rnn"


class LSTM(Recurrent):
    of, gates = "lstm", 4


class GRU(Recurrent):
    of, gates = "gru", 3


class Norm(Layer):
    def __init__(self, momentum=0.99, epsilon=1e-3, center=True, scale=True, **options):
        super().__init__(**options)
        self.momentum, self.epsilon, self.center, self.scale = momentum, epsilon, center, scale
        if "beta" in str(self.held):
            raise ValueError("beta")

    def build(self, shape):
        for _ in range(self.scale + self.center):
            self.add(shape[-1])

    def parts(self):
        return self.weight(0) if self.scale else None, self.weight(int(self.scale)) if self.center else None


class LayerNormalization(Norm):
    def call(self, x):
        return _PARTS["layernorm"](x, *self.parts(), epsilon=self.epsilon)


class BatchNormalization(Norm):
    def build(self, shape):
        super().build(shape)
        for _ in range(2):
            self.add(shape[-1], trains=False)

    def call(self, x, training=False, mask=None):
        now = types.SimpleNamespace(training=training, follow=self.follow)
        _PARTS["w"] = dict(zip(["n.moving_mean", "n.moving_variance"], self.weights[-2:]))
        return _PARTS["batchnorm"](now, "n", x, *self.parts(), momentum=self.momentum, epsilon=self.epsilon,
                                   trains=self.trainable, mask=mask)

    def follow(self, path, momentum, figure):
        x = self.weights[-2 if path.endswith("mean") else -1]
        self.late = getattr(self, "late", []) + [(x, momentum, figure.detach().clone())]
        if path.endswith("variance"):
            for x, momentum, figure in self.late:
                x.data = momentum * x.data + (1 - momentum) * figure
            self.late = []


class Drawn(Layer):
    def __init__(self, amount):
        super().__init__()
        self.amount = amount

    def call(self, x, training=False):
        return _PARTS[self.of](_Now(training), x, self.amount)


def _drawn(name):
    return type(name, (Drawn,), {"of": name})


layers = types.SimpleNamespace(
    Dense=Dense, Conv1D=Conv, Conv2D=Conv, Conv2DTranspose=Conv2DTranspose, MaxPooling1D=MaxPool, MaxPooling2D=MaxPool,
    AveragePooling1D=AvgPool, AveragePooling2D=AvgPool, Embedding=Embedding, SimpleRNN=SimpleRNN, LSTM=LSTM, GRU=GRU,
    BatchNormalization=BatchNormalization, LayerNormalization=LayerNormalization, Dropout=_drawn("dropout"),
    SpatialDropout1D=_drawn("spatial_dropout"), SpatialDropout2D=_drawn("spatial_dropout"),
    SpatialDropout3D=_drawn("spatial_dropout"), GaussianDropout=_drawn("gaussian_dropout"),
    GaussianNoise=_drawn("gaussian_noise"), AlphaDropout=_drawn("alpha_dropout"))

activations = types.SimpleNamespace(
    relu=torch.relu, leaky_relu=_PARTS["leaky_relu"], selu=torch.selu, sigmoid=torch.sigmoid, tanh=torch.tanh,
    elu=lambda x, alpha: F.elu(x, alpha), gelu=lambda x, approximate: F.gelu(x), silu=F.silu, relu6=F.relu6,
    softplus=lambda x: F.softplus(x, threshold=40), softmax=lambda x: torch.softmax(x, -1), mish=_PARTS["mish"],
    softsign=F.softsign, hard_sigmoid=F.hardsigmoid)
activations.leaky_relu = lambda x, negative_slope: _PARTS["leaky_relu"](x, negative_slope)

constraints = types.SimpleNamespace(
    MaxNorm=lambda most, axis: lambda x: _PARTS["max_norm"](x, most, axis), NonNeg=lambda: lambda x: x.clamp(min=0),
    UnitNorm=lambda axis: lambda x: _PARTS["unit_norm"](x, axis),
    MinMaxNorm=lambda low, high, rate, axis: lambda x: _PARTS["min_max_norm"](x, low, high, rate, axis))


class SGD:
    def __init__(self, rate, momentum=0, nesterov=False, weight_decay=0):
        self.rate, self.decay, self.whole = rate, weight_decay, []
        if momentum:
            raise ValueError("the stand-in has no momentum")

    def exclude_from_weight_decay(self, var_list):
        self.whole = [id(x) for x in var_list]

    def step(self, variables, slopes):
        for (layer, x), g in zip(variables, slopes):
            if id(x) not in self.whole:
                x.data = x.data - self.decay * self.rate * x.data
            if g is not None:
                x.data = x.data - self.rate * g
            for place, hold in layer.held.items():
                if layer.weights[place] is x:
                    x.data = hold(x.data)


optimizers = types.SimpleNamespace(SGD=SGD)


def _where(condition, a, b):
    a, b = (x if torch.is_tensor(x) else torch.tensor(float(x)) for x in (a, b))
    return torch.where(condition, *torch.broadcast_tensors(a, b))


def _both(f):
    def run(a, b):
        a, b = (x if torch.is_tensor(x) else torch.tensor(x, dtype=o.dtype) for x, o in ((a, b), (b, a)))
        return f(*torch.broadcast_tensors(a, b))
    return run


def _reduced(f, whole):
    def run(x, axis=None, keepdims=False):
        return whole(x) if axis is None else f(x, axis, keepdim=keepdims)
    return run


def _any(x, axis):
    for a in sorted(axis, reverse=True):
        x = x.any(a)
    return x


ops = types.SimpleNamespace(
    convert_to_tensor=lambda x: x if torch.is_tensor(x) else torch.as_tensor(x, dtype=None),
    convert_to_numpy=lambda x: x.detach().numpy(), shape=lambda x: tuple(x.shape),
    reshape=lambda x, shape: x.reshape(tuple(shape)), transpose=lambda x, axes=None: x.permute(
        axes or tuple(reversed(range(x.dim())))),
    broadcast_to=lambda x, shape: x.expand(tuple(shape)), expand_dims=lambda x, axis: x.unsqueeze(axis),
    squeeze=lambda x, axis: x.squeeze(axis), flip=lambda x, axis: x.flip(axis),
    repeat=lambda x, n, axis: x.repeat_interleave(n, dim=axis), concatenate=lambda xs, axis: torch.cat(xs, axis),
    take=lambda x, places, axis: x[places], take_along_axis=lambda x, places, axis: torch.gather(x, axis, places.long()),
    argsort=lambda x, axis: torch.argsort(x, dim=axis), argmax=lambda x, axis: x.argmax(axis),
    arange=lambda n, dtype: torch.arange(n, dtype=getattr(torch, dtype)),
    cast=lambda x, dtype: (x if torch.is_tensor(x) else torch.as_tensor(x)).to(
        getattr(torch, dtype) if isinstance(dtype, str) else dtype),
    where=_where, not_equal=lambda a, b: a != b, any=_any, logical_or=torch.logical_or, logical_and=torch.logical_and,
    zeros_like=torch.zeros_like, ones_like=torch.ones_like, full_like=torch.full_like,
    eye=lambda n, dtype: torch.eye(n, dtype=dtype), matmul=torch.matmul, diagonal=torch.diagonal,
    norm=lambda x, ord: torch.linalg.matrix_norm(x, ord=ord), one_hot=lambda x, n, dtype: F.one_hot(x.long(), n).to(dtype),
    sum=_reduced(torch.sum, torch.sum), mean=_reduced(torch.mean, torch.mean), max=_reduced(torch.amax, torch.amax),
    min=_reduced(torch.amin, torch.amin), maximum=_both(torch.maximum), minimum=_both(torch.minimum), abs=torch.abs,
    clip=torch.clamp, sqrt=torch.sqrt, exp=torch.exp, log=torch.log, log1p=torch.log1p, sign=torch.sign, sin=torch.sin,
    cos=torch.cos, power=torch.pow, softplus=lambda x: F.softplus(x, threshold=40),
    log_softmax=lambda x, axis: F.log_softmax(x, axis))
