# SPDX-License-Identifier: GPL-3.0-or-later
# What scripts for PyTorch are made of. `export torch` takes the parts that a model uses: those that its
# own lines name, and those that these name. A part is what stands between two pairs of empty lines, and
# is called as its first line says.


def arrays(name):
    """What stands beside the script: weights, samples, and what the optimizer has kept."""
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    with np.load(beside, allow_pickle=False) as file:
        return {key: torch.from_numpy(np.ascontiguousarray(file[key])) for key in file.files}


def kept(path):
    """The weight as it was when the script was written."""
    return data["weight/" + path].clone()


class Pass:
    """One batch on its way through the model: penalties by their names, losses, what follows the batch."""

    def __init__(self, training):
        self.training = training
        self.rows = dict.fromkeys(ROWS, 0.0)
        self.loss, self.followed = 0.0, []

    def row(self, name, value):
        """A layer that is called several times adds to its row with each call."""
        self.rows[name] = self.rows[name] + value

    def follow(self, path, momentum, figure):
        """A weight that no gradient moves: it follows the batch, once the step is done."""
        self.followed.append((path, momentum, figure.detach()))

    def last(self, path):
        """What the weight was last to follow in this step; None: nothing yet."""
        figures = [figure for name, _, figure in self.followed if name == path]
        return figures[-1] if figures else None

    def total(self):
        return self.loss + sum(self.rows.values())


def dense(x, kernel, bias=None):
    y = x @ kernel
    return y if bias is None else y + bias


def kernel_dropout(now, kernel, rate):
    """Drawn by PyTorch, not from nnr's seed: training differs from nnr's by what is left out."""
    return F.dropout(kernel, rate, now.training)


def dropout(now, x, rate):
    """Drawn by PyTorch, not from nnr's seed: training differs from nnr's by what is left out."""
    return F.dropout(x, rate, now.training)


def spatial_dropout(now, x, rate):
    """Whole channels. Drawn by PyTorch, not from nnr's seed."""
    return x * F.dropout(torch.ones_like(x[(slice(None),) + (slice(0, 1),) * (x.dim() - 2)]), rate,
                         now.training)


def gaussian_dropout(now, x, rate):
    """Drawn by PyTorch, not from nnr's seed: training differs from nnr's by these factors."""
    return x * (1 + math.sqrt(rate / (1 - rate)) * torch.randn_like(x)) if now.training else x


def gaussian_noise(now, x, stddev):
    """Drawn by PyTorch, not from nnr's seed: training differs from nnr's by this noise."""
    return x + stddev * torch.randn_like(x) if now.training else x


def alpha_dropout(now, x, rate):
    """Drawn by PyTorch, not from nnr's seed: training differs from nnr's by what is left out."""
    return F.alpha_dropout(x, rate, now.training)


def timedistributed(folds, f, *inputs):
    """f of each step: the first `folds` axes behind the batch count as samples."""
    steps = inputs[0].shape[: folds + 1]
    y = f(*(x.reshape((-1,) + x.shape[folds + 1:]) for x in inputs))
    return y.reshape(steps + y.shape[1:])


def masking(x, value):
    """Which steps are there: those whose numbers are not all the value."""
    return (x != value).flatten(2).any(-1)


def without(x, mask):
    return torch.where(mask.reshape(mask.shape + (1,) * (x.dim() - 2)), x, torch.zeros_like(x))


def embedding(x, kernel):
    return kernel[x.long()]


def permute(x, dims):
    return x.permute((0,) + dims)


def repeat_vector(x, n):
    return x.unsqueeze(1).expand(-1, n, -1)


def upsample(x, size):
    for axis, times in enumerate(size):
        x = x.repeat_interleave(times, dim=1 + axis)
    return x


def joined(f, *inputs):
    y = inputs[0]
    for x in inputs[1:]:
        y = f(y, x)
    return y


def maximum(*inputs):
    """The gradient of equal numbers goes to the one that stands first."""
    y = inputs[0]
    for x in inputs[1:]:
        y = torch.where(x > y, x, y)
    return y


def global_avg_pool(x, mask=None):
    if mask is None:
        return x.flatten(1, -2).mean(1)
    return without(x, mask).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)


def global_max_pool(x):
    """Of equal numbers the first has the gradient."""
    return x.flatten(1, -2).max(1)[0]


def layernorm(x, gamma=None, beta=None, epsilon=1e-3):
    off = x - x.mean(-1, keepdim=True)
    y = off / ((off * off).mean(-1, keepdim=True) + epsilon).sqrt()
    y = y if gamma is None else y * gamma
    return y if beta is None else y + beta


