# SPDX-License-Identifier: GPL-3.0-or-later
"""How soon SIGINT and SIGTERM are answered, whatever the program is doing.

One row a verb, with statements that keep that verb busy for far longer than the limit. The script
prints a mark, goes on with them, and gets its signal in the middle: at the prompt SIGINT must bring
the prompt back and leave the session able to work, in a script SIGTERM must end the program. A verb
that the program knows and this table does not fails the test. So that a loaded machine does not, the
limit is 2 seconds; `latency.py NNR NNR64 --figures` prints what was measured.

Usage: latency.py NNR NNR64 [--figures] [WORD ...]
"""

import fcntl
import gzip
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import zipfile

LIMIT = 2.0      # seconds from the signal to the prompt, or to the end
AHEAD = 0.25     # seconds of work before the signal; less where the work does not last so long
LEAST = 0.03     # as little as this would tell nothing
PATIENCE = 60.0  # seconds that a set-up may take
MARK = "1337"    # what `print 1000+337` prints, and no echo holds
DONE = "it was done before the signal"
PROMPT = r"nnr[:\w]*( \([^)]*\))?> $"


class Row:
    """`setup` runs before the mark, `slow` after it; what `many` makes of a number is repeated as
    statements of their own. `files` makes what the statements read. `script` and `prompt` say where
    the row makes sense; what is `typed` is typed at the prompt after the mark."""

    def __init__(self, verb, slow="", setup="", many=None, count=200000, files=None,
                 script=True, prompt=True, typed=None, words=()):
        self.verb, self.setup, self.files = verb, setup, files
        self.slow = slow if many is None else "\n".join(many(i) for i in range(count))
        self.script, self.prompt = script and not typed, prompt
        self.typed, self.words = typed, list(words)


def large_csv(name):
    with open(name, "w") as f:
        f.write("a,b,c,d\n")
        piece = "0.25,1.5,-3.75,1\n" * 65536
        for _ in range(128):
            f.write(piece)


def one_number_a_line(name):
    with open(name, "w") as f:
        piece = "1,2\n" * 262144
        for _ in range(200):
            f.write(piece)


def npy_head(samples, columns):
    head = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }" % (samples, columns)
    head = head.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode()


def large_npy(name):
    """Nothing but zeros, which take no room on the disk."""
    samples, columns = 1600000, 400
    with open(name, "wb") as f:
        f.write(npy_head(samples, columns))
        f.truncate(f.tell() + 4 * samples * columns)


