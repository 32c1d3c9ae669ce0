#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""No byte that commands a terminal comes out of nnr, wherever it came from.

    terminal.py NNR
"""

import json
import os
import pathlib
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

NNR = ""
NET = "input 2\ndense 1 as h\n"
PLOTTED = NET + "data xor\ntrain 1\nplot loss\n"
ESCAPES = "\x1b]0;owned\x07\x1b[31m"
C1 = "\u009b31m\u0080\u009f"


class Terminal(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)

    def clean(self, done):
        for text in (done.stdout, done.stderr):
            rest = text.decode()  # it is UTF-8
            self.assertEqual(re.findall("[\0-\x08\x0b-\x1f\x7f-\x9f]", rest), [], rest)
        return done.stdout.decode() + done.stderr.decode()

    def raw(self, *words, **more):
        return subprocess.run([NNR, *words], cwd=self.folder, capture_output=True, timeout=600,
                              **more)

    def test_every_text_from_outside(self):
        evil = (ESCAPES + C1).encode() + b"\x9b31m\xff\r\x08"
        name = os.fsdecode(evil.replace(b"\0", b""))
        folder = self.folder / name
        folder.mkdir()
        (folder / "a.nnr").write_bytes(b"data nowhere\nsay 1 # " + evil + b"\n")
        (folder / "bad.nnr").write_bytes(b'say "' + evil + b'" nothing(1)\n')
        (self.folder / "evil.csv").write_bytes(b"a,b" + evil + b",c\n1," + evil + b",2\n2,z" + evil
                                               + b",3\n")
        head = b"{'descr': '%s', 'fortran_order': False, 'shape': (2, 2), }" % evil[:12]
        (self.folder / "evil.npy").write_bytes(
            b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head + bytes(16))
        head = json.dumps({ESCAPES + C1: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
                           "h.bias": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}})
        for ascii in (True, False):
            text = json.dumps(json.loads(head), ensure_ascii=ascii).encode().replace(b"\x7f", b"")
            text = re.sub(rb"[\0-\x1f]", b"", text)
            (self.folder / f"evil{ascii:d}.safetensors").write_bytes(
                struct.pack("<Q", len(text)) + text + bytes(8))
        quoted = os.fsencode(name).decode("utf-8", "surrogateescape")
        trials = [
            [f"{name}/a.nnr"], [f"{name}/bad.nnr"], [name], [f"{name}/none.nnr"],
            [f"--{name}"], ["--seed", name], ["--plot", f"{name}/x.png"],
            ["-c", f'say "{quoted}"'], ["-c", f'print "{quoted}"'], ["-c", f'print {quoted}'],
            ["-c", f'source "{quoted}"'], ["-c", f'source "{quoted}/bad.nnr"'],
            ["-c", f'data csv "{quoted}"'], ["-c", f'data npy "{quoted}" target=input'],
            ["-c", 'data csv "evil.csv" target=c\ndata\nshow data'],
            ["-c", 'data csv "evil.csv" target="b"\ndata\nshow data'],
            ["-c", f'data csv "evil.csv" target="b{quoted}"\ndata'],
            ["-c", 'data npy "evil.npy" target=input'],
            ["-c", NET + 'load weights "evil1.safetensors"'],
            ["-c", NET + 'load weights "evil0.safetensors"'],
            ["-c", NET + f'save weights "{quoted}.safetensors"'],
            ["-c", f'help "{quoted}"'], ["-c", f'expect "{quoted}" == 1'],
            ["-c", f'plot "{quoted}"'], ["-c", f'section "{quoted}"'],
            ["-c", PLOTTED + f'plot save "{quoted}.gp"'],
            ["-c", f'plot terminal "{quoted}"\n' + PLOTTED],
        ]
        for words in trials:
            for more in ([], ["--json"], ["--check"]):
                with self.subTest(words=words, more=more):
                    said = self.clean(self.raw(*more, *words))
                    self.assertTrue(said or more == ["--check"] or more == ["--json"])
        self.assertNotIn("\nowned", self.clean(self.raw("-c", 'source "a\nowned"')))

    def test_characters_stay(self):
        text = "ä€😀\u00a0\t|"
        self.assertEqual(self.raw("-c", f'print "{text}"').stdout.decode(), text + "\n")
        said = json.loads(self.raw("--json", "-c", f'print "{text}{C1}"').stdout)
        self.assertEqual(said["print"], [text + C1])

    def test_names_that_tab_offers(self):
        for name in ["plain_one", "plain_two", "plain\u009b31m", "plain\x1b[31m", "other\u0085"]:
            (self.folder / name).touch()
        master, slave = pty.openpty()
        env = {**os.environ, "TERM": "dumb", "NNR_HISTFILE": "", "INPUTRC": "/dev/null",
               "LC_ALL": "C.UTF-8"}
        with subprocess.Popen([NNR, "--quiet"], stdin=slave, stdout=slave, stderr=slave, env=env,
                              cwd=self.folder) as child:
            os.close(slave)
            seen = b""
            os.write(master, b'source "pl\t\t\t\t')
            while b"plain_two" not in seen and select.select([master], [], [], 600)[0]:
                seen += os.read(master, 65536)
            os.write(master, b'o\t"\x15source "oth\t"\x15quit\r')
            try:
                while select.select([master], [], [], 600)[0]:
                    seen += os.read(master, 65536)
            except OSError:  # the program has left
                pass
        os.close(master)
        self.assertEqual(child.returncode, 0, seen)
        self.assertIn(b"plain_one", seen)
        self.assertNotRegex(seen, rb"\xc2[\x80-\x9f]|\x1b|\^\[")

    def test_pictures_keep_their_colours(self):
        """On a terminal a text picture has them, and nothing else passes."""
        if not shutil.which("gnuplot"):
            return
        master, slave = pty.openpty()
        env = {**os.environ, "TERM": "xterm-256color", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
        with subprocess.Popen([NNR, "--plot=dumb", "-c", PLOTTED], stdin=slave, stdout=slave,
                              stderr=slave, env=env, cwd=self.folder) as child:
            os.close(slave)
            seen = b""
            while select.select([master], [], [], 600)[0]:
                try:
                    seen += os.read(master, 65536)
                except OSError:
                    break
        os.close(master)
        self.assertEqual(child.returncode, 0)
        self.assertRegex(seen, rb"\x1b\[[0-9;]+m")
        rest = re.sub(rb"\x1b\[[0-9;]*m", b"", seen)
        self.assertEqual(re.findall(rb"\x1b", rest), [])


if __name__ == "__main__":
    NNR = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
