#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes files of tensors as other programs write them, beside itself, and tensors.txt with the
numbers that are in them. Run by hand with NumPy and PyTorch; the files are committed.

numpy.npz, numpy_packed.npz: numpy.savez and numpy.savez_compressed, arrays of all types, orders of
bytes and orders of axes, and what is no array of numbers.
halves.safetensors: PyTorch's float16 and bfloat16, with numbers that are not normal.

Lines of
    FILE NAME SIZExSIZE NUMBERS     the last axis fastest, as hexadecimal floats"""

import json
import pathlib
import struct

import numpy
import torch

HERE = pathlib.Path(__file__).parent


def short(x):
    return float(x).hex() if x else str(float(x))


def line(file, name, shape, numbers):
    shape = "x".join(map(str, shape)) or "-"
    return " ".join([file, name, shape, *(short(x) for x in numbers)]) + "\n"


def arrays():
    draw = numpy.random.default_rng(5)
    plain = draw.normal(size=(2, 3, 4))
    whole = draw.integers(0, 100, size=(5, 2))
    return {
        "f8": plain,
        "f4": plain.astype("<f4"),
        "f2": plain.astype("<f2"),
        "big_f8": plain.astype(">f8"),
        "big_f4": plain.astype(">f4"),
        "big_f2": plain.astype(">f2"),
        "columns": numpy.asfortranarray(plain),
        "big_columns": numpy.asfortranarray(plain.astype(">f4")),
        "i1": (whole - 50).astype("i1"),
        "u1": (whole + 100).astype("u1"),
        "i8": whole.astype("<i8") - 50,
        "big_i4": whole.astype(">i4") - 50,
        "bool": whole > 50,
        "single": numpy.float64(0.1),
        "layer.kernel": draw.normal(size=(3, 1)),
        "zeros": numpy.zeros((30, 30), "f4"),
    }


def halves():
    draw = torch.Generator().manual_seed(5)
    some = torch.randn(40, generator=draw, dtype=torch.float64)
    edges = torch.tensor([0.0, -0.0, 1.0, -2.0, 65504.0, -65504.0, 6.103515625e-05, 6.097555160522461e-05,
                          5.960464477539063e-08, -5.960464477539063e-08, 0.333251953125, 3.0e-7])
    wide = torch.tensor([3.3895313892515355e+38, -3.3895313892515355e+38, 1.1754943508222875e-38,
                         9.183549615799121e-41, -9.183549615799121e-41, 1e-40, 1e30, 3.140625])
    return {
        "half": ("F16", torch.cat([some, some * 1e-5, some * 1e-7, edges]).to(torch.float16)),
        "brain": ("BF16", torch.cat([some, some * 1e-30, some * 1e30, wide]).to(torch.bfloat16)),
        "matrix": ("BF16", some.reshape(8, 5).to(torch.bfloat16)),
    }


def main():
    text = ""
    named = arrays()
    for file, save in [("numpy.npz", numpy.savez), ("numpy_packed.npz", numpy.savez_compressed)]:
        save(HERE / file, **named, texts=numpy.array(["a", "b"]), pair=numpy.zeros(2) + 1j)
        for name, x in named.items():
            text += line(file, name, numpy.shape(x), numpy.ravel(x, order="C"))
    head, data = {}, b""
    for name, (kind, x) in halves().items():
        bits = x.view(torch.int16).flatten().tolist()
        begin = len(data)
        data += struct.pack(f"<{len(bits)}h", *bits)
        head[name] = {"dtype": kind, "shape": list(x.shape), "data_offsets": [begin, len(data)]}
        text += line("halves.safetensors", name, x.shape, x.double().flatten().tolist())
    head = json.dumps(head).encode()
    (HERE / "halves.safetensors").write_bytes(struct.pack("<Q", len(head)) + head + data)
    (HERE / "tensors.txt").write_text(text)


main()
