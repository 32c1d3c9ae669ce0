#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program as a whole: what it is given as a script, its options, its exit status.

    program.py NNR
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

NNR = ""
TRAIN = """data moons 60 split=0.2
input 2
dense 8 tanh kernel=l2(1e-2) activity=l1(1e-3)+l2(1e-3) as h
dense 4 tanh bias=l1(0.5)
dense 1 sigmoid as y
loss binary_crossentropy
optimizer adam
train 3
penalties
evaluate
print h.kernel loss
predict 1 2
"""


class Program(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def nnr(self, *words, given=""):
        return subprocess.run([NNR, *words], cwd=self.folder.name, capture_output=True, text=True,
                              input=given, timeout=600)

    def write(self, name, content):
        path = pathlib.Path(self.folder.name, name)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    def check(self, done, status, out=None, err=None):
        self.assertEqual(done.returncode, status, done.stderr)
        if out is not None:
            self.assertEqual(done.stdout, out)
        if err is not None:
            self.assertTrue(done.stderr.startswith(err), done.stderr)
            if not err:
                self.assertEqual(done.stderr, "")

    def test_exit_status(self):
        for text, status in [("print 1", 0), ("prnt 1", 1), ("print (", 1), ("expect 1 == 2", 3),
                             ("quit", 0), ("quit\nexpect 1 == 2", 0), ("say 1\nexpect 0/0", 3)]:
            self.check(self.nnr("-c", text), status)
            self.check(self.nnr(self.write("a.nnr", text)), status)
            self.check(self.nnr(given=text), status)
            self.check(self.nnr("-", given=text), status)
        for words in [("--nothing",), ("--seed",), ("--seed", "x"), ("a.nnr", "b.nnr"), ("-c",)]:
            self.check(self.nnr(*words), 2, "")

    def test_what_is_no_script(self):
        os.mkdir(os.path.join(self.folder.name, "folder"))
        self.check(self.nnr("folder"), 1, "", 'nnr: "folder" is a folder')
        self.check(self.nnr("missing.nnr"), 1, "", 'nnr: "missing.nnr" cannot be read: No such file or directory; it was looked for in /')
        self.write("binary", bytes(range(256)))
        self.check(self.nnr("binary"), 1, "", 'nnr: "binary" is no text')
        self.write("not_utf8.nnr", b'say "\xe4"\n')
        self.assertIn(subprocess.run([NNR, "not_utf8.nnr"], cwd=self.folder.name,
                                     capture_output=True).returncode, (0, 1))

    def test_empty_scripts(self):
        for text in ["", "\n", "\n\n \t\n", "# nothing\n", ";;;", "\ufeff", "\r\n\r\n"]:
            self.check(self.nnr(self.write("a.nnr", text)), 0, "", "")
            self.check(self.nnr("-c", text), 0, "", "")

    def test_a_megabyte_in_one_line(self):
        self.check(self.nnr(self.write("a.nnr", "#" + "x" * 1000000)), 0, "", "")
        self.check(self.nnr(self.write("a.nnr", "print " + "1+" * 500 + "1")), 0, "501\n", "")
        done = self.nnr(self.write("a.nnr", "print " + "1+" * 500000 + "1"))
        self.assertIn(done.returncode, (0, 1))
        self.assertLess(len(done.stderr), 1000)
        done = self.nnr(self.write("a.nnr", "x" * 1000000))
        self.check(done, 1, "", "a.nnr:1:1: ")
        self.assertLess(len(done.stderr), 1500)
        done = self.nnr(self.write("a.nnr", "print " + "(" * 500000))
        self.check(done, 1, "", "a.nnr:1:")
        self.assertLess(len(done.stderr), 1500)
        rows = "data rows {" + ";".join("1 2 3 4 -> 5" for _ in range(80000)) + "}; data"
        done = self.nnr(self.write("a.nnr", rows))
        self.check(done, 0)
        self.assertIn("80000 samples", done.stdout)

    def test_open_braces(self):
        self.check(self.nnr(self.write("a.nnr", "say 1\ndata rows {\n 1 -> 2\n")), 1, "",
                   "a.nnr:2:11: this { is not closed")
        self.check(self.nnr("-c", "data rows {"), 1, "", "<-c>:1:11: ")
        self.check(self.nnr(given="say 1\ndata rows {\n1 -> 2\n"), 1, "1\n", "<stdin>:2:11: ")

    def test_line_ends_of_other_systems(self):
        script = "let k = 2 # two\r\nprint k \\\r\n  \"a\"\r\ndata rows {\r\n 1 -> 2\r\n}\r\nprnt\r\n"
        self.check(self.nnr(self.write("a.nnr", script)), 1, "2 a\n",
                   'a.nnr:7:1: no verb or layer "prnt"; did you mean print?\n  prnt\n  ^~~~\n')

    def test_the_same_bits_twice(self):
        self.write("a.nnr", TRAIN)
        first = self.nnr("a.nnr")
        self.check(first, 0)
        for _ in range(2):
            self.assertEqual(self.nnr("a.nnr").stdout, first.stdout)
        self.assertEqual(self.nnr("-c", TRAIN).stdout, first.stdout)
        self.assertEqual(self.nnr(given=TRAIN).stdout, first.stdout)
        self.assertEqual(self.nnr("a.nnr", "--seed", "1").stdout, first.stdout)
        self.assertEqual(self.nnr("-c", "seed 1\n" + TRAIN).stdout, first.stdout)
        other = self.nnr("a.nnr", "--seed", "2").stdout
        self.assertNotEqual(other, first.stdout)
        self.assertEqual(self.nnr("-c", "seed 2\n" + TRAIN).stdout, other)

    def test_steps_replay_an_epoch(self):
        by_epoch = self.nnr("-c", TRAIN.replace("train 3", "train 3 ; step 1")).stdout
        by_step = self.nnr("-c", TRAIN.replace("train 3", "step 7")).stdout
        # train tells both shares in two lines; step has one.
        self.assertEqual(by_epoch.split("\n")[3:], by_step.split("\n")[1:])

    def test_json(self):
        done = self.nnr("--json", "-c", TRAIN + "summary\nshow h\ndata\nmodel\nseed\nhelp l1\n")
        self.check(done, 0, None, "")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(lines), 11)
        self.assertTrue(all(isinstance(line, dict) for line in lines))
        self.assertEqual([line["verb"] for line in lines],
                         ["train", "penalties", "evaluate", "print", "predict", "summary", "show",
                          "data", "model", "seed", "help"])
        trained, ledger, evaluated = lines[:3]
        self.assertEqual((trained["epochs"], trained["steps"], trained["model"]), (3, 6, "main"))
        self.assertEqual(len(trained["epoch_seconds"]), 3)
        self.assertAlmostEqual(trained["loss"], trained["data"] + trained["penalty"], places=12)
        self.assertEqual([term["slot"] for term in ledger["terms"]],
                         ["h.kernel", "h.activity", "h.activity", "dense_1.bias"])
        self.assertEqual([term["kind"] for term in ledger["terms"]], ["l2", "l1", "l2", "l1"])
        self.assertAlmostEqual(sum(term["value"] for term in ledger["terms"]), ledger["penalty"],
                               places=12)
        self.assertAlmostEqual(ledger["data"] + ledger["penalty"], ledger["total"], places=12)
        shares = sum(term["share"] for term in ledger["terms"])
        self.assertAlmostEqual(shares, ledger["penalty"] / ledger["total"], places=12)
        for term in ledger["terms"]:
            self.assertAlmostEqual(sum(call["value"] for call in term["calls"]),
                                   term["value"] if term["calls"] else 0, places=12)
        for key in ("data", "penalty"):
            self.assertAlmostEqual(evaluated[key], ledger[key], places=12)
        self.assertEqual(evaluated["samples"], 12)
        self.assertEqual(len(lines[3]["print"][0]), 16)
        self.assertEqual(len(lines[4]["predict"]), 1)

    def test_hidden_characters(self):
        """What is not seen, or turns the text round it, is written out wherever it comes from."""
        turned = "a\u202eb\u200bc"
        script = self.write("turned.nnr", f'section "{turned}"\nsay "{turned}"\n'
                                          f'print "{turned}" k # \u2066\n')
        done = self.nnr(script)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout.count("a[U+202E]b[U+200B]c"), 2)
        below, marks = done.stderr.splitlines()[1:3]
        self.assertEqual(below[marks.index("^")], "k")
        for text in (done.stdout, done.stderr, self.nnr("--json", script).stdout):
            self.assertFalse(set("\u202e\u200b\u2066") & set(text), text)
        said = self.nnr("--json", "-c", f'print "{turned}"').stdout.splitlines()
        self.assertIn(turned, json.dumps([json.loads(line) for line in said], ensure_ascii=False))

    def test_json_errors(self):
        """Every object names its verb, errors too, and an expect that fails is one."""
        script = self.write("a.nnr", "input 2\nprint 1\ndense 8 rleu\n")
        done = self.nnr("--json", script)
        self.check(done, 1, None, "a.nnr:3:9: no activation")
        printed, failed = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(printed, {"verb": "print", "print": [1], "file": "a.nnr", "line": 2,
                                   "column": 1})
        self.assertEqual(failed, {"verb": "dense", "error": 'no activation "rleu"',
                                  "hint": "did you mean relu?", "file": "a.nnr", "line": 3,
                                  "column": 9})
        done = self.nnr("--json", "-c", "expect 1 < 2\nexpect 3 < 2")
        self.check(done, 3)
        held, broken = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual((held["verb"], held["holds"], held["left"], held["right"]),
                         ("expect", True, 1, 2))
        self.assertEqual((broken["holds"], broken["left"], broken["operator"], broken["line"]),
                         (False, 3, "<", 2))
        self.assertIn("is not so", broken["error"])

    def test_parameters(self):
        script = self.write("a.nnr", "print k 2*k\n")
        self.check(self.nnr("--let", "k=1e-3", script), 0, "k = 0.001, 2*k = 0.002\n", "")
        self.check(self.nnr(script), 1, "", "a.nnr:1:7: ")
        done = self.nnr("--let", "k=3", "--let=p=l1(k)", "-c", "let", script)
        self.check(done, 0, "let k = 3\nlet p = l1(3)\nk = 3, 2*k = 6\n", "--let p: nothing that was run has")
        for wrong in ("k", "k=", "k=x", "=3", "", "k=1; print 3", "k=1\nprint 3", "loss=3", "k=1 2"):
            done = self.nnr("--let", wrong, script)
            self.check(done, 2, "", "--let:")
        self.check(self.nnr("--check", "--let", "k=x", script), 2, "", "--let:1:7: ")
        self.check(self.nnr("--let", "k=2", "-c", 'save session "s.nnr"'), 0)
        self.check(self.nnr("-c", 'source "s.nnr"; print k'), 0, "2\n")

    def test_stderr_rate(self):
        """However short the epochs are, a log gets ten lines a second at most."""
        start = time.monotonic()
        done = self.nnr("-c", "data xor\ninput 2\ndense 1 sigmoid\nrepeat 20 { train 200 }\n")
        seconds = time.monotonic() - start
        self.check(done, 0)
        told = [line for line in done.stderr.splitlines() if line.startswith("epoch ")]
        self.assertGreater(len(told), 0)
        self.assertLessEqual(len(told), 10 * (seconds + 1))

    def test_check_and_quiet(self):
        long = TRAIN.replace("train 3", "train 1000000")
        self.check(self.nnr("--check", self.write("a.nnr", long)), 0, "", "")
        self.check(self.nnr("--check", self.write("b.nnr", long + "print g.kernel\n")), 1, "",
                   "b.nnr:13:7: ")
        done = self.nnr("--quiet", "-c", 'section "a" ; say "b"\n' + TRAIN)
        self.check(done, 0, self.nnr("-c", TRAIN).stdout, "")

    def test_an_interrupt_ends_a_script(self):
        with subprocess.Popen([NNR, "-c", TRAIN.replace("train 3", "say 1 ; train 100000000")],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
            child.stdout.readline()
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=600)
        self.assertEqual(child.returncode, 130, err)
        self.assertEqual(out, "")
        self.assertIn("everything done so far is kept", err)

    def test_a_manual(self):
        done = self.nnr("--manual")
        self.check(done, 0, None, "")
        self.assertTrue(done.stdout.startswith("# Reference\n"))


if __name__ == "__main__":
    NNR = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
