#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""scripts/units.py, given folders that keep its rules and folders that break one each.

    units.py PROGRAM
"""

import pathlib
import subprocess
import sys
import tempfile

NOTE = "/* SPDX-License-Identifier: GPL-3.0-or-later */\n"


def said(files):
    """What the program prints about the files {name: text}, and its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(NOTE + text)
        done = subprocess.run([sys.executable, sys.argv[1], folder], capture_output=True,
                              text=True, check=False)
        return done.stdout.splitlines(), done.returncode


def ring(count):
    """So many units, each of which includes the next one: by its header and by its .c in turn."""
    return {"a/u%d.%s" % (i, "hc"[i % 2]): '#include "a/u%d.h"\n' % ((i + 1) % count)
            for i in range(count)} | {"a/u%d.h" % i: "" for i in range(1, count, 2)}


HEADER = """
struct pair {
    int (*one)(int of);
};
extern const int row;
int twice(int of);
void (*chosen)(void);
void say(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
static inline int own(int of)
{
    return of;
}
#define MACRO(x) \\
    work(x);
"""
SOURCE = """#include "a/x.h"
static int hidden(void);
int twice(int of)
{
    work(of);
    return 2 * of;
}
void say(const char *format, ...)
{
}
"""


def main():
    four = ring(4)
    five = ring(5)
    good = {"a/x.h": HEADER, "a/x.c": SOURCE}
    moved = {"a/x.h": HEADER, "a/y.c": SOURCE}
    nested = {"a/b/x.h": HEADER, "a/b/x.c": "", "a/x.c": SOURCE}
    lost = {"a/x.h": HEADER + "int never(int of);\n", "a/x.c": SOURCE}
    for files, lines in [
            (four, []),
            (five, ["a circle of 5 units: a/u0 a/u1 a/u2 a/u3 a/u4"]),
            (good, []),
            (moved, ["src/a/x.h declares say, which src/a/y.c defines",
                     "src/a/x.h declares twice, which src/a/y.c defines"]),
            (nested, ["src/a/b/x.h declares say, which src/a/x.c defines",
                      "src/a/b/x.h declares twice, which src/a/x.c defines"]),
            (lost, ["src/a/x.h declares never, which no file defines"])]:
        got = said(files)
        assert got == (lines, 1 if lines else 0), (files, got)


main()
