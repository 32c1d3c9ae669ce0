# SPDX-License-Identifier: GPL-3.0-or-later
"""The workloads of the benchmarks: their data and first weights, and each as an experiment in nnr's
language. As a program, workloads.py FOLDER DIGITS.csv.gz writes the data and the weights."""
import array
import gzip
import math
import os
import random
import struct
import sys

# Of each: what it is, batch, epochs of a run, and after how many of them the losses are compared.
# Both programs round in their own order and training magnifies that; the labels of W4 are random
# and its loss hangs on rounding from the first epoch on.
ABOUT = {
    "W1": dict(title="dense along a time axis, 10 x 100 -> 100 relu -> 1", samples=10000, batch=32,
               epochs=5, compared=1, room=1e-5),
    "W2": dict(title="sparse autoencoder of the digits, 64-100-64", samples=1797, batch=32,
               epochs=50, compared=3, room=1e-5),
    "W3": dict(title="playground, 2-8-8-1 tanh", samples=500, batch=10,
               epochs=1000, compared=20, room=1e-5),
    "W4": dict(title="wide, 784-1024-1024-10 relu", samples=8192, batch=256,
               epochs=3, compared=1, room=1e-2),
    "C1": dict(title="digits 8x8x1, conv 16 3x3, pool, dense 10", samples=1797, batch=32,
               epochs=10, compared=1, room=1e-4),
    "C2": dict(title="28x28x1, conv 32 3x3, conv 64 3x3, pool, dense 128, dense 10", samples=512,
               batch=64, epochs=3, compared=1, room=1e-2),
    "R1": dict(title="two marked numbers of 20 added, lstm 32 -> 1", samples=2000, batch=32,
               epochs=20, compared=3, room=1e-5),
    "R2": dict(title="50 steps of 64, lstm 128 -> 1", samples=1024, batch=64,
               epochs=3, compared=1, room=1e-5),
}
SIZES = {"W1": ((100, 100), (1000, 1)), "W2": ((64, 100), (100, 64)),
         "W3": ((2, 8), (8, 8), (8, 1)), "W4": ((784, 1024), (1024, 1024), (1024, 10)),
         "C1": ((3, 3, 1, 16), (144, 10)),
         "C2": ((3, 3, 1, 32), (3, 3, 32, 64), (9216, 128), (128, 10)),
         "R1": ((2, 128), (32, 128), (32, 1)), "R2": ((64, 512), (128, 512), (128, 1))}

MODELS = {
    "W1": """
data npy "W1-x.npy" "W1-y.npy" batch=32 shuffle=no
input 10x100
timedistributed dense 100 relu kernel_init=npy("W1-k0.npy") activity={activity} as td
flatten
dense 1 sigmoid kernel_init=npy("W1-k1.npy")
loss binary_crossentropy
optimizer adam lr=1e-3
""",
    "W2": """
data npy "W2-x.npy" target=input batch=32 shuffle=no
input 64
dense 100 relu kernel_init=npy("W2-k0.npy") activity={activity} as code
dense 64 sigmoid kernel_init=npy("W2-k1.npy")
loss mse
optimizer adam lr=1e-3
""",
    "W3": """
data npy "W3-x.npy" "W3-y.npy" batch=10 shuffle=no
input 2
dense 8 tanh kernel_init=npy("W3-k0.npy") kernel={kernel}
dense 8 tanh kernel_init=npy("W3-k1.npy") kernel={kernel}
dense 1 tanh kernel_init=npy("W3-k2.npy") kernel={kernel}
loss mse
optimizer sgd lr=0.03
""",
    "W4": """
data npy "W4-x.npy" "W4-y.npy" batch=256 shuffle=no
input 784
dense 1024 relu kernel_init=npy("W4-k0.npy") activity={activity}
dense 1024 relu kernel_init=npy("W4-k1.npy") activity={activity}
dense 10 softmax kernel_init=npy("W4-k2.npy")
loss categorical_crossentropy
optimizer adam lr=1e-3
""",
    "C1": """
data npy "C1-x.npy" "C1-y.npy" batch=32 shuffle=no
input 8x8x1
conv2d 16 3x3 relu kernel_init=npy("C1-k0.npy") activity={activity}
max_pool2d 2x2
flatten
dense 10 softmax kernel_init=npy("C1-k1.npy")
loss categorical_crossentropy
optimizer adam lr=1e-3
""",
    "C2": """
data npy "C2-x.npy" "C2-y.npy" batch=64 shuffle=no
input 28x28x1
conv2d 32 3x3 relu kernel_init=npy("C2-k0.npy") activity={activity}
conv2d 64 3x3 relu kernel_init=npy("C2-k1.npy") activity={activity}
max_pool2d 2x2
flatten
dense 128 relu kernel_init=npy("C2-k2.npy")
dense 10 softmax kernel_init=npy("C2-k3.npy")
loss categorical_crossentropy
optimizer adam lr=1e-3
""",
    "R1": """
data npy "R1-x.npy" "R1-y.npy" batch=32 shuffle=no
input 20x2
lstm 32 kernel_init=npy("R1-k0.npy") recurrent_init=npy("R1-k1.npy") activity={activity}
dense 1 kernel_init=npy("R1-k2.npy")
loss mse
optimizer adam lr=1e-3
""",
    "R2": """
data npy "R2-x.npy" "R2-y.npy" batch=64 shuffle=no
input 50x64
lstm 128 kernel_init=npy("R2-k0.npy") recurrent_init=npy("R2-k1.npy") activity={activity}
dense 1 kernel_init=npy("R2-k2.npy")
loss mse
optimizer adam lr=1e-3
""",
}
PENALTIES = {
    "W1": dict(activity="l1(0.1, reduce=sum)+l2(0.1, reduce=sum)"),
    "W2": dict(activity="l1(1e-3)"),
    "W3": dict(kernel="l2(1e-3)"),
    "W4": dict(activity="l2(1e-4)"),
    "C1": dict(activity="l1(1e-4)"),
    "C2": dict(activity="l1(1e-6)"),
    "R1": dict(activity="l2(1e-4)"),
    "R2": dict(activity="l2(1e-4)"),
}
# What a person defines and puts where the penalties above stand.
OWN = "define penalty my(x) = sum(abs(x))"
OWN_STRENGTH = {"W1": "my(0.1, reduce=sum)", "W2": "my(1e-3)", "W3": "my(1e-3)", "W4": "my(1e-4)",
                "C1": "my(1e-4)", "C2": "my(1e-6)", "R1": "my(1e-4)", "R2": "my(1e-4)"}


