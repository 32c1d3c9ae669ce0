# SPDX-License-Identifier: GPL-3.0-or-later
"""Models as modules of PyTorch and as statements, for weights that go from one to the other: each is a name, the
statements, the shape of a sample as nnr has it, the module, and the batch's axes as PyTorch has them."""
import torch
from torch import nn


class Steps(nn.Module):
    """A module for each step of a sequence."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x.flatten(0, 1)).unflatten(0, x.shape[:2])


class Net(nn.Module):
    """Modules by name, run by a function of the net and the batch."""

    def __init__(self, run, **modules):
        super().__init__()
        self.run = run
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, x):
        return self.run(self, x)


class Theta(nn.Linear):
    """A linear layer and thresholds, as people write sparse autoencoders."""

    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs)
        self.theta = nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        z = super().forward(x)
        return z * (z > self.theta)


def last(net, name, x):
    return getattr(net, name)(x)[0][:, -1]


IMAGE, LINE, PLAIN = (0, 3, 1, 2), (0, 2, 1), None

CASES = [
    # Names are PyTorch's own, shapes alike: the order of the numbers decides.
    ("sequential", "input 4\ndense 4 tanh\ndense 4 tanh\ndense 4 relu use_bias=no\ndense 2 as y\n", (4,),
     lambda: nn.Sequential(nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 4, bias=False),
                           nn.ReLU(), nn.Linear(4, 2)), PLAIN),
    ("eleven", "input 3\n" + "dense 3 tanh\n" * 10 + "dense 3 as y\n", (3,),
     lambda: nn.Sequential(*[m for _ in range(11) for m in (nn.Linear(3, 3), nn.Tanh())][:-1]), PLAIN),
    ("image", "input 6x5x2\nconv2d 4 3x3 relu padding=same as c\nbatchnorm epsilon=1e-3 as n\n"
     "max_pool2d 2x2\nflatten\nbatchnorm epsilon=1e-3 as m\ndense 5 tanh as h\nlayernorm epsilon=1e-3 as k\n"
     "dense 3 as y\n", (6, 5, 2),
     lambda: Net(lambda n, x: n.y(n.k(torch.tanh(n.h(n.m(nn.functional.max_pool2d(n.n(torch.relu(n.c(x))), 2)
                                                      .flatten(1)))))),
                 c=nn.Conv2d(2, 4, 3, padding=1), n=nn.BatchNorm2d(4, eps=1e-3), m=nn.BatchNorm1d(24, eps=1e-3),
                 h=nn.Linear(24, 5), k=nn.LayerNorm(5, eps=1e-3), y=nn.Linear(5, 3)), IMAGE),
    ("groups", "input 9x4\nconv1d 6 3 groups=2 strides=2 as c\nactivation prelu as p\nflatten\ndense 2 as y\n", (9, 4),
     lambda: Net(lambda n, x: n.y(n.p(n.c(x)).flatten(1)),
                 c=nn.Conv1d(4, 6, 3, stride=2, groups=2), p=nn.PReLU(6), y=nn.Linear(24, 2)), LINE),
    ("transpose", "input 3x2x3\nconv2d_transpose 2 2x2 strides=2 as c\nconv2d 1 2x3 as d\nflatten\n", (3, 2, 3),
     lambda: Net(lambda n, x: n.d(n.c(x)).flatten(1),
                 c=nn.ConvTranspose2d(3, 2, 2, stride=2), d=nn.Conv2d(2, 1, (2, 3))), IMAGE),
    ("lstm", "input 5x3\nlstm 4 sequences=yes as a\nlstm 4 as b\ndense 2 as y\n", (5, 3),
     lambda: Net(lambda n, x: n.y(last(n, "rnn", x)),
                 rnn=nn.LSTM(3, 4, num_layers=2, batch_first=True), y=nn.Linear(4, 2)), PLAIN),
    ("gru", "input 5x3\nbidirectional gru 4 sequences=yes as g\nsimple_rnn 3 relu as r\ndense 2 as y\n", (5, 3),
     lambda: Net(lambda n, x: n.y(last(n, "r", n.g(x)[0])),
                 g=nn.GRU(3, 4, batch_first=True, bidirectional=True),
                 r=nn.RNN(8, 3, nonlinearity="relu", batch_first=True), y=nn.Linear(3, 2)), PLAIN),
    ("steps", "input 3x4x4x2\ntimedistributed conv2d 3 3x3 tanh as c\ntimedistributed flatten\nlstm 3 as l\n"
     "dense 2 as y\n", (3, 4, 4, 2),
     lambda: Net(lambda n, x: n.y(last(n, "l", torch.tanh(n.c(x)).flatten(2))),
                 c=Steps(nn.Conv2d(2, 3, 3)), l=nn.LSTM(12, 3, batch_first=True), y=nn.Linear(3, 2)), (0, 1, 4, 2, 3)),
    ("sparse", "input 6\ndense 9 jumprelu as code\ndense 6 as out\n", (6,),
     lambda: nn.DataParallel(Net(lambda n, x: n.out(n.code(x)), code=Theta(6, 9), out=nn.Linear(9, 6))), PLAIN),
    ("words", "input 7\nembedding 11 4 as e\nlstm 3 use_bias=no as l\ndense 2 as y\n", (7,),
     lambda: Net(lambda n, x: n.y(last(n, "l", n.e(x.long()))),
                 e=nn.Embedding(11, 4), l=nn.LSTM(4, 3, bias=False, batch_first=True), y=nn.Linear(3, 2)), PLAIN),
]


def make(case, seed):
    """The module with weights, moving statistics too, drawn anew; and a batch as nnr has it."""
    name, statements, shape, module, axes = case
    torch.manual_seed(seed)
    net = module().double()
    for key, value in net.state_dict().items():
        if value.is_floating_point():
            with torch.no_grad():
                value.copy_(torch.rand_like(value) + 0.5 if "var" in key or "theta" in key
                            else torch.randn_like(value) * 0.6)
    batch = torch.randint(0, 11, (4, *shape)).double() if name == "words" else torch.randn(4, *shape).double()
    return net.eval(), torch.round(batch, decimals=3)


def outputs(case, net, batch):
    axes = case[4]
    with torch.no_grad():
        return net(batch.permute(*axes) if axes else batch).flatten(1)


def rows(batch):
    """The batch as data of nnr; targets are 0."""
    lines = [" ".join(f"{x:g}" for x in sample.flatten().tolist()) + " -> 0" for sample in batch]
    return "data rows {\n" + "\n".join(lines) + "\n}\n"
