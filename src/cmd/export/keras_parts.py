# SPDX-License-Identifier: GPL-3.0-or-later
# What scripts for Keras 3 are made of; see torch_parts.py. Nothing here is of one backend.


def arrays(name):
    """What stands beside the script: weights and samples."""
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    with np.load(beside, allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


class Weights:
    """The variables of the layers, by the names that they have in nnr."""

    def __getitem__(self, path):
        layer, place = PLACES[path]
        return L[layer].weights[place]


w = Weights()


class Pass:
    """One batch on its way through the model: losses, and penalties by their names."""

    def __init__(self, training):
        self.training = training
        self.rows = dict.fromkeys(ROWS, 0.0)
        self.loss = 0.0

    def row(self, name, value):
        """A layer that is called several times adds to its row with each call."""
        self.rows[name] = self.rows[name] + value


class Network(keras.Model):
    """Penalties are added here, not by the layers' regularizer arguments, because Keras 3 (source: its
    layers/layer.py, layers/rnn/simple_rnn.py and layers/rnn/time_distributed.py) leaves out those of
    frozen weights, of simple_rnn's activity and of what stands inside TimeDistributed, counts masked
    steps, and before 3.14 does not divide by the batch. All of it is one sum, so nothing counts twice."""

    def __init__(self):
        super().__init__()
        self.parts = list(L.values())

    def build(self, *shapes):
        """The layers build themselves at their first call."""
        self.built = True

    def call(self, batch, training=False):
        """All there is to know of a batch: it holds the targets as well."""
        now = Pass(training)
        inputs = [batch["input/" + name] for name in INPUTS]
        if training and TRAIN_NOISE > 0:  # drawn by Keras, not from nnr's seed
            inputs = [x + TRAIN_NOISE * keras.random.normal(ops.shape(x), dtype=x.dtype) for x in inputs]
        model(now, inputs, [batch["target/" + name] for name in TARGETS], batch.get("sample_weight"))
        figures = {"data loss": now.loss, **now.rows}
        return {name: ops.convert_to_tensor(x) for name, x in figures.items()}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, **more):
        return sum(y_pred.values())


def batch_of(rows):
    """Samples, each with all that belongs to it."""
    wanted = ["input/" + name for name in INPUTS] + ["target/" + name for name in TARGETS]
    wanted += ["sample_weight"] if "sample_weight" in data else []
    return {key: data[key][rows] for key in wanted}


def dealt(x, folds):
    """The first axes behind the batch as samples."""
    return ops.reshape(x, (-1,) + tuple(x.shape[folds + 1:]))


def timedistributed(folds, f, *inputs):
    """f of each step: the first `folds` axes behind the batch count as samples."""
    y = f(*(dealt(x, folds) for x in inputs))
    return ops.reshape(y, (-1,) + tuple(inputs[0].shape[1:folds + 1]) + tuple(y.shape[1:]))


def wide(mask, x):
    """A mask [samples][steps] as one for all numbers of x."""
    for _ in range(len(x.shape) - 2):
        mask = ops.expand_dims(mask, -1)
    return ops.broadcast_to(mask, ops.shape(x))


def masking(x, value):
    """Which steps are there: those whose numbers are not all the value."""
    return ops.any(ops.not_equal(x, value), axis=tuple(range(2, len(x.shape))))


def without(x, mask):
    return ops.where(wide(mask, x), x, ops.zeros_like(x))


def turned(y, turns):
    """What runs backwards, in the order of the input, as the second half of bidirectional has it."""
    return ops.flip(y, axis=1) if turns else y


def flat(x):
    """Each number of a sample in a row."""
    return ops.reshape(x, (ops.shape(x)[0], math.prod(x.shape[1:])))


def repeat_vector(x, n):
    return ops.repeat(ops.expand_dims(x, 1), n, axis=1)


def upsample(x, size):
    for axis, times in enumerate(size):
        x = ops.repeat(x, times, axis=1 + axis)
    return x


def maximum(*inputs):
    """The gradient of equal numbers goes to the one that stands first."""
    y = inputs[0]
    for x in inputs[1:]:
        y = ops.where(x > y, x, y)
    return y


def global_avg_pool(x, mask=None):
    if mask is None:
        return ops.mean(x, axis=tuple(range(1, len(x.shape) - 1)))
    steps = ops.sum(ops.cast(mask, x.dtype), axis=1, keepdims=True)
    return ops.sum(without(x, mask), axis=1) / ops.maximum(steps, 1)


def global_max_pool(x):
    return ops.max(x, axis=tuple(range(1, len(x.shape) - 1)))


def samples(x):
    return ops.cast(ops.shape(x)[0], x.dtype)


