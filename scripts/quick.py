#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tests a change needs, for test.sh --quick.

    quick.py names BUILD      the tests' names
    quick.py targets BUILD    what ninja has to build for them, and both programs

What changed is told by git: against the commit at which the branch left its upstream, or against the
last commit when there is none. A suite is needed when its rung or its own folder changed, or
anything that their include lines lead to; the suite of scripts, which is the program itself, when
any source did. All are needed when nothing changed, when there is no git, and when something
changed that is for all: the build, the tests' support, a file of unknown use. A test whose twin is
the same in float is left out: the double is built, and tested by the whole test.sh.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What no test reads.
NOTHING = re.compile(r"LICENSE|\.gitignore|\.git-blame-ignore-revs|\.editorconfig|\.clang-.*|"
                     r"scripts/(start|install)\.sh|docs/.*\.png")
# Pages and scripts that tests read: by suite.
READ = [(re.compile(r"(CONTRIBUTING|README)\.md|docs/.*|scripts/.*"), {"cmd", "scripts"}),
        (re.compile(r"tests/reference/.*"), {"nn", "train", "expr", "cmd"})]


def git(*words):
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else None


def changed():
    """Names of the files that differ, or None when that cannot be told."""
    base = git("merge-base", "HEAD", "@{upstream}") or ["HEAD"]
    differ = git("diff", "--name-only", base[0])
    new = git("ls-files", "--others", "--exclude-standard")
    return None if differ is None or new is None else differ + new


def includes():
    """{folder below src or tests: the rungs that its files include}, by the first two parts."""
    leads = collections.defaultdict(set)
    for path in [*ROOT.glob("src/**/*.[ch]"), *ROOT.glob("tests/**/*.[ch]")]:
        part = path.relative_to(ROOT).parts
        if len(part) > 2:
            leads["/".join(part[:2])] |= {"src/" + to for to in re.findall(
                r'^\s*#\s*include\s*"(\w+)/', path.read_text(), re.M)}
    return leads


def reach(leads, first):
    """All folders that the first ones lead to, themselves included."""
    seen, todo = set(), list(first)
    while todo:
        one = todo.pop()
        if one not in seen:
            seen.add(one)
            todo.extend(leads.get(one, ()))
    return seen


def needed(suites, files):
    """The suites that a change of those files needs."""
    if not files:
        return suites
    leads, need = includes(), set()
    for file in files:
        part = file.split("/")
        folder = "/".join(part[:2])
        read = [of for pattern, of in READ if pattern.fullmatch(file)]
        if NOTHING.fullmatch(file):
            continue
        if read:
            need |= read[0]
        elif part[0] == "src" and len(part) > 2:
            need |= {s for s in suites if folder in reach(leads, ["src/" + s, "tests/" + s])}
            need.add("scripts")
        elif part[0] == "tests" and len(part) > 2 and part[1] in suites:
            need.add(part[1])
        elif not file.startswith(("tests/bench/", "tests/campaign/", "tests/coverage.py", ".ci/")):
            return suites
    return need & suites


def main():
    what, build = sys.argv[1:]
    def about(of):
        done = subprocess.run(["meson", "introspect", "--" + of, build], capture_output=True,
                              text=True, check=True)
        return json.loads(done.stdout)
    tests = [t for t in about("tests") if "nnr:campaign" not in t["suite"]]
    names = {t["name"] for t in tests}
    need = needed({s.split(":")[1] for t in tests for s in t["suite"]}, changed())
    run = [t for t in tests if {s.split(":")[1] for s in t["suite"]} & need
           and not (t["name"].endswith("64") and t["name"][:-2] in names)]
    if what == "names":
        print("\n".join(t["name"] for t in run))
        return
    wanted = {one for t in run for one in t["depends"]}
    for target in about("targets"):
        if target["id"] in wanted or target["name"] in ("nnr", "nnr64"):
            for name in target["filename"]:
                print(pathlib.Path(name).resolve().relative_to(pathlib.Path(build).resolve()))


main()
