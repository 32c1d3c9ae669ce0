#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports: one page of all that was said and done, read by Python's own parsers of HTML and XML.

    report.py NNR
"""

import html.parser
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

NNR = ""
COUNT = 100000
VOID = {"meta", "br", "link", "img", "hr", "input"}
FAMILY = """\
# SPDX-License-Identifier: GPL-3.0-or-later
# Two moons and a penalty.
#
# What it does
# to them.

section "The net"
say "Eight units, and" 2+2
data moons 80 split=0.25
# why so few
input 2
dense 8 tanh kernel=l2(1e-2) as h   # the penalty
dense 1 sigmoid
loss binary_crossentropy
optimizer adam
watch loss
train 3
penalties
section "What came of it"
plot boundary
plot weights h
for k in 1 2 {
  print "turn" k
}
section "The end"
train 2
expect loss < 100
"""
HOSTILE = ["</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a & b &amp; c",
           '\\"quoted\\"', "‮reversed", "⁦isolated", "it's `code` *bold* [link](x) | cell",
           "]]> --> <!-- </pre></code>", "&#60;b&#62;", "  two  blanks", "# no heading"]


class Reader(html.parser.HTMLParser):
    """A page as a strict reader sees it: every tag closed in its turn, each id once."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.tags, self.links, self.text = [], set(), [], [], []
        self.cells, self.rows, self.pictures, self.attributes = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, attrs)
        self.tags.append(tag)
        self.attributes += names
        for name, value in attrs:
            if name == "id":
                assert value not in self.ids, value
                self.ids.add(value)
            elif name in ("href", "src", "xlink:href", "data", "action", "poster", "srcset"):
                self.links.append(value)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.cells.append("")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, (tag, self.open, self.getpos())
        self.open.pop()
        if tag in ("td", "th"):
            self.rows[-1].append(self.cells.pop())

    def handle_data(self, data):
        if self.cells:
            self.cells[-1] += data
        if "style" not in self.open:
            self.text.append(data + " " * ("dl" in self.open))

    @property
    def words(self):
        return " ".join("".join(self.text).split())


def pictures_of(page):
    """Each picture alone must be XML."""
    found = re.findall(r"<svg.*?</svg>", page, re.S)
    for svg in found:
        root = svg.replace("<svg", '<svg xmlns:xlink="http://www.w3.org/1999/xlink"', 1)
        xml.etree.ElementTree.fromstring(root)
    return found