def numbers(x):
    return samples(x) * math.prod(x.shape[1:])


def elements(x, mask):
    """Of how many numbers a mean is one: those of the steps that are there."""
    return ops.maximum(ops.sum(ops.cast(mask, x.dtype)) * math.prod(x.shape[2:]), 1)


def steps_between(x, axis):
    before = (slice(None),) * (axis % len(x.shape))
    return x[before + (slice(1, None),)] - x[before + (slice(0, -1),)]


def differences(x, axis=1):
    return ops.maximum(numbers(x) / x.shape[axis] * (x.shape[axis] - 1), 1)


def pairs(x, mask):
    """The same of neighbours among the steps that are there."""
    steps = ops.sum(ops.cast(mask, x.dtype), axis=1)
    return ops.maximum(ops.sum(ops.maximum(steps - 1, 0)) * math.prod(x.shape[2:]), 1)


def differences_there(x, mask, axis):
    share = ops.mean(ops.cast(mask, x.dtype))
    return ops.maximum(numbers(x) / x.shape[axis] * (x.shape[axis] - 1) * share, 1)


def packed(x, mask, last=False):
    """The steps that are there, at the front of each sample, and 0 behind them; with `last` the last one
    that is there, so that nothing changes from there on."""
    steps = mask.shape[1]
    number = ops.expand_dims(ops.arange(steps, dtype="int32"), 0)
    count = ops.sum(ops.cast(mask, "int32"), axis=1, keepdims=True)
    place = ops.argsort(ops.where(mask, number, number + steps), axis=1)
    behind = ops.broadcast_to(number, ops.shape(place))
    if last:
        place = ops.take_along_axis(place, ops.minimum(behind, ops.maximum(count - 1, 0)), axis=1)
    there = behind < count
    if last:
        there = ops.logical_or(there, ops.broadcast_to(count > 0, ops.shape(there)))
    return without(ops.take_along_axis(x, ops.cast(wide(place, x), "int32"), axis=1), there)


def length(x, axis):
    """A norm whose slope at 0 is 0."""
    squares = ops.sum(x * x, axis=axis)
    there = squares > 0
    return ops.where(there, ops.sqrt(ops.where(there, squares, ops.ones_like(squares))), squares)


def l1(x, strength):
    return strength * ops.sum(ops.abs(x))


def l2(x, strength):
    return strength * ops.sum(x * x)


def l1l2(x, one, two):
    return one * ops.sum(ops.abs(x)) + two * ops.sum(x * x)


def l2sp(x, strength, start):
    return strength * ops.sum((x - ops.convert_to_tensor(start)) ** 2)


def kl(x, strength, p, mask=None):
    """From each unit's mean, which is held 1e-7 inside of 0 and 1, where it has no slope."""
    if mask is None:
        q = ops.mean(x, axis=0)
    else:
        seen = ops.sum(ops.cast(wide(mask, x), x.dtype), axis=0)
        q = ops.where(seen > 0, ops.sum(without(x, mask), axis=0) / ops.maximum(seen, 1), p)
    share = ops.logical_and(q >= 0, q <= 1)
    q = ops.where(share, ops.clip(q, 1e-7, 1 - 1e-7), ops.full_like(q, math.nan))
    less = lambda a, b: a * ops.log(a / b) if a > 0 else 0 * b
    return strength * ops.sum(less(p, q) + less(1 - p, 1 - q))


def group_lasso(x, strength, by="unit"):
    """Groups of a kernel: its columns, or by="input" all that goes out of one input."""
    x = ops.reshape(x, (-1,) + tuple(x.shape[-2:]) if by == "input" else (-1, x.shape[-1]))
    size = x.shape[0] * x.shape[-1] if by == "input" else ops.shape(x)[0]
    norms = length(x, (0, 2) if by == "input" else 0)
    return strength * ops.sqrt(ops.cast(size, x.dtype)) * ops.sum(norms)


def group_lasso_of_units(x, strength, mask):
    """Groups are the units over the samples in which their step is there."""
    seen = ops.sum(ops.cast(wide(mask, x), x.dtype), axis=0)
    return strength * ops.sum(ops.sqrt(seen) * length(without(x, mask), 0))


def hoyer(x, strength):
    """Of each row; 0 for a row of zeros."""
    one, two = ops.sum(ops.abs(x), axis=-1), ops.sum(x * x, axis=-1)
    there = two > 0
    return strength * ops.sum(ops.where(there, one * one / ops.where(there, two, ops.ones_like(two)), two))


def tv(x, strength, axis=1):
    return strength * ops.sum(ops.abs(steps_between(x, axis)))


def tar(x, strength):
    return strength * ops.sum(steps_between(x, 1) ** 2)


