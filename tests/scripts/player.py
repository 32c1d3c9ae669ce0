#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A person plays a lesson on a terminal, of 40 columns.

    player.py NNR
"""

import fcntl
import os
import pathlib
import pty
import select
import struct
import sys
import tempfile
import termios

NNR = str(pathlib.Path(sys.argv[1]).resolve())
LESSON = """\
# A way
# 5 minutes.
section "One"
say "one two three four five six seven eight nine ten"
data moons 40
input 2
dense 4 tanh as h
dense 1 sigmoid
plot boundary
section "Two"
let k = 1
print "k is" k
"""


class Terminal:
    def __init__(self, folder, *words):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
            os.chdir(folder)
            os.environ.update(TERM="dumb", NNR_HISTFILE="", INPUTRC="/dev/null", NNR_LESSONS=folder)
            os.execv(NNR, [NNR, *words])
        self.shown = ""

    def until(self, text):
        """Reads up to that text; a program that never shows it ends in the timeout of the test."""
        while text not in self.shown:
            select.select([self.fd], [], [])
            self.shown += os.read(self.fd, 65536).decode().replace("\r", "")
        at = self.shown.index(text) + len(text)
        before, self.shown = self.shown[:at], self.shown[at:]
        return before

    def say(self, line, prompt="lesson> "):
        """Types it at the prompt."""
        before = self.until(prompt)
        os.write(self.fd, line.encode() + b"\r")
        return before

    def ends(self):
        try:
            while os.read(self.fd, 65536):
                pass
        except OSError:
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def check(claim, what):
    if not claim:
        sys.exit(f"not so: {what!r}")


def main(folder):
    (pathlib.Path(folder) / "a-way.nnr").write_text(LESSON)
    t = Terminal(folder, "--plot=none", "--safe")
    t.say('lesson "a way"', "nnr (safe)> ")
    first = t.say("print 40 + 2")
    check(first.count("one two") == 1, first)
    check("one two three four five six seven eight\nnine ten\n" in first, first)
    check("3 of 10, One\n    data moons 40\n" in first, first)
    check("\n42\n" in t.say("data circles 30"), "what is typed is done")
    t.say("next")
    check("== Two ==" in t.say(""), "next goes to the section")
    t.say("let k = 7")
    t.say("back")
    again = t.say("list")
    check("== One ==" in again and "3 of 10, One" in again, again)
    check("> 1  One\n  2  Two\n" in t.say("data"), "list")
    check("circles" not in t.say("next"), "back takes the data back")
    t.say("lesson 1")
    t.until("a lesson is being played")
    t.say("leave")
    t.until("the lesson is over")
    t.say("quit", "nnr (safe)> ")
    check(t.ends() == 0, "it ends well")


with tempfile.TemporaryDirectory() as kept:
    main(kept)
