# SPDX-License-Identifier: GPL-3.0-or-later
"""A terminal without a window: what nnr writes to it becomes a grid of characters."""

import fcntl
import os
import pty
import re
import select
import struct
import termios
import time
import unicodedata

# Seconds; what takes longer has hung.
PATIENCE = 200


def columns_of(character):
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Grid:
    """Rows of cells, each a character and the colours it has; as xterm with automatic margins."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self.rows = [self.blank() for _ in range(height)]
        self.row = self.column = 0
        self.waits = False  # behind a full row, for the next character
        self.style = ""
        self.rest = ""
        self.gone = []  # rows that went out at the top
        self.unknown = set()

    def blank(self):
        return [(" ", "")] * self.width

    def feed(self, text):
        text = self.rest + text
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                found = re.match(r"\x1b(?:\[([?>]?)([0-9;]*)([@-~])|\][^\x07]*\x07|[=>()][0B]?|[78M])",
                                 text[at:])
                if not found:
                    if len(text) - at < 40:
                        break
                    raise ValueError(repr(text[at:at + 40]))
                if found[3] and not found[1]:
                    self.command(found[3], found[2])
                at += found.end()
            else:
                self.put(text[at])
                at += 1
        self.rest = text[at:]

    def put(self, c):
        if c == "\r":
            self.column, self.waits = 0, False
        elif c == "\n":
            self.waits = False
            self.down()
        elif c == "\b":
            self.column, self.waits = max(0, self.column - 1), False
        elif c == "\t":
            self.column = min(self.width - 1, self.column // 8 * 8 + 8)
        elif c >= " ":
            self.letter(c)

    def down(self):
        if self.row + 1 < self.height:
            self.row += 1
            return
        self.gone.append(self.rows.pop(0))
        self.rows.append(self.blank())

    def letter(self, c):
        n = columns_of(c)
        if self.waits or self.column + n > self.width:
            self.column, self.waits = 0, False
            self.down()
        self.rows[self.row][self.column] = (c, self.style)
        for i in range(1, n):
            self.rows[self.row][self.column + i] = ("", self.style)
        self.column += n
        if self.column >= self.width:
            self.column, self.waits = self.width - 1, True

    def command(self, letter, words):
        numbers = [int(w or 0) for w in words.split(";")] if words else [0]
        n = max(1, numbers[0])
        row = self.rows[self.row]
        if letter != "m":
            self.waits = False
        if letter == "A":
            self.row = max(0, self.row - n)
        elif letter == "B":
            self.row = min(self.height - 1, self.row + n)
        elif letter == "C":
            self.column = min(self.width - 1, self.column + n)
        elif letter == "D":
            self.column = max(0, self.column - n)
        elif letter == "G":
            self.column = min(self.width, n) - 1
        elif letter == "H":
            self.row = min(self.height, n) - 1
            self.column = min(self.width, max(1, numbers[1] if len(numbers) > 1 else 1)) - 1
        elif letter == "K":
            first, last = ((self.column, self.width), (0, self.column + 1),
                           (0, self.width))[numbers[0]]
            row[first:last] = [(" ", "")] * (last - first)
        elif letter == "J":
            if numbers[0] == 2:
                self.rows = [self.blank() for _ in range(self.height)]
            else:
                row[self.column:] = [(" ", "")] * (self.width - self.column)
                for i in range(self.row + 1, self.height):
                    self.rows[i] = self.blank()
        elif letter == "P":
            del row[self.column:self.column + n]
            row += [(" ", "")] * (self.width - len(row))
        elif letter == "@":
            row[self.column:self.column] = [(" ", "")] * n
            del row[self.width:]
        elif letter == "m":
            self.style = "" if words in ("", "0") else words
        elif letter not in "hl":
            self.unknown.add(letter)

    def text(self, without=()):
        """The rows, without the cells whose colours are among `without`."""
        rows = ["".join(" " * len(c) if style in without else c for c, style in row).rstrip()
                for row in self.rows]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def styles(self, word):
        """The colours of a word's cells in the row of the cursor; none where it is not there."""
        row = self.rows[self.row]
        line = "".join(c if c else "\0" for c, _ in row)
        if word not in line:
            return set()
        at = line.index(word)
        return {style for _, style in row[at:at + len(word)]}


class Screen(Grid):
    """A program on a terminal of that size."""

    def __init__(self, words, folder, width=80, height=24, **variables):
        super().__init__(width, height)
        home = {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "xterm",
                "LANG": "C.UTF-8", "INPUTRC": "/dev/null", "NNR_HISTFILE": ""}
        home.update(variables)
        home = {name: value for name, value in home.items() if value is not None}
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
            os.chdir(folder)
            os.execve(words[0], words, home)
        self.bytes = b""
        self.taken = 0
        self.open = True

    def listen(self, seconds):
        end = time.monotonic() + seconds
        while self.open and select.select([self.fd], [], [], max(0, end - time.monotonic()))[0]:
            try:
                piece = os.read(self.fd, 65536)
            except OSError:
                piece = b""
            self.open = bool(piece)
            self.bytes += piece
            self.taken += len(piece)
            text = self.bytes.decode("utf-8", "ignore")
            self.feed(text)
            self.bytes = self.bytes[len(text.encode()):]

    def wait(self, holds, patience=PATIENCE):
        """Reads on until holds(self); the test ends when it never does."""
        end = time.monotonic() + patience
        while not holds(self):
            if not self.open or time.monotonic() > end:
                raise AssertionError("\n".join(["the screen is:"] + self.text()))
            self.listen(0.02)
        return self

    def wait_for(self, text, patience=PATIENCE):
        return self.wait(lambda s: any(text in row for row in s.text()), patience)

    def settle(self):
        """Reads on until the program has read all keys, has no more to write, and sleeps."""
        other = os.open(f"/proc/{self.pid}/fd/0", os.O_RDONLY | os.O_NOCTTY)
        quiet = 0
        while self.open and quiet < 4:
            before = self.taken
            self.listen(0.1)
            unread = fcntl.ioctl(other, termios.FIONREAD, bytes(4))
            with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as stat:
                sleeps = stat.read().rsplit(")", 1)[1].split()[0] == "S"
            idle = sleeps and not any(unread) and self.taken == before
            quiet = quiet + 1 if idle else 0
        os.close(other)

    def type(self, keys):
        keys = keys.encode() if isinstance(keys, str) else keys
        while keys:
            keys = keys[os.write(self.fd, keys):]
            self.listen(0)

    def end(self):
        """Its status, when it has ended by itself."""
        while self.open:
            self.listen(1)
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
