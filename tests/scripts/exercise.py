#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person does an exercise on a terminal.

    exercise.py NNR
"""

import os
import pathlib
import pty
import select
import signal
import sys
import tempfile
import unittest

NNR = ""
LESSON = """\
data moons 40 batch=8
input 2
dense 4 tanh as h
dense 1 sigmoid
exercise "Train for three epochs." until epoch == 3 and loss > 0 { train 3 }
hint "train N"
say "on we go"
"""


class Person(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)
        (self.folder / "lesson.nnr").write_text(LESSON)

    def start(self, *words):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(self.folder)
            os.environ.update(TERM="dumb", NNR_HISTFILE="", INPUTRC="/dev/null")
            os.execv(NNR, [NNR, "--plot=none", *words])
        self.addCleanup(os.close, self.fd)
        self.shown = ""

    def until(self, text):
        """Reads up to that text; a program that never shows it ends in the timeout of the test."""
        while text not in self.shown:
            select.select([self.fd], [], [])
            self.shown += os.read(self.fd, 65536).decode().replace("\r", "")
        at = self.shown.index(text) + len(text)
        before, self.shown = self.shown[:at], self.shown[at:]
        return before

    def say(self, line):
        os.write(self.fd, line.encode() + b"\r")

    def ends(self, status):
        try:
            while os.read(self.fd, 65536):
                pass
        except OSError:
            pass
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1]), status)

    def test_a_student(self):
        self.start("lesson.nnr")
        self.assertIn("exercise: Train for three epochs.\nuntil: epoch == 3 and loss > 0\n",
                      self.until("nnr exercise> "))
        self.say("trian 3")
        self.until("no verb or layer \"trian\"; did you mean train?")
        self.until("nnr exercise> ")
        self.say("hint")
        self.until("hint: train N\n")
        self.until("nnr exercise> ")
        self.say("train 1")
        self.until("not yet: epoch is 1, wanted == 3\n")
        self.until("holds:   loss is ")
        # The prompt is stripped of what is pasted with it.
        self.until("nnr exercise> ")
        self.say("nnr exercise> repeat 2 {")
        self.until("...> ")
        self.say("train 1 }")
        self.until("solved: epoch is 3, wanted == 3\n")
        self.until("on we go")
        self.ends(0)

    def test_control_c_ends_what_is_done_and_what_is_typed(self):
        self.start("lesson.nnr")
        self.until("nnr exercise> ")
        self.say("train 1000000000")
        self.until("epoch")
        os.write(self.fd, b"\x03")
        self.until("nnr exercise> ")
        self.say("repeat 2 {")
        self.until("...> ")
        os.write(self.fd, b"\x03")
        self.until("nnr exercise> ")
        os.write(self.fd, b"half a line\x03")
        self.until("nnr exercise> ")
        self.say("solve")
        self.until("> train 3\n")
        self.until("on we go")
        self.ends(0)

    def test_leaving(self):
        for leave, status in (("\x04", 0), ("quit\r", 0)):
            self.start("lesson.nnr")
            self.until("nnr exercise> ")
            os.write(self.fd, leave.encode())
            self.ends(status)
        self.start("lesson.nnr")
        self.until("nnr exercise> ")
        os.kill(self.pid, signal.SIGTERM)
        self.ends(128 + signal.SIGTERM)

    def test_at_the_prompt(self):
        self.start("--safe")
        self.until("nnr (safe)> ")
        self.say("source \"lesson.nnr\"")
        self.until("nnr (safe) exercise> ")
        # What is typed ahead waits for its prompt.
        self.say("train 2\rtrain 1\rprint epoch + 40\rundo\rprint epoch + 50")
        self.until("on we go")
        self.until("\n43\n")
        self.until("taken back: source")
        self.until("nnr (safe)> ")
        self.say("exercise \"a\" until k == 2 { let k = 2 }")
        self.until("nnr (safe) exercise> ")
        self.say("skip")
        self.until("nnr (safe)> ")
        self.say("quit")
        self.ends(0)


if __name__ == "__main__":
    NNR = str(pathlib.Path(sys.argv.pop()).resolve())
    unittest.main()
