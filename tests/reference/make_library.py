#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes library.txt beside itself: what the penalties of scripts/penalties.nnr are, by the formulas
of their papers in plain Python, with gradients by dual numbers. Run by hand; the file is committed.

Lines of
    penalty NAME ARGUMENTS
    shape ROWS COLUMNS
    x NUMBERS           row-major
    value VALUE
    gradient NUMBERS    like x

Where a slope may be chosen it is as help define says: that of |x| and of a root is 0 at 0."""

import math
import os
import random


class Dual:
    """A number and its slope along one element of x."""

    def __init__(self, value, slope=0.0):
        self.value, self.slope = value, slope

    def __add__(self, other):
        other = dual(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    def __mul__(self, other):
        other = dual(other)
        return Dual(
            self.value * other.value, self.slope * other.value + self.value * other.slope
        )

    def __pow__(self, power):
        if self.value == 0:
            return Dual(0.0, self.slope if power == 1 else 0.0)
        return Dual(self.value**power, power * self.value ** (power - 1) * self.slope)

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -dual(other)

    def __truediv__(self, other):
        return self * dual(other) ** -1

    def __rsub__(self, other):
        return dual(other) - self

    def __rtruediv__(self, other):
        return dual(other) / self

    __radd__, __rmul__ = __add__, __mul__

    def __abs__(self):
        return self * ((self.value > 0) - (self.value < 0))

    def __lt__(self, other):
        return self.value < dual(other).value


def dual(x):
    return x if isinstance(x, Dual) else Dual(float(x))


def apply(function, slope):
    return lambda x: Dual(function(x.value), slope(x.value) * x.slope)


log = apply(math.log, lambda v: 1 / v)
exp = apply(math.exp, math.exp)
sin = apply(math.sin, math.cos)


def root(x):
    return x**0.5


def total(values):
    return sum(values, Dual(0.0))


def each(f):
    """A penalty that is the sum of f over the elements."""
    return lambda x, *p: total(f(v, *p) for row in x for v in row)


def units(x):
    return list(zip(*x))


def squares(values):
    return total(v * v for v in values)


def average(values):
    return total(values) / len(values)


def scad(v, scale, a):
    t = abs(v)
    if t.value <= scale:
        return scale * t
    if t.value <= a * scale:
        return scale * t - (t - scale) ** 2 / (2 * (a - 1))
    return Dual(scale**2 * (a + 1) / 2)


def mcp(v, scale, gamma):
    """The integral of the pull max(0, scale - t/gamma) from 0 to |v|."""
    t = abs(v)
    return t * (scale - t / (2 * gamma)) if t.value < gamma * scale else Dual(gamma * scale**2 / 2)


def huber(v, delta):
    t = abs(v)
    return t * t / (2 * delta) if t.value <= delta else t - delta / 2


def shares(x):
    whole = total(abs(v) for row in x for v in row)
    return [abs(v) / whole for row in x for v in row]


def sparse_group(x, share):
    lasso = total(abs(v) for row in x for v in row)
    return share * lasso + (1 - share) * total(
        math.sqrt(len(unit)) * root(squares(unit)) for unit in units(x)
    )


def weight_correlation(x, eps):
    pairs = [(u, v) for i, u in enumerate(units(x)) for j, v in enumerate(units(x)) if i != j]
    return total(
        total(a * b for a, b in zip(u, v)) / root((squares(u) + eps) * (squares(v) + eps))
        for u, v in pairs
    ) / max(len(pairs), 1)


def load_balance(x, eps):
    means = [average(unit) for unit in units(x)]
    whole = average(means)
    return average([(m - whole) ** 2 for m in means]) / (whole**2 + eps)


def lifetime(x, eps):
    return total(average(u) ** 2 / (average([v * v for v in u]) + eps) for u in units(x))


def spread(x, size, eps):
    short = []
    for unit in units(x):
        middle = average(unit)
        deviation = root(average([(v - middle) ** 2 for v in unit]) + eps)
        short.append(size - deviation if deviation < size else Dual(0.0))
    return average(short)


# Of each the formula and the arguments that it is tried with.
LIBRARY = {
    "log_sum": (each(lambda v, eps: log(1 + abs(v) / eps)), [(0.1,), (0.7,)]),
    "scad": (each(scad), [(0.1, 3.7), (0.4, 2.5)]),
    "mcp": (each(mcp), [(0.1, 3), (0.5, 1.2)]),
    "capped_l1": (each(lambda v, cap: abs(v) if abs(v) < cap else Dual(cap)), [(0.1,), (0.8,)]),
    "bridge": (each(lambda v, p, e: (v * v + e * e) ** (p / 2) - e**p), [(0.5, 1e-3), (1.5, 0.1)]),
    "exponential_l0": (each(lambda v, eps: 1 - exp(-abs(v) / eps)), [(0.1,), (1,)]),
    "geman_l0": (each(lambda v, eps: 1 - eps / (abs(v) + eps)), [(0.1,), (1,)]),
    "gauss_l0": (each(lambda v, s: 1 - exp(-(v / s) * (v / s) / 2)), [(0.1,), (0.6,)]),
    "elimination": (each(lambda v, s: (v / s) ** 2 / (1 + (v / s) ** 2)), [(0.1,), (1,)]),
    "transformed_l1": (each(lambda v, a: (a + 1) * abs(v) / (a + abs(v))), [(1,), (0.2,)]),
    "cauchy": (each(lambda v, s: log(1 + (v / s) ** 2)), [(1,), (0.3,)]),
    "huber_l1": (each(huber), [(0.01,), (0.5,)]),
    "charbonnier": (each(lambda v, d: root(v * v + d * d) - d), [(0.01,), (0.5,)]),
    "l1_minus_l2": (
        lambda x: total(abs(v) for row in x for v in row) - root(squares(sum(x, []))),
        [()],
    ),
    "l1_over_l2": (
        lambda x: total(abs(v) for row in x for v in row) / root(squares(sum(x, []))),
        [()],
    ),
    "renyi": (
        lambda x, alpha: log(total(p**alpha for p in shares(x))) / (1 - alpha),
        [(2,), (0.5,)],
    ),
    "largest": (lambda x: max((abs(v) for row in x for v in row), key=lambda v: v.value), [()]),
    "sparse_group": (sparse_group, [(0.5,), (0,)]),
    "exclusive": (lambda x: total(total(abs(v) for v in u) ** 2 for u in units(x)), [()]),
    "weight_correlation": (weight_correlation, [(1e-12,), (0.1,)]),
    "unit_length": (lambda x: total((squares(u) - 1) ** 2 for u in units(x)), [()]),
    "nonnegative": (each(lambda v: v * v if v < 0 else Dual(0.0)), [()]),
    "binary": (each(lambda v: (v - v * v) ** 2), [()]),
    "periodic": (each(lambda v, grid: sin(v * (math.pi / grid)) ** 2), [(0.1,), (0.45,)]),
    "load_balance": (load_balance, [(1e-10,), (0.1,)]),
    "lifetime": (lifetime, [(1e-10,), (0.1,)]),
    "spread": (spread, [(1, 1e-4), (0.6, 0.01)]),
}
# The last is one number alone.
SHAPES = [(5, 3), (2, 4), (1, 1)]


def numbers(values):
    return " ".join(repr(v) for v in values)


def case(name, formula, arguments, rows, columns, draw):
    x = [[round(draw.uniform(-1.5, 1.5), 3) for _ in range(columns)] for _ in range(rows)]
    if rows > 2:
        x[1][2] = 0.0

    def along(at):
        return formula(
            [
                [Dual(v, float(at == (i, j))) for j, v in enumerate(row)]
                for i, row in enumerate(x)
            ],
            *arguments,
        )

    slopes = [along((i, j)).slope for i in range(rows) for j in range(columns)]
    return [
        "penalty " + " ".join([name] + [repr(a) for a in arguments]),
        "shape %d %d" % (rows, columns),
        "x " + numbers(v for row in x for v in row),
        "value %r" % along(None).value,
        "gradient " + numbers(slopes),
    ]


def main():
    draw = random.Random(12)
    lines = ["# Made by make_library.py with plain Python."]
    for name, (formula, uses) in LIBRARY.items():
        for arguments in uses:
            for rows, columns in SHAPES:
                lines += case(name, formula, arguments, rows, columns, draw)
    with open(os.path.join(os.path.dirname(__file__) or ".", "library.txt"), "w") as f:
        f.write("\n".join(lines) + "\n")


main()