def script(workload, statements, penalties="as above"):
    """The experiment; penalties: "as above", "none" or "own"."""
    slots = dict(PENALTIES[workload])
    if penalties == "none":
        slots = {slot: "none" for slot in slots}
    if penalties == "own":
        slots = {slot: OWN_STRENGTH[workload] for slot in slots}
    head = OWN + "\n" if penalties == "own" else ""
    return head + MODELS[workload].format(**slots) + "\n".join(statements) + "\n"


def weights(workload):
    """How many numbers the model learns."""
    return sum(math.prod(size) + size[-1] for size in SIZES[workload])


def write_npy(path, shape, numbers, kind="f"):
    """An array of floats ("f") or of 4-byte whole numbers ("i") in the form of numpy.save."""
    head = "{'descr': '<%s4', 'fortran_order': False, 'shape': (%s), }" % (
        kind, "".join("%d," % n for n in shape))
    head += " " * (-(10 + len(head) + 1) % 64) + "\n"
    with open(path, "wb") as f:
        f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode("ascii"))
        array.array(kind, numbers).tofile(f)


def read_digits(path):
    """Pixels and classes."""
    with gzip.open(path, "rt") as f:
        rows = [[float(v) for v in line.split(",")] for line in f]
    return [v / 16 for row in rows for v in row[:64]], [int(row[64]) for row in rows]


def spirals(n):
    """Two arms of n points each, in a random order: points and their sides, 1 and -1."""
    points = []
    for arm in range(2):
        for i in range(n):
            turn = 3.5 * math.pi * i / n + math.pi * arm
            points.append((i / n * math.sin(turn), i / n * math.cos(turn), 1 - 2 * arm))
    random.Random(1).shuffle(points)
    return [v for p in points for v in p[:2]], [p[2] for p in points]


def sequences(n, steps):
    """Numbers and marks, two of them 1, and the sum of the marked (Hochreiter and Schmidhuber)."""
    draw, x, y = random.Random(2), [], []
    for _ in range(n):
        numbers, marked = [draw.random() for _ in range(steps)], draw.sample(range(steps), 2)
        x += [v for i in range(steps) for v in (numbers[i], float(i in marked))]
        y.append(sum(numbers[i] for i in marked))
    return x, y


def write_all(folder, digits):
    draw = random.Random(1)

    def uniform(n, a=0.0, b=1.0):
        return (draw.uniform(a, b) for _ in range(n))

    def place(name):
        return os.path.join(folder, name + ".npy")

    write_npy(place("W1-x"), (10000, 10, 100), uniform(10000 * 1000))
    write_npy(place("W1-y"), (10000, 1), uniform(10000))
    pixels, classes = read_digits(digits)
    write_npy(place("W2-x"), (1797, 64), pixels)
    points, sides = spirals(250)
    write_npy(place("W3-x"), (500, 2), points)
    write_npy(place("W3-y"), (500, 1), sides)
    write_npy(place("W4-x"), (8192, 784), uniform(8192 * 784))
    write_npy(place("W4-y"), (8192,), (draw.randrange(10) for _ in range(8192)), "i")
    x, y = sequences(2000, 20)
    write_npy(place("R1-x"), (2000, 20, 2), x)
    write_npy(place("R1-y"), (2000, 1), y)
    write_npy(place("R2-x"), (1024, 50, 64), uniform(1024 * 50 * 64, -1, 1))
    write_npy(place("R2-y"), (1024, 1), uniform(1024))
    write_npy(place("C1-x"), (1797, 64), pixels)
    write_npy(place("C1-y"), (1797,), classes, "i")
    write_npy(place("C2-x"), (512, 784), uniform(512 * 784))
    write_npy(place("C2-y"), (512,), (draw.randrange(10) for _ in range(512)), "i")
    for workload, sizes in SIZES.items():
        for i, size in enumerate(sizes):
            count = math.prod(size)
            most = math.sqrt(6 / (count // size[-1] + count // size[-2]))
            write_npy(place("%s-k%d" % (workload, i)), size, uniform(count, -most, most))


if __name__ == "__main__":
    write_all(*sys.argv[1:3])
