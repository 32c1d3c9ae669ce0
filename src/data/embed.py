#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the bytes of files as C arrays: embed.py FILE ... HEADER.

The array is named after the header: digits_bytes.h holds digits_bytes[]. Of several files it is a
table with a row for each: its name, its bytes, and how many they are."""

import pathlib
import sys

WIDTH = 24


def array(name, path):
    data = path.read_bytes()
    lines = [
        ", ".join(map(str, data[i : i + WIDTH])) + ","
        for i in range(0, len(data), WIDTH)
    ]
    return f"static const unsigned char {name}[] = {{\n" + "\n".join(lines) + "\n};\n"


def main(*paths):
    *sources, header = map(pathlib.Path, paths)
    if len(sources) == 1:
        header.write_text(array(header.stem, sources[0]))
        return
    names = [f"{header.stem}_{i}" for i in range(len(sources))]
    rows = "".join(
        f'    {{"{source.name}", {name}, sizeof {name}}},\n' for name, source in zip(names, sources)
    )
    header.write_text(
        "".join(map(array, names, sources))
        + "static const struct {\n    const char *name;\n    const unsigned char *bytes;\n"
        + f"    size_t size;\n}} {header.stem}[] = {{\n{rows}}};\n"
    )


main(*sys.argv[1:])
