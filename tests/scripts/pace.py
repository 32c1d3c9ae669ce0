#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pace of a step in a thousand seconds leaves the prompt alive, and Ctrl-C ends it at once.

    pace.py NNR
"""

import os
import pathlib
import pty
import select
import subprocess
import sys
import tempfile
import unittest

NNR = ""
SETUP = "data xor; input 2; dense 1 sigmoid; loss mse; optimizer sgd"


class Prompt:
    """The program on a terminal of its own, which Ctrl-C is typed at."""

    def __init__(self, *words):
        self.child, self.master = pty.fork()
        if not self.child:
            os.environ["TERM"] = "dumb"
            os.execv(NNR, [NNR, "--quiet", "--plot", "none", *words])
        self.seen = b""

    def type(self, text):
        os.write(self.master, text.encode())

    def wait_for(self, text):
        while text.encode() not in self.seen:
            if not select.select([self.master], [], [], 600)[0]:
                raise AssertionError(f"no {text!r} in {self.seen!r}")
            self.seen += os.read(self.master, 65536)
        self.seen = self.seen.split(text.encode(), 1)[1]

    def end(self):
        self.type("quit\r")
        status = os.waitpid(self.child, 0)[1]
        os.close(self.master)
        return os.waitstatus_to_exitcode(status)


class Pace(unittest.TestCase):
    def test_ctrl_c_ends_the_wait(self):
        for slow in ("step 500 pace=0.001", "train 9 pace=0.001"):
            p = Prompt()
            p.wait_for("nnr>")
            p.type(SETUP + "\r")
            p.wait_for("nnr>")
            p.type(f'print "begins" 6 + 1; {slow}\r')
            p.wait_for("begins 7\r\n")
            p.type("\x03")
            p.wait_for("nnr>")
            # It may have come before the first step.
            p.type('print "few" step < 2\r')
            p.wait_for("few 1\r\n")
            self.assertEqual(p.end(), 0)

    def test_the_prompt_lives_while_run_waits(self):
        p = Prompt()
        p.wait_for("nnr>")
        p.type(SETUP + "\r")
        p.wait_for("nnr>")
        p.type("run pace=0.001\r")
        p.wait_for("step 1 ")
        p.type('print "taken" step\r')
        p.wait_for("taken 1\r\n")
        p.wait_for("step 1 ")
        p.type("\x03")
        p.wait_for("run: 1 step, ")
        self.assertEqual(p.end(), 0)

    def test_nobody_waits_without_a_terminal(self):
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder) / "a.nnr"
            script.write_text(SETUP + '\nrecord "r.nnr"\nstep 3 pace=0.001\ntrain 3 pace=0.001\n')
            done = subprocess.run([NNR, "--quiet", script], cwd=folder, capture_output=True,
                                  stdin=subprocess.DEVNULL, timeout=600)
            self.assertEqual(done.returncode, 0, done.stderr)
            record = (pathlib.Path(folder) / "r.nnr").read_text()
            self.assertIn("step 3\ntrain 3\n", record)


if __name__ == "__main__":
    NNR = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1])
