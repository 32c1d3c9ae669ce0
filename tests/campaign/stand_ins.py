#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever stands in for gnuplot, training goes on to the same weights, and it is told at most a
few times.

    stand_ins.py NNR FAKE_GNUPLOT
"""

import concurrent.futures
import os
import pathlib
import sys

from trial import finish, folder, run, stale

NNR, FAKE = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
SCRIPT = """data moons 60 batch=10 split=0.2
input 2
dense 6 tanh activity=l1(1e-3) as h
dense 1 sigmoid
loss binary_crossentropy
optimizer adam
watch loss activity
train 8
plot loss
plot weights
plot boundary
step 5
plot save "picture.png"
save weights "w.safetensors"
print 41+1
"""
SHELL = "#!/bin/sh\n"
# What gnuplot is: the words of FAKE_MODE, or the text of a program, and the most seconds it takes.
TABLE = [
    ("as it should be", "fine", 20),
    ("dies in a frame", "dies", 20),
    ("leaves after a frame", "leaves", 20),
    ("never answers", "deaf", 45),
    ("slow", "slow", 30),
    ("floods stderr", "floods", 30),
    ("complains", "complains", 20),
    ("warns", "warns", 20),
    ("draws nothing", "empty", 20),
    ("answers garbage", "garbles", 45),
    ("draws without end", "endless", 45),
    ("draws control bytes", "escapes", 20),
    ("missing", None, 20),
    ("empty file", "", 20),
    ("not a program", "\x7fELF\x02\x01\x01 and no more", 20),
    ("leaves at once", SHELL + "exit 0\n", 20),
    ("fails at once", SHELL + "echo no licence >&2\nexit 3\n", 20),
    ("kills itself", SHELL + "kill -9 $$\n", 20),
    ("closes its input", SHELL + "exec <&-\nsleep 3\n", 20),
    ("closes its output", SHELL + "exec >&- 2>&-\ncat >/dev/null\n", 45),
    ("echoes what it gets", SHELL + "exec cat\n", 45),
    ("echoes it as errors", SHELL + "exec cat >&2\n", 45),
    ("never reads", SHELL + "exec sleep 3\n", 45),
]
MODES = "fine dies leaves deaf slow floods complains warns empty garbles endless escapes".split()


def place(where, program):
    """A folder for PATH with that gnuplot."""
    path = pathlib.Path(where, "bin")
    path.mkdir()
    if program in MODES:
        os.symlink(FAKE, path / "gnuplot")
    elif program is not None:
        (path / "gnuplot").write_text(program, encoding="latin-1")
        (path / "gnuplot").chmod(0o755)
    # The stand-ins that are scripts need a few programs, and no other gnuplot may be found.
    for tool in ("cat", "sleep"):
        os.symlink("/bin/" + tool, path / tool)
    return str(path)


def trial(words, program, seconds):
    with folder() as where:
        pathlib.Path(where, "t.nnr").write_text(SCRIPT)
        status, out, err = run([NNR, *words, "t.nnr"], where, seconds, PATH=place(where, program),
                               FAKE_MODE=program if program in MODES else "")
        weights = pathlib.Path(where, "w.safetensors")
        return status, out, err, weights.read_bytes() if weights.exists() else b"", stale(where)


def check(plain, program, seconds):
    status, out, err, weights, left = trial(["--plot", "dumb"], program, seconds)
    if status is None:
        return f"does not end within {seconds} s"
    # A picture that cannot be saved is an error of that statement, and ends the script.
    if status == 1 and b"plot save" in err and b"picture" in err:
        weights = plain
    elif status != 0 or not out.endswith(b"42\n"):
        return f"status {status}: {err[-400:]}"
    if weights != plain:
        return "other weights"
    if left:
        return f"left {left}"
    told = [line for line in err.split(b"\n") if b"gnuplot" in line]
    if len(told) > 8:
        return f"told {len(told)} times"
    if any(c in out + err for c in b"\x00\x07\x1b"):
        return "control bytes reach the terminal"
    return None


def main():
    wrong = []
    status, _, err, plain, _ = trial(["--plot", "none"], None, 60)
    # plot save needs gnuplot for a png, so the script of reference ends before it.
    if not plain:
        with folder() as where:
            text = SCRIPT.replace('plot save "picture.png"\n', "")
            pathlib.Path(where, "t.nnr").write_text(text)
            status, _, err = run([NNR, "--plot", "none", "t.nnr"], where)
            plain = pathlib.Path(where, "w.safetensors").read_bytes()
    if status != 0 or not plain:
        wrong.append(f"without plots: {status} {err}")
    # Most of the time is spent waiting for those that do not answer.
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = pool.map(lambda row: check(plain, *row[1:]), TABLE)
    for (name, _, _), why in zip(TABLE, answers):
        if why:
            wrong.append(f"{name}: {why}")
    finish("stand-ins", len(TABLE), wrong)


main()
