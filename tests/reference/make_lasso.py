#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes lasso.txt beside itself, and scripts/data/diabetes.csv: scikit-learn's Lasso (coordinate
descent) along 20 strengths, on the diabetes data of Efron, Hastie, Johnstone and Tibshirani, "Least
Angle Regression", 2004, as scikit-learn has them. Run by hand; the files are committed.

Inputs and target are brought to mean 0 and deviation 1. A line of lasso.txt is alpha and the ten
weights. scikit-learn's objective is sum (y - p)^2 / (2 n) + alpha sum |w|; mse + s sum |w| is twice
that for s = 2 alpha, so both have the same weights."""

import pathlib
import warnings

import numpy
import sklearn
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import Lasso

HERE = pathlib.Path(__file__).resolve().parent
STRENGTHS = 20


def standard(x):
    return (x - x.mean(0)) / x.std(0)


def write_data(data):
    with open(HERE / "../../scripts/data/diabetes.csv", "w") as f:
        f.write(",".join([*data.feature_names, "progression"]) + "\n")
        for row, target in zip(data.data, data.target):
            f.write(",".join("%.15g" % x for x in [*row, target]) + "\n")


def main():
    warnings.simplefilter("error", ConvergenceWarning)
    data = load_diabetes(scaled=False)
    write_data(data)
    x, y = standard(data.data), standard(data.target)
    # From this strength on all weights are 0.
    most = abs(x.T @ y).max() / len(y)
    with open(HERE / "lasso.txt", "w") as f:
        f.write("# Made by make_lasso.py with scikit-learn %s.\n" % sklearn.__version__)
        for alpha in most * numpy.logspace(0, -3, STRENGTHS + 1)[1:]:
            fit = Lasso(alpha=alpha, tol=1e-14, max_iter=1000000).fit(x, y)
            f.write(" ".join("%.17g" % v for v in [alpha, *fit.coef_]) + "\n")


if __name__ == "__main__":
    main()
