#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 while files are saved again and again: each is an old or a new one and never half of
one, and the next save sweeps what was left.

    kills.py NNR
"""

import json
import pathlib
import random
import signal
import struct
import subprocess
import sys
import time

from trial import environment, finish, folder, run, stale, trials

NNR = pathlib.Path(sys.argv[1]).resolve()
SCRIPT = """data random 64 shape=100 target=1
input 100
dense 300 tanh as h
dense 1
loss mse
optimizer sgd lr=0.01
step 1
save weights "w.safetensors"
save session "s.nnr"
say "now again and again"
repeat 2000 { step 1; save weights "w.safetensors" }
"""
SESSIONS = SCRIPT.split("repeat")[0] + "\n".join(
    f'let k = {i}\nsave session "s.nnr"' for i in range(3000)) + "\n"


def weights_are_whole(path):
    content = path.read_bytes()
    size = struct.unpack("<Q", content[:8])[0]
    head = json.loads(content[8:8 + size])
    end = max(t["data_offsets"][1] for name, t in head.items() if name != "__metadata__")
    return len(content) == 8 + size + end


def trial(number):
    draw = random.Random(number)
    script = draw.choice([SCRIPT, SESSIONS])
    with folder() as where:
        pathlib.Path(where, "t.nnr").write_text(script)
        child = subprocess.Popen([NNR, "--plot", "none", "--quiet", "t.nnr"], cwd=where,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                 env=environment(where))
        while not pathlib.Path(where, "s.nnr").exists() and child.poll() is None:
            time.sleep(0.002)
        time.sleep(draw.uniform(0, 0.3))
        child.send_signal(signal.SIGKILL)
        child.wait()
        if not weights_are_whole(pathlib.Path(where, "w.safetensors")):
            return "half of the weights"
        status, _, err = run([NNR, "--plot", "none", "--quiet", "s.nnr"], where)
        if status != 0:
            return f"the session does not run: {err[-200:]}"
        left = len(stale(where))
        pathlib.Path(where, "t.nnr").write_text(SCRIPT.split("say")[0])
        status, _, err = run([NNR, "--plot", "none", "--quiet", "t.nnr"], where)
        if status != 0:
            return f"the next save fails: {err[-200:]}"
        if stale(where):
            return f"{left} temporary files were left, and still are after the next save"
    return None


def main():
    wrong, tried = [], trials(12)
    for number in range(tried):
        why = trial(number)
        if why:
            wrong.append(f"kill {number}: {why}")
    finish("kills", tried, wrong)


main()
