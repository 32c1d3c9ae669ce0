# SPDX-License-Identifier: GPL-3.0-or-later
"""Models of Keras, imported: what they put out and what their penalties come to must be what TensorFlow.js layers says of the
same files (tests/reference/tfjs.json, made by make_tfjs.js there). Where TensorFlow.js counts a penalty otherwise than it was
declared, emulate tfjs must do the same.

Usage: tfjs.py NNR REFERENCES
"""

import io
import json
import math
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zipfile

NNR = os.path.abspath(sys.argv[1])
LINES = [json.loads(l) for l in (pathlib.Path(sys.argv[2]) / "tfjs.json").read_text().splitlines()]
SAMPLES = 6


def count(shape):
    return math.prod(shape)


def npy(shape, of):
    """An array as numpy.save writes it, in float32."""
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({''.join(f'{n},' for n in shape)}), }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    numbers = struct.pack(f"<{count(shape)}f", *(of(i) for i in range(count(shape))))
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode() + numbers


def write_npz(path, arrays):
    with zipfile.ZipFile(path, "w") as z:
        for name, array in arrays.items():
            z.writestr(name + ".npy", array)


def shapes_of(path):
    """The names and shapes of an npz."""
    shapes = {}
    with zipfile.ZipFile(path) as z:
        for name in z.namelist():
            with io.BytesIO(z.read(name)) as f:
                f.read(8)
                header = f.read(struct.unpack("<H", f.read(2))[0]).decode()
            shape = header.split("'shape': (")[1].split(")")[0]
            shapes[name.removesuffix(".npy")] = [int(n) for n in shape.split(",") if n.strip()]
    return shapes


def weight(name):
    start = sum(name.encode()) % 97
    spread = name.endswith("moving_variance")

    def number(i):
        x = 0.9 * math.sin(0.7 * i + start)
        return abs(x) + 0.2 if spread else x
    return number


def sample(line, shape):
    def number(i):
        if line.get("inputs") == "numbers":
            return 5 * i % 7
        step = i // count(shape[2:]) % shape[1]
        if line.get("inputs") == "masked" and step > i // count(shape[1:]):
            return 0
        return 1.2 * math.sin(1.3 * i + 0.5)
    return number


def run(folder, statements):
    done = subprocess.run([NNR, "--json", "-c", statements], cwd=folder, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, (statements, done.stdout, done.stderr)
    return [json.loads(l) for l in done.stdout.splitlines()]


def near(ours, theirs):
    return abs(ours - theirs) <= 2e-5 * (1 + abs(theirs))


def check(line, folder):
    (folder / "m.json").write_text(json.dumps(line["model"]))
    run(folder, 'import keras "m.json"\nsave weights "new.npz"\n')
    write_npz(folder / "w.npz", {n: npy(s, weight(n)) for n, s in shapes_of(folder / "new.npz").items()})
    first = line["model"]["config"]["layers"][0]["config"]
    shape = [SAMPLES, *first["batch_input_shape"][1:]]
    write_npz(folder / "d.npz", {"x": npy(shape, sample(line, shape)),
                                 "y": npy([SAMPLES, *line["outputs"]], lambda i: math.cos(0.9 * i))})
    said = run(folder, 'import keras "m.json"\nload weights "w.npz"\ndata npz "d.npz" "x" "y" batch=6\nloss mse\npenalties\n'
                       "emulate tfjs\npenalties\naudit as=tfjs\n")
    own, bent = (s for s in said if s["verb"] == "penalties")
    audit = said[-1]
    assert near(own["data"], line["data"]), (line["name"], own["data"], line["data"])
    assert near(bent["penalty"], line["penalty"]), (line["name"], bent["penalty"], line["penalty"])
    same = near(own["penalty"], line["penalty"])
    assert same == (audit["bent"] == 0), (line["name"], own["penalty"], line["penalty"], audit)
    assert same != line.get("bent", False), line["name"]


def main():
    assert "TensorFlow.js" in LINES[0]["source"] and len(LINES) > 50
    with tempfile.TemporaryDirectory() as folder:
        for line in LINES[1:]:
            check(line, pathlib.Path(folder))


main()