def orthogonal(x, strength, by="unit"):
    """The mean |cosine| over the pairs."""
    x = ops.reshape(x, (-1, x.shape[-1]))
    x = ops.transpose(x) if by == "input" else x
    norms = length(x, 0)
    x = x / ops.where(norms > 0, norms, ops.ones_like(norms))
    n = ops.cast(ops.shape(x)[1], x.dtype)
    products = ops.abs(ops.matmul(ops.transpose(x), x))
    return strength * 0.5 * (ops.sum(products) - ops.sum(ops.diagonal(products))) / ops.maximum(n * (n - 1) / 2, 1)


def soft_orthogonal(x, strength):
    x = ops.reshape(x, (-1, x.shape[-1]))
    return strength * ops.sum((ops.matmul(ops.transpose(x), x) - ops.eye(x.shape[1], dtype=x.dtype)) ** 2)


def spectral(x, strength):
    return strength * ops.norm(ops.reshape(x, (-1, x.shape[-1])), ord=2) ** 2


def decov(x, strength):
    """Each number of a sample is a unit."""
    off = x - ops.mean(x, axis=0)
    c = ops.matmul(ops.transpose(off), off) / samples(x)
    return strength * 0.5 * (ops.sum(c * c) - ops.sum(ops.diagonal(c) ** 2))


def entropy(x, strength):
    there = ops.where(x > 0, x, ops.ones_like(x))
    return -strength * ops.sum(there * ops.log(there))


def mean_of(rows, mask=None, weight=None):
    """The mean over samples and steps; those that a mask leaves out are not there."""
    if weight is not None:
        rows = rows * ops.reshape(weight, (-1,) + (1,) * (len(rows.shape) - 1))
    if mask is None:
        return ops.mean(rows)
    for _ in range(len(rows.shape) - 2):
        mask = ops.expand_dims(mask, -1)
    there = ops.cast(ops.broadcast_to(mask, ops.shape(rows)), rows.dtype)
    return ops.sum(ops.where(there > 0, rows, ops.zeros_like(rows))) / ops.maximum(ops.sum(there), 1)


def mse(y, t):
    return ops.mean((y - t) ** 2, axis=-1)


def mae(y, t):
    return ops.mean(ops.abs(y - t), axis=-1)


def huber(y, t, delta):
    x = ops.abs(y - t)
    return ops.mean(ops.where(x <= delta, 0.5 * x * x, delta * x - 0.5 * delta * delta), axis=-1)


def logcosh(y, t):
    x = y - t
    return ops.mean(x + ops.softplus(-2 * x) - math.log(2), axis=-1)


def poisson(y, t):
    return ops.mean(y - t * ops.log(y + 1e-7), axis=-1)


def hinge(y, t):
    """Targets of 0 stand for -1."""
    side = ops.where(t > 0, ops.ones_like(t), -ops.ones_like(t))
    return ops.mean(ops.maximum(1 - side * y, 0), axis=-1)


def cosine(y, t):
    unit = lambda x: x / ops.expand_dims(ops.maximum(length(x, -1), 1e-7), -1)
    return -ops.sum(unit(t) * unit(y), axis=-1)


def kl_divergence(y, t):
    y, t = ops.clip(y, 1e-7, 1), ops.clip(t, 1e-7, 1)
    return ops.sum(t * ops.log(t / y), axis=-1)


def smooth(t, smoothing, classes):
    return t * (1 - smoothing) + smoothing / classes


def binary_crossentropy(y, t, smoothing=0.0):
    t, y = smooth(t, smoothing, 2), ops.clip(y, 1e-7, 1 - 1e-7)
    return -ops.mean(t * ops.log(y) + (1 - t) * ops.log(1 - y), axis=-1)


def binary_crossentropy_at(z, t, smoothing=0.0):
    """At the pre-activation of the sigmoid."""
    t = smooth(t, smoothing, 2)
    return ops.mean(ops.maximum(z, 0) - z * t + ops.log1p(ops.exp(-ops.abs(z))), axis=-1)


def shares(t, classes):
    """Class numbers as a share for each class."""
    if t.shape[-1] == classes:
        return t
    return ops.one_hot(ops.squeeze(ops.cast(t, "int32"), -1), classes, dtype=t.dtype)


def categorical_crossentropy(y, t, smoothing=0.0):
    t = smooth(shares(t, y.shape[-1]), smoothing, y.shape[-1])
    share = ops.clip(y / ops.sum(y, axis=-1, keepdims=True), 1e-7, 1 - 1e-7)
    return -ops.sum(t * ops.log(share), axis=-1)


