# SPDX-License-Identifier: GPL-3.0-or-later
"""Terms over several tensors: what a term names, in PyTorch's plain operations."""
from model_case import *


@case("term_tied", reals(3), [ADAM, SGD], """
input 3 as x
dense 4 tanh as enc @enc:3x4 kernel=l2(0.03)
dense 3 as dec @dec:4x3
loss mse
term tie = 0.05 * sum((enc.kernel - transpose(dec.kernel))^2)
""")
def term_tied(m, x, t):
    m.weight("enc.kernel", l2(0.03))
    m.count("tie", "term", 0.05 * ((m.weights["enc.kernel"] - m.weights["dec.kernel"].T) ** 2).sum())
    return m.head(mse(m.dense("dec", tanh(m.dense("enc", x))), t))


# Four units and batches of 3 and 1.
@case("term_decoder", reals(3), [MOMENTUM, ADAM], """
input 3 as x
dense 4 tanh as code @code:3x4
dense 3 as dec @dec:4x3
loss mse
term decoder = 0.3 * sum(abs(code.output) * norm(dec.kernel, axis=1)) / batch
""")
def term_decoder(m, x, t):
    code = tanh(m.dense("code", x))
    length = m.weights["dec.kernel"].norm(dim=1)
    m.count("decoder", "term", 0.3 * (code.abs() * length).sum() / len(x))
    return m.head(mse(m.dense("dec", code), t))


# Of as many samples as units there is a column too: it is still laid along the units.
@case("term_square_batch", reals(3), [SGD], """
input 3 as x
dense 3 sigmoid as code @code:3x3
dense 3 as dec @dec:3x3
loss mse
term decoder = 0.3 * sum(code.output * norm(dec.kernel, axis=1)) / batch
""", samples=6)
def term_square_batch(m, x, t):
    code = sigmoid(m.dense("code", x))
    m.count("decoder", "term", 0.3 * (code * m.weights["dec.kernel"].norm(dim=1)).sum() / len(x))
    return m.head(mse(m.dense("dec", code), t))


# Two outputs of one batch against each other, the tensors of a block and of a layer called twice,
# batch statistics, and a frozen kernel that counts.
@case("term_outputs", reals(2, 2), [ADAM, RMSPROP], """
input 3 as x
block tower { dense 3 tanh as top @tower.top:3x3; dense 2 as low @tower.low:3x2 }
tower on x as left
dense 3 tanh on x as still @still:3x3 trainable=no
tower on still as right
output left, right
loss mse
term apart = 0.2 * mean((left.output - right.output)^2)
term spread = 0.1 * sum(std(left.top.output, axis=0) * max(tower.low.kernel))
term held = 0.05 * sum(still.kernel^2) + 0.02 * norm(transpose(still.kernel) * tower.top.kernel)
""", frozen=["still"])
def term_outputs(m, x, ta, tb):
    w = m.weights
    top = lambda x: tanh(m.dense("tower.top", x))
    first, still = top(x), tanh(m.dense("still", x))
    left, right = m.dense("tower.low", first), m.dense("tower.low", top(still))
    m.count("apart", "term", 0.2 * ((left - right) ** 2).mean())
    deviation = first.var(0, unbiased=False).clamp_min(1e-300).sqrt() if len(x) > 1 else 0 * first
    m.count("spread", "term", 0.1 * deviation.sum() * w["tower.low.kernel"].amax())
    m.count("held", "term", 0.05 * (w["still.kernel"] ** 2).sum()
            + 0.02 * (w["still.kernel"].T * w["tower.top.kernel"]).norm())
    return m.head(mse(left, ta)) + m.head(mse(right, tb))


@case("term_time", reals(4), [NESTEROV], """
input 2x3 as x
timedistributed dense 2 tanh as td @td:3x2 activity=l1(0.1)
flatten as flat
dense 4 as y @y:4x4
loss mse
term smooth = 0.2 * sum((td.output - mean(td.output, axis=1))^2) / batch
term both = 0.1 * sum(abs(transpose(y.kernel) - y.kernel)) * mean(td.output^2)
""")
def term_time(m, x, t):
    td = m.activity("td", tanh(m.dense("td", x)), l1(0.1))
    k = m.weights["y.kernel"]
    m.count("smooth", "term", 0.2 * ((td - td.mean(1, keepdim=True)) ** 2).sum() / len(x))
    m.count("both", "term", 0.1 * (k.T - k).abs().sum() * (td ** 2).mean())
    return m.head(mse(m.dense("y", td.flatten(1)), t))
