#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Branches that the tests have taken, folder by folder, and whether they are enough.

    coverage.py SOURCE BUILD [WORD]

BUILD was made by gcc with -Db_coverage=true, and its tests have run. With a third word each file
has a line, and files that have the word in their name show the lines where a branch lacks. A file that is built for float and for double counts once: a branch is taken if either took
it.
"""

import collections
import json
import pathlib
import subprocess
import sys

# In percent.
LEAST = {"repl": 85.0, "all": 92.0}



def lines_of(build):
    """The lines of all files that gcov knows, as (file, line, what each branch was taken)."""
    notes = sorted(str(p) for p in pathlib.Path(build).rglob("*.gcno"))
    for first in range(0, len(notes), 50):
        done = subprocess.run(["gcov", "--json-format", "--stdout", "--branch-probabilities",
                               *notes[first:first + 50]], cwd=build, capture_output=True, text=True,
                              check=True)
        for report in done.stdout.splitlines():
            for file in json.loads(report)["files"] if report.startswith("{") else []:
                for line in file["lines"]:
                    if line["branches"]:
                        yield file["file"], line["line_number"], [
                            b["count"] for b in line["branches"]]


def branches(source, build):
    """How often each branch was taken: {file below src/: {line: [count, ...]}}."""
    of = collections.defaultdict(dict)
    root = pathlib.Path(source).resolve() / "src"
    for file, line, counts in lines_of(build):
        path = (pathlib.Path(build) / file).resolve()
        if root not in path.parents:
            continue
        before = of[str(path.relative_to(root))].setdefault(line, [])
        before.extend([0] * (len(counts) - len(before)))
        for i, count in enumerate(counts):
            before[i] += count
    return of


def main():
    source, build = sys.argv[1:3]
    taken, total = collections.Counter(), collections.Counter()
    for file, lines in sorted(branches(source, build).items()):
        counts = [count for line in lines.values() for count in line]
        good = sum(count > 0 for count in counts)
        for name in (file.split("/")[0], "all"):
            taken[name] += good
            total[name] += len(counts)
        if len(sys.argv) > 3:
            print("%-32s %5d of %5d  %5.1f %%" % (file, good, len(counts),
                                                  100 * good / len(counts)))
            if sys.argv[3] in file:
                for line, all_of in sorted(lines.items()):
                    if 0 in all_of:
                        print("    line %d: %s" % (line, all_of))
    low = []
    for name in sorted(total, key=lambda n: (n == "all", n)):
        percent = 100 * taken[name] / total[name] if total[name] else 0
        print("%-8s %6d of %6d branches  %5.1f %%" % (name, taken[name], total[name], percent))
        if percent < LEAST.get(name, 0):
            low.append("%s is below %.0f %%" % (name, LEAST[name]))
    for line in low:
        print(line)
    sys.exit(1 if low or not total["all"] else 0)


main()
