#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The windows of a script stay until Enter where a person is there.

    windows.py NNR STAND_IN_FOR_GNUPLOT
"""

import os
import pathlib
import pty
import select
import subprocess
import sys
import tempfile
import unittest

NNR, GNUPLOT = "", ""
SCRIPT = "data xor\ninput 2\ndense 1 as h\ntrain 1\n"
HINT = b"the pictures stay until Enter"


class Windows(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)
        (self.folder / "gnuplot").symlink_to(GNUPLOT)
        (self.folder / "a.nnr").write_text(SCRIPT + "plot weights\n")
        (self.folder / "none.nnr").write_text(SCRIPT)
        (self.folder / "quits.nnr").write_text(SCRIPT + "plot weights\nquit\n")
        (self.folder / "lesson.nnr").write_text("section \"A way\"\n" + SCRIPT + "plot weights\n")
        self.env = {**os.environ, "PATH": f"{self.folder}:{os.environ['PATH']}", "DISPLAY": ":9",
                    "FAKE_TERMS": "dumb qt", "FAKE_LOG": str(self.folder / "log"), "TERM": "dumb"}
        self.env.pop("GNUTERM", None)

    def run_on_terminal(self, *words, keys=b"", mode="", answers=()):
        """The exit status, and what was seen; the keys are typed when the hint is there, and the
        lines of `answers` one after the other when a prompt is."""
        master, slave = pty.openpty()
        with subprocess.Popen([NNR, "--quiet", *words], stdin=slave, stdout=slave, stderr=slave,
                              cwd=self.folder, env={**self.env, "FAKE_MODE": mode}) as child:
            os.close(slave)
            seen, prompts, answers = b"", 0, list(answers)
            try:
                while select.select([master], [], [], 600)[0]:
                    seen += os.read(master, 65536)
                    asked = seen.count(b"lesson> ") + seen.count(b"nnr> ")
                    if answers and asked > prompts:
                        prompts += 1
                        os.write(master, answers.pop(0) + b"\r")
                    if keys and HINT in seen:
                        self.assertIsNone(child.poll())
                        os.write(master, keys)
                        keys = b""
            except OSError:  # the program has left
                pass
        os.close(master)
        return child.returncode, seen

    def log(self):
        return (self.folder / "log").read_text()

    def test_they_stay_until_enter(self):
        for script in ("a.nnr", "quits.nnr"):
            status, seen = self.run_on_terminal(script, keys=b"\r")
            self.assertEqual(status, 0, seen)
            self.assertIn(HINT, seen)
        self.assertNotIn("persist", self.log())

    def test_those_of_a_lesson_stay(self):
        """At its end and when it is left: until Enter, or as long as the prompt is there."""
        for answers in ([b""] * 5, [b""] * 3 + [b"plot weights", b"leave"]):
            with self.subTest(answers=answers):
                status, seen = self.run_on_terminal("-c", 'lesson "lesson.nnr"', keys=b"\r",
                                                    answers=answers)
                self.assertEqual(status, 0, seen)
                self.assertIn(HINT, seen)
        (self.folder / "log").unlink()
        status, seen = self.run_on_terminal(
            "--no-init", "-i", "-c", 'lesson "lesson.nnr"',
            answers=[b""] * 5 + [b"plot weights", b"quit"])
        self.assertEqual(status, 0, seen)
        # The second picture goes to the window of the first, which is there still.
        log = self.log()
        self.assertEqual([log.count("set multiplot layout"), log.count("title 'nnr weights'"),
                          log.count("print GPVAL_TERMINALS")], [2, 1, 1])

    def test_they_go_when_they_were_closed(self):
        status, seen = self.run_on_terminal("a.nnr", mode="closes")
        self.assertEqual(status, 0, seen)

    def test_nothing_waits_without_a_window(self):
        for words in (["none.nnr"], ["--plot", "none", "a.nnr"], ["--plot", "dumb", "a.nnr"]):
            status, seen = self.run_on_terminal(*words)
            self.assertEqual(status, 0, seen)
            self.assertNotIn(HINT, seen)

    def test_persist_leaves_them_open(self):
        status, seen = self.run_on_terminal("--persist", "a.nnr")
        self.assertEqual(status, 0, seen)
        self.assertNotIn(HINT, seen)
        self.assertIn("noraise persist title", self.log())

    def test_nobody_is_asked_without_a_terminal(self):
        done = subprocess.run([NNR, "--quiet", "a.nnr"], cwd=self.folder, capture_output=True,
                              stdin=subprocess.DEVNULL, env=self.env, timeout=600)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn(HINT, done.stderr)


if __name__ == "__main__":
    NNR, GNUPLOT = (os.path.abspath(word) for word in sys.argv[1:3])
    unittest.main(argv=sys.argv[:1])
