#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the bytes of a file as a C array: embed.py FILE HEADER.

The array is named after the header: digits_bytes.h holds digits_bytes[]."""

import pathlib
import sys

WIDTH = 24


def main(source, header):
    data = pathlib.Path(source).read_bytes()
    header = pathlib.Path(header)
    lines = [
        ", ".join(map(str, data[i : i + WIDTH])) + ","
        for i in range(0, len(data), WIDTH)
    ]
    header.write_text(
        f"static const unsigned char {header.stem}[] = {{\n" + "\n".join(lines) + "\n};\n"
    )


main(*sys.argv[1:])
