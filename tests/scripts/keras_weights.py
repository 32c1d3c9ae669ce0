#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights from files of Keras, written here by h5py as Keras writes them: saving_lib's groups in .weights.h5 and .keras,
and the layer_names and weight_names of Keras 2. Each number must arrive where Keras has it. Then files that do not fit, and
files that are damaged: each is one error, and nnr goes on.

    keras_weights.py NNR
"""
import io
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import zipfile

import h5py
import numpy as np

NNR = str(pathlib.Path(sys.argv[1]).resolve())
NEW = {"rng": np.random.default_rng(1)}


def draw(*shape):
    return NEW["rng"].standard_normal(shape).astype("float32")


def run(folder, statements, code=0):
    (folder / "s.nnr").write_text(statements)
    done = subprocess.run([NNR, "--json", "s.nnr"], cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == code, (done.returncode, statements, done.stdout, done.stderr)
    return done


def same(folder, statements, expected):
    """The tensors have these numbers."""
    names = " ".join(expected)
    printed = json.loads(run(folder, statements + f"print {names}\n").stdout.splitlines()[-1])["print"]
    for (name, array), ours in zip(expected.items(), printed):
        ours = np.array(ours, dtype="float64").reshape(array.shape)
        assert np.array_equal(ours, array.astype("float64")), (name, ours, array)


def norm(n):
    return [draw(n), draw(n), draw(n), np.abs(draw(n))]


# Statements, and for each layer: its group in Keras 3, its name, the arrays as Keras orders them, and where they go here.
LAYERS = """input 6x3
conv1d 4 3 padding=same as c
batchnorm as n
bidirectional gru 3 sequences=yes as b
timedistributed dense 4 as td
lstm 5 sequences=yes as l
lstm 5 as m
layernorm as k
dense 2 as y
"""


def layers():
    return [("conv1d", "c", "", [draw(3, 3, 4), draw(4)], ["c.kernel", "c.bias"]),
            ("batch_normalization", "n", "", norm(4), ["n.gamma", "n.beta", "n.moving_mean", "n.moving_variance"]),
            ("bidirectional", "b", "forward_layer/cell", [draw(4, 9), draw(3, 9), draw(2, 9)],
             ["b.forward.kernel", "b.forward.recurrent", "b.forward.bias"]),
            ("bidirectional", "b", "backward_layer/cell", [draw(4, 9), draw(3, 9), draw(2, 9)],
             ["b.backward.kernel", "b.backward.recurrent", "b.backward.bias"]),
            ("time_distributed", "td", "layer", [draw(6, 4), draw(4)], ["td.kernel", "td.bias"]),
            ("lstm", "l", "cell", [draw(4, 20), draw(5, 20), draw(20)], ["l.kernel", "l.recurrent", "l.bias"]),
            ("lstm_1", "m", "cell", [draw(5, 20), draw(5, 20), draw(20)], ["m.kernel", "m.recurrent", "m.bias"]),
            ("layer_normalization", "k", "", [draw(5), draw(5)], ["k.gamma", "k.beta"]),
            ("dense", "y", "", [draw(5, 2), draw(2)], ["y.kernel", "y.bias"])]


def write_new(file, all_layers, names=False, front=""):
    for group, name, inside, arrays, _ in all_layers:
        path = f"{front}layers/{group}" + (f"/{inside}" if inside else "")
        vars_of = file.require_group(path).create_group("vars")
        if names:  # a wrapper, or a layer with a cell, has a group without arrays
            file.require_group(f"{front}layers/{group}/vars").attrs["name"] = name
            if inside:
                vars_of.attrs["name"] = "inner"
        for i, array in enumerate(arrays):
            vars_of[str(i)] = array
    if not front:
        file.create_group("vars")
        file.create_group("optimizer/vars")["0"] = np.int64(7)
        file["optimizer/vars/1"] = draw(3)
        file.require_group("layers/dropout/seed_generator/vars")["0"] = np.array([1, 2], dtype="uint32")


def expected(all_layers):
    return {to: array for *_, arrays, tos in all_layers for to, array in zip(tos, arrays)}


def write_old(file, front, all_layers, **attributes):
    root = file.create_group(front) if front else file
    names = []
    for _, name, _, arrays, tos in all_layers:
        group = root.require_group(name)
        before = [x if isinstance(x, bytes) else x.encode() for x in group.attrs.get("weight_names", [])]
        for to, array in zip(tos, arrays):
            weight = f"{name}/{to}:0"
            group[weight] = array
            before.append(weight.encode())
        group.attrs["weight_names"] = before
        if name.encode() not in names:
            names.append(name.encode())
    root.create_group("dropout_1").attrs["weight_names"] = np.array([], dtype="S1")
    root.attrs["layer_names"] = [b"dropout_1", *names]
    for key, value in {"keras_version": b"2.4.0", "backend": b"tensorflow", **attributes}.items():
        root.attrs[key] = value


def of_keras_3(folder):
    for names in (False, True):
        all_layers = layers()
        with h5py.File(folder / "w.weights.h5", "w") as file:
            write_new(file, all_layers, names)
        same(folder, LAYERS + 'load weights "w.weights.h5"\n', expected(all_layers))
    # With names, the order of a class does not count.
    a, b = draw(2, 2), draw(2, 2)
    with h5py.File(folder / "w.weights.h5", "w") as file:
        write_new(file, [("dense", "second", "", [a], []), ("dense_1", "first", "", [b], [])], names=True)
    text = "input 2\ndense 2 use_bias=no as first\ndense 2 use_bias=no as second\nload weights \"w.weights.h5\"\n"
    same(folder, text, {"first.kernel": b, "second.kernel": a})


def dense(name, units, inputs):
    return {"class_name": "Dense", "config": {"name": name, "units": units, "activation": "tanh"},
            "build_config": {"input_shape": [None, inputs]}}


def of_keras_files(folder):
    """A Sequential in a Sequential: two layers named dense, each in its own model."""
    inner = {"class_name": "Sequential", "config": {"name": "inner", "layers": [
        {"class_name": "InputLayer", "config": {"batch_shape": [None, 3], "name": "i"}}, dense("one", 4, 3), dense("two", 3, 4)]}}
    model = {"module": "keras", "class_name": "Sequential", "config": {"name": "outer", "layers": [
        {"class_name": "InputLayer", "config": {"batch_shape": [None, 5], "name": "x"}}, dense("first", 3, 5), inner,
        dense("final", 2, 3)]}}
    arrays = {"first": [draw(5, 3), draw(3)], "inner.one": [draw(3, 4), draw(4)], "inner.two": [draw(4, 3), draw(3)],
              "final": [draw(3, 2), draw(2)]}
    data = io.BytesIO()
    with h5py.File(data, "w") as file:
        write_new(file, [("dense", "", "", arrays["first"], []), ("dense_1", "", "", arrays["final"], [])])
        write_new(file, [("dense", "", "", arrays["inner.one"], []), ("dense_1", "", "", arrays["inner.two"], [])],
                  front="layers/sequential/")
    with zipfile.ZipFile(folder / "m.keras", "w") as file:
        file.writestr("metadata.json", json.dumps({"keras_version": "3.5.0"}))
        file.writestr("config.json", json.dumps(model))
        file.writestr("model.weights.h5", data.getvalue())
    right = {f"{name}.{part}": array for name, both in arrays.items() for part, array in zip(("kernel", "bias"), both)}
    same(folder, 'import keras "m.keras" weights=yes\n', right)
    same(folder, 'import keras "m.keras"\nload weights "m.keras"\n', right)
    # Undo takes the model and its weights back; the record has both statements.
    run(folder, 'record "r.nnr"\nimport keras "m.keras" weights=yes\nundo\nredo\nrecord none\n')
    text = (folder / "r.nnr").read_text()
    assert 'load weights "' in text and "import" not in text, text
    done = run(folder, 'import keras "m.json" weights=yes\n', code=1)
    assert "weights stand beside the model in a .keras only" in done.stderr + done.stdout, done


def of_tf_keras_2_12(folder):
    """Layers in _layer_checkpoint_dependencies, where one that has weights is counted twice; and where it is not."""
    inner = {"class_name": "Functional", "config": {"name": "inner", "layers": [
        {"class_name": "InputLayer", "name": "i", "config": {"batch_input_shape": [None, 3], "name": "i"}, "inbound_nodes": []},
        {**dense("one", 4, 3), "name": "one", "inbound_nodes": [[["i", 0, 0, {}]]]},
        {**dense("two", 3, 4), "name": "two", "inbound_nodes": [[["one", 0, 0, {}]]]}],
        "input_layers": [["i", 0, 0]], "output_layers": [["two", 0, 0]]}}
    outer = {"class_name": "Sequential", "config": {"name": "outer", "layers": [
        {"class_name": "InputLayer", "config": {"batch_input_shape": [None, 5], "name": "x"}}, dense("first", 3, 5),
        {"class_name": "Dropout", "config": {"name": "d", "rate": 0.5}}, inner, dense("second", 3, 3), dense("final", 2, 3)]}}
    arrays = {"first": [draw(5, 3), draw(3)], "inner.one": [draw(3, 4), draw(4)], "inner.two": [draw(4, 3), draw(3)],
              "second": [draw(3, 3), draw(3)], "final": [draw(3, 2), draw(2)]}
    front = "_layer_checkpoint_dependencies"
    right = {f"{name}.{part}": array for name, both in arrays.items() for part, array in zip(("kernel", "bias"), both)}
    for by in (1, 2):
        data = io.BytesIO()
        with h5py.File(data, "w") as file:
            for i, name in enumerate(("first", "second", "final")):
                for k, array in enumerate(arrays[name]):
                    file[f"{front}/dense{f'_{by * i}' if i else ''}/vars/{k}"] = array
            for i, name in enumerate(("inner.one", "inner.two")):
                for k, array in enumerate(arrays[name]):
                    file[f"{front}/functional/{front}/dense{f'_{by * i}' if i else ''}/vars/{k}"] = array
            file.create_group(f"{front}/dropout/vars")
            file["optimizer/vars/0"] = draw(3)
        with zipfile.ZipFile(folder / "m.keras", "w") as file:
            file.writestr("metadata.json", json.dumps({"keras_version": "2.12.0"}))
            file.writestr("config.json", json.dumps(outer))
            file.writestr("model.weights.h5", data.getvalue())
        same(folder, 'import keras "m.keras" weights=yes\n', right)
    with h5py.File(folder / "w.weights.h5", "w") as file:
        for i, array in enumerate(arrays["first"]):
            file[f"{front}/dense/vars/{i}"] = array
        for i, array in enumerate(arrays["second"]):
            file[f"{front}/dense_2/vars/{i}"] = array
    same(folder, 'input 5\ndense 3 as h\ndense 3 as k\nload weights "w.weights.h5"\n',
         {"h.kernel": arrays["first"][0], "k.bias": arrays["second"][1]})


def of_packed_arrays(folder):
    """Chunks, and what libhdf5 itself packs by."""
    for more in ({"chunks": (2, 1)}, {"compression": "gzip"}, {"compression": "gzip", "shuffle": True, "fletcher32": True}):
        arrays = [draw(5, 3), draw(3)]
        with h5py.File(folder / "w.weights.h5", "w") as file:
            file.create_dataset("layers/dense/vars/0", data=arrays[0], **more)
            file["layers/dense/vars/1"] = arrays[1]
        same(folder, 'input 5\ndense 3 as h\nload weights "w.weights.h5"\n', {"h.kernel": arrays[0], "h.bias": arrays[1]})


def of_keras_2(folder):
    for front in ("model_weights", ""):
        all_layers = layers()
        with h5py.File(folder / "m.h5", "w") as file:
            write_old(file, front, all_layers)
        same(folder, LAYERS + 'load weights "m.h5"\n', expected(all_layers))
    # Other names: the order.
    a, b = draw(2, 2), draw(2, 2)
    with h5py.File(folder / "m.h5", "w") as file:
        write_old(file, "", [("", "z", "", [a], ["z"]), ("", "a", "", [b], ["a"])])
    same(folder, 'input 2\ndense 2 use_bias=no as h\ndense 2 use_bias=no as k\nload weights "m.h5"\n',
         {"h.kernel": a, "k.kernel": b})


def refused(folder, statements, *words):
    done = run(folder, statements, code=1)
    for word in words:
        assert word in done.stdout + done.stderr, (word, done.stdout, done.stderr)


def wrong(folder):
    with h5py.File(folder / "w.weights.h5", "w") as file:
        write_new(file, [("dense", "", "", [draw(2, 3), draw(3)], []), ("lstm", "", "cell", [draw(3, 3)], [])])
    refused(folder, 'input 2\ndense 4 as h\ndense 1 as y\nload weights "w.weights.h5"\n',
            "does not fit the model main: h.kernel is 2x4 here, and 2x3 in the file; h.bias is 4 here, and 3 in the file; "
            "y has 2 weights here, and 0 arrays in the file; no layer for layers/lstm/cell/vars/0",
            "4 things do not fit; nothing was loaded")
    bad = draw(2, 3)
    bad[1, 1] = np.nan
    with h5py.File(folder / "w.weights.h5", "w") as file:
        write_new(file, [("dense", "", "", [bad, draw(3)], [])])
    refused(folder, 'input 2\ndense 3 as h\nload weights "w.weights.h5"\n', "layers/dense/vars/0 holds a number that is not finite")
    for attributes, says in (({"keras_version": b"1.2.2"}, "in which order Keras 1 had the axes"),
                             ({"backend": b"theano"}, "in which order Theano had the axes")):
        with h5py.File(folder / "m.h5", "w") as file:
            write_old(file, "", [("", "c", "", [draw(3, 3, 1, 2), draw(2)], ["k", "b"])], **attributes)
        refused(folder, 'input 4x4x1\nconv2d 2 3x3 as c\nload weights "m.h5"\n', says)
    # Twelve arrays, as an LSTM of Keras 1 has.
    with h5py.File(folder / "m.h5", "w") as file:
        write_old(file, "", [("", "l", "", [draw(2, 2)] * 12, [str(i) for i in range(12)])])
    refused(folder, 'input 3x2\nlstm 2 as l\nload weights "m.h5"\n', "l has 3 weights here, and 12 arrays in the file")


ONE = 'input 2\ndense 3 as h\nload weights "w.weights.h5"\n'


def write_one(path, change=None):
    with h5py.File(path, "w") as file:
        write_new(file, [("dense", "", "", [draw(2, 3), draw(3)], [])])
        if change:
            change(file)


def cycle(file):
    file["layers/dense/again"] = file["layers"]


def packed(file):
    del file["layers/dense/vars/0"]
    file["layers/dense/vars"].create_dataset("0", data=draw(2, 3), compression="lzf")


def bomb(file):
    """256 MB, of which one chunk is there."""
    del file["layers/dense/vars/0"]
    file["layers/dense/vars"].create_dataset("0", shape=(1 << 26,), chunks=(1 << 10,), compression="gzip", dtype="float32")[0] = 1


def unwritten(file):
    del file["layers/dense/vars/0"]
    file["layers/dense/vars"].create_dataset("0", shape=(2, 3), chunks=(2, 1), dtype="float32")


def whole_numbers(file):
    del file["layers/dense/vars/0"]
    file["layers/dense/vars"].create_dataset("0", data=np.ones((2, 3), "int32"))


def elsewhere(file):
    del file["layers/dense/vars/0"]
    file["layers/dense/vars/0"] = h5py.ExternalLink("/etc/passwd", "/x")


def soft(file):
    file["layers/other"] = h5py.SoftLink("/layers/other")


def deep(file):
    file.create_group("/".join(["a"] * 40))


def wide(file):
    del file["layers/dense/vars/0"]
    file["layers/dense/vars"].create_dataset("0", shape=(1 << 40,), dtype="float64")


def hostile(folder):
    path = folder / "w.weights.h5"
    for change, says in ((cycle, "it is damaged"), (packed, "h has 2 weights here, and 1 array in the file"),
                         (packed, "is compressed in a way of its own: such arrays are not read"),
                         (bomb, "it says that it holds more than it can"), (unwritten, "it is damaged"),
                         (whole_numbers, "layers/dense/vars/0 holds other than floats: such arrays are not read"),
                         (elsewhere, "h has 2 weights here, and 1 array"), (deep, "it says that it holds more than it can"),
                         (wide, "h has 2 weights here, and 1 array")):
        write_one(path, change)
        refused(folder, ONE, says)
    write_one(path, soft)
    run(folder, ONE)
    # Those that an optimizer and a dropout layer left are not counted.
    write_one(path)
    told = run(folder, ONE).stdout
    assert "load weights: 2 arrays of Keras" in told, told
    write_one(path)
    whole = path.read_bytes()
    r = random.Random(5)
    for size in [0, 1, 8, 100, len(whole) // 2, len(whole) - 1]:
        path.write_bytes(whole[:size])
        refused(folder, ONE, "w.weights.h5")
    # Bytes that are others: it is read or it is refused. Many in one session, each told.
    names = []
    for i in range(120):
        data = bytearray(whole)
        for _ in range(r.choice((1, 1, 2, 8))):
            data[r.randrange(min(len(data), 4096 if i % 2 else len(data)))] = r.randrange(256)
        (folder / f"x{i}.h5").write_bytes(data)
        names.append(f'load weights "x{i}.h5"\n')
    session = "input 2\ndense 3 as h\n" + "".join(names) + 'load weights "whole.h5"\nprint h.bias\n'
    (folder / "whole.h5").write_bytes(whole)
    done = subprocess.run([NNR], input=session, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode in (0, 1), done
    # A script from the standard input ends at its first error, so each is tried by itself as well.
    for line in names[:40]:
        done = subprocess.run([NNR, "-c", "input 2\ndense 3 as h\n" + line], cwd=folder, capture_output=True, text=True,
                              timeout=600, check=False)
        assert done.returncode in (0, 1), done
    (folder / "w.weights.h5").write_text("no HDF5 at all")
    refused(folder, ONE, "it is no file of HDF5, or was cut off")


def without_module(folder):
    """A program that has no module beside it says what to install."""
    write_one(folder / "w.weights.h5")
    (folder / "bin").mkdir()
    alone = shutil.copy(NNR, folder / "bin/nnr")
    done = subprocess.run([alone, "-c", ONE], cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0 or "libhdf5" in done.stderr, done
    assert done.returncode in (0, 1), done


with tempfile.TemporaryDirectory() as place:
    for test in (of_keras_3, of_keras_files, of_tf_keras_2_12, of_packed_arrays, of_keras_2, wrong, hostile, without_module):
        test(pathlib.Path(place))
