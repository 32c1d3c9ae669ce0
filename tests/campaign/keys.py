#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random keys on terminals of every width, with colours and hints and while training runs, pastes that
are interrupted, Ctrl-C at any moment: the prompt still answers, and leaves well. Run with the address
sanitizer's build where there is one.

    keys.py NNR
"""

import errno
import fcntl
import os
import pathlib
import pty
import random
import select
import struct
import sys
import termios
import time

from trial import environment, finish, folder, trials

NNR = str(pathlib.Path(sys.argv[1]).resolve())
PATIENCE = 120
SPECIAL = [b"\x1b[" + k for k in (b"A", b"B", b"C", b"D", b"H", b"F", b"3~", b"1;5C", b"1;5D", b"200~",
                                  b"201~", b"99999999~", b"<0;1;1M")]
SPECIAL += [b"\x1b", b"\x1b\x1b", b"\x1bb", b"\x1bd", b"\x1b?", b"\x1b*", b"\x1b.", b"\x1b-5",
            b"\x1b9999", b"\x1b99999999x", b"\x1bOA", b"\x1bP1$r\x1b\\", b"\x1b]0;x\x07",
            b"\x18\x15", b"\x18\x18", b"\x18(", b"\x18)", b"\x18e", b"\x1bOP", b"\x1bf", b"?\r", b"\t", b"\t\t"]
SPECIAL += [bytes([c]) for c in b"\x01\x02\x05\x06\x08\x0b\x0c\x0e\x10\x12\x14\x15\x16\x17\x19\x1f\x7f"]
LINES = ["print loss", "set h.activity = l1(1e-3)", "dense 3", "run", "stop", "train 2", "undo",
         "for k in 1 2 { print k }", "penalties", "watch loss every 5", "unwatch", "history",
         "clone c", "step 5", "evaluate", "plot loss", "help dense", "nonsense", "mark a", "goto a",
         "let z = 1", "summary", "edit", "help search noise", "print _", "help l1 run", "help",
         "set prompt.hints = no", "set prompt.hints = yes", "set prompt.color = no", "set prompt.timer = yes", "say \"a", "repeat 3 {"]
WORDS = [b"he", b"set h.", b"{", b"}", b'"', b"\\\r", b"\xff\xfe", b"\xc3\xa9", b"\xf0\x9f\x98\x80",
         b"plot a", b"optimizer.lr"]
SETUP = ["data moons 60 batch=16 split=0.2", "input 2", "dense 4 tanh as h", "dense 1 sigmoid",
         "loss binary_crossentropy", "optimizer adam", "watch loss every 7"]


def the_library(where):
    """What sanitizers must overlook in readline 8.2 itself: in the display of a repeat count it
    compares more bytes than its buffer has, though none behind the first that differ. Once 32 bytes
    were lost that its own xmalloc had taken, the size of an entry of its undo list; where is not
    known."""
    list_of = pathlib.Path(where) / "readline.supp"
    list_of.write_text("leak:libreadline\n")
    return {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":strict_memcmp=0",
            "LSAN_OPTIONS": f"suppressions={list_of}:print_suppressions=0"}


class Terminal:
    def __init__(self, draw, where, width):
        words = [NNR, "--plot", draw.choice(["dumb", "none"])]
        term = draw.choice(["xterm", "dumb", "vt100", "screen", "unknown"])
        home = environment(where, TERM=term, INPUTRC="/dev/null", LANG=draw.choice(["C.UTF-8", "C"]),
                           PAGER=draw.choice(["cat", "false", "", "/nowhere"]),
                           EDITOR=draw.choice(["true", "false", "/nowhere", "echo 'say 1' >"]),
                           **the_library(where))
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(where)
            os.execve(NNR, words, home)
        self.seen = b""
        self.resize(24, width)

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def listen(self, seconds):
        """Reads what comes; false when the program has ended."""
        while select.select([self.fd], [], [], seconds)[0]:
            try:
                piece = os.read(self.fd, 65536)
            except OSError as e:
                if e.errno == errno.EIO:
                    return False
                raise
            if not piece:
                return False
            self.seen = (self.seen + piece)[-200000:]
            seconds = min(seconds, 0.002)
        return True

    def type(self, keys, seconds=0.01):
        """Keys and what comes back meanwhile, so that neither side waits for the other."""
        while keys:
            if select.select([], [self.fd], [], 0)[1]:
                try:
                    keys = keys[os.write(self.fd, keys[:256]):]
                except OSError:
                    return False
            if not self.listen(0.0 if keys else seconds):
                return False
        return self.listen(seconds)

    def ended(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self.fd)
                return os.waitstatus_to_exitcode(status)
            self.listen(0.02)
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.fd)
        return None

    def answers(self):
        """Whether, after Ctrl-C, it still does sums."""
        self.resize(24, 80)
        for attempt in range(12):
            if not self.type(b"\x1b[201~\x03", 0.1) or not self.type(b"\x15", 0.05):
                return False
            if not self.type(b"print 6*7+%d\r" % (1000 + attempt), 0.3):
                return False
            end = time.monotonic() + PATIENCE / 12
            while time.monotonic() < end:
                if b"%d\r" % (1042 + attempt) in self.seen:
                    return True
                self.listen(0.1)
        return False


def some_keys(draw):
    kind = draw.random()
    if kind < 0.3:
        return draw.choice(SPECIAL)
    if kind < 0.55:
        return draw.choice(LINES).encode() + b"\r"
    if kind < 0.62:
        return draw.choice(WORDS)
    if kind < 0.72:
        return bytes(draw.choice([c for c in range(256) if c not in (4, 0x1A, 0x1C)])
                     for _ in range(draw.randrange(1, 12)))
    if kind < 0.84:
        text = "\r".join(draw.choice(LINES) for _ in range(draw.randrange(1, 40))).encode()
        end = draw.choice([b"\x1b[201~", b"", b"\x03", b"\x1b[201"])
        return b"\x1b[200~" + text + end
    if kind < 0.94:
        return b"\x03"
    return bytes(draw.randrange(32, 127) for _ in range(draw.choice([3, 200, 2000])))


def trial(number):
    draw = random.Random(number)
    with folder() as where:
        width = 1 + number % 8 if number % 3 else draw.choice([40, 80, 200])
        t = Terminal(draw, where, width)
        alive = t.listen(1)
        for line in SETUP:
            alive = alive and t.type(line.encode() + b"\r", 0.02)
        sent = []
        for _ in range(draw.randrange(20, 60)):
            keys = some_keys(draw)
            sent.append(keys)
            if draw.random() < 0.08:
                t.resize(draw.choice([1, 2, 24]), draw.choice([1, 2, 4, 8, 80]))
            alive = alive and t.type(keys, draw.choice([0, 0.002, 0.02]))
        answered = alive and t.answers()
        if answered:
            t.type(b"quit\r")
        status = t.ended(PATIENCE if answered else 1)
        if answered and status == 0:
            return None
        why = "does not answer" if alive and not answered else "has ended"
        tail = t.seen[-3000:].decode("utf8", "replace")
        return f"keys {number}, width {width}: {why}, status {status}\n{sent!r}\n{tail}"


def main():
    only = [int(word) for word in sys.argv[2:]]
    tried = only or range(trials(16))
    wrong = [why for why in map(trial, tried) if why]
    finish("keys", len(tried), wrong)


main()
