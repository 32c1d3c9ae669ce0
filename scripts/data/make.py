#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the small data files of the examples into its own folder.

points.csv, points-x.npy, points-y.npy, points.npz: 60 points in three clouds, by name and by class
number.
digits-images.idx.gz, digits-labels.idx.gz: the first 100 digits that are built into nnr
(E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
Repository, 1998, CC BY 4.0), brightness 0 to 16.
kernel.npy: a 2x2 array for npy("data/kernel.npy").
sae_weights.safetensors, cfg.json: a sparse autoencoder of 4 inputs and 6 units, as SAELens writes it."""

import gzip
import json
import pathlib
import random
import struct
import zipfile

HERE = pathlib.Path(__file__).parent
DIGITS = HERE / "../../src/data/digits.csv.gz"
CLOUDS = [("blue", -1.0, 0.5), ("green", 0.0, -1.0), ("red", 1.0, 0.5)]
POINTS, IMAGES = 60, 100


def npy(descr, shape, data):
    head = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
    head += " " * (-(len(head) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + data


def npz(name, arrays):
    with zipfile.ZipFile(HERE / name, "w") as file:
        for array, data in arrays.items():
            file.writestr(zipfile.ZipInfo(array + ".npy"), data)


def idx(name, sizes, data):
    head = bytes([0, 0, 8, len(sizes)]) + struct.pack(f">{len(sizes)}I", *sizes)
    (HERE / name).write_bytes(gzip.compress(head + data, mtime=0))


def sae():
    draw = random.Random(4)
    tensors = [("W_dec", [6, 4]), ("W_enc", [4, 6]), ("b_dec", [4]), ("b_enc", [6]), ("threshold", [6])]
    head, data = {}, b""
    for name, shape in tensors:
        count = shape[0] * (shape + [1])[1]
        numbers = [0.1 if name == "threshold" else round(draw.uniform(-1, 1), 2) for _ in range(count)]
        head[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + 4 * count]}
        data += struct.pack(f"<{count}f", *numbers)
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    (HERE / "sae_weights.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    config = {"architecture": "jumprelu", "d_in": 4, "d_sae": 6, "dtype": "float32", "apply_b_dec_to_input": True,
              "normalize_activations": "none", "reshape_activations": "none"}
    (HERE / "cfg.json").write_text(json.dumps(config, indent=1) + "\n")


def points():
    draw = random.Random(1)
    for i in range(POINTS):
        name, x, y = CLOUDS[i % 3]
        yield round(draw.gauss(x, 0.3), 3), round(draw.gauss(y, 0.3), 3), i % 3, name


def main():
    rows = list(points())
    lines = ["x,y,colour"] + [f"{x},{y},{name}" for x, y, _, name in rows]
    (HERE / "points.csv").write_text("\n".join(lines) + "\n")
    x = npy("<f8", (POINTS, 2), b"".join(struct.pack("<2d", *r[:2]) for r in rows))
    y = npy("<i8", (POINTS,), b"".join(struct.pack("<q", r[2]) for r in rows))
    (HERE / "points-x.npy").write_bytes(x)
    (HERE / "points-y.npy").write_bytes(y)
    npz("points.npz", {"x": x, "y": y})
    (HERE / "kernel.npy").write_bytes(npy("<f4", (2, 2), struct.pack("<4f", 0.5, -0.25, 1, 0)))
    sae()

    with gzip.open(DIGITS, "rt") as file:
        digits = [bytes(map(int, line.split(","))) for line, _ in zip(file, range(IMAGES))]
    idx("digits-images.idx.gz", [IMAGES, 8, 8], b"".join(d[:64] for d in digits))
    idx("digits-labels.idx.gz", [IMAGES], bytes(d[64] for d in digits))


main()
