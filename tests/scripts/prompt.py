#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the screen shows while somebody types: colours, what is likely to follow, what is due.

    prompt.py NNR
"""

import fcntl
import os
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from screen import Screen  # noqa: E402

NNR = ""
GREY = ("90",)


class Prompt(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)

    def start(self, width=80, height=24, setup="", **variables):
        words = [NNR, "--plot", "none", "-i", "-c", setup]
        s = Screen(words, self.folder, width, height, **variables)
        self.addCleanup(self.stop, s)
        return s.wait(lambda s: self.line(s) == "nnr>")

    def stop(self, s):
        if s.open:
            s.type("\x03\x15quit\r")
            self.assertEqual(s.end(), 0)
        self.assertEqual(s.unknown, set())

    @staticmethod
    def line(s):
        """The row of the cursor."""
        return "".join(c for c, _ in s.rows[s.row]).rstrip()

    @staticmethod
    def below(s):
        return "".join(c for c, _ in s.rows[s.row + 1]).rstrip()

    def typed(self, s, keys, row, below=None):
        """Types, and waits until the cursor's row and the one below are so."""
        s.type(keys)
        s.wait(lambda s: self.line(s) == row)
        if below is not None:
            s.wait(lambda s: self.below(s).startswith(below))
        return s

    def styled(self, s, word, style):
        """Waits until the word in the cursor's row is so: colours may come after the letters."""
        s.wait(lambda s: s.styles(word) == {style})

    def test_colours(self):
        s = self.start()
        self.typed(s, 'dense 4 rellu on x # y', "nnr> dense 4 rellu on x # y")
        self.styled(s, "dense", "0;1;34")
        self.styled(s, "4", "0;35")
        self.styled(s, "rellu", "0;4;31")
        self.styled(s, "on", "0;36")
        self.styled(s, "# y", "0;90")
        self.styled(s, "nnr>", "")

    def test_what_is_due(self):
        s = self.start()
        self.typed(s, "dense ", "nnr> dense", "units: ")
        self.typed(s, "4 ta", "nnr> dense 4 tanh", "activation: ")
        self.styled(s, "nh", "90")
        self.assertEqual(s.column, len("nnr> dense 4 ta"))
        s.type("\r")
        s.wait_for("no activation \"ta\"")
        self.assertEqual([row for row in s.text() if "activation:" in row], [])

    def test_what_follows_is_taken(self):
        s = self.start()
        for keys in ("\x1b[C", "\x1b[F", "\x05", "\x06", "\x1bf"):
            self.typed(s, "evalu", "nnr> evaluate")
            s.type(keys)
            with self.subTest(keys):
                s.wait(lambda s: s.column == len("nnr> evaluate"))
            self.typed(s, "\x15", "nnr>")
        self.typed(s, "say 1 2\r", "nnr>")
        self.typed(s, "s", "nnr> say 1 2")
        s.type("\x1bf")
        s.wait(lambda s: s.column == len("nnr> say"))
        s.type(" 3\r")
        s.wait(lambda s: "3" in s.text())

    def test_enter_runs_what_was_typed_and_no_more(self):
        s = self.start()
        self.typed(s, "say 12345\r", "nnr>")
        self.typed(s, "say 1", "nnr> say 12345")
        s.type("\r")
        s.wait(lambda s: s.text()[-2:] == ["1", "nnr>"])

    def test_up_and_down_look_for_what_begins_so(self):
        s = self.start()
        for line in ("say 1", "print 2", "say 3", "print 4"):
            self.typed(s, line + "\r", "nnr>")
        s.type("sa\x1b[A")
        s.wait(lambda s: "say 3" in self.line(s))
        s.type("\x1b[A")
        s.wait(lambda s: "say 1" in self.line(s))
        s.type("\x1b[B")
        s.wait(lambda s: "say 3" in self.line(s))
        s.type("\x15\x1b[A")
        s.wait(lambda s: "print 4" in self.line(s))

    def test_keys_of_the_persons_stay(self):
        inputrc = self.folder / "inputrc"
        inputrc.write_text('"\\e[A": "up"\n"\\e[C": "right"\n')
        s = self.start(INPUTRC=str(inputrc))
        s.type("evalu\x1b[A\x1b[C")
        s.wait(lambda s: self.line(s) == "nnr> evaluupright")

    def test_nothing_where_it_is_not_wanted(self):
        for variables in ({"TERM": "dumb"}, {"TERM": None}):
            with self.subTest(variables):
                s = self.start(**variables)
                s.type("dense 4 ta")
                s.wait(lambda s: self.line(s).endswith("dense 4 ta"))
                s.type("\x15say 5*5\r")
                s.wait(lambda s: "25" in s.text())
                self.assertFalse(any(style for row in s.rows for _, style in row))
        s = self.start(NO_COLOR="1")
        self.typed(s, "dense 4 ta", "nnr> dense 4 ta", "activation: ")
        self.assertFalse(any(style for row in s.rows for _, style in row))

    def test_settings(self):
        s = self.start()
        self.typed(s, "set prompt.hints = no\r", "nnr>")
        self.typed(s, "evalu", "nnr> evalu")
        self.typed(s, "\x15train 2", "nnr> train 2")
        s.listen(0.2)
        self.assertEqual(self.below(s), "")
        self.styled(s, "train", "0;1;34")
        self.typed(s, "\x15set prompt.color = no\r", "nnr>")
        self.typed(s, "evaluate", "nnr> evaluate")
        self.styled(s, "evaluate", "")
        self.typed(s, "\x15set prompt.timer = yes\r", "nnr>")
        s.type("say 6*7\r")
        s.wait(lambda s: "42" in s.text() and any(re.match(r"say: \d", r) for r in s.text()))

    def test_a_resize_in_the_middle_of_a_hint(self):
        s = self.start()
        hint = self.below(self.typed(s, "dense 4 ", "nnr> dense 4", "activation: "))
        for width in (60, 40, 33, 79):
            s.width = width
            s.rows = [(row + s.blank())[:width] for row in s.rows]
            fcntl.ioctl(s.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
            s.wait(lambda s: self.line(s) == "nnr> dense 4" and self.below(s) == hint[:width - 1].rstrip())
            self.assertEqual(s.text()[-2], "nnr> dense 4")
            self.assertEqual(len([row for row in s.text() if "dense 4" in row]), 1)

    def test_the_last_printed_value(self):
        s = self.start()
        for line, answer in (("print 6*7", "42"), ("print _ / 2 + 1", "22"), ("print _", "22")):
            s.type(line + "\r")
            s.wait(lambda s: s.text()[-2:] == [answer, "nnr>"])

    def test_init_file(self):
        folder = self.folder / ".config" / "nnr"
        folder.mkdir(parents=True)
        (folder / "init.nnr").write_text("let mine = 5\nset prompt.timer = yes\n")
        s = self.start()
        self.assertEqual([r for r in s.text() if "init.nnr" in r], [f"init: {folder}/init.nnr"])
        s.type("print mine*2\r")
        s.wait(lambda s: "10" in s.text() and any(r.startswith("print: ") for r in s.text()))
        (folder / "init.nnr").write_text("let mine = 5\nlet other = nothing\nlet third = 6\n")
        s = self.start()
        self.assertEqual(len([r for r in s.text() if "init.nnr:2:13" in r]), 1)
        s.type("print mine*3\r")
        s.wait(lambda s: "15" in s.text())
        away = self.folder / "away"
        (away / "nnr").mkdir(parents=True)
        (away / "nnr" / "init.nnr").write_text("say 77*1\n")
        s = self.start(XDG_CONFIG_HOME=str(away))
        self.assertIn("77", s.text())
        self.start(HOME=None)
        for words in (["--no-init", "-i"], ["-c", "let mine = 1"]):
            done = subprocess.run([NNR, *words], stdin=subprocess.DEVNULL, capture_output=True,
                                  cwd=self.folder, env={"HOME": str(self.folder)}, text=True)
            self.assertEqual((done.stderr, done.returncode), ("", 0))

    def test_help_on_what_stands_there(self):
        s = self.start(height=60)
        for key in ("\x1bOP", "\x1b[11~"):
            self.typed(s, "\x15dense 4 kernel=l1(", "nnr> dense 4 kernel=l1(")
            s.type(key)
            s.wait(lambda s: any(r.startswith("l1(STRENGTH") for r in s.text()[:-2]) and
                   self.line(s) == "nnr> dense 4 kernel=l1(")
            s.type("\x15\x0c")
            s.wait(lambda s: s.text() == ["nnr>"])
        s.type("train 5?\r")
        s.wait_for("train [EPOCHS]")

    def test_an_example_is_run_apart(self):
        s = self.start(setup="let k = 3")
        s.type("help print run\r")
        s.wait(lambda s: any(r.startswith("> ") for r in s.text()) and self.line(s) == "nnr>")
        s.type("print k*1111\r")
        s.wait(lambda s: "3333" in s.text())

    def test_a_table_fits_the_screen(self):
        model = ("data moons 60; input 2; dense 40 tanh kernel=l2(1e-4) activity=l1(1e-3) as code; "
                 "dense 1 sigmoid; loss mse; optimizer adam; train 1")
        for width in (40, 60, 90):
            s = self.start(width, 40, model)
            s.type("penalties\r")
            s.wait(lambda s: any(r.startswith("total") for r in s.text()) and self.line(s) == "nnr>")
            rows = [r for r in s.text() if r.startswith(("code.kernel", "total", "slot"))]
            parts = len(rows) // 3
            self.assertEqual(len(rows), 3 * parts)
            self.assertTrue(parts > 1 if width < 90 else True)
            self.assertTrue(any("|gradient|" in r and r.startswith("slot") for r in rows), rows)

    def command(self, name, text):
        path = self.folder / name
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
        return str(path)

    def test_what_is_long_is_paged(self):
        pager = self.command("pager", "echo pages; wc -l; head -n 1 < /dev/tty > /dev/null\n")
        s = self.start(PAGER=pager)
        s.type("help\r")
        s.wait(lambda s: "pages" in s.text())
        s.type("\r")
        s.wait(lambda s: self.line(s) == "nnr>")
        self.assertFalse(any("help WORD explains" in r for r in s.text()))
        s.type("help quit\r")
        s.wait(lambda s: any(r.startswith("verb: leaves") for r in s.text()))
        self.assertEqual(len([r for r in s.text() if r == "pages"]), 1)
        s.type("\x0cdense 4 kernel=l1(\x1bOP")
        s.wait(lambda s: s.text()[-2:-1] == ["pages"])
        s.type("\r")
        s.wait(lambda s: self.line(s) == "nnr> dense 4 kernel=l1(")
        s.type("1e-3\x1b[D\x1b[D9")
        s.wait(lambda s: self.line(s) == "nnr> dense 4 kernel=l1(1e9-3")
        s.type("\x05\x15say 6*7\r")
        s.wait(lambda s: s.text()[-2:] == ["42", "nnr>"])
        # One that is not there, and none.
        for name in ("/nowhere/pager", "", None):
            s = self.start(PAGER=name)
            s.type("help\r")
            s.wait_for("help expressions what print and expect take")

    def test_edit(self):
        editor = self.command("ed", 'sed -i "s/12/34/" "$1"\n')
        s = self.start(EDITOR=editor)
        s.type("edit\r")
        s.wait_for("nothing was typed yet")
        s.type("say 12*10\r")
        s.wait(lambda s: s.text()[-2:] == ["120", "nnr>"])
        s.type("edit\r")
        s.wait(lambda s: s.text()[-2:] == ["340", "nnr>"])
        s.type("\x1b[A")
        s.wait(lambda s: self.line(s) == "nnr> say 34*10")
        s.type("\x15edit\r")
        s.wait(lambda s: "nothing was changed" in s.text()[-2])
        s.type("repeat 2 {\rsay 12+1\r}\r")
        s.wait(lambda s: s.text()[-3:] == ["13", "13", "nnr>"])
        s.type("edit\r")
        s.wait(lambda s: s.text()[-3:] == ["35", "35", "nnr>"])

    def test_edit_session(self):
        """What was done is edited and done in a session of its own; both can be gone to."""
        editor = self.command("ed", 'cp "$1" "$TMPDIR/seen"; sed -i "$(cat "$TMPDIR/change")" "$1"\n')
        change, seen = self.folder / "change", self.folder / "seen"
        s = self.start(110, 30, EDITOR=editor, TMPDIR=str(self.folder))

        def ends(*rows):
            s.wait(lambda s: s.text()[-len(rows) - 1:] == [*rows, "nnr>"])

        change.write_text("s/none/some/")
        for line in ("let k = 2", "data xor", "input 2", "dense 3 tanh as h", "dense 1 sigmoid",
                     "set h.kernel = l2(0.5)", "mark here", "say k"):
            s.type(line + "\r")
        ends("2")
        s.type("edit back\r")
        s.wait_for("there is no session to go back to")
        s.type("edit session\r")
        s.wait_for("nothing was changed, and nothing is run")
        for line in ("let k=2", "dense 3 tanh as h", "mark here"):
            self.assertIn(line, seen.read_text().splitlines())
        # A text that cannot be read, one that fails at its end: all is as it was.
        for wrong, says in (("s/let k=2/let k = (/", "<edit>:"),
                            ("s/let k=2/let k = 7/;$a expect 1 == 2", "expected 1 == 2")):
            change.write_text(wrong)
            s.type("\x0cedit session\r")
            s.wait_for("this is the session that you had, and it is as it was")
            s.wait_for(says)
            s.type("print k h.units\r")
            ends("k = 2, h.units = 3")
        # An exercise in it is the person's, at a prompt of its own.
        change.write_text('$a exercise "Raise k." until k > 2 { let k = 3 }\\nexpect 1 == 2')
        s.type("\x0cedit session\r")
        s.wait(lambda s: self.line(s) == "nnr exercise>")
        s.type("let k = 4\r")
        s.wait_for("this is the session that you had")
        s.type("print k h.units\r")
        ends("k = 2, h.units = 3")
        # One that ends well: undo does not lead out of it, and going back finds all of the other.
        change.write_text("s/let k=2/let k = 7/;s/dense 3/dense 5/")
        s.type("\x0cedit session\r")
        s.wait_for("this session is a new one")
        s.type("print k h.units\r")
        ends("k = 7, h.units = 5")
        s.type("\x0cedit back\r")
        s.wait_for("this is the session before")
        s.type("print k h.units\r")
        ends("k = 2, h.units = 3")
        s.type("undo\r")
        s.wait_for("taken back: set h.kernel = l2(0.5)")
        s.type("goto here\r\x0cprint h.kernel.strength\r")
        ends("0.5")
        s.type("\x0cedit back\r")
        s.wait_for("this is the session before")
        s.type("print k h.units\r")
        ends("k = 7, h.units = 5")
        self.assertEqual(subprocess.run([NNR, "-c", "edit session"], capture_output=True).returncode, 1)

    def test_edit_session_while_training(self):
        s = self.start(EDITOR="true")
        s.type("data xor\rinput 2\rdense 1 sigmoid\rrun\r")
        s.wait(lambda s: "step" in self.line(s))
        s.type("edit session\r")
        s.wait_for("training runs in this session; stop it first: stop")
        s.type("stop\r")

    def test_an_editor_that_fails(self):
        for name, says in (("false", 'the editor "false" ended with status 1; nothing was run'),
                           ("/nowhere/ed", "ended with status 127; nothing was run"),
                           (self.command("gone", 'rm "$1"\n'), "cannot be read"), (None, "no editor")):
            with self.subTest(name):
                s = self.start(EDITOR=name)
                s.type("say 12*10\r")
                s.wait(lambda s: s.text()[-2:] == ["120", "nnr>"])
                s.type("edit\r")
                s.wait(lambda s: any(says in r for r in s.text()) and self.line(s) == "nnr>")
                self.assertEqual(s.text().count("120"), 1)
                s.type("say 6*7\r")
                s.wait(lambda s: "42" in s.text())
        s = self.start(EDITOR="false", VISUAL=self.command("ed", 'echo "say 77*1" > "$1"\n'))
        self.assertEqual(subprocess.run([NNR, "-c", "edit"], capture_output=True).returncode, 1)

    def both(self, width, keys, setup=""):
        """The same keys with all of it and with nothing of it: the screens, but for the grey."""
        shown = []
        for plain in (False, True):
            s = self.start(width, 12, setup + "\nset prompt.hints = no\nset prompt.color = no"
                           if plain else setup)
            for key in keys:
                s.type(key)
                s.listen(0.01)
            s.type("\x1b[99~")
            s.settle()
            shown.append((s.text(GREY), s.row, s.column))
        return shown

    def test_the_characters_are_those_that_readline_shows(self):
        pieces = ["say ", '"λ日本語" ', "1.5", "# x ", "\x01", "\x05", "\x02", "\x02\x02", "\x06", "\x7f",
                  "\x08", "\x0b", "\x15", "\x17", "\x19", "\x1bb", "\x1b[D", "\x1b[C", "日", "{ ", "}",
                  "train 20 keep=best ", "l1(1e-3) ", "x" * 30, "\x14", "\x1b[3~", "\x1f", "\t"]
        for seed in range(6):
            draw = random.Random(seed)
            width = draw.choice([20, 33, 40, 41, 80])
            keys = [draw.choice(pieces) for _ in range(30)]
            with self.subTest(seed=seed, width=width):
                with_all, plain = self.both(width, keys)
                self.assertEqual(with_all, plain, keys)


if __name__ == "__main__":
    NNR = os.path.abspath(sys.argv.pop(1))
    unittest.main()
