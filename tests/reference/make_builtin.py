#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes builtin.txt beside itself: what scikit-learn's iris, wine and diabetes come to, column by
column. Run by hand; the file is committed.

A line is the dataset, its samples and columns, the number of the column (the target is the last), and
of its numbers x_i (i from 1) sum x_i, sum x_i^2, sum i x_i, x_1 and the last one, in double."""

import pathlib

import numpy
import sklearn
from sklearn.datasets import load_diabetes, load_iris, load_wine

HERE = pathlib.Path(__file__).resolve().parent
SETS = {"iris": load_iris, "wine": load_wine, "diabetes": load_diabetes,
        "diabetes_raw": lambda: load_diabetes(scaled=False)}


def main():
    with open(HERE / "builtin.txt", "w") as f:
        f.write(f"# scikit-learn {sklearn.__version__}, by make_builtin.py\n")
        for name, load in SETS.items():
            data = load()
            for c, x in enumerate([*data.data.T, data.target.astype(float)]):
                i = numpy.arange(1, len(x) + 1)
                figures = [x.sum(), (x * x).sum(), (i * x).sum(), x[0], x[-1]]
                f.write(" ".join([name, str(len(x)), str(data.data.shape[1]), str(c),
                                  *[repr(float(v)) for v in figures]]) + "\n")


main()
