#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report in a browser: it renders at any width, light and dark, and on paper; it runs nothing and
asks for nothing.

    browser.py NNR CHROMIUM
"""

import html
import http.server
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

WIDTHS = 320, 480, 800, 1600
SCRIPT = """\
# A page for every screen
section "The net"
say "Hostile: <img src=http://127.0.0.1:PORT/a.png> <script src='http://127.0.0.1:PORT/b.js'></script>"
data moons 80 split=0.25
input 2
dense 12 tanh kernel=l2(1e-3) activity=l1(1e-4) as a_layer_with_a_name_that_is_rather_long_for_a_telephone
dense 1 sigmoid as out
loss binary_crossentropy
optimizer adam lr=1e-2
watch loss
train 5
penalties
history
section "Pictures"
plot boundary
plot weights
plot h
section "Results"
sweep a_layer_with_a_name_that_is_rather_long_for_a_telephone.kernel = l2(?) over 0 1e-2 { train 1 }
results
print "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
plot nothing
""".replace("plot h\n", "")
# What a copy of the page, which may run scripts, says of itself to the page round it.
TELL = """<script>addEventListener("load", () => {
  const of = (x) => [...document.querySelectorAll(x)];
  const seen = (x) => of(x).filter((e) => e.getBoundingClientRect().width > 50 &&
                                          e.getBoundingClientRect().height > 20).length;
  const style = getComputedStyle(document.body);
  parent.postMessage({width: innerWidth, needs: document.documentElement.scrollWidth,
    svg: seen("figure svg"), tables: seen(".out table"), numbers: getComputedStyle(
      document.querySelector("td.n")).textAlign, back: style.backgroundColor, ink: style.color,
    axis: getComputedStyle(document.querySelector("figure svg [color=black]")).color}, "*");
});</script>"""
ROUND = """<!DOCTYPE html><title>round</title><pre id="told"></pre><script>
const told = [];
addEventListener("message", (e) => {
  told.push(e.data);
  document.getElementById("told").textContent = JSON.stringify(told);
});
</script>
"""


class Server(http.server.BaseHTTPRequestHandler):
    asked = []

    def do_GET(self):
        Server.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *_):
        pass


def browse(chromium, folder, *options):
    done = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         f"--user-data-dir={folder}/profile", "--disable-background-networking", "--no-first-run",
         "--allow-file-access-from-files", "--enable-logging=stderr", *options],
        capture_output=True, text=True, timeout=600, check=True)
    assert "CONSOLE" not in done.stderr, done.stderr
    return done.stdout


def measure(chromium, folder, *options):
    """What the page is like at each width."""
    frames = "".join(f'<iframe src="copy.html" width="{w}" height="900" frameborder="0"></iframe>'
                     for w in WIDTHS)
    (folder / "round.html").write_text(ROUND + frames)
    dom = browse(chromium, folder, "--virtual-time-budget=20000", "--dump-dom", *options,
                 (folder / "round.html").as_uri())
    told = json.loads(html.unescape(re.search(r'<pre id="told">(.*?)</pre>', dom).group(1)))
    assert sorted(x["width"] for x in told) == sorted(WIDTHS), told
    for x in told:
        assert x["needs"] <= x["width"], x
        assert x["svg"] == 3 and x["tables"] >= 3 and x["numbers"] == "right", x
    return told[0]


def lightness(colour):
    return sum(int(x) for x in re.findall(r"\d+", colour)[:3])


def main(nnr, chromium):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        page = folder / "page.html"
        (folder / "lesson.nnr").write_text(SCRIPT.replace("PORT", str(server.server_port)))
        done = subprocess.run([nnr, "--plot", "none", "--report", page, "lesson.nnr"], cwd=folder,
                              capture_output=True, text=True, timeout=600)
        assert done.returncode == 1 and "no view" in done.stderr, done.stderr
        text = page.read_text()
        copy = re.sub(r"<meta http-equiv=[^>]*>", "", text)
        assert copy != text
        (folder / "copy.html").write_text(copy.replace("</body>", TELL + "</body>"))
        light = measure(chromium, folder)
        dark = measure(chromium, folder, "--blink-settings=preferredColorScheme=0")
        for x, back, ink in (light, 700, 200), (dark, 200, 500):
            assert (lightness(x["back"]) > 600) == (back > 600), x
            assert (lightness(x["ink"]) > 400) == (ink > 400), x
            # Lines of a picture can be told from the page they stand on.
            assert abs(lightness(x["axis"]) - lightness(x["back"])) > 400, x
        browse(chromium, folder, f"--print-to-pdf={folder}/page.pdf", page.as_uri())
        pdf = (folder / "page.pdf").read_bytes()
        assert pdf.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 2
        dom = browse(chromium, folder, "--dump-dom", page.as_uri())
        assert "<script" not in dom and dom.count("<figure") == 3 and dom.count("</svg>") == 3
    server.shutdown()
    assert not Server.asked, Server.asked


main(*(str(pathlib.Path(x).absolute()) for x in sys.argv[1:]))
