#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The library of formulas: each penalty of penalties.nnr on a kernel and on an activity, against
tests/reference/library.txt, with a checkgrad; and where the library is found.

    library.py NNR"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

TESTS = pathlib.Path(__file__).resolve().parent.parent
LIBRARY = TESTS.parent / "scripts" / "penalties.nnr"


def read_cases():
    """Each case as a dictionary of lists of words."""
    cases = []
    for line in (TESTS / "reference" / "library.txt").read_text().splitlines():
        key, *words = line.split()
        if key == "penalty":
            cases.append({})
        if key != "#":
            cases[-1][key] = words
    return cases


def definitions():
    """Of each penalty of the library its reduction, by name."""
    found = {}
    for line in LIBRARY.read_text().splitlines():
        if line.startswith("define penalty "):
            call = line.split(" ", 2)[2].split(" = ")[0]
            found[call.split("(")[0]] = "reduce=sum" in call
    return found


def statements(case, slot, number):
    """A model whose kernel is x, and whose activity is x too: its inputs are the unit vectors."""
    rows, columns = map(int, case["shape"])
    data = "; ".join(
        " ".join(str(int(i == k)) for k in range(rows)) + " -> 0" for i in range(rows)
    )
    use = "%s(1%s)" % (case["penalty"][0], "".join(", " + a for a in case["penalty"][1:]))
    return f"""model m{number}
data rows {{ {data} }} shuffle=no batch={rows}
input {rows}
dense {columns} use_bias=no {slot}={use} kernel_init=values({", ".join(case["x"])}) as h
dense 1 use_bias=no kernel_init=zeros
loss mse
optimizer sgd lr=0
step 1
print h.{slot}.penalty
print h.kernel.grad
"""


def is_smooth(case):
    """Whether no number stands where a slope may be chosen."""
    return "0.0" not in case["x"]


class Library(unittest.TestCase):
    def run_nnr(self, text, *options, cwd=None):
        return subprocess.run(
            [NNR, "--json", "--quiet", *options, "-c", text],
            capture_output=True,
            text=True,
            cwd=cwd,
            timeout=600,
        )

    def objects(self, text):
        done = self.run_nnr(text)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def check(self, case, slot, said):
        value, gradient = (s["print"][0] for s in said)
        rows = int(case["shape"][0])
        by = 1 if slot == "kernel" or definitions()[case["penalty"][0]] else rows
        expected = [float(v) / by for v in case["value"] + case["gradient"]]
        most = (1e-10 if DOUBLE else 1e-4) * max(map(abs, expected + [1.0]))
        for a, b in zip([value] + gradient, expected, strict=True):
            self.assertLessEqual(abs(a - b), most, (slot, case))

    def test_every_penalty_is_its_paper_s_formula(self):
        cases = read_cases()
        self.assertEqual({c["penalty"][0] for c in cases}, set(definitions()))
        for slot in ["kernel", "activity"]:
            text = 'source "penalties.nnr"\n'
            for i, case in enumerate(cases):
                text += statements(case, slot, i) + "checkgrad\n" * is_smooth(case)
            said = self.objects(text)
            printed = [s for s in said if s["verb"] == "print"]
            for i, case in enumerate(cases):
                self.check(case, slot, printed[2 * i : 2 * i + 2])
            checked = [s["right"] for s in said if s["verb"] == "checkgrad"]
            self.assertEqual(checked, [True] * sum(map(is_smooth, cases)))

    def test_zeros_are_no_trouble(self):
        for name in definitions():
            zeros = {"penalty": [name], "shape": ["2", "2"], "x": ["0"] * 4}
            for slot in ["kernel", "activity"]:
                text = statements(zeros, slot, 1)
                said = self.objects('source "penalties.nnr"\n' + text)
                gradient = [s["print"] for s in said if s["verb"] == "print"][1]
                self.assertTrue(all(abs(g) < 1e6 for g in gradient[0]), (name, gradient))

    def test_it_is_found_anywhere(self):
        with tempfile.TemporaryDirectory() as folder:
            for options in [(), ("--safe",), ("--check",)]:
                text = 'source "penalties.nnr"\ninput 2\ndense 2 kernel=scad(1)\n'
                done = self.run_nnr(text, *options, cwd=folder)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(self.run_nnr('source "penalty.nnr"', cwd=folder).returncode, 1)

    def test_it_may_be_read_twice_and_taken_back(self):
        twice = 'source "penalties.nnr"\nsource "penalties.nnr"\n'
        text = twice + "undo\nundo\ndefine penalty scad(x) = sum(x)\n" + twice
        done = self.run_nnr(text)
        self.assertEqual(done.returncode, 1)
        self.assertIn("the name scad is given already", done.stderr)
        self.assertIn("<-c>:6:8", done.stderr)

    def test_a_file_beside_the_script_comes_first(self):
        with tempfile.TemporaryDirectory() as folder:
            own = pathlib.Path(folder) / "penalties.nnr"
            own.write_text("define penalty mine(x) = sum(x^4)\n")
            text = 'source "penalties.nnr"\ninput 2\ndense 2 kernel=%s(1)\n'
            self.assertEqual(self.run_nnr(text % "mine", cwd=folder).returncode, 0)
            self.assertEqual(self.run_nnr(text % "scad", cwd=folder).returncode, 1)

    def test_a_replay_finds_it_too(self):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as other:
            record = pathlib.Path(other) / "record.nnr"
            text = f"""source "penalties.nnr"
data moons 40
input 2
dense 4 tanh kernel=mcp(0.1, 0.2) as h
dense 1 sigmoid
train 2
record "{record}"
print sum(h.kernel)
"""
            first = self.run_nnr(text, cwd=folder)
            again = self.run_nnr(f'source "{record}"\nprint sum(h.kernel)\n', cwd=folder)
            self.assertEqual((again.returncode, again.stderr), (0, ""), record.read_text())
            printed = [
                json.loads(done.stdout.splitlines()[-1])["print"] for done in (first, again)
            ]
            self.assertEqual(printed[0], printed[1])


if __name__ == "__main__":
    NNR = str(pathlib.Path(sys.argv.pop(1)).resolve())
    DOUBLE = NNR.endswith("64")
    unittest.main()
