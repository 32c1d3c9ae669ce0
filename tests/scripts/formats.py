#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""format= of every verb that takes it: CSV, Markdown and HTML say what --json and the text say, to the
last digit and letter. Python's csv and json modules read them.

    formats.py NNR
"""

import csv
import html.parser
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile

NNR = str(pathlib.Path(sys.argv[1]).resolve())
MODEL = """\
data moons 100 split=0.2
input 2
dense 8 tanh kernel=l2(1e-3)+l1(1e-4) activity=l1(1e-3) as h
dense 1 sigmoid
loss binary_crossentropy
optimizer adam
train 3
set h.kernel = l2(1e-2)
train 2
rename plain
clone other
set h.activity = none
train 1
"""
# A layer that is called twice, two terms alike, several outputs.
SHARED = """\
data rows { 0 | 1 -> 1 | 0; 1 | 1 -> 0 | 1; 1 | 0 -> 0 | 0 }
input 1 as a
input 1 as b
dense 3 tanh activity=l1(0.1) kernel=l1(0.2)+l1(0.2) as h on a
h on b as hb
concat on h, hb as both
dense 1 on both as ya
dense 1 sigmoid on both as yb
output ya, yb
loss mse on ya
loss binary_crossentropy on yb
optimizer sgd lr=0.1
step 2
"""
SINGLE = "data random 1 shape=2 target=1\ninput 2\ndense 1 kernel=l2(0.1)\nstep 1\n"
MODELS = [MODEL, SHARED, SINGLE]
# Several seeds, a run that fails, a figure that one run has not, a model by itself.
SWEPT = """\
data moons 60 split=0.2
input 2
dense 4 tanh as h
dense 1 sigmoid
loss binary_crossentropy
optimizer adam
let k = 0
sweep k = ? over 1 2 seeds=2 {
  sweep h.kernel = ? over none l2(1e-3)+l1(1e-4) { train 1; measure norm = norm(h.kernel) }
}
sweep k = ? over 1 2 seeds=2 { train 1; expect k > 1 or loss < 0.7; measure norm = norm(h.kernel) }
measure own = 1/3
"""
# What prints a table, by the verb that takes format=.
CASES = {
    "model": ["model"],
    "summary": ["summary"],
    "show": ["show", "show model", "show loss"],
    "penalties": ["penalties", "penalties on=train", "penalties on=batch"],
    "history": ["history"],
    "compare": ["compare", "compare main"],
    "emulate": ["emulate all"],
    "audit": ["audit", "audit as=keras-2.0", "audit as=tfjs"],
    "lesson": ["lesson"],
    "checkgrad": ["checkgrad"],
    "results": ["results", "results norm train.loss.data"],
}


def run(script, *options, folder=None):
    return subprocess.run([NNR, "--quiet", *options, "-"], input=script, capture_output=True,
                          text=True, timeout=600, cwd=folder)


def last(model, statement, *options):
    """What the statement writes at the end of a session."""
    before, after = (run(text, *options) for text in (model, model + statement + "\n"))
    assert after.returncode == before.returncode == 0, (statement, after.stderr)
    assert after.stdout.startswith(before.stdout) or "--json" in options or "train:" in after.stdout
    return after.stdout.split("\n", before.stdout.count("\n"))[-1]


def csv_table(text):
    """Each row by the names of the first line; every row has as many cells as that."""
    head, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert len(set(head)) == len(head), head
    assert all(len(row) == len(head) for row in rows), text
    return head, rows


def markdown_lines(text):
    """Paragraphs and rows of grids as lines of cells, without what escapes."""
    for line in text.split("\n"):
        cells = [line]
        if line.startswith("|"):
            cells = re.split(r"(?<!\\)\|", line)[1:-1]
            if all(re.fullmatch(r" -{3}:? ", cell) for cell in cells):
                continue
        yield [re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", cell).strip() for cell in cells]


def is_value(cell, value, there):
    """Whether a cell of a CSV is a value of the JSON."""
    if not there:
        return cell == ""
    if value is None:
        return cell in ("nan", "inf", "-inf")
    if isinstance(value, bool):
        return cell == ("true" if value else "false")
    if isinstance(value, (int, float)):
        return float(cell) == value
    return cell == value if isinstance(value, str) else json.loads(cell) == value


def same_as_json(text, table):
    head, rows = csv_table(text)
    assert len(rows) == len(table), (rows, table)
    known = set()
    for row, due in zip(rows, table):
        for name, cell in zip(head, row):
            key, _, inner = name.partition(".")
            flat = name in due or not inner
            of = due.get(key, {})
            values, key = (due, name) if flat else (of if isinstance(of, dict) else {}, inner)
            assert is_value(cell, values.get(key), key in values), (name, cell, due)
            known.add(name)
        for key, value in due.items():
            names = [f"{key}.{k}" for k in value] if isinstance(value, dict) else [key]
            assert known.issuperset(names), (key, head)


def words(line):
    return " ".join(line).split()


def same_as_text(markdown, text):
    got = [words(line) for line in markdown_lines(markdown)]
    due = [line.split() for line in text.split("\n")]
    assert [line for line in got if line] == [line for line in due if line], (markdown, text)


class Tags(html.parser.HTMLParser):
    """Every tag is closed in its turn."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen = [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.seen += data.split()


def same_words(page, text):
    assert Tags(page).seen == text.split(), (page, text)


