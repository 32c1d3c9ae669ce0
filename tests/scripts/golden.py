#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs every script here with nnr and compares what it writes, and how it ends, with the .out file
beside it. A first line "# options: ..." gives options; a script with a line "# only: nnr64" is for
that program alone.

    golden.py NNR            compare
    golden.py --renew NNR    write the .out files anew: read them before they are committed
"""

import difflib
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
MARK = "# options:"
ONLY = "# only: "


def run(nnr, script):
    """What a run shows: both streams, and the exit status."""
    first = script.read_text().split("\n", 1)[0]
    options = first[len(MARK):].split() if first.startswith(MARK) else []
    done = subprocess.run([nnr, *options, script.name], cwd=HERE, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=600)
    return f"{done.stdout}--- stderr\n{done.stderr}--- exit status {done.returncode}\n"


def is_for(nnr, script):
    only = [line[len(ONLY):] for line in script.read_text().split("\n") if line.startswith(ONLY)]
    return not only or pathlib.Path(nnr).name in only


def main(words):
    renew = words[0] == "--renew"
    nnr = str(pathlib.Path(words[-1]).resolve())
    failed = 0
    scripts = [script for script in sorted(HERE.glob("*.nnr")) if is_for(nnr, script)]
    for script in scripts:
        got, out = run(nnr, script), script.with_suffix(".out")
        if renew:
            out.write_text(got)
        due = out.read_text() if out.exists() else ""
        if got != due:
            failed += 1
            print("".join(difflib.unified_diff(due.splitlines(True), got.splitlines(True),
                                               out.name, f"{script.name} now")))
    print(f"{len(scripts) - failed} of {len(scripts)} scripts as expected")
    return 1 if failed or not scripts else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
