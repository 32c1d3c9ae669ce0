#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two rules for the files below src, where X.c and X.h of one folder are one unit:

* units that include each other in a circle are four at most;
* a function that X.h declares is defined in X.c. Rows of tables are no functions, and what a header
  defines itself (static inline) is there already.

    units.py [SRC]

Prints offenders; scripts/ladder.sh runs it.
"""

import collections
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent.parent
SRC = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "src"
MOST = 4

# What stands at the beginning of a line and is a function's first line, or all of it: clang-format
# keeps the name there.
FUNCTION = re.compile(
    r"^(?!(?:static|typedef|return|else|extern\s+const)\b)[A-Za-z_][\w \t*\n]*?\b(\w+)"
    r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\s*(?:__attribute__\s*\(\(.*?\)\)\s*)?([;{])", re.M)
COMMENT = re.compile(r"/\*.*?\*/", re.S)
MACRO = re.compile(r"^[ \t]*#(?:.*\\\n)*.*$", re.M)


def unit(path):
    return path.relative_to(SRC).with_suffix("").as_posix()


def functions(text, end):
    """Names of the functions that are declared (end is ;) or defined (end is {)."""
    text = MACRO.sub("", COMMENT.sub("", text))
    return {name for name, last in FUNCTION.findall(text) if last == end}


def circles(includes):
    """Sets of units each of which leads to each other one (Tarjan)."""
    number, low, stack, found = {}, {}, [], []

    def visit(one):
        number[one] = low[one] = len(number)
        stack.append(one)
        for other in sorted(includes[one]):
            if other not in number:
                visit(other)
                low[one] = min(low[one], low[other])
            elif other in stack:
                low[one] = min(low[one], number[other])
        if low[one] == number[one]:
            at = stack.index(one)
            found.append(set(stack[at:]))
            del stack[at:]

    for one in sorted(includes):
        if one not in number:
            visit(one)
    return found


def main():
    text = {path: path.read_text() for path in sorted(SRC.rglob("*.[ch]"))}
    wrong = []

    includes = collections.defaultdict(set, {unit(path): set() for path in text})
    for path, of in text.items():
        for name in re.findall(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', of, re.M):
            if SRC / name in text and unit(SRC / name) != unit(path):
                includes[unit(path)].add(unit(SRC / name))
    for circle in circles(includes):
        if len(circle) > MOST:
            wrong.append("a circle of %d units: %s" % (len(circle), " ".join(sorted(circle))))

    home = {name: path for path, of in text.items() if path.suffix == ".c"
            for name in functions(of, "{")}
    for path, of in text.items():
        header = path.relative_to(SRC).as_posix()
        if path.suffix == ".c":
            continue
        for name in sorted(functions(of, ";")):
            if name not in home:
                wrong.append("src/%s declares %s, which no file defines" % (header, name))
            elif unit(home[name]) != unit(path):
                wrong.append("src/%s declares %s, which src/%s defines" % (
                    header, name, home[name].relative_to(SRC).as_posix()))

    for line in wrong:
        print(line)
    sys.exit(1 if wrong else 0)


main()
