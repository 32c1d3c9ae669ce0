#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Weights to PyTorch and back: what nnr saves for=torch, read here byte by byte, is a state that modules take, and with
it they put out what nnr does; the state of a module, written here, makes nnr put out what the module does.

    torch_weights.py NNR REFERENCE
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

NNR = str(pathlib.Path(sys.argv[1]).resolve())
sys.path.insert(0, sys.argv[2])
import torch  # noqa: E402

import state_cases  # noqa: E402

WIDE = NNR.endswith("64")
TYPES = {"F32": torch.float32, "F64": torch.float64}


def read(path):
    """The tensors of a safetensors file."""
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    head = json.loads(data[8:8 + size])
    head.pop("__metadata__", None)
    return {name: torch.frombuffer(bytearray(data[8 + size + t["data_offsets"][0]:8 + size + t["data_offsets"][1]]),
                                   dtype=TYPES[t["dtype"]]).reshape(t["shape"]).double()
            for name, t in head.items()}


def write(path, state):
    """A file as safetensors.torch.save_file makes it: tensors by the size of their types, then by name."""
    head, data = {"__metadata__": {"format": "pt"}}, b""
    for name, value in sorted(state.items(), key=lambda item: (item[1].dtype != torch.int64, item[0])):
        more = value.contiguous().numpy().tobytes()
        kind = {torch.int64: "I64", torch.float32: "F32", torch.float64: "F64"}[value.dtype]
        head[name] = {"dtype": kind, "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(more)]}
        data += more
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def run(folder, statements):
    """What nnr prints for the last statement."""
    (folder / "s.nnr").write_text(statements)
    done = subprocess.run([NNR, "--json", "s.nnr"], cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def printed(folder, case, batch, middle):
    name = case[1].split()[-1] if case[1].split()[-2] == "as" else "flatten_1"
    value = run(folder, state_cases.rows(batch) + case[1] + middle + f"print {name}.output\n")["print"]
    return torch.tensor(value, dtype=torch.float64).reshape(batch.shape[0], -1)


def near(case, way, ours, theirs):
    off = float((ours - theirs).abs().max() / theirs.abs().max().clamp(min=1))
    assert ours.shape == theirs.shape and off < (1e-12 if WIDE else 1e-6), (case[0], way, off)
    return off


def renamed(net, case, ours):
    """The saved state under the module's own names: those of Sequential, of layers that nn.LSTM stacks, and of wrappers
    are its own; else names are the same."""
    own = [k for k, v in net.state_dict().items() if v.is_floating_point()]
    if set(own) == set(ours):
        return ours
    assert case[0] in ("sequential", "eleven", "lstm", "steps", "sparse"), (case[0], own, list(ours))
    assert len(own) == len(ours)
    return dict(zip(own, ours.values()))


worst = 0.0
with tempfile.TemporaryDirectory() as place:
    folder = pathlib.Path(place)
    for number, case in enumerate(state_cases.CASES):
        for seed in range(3):
            net, batch = state_cases.make(case, 10 * number + seed)
            # Out: weights as nnr draws them.
            ours = printed(folder, case, batch, f"seed {seed + 1}\n" + 'save weights "w.safetensors" for=torch\n')
            state = renamed(net, case, read(folder / "w.safetensors"))
            left = net.load_state_dict(state, strict=False)
            assert not left.unexpected_keys, left
            assert all("num_batches" in k for k in left.missing_keys), left
            worst = max(worst, near(case, "out", ours, state_cases.outputs(case, net, batch)))
            # In, in both widths.
            net, batch = state_cases.make(case, 10 * number + seed)
            for width in (torch.float64, torch.float32):
                state = {k: v.to(width) if v.is_floating_point() else v for k, v in net.state_dict().items()}
                net.load_state_dict(state)
                write(folder / "s.safetensors", state)
                ours = printed(folder, case, batch, 'load weights "s.safetensors" for=torch\n'
                               'save weights "w.safetensors" for=torch\n')
                worst = max(worst, near(case, "in", ours, state_cases.outputs(case, net, batch)))
                back = state_cases.make(case, 1000)[0]
                back.load_state_dict(renamed(back, case, read(folder / "w.safetensors")), strict=False)
                worst = max(worst, near(case, "back", ours, state_cases.outputs(case, back, batch)))
print(f"{len(state_cases.CASES)} models, worst difference {worst:.2g}")