def batchnorm(now, path, x, gamma=None, beta=None, momentum=0.99, epsilon=1e-3, trains=True, mask=None):
    """Keras's: in training the batch normalises and the moving statistics follow, by the biased variance.
    Steps that a mask leaves out are normalised, and move nothing."""
    mean, variance = w[path + ".moving_mean"], w[path + ".moving_variance"]
    if now.training and trains:
        rows = x.flatten(0, -2) if mask is None else x[mask].reshape(-1, x.shape[-1])
        if len(rows):
            mean, variance = rows.mean(0), rows.var(0, unbiased=False)
        now.follow(path + ".moving_mean", momentum, mean)
        now.follow(path + ".moving_variance", momentum, variance)
    y = (x - mean) / (variance + epsilon).sqrt()
    y = y if gamma is None else y * gamma
    return y if beta is None else y + beta


def front(x):
    """Channels, which stand last here, to where PyTorch has them."""
    return x.permute(0, -1, *range(1, x.dim() - 1))


def back(x):
    return x.permute(0, *range(2, x.dim()), 1)


def padded(x, taps, strides, dilation, padding, value=0.0):
    """x, whose channels stand in front, with what the padding puts around it."""
    around = []
    for axis in reversed(range(len(taps))):
        size, reach = x.shape[2 + axis], (taps[axis] - 1) * dilation[axis]
        steps = -(-size // strides[axis])
        whole = max((steps - 1) * strides[axis] + reach + 1 - size, 0)
        around += {"valid": (0, 0), "causal": (reach, 0), "same": (whole // 2, whole - whole // 2)}[padding]
    return F.pad(x, around, value=value)


def conv(x, kernel, bias=None, strides=(1,), padding="valid", dilation=(1,), groups=1):
    """The kernel is [taps][channels][filters], as Keras has it."""
    taps = kernel.shape[:-2]
    y = padded(front(x), taps, strides, dilation, padding)
    run = F.conv1d if len(taps) == 1 else F.conv2d
    return back(run(y, kernel.permute(-1, -2, *range(len(taps))), bias, strides, 0, dilation, groups))


def conv2d_transpose(x, kernel, bias=None, strides=(1, 1), padding="valid", dilation=(1, 1)):
    """The kernel is [taps][filters][channels]; with padding="same" the size is the input's times strides."""
    reach = [(kernel.shape[k] - 1) * dilation[k] + 1 for k in range(2)]
    y = F.conv_transpose2d(front(x), kernel.permute(3, 2, 0, 1), None, strides, dilation=dilation)
    more = [max(reach[k] - strides[k], 0) for k in range(2)]
    size = [x.shape[1 + k] * strides[k] + (more[k] if padding == "valid" else 0) for k in range(2)]
    first = [more[k] // 2 if padding == "same" else 0 for k in range(2)]
    y = F.pad(y, (0, strides[1], 0, strides[0]))
    y = back(y[:, :, first[0]:first[0] + size[0], first[1]:first[1] + size[1]])
    return y if bias is None else y + bias


def max_pool(x, size, strides, padding):
    run = F.max_pool1d if len(size) == 1 else F.max_pool2d
    return back(run(padded(front(x), size, strides, (1,) * len(size), padding, -math.inf), size, strides))


def avg_pool(x, size, strides, padding):
    """What the padding puts around is not counted, as in Keras."""
    run = F.avg_pool1d if len(size) == 1 else F.avg_pool2d
    around = lambda x: run(padded(x, size, strides, (1,) * len(size), padding), size, strides)
    return back(around(front(x)) / around(torch.ones_like(front(x))))


def through_time(x, mask, backwards, aligned, sequences, state, step):
    """Steps one after the other; state[0] comes out. A masked step leaves all as it was. `aligned`: what
    runs backwards puts its steps out in the order of the input, as the second half of bidirectional does."""
    out, order = [], range(x.shape[1])
    for t in reversed(order) if backwards else order:
        new = step(x[:, t], state)
        if mask is not None:
            new = [torch.where(mask[:, t, None], a, b) for a, b in zip(new, state)]
        state = new
        out.append(state[0])
    if not sequences:
        return state[0]
    return torch.stack(out[::-1] if backwards and aligned else out, 1)


def left_out(now, like, rate):
    """Factors that are the same at all steps of a sample. Drawn by PyTorch, not from nnr's seed."""
    return F.dropout(torch.ones_like(like), rate, now.training)


def simple_rnn(now, x, kernel, recurrent, bias, f, sequences, backwards, aligned=False, mask=None, drop=(0, 0, 0)):
    start = x.new_zeros(len(x), len(recurrent))
    x, seen = x * left_out(now, x[:, :1], drop[0]), left_out(now, start, drop[1])
    recurrent = F.dropout(recurrent, drop[2], now.training)
    inputs = dense(x, kernel, bias)
    step = lambda z, s: [f(z + (s[0] * seen) @ recurrent)]
    return through_time(inputs, mask, backwards, aligned, sequences, [start], step)


def lstm(now, x, kernel, recurrent, bias, f, gate, sequences, backwards, aligned=False, mask=None, drop=(0, 0, 0)):
    """The gates stand in the order i f c o."""
    start = x.new_zeros(len(x), len(recurrent))
    x, seen = x * left_out(now, x[:, :1], drop[0]), left_out(now, start, drop[1])
    recurrent = F.dropout(recurrent, drop[2], now.training)

    def step(z, state):
        y, c = state
        i, forget, new, o = (z + (y * seen) @ recurrent).chunk(4, -1)
        c = gate(forget) * c + gate(i) * f(new)
        return [gate(o) * f(c), c]
    inputs = dense(x, kernel, bias)
    return through_time(inputs, mask, backwards, aligned, sequences, [start, start], step)


def gru(now, x, kernel, recurrent, bias, f, gate, reset_after, sequences, backwards, aligned=False, mask=None,
        drop=(0, 0, 0)):
    """The gates stand in the order z r h. With reset_after the bias has a second row, of the states."""
    start = x.new_zeros(len(x), len(recurrent))
    x, seen = x * left_out(now, x[:, :1], drop[0]), left_out(now, start, drop[1])
    recurrent = F.dropout(recurrent, drop[2], now.training)
    two = bias is not None and reset_after
    inputs = dense(x, kernel, bias[0] if two else bias)

    def after(now, state):
        y = state[0]
        inner = dense(y * seen, recurrent, bias[1] if two else None).chunk(3, -1)
        z, r, h = now.chunk(3, -1)
        z, r = gate(z + inner[0]), gate(r + inner[1])
        return [z * y + (1 - z) * f(h + r * inner[2])]

    def before(now, state):
        y = state[0]
        of_z, of_r, of_h = recurrent.chunk(3, -1)
        z, r, h = now.chunk(3, -1)
        z, r = gate(z + (y * seen) @ of_z), gate(r + (y * seen) @ of_r)
        return [z * y + (1 - z) * f(h + (r * y * seen) @ of_h)]
    return through_time(inputs, mask, backwards, aligned, sequences, [start], after if reset_after else before)


def leaky_relu(z, slope):
    return torch.where(z > 0, z, slope * z)


def mish(z):
    return z * torch.tanh(F.softplus(z))


def hard_sigmoid(z, slope):
    return (slope * z + 0.5).clamp(0, 1)


def prelu(z, alpha):
    return torch.where(z > 0, z, alpha * z)


class Jump(torch.autograd.Function):
    """z above the threshold, else 0; the threshold's slope is straight-through (Rajamanoharan 2024)."""

    @staticmethod
    def forward(ctx, z, theta, bandwidth):
        ctx.save_for_backward(z, theta)
        ctx.bandwidth = bandwidth
        return torch.where(z <= theta, torch.zeros_like(z), z)

    @staticmethod
    def backward(ctx, d):
        z, theta = ctx.saved_tensors
        near = (z - theta).abs() < ctx.bandwidth / 2
        slope = -theta / ctx.bandwidth * torch.where(near, d, torch.zeros_like(d)).flatten(0, -2).sum(0)
        return torch.where(z > theta, d, torch.zeros_like(d)), slope, None


def keep_largest(z, k):
    """The k largest of each row; of equal ones those that stand first."""
    first = torch.sort(z.detach(), dim=-1, descending=True, stable=True)[1][..., :k]
    stays = torch.zeros_like(z, dtype=torch.bool).scatter(-1, first, True)
    return torch.where(stays, z, torch.zeros_like(z))


def batch_topk(now, path, z, k, momentum, trains, mask=None):
    """In training the k times rows largest of the batch stay, then what is not below the threshold."""
    threshold = w[path]
    if not (now.training and trains):
        return torch.where(z < threshold, torch.zeros_like(z), z)
    rows = z.flatten(0, -2) if mask is None else z[mask].reshape(-1, z.shape[-1])
    first, least = now.last(path) is None, threshold
    y = torch.zeros_like(z)
    if len(rows):
        flat = rows.reshape(-1)
        kept = keep_largest(flat, k * len(rows))
        least = torch.sort(flat.detach(), descending=True)[0][k * len(rows) - 1].reshape(1)
        if threshold.item() == 0 and first:
            least = least / (1 - momentum)
        kept = kept.reshape((-1,) + z.shape[2:]) if mask is not None else kept.reshape(z.shape)
        y = kept if mask is None else y.masked_scatter(mask.reshape(mask.shape + (1,) * (z.dim() - 2)), kept)
    now.follow(path, momentum, least)
    return y


def count_idle(now, path, y, mask=None):
    """The steps since each unit was last not 0."""
    if now.training:
        before, there = now.last(path), y != 0
        there = there if mask is None else without(there, mask)
        active = there.flatten(0, -2).any(0)
        idle = w[path] + 1 if before is None else before
        now.follow(path, 0.0, torch.where(active, torch.zeros_like(idle), idle))


def length(x, axis):
    """A norm whose slope at 0 is 0."""
    squares = (x * x).sum(axis)
    there = squares > 0
    return torch.where(there, torch.where(there, squares, torch.ones_like(squares)).sqrt(), squares)


def l1(x, strength):
    return strength * x.abs().sum()


def l2(x, strength):
    return strength * (x * x).sum()


def l1l2(x, one, two):
    return one * x.abs().sum() + two * (x * x).sum()


def l2sp(x, strength, start):
    return strength * ((x - start) ** 2).sum()


def kl(x, strength, p, mask=None):
    """From each unit's mean, which is held 1e-7 inside of 0 and 1, where it has no slope."""
    if mask is None:
        q = x.mean(0)
    else:
        seen = mask.sum(0).reshape(mask.shape[1:] + (1,) * (x.dim() - 2))
        q = torch.where(seen > 0, without(x, mask).sum(0) / seen.clamp(min=1), torch.full_like(x[0], p))
    q = torch.where((q >= 0) & (q <= 1), q.clamp(1e-7, 1 - 1e-7), torch.full_like(q, math.nan))
    less = lambda a, b: a * torch.log(a / b) if a > 0 else 0 * b
    return strength * (less(p, q) + less(1 - p, 1 - q)).sum()


class Threshold(torch.autograd.Function):
    """How many numbers are not 0; counting has the slope of the thresholds, straight through them."""

    @staticmethod
    def forward(ctx, y, z, theta, bandwidth, there):
        ctx.save_for_backward(z, theta, there)
        ctx.bandwidth = bandwidth
        return ((y != 0) & there).sum().to(y.dtype)

    @staticmethod
    def backward(ctx, d):
        z, theta, there = ctx.saved_tensors
        near = ((z - theta).abs() < ctx.bandwidth / 2) & there
        return None, None, -d / ctx.bandwidth * near.flatten(0, -2).sum(0).to(z.dtype), None, None


def l0(y, strength, target, bandwidth, z=None, theta=None, mask=None):
    """Without a jumprelu, whose thresholds it could move, it counts and moves nothing."""
    there = torch.ones_like(y, dtype=torch.bool)
    there = there if mask is None else without(there, mask)
    if theta is None:
        active = ((y != 0) & there).sum().to(y.dtype) / len(y)
    else:
        active = Threshold.apply(y.reshape(z.shape), z, theta, bandwidth, there.reshape(z.shape)) / len(y)
    return strength * ((active / target - 1) ** 2 if target > 0 else active)


def group_lasso(x, strength, by="unit"):
    """Groups of a kernel: its columns, or by="input" all that goes out of one input."""
    if by == "input":
        x = x.reshape((-1,) + x.shape[-2:]).transpose(0, 1).flatten(1).t()
    x = x.reshape(-1, x.shape[-1])
    return strength * math.sqrt(len(x)) * length(x, 0).sum()


def group_lasso_of_units(x, strength, mask):
    """Groups are the units over the samples in which their step is there."""
    seen = mask.sum(0).reshape(mask.shape[1:] + (1,) * (x.dim() - 2))
    return strength * (seen.to(x.dtype).sqrt() * length(without(x, mask), 0)).sum()


def hoyer(x, strength):
    """Of each row; 0 for a row of zeros."""
    one, two = x.abs().sum(-1), (x * x).sum(-1)
    there = two > 0
    return strength * torch.where(there, one * one / torch.where(there, two, torch.ones_like(two)), two).sum()


def tv(x, strength, axis=1):
    return strength * x.diff(dim=axis).abs().sum()


def tar(x, strength):
    return strength * (x.diff(dim=1) ** 2).sum()


def orthogonal(x, strength, by="unit"):
    """The mean |cosine| over the pairs."""
    x = x.reshape(-1, x.shape[-1])
    x = x.t() if by == "input" else x
    n, norms = x.shape[1], length(x, 0)
    x = x / torch.where(norms > 0, norms, torch.ones_like(norms))
    apart = (x.t() @ x) * (1 - torch.eye(n))
    return strength * 0.5 * apart.abs().sum() / max(n * (n - 1) / 2, 1)


def soft_orthogonal(x, strength):
    x = x.reshape(-1, x.shape[-1])
    return strength * ((x.t() @ x - torch.eye(x.shape[1])) ** 2).sum()


def spectral(x, strength):
    """Where several singular values are the largest, the mean of their slopes."""
    squares = torch.linalg.svdvals(x.reshape(-1, x.shape[-1])) ** 2
    largest = squares.detach() >= squares.detach().max() * (1 - 1e-10)
    return strength * squares[largest].mean()


def decov(x, strength):
    """Each number of a sample is a unit."""
    off = x - x.mean(0)
    c = off.t() @ off / len(x)
    return strength * 0.5 * ((c * c).sum() - (c.diagonal() ** 2).sum())


def entropy(x, strength):
    there = torch.where(x > 0, x, torch.ones_like(x))
    return -strength * (there * there.log()).sum()


def contractive(f, z, kernel, strength, mask=None):
    """The squared Frobenius norm of the layer's Jacobian, from the slopes of its activation."""
    z = z if z.requires_grad else z.detach().requires_grad_()
    slopes = torch.autograd.grad(f(z).sum(), z, create_graph=True)[0]
    squares = (slopes * slopes) * (kernel * kernel).sum(0)
    return strength * (squares if mask is None else without(squares, mask)).sum()


def packed(x, mask, last=False):
    """The steps that are there, at the front of each sample, and 0 behind them; with `last` the last one
    that is there, so that nothing changes from there on."""
    count = mask.sum(1, keepdim=True)
    place = torch.sort((~mask).to(torch.int8), dim=1, stable=True)[1]
    behind = torch.arange(mask.shape[1]).expand_as(place)
    if last:
        place = place.gather(1, torch.minimum(behind, (count - 1).clamp(min=0)))
    places = place.reshape(place.shape + (1,) * (x.dim() - 2)).expand_as(x)
    return without(x.gather(1, places), (behind < count) | (last and (count > 0)))


def rows_there(x, mask):
    """The steps that are there of all samples, one behind the other."""
    return x[mask].unsqueeze(1)


def elements(x, mask):
    """Of how many numbers a mean is one: those of the steps that are there."""
    return max(1, int(mask.sum()) * x[0, 0].numel())


def differences(x, axis=1):
    return max(1, x.diff(dim=axis).numel())


def pairs(x, mask):
    """The same of neighbours among the steps that are there."""
    return max(1, int((mask.sum(1) - 1).clamp(min=0).sum()) * x[0, 0].numel())


def differences_there(x, mask, axis):
    return max(1.0, x.diff(dim=axis).numel() * mask.to(torch.float64).mean().item())


def mean_of(rows, mask=None, weight=None):
    """The mean over samples and steps; those that a mask leaves out are not there."""
    if weight is not None:
        rows = rows * weight.reshape(weight.shape + (1,) * (rows.dim() - weight.dim()))
    if mask is None:
        return rows.mean()
    there = mask.reshape(mask.shape + (1,) * (rows.dim() - mask.dim())).expand_as(rows)
    return torch.where(there, rows, torch.zeros_like(rows)).sum() / max(1, int(there.sum()))


def mse(y, t):
    return ((y - t) ** 2).mean(-1)


def mae(y, t):
    return (y - t).abs().mean(-1)


def huber(y, t, delta):
    x = (y - t).abs()
    return torch.where(x <= delta, 0.5 * x * x, delta * x - 0.5 * delta * delta).mean(-1)


def logcosh(y, t):
    x = y - t
    return (x + F.softplus(-2 * x) - math.log(2)).mean(-1)


def poisson(y, t):
    return (y - t * (y + 1e-7).log()).mean(-1)


def hinge(y, t):
    """Targets of 0 stand for -1."""
    side = torch.where(t > 0, torch.ones_like(t), -torch.ones_like(t))
    return (1 - side * y).clamp(min=0).mean(-1)


def cosine(y, t):
    unit = lambda x: x / length(x, -1).clamp(min=1e-7).unsqueeze(-1)
    return -(unit(t) * unit(y)).sum(-1)


def kl_divergence(y, t):
    y, t = y.clamp(1e-7, 1), t.clamp(1e-7, 1)
    return (t * (t / y).log()).sum(-1)


def smooth(t, smoothing, classes):
    return t * (1 - smoothing) + smoothing / classes


def binary_crossentropy(y, t, smoothing=0.0):
    t, y = smooth(t, smoothing, 2), y.clamp(1e-7, 1 - 1e-7)
    return -(t * y.log() + (1 - t) * (1 - y).log()).mean(-1)


def binary_crossentropy_at(z, t, smoothing=0.0):
    """At the pre-activation of the sigmoid."""
    return F.binary_cross_entropy_with_logits(z, smooth(t, smoothing, 2), reduction="none").mean(-1)


def shares(t, classes):
    """Class numbers as a share for each class."""
    return t if t.shape[-1] == classes else F.one_hot(t.long().squeeze(-1), classes).to(t.dtype)


def categorical_crossentropy(y, t, smoothing=0.0):
    t = smooth(shares(t, y.shape[-1]), smoothing, y.shape[-1])
    return -(t * (y / y.sum(-1, keepdim=True)).clamp(1e-7, 1 - 1e-7).log()).sum(-1)


def categorical_crossentropy_at(z, t, smoothing=0.0):
    """At the pre-activation of the softmax."""
    t = smooth(shares(t, z.shape[-1]), smoothing, z.shape[-1])
    return -(t * F.log_softmax(z, -1)).sum(-1)


def weight_of_side(t, weights):
    return torch.where(t.squeeze(-1) >= 0.5, weights[1], weights[0])


def weight_of_class(t, classes, weights):
    return torch.tensor(weights)[shares(t, classes).argmax(-1)]


def norm_along(x, axis):
    return (x * x).sum(axis, keepdim=True).sqrt()


def max_norm(x, most, axis):
    n = norm_along(x, axis)
    return x * (n.clamp(max=most) / (1e-7 + n))


def unit_norm(x, axis):
    return x / (1e-7 + norm_along(x, axis))


def min_max_norm(x, least, most, rate, axis):
    n = norm_along(x, axis)
    return x * ((rate * n.clamp(least, most) + (1 - rate) * n) / (1e-7 + n))


def spectral_norm(x, most):
    sigma = torch.linalg.svdvals(x.reshape(-1, x.shape[-1])).max()
    return x * (most / sigma) if sigma > most else x


def soft_threshold(x, t, one, two=0.0):
    """The proximal step of one |x| + two x^2, for a step of t."""
    return torch.sign(x) * (x.abs() - one * t).clamp(min=0) / (1 + 2 * two * t)


def group_threshold(x, t, strength, by="unit"):
    """The proximal step of group_lasso; where the steps within a group differ, its norm is looked for."""
    def groups(x):
        if by == "input":
            return x.reshape((-1,) + x.shape[-2:]).transpose(0, 1).flatten(1).t()
        return x.reshape(-1, x.shape[-1])
    v, step = groups(x), groups(t.expand_as(x))
    c = strength * math.sqrt(len(v))
    low, high = torch.zeros_like(v[0]), length(v, 0)
    for _ in range(200):
        n = (low + high) / 2
        above = ((v / (n + c * step)) ** 2).sum(0) > 1
        low, high = torch.where(above, n, low), torch.where(above, high, n)
    goes = length(v / (c * step), 0) <= 1
    y = torch.where(goes, torch.zeros_like(v), v * (high / (high + c * step)))
    if by == "input":
        inputs, units = x.shape[-2:]
        return y.t().reshape(inputs, -1, units).transpose(0, 1).reshape(x.shape)
    return y.reshape(x.shape)


class Optimizer:
    """Clips the gradient, decays, moves, draws to 0, holds, in this order: Keras's."""

    slots, start = 0, 0.0

    def __init__(self, lr, weight_decay=0.0, clipnorm=0.0, clipvalue=0.0, global_clipnorm=0.0, noise=0.0,
                 sam=0.0, ema=0.0, **settings):
        self.lr, self.weight_decay, self.noise, self.sam, self.ema = lr, weight_decay, noise, sam, ema
        self.clipnorm, self.clipvalue, self.global_clipnorm = clipnorm, clipvalue, global_clipnorm
        vars(self).update(settings)
        self.count = UPDATES
        self.kept = {path: [data.get("slot%d/%s" % (k, path), torch.full_like(w[path], self.start)).clone()
                            for k in range(self.slots)] for path in MOVING}

    def clipped(self, g):
        shrunk = lambda x, norm, most: x * (most / norm) if norm > most else x
        if self.clipnorm > 0:
            return {path: shrunk(x, x.norm(), self.clipnorm) for path, x in g.items()}
        if self.global_clipnorm > 0:
            whole = math.sqrt(sum(float((x * x).sum()) for x in g.values()))
            return {path: shrunk(x, whole, self.global_clipnorm) for path, x in g.items()}
        if self.clipvalue > 0:
            return {path: x.clamp(-self.clipvalue, self.clipvalue) for path, x in g.items()}
        return g

    @torch.no_grad()
    def step(self, g):
        g = self.clipped({path: torch.where(PRUNED[path], torch.zeros_like(x), x) if path in PRUNED else x
                          for path, x in g.items()})
        self.count += 1
        for path in MOVING:
            x, slots = w[path], self.kept[path]
            # Noise is drawn by PyTorch, not from nnr's seed.
            slope = g[path] + self.noise * torch.randn_like(x) if self.noise > 0 else g[path]
            if path not in UNDECAYED:
                x -= self.weight_decay * self.lr * x
            self.move(x, slope, slots)
            for draw in PROXIMAL.get(path, []):
                x.copy_(draw(x, torch.as_tensor(self.reach(slots), dtype=x.dtype)))
            if path in HELD:
                x.copy_(HELD[path](x))
            if path in PRUNED:
                x[PRUNED[path]] = 0

    def reach(self, kept):
        """How far a slope of 1 that stays moves a weight."""
        return self.lr


class Sgd(Optimizer):
    slots = 1

    def move(self, x, g, kept):
        if self.momentum == 0:
            x -= self.lr * g
            return
        kept[0].mul_(self.momentum).sub_(self.lr * g)
        x += self.momentum * kept[0] - self.lr * g if self.nesterov else kept[0]

    def reach(self, kept):
        return self.lr / (1 - self.momentum) if self.momentum < 1 else self.lr


class Adam(Optimizer):
    """Kingma and Ba's algorithm 1."""

    slots = 2

    def moments(self, g, kept):
        kept[0] += (1 - self.beta_1) * (g - kept[0])
        kept[1] += (1 - self.beta_2) * (g * g - kept[1])
        return kept

    def root(self, kept):
        return (kept[1] / (1 - self.beta_2**self.count)).sqrt() + self.epsilon

    def move(self, x, g, kept):
        m, _ = self.moments(g, kept)
        x -= self.lr * m / (1 - self.beta_1**self.count) / self.root(kept)

    def reach(self, kept):
        return self.lr / self.root(kept)


class Nadam(Adam):
    """In PyTorch's form (Dozat 2016)."""

    def move(self, x, g, kept):
        m, _ = self.moments(g, kept)
        mu = lambda t: self.beta_1 * (1 - 0.96 ** (t * self.momentum_decay) / 2)
        product = math.prod(mu(t) for t in range(1, self.count + 1))
        now, ahead = mu(self.count), mu(self.count + 1)
        x -= self.lr * (ahead * m / (1 - product * ahead) + (1 - now) * g / (1 - product)) / self.root(kept)


class Rmsprop(Optimizer):
    """In Keras's form, with epsilon below the root."""

    slots = 3  # the mean square, the running step, the mean

    def root(self, kept):
        below = kept[0] - kept[2] ** 2 if self.centered else kept[0]
        return (below + self.epsilon).sqrt()

    def move(self, x, g, kept):
        kept[0] += (1 - self.rho) * (g * g - kept[0])
        if self.centered:
            kept[2] += (1 - self.rho) * (g - kept[2])
        step = self.lr * g / self.root(kept)
        kept[1].mul_(self.momentum).add_(step)
        x -= kept[1]

    def reach(self, kept):
        return (self.lr / (1 - self.momentum) if self.momentum < 1 else self.lr) / self.root(kept)


class Adagrad(Optimizer):
    """In Keras's form, with epsilon below the root."""

    slots, start = 1, 0.1

    def move(self, x, g, kept):
        kept[0] += g * g
        x -= self.lr * g / (kept[0] + self.epsilon).sqrt()

    def reach(self, kept):
        return self.lr / (kept[0] + self.epsilon).sqrt()


class Lion(Optimizer):
    slots = 1

    def move(self, x, g, kept):
        x -= self.lr * torch.sign(kept[0] + (1 - self.beta_1) * (g - kept[0]))
        kept[0] += (1 - self.beta_2) * (g - kept[0])


class Ftrl(Optimizer):
    """McMahan 2013, algorithm 1, from where the weights are; l1 and l2 are no rows of the loss."""

    slots = 2

    def move(self, x, g, kept):
        squares, pulled = kept
        squares += g * g
        by = self.beta + squares.sqrt()
        there = by > 0
        by = torch.where(there, by, torch.ones_like(by))
        free = x - (pulled + self.lr * g) / by
        left = torch.sign(free) * (free.abs() - self.lr * self.l1 / by).clamp(min=0)
        moved = torch.where(there, left / (1 + self.lr * self.l2 / by), x)
        pulled.copy_(torch.where(there, by * (moved - free), pulled))
        x.copy_(moved)

    def reach(self, kept):
        return self.lr / (max(self.beta, 1e-20) + kept[0].sqrt())


def mixed(z):
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & (2**64 - 1)
    z = (z ^ z >> 27) * 0x94D049BB133111EB & (2**64 - 1)
    return z ^ z >> 31


def shuffled(seed, epoch, n):
    """nnr's order of an epoch: numbers by key (SplitMix64), dealt as Fisher and Yates do."""
    step = 0x9E3779B97F4A7C15
    key = mixed(seed + step & (2**64 - 1))
    for code in list(b"shuffle") + [256, 256]:
        key = mixed(key + step + code & (2**64 - 1))
    key = mixed(key + step * (epoch + 1) & (2**64 - 1))
    order = list(range(n))
    for i in range(n, 1, -1):
        j = int((mixed(key + step * (i + 1) & (2**64 - 1)) >> 11) * 2.0**-53 * i)
        order[i - 1], order[j] = order[j], order[i - 1]
    return order


def tensor(x):
    return x if torch.is_tensor(x) else torch.tensor(float(x))


def beside(column, rows):
    """What is made of weights alone never lies along the samples: one figure for each unit is laid along
    the units."""
    column, rows = tensor(column), tensor(rows)
    turns = column.dim() > 1 and column.dim() == rows.dim() and column.numel() == len(column) > 1
    return f_transpose(column) if turns and len(column) == rows.shape[-1] else column


def f_sum(x, axis=None):
    x = tensor(x)
    return x.sum() if axis is None else x.sum(axis, keepdim=True)


def f_mean(x, axis=None):
    x = tensor(x)
    return x.mean() if axis is None else x.mean(axis, keepdim=True)


def f_abs(x):
    return tensor(x).abs()


def f_square(x):
    return x * x


def f_sqrt(x):
    return root(tensor(x))


def root(x):
    """Its slope at 0 is 0."""
    there = x != 0
    return torch.where(there, torch.where(there, x, torch.ones_like(x)).sqrt(), x)


def f_exp(x):
    return tensor(x).exp()


def f_log(x):
    return tensor(x).log()


def f_max(a, b=None, axis=None):
    a = tensor(a)
    if b is not None:
        return torch.maximum(*torch.broadcast_tensors(a, tensor(b)))
    return a.amax() if axis is None else a.amax(axis, keepdim=True)


def f_min(a, b=None, axis=None):
    a = tensor(a)
    if b is not None:
        return torch.minimum(*torch.broadcast_tensors(a, tensor(b)))
    return a.amin() if axis is None else a.amin(axis, keepdim=True)


def f_sign(x):
    return torch.sign(tensor(x))


def f_var(x, axis=None):
    return f_mean((x - f_mean(x, axis)) ** 2, axis)


def f_std(x, axis=None):
    return root(f_var(x, axis))


def f_norm(x, axis=None):
    return root(f_sum(x * x, axis))


def f_count(x, axis=None):
    return f_sum((tensor(x) != 0) * 1.0, axis)


def f_fraction(x, axis=None):
    return f_mean((tensor(x) != 0) * 1.0, axis)


def f_where(condition, a, b):
    a, b = torch.broadcast_tensors(tensor(a), tensor(b))
    return torch.where(tensor(condition) != 0, a, b)


def f_transpose(x):
    return x.permute(tuple(reversed(range(x.dim()))))


def f_sin(x):
    return tensor(x).sin()


def f_cos(x):
    return tensor(x).cos()


def f_floor(x):
    return tensor(x).floor()


def f_mod(a, b):
    return a - b * torch.floor(tensor(a / b)).detach()


def f_clip(x, low, high):
    return f_max(f_min(x, high), low)


def power(a, b):
    a, b = tensor(a), tensor(b)
    there = (a != 0) | (b >= 1) | (b <= 0)
    return torch.where(there, torch.where(there, a, torch.ones_like(a)) ** b, torch.zeros_like(a))


def run(rows, training=False):
    """Samples through the model: their losses, penalties and what follows them."""
    now = Pass(training)
    inputs = [data["input/" + name][rows] for name in INPUTS]
    if training and TRAIN_NOISE > 0:  # drawn by PyTorch, not from nnr's seed
        inputs = [x + TRAIN_NOISE * torch.randn_like(x) for x in inputs]
    targets = [data["target/" + name][rows] for name in TARGETS]
    weight = data["sample_weight"][rows] if "sample_weight" in data else None
    model(now, inputs, targets, weight)
    return now


def slopes(now):
    """The gradient of the total by what moves."""
    total = now.total()
    moving = [w[path] for path in MOVING]
    if not (torch.is_tensor(total) and total.requires_grad):
        return {path: torch.zeros_like(w[path]) for path in MOVING}
    g = torch.autograd.grad(total, moving, allow_unused=True)
    return {path: torch.zeros_like(x) if d is None else d for path, x, d in zip(MOVING, moving, g)}


def sharp(g, rows):
    """The same batch a little uphill, where its loss is sharp (Foret et al. 2021)."""
    size = math.sqrt(sum(float((d * d).sum()) for d in g.values()))
    if size == 0:
        return g
    before = {path: w[path].detach().clone() for path in MOVING}
    with torch.no_grad():
        for path, d in g.items():
            w[path] += optimizer.sam / size * d
    g = slopes(run(rows, training=True))
    with torch.no_grad():
        for path, x in before.items():
            w[path].copy_(x)
    return g


def step(rows):
    drawn = torch.get_rng_state()
    now = run(rows, training=True)
    g = slopes(now)
    if optimizer.sam > 0:
        torch.set_rng_state(drawn)
        g = sharp(g, rows)
    optimizer.step(g)
    with torch.no_grad():
        for path, momentum, figure in now.followed:
            w[path].copy_(momentum * w[path] + (1 - momentum) * figure)
        if optimizer.ema > 0:
            follow_average()


def follow_average():
    """It begins with the weights after the first step; what follows the batches is copied."""
    for path, x in w.items():
        if path in MOVING and path in average:
            average[path] = optimizer.ema * average[path] + (1 - optimizer.ema) * x.detach()
        else:
            average[path] = x.detach().clone()


def train(steps):
    """The batches are nnr's, in its order, from where the model stood."""
    epoch, place, order = EPOCH, POSITION, None
    for _ in range(steps):
        if order is None:
            order = shuffled(SEED, epoch, TRAINING) if SHUFFLE else list(range(TRAINING))
        step(order[place:place + BATCH])
        place += BATCH
        if place >= TRAINING:
            epoch, place, order = epoch + 1, 0, None


def report():
    """The mean of the batches' figures, each with the weight of its samples."""
    trained = {path: x.detach().clone() for path, x in w.items()}
    with torch.no_grad():
        for path, x in average.items():
            w[path].copy_(x)
    first, last = EVALUATED
    sums = dict.fromkeys(["data loss"] + ROWS, 0.0)
    for at in range(first, last, BATCH):
        rows = list(range(at, min(at + BATCH, last)))
        now = run(rows)
        for name, value in [("data loss", now.loss)] + list(now.rows.items()):
            sums[name] += float(value) * len(rows) / (last - first)
    with torch.no_grad():
        for path, x in trained.items():
            w[path].copy_(x)
    for name, value in list(sums.items()) + [("total", sum(sums.values()))]:
        print("%-40s %.*g" % (name, DIGITS, value))


def main():
    report()
    if len(sys.argv) > 1:
        train(int(sys.argv[1]))
        print("after %d steps" % int(sys.argv[1]))
        report()
