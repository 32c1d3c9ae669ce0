# SPDX-License-Identifier: GPL-3.0-or-later
"""What the programs of the campaign share: a folder for each trial, and how often to try.

A program is called as PROGRAM.py NNR [MORE]. CAMPAIGN in the environment multiplies the number of
trials; seeds are fixed, so trial 17 is the same everywhere.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

TIMES = int(os.environ.get("CAMPAIGN", "1"))


def trials(usual):
    return usual * TIMES


def folder():
    return tempfile.TemporaryDirectory(prefix="nnr-trial-", ignore_cleanup_errors=True)


def environment(home, **more):
    """Nothing of the person's own, but what sanitizers are told."""
    kept = {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}
    return {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8", "TERM": "xterm",
            **kept, **more}


def run(words, where, seconds=60, prepare=None, **more):
    """Its status (negative: the signal that ended it; None: it did not end), output and errors."""
    try:
        done = subprocess.run([str(w) for w in words], cwd=where, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=seconds, preexec_fn=prepare,
                              env=environment(where, **more))
    except subprocess.TimeoutExpired as late:
        return None, late.stdout or b"", late.stderr or b""
    return done.returncode, done.stdout, done.stderr


def stale(where):
    """Temporary files that a save left behind."""
    return sorted(p.name for p in pathlib.Path(where).iterdir() if p.name.startswith(".nnr"))


def finish(name, tried, wrong):
    """Tells what was wrong and ends the program."""
    for line in wrong:
        print(line)
    print(f"{name}: {tried} trials, {len(wrong)} wrong")
    sys.exit(1 if wrong or not tried else 0)