def large_packed_npy(name):
    members, size = 128, 16 << 20
    with open(name, "wb") as f:
        f.write(gzip.compress(npy_head(members * size // 1600, 400)))
        zeros = gzip.compress(bytes(size))
        for _ in range(members):
            f.write(zeros)


def large_npz(name):
    """A member that is deflated to a thousandth."""
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as f, f.open("x.npy", "w") as x:
        x.write(npy_head(128 * 1024, 512))
        for _ in range(256):
            x.write(bytes(1 << 20))


def large_idx(name):
    images, side = 600000, 28
    with open(name, "wb") as f:
        f.write(struct.pack(">IIII", 0x00000803, images, side, side))
        f.truncate(f.tell() + images * side * side)


def long_script(name):
    with open(name, "w") as f:
        piece = "say \"a\"\n" * 262144
        for _ in range(30):
            f.write(piece)


def large_rows(name):
    with open(name, "w") as f:
        f.write("data rows {\n" + "0.25 1.5 -> 3.5\n" * 3500000 + "}\n")


def many_terms(layers):
    """A model of so many penalised layers."""
    return "\n".join("dense 2 tanh kernel=l2(1e-3) activity=l1(1e-3)" for _ in range(layers))


def large_weights(name):
    """300 million numbers under one name."""
    head = b'{"h.kernel": {"dtype": "F32", "shape": [300, 1000000], "data_offsets": [0, 1200000000]}}'
    with open(name, "wb") as f:
        f.write(struct.pack("<Q", len(head)) + head)
        f.truncate(f.tell() + 1200000000)


def large_keras(name):
    """Fifty thousand layers."""
    head = '{"class_name": "Sequential", "config": [{"class_name": "Dense", "config": {"name": "h", "units": 3, "batch_input_shape": [null, 3]}}'
    with open(name, "w", encoding="ascii") as f:
        f.write(head + ', {"class_name": "Dense", "config": {"units": 3}}' * 50000 + "]}")


def large_sae(name):
    """300 inputs and a million units, all 0."""
    head, at = {}, 0
    for tensor, shape in (("W_dec", [1000000, 300]), ("W_enc", [300, 1000000]), ("b_dec", [300]), ("b_enc", [1000000])):
        size = 4 * shape[0] * (shape + [1])[1]
        head[tensor] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(head).encode()
    with open(name, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        f.truncate(f.tell() + at)


def sae_config(name):
    with open(name, "w", encoding="ascii") as f:
        json.dump({"architecture": "standard", "d_in": 300, "d_sae": 1000000}, f)


SMALL = "data xor\ninput 2\ndense 2 tanh as h\ndense 1 sigmoid as y\nloss mse\n"
LARGE = "data random 200000 shape=50\ninput 50\ndense 400 tanh as h\ndense 1 as y\nloss mse\n"
EXPRESSION = "sum(exp(h.output)*exp(h.output)*log(1+abs(h.output)))"
REPEATED = "sum(" + "+".join(["exp(h.output)"] * 40) + ")"

SLOW_STEP = ("data random 100000 shape=100 batch=100000\ninput 100\ndense 1000 tanh as h\n"
             "dense 1000 tanh\ndense 1000 tanh\ndense 1\nloss mse\n")

ROWS = [
    Row("timedistributed", setup="input 3x2", many=lambda i: "timedistributed dense 2", count=60000),
    Row("bidirectional", setup="input 3x2",
        many=lambda i: "bidirectional lstm 2 sequences=yes merge=sum", count=20000),
    Row("block", many=lambda i: "block b%d { dense 2 }" % i, count=60000),
    Row("log", setup=SMALL, many=lambda i: "log off"),
    Row("output", setup=SMALL, many=lambda i: "output y"),
    Row("data", "data random 1600000 shape=400"),
    Row("data", "data sine 10000000 noise=0.1\ndata sine 10000000 noise=0.2\n"
        "data sine 10000000 noise=0.3"),
    Row("data", "data spirals 10000000 noise=0.1\ndata moons 10000000 noise=0.1\n"
        "data circles 10000000 noise=0.1\ndata blobs 10000000"),
    Row("data", "data random 9000000 shape=40 split=0.5 scale=standard"),
    Row("data", "data csv \"t.csv\" scale=minmax", files=[("t.csv", large_csv)]),
    Row("data", "data csv \"t.csv\"", files=[("t.csv", one_number_a_line)]),
    Row("data", "data npy \"t.npy\" target=input scale=standard", files=[("t.npy", large_npy)]),
    Row("data", "data npy \"t.npy.gz\" target=input", files=[("t.npy.gz", large_packed_npy)]),
    Row("data", "data npz \"t.npz\" \"x\" target=input", files=[("t.npz", large_npz)]),
    Row("data", "data idx \"t.idx\" target=input scale=minmax", files=[("t.idx", large_idx)]),
    Row("data", "source \"rows.nnr\"", files=[("rows.nnr", large_rows)]),
    Row("loss", setup=SMALL, many=lambda i: "loss mae"),
    Row("optimizer", setup=SMALL, many=lambda i: "optimizer adam"),
    Row("seed", setup=SMALL, many=lambda i: "seed %d" % i),
    Row("batch", setup=SMALL, many=lambda i: "batch %d" % (1 + i % 4)),
    Row("model", many=lambda i: "model m%d" % i, count=20000),
    Row("step", "step 1000000000", setup=SMALL),
    Row("step", "step 100", setup=SLOW_STEP),
    Row("step", "step 100", setup=SLOW_STEP, words=["--threads", "2"]),
    Row("train", "train 1000000", setup=SMALL),
    Row("train", "train 100", setup="data random 9000000 shape=1 batch=1000000\ninput 1\ndense 1\n"
        "loss mse"),
    Row("evaluate", "evaluate\n" * 20, setup=LARGE),
    Row("predict", "predict" + " 1" * 3000, setup="input 3000\ndense 100000 as h\ndense 1 as y"),
    Row("predict", "predict" + " 1" * 4000,
        setup="input 4000\ndense 4000 kernel_init=orthogonal as h\ndense 1 as y"),
    Row("penalties", "penalties", setup="data random 200 shape=2\ninput 2\n" + many_terms(1500) +
        "\ndense 1\nloss mse"),
    Row("penalties", "penalties on=train", setup=LARGE.replace("as h", "kernel=l2(1) activity=l1(1) as h")),
    Row("checkgrad", "checkgrad", setup="data random 3000 shape=50 batch=3000\ninput 50\n"
        "dense 200 tanh kernel=l2(1e-3) activity=l1(1e-3)\ndense 1\nloss mse"),
    Row("revive", "revive h\n" * 20, setup=LARGE),
    Row("emulate", setup=SMALL, many=lambda i: "emulate keras-3" if i % 2 else "emulate none"),
    Row("audit", setup="input 2\n" + "dense 2 kernel=l2(1) activity=l1(1)\n" * 500,
        many=lambda i: "audit", count=20000),
    Row("print", "print " + REPEATED, setup=LARGE),
    Row("print", "print h.output+1", setup=LARGE, words=["--json"]),
    Row("show", setup=SMALL, many=lambda i: "show h"),
    Row("summary", setup="input 2\n" + "dense 2\n" * 500, many=lambda i: "summary", count=20000),
    Row("prune", setup=SMALL, many=lambda i: "prune h.kernel share=0.5"),
    Row("unprune", setup=SMALL, many=lambda i: "prune h.kernel share=0.5\nunprune h.kernel"),
    Row("delete", setup=SMALL, many=lambda i: "dense 2\ndelete"),
    Row("set", setup=SMALL, many=lambda i: "set h.kernel = l2(%d)" % i),
    Row("let", "let x = " + REPEATED, setup=LARGE),
    Row("term", setup="input 3\ndense 4 as h\n",
        many=lambda i: "term t%d = sum(h.kernel)" % i, count=20000),
    Row("define", many=lambda i: "define penalty p%d(x) = sum(x)" % i, count=60000),
    Row("expect", "expect " + REPEATED + " > 0", setup=LARGE),
    Row("say", many=lambda i: "say \"a\"", count=2000000),
    Row("section", many=lambda i: "section \"a\"", count=2000000),
    Row("clone", setup=SMALL, many=lambda i: "clone c%d" % i, count=20000),
    Row("rename", setup=SMALL, many=lambda i: "rename r%d" % i),
    Row("compare", "compare\n" * 50, setup=LARGE + "clone other"),
    Row("mark", setup=SMALL, many=lambda i: "mark m"),
    Row("goto", setup=SMALL + "mark m", many=lambda i: "goto m"),
    Row("for", "for i in 1 2 3 4 { repeat 1000000000 { let k = i } }"),
    Row("repeat", "repeat 1000000000 { }"),
    Row("sweep", "sweep h.kernel = l2(?) over 1 2 3 { step 1000000000 }", setup=SMALL),
    Row("sweep", "sweep optimizer.lr = ? over 1 2 seeds=50000 jobs=1 { step 1 }",
        setup=SMALL + "optimizer sgd"),
    Row("measure", "measure x = " + REPEATED, setup=LARGE),
    Row("results", setup=SMALL + "sweep h.kernel = l2(?) over 1 2 3 { step 1 }",
        many=lambda i: "results"),
    Row("pause", "pause", script=False),
    # With --json nobody does the exercises.
    Row("exercise", many=lambda i: "exercise \"a\" until 1 > 0 { }", words=["--json"]),
    Row("hint", many=lambda i: "hint \"a\"" if i else "exercise \"a\" until 1 > 0 { }",
        count=500000, words=["--json"]),
    Row("solve", typed="exercise \"a\" until 1 > 0 { repeat 1000000000 { } }\rsolve\r"),
    Row("again", "exercise \"a\" until 1 > 0 {\n" + "again\n" * 100000 + "}", setup=SMALL,
        words=["--json"]),
    Row("skip", many=lambda i: "exercise \"a\" until 1 > 0 { skip }", words=["--json"]),
    Row("answer", "answer 1 { repeat 1000000000 { } }"),
    Row("run", typed="run\r", setup=SLOW_STEP),
    Row("stop", typed="run\rstop\r", setup=SLOW_STEP),
    Row("lesson", "lesson \"long.nnr\"", files=[("long.nnr", long_script)], prompt=False),
    Row("source", "source \"long.nnr\"", files=[("long.nnr", long_script)]),
    Row("plot", setup=SMALL + "train 2", many=lambda i: "plot weights h",
        words=["--plot", "dumb"]),
    Row("watch", setup=SMALL, many=lambda i: "watch activity"),
    Row("unwatch", setup=SMALL, many=lambda i: "watch activity\nunwatch", count=100000),
    Row("history", setup=SMALL + "train 5000", many=lambda i: "history"),
    Row("undo", setup=SMALL, many=lambda i: "seed 2\nundo", count=100000),
    Row("redo", setup=SMALL, many=lambda i: "seed 2\nundo\nredo", count=100000),
    Row("record", many=lambda i: "record \"r.nnr\"", count=200000),
    Row("save", "save weights \"w.safetensors\"\n" * 10, setup="input 300\ndense 1000000 as h\n"),
    Row("load", "load weights \"w.safetensors\"\n" * 20, setup="input 300\ndense 1000000 as h\n",
        files=[("w.safetensors", large_weights)]),
    Row("import", "import keras \"m.json\"\n", files=[("m.json", large_keras)]),
    Row("export", "export torch \"m.py\"\n" * 10,
        setup="data moons 100\ninput 2\ndense 500000 as h\ndense 1\nloss mse\noptimizer sgd\n"),
    Row("import", "import sae \"sae.safetensors\"\n",
        files=[("sae.safetensors", large_sae), ("cfg.json", sae_config)]),
    Row("edit", many=lambda i: "help edit"),
    Row("apropos", many=lambda i: "apropos noise"),
    Row("help", many=lambda i: "help train"),
    Row("quit", many=lambda i: "repeat 0 { quit }", count=500000),
]


class Program:
    """The program on a terminal of its own."""

    def __init__(self, words, folder):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(folder)
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                env = dict(os.environ, TERM="dumb", NNR_HISTFILE="", NNR_PLOT="none")
                os.execve(words[0], words, env)
            finally:
                os._exit(99)
        self.text = ""

    def read(self, seconds):
        """False: there is no more."""
        ready, _, _ = select.select([self.fd], [], [], seconds)
        try:
            piece = os.read(self.fd, 65536) if ready else b""
        except OSError:
            return False
        self.text = (self.text + piece.decode(errors="replace"))[-200000:]
        return not ready or bool(piece)

    def wait_for(self, pattern, seconds):
        """The seconds it took until the text holds `pattern`; None if it did not come."""
        began = time.monotonic()
        while not re.search(pattern, self.text[-8000:]):
            if time.monotonic() - began > seconds or not self.read(0.02):
                return None
        return time.monotonic() - began

    def wait_until_read(self):
        """All that was typed has been read."""
        terminal = os.open(f"/proc/{self.pid}/fd/0", os.O_RDONLY | os.O_NOCTTY)
        while any(fcntl.ioctl(terminal, termios.FIONREAD, bytes(4))):
            self.read(0.01)
        os.close(terminal)

    def wait_end(self, seconds):
        """The seconds until the program ends, and its status."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            self.read(0.01)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return time.monotonic() - began, os.waitstatus_to_exitcode(status)
        return None, None

    def run_on(self, seconds):
        """Lets it work; false: it has ended."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            self.read(0.01)
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                self.pid = 0
                return False
        return True

    def close(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)


def begin(row, words, folder, ahead):
    """The program so far into the row; or what is wrong."""
    with open(os.path.join(folder, "slow.nnr"), "w") as f:
        f.write(row.setup + "\nprint 1000+337\n" + row.slow + "\n")
    p = Program(words + row.words + ["slow.nnr"], folder)
    if p.wait_for(MARK, PATIENCE) is None:
        return p, "the set-up did not end: " + p.text[-300:]
    if row.typed:
        p.wait_for(PROMPT, PATIENCE)
        os.write(p.fd, row.typed.encode())
        p.wait_until_read()
    p.text = ""
    return p, None if p.run_on(ahead) else DONE


def caught(trial, *words):
    """What `trial` says when the work still lasts as the signal comes. One late answer, or two, may
    be the machine's."""
    for _ in range(3):
        ahead = AHEAD
        took, why = trial(*words, ahead)
        while why == DONE and ahead > LEAST:
            ahead /= 2
            took, why = trial(*words, ahead)
        if why or took <= LIMIT:
            break
    return took, why


def at_prompt(nnr, row, folder, ahead):
    p, wrong = begin(row, [nnr, "-i"], folder, ahead)
    try:
        if wrong:
            return None, wrong
        if re.search(PROMPT, p.text) and not row.typed:
            return None, DONE
        p.text = ""
        os.kill(p.pid, signal.SIGINT)
        took = p.wait_for(PROMPT, PATIENCE)
        if took is None:
            return None, "no prompt: " + p.text[-300:]
        p.text = ""
        os.write(p.fd, b"print 6*7+9000\n")
        if p.wait_for("9042", PATIENCE) is None:
            return None, "the session does not answer: " + p.text[-300:]
        return took, None
    finally:
        p.close()


def in_script(nnr, row, folder, number, ahead):
    p, wrong = begin(row, [nnr], folder, ahead)
    try:
        if wrong:
            return None, wrong
        os.kill(p.pid, number)
        took, status = p.wait_end(PATIENCE)
        if status == 0:
            return None, DONE
        if status != 128 + number:
            return None, "status %s: %s" % (status, p.text[-300:])
        return took, None
    finally:
        p.close()


def verbs(nnr):
    manual = subprocess.run([nnr, "--manual"], capture_output=True, text=True, check=True).stdout
    part = manual.split("\n## Verbs\n")[1].split("\n## ")[0]
    return re.findall(r"^### (\w+)", part, re.M)


def long_history(nnr, folder):
    """The time to the prompt with a history of 20 million lines, and with one that never ends."""
    longest = 0
    name = os.path.join(folder, "history")
    with open(name, "w") as f:
        for _ in range(200):
            f.write("print 1\n" * 100000)
    os.mkfifo(os.path.join(folder, "pipe"))
    for file in [name, os.path.join(folder, "pipe"), "/dev/zero", folder]:
        os.environ["NNR_HISTFILE"] = file
        p = Program(["/usr/bin/env", "NNR_HISTFILE=" + file, nnr], folder)
        took = p.wait_for(PROMPT, PATIENCE)
        os.write(p.fd, b"print 6*7+9000\n")
        works = took is not None and p.wait_for("9042", PATIENCE) is not None
        os.kill(p.pid, signal.SIGTERM)
        ended, status = p.wait_end(PATIENCE)
        p.close()
        if not works or status != 128 + signal.SIGTERM:
            return None, "%s: no prompt, or no end: %s %s" % (file, status, p.text[-200:])
        longest = max(longest, took, ended)
    return longest, None


def blocked_output(nnr, folder):
    """Nobody reads what is written."""
    end, out = os.pipe()
    p = subprocess.Popen([nnr, "-c", "repeat 1000000000 { print 1 }"], stdout=out, cwd=folder)
    os.read(end, 1)  # it is at work
    time.sleep(AHEAD)
    began = time.monotonic()
    p.send_signal(signal.SIGTERM)
    try:
        status = p.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        p.kill()
        status = p.wait()
    took = time.monotonic() - began
    os.close(end)
    os.close(out)
    return (took, None) if status == 128 + signal.SIGTERM else (None, "status %d" % status)


def measure(row, nnr, nnr64):
    with tempfile.TemporaryDirectory(prefix="nnr-test-") as folder:
        for name, make in row.files or []:
            make(os.path.join(folder, name))
        if row.prompt:
            yield "SIGINT at the prompt", caught(at_prompt, nnr, row, folder)
        if row.script:
            yield "SIGTERM in a script, nnr64", caught(in_script, nnr64, row, folder, signal.SIGTERM)
        if row.script and not row.prompt or row.verb in ("repeat", "say"):
            yield "SIGINT in a script", caught(in_script, nnr, row, folder, signal.SIGINT)


def main():
    nnr, nnr64 = map(os.path.abspath, sys.argv[1:3])
    rest = sys.argv[3:]
    figures = "--figures" in rest
    words = [w for w in rest if not w.startswith("--")]
    wrong = []
    missing = set(verbs(nnr)) - {row.verb for row in ROWS}
    if missing:
        wrong.append("no row for: " + " ".join(sorted(missing)))

    def note(name, what, took, why):
        if why is None and took > LIMIT:
            why = "answered after %.2f s" % took
        if why:
            wrong.append("%s (%s): %s" % (name, what, why))
        if figures or why:
            print("%-24s %-28s %s" % (name[:24], what, why or "%.3f s" % took), flush=True)

    for row in ROWS:
        if not words or row.verb in words:
            name = row.verb if row.slow.count("\n") > 60 else row.slow.split("\n")[0]
            for what, (took, why) in measure(row, nnr, nnr64):
                note(name, what, took, why)
    with tempfile.TemporaryDirectory(prefix="nnr-test-") as folder:
        if not words or "history" in words:
            note("the file of the history", "start and end", *long_history(nnr, folder))
        if not words or "output" in words:
            note("output nobody reads", "SIGTERM in a script", *blocked_output(nnr, folder))
    print("\n".join(wrong) or "every verb answers in time")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
