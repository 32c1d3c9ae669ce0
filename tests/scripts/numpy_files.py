#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of NumPy there and back, where NumPy is.

    numpy_files.py NNR
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy

NNR = ""


class Files(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)
        self.draw = numpy.random.default_rng(3)
        self.real = numpy.float64 if NNR.endswith("64") else numpy.float32

    def nnr(self, script):
        done = subprocess.run([NNR, "--quiet", "--json", "--plot=none", "-c", script],
                              cwd=self.folder, capture_output=True, text=True, timeout=600)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def numbers(self, script, name):
        """What `print NAME` says, row after row."""
        said = self.nnr(script + f"\nprint {name}\n")[-1]
        return numpy.array(said["print"][0], self.real).ravel()

    def test_a_saved_file_is_opened(self):
        for net in ["input 4\ndense 3 as h\ndense 2 as o",
                    "input 8x8x1\nconv2d 2 3x3 as c\nflatten\ndense 1 as o",
                    "input 5x2\nlstm 3 as l\ndense 1 as o"]:
            self.nnr(f'seed 5\n{net}\nsave weights "w.npz"')
            with numpy.load(self.folder / "w.npz") as file:
                self.assertTrue(file.files)
                for name in file.files:
                    x = file[name]
                    self.assertEqual(x.dtype, self.real)
                    self.assertTrue(x.flags.c_contiguous)
                    shown = self.numbers(f"seed 5\n{net}", name)
                    numpy.testing.assert_array_equal(x.ravel(), shown)

    def test_what_numpy_saves_is_loaded(self):
        kernel, bias = self.draw.normal(size=(3, 2)), self.draw.normal(size=2)
        for save in [numpy.savez, numpy.savez_compressed]:
            for kind in ["<f8", ">f8", "<f4", ">f4", "<f2", ">f2"]:
                for order in "CF":
                    x = numpy.asarray(kernel.astype(kind), order=order)
                    save(self.folder / "w.npz", **{"h.kernel": x, "h.bias": bias})
                    shown = self.numbers('input 3\ndense 2 as h\nload weights "w.npz"', "h.kernel")
                    numpy.testing.assert_array_equal(shown, x.astype(self.real).ravel())

    def test_arrays_are_data(self):
        """A model with the weights that made the targets has no loss."""
        x = self.draw.normal(size=(50, 3)).astype("f4")
        kernel = self.draw.normal(size=(3, 2)).astype("f4")
        for save in [numpy.savez, numpy.savez_compressed]:
            save(self.folder / "f.npz", x=numpy.asfortranarray(x), y=(x @ kernel).astype(">f8"))
            save(self.folder / "w.npz", **{"h.kernel": kernel})
            said = self.nnr('data npz "f.npz" "x" "y"\ninput 3\ndense 2 use_bias=no as h\nloss mse\n'
                            'load weights "w.npz"\nevaluate\nprint loss\n')[-1]
            self.assertLess(said["print"][0], 1e-12)
            self.assertGreater((x @ kernel).var(), 0.1)


if __name__ == "__main__":
    NNR = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
