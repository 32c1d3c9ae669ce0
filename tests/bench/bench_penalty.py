#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What penalties cost: W1 to W4 with their penalties, and with a formula of one's own, against the
same without any. Usage: bench_penalty.py NNR DIGITS.csv.gz [--rounds N] [--only W1,W3]

Times are of pairs of runs, one right after the other, in both orders by turns. Instructions a step
are counted by callgrind where it is installed, as the difference between a longer and a shorter
run, but not for W4, which takes it many minutes; it executes at most AVX2, so its loops are those of
the middle level."""
import argparse
import re
import shutil
import subprocess
import sys

from measure import Run, chosen, nnr_command, prepared, ratios, spread, steady, write
from workloads import ABOUT, script

EPOCHS = {"W1": 8, "W2": 100, "W3": 1500, "W4": 3}
STEPS = {"W1": (4, 24), "W2": (50, 250), "W3": (100, 1100)}


def time_epoch(nnr, path):
    return steady(Run(nnr_command(nnr, path)).reports()[-1]["epoch_seconds"])


def time_pair(nnr, paths, turn):
    """Milliseconds of an epoch with and without, measured in an order that changes."""
    if turn % 2:
        without = time_epoch(nnr, paths[1])
        return time_epoch(nnr, paths[0]), without
    with_it = time_epoch(nnr, paths[0])
    return with_it, time_epoch(nnr, paths[1])


def count_run(nnr, path):
    """Instructions of a whole process."""
    done = subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
                          + nnr_command(nnr, path),
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)
    return int(re.search(r"Collected *: *(\d+)", done.stderr.decode()).group(1))


def count_step(nnr, folder, workload, penalties):
    """Instructions of one step."""
    runs = []
    for steps in STEPS[workload]:
        path = write(folder, "count.nnr", script(workload, ["step %d" % steps], penalties))
        runs.append(count_run(nnr, path))
    few, many = STEPS[workload]
    return (runs[1] - runs[0]) / (many - few)


def compare(nnr, folder, workload, rounds):
    print("%s: %s" % (workload, ABOUT[workload]["title"]))
    paths = {p: write(folder, p.replace(" ", "-") + ".nnr",
                      script(workload, ["train %d" % EPOCHS[workload]], p))
             for p in ("as above", "own", "none")}
    for penalties, words in (("as above", "penalty / none"), ("own", "own formula / none")):
        pairs = [time_pair(nnr, (paths[penalties], paths["none"]), i) for i in range(rounds)]
        print("  time, %-20s %s" % (words, spread(ratios(*zip(*pairs)))))
    if shutil.which("valgrind") and workload in STEPS:
        steps = {p: count_step(nnr, folder, workload, p) for p in paths}
        print("  instructions a step        %.4g without" % steps["none"])
        print("                             %.4g with a penalty, %.3f times as many"
              % (steps["as above"], steps["as above"] / steps["none"]))
        print("                             %.4g with an own formula, %.3f times as many"
              % (steps["own"], steps["own"] / steps["none"]))
    sys.stdout.flush()


def main():
    read = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    read.add_argument("nnr")
    read.add_argument("digits")
    read.add_argument("--rounds", type=int, default=5)
    read.add_argument("--only", default="")
    options = read.parse_args()
    with prepared(options.digits) as folder:
        for workload in chosen(options.only):
            compare(options.nnr, folder, workload, options.rounds)


if __name__ == "__main__":
    main()
