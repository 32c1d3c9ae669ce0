#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""CONTRIBUTING.md: each of its diffs fits the files as they are, by the lines that it shows, and
what comes out can be compiled in both precisions; its commands and links lead to files.

    contributing.py ROOT COMPILER...
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

FLAGS = ["-fsyntax-only", "-std=c17", "-D_GNU_SOURCE", '-DNNR_VERSION="0"', "-Wall", "-Wextra",
         "-Wconversion", "-Wshadow", "-Werror"]


def hunks(diff):
    """(file, old lines, new lines) of each hunk; counts in its head must be those of its lines."""
    file = None
    for part in re.split(r"^(?=diff --git |@@ )", diff, flags=re.M):
        named = re.search(r"^\+\+\+ b/(.*)$", part, re.M)
        if named:
            file = named.group(1)
        if not part.startswith("@@"):
            continue
        head, *lines = part.splitlines()
        old = [line[1:] for line in lines if line[0] in " -"]
        new = [line[1:] for line in lines if line[0] in " +"]
        counts = re.match(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@", head)
        assert [int(n or 1) for n in counts.groups()] == [len(old), len(new)], (file, head)
        yield file, old, new


def apply(diff, root):
    """Changes the files below root; returns their names."""
    changed = []
    for name, old, new in hunks(diff):
        path = root / name
        if old:
            text = path.read_text().splitlines()
            at = [i for i in range(len(text)) if text[i:i + len(old)] == old]
            assert len(at) == 1, "%s has these lines %d times:\n%s" % (
                name, len(at), "\n".join(old))
            text[at[0]:at[0] + len(old)] = new
        else:
            assert not path.exists(), name + " is there already"
            text = new
        path.write_text("\n".join(text) + "\n")
        changed.append(name)
    return changed


def try_diff(diff, source, compiler):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        shutil.copytree(source / "src", root / "src")
        shutil.copytree(source / "tests", root / "tests")
        changed = apply(diff, root)
        assert any(name.startswith("src/") and name.endswith(".c") for name in changed), changed
        for name in changed:
            if name.startswith("src/") and name.endswith(".c"):
                for precision in [], ["-DNNR_DOUBLE"]:
                    subprocess.run([*compiler, *FLAGS, *precision, "-I", root / "src", root / name],
                                   check=True)


def main():
    source, compiler = pathlib.Path(sys.argv[1]), sys.argv[2:]
    page = (source / "CONTRIBUTING.md").read_text()
    diffs = re.findall(r"^```diff\n(.*?)^```$", page, re.M | re.S)
    assert len(diffs) == 7, len(diffs)
    for diff in diffs:
        try_diff(diff, source, compiler)
    prose = re.sub(r"^```diff\n.*?^```$", "", page, flags=re.M | re.S)
    named = re.findall(r"\]\(([^)#]+)\)|\b(scripts/[\w.-]+\w)", prose)
    assert named
    for link, script in named:
        assert (source / (link or script)).exists(), link or script


main()
