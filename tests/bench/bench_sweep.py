#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""No cliff: the time of a step over its arithmetic as units, batch and depth grow, one at a time.
Usage: bench_sweep.py NNR [--rounds N] [--only units,batch] [--threads N] [--plot FILE.png]

The model is `depth` dense relu layers of `units` units on 64 inputs, each with an activity penalty,
and one output; mean squared error, Adam. A larger model may well do its arithmetic faster; where it
does it more than 1.3 times as slowly as its smaller neighbour, the line ends with "cliff". The
figure is drawn by gnuplot."""
import argparse
import os
import subprocess
import sys
import tempfile

from measure import Run, nnr_command, write

MIDDLE = {"units": 128, "batch": 32, "depth": 2}
VALUES = {
    "units": [8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048],
    "batch": [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024],
    "depth": [1, 2, 3, 4, 6, 8, 12, 16],
}
INPUTS = 64
ROOM = 1.3
LEAST_SECONDS = 0.05  # of the steps that are timed


def script(units, batch, depth, steps):
    dense = "dense %d relu activity=l2(1e-4)\n" % units
    return ("data random %d shape=%d target=1 batch=%d shuffle=no\ninput %d\n"
            % (4 * batch, INPUTS, batch, INPUTS) + depth * dense
            + "dense 1\nloss mse\noptimizer adam\nstep 3\nstep %d\n" % steps)


def arithmetic(units, batch, depth):
    """Operations of a step: three products a layer (two for the first), some 16 for each activation
    and back, and Adam's 12 for each weight."""
    sizes = [INPUTS] + depth * [units] + [1]
    layers = list(zip(sizes, sizes[1:]))
    products = sum((3 if i else 2) * 2 * batch * a * b for i, (a, b) in enumerate(layers))
    activations = sum(batch * b for _, b in layers)
    return products + 16 * activations + 12 * sum(a * b + b for a, b in layers)


def time_step(nnr, folder, point, threads):
    """Nanoseconds of a step."""
    steps = max(10, int(LEAST_SECONDS / (2e-6 + arithmetic(**point) / 5e10)))
    path = write(folder, "point.nnr", script(steps=steps, **point))
    return 1e9 * Run(nnr_command(nnr, path, threads)).reports()[-1]["seconds"] / steps


def measure(nnr, folder, points, rounds, threads):
    """Picoseconds an operation at each point, the least of rounds that take turns: what else runs
    on the machine only adds."""
    times = [[] for _ in points]
    for _ in range(rounds):
        for point, t in zip(points, times):
            t.append(time_step(nnr, folder, point, threads))
    return [1e3 * min(t) / arithmetic(**p) for p, t in zip(points, times)]


def sweep(options, folder, axis):
    """Prints one axis and returns the time of an operation at each of its values."""
    points = [dict(MIDDLE, **{axis: v}) for v in VALUES[axis]]
    cost = measure(options.nnr, folder, points, options.rounds, options.threads)
    steep = [False] + [b > ROOM * a for a, b in zip(cost, cost[1:])]
    others = " ".join("%s %d" % (k, v) for k, v in MIDDLE.items() if k != axis)
    print("%s (%s)\n  %8s %14s %10s" % (axis, others, axis, "ps/operation", "us/step"))
    for point, ps, cliff in zip(points, cost, steep):
        print("  %8d %14.2f %10.2f%s" % (point[axis], ps, ps * arithmetic(**point) / 1e6,
                                         "  cliff" if cliff else ""))
    sys.stdout.flush()
    return cost


def draw(costs, path):
    """A panel for each axis."""
    text = ["set terminal pngcairo size 900,300 font ',9'", "set output '%s'" % path,
            "set multiplot layout 1,%d" % len(costs), "set logscale xy 2", "set yrange [4:64]",
            "set ytics 2", "set xtics 4", "set grid", "unset key", "set ylabel 'ps an operation'"]
    for axis, cost in costs.items():
        text += ["set xlabel '%s'" % axis, "set xrange [%d:%d]" % (VALUES[axis][0], VALUES[axis][-1]),
                 "$%s << E" % axis]
        text += ["%d %g" % pair for pair in zip(VALUES[axis], cost)]
        text += ["E", "plot $%s with linespoints pt 7 ps 0.6 lc rgb '#2060a0'" % axis]
    subprocess.run(["gnuplot"], input="\n".join(text + ["unset multiplot", ""]).encode(),
                   check=True)


def main():
    read = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    read.add_argument("nnr")
    read.add_argument("--rounds", type=int, default=5)
    read.add_argument("--only", default=",".join(VALUES))
    read.add_argument("--threads", type=int, default=1)
    read.add_argument("--plot")
    options = read.parse_args()
    with tempfile.TemporaryDirectory(prefix="nnr-bench-") as folder:
        found = {axis: sweep(options, folder, axis) for axis in options.only.split(",")}
    if options.plot:
        draw(found, os.path.abspath(options.plot))


if __name__ == "__main__":
    main()