class Report(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_nnr(self, script, *options, to="page.html", status=0, path=None, given=None, env=None):
        (self.folder / "lesson.nnr").write_text(script, encoding="utf-8", errors="surrogateescape")
        words = [NNR, "--report", to, *options] + ([] if given is not None else ["lesson.nnr"])
        done = subprocess.run(words, cwd=self.folder, capture_output=True, timeout=600, input=given,
                              env={**os.environ, "SOURCE_DATE_EPOCH": "86400", "NNR_PLOT": "none",
                                   **({"PATH": path} if path else {}), **(env or {})})
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def page(self, name="page.html"):
        text = (self.folder / name).read_bytes().decode("utf-8")
        reader = Reader(text)
        # Nothing is asked for, nothing runs, and nothing is written that a browser would act on.
        self.assertFalse([x for x in reader.links if not x.startswith(("#", "data:image/png;"))])
        self.assertFalse({"script", "img", "iframe", "object", "embed", "link", "form", "base"} &
                         set(reader.tags))
        self.assertFalse([x for x in reader.attributes if x.startswith("on")])
        self.assertNotRegex(text, r"[\x00-\x08\x0b-\x1f\x7f‎‏‪-‮⁦-⁩]")
        self.assertIn("Content-Security-Policy", text)
        for name in (x[1:] for x in reader.links if x.startswith("#")):
            self.assertIn(name, reader.ids)
        return text, reader

    def test_all_that_was_said_and_done(self):
        done = self.run_nnr(FAMILY)
        text, page = self.page()
        self.assertIn("<h1>Two moons and a penalty</h1>\n<p>What it does to them.</p>", text)
        self.assertEqual(re.findall(r'<h2 id="s\d">(.*?)</h2>', text),
                         ["The net", "What came of it", "The end"])
        self.assertIn("<p>Eight units, and 4</p>", text)
        for line in ["# why so few", "dense 8 tanh kernel=l2(1e-2) as h # the penalty",
                     "for k in 1 2 { print \"turn\" k }", "turn 1", "turn 2", "holds: loss < 100",
                     "script lesson.nnr seed 1 precision"]:
            self.assertIn(line, page.words)
        self.assertNotIn("SPDX", text)
        # The ledger is a table with the numbers that were printed.
        ledger = [line.split() for line in done.stdout.decode().split("\n")
                  if line.startswith(("h.kernel ", "total "))]
        for words in ledger:
            self.assertIn(words, [" ".join(row).split() for row in page.rows])
        # Two that were plotted; what was watched stands once in each section that trained.
        pictures = pictures_of(text)
        self.assertEqual(len(pictures), 4)
        names = re.findall(r"<figcaption>(\w+)", text)
        self.assertEqual(names, ["loss", "boundary", "weights", "loss"])
        for svg in pictures:
            self.assertRegex(svg, r'role="img" aria-labelledby="p\d-t p\d-d"')
            self.assertRegex(svg, r"<desc id=\"p\d-d\">[^<]+points, first")
        last = pictures[3][:4000]
        self.assertRegex(last, r"11 points")

    def test_lines_of_narration(self):
        """A sentence goes on in a further line; a short line and a list stay as they are."""
        filled = "A line that is as long as those are that go on in the next"
        self.run_nnr(f'say "{filled}"\nsay "one."\nsay "Two:"\nsay "1. a"\nsay "2. b"\nprint 1\n'
                     f'say "{filled}:"\nsay "{filled}"\nsay "- item"\nsay ""\nsay "New."\n')
        text, _ = self.page()
        self.assertIn(f"<p>{filled} one.<br>\nTwo:<br>\n1. a<br>\n2. b</p>", text)
        self.assertIn(f"<p>{filled}:<br>\n{filled}<br>\n- item</p>\n<p>New.</p>", text)

    def test_exercises(self):
        script = ('let x = 1\nexercise "Make x <2>." until x == 2 and 1 < 2 {\n  # how\n  let x = 2\n'
                  '  print x\n}\nhint "One & two."\nhint "Three."\nsay "After."\n')
        self.run_nnr(script)
        text, page = self.page()
        task = re.search(r'<section class="task">(.*?)</section>', text, re.S).group(1)
        self.assertIn("<h3>Exercise 1</h3>\n<p>Make x &lt;2&gt;.</p>", task)
        self.assertIn("<details><summary>Hint 1</summary><p>One &amp; two.</p></details>", task)
        solution = task.split("<details><summary>A solution</summary>")[1]
        self.assertIn('<span class="c"># how</span>\n<span class="v">let</span>', solution)
        self.assertIn("solved: x is 2", solution)
        self.assertEqual(page.words.count("Make x <2>."), 1)
        self.assertLess(text.index("</section>"), text.index("<p>After.</p>"))
        # One that is not solved ends the script, and the box.
        self.run_nnr(script.replace("let x = 2", "let x = 3"), status=3)
        text, _ = self.page()
        self.assertLess(text.index("</section>"), text.index("the exercise is not solved"))
        self.run_nnr(script, to="page.md")
        text = (self.folder / "page.md").read_text()
        self.assertIn("### Exercise 1\n\nMake x \\<2>.\n", text)

    def test_the_same_bytes_again(self):
        took = re.compile(rb"<dt>took</dt><dd>[0-9.]+ s</dd>")
        pages = []
        for _ in range(2):
            self.run_nnr(FAMILY)
            pages.append(took.sub(b"", (self.folder / "page.html").read_bytes()))
        self.assertEqual(*pages)

    def test_hostile_text(self):
        lines = [f'say "{x}"\nsection "{x}"\nprint "{x}" 1' for x in HOSTILE]
        script = "# <script>alert(1)</script> a title\n" + "\n".join(lines) + "\n"
        script += 'let x = 1 # </code><script>alert(1)</script>\nsay "unterminated'
        self.run_nnr(script, status=1)  # It is read whole first: only the error is told.
        self.assertIn("unterminated", self.page()[1].words)
        script = script.rpartition("\n")[0] + "\n"
        self.run_nnr(script)
        text, page = self.page()
        for x in HOSTILE:
            shown = x.replace('\\"', '"').replace("‮", "[U+202E]").replace("⁦", "[U+2066]")
            self.assertGreaterEqual(page.words.count(" ".join(shown.split())), 4, x)
        # Names from a file may hold anything, and go into pictures and tables.
        (self.folder / "t.csv").write_text('"<b>&</b>","‮\'`|",y\n1,2,0\n3,1,1\n0,2,1\n')
        self.run_nnr('data csv "t.csv" target=last\nshow data\ninput 2\ndense 1 sigmoid as y\n'
                     "train 2\nplot boundary\n")
        text, page = self.page()
        self.assertEqual(len(pictures_of(text)), 1)
        self.assertIn("&lt;b&gt;&amp;&lt;/b&gt;", text)

    def test_hostile_text_in_markdown(self):
        lines = [f'say "{x}"\nprint "{x}" 1' for x in HOSTILE]
        self.run_nnr("\n".join(lines) + "\ndata moons 40\ninput 2\ndense 1 sigmoid\ntrain 1\n"
                     "plot loss\nfoo\n", to="page.md", status=1)
        text = (self.folder / "page.md").read_text()
        outside = "".join(re.split(r"^(`{3,})[^`]*?\n.*?^\1\n", text, flags=re.S | re.M)[::2])
        self.assertNotRegex(outside, r"(?<!\\)<(?!page-1\.svg>|!-- written by nnr -->)")
        self.assertNotRegex(text, r"[\x00-\x08\x0b-\x1f‪-‮⁦-⁩]")
        self.assertIn("![loss](<page-1.svg>)", text)
        self.assertIn("no verb or layer \"foo\"", text)
        root = xml.etree.ElementTree.parse(self.folder / "page-1.svg").getroot()
        self.assertTrue(root.tag.endswith("}svg"))
        self.assertIn("written by nnr", (self.folder / "page-1.svg").read_text())

    def test_without_gnuplot(self):
        empty = self.folder / "empty"
        empty.mkdir()
        self.run_nnr(FAMILY, path=str(empty))
        text, page = self.page()
        self.assertEqual(text.count("This picture could not be drawn: "), 4)
        self.assertEqual(pictures_of(text), [])
        self.assertIn("h.kernel", page.words)

    def test_where_it_cannot_be(self):
        for to, why in [(".", "folder"), ("page.txt", "ending"), ("none/page.html", "No such file"),
                        ("/dev/full", "device"), ("", "needs a file")]:
            done = self.run_nnr("print 1\n", to=to, status=2)
            self.assertIn(why, done.stderr.decode())
            self.assertEqual(done.stdout, b"")
        done = self.run_nnr('print 1\nsave report "."\n', status=1)
        self.assertIn("is a folder", done.stderr.decode())
        self.run_nnr("print 1\n", "--check", status=2)
        # A file that may not grow: the page that was there stays.
        self.run_nnr("print 1\n")
        before = (self.folder / "page.html").read_bytes()
        done = subprocess.run(
            [NNR, "--report", "page.html", "-c", "print 2"], cwd=self.folder, capture_output=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)))
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"cannot be written: File too large", done.stderr)
        self.assertEqual((self.folder / "page.html").read_bytes(), before)
        self.assertEqual([x.name for x in self.folder.iterdir() if x.name.startswith(".nnr")], [])

    def test_how_it_ends(self):
        self.run_nnr('print "one"\nquit\nprint "two"\n')
        _, page = self.page()
        self.assertIn("one", page.words)
        self.assertNotIn("two", page.words)
        self.run_nnr('print "one"\nexpect 1 == 2\nprint "two"\n', status=3)
        text, page = self.page()
        self.assertIn("what was expected does not hold", text)
        self.assertIn('class="error"', text)
        self.assertNotIn("two", page.words)
        self.run_nnr('print "one"\nprnt 2\n', status=1)
        text, _ = self.page()
        self.assertIn("did you mean print", text)

    def test_interrupted(self):
        (self.folder / "lesson.nnr").write_text(
            "data moons 100\ninput 2\ndense 4 tanh\ndense 1 sigmoid\ntrain 2\nplot loss\n"
            'say "on and on"\nprint "ready"\nrepeat 1000000000 { train 1 }\n')
        for number in signal.SIGINT, signal.SIGTERM:
            running = subprocess.Popen([NNR, "--report", "page.html", "lesson.nnr"], cwd=self.folder,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            while "ready" not in running.stdout.readline():
                pass
            running.send_signal(number)
            running.stdout.read()
            self.assertEqual(running.wait(), 128 + number)
            running.stdout.close()
            text, page = self.page()
            self.assertIn("on and on", page.words)
            self.assertIn("This page has what was done until then", page.words)
            self.assertEqual(len(pictures_of(text)), 1)

    def test_at_the_prompt_and_in_scripts(self):
        script = 'print "first"\nfoo\nprint "second"\n'
        done = subprocess.run([NNR], cwd=self.folder, capture_output=True, text=True, timeout=600,
                              input='print "first"\nsave report "page.html"\n')
        self.assertEqual(done.returncode, 0, done.stderr)
        text, page = self.page()
        self.assertIn("<h1>A session of nnr</h1>", text)
        self.assertIn("first", page.words)
        # A script that asks for one anywhere is kept from its first statement on.
        (self.folder / "lesson.nnr").write_text(
            'print "first"\nrepeat 1 { save report "page.html" }\nsave report "page.md"\n')
        done = subprocess.run([NNR, "lesson.nnr"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("first", self.page()[1].words)
        self.assertIn('print "first"', (self.folder / "page.md").read_text())
        self.run_nnr(script, status=1)
        self.assertNotIn("second", self.page()[1].words)

    def test_with_other_options(self):
        for options in ["--json"], ["--quiet"], ["--step"], ["--safe"], ["--jobs", "2"]:
            self.run_nnr(FAMILY, *options)
            text, page = self.page()
            self.assertIn("<p>Eight units, and 4</p>", text)
            self.assertIn("turn 2", page.words)
            self.assertEqual(len(pictures_of(text)), 4)

    def test_sweeps_and_sources(self):
        (self.folder / "part.nnr").write_text("# the part\nprint \"from the part\"\n")
        self.run_nnr("data moons 60 split=0.2\ninput 2\ndense 4 tanh as h\ndense 1 sigmoid\n"
                     'source "part.nnr"\nlet k = 0\nsweep k = ? over 1 2 { print "run" k; train 1 }\n'
                     "results\n", "--jobs", "2")
        text, page = self.page()
        for words in "# the part", "from the part", "run 1", "run 2", "main_2":
            self.assertEqual(page.words.count(words) > 0, True, words)
        self.assertLess(page.words.index("run 1"), page.words.index("run 2"))

    def test_many_statements(self):
        """A hundred thousand take room on the disk, and no more memory than a run without."""
        script = "".join(f"print {i}\n" for i in range(COUNT))

        def peak(*options):
            # Sanitizers keep what was freed for a while, unless told not to.
            keeps = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=0:thread_local_quarantine_size_kb=0"
            done = subprocess.Popen([NNR, *options, "lesson.nnr"], cwd=self.folder,
                                    env={**os.environ, "ASAN_OPTIONS": keeps},
                                    stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            _, status, used = os.wait4(done.pid, 0)
            done.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(done.returncode, 0, done.stderr.read())
            done.stderr.close()
            return used.ru_maxrss

        (self.folder / "lesson.nnr").write_text(script)
        without, with_report = peak(), peak("--report", "page.html")
        self.assertLess(with_report - without, 4096)  # KiB
        text, page = self.page()
        self.assertIn(str(COUNT - 1), page.words)
        self.assertIn(f"statements {COUNT}", page.words)
        # Where the disk has no room for what is kept, the page says how much is missing.
        done = subprocess.run(
            [NNR, "--report", "page.html", "lesson.nnr"], cwd=self.folder, capture_output=True,
            env={**os.environ, "TMPDIR": str(self.folder / "none")})
        self.assertEqual(done.returncode, 0, done.stderr)
        text, _ = self.page()
        self.assertRegex(text, r"What came after this is not here: \d+ pieces found no room")


if __name__ == "__main__":
    NNR = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
