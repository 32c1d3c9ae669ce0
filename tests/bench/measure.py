# SPDX-License-Identifier: GPL-3.0-or-later
"""Running programs and reading their clocks, for the benchmarks. It imports nothing large: a child
inherits the peak memory of the process that starts it."""
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import workloads

HERE = os.path.dirname(os.path.abspath(__file__))


class Run:
    """One process: its output, seconds from start to end, and peak memory in MiB."""

    def __init__(self, command):
        begin = time.perf_counter()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.out = child.stdout.read().decode()
        child.stdout.close()
        _, status, used = os.wait4(child.pid, 0)
        self.seconds = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        self.peak = used.ru_maxrss / 1024
        if child.returncode:
            sys.exit("%s failed" % " ".join(command))

    def reports(self):
        """The objects of its lines of JSON."""
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]


def nnr_command(nnr, path, threads=1):
    return [nnr, "--json", "--quiet", "--plot", "none", "--threads", str(threads), path]


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as f:
        f.write(text)
    return path


def steady(seconds):
    """Milliseconds of an epoch once it runs: the first one warms up, where there are more."""
    return 1e3 * statistics.median(seconds[1:] or seconds)


def spread(values, digits=3):
    """Median and range."""
    text = [("%%.%dg" % digits) % v for v in (statistics.median(values), min(values), max(values))]
    return "%s [%s - %s]" % tuple(text)


def ratios(above, below):
    """Round by round."""
    return [a / b for a, b in zip(above, below)]


@contextlib.contextmanager
def prepared(digits):
    """A folder with the data of the workloads, written by another process: see above."""
    folder = tempfile.mkdtemp(prefix="nnr-bench-")
    try:
        subprocess.run([sys.executable, os.path.join(HERE, "workloads.py"), folder, digits],
                       check=True)
        yield folder
    finally:
        shutil.rmtree(folder)


def chosen(only):
    """The workloads named by W1,W3, or all."""
    return only.split(",") if only else sorted(workloads.ABOUT)