def check(model, statement):
    of = json.loads(last(model, statement, "--json").strip().split("\n")[-1])
    tables = [v for v in of.values() if isinstance(v, list)]
    table = tables[0] if "outputs" not in of else of["terms"]
    same_as_json(last(model, statement + " format=csv"), table)
    place = {"verb", "file", "line", "column"}
    told = json.loads(last(model, statement + " format=json"))
    assert told == {k: v for k, v in of.items() if k not in place}, statement
    # With --json the object is what it is without format=.
    for name in "csv", "markdown", "text":
        other = json.loads(
            last(model, f"{statement} format={name}", "--json").strip().split("\n")[-1])
        assert other == of, (statement, name)
    text, markdown = last(model, statement), last(model, statement + " format=markdown")
    assert last(model, statement + " format=text") == text
    same_words(last(model, statement + " format=html"), text)
    if of["verb"] == "model" or statement == "show model":
        rows = list(markdown_lines(markdown))
        assert rows[0] == ["name", "current", "layers", "numbers", "steps"], rows
        for row, due in zip(rows[1:], table):
            assert row[0] == due["name"] and row[1] == ("*" if due["current"] else ""), row
            assert [float(x) for x in row[2:]] == [due[k] for k in rows[0][2:]], row
    elif of["verb"] == "history":
        events = len(of["events"])
        assert len([r for r in markdown_lines(markdown) if len(r) > 1]) == (
            1 + len(table) + (1 + events if events else 0)), markdown
    else:
        same_as_text(markdown, text)


def every_verb_has_a_case():
    manual = subprocess.run([NNR, "--manual"], capture_output=True, text=True).stdout
    verbs = manual.split("\n## ")[1]
    assert verbs.startswith("Verbs\n")
    found = set(re.findall(r"^    (\w+).* \[format=\.\.\.\]", verbs, re.M))
    assert found == set(CASES), f"CASES and the verbs with format= differ in {found ^ set(CASES)}"


def names_may_hold_any_sign():
    names = ["a,b", 'say "x"', "p|q", "2*x*y", "<b>&[c](d)", "# e", "plain", "y\\"]
    with tempfile.TemporaryDirectory() as folder:
        with open(pathlib.Path(folder) / "t.csv", "w", newline="") as f:
            csv.writer(f).writerows([names, [1, 2, 3, 4, 5, 6, 7, 1], [0.1, 4, 5, 6, 7, 8, 9, 0]])
        for form in "csv", "markdown":
            got = run(f'data csv "t.csv" target=last\nshow data format={form}\n', folder=folder)
            assert got.returncode == 0, got.stderr
            if form == "csv":
                head, rows = csv_table(got.stdout)
                assert head == ["column", "role", "least", "most", "mean"], head
                assert [row[0] for row in rows] == names, rows
                assert [float(x) for x in rows[2][2:]] == [3, 5, 4], rows
                assert [row[1] for row in rows] == ["input"] * 7 + ["target"], rows
            else:
                grid = [row for row in markdown_lines(got.stdout) if len(row) == 5]
                assert [row[0] for row in grid[1:]] == names, grid


def the_plan_is_one_table():
    head, rows = csv_table(last(MODEL, "show plan format=csv"))
    text = last(MODEL, "show plan").split("\n")
    split = next(i for i, line in enumerate(text) if line.startswith("backward"))
    steps = [("forward", line) for line in text[2:split]]
    steps += [("backward", line) for line in text[split + 1:] if line]
    assert len(rows) == len(steps)
    assert head == ["pass", "operation", "writes", "reads", "flops", "penalties"], head
    for row, (which, line) in zip(rows, steps):
        assert row[0] == which and words(row[1:]) == line.split(), (row, line)
    same_as_text(last(MODEL, "show plan format=markdown"), "\n".join(text))


def it_works_in_braces_and_changes_nothing():
    once = last(MODEL, "penalties format=csv")
    assert last(MODEL, "repeat 2 { penalties format=csv }") == 2 * once
    # What undo takes back is the statement before.
    got = run("let k = 1\nlet k = 2\nmodel format=csv\nundo\nprint k\n")
    assert got.returncode == 0 and got.stdout.endswith("\n1\n"), got
    assert "name,current" in run("model format=csv\n").stdout
    assert run("repeat 1 { model format=csv }\n", "--check").returncode == 0


def wrong_ones_say_what_to_do():
    for statement, place, says in [
            ("penalties format=csvv", 18, 'no format "csvv"; did you mean csv?'),
            ("history format=xlsx", 16, "it is one of: text csv markdown json"),
            ("model two format=csv", 11, "format is for a table"),
            ("emulate keras-3 format=csv", 17, "format is for a table"),
            ("emulate format=json", 9, "format is for a table"),
            ("show h format=csv", 8, "format is for a table"),
            ("show data h format=csv", 13, "format is for a table"),
            ("show optimizer format=csv", 16, "format is for a table")]:
        got = run(MODEL + statement + "\n")
        line = MODEL.count("\n") + 1
        assert got.returncode == 1 and f":{line}:{place}: " in got.stderr, (statement, got.stderr)
        assert says in got.stderr, (statement, got.stderr)
        assert run(MODEL + statement + "\n", "--check").returncode == 1, statement
    # Nothing was made and nothing set.
    got = run("model two format=csv\nmodel\n", "--check")
    assert got.returncode == 1


every_verb_has_a_case()
for verb, statements in CASES.items():
    for one in statements:
        for which in [SWEPT] if verb == "results" else MODELS:
            check(which, one.replace(" main", " plain") if "rename" in which else one)
names_may_hold_any_sign()
the_plan_is_one_table()
it_works_in_braces_and_changes_nothing()
wrong_ones_say_what_to_do()
