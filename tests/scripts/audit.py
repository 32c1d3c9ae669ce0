# SPDX-License-Identifier: GPL-3.0-or-later
"""nnr --audit: models of Keras as each release writes them, one situation each, and what becomes of
the penalty in them. Where it says `run`, the release itself was run (tests/reference/emulate.txt has
what it said, which test_audit holds against the same words); the rest is the table of
docs/which-penalties.md. With NNR_KERAS_FILES the files of that folder are audited as well.

Usage: audit.py NNR
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
import zipfile

NNR = os.path.abspath(sys.argv[1])


class Graph:
    """A functional model as a release writes it."""

    def __init__(self, version, name="m"):
        self.version, self.name = version, name
        self.major = int(version[0])
        self.layers, self.outputs, self.heard = [], [], {}

    def regularizer(self, l1=0.0, l2=0.0, activity=False):
        if self.major == 1:
            kind = "ActivityRegularizer" if activity else "WeightRegularizer"
            return {"name": kind, "l1": l1, "l2": l2}
        if self.major == 2:
            return {"class_name": "L1L2", "config": {"l1": l1, "l2": l2}}
        kind, config = (("L1", {"l1": l1}) if not l2 else ("L2", {"l2": l2}) if not l1 else
                        ("L1L2", {"l1": l1, "l2": l2}))
        return self.classed("keras.regularizers", kind, config)

    def classed(self, module, kind, config):
        if self.major < 3:
            return {"class_name": kind, "config": config}
        return {"module": module, "class_name": kind, "config": config, "registered_name": None}

    def config(self, name, kind, slots):
        """Slots by the names of Keras 2: kernel=regularizer."""
        old = {"kernel": "W", "bias": "b", "recurrent": "U"}
        out = {"name": name, "trainable": slots.pop("trainable", True)}
        for key, value in slots.items():
            if isinstance(value, dict) and not key.startswith("_") or value is None:
                first = old.get(key, key) if self.major == 1 else key
                out[first + "_regularizer"] = value
            else:
                out[key.lstrip("_")] = value
        if kind == "Dense":
            out["output_dim" if self.major == 1 else "units"] = 2
        return out

    def node(self, on):
        """What a call is on: names of layers, or (name, call) of one that is called again."""
        refs = []
        for one in on:
            name, call = one if isinstance(one, tuple) else (one, 0)
            # What a model puts out where it is made is its node 0.
            refs.append((name, call + self.heard.get(name, 0), 0))
        if self.major == 1:
            return [list(r) for r in refs]
        if self.major == 2:
            return [[*r, {}] for r in refs]
        tensors = [{"class_name": "__keras_tensor__",
                    "config": {"shape": [None, 2], "dtype": "float32", "keras_history": list(r)}}
                   for r in refs]
        return {"args": tensors if len(tensors) == 1 else [tensors], "kwargs": {}}

    def put(self, name, kind, config, *calls):
        if kind == "InputLayer":
            key = "batch_shape" if self.major == 3 else "batch_input_shape"
            config = {"name": name, key: [None] + config, "dtype": "float32"}
        self.layers.append({**self.classed("keras.layers", kind, config), "name": name,
                            "inbound_nodes": [self.node(c) for c in calls]})
        return name

    def input(self, name="a", shape=(2,)):
        return self.put(name, "InputLayer", list(shape))

    def add(self, name, kind, *calls, **slots):
        return self.put(name, kind, self.config(name, kind, slots), *calls)

    def wrap(self, name, wrapper, inner, kind, *calls, **slots):
        """A layer in TimeDistributed or Bidirectional."""
        layer = self.classed("keras.layers", kind, self.config(inner, kind, slots))
        return self.put(name, wrapper, {"name": name, "trainable": True, "layer": layer}, *calls)

    def model(self, inner, *calls):
        """Another model as a layer."""
        self.heard[inner.name] = 1 if self.major < 3 else 0
        return self.put(inner.name, "Model" if self.major < 3 else "Functional",
                        inner.config_of(), *calls)

    def config_of(self):
        inputs = [[l["name"], 0, 0] for l in self.layers if l["class_name"] == "InputLayer"]
        last = self.layers[-1]["name"]
        calls = max(1, len(self.layers[-1]["inbound_nodes"]))
        return {"name": self.name, "layers": self.layers, "input_layers": inputs,
                "output_layers": [[last, calls - 1 + self.heard.get(last, 0), 0]]}

    def whole(self):
        top = {**self.classed("keras", "Model" if self.major < 3 else "Functional",
                              self.config_of())}
        if self.major < 3:
            top["keras_version"] = self.version
            if self.version >= "2.4":
                top["class_name"] = "Functional"
        return top

    def write(self, folder):
        """A .json, or of Keras 3 a .keras, which has the release in it."""
        path = os.path.join(folder, "m.json" if self.major < 3 else "m.keras")
        if self.major < 3:
            with open(path, "w") as f:
                json.dump(self.whole(), f)
            return path
        with zipfile.ZipFile(path, "w") as z:
            z.writestr("metadata.json", json.dumps({"keras_version": self.version,
                                                    "date_saved": "2025-01-01@00:00:00"}))
            z.writestr("config.json", json.dumps(self.whole()))
        return path


def l1(g, x=1.0, **more):
    return g.regularizer(l1=x, **more)


# Each makes a model around one penalty.
def kernel(g):
    g.add("d", "Dense", [g.input()], kernel=l1(g))


def activity(g):
    g.add("d", "Dense", [g.input()], activity=l1(g, activity=True))


def shared_layer(g):
    g.add("d", "Dense", [g.input("a")], [g.input("b")], activity=l1(g, activity=True))
    g.add("c", "Concatenate", ["d", ("d", 1)])


def shared_model(g):
    inner = Graph(g.version, "t")
    inner.add("d", "Dense", [inner.input("x")], kernel=l1(g))
    g.model(inner, [g.input("a")], [g.input("b")])
    g.add("c", "Concatenate", ["t", ("t", 1)])


def model_activity(g):
    inner = Graph(g.version, "t")
    inner.add("d", "Dense", [inner.input("x")], activity=l1(g, activity=True))
    g.model(inner, [g.input("a")])


def timedistributed(g):
    g.wrap("td", "TimeDistributed", "d", "Dense", [g.input("a", (3, 2))],
           activity=l1(g, activity=True))


def timedistributed_model(g):
    inner = Graph(g.version, "t")
    inner.add("d", "Dense", [inner.input("x")], activity=l1(g, activity=True))
    layer = g.classed("keras.models", "Model" if g.major < 3 else "Functional", inner.config_of())
    g.put("td", "TimeDistributed", {"name": "td", "layer": layer}, [g.input("a", (3, 2))])


def frozen(g):
    g.add("d", "Dense", [g.input()], kernel=l1(g), trainable=False)


def frozen_activity(g):
    g.add("d", "Dense", [g.input()], activity=l1(g, activity=True), trainable=False)


def simple_rnn(g):
    g.add("r", "SimpleRNN", [g.input("a", (3, 2))], activity=l1(g, activity=True))


def lstm(g):
    g.add("r", "LSTM", [g.input("a", (3, 2))], activity=l1(g, activity=True))


def masked(g):
    g.add("e", "Embedding", [g.input("a", (3,))], mask_zero=True)
    g.add("d", "Dense", ["e"], activity=l1(g, activity=True))


def backward(g):
    g.wrap("bi", "Bidirectional", "r", "LSTM", [g.input("a", (3, 2))], kernel=l1(g))


def regularization(g):
    g.put("r", "ActivityRegularization", {"name": "r", "trainable": True, "l1": 1.0, "l2": 0.0},
          [g.input()])


def cell(g):
    inner = {"class_name": "LSTMCell", "config": {"name": "c", "units": 2,
                                                  "recurrent_regularizer": l1(g)}}
    g.add("r", "RNN", [g.input("a", (3, 2))], _cell=inner)


def nested(g, inside, depth=2, times=1):
    """A model in a model, `inside` called so often there, and the outermost `times` on inputs of
    their own. Their outputs are added to what they are called on."""
    inner = Graph(g.version, "i")
    inner.add("d", "Dense", [inner.input("x")], kernel=l1(g))
    for level in range(depth - 1):
        outer = Graph(g.version, "o%d" % level)
        outer.input("x")
        if inside == 1:
            outer.model(inner, ["x"])
            outer.add("add", "Add", [inner.name, "x"])
        else:
            outer.model(inner, ["x"], [(inner.name, 0)])
            outer.add("add", "Add", [inner.name, (inner.name, 1)])
        inner, inside = outer, 1
    names = [g.input("abc"[i]) for i in range(times)]
    g.model(inner, *[[n] for n in names])
    g.add("all", "Concatenate", [(inner.name, i) for i in range(times)])


DECLARED, SUM, DROPPED = "as declared", "summed over the batch", "dropped"
TABLE = [
    (kernel, {v: DECLARED for v in ("1.0.5", "1.0.8", "1.1.2", "1.2.2", "2.0.8", "2.1.5", "2.2.4",
                                    "2.8.0", "3.3.3", "3.15.1")}),
    (activity, {"1.0.6": DECLARED, "1.0.8": SUM, "1.1.1": SUM, "1.2.2": SUM, "2.0.8": SUM,
                "2.2.4": SUM, "2.15.0": DECLARED, "3.3.3": SUM, "3.13.2": SUM, "3.14.0": DECLARED,
                "3.15.1": DECLARED}),                                      # 1.0.6, 3.15.1: run
    (shared_layer, {"1.0.6": DECLARED, "2.2.4": SUM, "3.15.1": DECLARED}),           # 1.0.6: run
    (shared_model, {"1.0.8": DECLARED, "1.1.1": DECLARED, "1.2.2": "counted 2 times",
                    "2.0.8": "counted 2 times", "2.1.5": DECLARED, "2.2.4": DECLARED,
                    "2.15.0": DECLARED, "3.15.1": DECLARED}),                        # 2.0.8: run
    (model_activity, {"1.0.6": "an error", "1.0.8": "an error", "1.1.1": "not known",
                      "2.0.8": SUM + ", on the input", "2.1.5": SUM, "2.2.4": SUM,
                      "2.15.0": DECLARED, "3.3.3": SUM, "3.15.1": DECLARED}),
    (timedistributed, {"1.0.6": DROPPED, "1.0.8": DROPPED, "1.1.1": DROPPED, "1.2.2": SUM,
                       "2.0.8": SUM, "2.2.4": SUM, "2.15.0": "divided by samples times steps",
                       "3.3.3": DROPPED, "3.13.2": DROPPED, "3.15.1": DROPPED}),
    (timedistributed_model, {"2.0.8": DROPPED, "2.2.4": DROPPED, "3.3.3": SUM,
                             "3.15.1": DECLARED}),                                   # all run
    (frozen, {"1.0.8": DECLARED, "2.0.8": DECLARED, "2.2.4": DECLARED, "2.15.0": DECLARED,
              "3.3.3": "left out as frozen", "3.15.1": "left out as frozen"}),
    (frozen_activity, {"1.0.6": DECLARED, "2.2.4": SUM, "3.15.1": DECLARED}),        # 1.0.6: run
    (simple_rnn, {"1.0.8": DROPPED, "2.0.8": SUM, "2.2.4": SUM, "2.15.0": DECLARED,
                  "3.15.1": DROPPED}),
    (lstm, {"1.0.8": DROPPED, "2.2.4": SUM, "2.15.0": DECLARED, "3.15.1": DECLARED}),
    (masked, {"2.2.4": SUM + ", masked steps count too", "2.15.0": "masked steps count too",
              "3.15.1": "masked steps count too"}),
    (regularization, {"2.2.4": SUM, "2.15.0": DECLARED, "3.15.1": DECLARED}),
    (cell, {"2.2.4": DECLARED, "2.15.0": DECLARED, "3.15.1": DECLARED}),
]
# How often Keras 2.0.8 counts the kernel when it is run.
COUNTED = [((1, 2, 1), 2), ((1, 2, 2), 5), ((1, 2, 3), 9), ((2, 2, 2), 18), ((1, 3, 1), 5),
           ((1, 3, 2), 14)]


class Audit(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory()
        self.folder = self.place.name

    def tearDown(self):
        self.place.cleanup()

    def run_nnr(self, *words):
        return subprocess.run([NNR, "--audit", *words], capture_output=True, timeout=600)

    def json(self, path, *words):
        run = self.run_nnr(path, "--json", *words)
        self.assertEqual(run.stderr, b"")
        self.assertEqual(run.stdout.count(b"\n"), 1)
        return json.loads(run.stdout), run.returncode

    def rows(self, make, version, *words):
        g = Graph(version)
        make(g)
        told, status = self.json(g.write(self.folder), *words)
        return told["penalties"], status, told

    def file(self, text, name="m.json"):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        return path

    def test_each_situation(self):
        for make, cases in TABLE:
            for version, does in cases.items():
                with self.subTest(situation=make.__name__, version=version):
                    rows, status, _ = self.rows(make, version)
                    self.assertEqual([r["written"]["does"] for r in rows], [does])
                    known = does != "not known"
                    self.assertEqual(status, 3 if known and does != DECLARED else 0)
                    self.assertEqual(rows[0]["written"].get("applied"),
                                     does == DECLARED if known else None)
                    self.assertEqual(bool(rows[0]["written"]["why"]), does != DECLARED)

    def test_models_in_models(self):
        for (inside, depth, times), count in COUNTED:
            with self.subTest(inside=inside, depth=depth, times=times):
                rows, status, _ = self.rows(lambda g: nested(g, inside, depth, times), "2.0.8")
                self.assertEqual(rows[0]["written"]["does"], "counted %d times" % count)
                self.assertEqual(status, 3)
                rows, status, _ = self.rows(lambda g: nested(g, inside, depth, times), "2.2.4")
                self.assertEqual((rows[0]["written"]["does"], status), (DECLARED, 0))

    def test_the_backward_half(self):
        for version, does in (("2.0.8", DROPPED), ("2.1.6", DROPPED), ("2.2.4", DECLARED),
                              ("3.15.1", DECLARED)):
            rows, _, _ = self.rows(backward, version)
            self.assertEqual([(r["layer"], r["written"]["does"]) for r in rows],
                             [("bi.r", DECLARED), ("bi.backward_r", does)])

    def test_as(self):
        """The status is that of the system that is named."""
        rows, status, told = self.rows(activity, "2.2.4", "--as", "keras-3")
        self.assertEqual((rows[0]["written"]["does"], rows[0]["as"]["does"], status),
                         (SUM, DECLARED, 0))
        self.assertEqual((told["verb"], told["written_by"], told["as"]),
                         ("audit", "Keras 2.2.4", "keras-3"))
        rows, status, _ = self.rows(timedistributed, "2.15.0", "--as", "keras-3")
        self.assertEqual((rows[0]["as"]["does"], status), (DROPPED, 3))
        rows, status, _ = self.rows(timedistributed, "2.2.4", "--as", "tfjs")     # run: tfjs 4.22
        self.assertEqual((rows[0]["as"]["does"], status), (DROPPED, 3))
        rows, status, _ = self.rows(timedistributed_model, "2.2.4", "--as", "tfjs")
        self.assertEqual(status, 3)

    def test_places_and_strengths(self):
        """Strengths were floats; keys are those of the file."""
        g = Graph("1.0.8")
        g.add("d", "Dense", [g.input()], kernel=g.regularizer(0.0010000000474974513,
                                                             0.009999999776482582))
        told, _ = self.json(g.write(self.folder))
        row = told["penalties"][0]
        self.assertEqual((row["penalty"], row["kind"], row["place"]),
                         ("l1l2(0.001, 0.01)", "l1l2", "config.layers[1].config.W_regularizer"))
        self.assertNotIn("strength", row)
        g = Graph("2.15.0")
        g.add("d", "Dense", [g.input()], kernel=g.regularizer(l2=0.009999999776482582))
        row = self.json(g.write(self.folder))[0]["penalties"][0]
        self.assertEqual((row["strength"], row["place"]),
                         (0.01, "config.layers[1].config.kernel_regularizer"))

    def test_what_is_no_penalty(self):
        g = Graph("2.2.4")
        for i in range(8):
            g.add("d%d" % i, "Dense", [g.input("a%d" % i)], kernel=g.regularizer())
        told, status = self.json(g.write(self.folder))
        self.assertEqual((told["declared"], status), (0, 0))
        self.assertEqual(told["notes"], ["of strength 0, so no penalty: d0.kernel, d1.kernel, "
                                         "d2.kernel, d3.kernel, d4.kernel and 3 more"])

    def test_what_is_not_keras(self):
        """A regularizer of somebody's own is named, and judged by where it stands; what a layer of
        somebody's own does with its slots nobody knows."""
        g = Graph("3.15.1")
        own = {"module": "p", "class_name": "QBits", "config": {}, "registered_name": "p>QBits"}
        g.wrap("td", "TimeDistributed", "d", "Dense", [g.input("a", (3, 2))], kernel=own,
               activity=own)
        g.layers.append({"module": "p", "class_name": "QDense", "registered_name": "p>QDense",
                         "config": {"name": "q", "kernel_regularizer": l1(g)}, "name": "q",
                         "inbound_nodes": [g.node(["td"])]})
        g.add("n", "Dense", ["q"], kernel=g.classed("keras.regularizers", "OrthogonalRegularizer",
                                                    {"factor": 0.1, "mode": "rows"}))
        told, status = self.json(g.write(self.folder))
        self.assertEqual([(r["layer"], r["slot"], r["kind"], r["written"]["does"])
                          for r in told["penalties"]],
                         [("td.d", "kernel", "p>QBits", DECLARED),
                          ("td.d", "activity", "p>QBits", DROPPED),
                          ("q", "kernel", "l1", "not judged"),
                          ("n", "kernel", "OrthogonalRegularizer", DECLARED)])
        self.assertIn("QDense", told["penalties"][2]["written"]["why"])
        self.assertNotIn("applied", told["penalties"][2]["written"])
        self.assertEqual((told["applied"], told["bent"], told["unknown"], status), (2, 1, 1, 3))

    def test_a_strength_that_is_no_number_is_not_judged(self):
        g = Graph("3.4.1")
        for name, strength in (("a", "NaN"), ("b", [0.1]), ("c", True)):
            g.add(name, "Dense", [g.input("in_" + name)],
                  kernel=g.classed("keras.regularizers", "L2", {"l2": strength}))
        told, status = self.json(g.write(self.folder))
        self.assertEqual([r["written"]["does"] for r in told["penalties"]], ["not judged"] * 3)
        self.assertIn("no number from 0 up", told["penalties"][0]["written"]["why"])
        self.assertEqual((told["applied"], told["unknown"], status), (0, 3, 0))

    def test_releases_that_are_not_said(self):
        g = Graph("2.15.0")
        activity(g)
        whole = g.whole()
        del whole["keras_version"]
        for layer in whole["config"]["layers"]:
            layer["config"]["ragged"] = False
        told, status = self.json(self.file(json.dumps(whole)))
        self.assertEqual((told["written_by"], status), ("tf.keras 2, release unknown", 0))
        g = Graph("3.15.1")
        activity(g)
        told, status = self.json(self.file(json.dumps(g.whole())))
        self.assertEqual(told["written_by"], "Keras 3, release unknown")
        self.assertEqual((told["penalties"][0]["written"]["does"], status), ("not known", 0))
        self.assertIn("which one wrote it", told["penalties"][0]["written"]["why"])
        g = Graph("1.0.1")
        activity(g)
        self.assertEqual(self.json(g.write(self.folder))[0]["penalties"][0]["written"]["does"],
                         "not known")

    def test_releases_that_there_are_not(self):
        """Nothing is said of them, and which are known is."""
        for version in ("1.7.0", "2.99", "9.9", "2.16.0"):
            g = Graph(version)
            activity(g)
            told, status = self.json(g.write(self.folder))
            self.assertEqual(status, 0)
            row = told["penalties"][0]
            self.assertEqual((row["written"]["does"], row["calls"]), ("not known", 1), version)
            self.assertIn(f"{version} is no release that is known here; known are Keras 1.0.3 to",
                          told["notes"][0])
            # Judged by another system it is as any other file.
            told, _ = self.json(g.write(self.folder), "--as", "keras-2.2")
            self.assertEqual(told["penalties"][0]["as"]["does"], "summed over the batch")

    def test_simple_rnn_in_keras_3(self):
        g = Graph("3.15.1")
        g.add("r", "SimpleRNN", [g.input("a", (3, 2))], activity=None)
        self.assertIn("SimpleRNN", self.json(g.write(self.folder))[0]["notes"][0])

    def test_fixed_batches(self):
        g = Graph("2.0.8")
        timedistributed(g)
        self.assertEqual(self.json(g.write(self.folder))[0]["notes"], [])
        g.layers[0]["config"]["batch_input_shape"][0] = 4
        self.assertIn("twice (run: 2.0.8)", self.json(g.write(self.folder))[0]["notes"][0])
        g.version = "2.2.4"
        self.assertEqual(self.json(g.write(self.folder))[0]["notes"], [])

    def test_nothing_is_passed_over(self):
        """A penalty on a wrapper itself; on what holds layers of its own; in a cell of cells."""
        g = Graph("2.15.0")
        g.wrap("td", "TimeDistributed", "d", "Dense", [g.input("a", (3, 2))])
        g.layers[-1]["config"]["activity_regularizer"] = l1(g)
        g.add("heads", "MultiHeadAttention", ["td"], kernel=l1(g))
        cells = [{"class_name": "LSTMCell", "config": {"name": "c", "kernel_regularizer": l1(g)}}]
        g.add("r", "RNN", ["heads"], _cell={"class_name": "StackedRNNCells",
                                            "config": {"cells": cells}})
        told, status = self.json(g.write(self.folder))
        self.assertEqual([(r["layer"], r["slot"], r["written"]["does"], r["place"])
                          for r in told["penalties"]],
                         [("td.d", "activity", "not judged",
                           "config.layers[1].config.activity_regularizer"),
                          ("heads", "kernel", "not judged",
                           "config.layers[2].config.kernel_regularizer"),
                          ("r", "cell.cells[0].kernel", DECLARED,
                           "config.layers[3].config.cell.cells[0].kernel_regularizer")])
        self.assertEqual((told["unknown"], status), (2, 0))

    def test_the_table(self):
        g = Graph("2.2.4")
        timedistributed(g)
        run = self.run_nnr(g.write(self.folder), "--as", "keras-3")
        self.assertEqual(run.returncode, 3)
        lines = run.stdout.decode().split("\n")
        self.assertEqual(lines[0], "the regularizers of %s/m.json, written by Keras 2.2.4" %
                         self.folder)
        self.assertEqual(lines[1:3], [
            "layer  slot      penalty  calls  right is                 Keras 2.2.4            keras-3",
            "td.d   activity  l1(1)        1  the output, sum / batch  summed over the batch  dropped"])
        self.assertEqual(lines[-2], "keras-3: 0 of 1 applied as declared, 1 not")

    def test_large_models(self):
        g = Graph("2.0.8")
        g.input("a")
        for i in range(5000):
            g.add("d%d" % i, "Dense", ["a" if i == 0 else "d%d" % (i - 1)], kernel=l1(g),
                  activity=l1(g))
        told, status = self.json(g.write(self.folder), "--as", "keras-1.0")
        self.assertEqual((len(told["penalties"]), status), (10000, 3))

    def test_what_cannot_be_read(self):
        g = Graph("2.0.8")
        kernel(g)
        good = json.dumps(g.whole())
        calls = Graph("2.0.8")
        nested_many(calls)
        for text in (b"", b"{", good[:200].encode(), b"[" * 5000, b"PK\3\4" + b"x" * 100,
                     b"\0" * 64, b'{"class_name": "Model"}', b"null", b'"model"',
                     good.replace('["a", 0, 0, {}]', '["b", 0, 0, {}]').encode(),
                     json.dumps(calls.whole()).encode()):
            run = self.run_nnr(self.file(text), "--json")
            self.assertEqual(run.returncode, 1, text[:80])
            self.assertIn("error", json.loads(run.stdout))
            self.assertEqual(run.stderr.count(b"nnr: "), 1, run.stderr)
        run = self.run_nnr(os.path.join(self.folder, "none.json"))
        self.assertEqual((run.returncode, run.stdout), (1, b""))

    def test_hostile_names(self):
        """Nothing of a file commands the terminal."""
        g = Graph("2.2.4")
        g.add("d\x1b]0;x\x07\n\u202e", "Dense", [g.input()], kernel=l1(g),
              activity={"class_name": "\x1b[2J", "config": {"l1": float(1)}})
        run = self.run_nnr(g.write(self.folder))
        self.assertEqual(run.returncode, 3)
        self.assertFalse(any(c in run.stdout for c in b"\x1b\x07"))

    def test_the_command_line(self):
        path = self.file("{}")
        for words in ([path, "--as", "keras-9"], [path, "x.nnr"], [path, "-c", "print 1"],
                      [path, "--as", "all"], [""], [path, "--seed", "3"], [path, "--quiet"],
                      [path, "--part", "1/2"], [path, "--manual"]):
            run = self.run_nnr(*words)
            self.assertEqual((run.returncode, run.stdout), (2, b""), words)
        run = subprocess.run([NNR, "--as", "keras-3"], capture_output=True)
        self.assertEqual(run.returncode, 2)

    def test_the_page(self):
        """The table of docs/which-penalties.md, row by row."""
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs",
                               "which-penalties.md")) as f:
            lines = [l for l in f if l.startswith("| ")]
        rows = [[cell.strip() for cell in l.strip("|\n ").split(" | ")] for l in lines]
        begin = next(i for i, r in enumerate(rows) if r[0] == "what the code says")
        makers = (kernel, activity, shared_layer, shared_model, model_activity, timedistributed,
                  timedistributed_model, backward, simple_rnn, lstm, frozen, masked)
        for make, row in zip(makers, rows[begin + 2:]):
            does = [self.rows(make, v)[0][-1]["written"]["does"]
                    for v in ("1.0.8", "1.2.2", "2.0.8", "2.2.4", "2.15.0", "3.3.3", "3.15.1")]
            self.assertEqual(row[1:], does, row[0])

    @unittest.skipUnless(os.environ.get("NNR_KERAS_FILES"), "NNR_KERAS_FILES names no folder")
    def test_real_files(self):
        folder = os.environ["NNR_KERAS_FILES"]
        for name in sorted(os.listdir(folder)):
            if name.endswith(".json"):
                told, status = self.json(os.path.join(folder, name), "--as", "keras-3")
                self.assertIn(status, (0, 3), name)
                with open(os.path.join(folder, name)) as f:
                    count = regularizers(json.load(f))
                zero = sum("strength 0" in n for n in told["notes"])
                self.assertTrue(told["declared"] == count or zero, (name, count))


def nested_many(g):
    """Thirty models, each of which calls the one in it twice: more calls than there is room for."""
    inner = Graph(g.version, "i")
    inner.add("d", "Dense", [inner.input("x")], kernel=l1(g))
    for level in range(30):
        outer = Graph(g.version, "o%d" % level)
        outer.input("x")
        outer.model(inner, ["x"], [(inner.name, 0)])
        inner = outer
    g.model(inner, [g.input("a")])


def regularizers(at):
    """How many there are in a file, those of strength 0 left out."""
    if isinstance(at, list):
        return sum(regularizers(x) for x in at)
    if not isinstance(at, dict):
        return 0
    count = 0
    for key, value in at.items():
        if key.endswith("_regularizer") and value:
            numbers = {**value, **value.get("config", {})}
            count += bool(numbers.get("l1") or numbers.get("l2"))
        else:
            count += regularizers(value)
    return count


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
