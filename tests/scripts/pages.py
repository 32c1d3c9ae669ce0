#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages of docs: their blocks of nnr run, what they say that an error suggests it suggests, and
every link leads somewhere.

    pages.py NNR ROOT
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

NNR, ROOT = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
#: What has to be there for a line to be carried out.
BEFORE = ("data moons 40 split=0.2\ninput 2\ndense 3 tanh as hidden\ndense 1 sigmoid\n"
          "optimizer adam\ntrain 1\n")
wrong = []


def run(text):
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "scripts" / "data", pathlib.Path(folder, "data"))
        script = pathlib.Path(folder, "page.nnr")
        script.write_text(text)
        return subprocess.run([NNR, "--plot", "none", str(script)], cwd=folder, text=True,
                              capture_output=True, timeout=600, check=False)


def try_blocks(page, whole):
    """Of the tutorial each block goes on from the one before."""
    blocks = re.findall(r"^```nnr\n(.*?)^```$", page.read_text(), re.M | re.S)
    if not blocks:
        wrong.append(f"{page.name} has no block of nnr")
    for text in ["".join(blocks)] if whole else blocks:
        done = run(text)
        if done.returncode:
            wrong.append(f"{page.name}: exit status {done.returncode} of\n{text}{done.stderr}")


def try_commands(page):
    """What a page shows behind $ nnr is what that prints, in the folder of the page."""
    shown = re.findall(r"^    \$ nnr (.*)\n((?:    .*\n)+)", page.read_text(), re.M)
    if not shown:
        wrong.append(f"{page.name} has no command")
    for words, lines in shown:
        done = subprocess.run([NNR, *words.split()], cwd=page.parent, text=True, capture_output=True,
                              timeout=600, check=False)
        if done.stderr or re.sub("^    ", "", lines, flags=re.M) != done.stdout:
            wrong.append(f"{page.name}: nnr {words} prints\n{done.stdout}{done.stderr}")


def input_for(line):
    """The input that the layer of a line takes, in a model of its own; "" for any."""
    inputs = {"5x2": ("timedistributed", "lstm", "gru", "bidirectional", "conv1d"),
              "8x8x1": ("conv2d", "max_pool2d", "avg_pool2d", "global_avg_pool"),
              "3": ("embedding",)}
    for shape, verbs in inputs.items():
        if line.split()[0] in verbs:
            return f"model other\ninput {shape}\n"
    return ""


def try_pairs(page):
    pairs = re.findall(r"^\| `(.*)` \| `(.*)` \|$", page.read_text(), re.M)
    if len(pairs) < 15:
        wrong.append(f"{page.name} has few pairs: {len(pairs)}")
    for theirs, ours in pairs:
        done = run(BEFORE + theirs + "\n")
        if done.returncode == 0 or f"; write {ours}\n" not in done.stderr:
            wrong.append(f"{page.name}: {theirs} says\n{done.stderr}  and not: write {ours}")
        done = run(BEFORE + input_for(ours) + ours + "\n")
        if done.returncode:
            wrong.append(f"{page.name}: {ours} fails\n{done.stderr}")


def anchors(page):
    heads = re.findall(r"^#+ (.*)$", page.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in heads}


def try_links(page):
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, mark = target.partition("#")
        to = (page.parent / name) if name else page
        if not to.exists():
            wrong.append(f"{page.name}: {target} leads nowhere")
        elif mark and to.suffix == ".md" and mark not in anchors(to):
            wrong.append(f"{page.name}: {target} has no such heading")


docs = ROOT / "docs"
try_blocks(docs / "tutorial.md", True)
try_blocks(docs / "language.md", False)
for other in ("from-keras.md", "from-pytorch.md"):
    try_blocks(docs / other, False)
    try_pairs(docs / other)
try_blocks(docs / "which-penalties.md", False)
try_commands(docs / "which-penalties.md")
pages = sorted(docs.glob("*.md"))
for page in [*pages, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]:
    try_links(page)
index = (docs / "README.md").read_text()
for page in pages:
    if page.name != "README.md" and f"({page.name})" not in index:
        wrong.append(f"docs/README.md does not lead to {page.name}")
print("\n".join(wrong))
sys.exit(bool(wrong))
