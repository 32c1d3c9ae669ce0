#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What --json prints, of every example that the reference has: each line is an object that names its
verb and its place, and where people are told something, machines are.

    objects.py NNR SOURCE
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

NNR = ""
SOURCE = pathlib.Path()
#: Verbs that speak to people, and the words of a lesson, which only a person says; what they say is
#: no result.
NARRATION = {"say", "section", "pause", "next", "back", "again", "list", "leave", "skip", "quit"}
#: Examples for the prompt, and what is said of them.
FOR_PROMPT = {"run": "run needs the prompt", "stop": "run needs the prompt"}


def examples():
    """Of each row: its name and its example."""
    manual = subprocess.run([NNR, "--manual"], capture_output=True, text=True, check=True).stdout
    for row in re.finditer(r"^### (\S+)\n(.*?)(?=^##|\Z)", manual, re.M | re.S):
        example = re.search(r"^Example:\n\n((?:    .*\n|\n)+)", row[2], re.M)
        if example:
            yield row[1], re.sub(r"^    ", "", example[1], flags=re.M).rstrip() + "\n"


class Objects(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)
        (self.folder / "data").symlink_to(SOURCE / "scripts" / "data")

    def nnr(self, *words):
        return subprocess.run([NNR, "--plot", "none", *words], cwd=self.folder, text=True,
                              capture_output=True, timeout=600, check=False)

    def objects(self, done, text):
        """The objects of a run of `text` by -c, after a look at each."""
        found = []
        for line in done.stdout.splitlines():
            found.append(o := json.loads(line))
            self.assertEqual(list(o)[0], "verb", line)
            self.assertTrue({"file", "line", "column"} <= o.keys(), line)
            place = text.splitlines()[o["line"] - 1][o["column"] - 1:]
            if o["file"] == "<-c>" and "error" not in o:
                self.assertRegex(place, rf"^{re.escape(o['verb'])}\b", line)
        return found

    def test_examples(self):
        seen, count = set(), 0
        for name, text in examples():
            with self.subTest(name):
                done = self.nnr("--json", "-c", text)
                found = self.objects(done, text)
                said = {o["verb"] for o in found}
                self.assertEqual(done.returncode, 1 if name in FOR_PROMPT else 0, done.stderr)
                if name in FOR_PROMPT:
                    self.assertIn(FOR_PROMPT[name], found[-1]["error"])
                if not found and name not in NARRATION:
                    self.assertEqual(self.nnr("-c", text).stdout, "")
                seen |= said
                count += 1
        self.assertGreater(count, 250)
        self.assertGreaterEqual(seen, {"train", "penalties", "print", "show", "sweep", "results"})

    def test_errors(self):
        for text, verb, line, column in [
                ("dense 4 rellu", "dense", 1, 9), ("print 1\nprnt 2", "prnt", 2, 1),
                ("print 1\ntrain 1", "train", 2, 1), ("print (", None, 1, 8)]:
            done = self.nnr("--json", "-c", text)
            self.assertEqual(done.returncode, 1)
            wrong = self.objects(done, text)[-1]
            self.assertEqual((wrong["verb"], wrong["file"], wrong["line"], wrong["column"]),
                             (verb, "<-c>", line, column))
            self.assertTrue(wrong["error"] and wrong["hint"])

    def test_progress(self):
        """No ten lines of progress more than there were tenths of a second."""
        text = "data moons 40\ninput 2\ndense 4 tanh\ndense 1 sigmoid\ntrain 3000"
        for words in ((), ("--json",)):
            began = time.monotonic()
            done = self.nnr(*words, "-c", text)
            seconds = time.monotonic() - began
            lines = [x for x in done.stderr.splitlines() if x.startswith("epoch ")]
            self.assertLessEqual(len(lines), 10 + 10 * seconds)
            self.assertEqual(bool(lines), not words)


if __name__ == "__main__":
    NNR = os.path.abspath(sys.argv.pop(1))
    SOURCE = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
