#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""nnr against PyTorch eager, one thread each, and nnr on two threads: the workloads W1 to W4, C1,
C2, R1 and R2 and a cold start. Usage: bench_torch.py NNR DIGITS.csv.gz [--rounds N] [--only W1,W3,cold]

In each round every program trains once, from the same first weights, with the same batches in the
same order. An epoch's time is that of the steady state, the first epoch left out; the whole process
is from start to the printed loss, data read from files. Ratios are taken inside a round, so that a
machine that slows down slows both. Fails when the losses disagree. Without PyTorch it prints nnr's
own figures."""
import argparse
import os
import statistics
import subprocess
import sys

from measure import HERE, Run, chosen, nnr_command, prepared, ratios, spread, steady, write
from workloads import ABOUT, script, weights

COLD_ROUNDS = 9
ROOM_MIB = 15  # of memory beyond the data and four arrays as large as the weights


def has_torch():
    return subprocess.run([sys.executable, "-c", "import torch"],
                          stderr=subprocess.DEVNULL).returncode == 0


def torch_command(folder, workload, epochs, *options):
    return [sys.executable, HERE + "/torch_train.py", folder, workload, str(epochs), *options]


class Figures:
    """What the rounds gave for one system, a number each."""

    def __init__(self):
        self.epoch, self.whole, self.peak = [], [], []

    def add(self, run):
        """Adds one process; returns what it reported."""
        report = run.reports()[-1]
        self.epoch.append(steady(report["epoch_seconds"]))
        self.whole.append(1e3 * run.seconds)
        self.peak.append(run.peak)
        return report


def run_nnr(figures, nnr, folder, workload, epochs, threads=1):
    path = write(folder, workload + ".nnr", script(workload, ["train %d" % epochs]))
    return figures.add(Run(nnr_command(nnr, path, threads)))["loss"]


def agree(nnr, folder, workload):
    """Says whether the losses agree as far as they must."""
    epochs, room = (ABOUT[workload][key] for key in ("compared", "room"))
    ours = run_nnr(Figures(), nnr, folder, workload, epochs)
    theirs = Run(torch_command(folder, workload, epochs)).reports()[-1]["losses"][-1]
    same = abs(ours - theirs) <= room * abs(theirs)
    print("  loss after %2d epochs       nnr %.8g, PyTorch %.8g: %s"
          % (epochs, ours, theirs, "agree" if same else "DISAGREE"))
    return same


def print_memory(workload, folder, peak):
    """Peak memory against data + 4 x weights + some."""
    files = ["%s/%s-%s.npy" % (folder, workload, part) for part in ("x", "y")]
    data = sum(os.path.getsize(f) for f in files if os.path.exists(f))
    most = (data + 4 * 4 * weights(workload)) / 2**20 + ROOM_MIB
    print("  peak memory, MiB           nnr %.0f (data + 4 x weights + %d is %.0f)"
          % (statistics.median(peak), ROOM_MIB, most))


def compare(nnr, folder, workload, rounds, torch_too):
    about = ABOUT[workload]
    one, two, torch = Figures(), Figures(), Figures()
    for _ in range(rounds):
        run_nnr(one, nnr, folder, workload, about["epochs"])
        if torch_too:
            torch.add(Run(torch_command(folder, workload, about["epochs"])))
        run_nnr(two, nnr, folder, workload, about["epochs"], 2)
    print("%s: %s, batches of %d" % (workload, about["title"], about["batch"]))
    same = agree(nnr, folder, workload) if torch_too else True
    print("  ms an epoch, nnr           " + spread(one.epoch))
    print("  ms in all, nnr             %s, %d epochs" % (spread(one.whole), about["epochs"]))
    if torch_too:
        print("  ms an epoch, PyTorch       " + spread(torch.epoch))
        print("  ms in all, PyTorch         " + spread(torch.whole))
        print("  times as fast, epoch       " + spread(ratios(torch.epoch, one.epoch)))
        print("  times as fast, in all      " + spread(ratios(torch.whole, one.whole)))
    print("  times as fast on 2 threads " + spread(ratios(one.epoch, two.epoch)))
    print_memory(workload, folder, one.peak)
    if torch_too:
        print("  peak memory of PyTorch     %.0f" % statistics.median(torch.peak))
    sys.stdout.flush()
    return same


def cold(nnr, folder, torch_too):
    """From nothing to one printed step of W3."""
    path = write(folder, "cold.nnr", script("W3", ["step 1"]))
    ours, theirs = [], []
    for _ in range(COLD_ROUNDS):
        ours.append(1e3 * Run(nnr_command(nnr, path)).seconds)
        if torch_too:
            theirs.append(1e3 * Run(torch_command(folder, "W3", 1, "one")).seconds)
    print("W5: cold start, one step of W3 and its loss printed")
    print("  ms, nnr                    " + spread(ours))
    if torch_too:
        print("  ms, PyTorch                " + spread(theirs))
        print("  times as fast              " + spread(ratios(theirs, ours)))


def main():
    read = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    read.add_argument("nnr")
    read.add_argument("digits")
    read.add_argument("--rounds", type=int, default=3)
    read.add_argument("--only", default="")
    options = read.parse_args()
    torch_too = has_torch()
    if not torch_too:
        print("PyTorch is not installed for %s: nnr alone" % sys.executable)
    same = True
    with prepared(options.digits) as folder:
        for workload in chosen(options.only):
            if workload in ABOUT:
                same &= compare(options.nnr, folder, workload, options.rounds, torch_too)
        if not options.only or "cold" in options.only:
            cold(options.nnr, folder, torch_too)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
