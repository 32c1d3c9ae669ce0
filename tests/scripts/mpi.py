#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""nnr under mpirun: rank 0 speaks for all, and all come to the same.

    mpi.py NNR MPIRUN
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

NNR = MPIRUN = ""
# Open MPI is asked to start more ranks than there are cores, and by root.
os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                  OMPI_MCA_rmaps_base_oversubscribe="1")
# What an MPI itself leaves is no leak of ours.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
NET = """data moons 200 split=0.2
input 2
dense 8 tanh kernel=l2(1e-3) as h
dense 1 sigmoid
"""
WRITES = NET + """record "done.nnr"
train 3
penalties
save weights "w.safetensors"
load weights "w.safetensors"
save weights "w.npz"
load weights "w.npz"
step 2
save session "s.nnr"
clone second
print norm(h.kernel)
"""
SWEEP = NET + """sweep h.kernel = l1(?) over 0 1e-3 1e-2 seeds=2 keep=all log="log.csv" {
  train 2
  dense 3 tanh kernel=l2(1e-3)
  dense 1 sigmoid as end_of_it
  train 1
  measure size = norm(h.kernel)
  print loss
}
results
save results "all.csv"
model main_5
step 2
save weights "five.safetensors"
sweep h.bias = l2(?) over 1 2 3 { step 3 }
model main_5_2
print loss
save weights "two.safetensors"
"""


def start(words, ranks=3):
    """The command line that starts nnr with these words, on ranks where there are several."""
    if ranks == 1:
        return [NNR, *words]
    return [MPIRUN, "-n", str(ranks), NNR, *words]


class Mpi(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def run_in(self, name, script, ranks, *words, stdin=""):
        """Runs a script in a folder of its own."""
        folder = pathlib.Path(self.folder.name, name)
        folder.mkdir(exist_ok=True)
        (folder / "script.nnr").write_text(script)
        command = start([*words, "script.nnr"] if script else words, ranks)
        done = subprocess.run(command, cwd=folder, input=stdin, capture_output=True, text=True,
                              timeout=600)
        return done, {p.name: p.read_bytes() for p in folder.iterdir()}

    def same(self, script, *words):
        """With and without mpirun: the same words, the same files."""
        alone, files = self.run_in("alone", script, 1, *words)
        together, others = self.run_in("together", script, 3, *words)
        self.assertEqual(alone.returncode, 0, alone.stderr)
        self.assertEqual(together.returncode, 0, together.stderr)
        self.assertEqual(together.stdout, alone.stdout)
        self.assertEqual(together.stderr, alone.stderr)
        self.assertEqual(others, files)
        return alone

    def test_one_rank_speaks_and_writes(self):
        self.same(WRITES)

    def test_runs_of_a_sweep(self):
        first = self.same(SWEEP, "--quiet")
        self.assertIn("main_5", first.stdout)
        self.same(SWEEP.replace("keep=all", "keep=none").split("model main_5")[0], "--quiet")
        self.same(SWEEP, "--quiet", "--threads", "2")

    def test_a_sweep_that_fails(self):
        done, _ = self.run_in("wrong", NET + "sweep h.kernel = l1(?) over 1 2 3 "
                              "{ step 2; expect loss < 0 }\n", 3)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stderr.count("expected loss < 0"), 1, done.stderr)

    def test_a_log_that_cannot_be_written(self):
        done, _ = self.run_in("full", NET + 'sweep h.kernel = l1(?) over 1 2 3 log="/nowhere/x.csv" '
                              "{ step 2 }\n", 3)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stderr.count("/nowhere/x.csv"), 2, done.stderr)

    def test_an_error_is_told_once(self):
        done, _ = self.run_in("wrong", NET + "dense 3 nothing\n", 3)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stderr.count("nothing"), 2, done.stderr)  # what it is, and its line
        self.assertNotIn("rank", done.stderr.split("---")[0])

    def test_no_script_is_told_once(self):
        done, _ = self.run_in("none", "", 3, "missing.nnr")
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stderr.count("missing.nnr"), 1, done.stderr)

    def test_there_is_no_prompt(self):
        for words in [[], ["-"], ["/dev/stdin"], ["-i", "-c", "help"]]:
            done, _ = self.run_in("prompt", "", 3, *words, stdin="print 1\n")
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual(done.stdout, "")
            self.assertEqual(done.stderr.count("there is no prompt"), 1, done.stderr)
            self.assertIn("mpirun -n 3 nnr file.nnr", done.stderr)

    def test_text_is_enough(self):
        done, _ = self.run_in("text", "", 3, "-c", "print 1+1")
        self.assertEqual((done.returncode, done.stdout), (0, "2\n"))

    def apart(self, first, second):
        """Rank 0 with one script, rank 1 with another one."""
        folder = pathlib.Path(self.folder.name)
        (folder / "first.nnr").write_text(first)
        (folder / "second.nnr").write_text(second)
        line = start(["first.nnr"], 3)
        line[line.index("-n") + 1] = "1"
        return subprocess.run([*line, ":", "-n", "1", NNR, "second.nnr"], cwd=folder,
                              capture_output=True, text=True, timeout=600)

    def test_a_rank_that_fails_alone_is_told_of(self):
        done = self.apart("print 1\n", 'print 1\nsource "not-there.nnr"\n')
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("rank 1 has failed", done.stderr)
        self.assertIn("not-there.nnr", done.stderr)

    def test_ranks_that_are_elsewhere(self):
        done = self.apart("print 1\n", NET + 'train 1\nsave session "x.nnr"\n')
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("rank 1 goes on where rank 0 ends", done.stderr)
        done = self.apart(NET + 'train 1\nsave session "x.nnr"\n', "print 1\n")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("rank 1 does not stand where rank 0 does", done.stderr)


if __name__ == "__main__":
    NNR, MPIRUN = sys.argv[1:3]
    NNR = str(pathlib.Path(NNR).resolve())
    # Two of Open MPI's launchers that begin at a time can fail over their common folder.
    with tempfile.TemporaryDirectory() as own:
        os.environ["TMPDIR"] = own
        unittest.main(argv=sys.argv[:1] + sys.argv[3:])
