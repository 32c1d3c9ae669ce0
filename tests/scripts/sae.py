#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""import sae: files as SAELens writes them, and what its formulas give, number by number.

    sae.py NNR
"""
import json
import math
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

NNR = str(pathlib.Path(sys.argv[1]).resolve())
ROOM = 1e-12 if NNR.endswith("64") else 2e-6
D, UNITS = 5, 9


def write(folder, tensors, cfg):
    """sae_weights.safetensors in F64, and cfg.json beside it."""
    head, data = {}, b""
    for name, rows in sorted(tensors.items()):
        flat = [x for row in rows for x in row] if isinstance(rows[0], list) else rows
        shape = [len(rows), len(rows[0])] if isinstance(rows[0], list) else [len(rows)]
        more = struct.pack(f"<{len(flat)}d", *flat)
        head[name] = {"dtype": "F64", "shape": shape, "data_offsets": [len(data), len(data) + len(more)]}
        data += more
    text = json.dumps(head).encode()
    (folder / "sae_weights.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
    (folder / "cfg.json").write_text(cfg if isinstance(cfg, str) else json.dumps(cfg))


def draw(seed):
    r = random.Random(seed)
    vector = lambda n: [r.uniform(-1, 1) for _ in range(n)]
    return {"W_enc": [vector(UNITS) for _ in range(D)], "b_enc": vector(UNITS),
            "W_dec": [vector(D) for _ in range(UNITS)], "b_dec": vector(D)}


def expected(t, x, kind, centered, k=None):
    """SAELens's encode and decode (sae_lens/saes), written out."""
    x = [a - b for a, b in zip(x, t["b_dec"])] if centered else x
    z = [sum(x[i] * t["W_enc"][i][j] for i in range(D)) + t["b_enc"][j] for j in range(UNITS)]
    code = [max(v, 0.0) for v in z]
    if kind == "jumprelu":
        limit = t.get("threshold") or [math.exp(v) for v in t["log_threshold"]]
        code = [c if v > theta else 0.0 for c, v, theta in zip(code, z, limit)]
    if kind == "topk":
        kept = sorted(range(UNITS), key=lambda j: -z[j])[:k]
        code = [c if j in kept else 0.0 for j, c in enumerate(code)]
    out = [sum(code[j] * t["W_dec"][j][i] for j in range(UNITS)) + t["b_dec"][i] for i in range(D)]
    return code, out


def run(folder, statements, json_too=True, code=0):
    (folder / "s.nnr").write_text(statements)
    done = subprocess.run([NNR, *(["--json"] if json_too else []), "s.nnr"], cwd=folder, capture_output=True, text=True,
                          timeout=600, check=False)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done


def rows():
    r = random.Random(99)
    return [[round(r.uniform(-2, 2), 3) for _ in range(D)] for _ in range(6)]


def data():
    return "data rows { " + "; ".join(" ".join(map(str, row)) + " -> 0" for row in rows()) + " }\n"


def near(values, theirs, what):
    flat = [v for row in values for v in row]
    assert len(flat) == len(theirs), (what, len(flat), len(theirs))
    for ours, right in zip(flat, theirs):
        assert abs(ours - right) <= ROOM * max(1, abs(right)), (what, ours, right)


def compare(folder, tensors, cfg, kind, centered, k=None):
    write(folder, tensors, cfg)
    done = run(folder, data() + 'import sae "sae_weights.safetensors" as f\nprint f.output f_decoder.output\n')
    printed = json.loads(done.stdout.splitlines()[-1])["print"]
    both = [expected(tensors, x, kind, centered, k) for x in rows()]
    near([printed[0]], [v for code, _ in both for v in code], (cfg, "code"))
    near([printed[1]], [v for _, out in both for v in out], (cfg, "output"))
    return sum(v > 0 for code, _ in both for v in code)


def base(**more):
    return {"d_in": D, "d_sae": UNITS, "dtype": "float32", "device": "cpu", "apply_b_dec_to_input": True,
            "normalize_activations": "none", "reshape_activations": "none", "metadata": {"hook_name": "h"}, **more}


def formulas(folder):
    active = 0
    for seed in range(3):
        t = draw(seed)
        for centered in (True, False):
            flag = {"apply_b_dec_to_input": centered}
            active += compare(folder, t, base(architecture="standard", **flag), "relu", centered)
            # A version before 6, whose keys are others.
            active += compare(folder, t, base(activation_fn_str="relu", finetuning_scaling_factor=False, **flag),
                              "relu", centered)
            active += compare(folder, t, base(architecture="topk", k=3, **flag), "topk", centered, 3)
            active += compare(folder, t, base(architecture="standard", activation_fn_str="topk",
                                              activation_fn_kwargs={"k": 8}, **flag), "topk", centered, 8)
            limits = [random.Random(j).uniform(-0.5, 1.5) for j in range(UNITS)]
            active += compare(folder, {**t, "threshold": limits}, base(architecture="jumprelu", **flag), "jumprelu",
                              centered)
            active += compare(folder, {**t, "log_threshold": [math.log(abs(v)) for v in limits]},
                              base(architecture="jumprelu", **flag), "jumprelu", centered)
    assert active > 300, active


