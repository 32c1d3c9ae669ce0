#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lesson runs to its end where nobody is there, and all that it claims holds, for the seeds from 1 on;
and it is one: a title, minutes, sections, questions at its end.

    lesson.py NNR LESSON SEEDS"""

import pathlib
import re
import subprocess
import sys

NNR = str(pathlib.Path(sys.argv[1]).resolve())
LESSON = pathlib.Path(sys.argv[2])
SEEDS = int(sys.argv[3])


def has_form(text):
    first, second = text.splitlines()[:2]
    number = int(LESSON.name.split("-")[0])
    checks = {
        "title": re.fullmatch(f"# Lesson {number}: [A-Z].*", first),
        "minutes": re.match(r"# \d+ minutes\. [A-Z]", second),
        "sections": text.count('\nsection "') >= 3,
        "claims": "\nexpect " in text,
        "what was learned": 'section "What was learned"' in text,
        "questions": all(f'\nsay "{i}. ' in text for i in (1, 2, 3)),
        "lines of a slide": max(map(len, re.findall(r'(?m)^say "(.*)"$', text))) <= 78,
    }
    return [name for name, good in checks.items() if not good]


def runs(seed):
    done = subprocess.run(
        [NNR, "--quiet", "--plot=none", f"--seed={seed}", str(LESSON)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=600,
    )
    if done.returncode:
        print(f"seed {seed}: status {done.returncode}\n{done.stdout[-1000:]}{done.stderr}")
    return done.returncode == 0


lacking = has_form(LESSON.read_text())
if lacking:
    print("it lacks:", ", ".join(lacking))
good = [runs(seed) for seed in range(1, SEEDS + 1)]
sys.exit(0 if all(good) and not lacking else 1)
