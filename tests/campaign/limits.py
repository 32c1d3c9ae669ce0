#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""nnr under limits of the system: it does its work or says in a line why not, ends in time, and
leaves old files as they were.

    limits.py NNR
"""

import os
import pathlib
import resource
import sys

from trial import finish, folder, run, stale

NNR = pathlib.Path(sys.argv[1]).resolve()
WORK = """data random 300 shape=40 target=1 batch=100 split=0.2
input 40
dense 60 tanh kernel=l1(1e-3) as h
dense 1
loss mse
optimizer adam
train 2
penalties
plot loss
save session "s.nnr"
save weights "w.safetensors"
print 41+1
"""
DEEP = "print " + "(" * 900 + "1" + ")" * 900 + "\n"
MIB = 1 << 20
# Limit, its values, the script, more words of the command line.
TABLE = [
    ("AS", [16 * MIB, 32 * MIB, 48 * MIB, 64 * MIB, 96 * MIB, 128 * MIB, 256 * MIB], WORK, []),
    ("AS", [96 * MIB, 256 * MIB], WORK, ["--threads", "4"]),
    ("NOFILE", [3, 4, 5, 6, 7, 8, 10, 16], WORK, []),
    ("NOFILE", [4, 6, 8, 16], WORK, ["--plot", "dumb"]),
    ("NPROC", [0, 1, 2], WORK, ["--threads", "4"]),
    ("NPROC", [0, 1], WORK, ["--plot", "dumb"]),
    ("FSIZE", [0, 1, 100, 4096, 10000], WORK, []),
    ("STACK", [512 << 10, 1 << 20], DEEP + WORK, []),
    ("CPU", [60], WORK, []),
]


def limit(name, value):
    def prepare():
        os.umask(0)
        if name == "NPROC" and os.geteuid() == 0:
            # root has no limit; nor may nobody write into root's folder unless it is let.
            os.setgid(65534)
            os.setuid(65534)
        resource.setrlimit(getattr(resource, "RLIMIT_" + name), (value, value))
    return prepare


def check(name, value, script, words):
    """What is wrong, or None."""
    with folder() as where:
        os.chmod(where, 0o777)
        path = pathlib.Path(where, "t.nnr")
        path.write_text(script)
        old = {"s.nnr": b"say \"old\"\n", "w.safetensors": b"\0" * 100}
        for file, content in old.items():
            pathlib.Path(where, file).write_bytes(content)
            os.chmod(pathlib.Path(where, file), 0o666)
        status, out, err = run([NNR, *(words or ["--plot", "none"]), "t.nnr"], where,
                               prepare=limit(name, value))
        if status is None:
            return "does not end"
        if b"shared librar" in err or b"failed to map" in err:
            return None  # the loader's own words: nnr did not begin
        if name == "AS" and status == 127 or status == -9 and not out and not err:
            return None
        if status not in (0, 1):
            return f"status {status}: {err[-300:]}"
        if status == 1 and not err.strip():
            return "failed without a word"
        if status == 0 and b"42\n" not in out:
            return f"did not do its work: {out[-200:]} {err[-200:]}"
        if stale(where):
            return f"left {stale(where)}"
        for file, content in old.items():
            now = pathlib.Path(where, file).read_bytes()
            if now == content and status == 0:
                return f"{file} was not written, and nothing was said"
            if now != content and len(now) < 120:
                return f"{file} is neither the old nor a new one"
        return None


def main():
    wrong, tried = [], 0
    for name, values, script, words in TABLE:
        for value in values:
            tried += 1
            why = check(name, value, script, words)
            if why:
                wrong.append(f"{name} {value} {' '.join(words)}: {why}")
    finish("limits", tried, wrong)


main()