def in_a_session(folder):
    write(folder, draw(1), base(architecture="topk", k=2))
    # Undo takes all of it at once; what is recorded are the statements, which do the same again.
    done = run(folder, data() + 'record "r.nnr"\nimport sae "sae_weights.safetensors" as f show=yes\n'
               "let a = mean(f_decoder.output)\nundo\nundo\nexpect 1 == 1\nsummary\nredo\nredo\n"
               "expect mean(f_decoder.output) == a\nclone other\nexpect mean(f_decoder.output) == a\n", json_too=False)
    assert "activation topk(2) as f\n" in done.stdout, done.stdout
    text = (folder / "r.nnr").read_text()
    assert "import" not in text and "dense 9 relu as f_encoder" in text and "for=sae on f_encoder, f_decoder" in text, text
    run(folder, 'source "r.nnr"\nexpect mean(f_decoder.output) == a\n', json_too=False)
    # On a tensor that is there; in a loop, where the record has the loop; in a file that is read.
    run(folder, data() + f'input 5\ndense {D} tanh as h\nimport sae "sae_weights.safetensors" as f\n'
        'for i in 1 2 { load weights "sae_weights.safetensors" for=sae on f_encoder f_decoder }\n'
        'record "l.nnr"\nfor i in 1 { import sae "sae_weights.safetensors" as g }\nlet a = mean(g_decoder.output)\n'
        'undo\nundo\nmodel two\ninput 5\nimport sae "sae_weights.safetensors" as f\n', json_too=False)
    assert "for i in 1 {" in (folder / "l.nnr").read_text(), (folder / "l.nnr").read_text()
    run(folder, 'source "l.nnr"\nexpect mean(f_decoder.kernel) < 1\n', json_too=False)
    subprocess.run([NNR, "--check", "s.nnr"], cwd=folder, check=True, capture_output=True, timeout=600)


def refused(folder, tensors, cfg, *words, statements=""):
    """One error with these words, and nothing is there afterwards."""
    write(folder, tensors, cfg)
    done = run(folder, data() + statements + 'import sae "sae_weights.safetensors" as f\n', json_too=False, code=1)
    for word in words:
        assert word in done.stderr, (word, done.stderr)
    return done.stderr


def wrong(folder):
    t = draw(1)
    refused(folder, t, base(architecture="gated"), "architecture gated: standard, jumprelu and topk are known here")
    refused(folder, t, base(architecture="topk"), "k: a whole number from 1 to d_sae is needed")
    refused(folder, t, base(architecture="topk", k=10), "k: a whole number")
    refused(folder, t, base(architecture="standard", normalize_activations="layer_norm", d_in=0,
                            finetuning_scaling_factor=True),
            "d_in: a whole number from 1 to 1000000 is needed; normalize_activations layer_norm: no layer",
            "finetuning_scaling_factor:", "3 things cannot be; nothing was imported")
    refused(folder, t, base(architecture="jumprelu"), "threshold is not there")
    refused(folder, {**t, "W_skip": t["W_enc"], "threshold": t["b_enc"]}, base(architecture="standard"),
            "W_skip has no use in such a model", "threshold has no use in such a model")
    refused(folder, {**t, "b_enc": t["b_dec"], "W_dec": t["W_enc"]}, base(architecture="standard"),
            "b_enc does not have 9 numbers; W_dec is not 9x5")
    refused(folder, t, base(architecture="standard", activation_fn_str="tanh-relu"), "activation_fn_str tanh-relu")
    refused(folder, t, base(apply_b_dec_to_input="yes"), "apply_b_dec_to_input: true or false is needed")
    refused(folder, t, base(architecture=["\u001b[31m"]), "architecture no text")
    refused(folder, t, "{", "cfg.json")
    refused(folder, t, "[1]", "d_in: a whole number")
    text = refused(folder, t, base(architecture="standard"), "f_decoder", statements=f"input {D}\ndense {D} as f_decoder\n")
    assert "<import" not in text, text
    (folder / "cfg.json").unlink()
    done = run(folder, 'import sae "sae_weights.safetensors"\n', json_too=False, code=1)
    assert "\"cfg.json\" cannot be read" in done.stderr, done.stderr
    write(folder, t, base(architecture="standard"))
    for line, says in (("load weights \"sae_weights.safetensors\" for=sae", "for=sae takes two layers"),
                       ("load weights \"sae_weights.safetensors\" on h f", "on is for sparse autoencoders"),
                       ("load weights \"sae_weights.safetensors\" for=sae on h g", "there is no layer g"),
                       ("load weights \"sae_weights.safetensors\" for=sae on h h", "h.kernel is 4x4 and W_enc"),
                       ("save weights \"w.safetensors\" for=sae", "no system \"sae\"")):
        done = run(folder, "input 4\ndense 4 as h\n" + line + "\n", json_too=False, code=1)
        assert says in done.stderr, (says, done.stderr)


with tempfile.TemporaryDirectory() as place:
    formulas(pathlib.Path(place))
    in_a_session(pathlib.Path(place))
    wrong(pathlib.Path(place))
