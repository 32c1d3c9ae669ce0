#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/catalogue.md and its pictures: make-catalogue.py [NNR64 [FOLDER]]

A penalty's row says what is drawn (nn/penalty.h). The value and the gradient are what the program
says of a model that holds just those numbers."""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
POINTS = 80
WIDTH, HEIGHT, EDGE = 320, 200, 24
DRAWN = re.compile(r"Drawn: `(\w+)(\(.*\)) (of|at|along) (.*?)(?: from (\S+) to (\S+))?`$", re.M)


def model(use, place, rows, number):
    """A model whose kernel, or first activity, is the matrix, and whose loss has no slope there."""
    cells = ", ".join(c if c != "?" else repr(number) for row in rows for c in row)
    inputs = len(rows) if place != "along" else 1
    units = len(rows[0]) if place != "along" else len(rows) * len(rows[0])
    samples = inputs if place == "at" else 1
    data = "; ".join(
        " ".join(str(int(i == k)) for k in range(inputs)) + " -> 0" for i in range(samples)
    )
    slot = {"of": f"kernel={use} ", "at": f"activity={use} ", "along": ""}[place]
    text = [
        f"data rows {{ {data} }} shuffle=no batch={samples}",
        f"input {inputs}",
        f"dense {units} use_bias=no {slot}kernel_init=values({cells}) as k",
    ]
    if place == "along":
        text += [f"reshape {len(rows)}x{len(rows[0])}", f"activity_regularization {use} as k2"]
        text += ["flatten"]
    row = {"of": "k.kernel", "at": "k.activity", "along": "k2.activity"}[place]
    text += [
        "dense 1 kernel_init=zeros use_bias=no",
        "loss mse",
        "optimizer sgd lr=0",
        f"print {row}.penalty",
        "step 1",
        "print k.kernel.grad",
    ]
    return "\n".join(text) + "\n"


def curve(nnr, use, place, matrix, low, high):
    """The points of the moving number, the values there, and the slopes."""
    rows = [row.split() for row in matrix.split(";")]
    at = [c for row in rows for c in row].index("?")
    x = [low + (high - low) * i / POINTS for i in range(POINTS + 1)]
    text = 'source "penalties.nnr"\n'
    for i, number in enumerate(x):
        text += f"model m{i}\n" + model(use, place, rows, number)
    done = subprocess.run(
        [pathlib.Path(nnr).resolve(), "--json", "--quiet", "-c", text],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    said = [json.loads(line) for line in done.stdout.splitlines() if line[:1] == "{"]
    printed = [s["print"][0] for s in said if s.get("verb") == "print"]
    if done.returncode or len(printed) != 2 * len(x):
        sys.exit(f"{use} {place} {matrix}: {done.stderr}")
    return x, printed[::2], [slopes[at] for slopes in printed[1::2]]


def line(x, y, across, down, colour):
    points = " ".join(f"{across(a):.1f},{down(b):.1f}" for a, b in zip(x, y))
    return f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{points}"/>'


def label(x, y, anchor, text):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{text}</text>'


def picture(x, values, pulls):
    """The curves, with axes through 0 where it is in sight."""
    lowest, highest = min(values + pulls + [0]), max(values + pulls + [0])
    if highest == lowest:
        highest = 1

    def across(v):
        return EDGE + (v - x[0]) / (x[-1] - x[0]) * (WIDTH - 2 * EDGE)

    def down(v):
        return HEIGHT - EDGE - (v - lowest) / (highest - lowest) * (HEIGHT - 2 * EDGE)

    upright = across(min(max(0, x[0]), x[-1]))
    text = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"',
        f'  width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<path stroke="gray" d="M{EDGE} {down(0):.1f}H{WIDTH - EDGE}'
        f'M{upright:.1f} {EDGE}V{HEIGHT - EDGE}"/>',
        line(x, values, across, down, "#0072b2"),
        line(x, pulls, across, down, "#d55e00"),
        label(EDGE, HEIGHT - 8, "middle", f"{x[0]:g}"),
        label(WIDTH - EDGE, HEIGHT - 8, "middle", f"{x[-1]:g}"),
        label(WIDTH / 2, 14, "middle", f"{lowest:.3g} to {highest:.3g}"),
        "</svg>",
    ]
    return "\n".join(text) + "\n"


def pictures(nnr, page):
    """The name and the text of each picture that the page shows."""
    for name, arguments, place, matrix, low, high in DRAWN.findall(page):
        x, values, slopes = curve(
            nnr, name + arguments, place, matrix, float(low or -2), float(high or 2)
        )
        yield name + ".svg", picture(x, values, [-s for s in slopes])


def main(nnr=ROOT / "build/src/nnr64", folder=ROOT / "docs"):
    folder = pathlib.Path(folder)
    page = subprocess.run(
        [nnr, "--catalogue"], capture_output=True, text=True, check=True
    ).stdout
    drawn = dict(pictures(nnr, page))
    (folder / "catalogue").mkdir(exist_ok=True)
    for old in (folder / "catalogue").glob("*.svg"):
        old.unlink()
    for name, text in drawn.items():
        (folder / "catalogue" / name).write_text(text)
    (folder / "catalogue.md").write_text(page)


if __name__ == "__main__":
    main(*sys.argv[1:])