def categorical_crossentropy_at(z, t, smoothing=0.0):
    """At the pre-activation of the softmax."""
    t = smooth(shares(t, z.shape[-1]), smoothing, z.shape[-1])
    return -ops.sum(t * ops.log_softmax(z, axis=-1), axis=-1)


def weight_of_side(t, weights):
    return ops.where(ops.squeeze(t, -1) >= 0.5, weights[1], weights[0])


def weight_of_class(t, classes, weights):
    of = ops.convert_to_tensor(np.array(weights, dtype=data["target/0"].dtype))
    return ops.take(of, ops.argmax(shares(t, classes), axis=-1), axis=0)


def tensor(x):
    return ops.convert_to_tensor(np.asarray(x, data["target/0"].dtype)) if isinstance(x, (int, float)) else x


def beside(column, rows):
    """What is made of weights alone never lies along the samples: one figure for each unit is laid along
    the units."""
    column, rows = tensor(column), tensor(rows)
    shape = tuple(column.shape)
    turns = len(shape) > 1 and len(shape) == len(rows.shape) and math.prod(shape) == shape[0] > 1
    return ops.transpose(column) if turns and shape[0] == rows.shape[-1] else column


def f_sum(x, axis=None):
    return ops.sum(tensor(x), axis=axis, keepdims=axis is not None)


def f_mean(x, axis=None):
    return ops.mean(tensor(x), axis=axis, keepdims=axis is not None)


def f_abs(x):
    return ops.abs(tensor(x))


def f_square(x):
    return x * x


def root(x):
    """Its slope at 0 is 0."""
    there = x != 0
    return ops.where(there, ops.sqrt(ops.where(there, x, ops.ones_like(x))), x)


def f_sqrt(x):
    return root(tensor(x))


def f_exp(x):
    return ops.exp(tensor(x))


def f_log(x):
    return ops.log(tensor(x))


def f_max(a, b=None, axis=None):
    return ops.maximum(tensor(a), tensor(b)) if b is not None else ops.max(tensor(a), axis=axis, keepdims=axis is not None)


def f_min(a, b=None, axis=None):
    return ops.minimum(tensor(a), tensor(b)) if b is not None else ops.min(tensor(a), axis=axis, keepdims=axis is not None)


def f_sign(x):
    return ops.sign(tensor(x))


def f_var(x, axis=None):
    return f_mean((x - f_mean(x, axis)) ** 2, axis)


def f_std(x, axis=None):
    return root(f_var(x, axis))


def f_norm(x, axis=None):
    return root(f_sum(x * x, axis))


def f_where(condition, a, b):
    return ops.where(tensor(condition) != 0, tensor(a), tensor(b))


def f_transpose(x):
    return ops.transpose(x)


def f_sin(x):
    return ops.sin(tensor(x))


def f_cos(x):
    return ops.cos(tensor(x))


def power(a, b):
    a, b = tensor(a), tensor(b)
    there = ops.logical_or(ops.logical_or(a != 0, b >= 1), b <= 0)
    return ops.where(there, ops.power(ops.where(there, a, ops.ones_like(a)), b), ops.zeros_like(a))


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


def train(steps):
    """The batches are nnr's, in its order, from where the model stood; the optimizer begins anew."""
    epoch, place, order = EPOCH, POSITION, None
    for _ in range(steps):
        if order is None:
            order = shuffled(SEED, epoch, TRAINING) if SHUFFLE else list(range(TRAINING))
        net.train_on_batch(batch_of(order[place:place + BATCH]))
        place += BATCH
        if place >= TRAINING:
            epoch, place, order = epoch + 1, 0, None


def report():
    """The mean of the batches' figures, each with the weight of its samples."""
    first, last = EVALUATED
    sums = dict.fromkeys(["data loss"] + ROWS, 0.0)
    for at in range(first, last, BATCH):
        rows = list(range(at, min(at + BATCH, last)))
        for name, value in net(batch_of(rows)).items():
            sums[name] += float(ops.convert_to_numpy(value)) * len(rows) / (last - first)
    for name, value in list(sums.items()) + [("total", sum(sums.values()))]:
        print("%-40s %.*g" % (name, DIGITS, value))


def begin():
    """The layers are built, then they get their weights."""
    net(batch_of([0]))
    for path in PLACES:
        w[path].assign(data["weight/" + path])
    if UNDECAYED:
        optimizer.exclude_from_weight_decay(var_list=[w[path] for path in UNDECAYED])
    # Not compiled, so that an error names its line; leave run_eagerly out for speed.
    net.compile(optimizer=optimizer, loss=None, run_eagerly=True)


def main():
    begin()
    report()
    if len(sys.argv) > 1:
        train(int(sys.argv[1]))
        print("after %d steps" % int(sys.argv[1]))
        report()
