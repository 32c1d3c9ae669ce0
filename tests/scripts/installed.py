#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `nnr --write` puts beside the program: each file is tried by the program that it is for, where
that is here, and says what --help and the tables say.

    installed.py NNR"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

VERBS = ("train", "dense", "penalties", "sweep")


def run(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, timeout=600, **more)


def written(what):
    done = run(NNR, "--write", what)
    assert done.returncode == 0, done.stderr
    return done.stdout


def options():
    return re.findall(r"^  (-\S+) ", run(NNR, "--help").stdout, re.MULTILINE)


class Installed(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, what, name):
        path = self.folder / name
        path.write_text(written(what))
        return path

    def test_an_unknown_file_is_a_wrong_command_line(self):
        done = run(NNR, "--write", "emacs")
        self.assertEqual(done.returncode, 2)
        self.assertIn('no "emacs"', done.stderr)
        self.assertIn("man bash zsh fish vim nano textmate", done.stderr)

    def test_the_manual_page_has_every_option(self):
        page = written("man").replace("\\-", "-")
        self.assertGreater(len(options()), 15)
        for option in options():
            self.assertIn(f"\n.B {option}", page)
        for verb in VERBS:
            self.assertIn(f"\n.B {verb}\n", page)

    @unittest.skipUnless(shutil.which("man") and shutil.which("groff"), "man is not here")
    def test_man_sets_it_without_a_warning(self):
        done = run("man", "--warnings", "-l", self.file("man", "nnr.1"))
        self.assertEqual(done.stderr, "")
        self.assertIn("--plot WHERE", done.stdout)
        self.assertIn("an error, 2 a wrong command", " ".join(done.stdout.split()))

    @unittest.skipUnless(shutil.which("bash"), "bash is not here")
    def test_bash_completes(self):
        path = self.file("bash", "nnr")
        (self.folder / "a.nnr").write_text("")
        (self.folder / "b.txt").write_text("")

        def reply(*words):
            line = f'COMP_WORDS=(nnr {" ".join(words)}); COMP_CWORD={len(words)}; _nnr'
            done = run("bash", "-c", f"source {path}; {line}; echo ${{COMPREPLY[@]}}", cwd=self.folder)
            self.assertEqual(done.stderr, "")
            return done.stdout.split()

        self.assertEqual(reply("--plot-size", "b"), ["big"])
        self.assertEqual(reply("--see"), ["--seed"])
        self.assertEqual(set(reply("--")), {o for o in options() if o.startswith("--")})
        self.assertEqual(reply('""'), ["a.nnr"])
        self.assertIn("b.txt", reply("--plot", "b"))

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not here")
    def test_zsh_takes_it(self):
        done = run("zsh", "-n", self.file("zsh", "_nnr"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    @unittest.skipUnless(shutil.which("fish"), "fish is not here")
    def test_fish_completes(self):
        path = self.file("fish", "nnr.fish")
        done = run("fish", "--no-config", "-c", f"source {path}; complete -C 'nnr --'")
        self.assertEqual(done.stderr, "")
        for option in options():
            if option.startswith("--"):
                self.assertIn(option, done.stdout)

    @unittest.skipUnless(shutil.which("vim"), "vim is not here")
    def test_vim_colours_each_kind_of_word(self):
        path = self.file("vim", "nnr.vim")
        script = self.folder / "a.nnr"
        script.write_text('dense 8 kernel=l1(1e-3) as h # note\nsay "hi"\n')
        kinds = self.folder / "kinds"
        places = ((1, 1), (1, 7), (1, 9), (1, 16), (1, 19), (1, 25), (1, 30), (2, 6))
        asks = "".join(
            f" | call add(k, synIDattr(synID({line}, {column}, 1), 'name'))" for line, column in places
        )
        write = f" | call writefile(k, '{kinds}')"
        run("vim", "-u", "NONE", "-es", "-c", f"syntax on | source {path} | let k = []{asks}{write}",
            "-c", "qa!", script, stdin=subprocess.DEVNULL)
        self.assertEqual(
            kinds.read_text().split(),
            ["nnrStatement", "nnrNumber", "nnrKey", "nnrCall", "nnrNumber", "nnrClause", "nnrComment",
             "nnrString"],
        )

    def test_nano_gets_expressions_that_compile(self):
        text = written("nano")
        found = re.findall(r'^color \w+ "(.*)"$', text, re.MULTILINE)
        self.assertEqual(len(found), 7)
        for each in found:
            for one in each.split('" "'):
                done = run("grep", "-E", one, input="dense 8 as h # l1\n")
                self.assertNotEqual(done.returncode, 2, one)
        done = run("grep", "-oE", found[0], input="dense 8 as h\n")
        self.assertEqual(done.stdout, "dense\n")

    def test_the_grammar_of_textmate_is_json_whose_expressions_compile(self):
        grammar = json.loads(written("textmate"))
        self.assertEqual(grammar["fileTypes"], ["nnr"])
        scope = {}
        for pattern in grammar["patterns"]:
            if "match" in pattern:
                for word in ("train", "l1", "until", "adam", "64x100"):
                    if re.search(pattern["match"], word):
                        scope.setdefault(word, pattern["name"])
        self.assertEqual(
            scope,
            {
                "train": "keyword.control.nnr",
                "l1": "support.function.nnr",
                "until": "keyword.other.nnr",
                "adam": "support.constant.nnr",
                "64x100": "constant.numeric.nnr",
            },
        )


if __name__ == "__main__":
    NNR = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
