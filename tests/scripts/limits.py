#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nnr does where the system gives little: address space, processes, threads; and what a large
model takes.

    limits.py NNR
"""

import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import unittest

NNR = ""
NOBODY = 65534
# Steps that are worth a second thread.
WIDE = ("data random 64 shape=300 target=300 batch=64\ninput 300\ndense 300\ndense 300\n"
        "loss mse\noptimizer sgd\nstep 2\n")
# A product large enough for BLAS.
LARGE = ("data random 900 shape=900 target=2 batch=900\ninput 900\ndense 900\ndense 2\nloss mse\n"
         "optimizer sgd\nstep 1\n")


def no_processes():
    """No further process or thread: root is never refused one, so it becomes somebody else."""
    if os.getuid() == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        except PermissionError:
            pass  # root without its rights: the program runs all the same, which is looked at
    # After that: who is over a limit when he becomes somebody may start no program.
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def becomes_nobody():
    child = os.fork()
    if not child:
        try:
            os.setuid(NOBODY)
        except PermissionError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def last(done):
    return done.stdout.splitlines()[-1]


class Limits(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)
        self.folder.chmod(0o755)
        # Where anybody can run it.
        self.nnr = self.folder / "nnr"
        shutil.copy(NNR, self.nnr)
        self.nnr.chmod(0o755)

    def run_it(self, *words, **more):
        return subprocess.run([self.nnr, *words], cwd=self.folder, capture_output=True, text=True,
                              timeout=600, stdin=subprocess.DEVNULL, **more)

    def within(self, kib, *words):
        limit = kib * 1024
        return self.run_it(
            *words, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))

    def test_small_address_space(self):
        for kib in (400_000, 200_000, 100_000, 50_000, 25_000):
            done = self.within(kib, "-c", "print 1")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "1\n", ""), kib)

    def test_no_address_space(self):
        """Down to where the loader gives up: an end, and never a hang."""
        for kib in range(24_000, 500, -1500):
            done = self.within(kib, "-c", "print 1")
            if done.returncode == 0:
                self.assertEqual(done.stdout, "1\n", kib)
            else:
                self.assertEqual(done.stdout, "", kib)
                # 127: the loader; 1, 2: nnr; a signal before main: the system.
                self.assertIn(done.returncode, (1, 2, 127, -6, -9, -11), (kib, done))

    def test_large_products_without_room_for_a_library(self):
        script = self.folder / "large.nnr"
        script.write_text(LARGE + "print loss\n")
        free = self.run_it(script)
        self.assertEqual(free.returncode, 0, free)
        for kib in (400_000, 250_000, 150_000, 120_000):
            done = self.within(kib, script)
            self.assertEqual(done.returncode, 0, (kib, done))
            self.assertAlmostEqual(float(last(done)), float(last(free)), delta=1e-4)

    def test_no_processes(self):
        done = self.run_it("-c", "print 1", preexec_fn=no_processes)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "1\n", ""), done)
        script = self.folder / "large.nnr"
        script.write_text(LARGE + "print step\n")
        done = self.run_it(script, preexec_fn=no_processes)
        self.assertEqual((done.returncode, last(done)), (0, "1"), done)

    def test_no_threads(self):
        script = self.folder / "wide.nnr"
        script.write_text(WIDE + "print step\n")
        one = self.run_it(script)
        done = self.run_it("--threads", "4", script, preexec_fn=no_processes)
        self.assertEqual((done.returncode, done.stdout), (one.returncode, one.stdout), done)
        refused = "the system gives no further threads: a step takes one\n"
        # One who keeps root's rights is given threads.
        given = os.getuid() == 0 and not becomes_nobody()
        self.assertEqual(done.stderr.count(refused), 0 if given else 1, done)

    def test_more_tensors_than_anybody_has(self):
        """What is saved can be loaded: 16,401 tensors."""
        script = self.folder / "many.nnr"
        script.write_text("input 1\n" + "batchnorm\n" * 4100 + "dense 1 use_bias=no\n"
                          'save weights "w.safetensors"\nload weights "w.safetensors"\n')
        done = self.run_it(script)
        self.assertEqual((done.returncode, done.stdout), (0, "load weights: 16401 tensors\n"), done)

    def test_memory_of_ten_thousand_terms(self):
        script = self.folder / "terms.nnr"
        terms = "+".join(["l2(1)"] * 100)
        script.write_text("data random 8 shape=1 target=1\ninput 1\n"
                          + f"dense 1 kernel={terms}\n" * 50 + f"dense 1 activity={terms}\n" * 50
                          + "penalties\n")
        out = self.folder / "out"
        with out.open("w") as to:
            child = subprocess.Popen([self.nnr, "--quiet", script], stdout=to)
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(child.returncode, 0)
        self.assertEqual(out.read_text().count(" l2(1) "), 10_000)
        self.assertLess(used.ru_maxrss, 100_000)  # KiB


if __name__ == "__main__":
    NNR = sys.argv.pop(1)
    unittest.main()
