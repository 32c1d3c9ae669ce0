#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nnr writes, and where; --safe; and what of a file's bytes reaches a terminal.

    files.py NNR
"""

import ast
import os
import pathlib
import pty
import resource
import select
import shutil
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import zipfile
import zlib

NNR = ""
OLD = b"old\n"
NET = "seed 3\ninput 2\ndense 1 as h\n"
PLOTTED = NET + "data xor\ntrain 1\nplot loss\n"
DRAWN = ["png", "svg", "pdf", "txt"] if shutil.which("gnuplot") else []
# Each verb that writes a file: what is done before, the statement, and the ending of its name.
VERBS = {
    "save weights": (NET, 'save weights "%s"', "safetensors"),
    "save npz": (NET, 'save weights "%s"', "npz"),
    "save session": (NET, 'save session "%s"', "nnr"),
    "record": (NET, 'record "%s"\nlet k = 1', "nnr"),
    **{f"plot save {ending}": (PLOTTED, 'plot save "%s"', ending)
       for ending in ["gp", "csv", *DRAWN]},
}


def regular(mode):
    def make(path):
        path.write_bytes(OLD)
        path.chmod(mode)
    return make


def link_to(make, target="target"):
    def link(path):
        if make:
            make(path.with_name(target))
        path.symlink_to(target)
    return link


def link_loop(path):
    path.symlink_to(path.name)


def listen(path):
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(path))


# Each kind of file that may have the name already, and the error; None: it is written.
KINDS = {
    "missing": (lambda path: None, None),
    "file": (regular(0o644), None),
    "file of mode 0600": (regular(0o600), None),
    "file of mode 0755": (regular(0o755), None),
    "link to a file": (link_to(regular(0o640)), None),
    "link to nothing": (link_to(None), None),
    "links in a loop": (link_loop, "Too many levels of symbolic links"),
    "link to a folder": (link_to(os.mkdir), "is a folder; add a file's name"),
    "folder": (os.mkdir, "is a folder; add a file's name"),
    "pipe": (os.mkfifo, "is a pipe and no file"),
    "link to a pipe": (link_to(os.mkfifo), "is a pipe and no file"),
    "link to a device": (link_to(None, "/dev/null"), "is a device and no file"),
    "link to the output": (link_to(None, "/dev/stdout"), "is a pipe and no file"),
    "socket": (listen, "is a socket and no file"),
    "link to a socket": (link_to(listen), "is a socket and no file"),
    "file that nobody may write": (regular(0o444), "is there and may not be written"),
    "link to such a file": (link_to(regular(0o444)), "is there and may not be written"),
}


def facts(folder):
    """What is in a folder: each name with what it is and holds."""
    found = {}
    for path in sorted(folder.rglob("*")):
        s = path.lstat()
        content = path.read_bytes() if stat.S_ISREG(s.st_mode) else None
        link = os.readlink(path) if path.is_symlink() else None
        found[str(path.relative_to(folder))] = (s.st_mode, content, link)
    return found


class Folder(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name).resolve()

    def nnr(self, *words, given="", cwd=None, **more):
        return subprocess.run([NNR, "--quiet", "--plot=none", *words], cwd=cwd or self.folder,
                              capture_output=True, text=True, input=given, timeout=600, **more)

    def refused(self, done, why):
        self.assertEqual(done.returncode, 1, done)
        self.assertIn(why, done.stderr.splitlines()[0])


class Files(Folder):
    def test_every_kind_of_file(self):
        for verb, (before, statement, ending) in VERBS.items():
            for kind, (make, error) in KINDS.items():
                with self.subTest(verb=verb, kind=kind):
                    folder = self.folder / f"{verb} {kind}".replace(" ", "_")
                    folder.mkdir()
                    path = folder / f"x.{ending}"
                    make(path)
                    was = facts(folder)
                    old = os.umask(0o027)
                    done = self.nnr("-c", before + statement % path.name, cwd=folder)
                    os.umask(old)
                    if error:
                        self.refused(done, error)
                        self.assertEqual(facts(folder), was)
                        continue
                    self.assertEqual(done.returncode, 0, done.stderr)
                    new = facts(folder)
                    written = "target" if path.is_symlink() else path.name
                    mode, content, _ = new.pop(written)
                    self.assertEqual(mode, was.pop(written, (stat.S_IFREG | 0o640,))[0])
                    self.assertEqual(new, was)
                    mark = b"series,x,y" if ending == "csv" else b"written by nnr"
                    self.assertTrue(mark in content[:256] or mark in content[-256:])
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    def test_names(self):
        (self.folder / "file").write_bytes(OLD)
        was = facts(self.folder)
        for verb, (before, statement, ending) in VERBS.items():
            for name, why in [("x" * 300 + "." + ending, "File name too long"),
                              ("x/" * 3000 + "x." + ending, "File name too long"),
                              ("none/x." + ending, "No such file or directory; make its folder"),
                              ("file/x." + ending, "Not a directory"),
                              ("/proc/x." + ending, "cannot be written: "),
                              (f"x.{ending}/", ""),
                              ("", ""),
                              (".", ""),
                              (f"\x1b[2J.{ending}", "control characters"),
                              (f"a\u009bb.{ending}", "control characters"),
                              (f"a\u202eb.{ending}", "hidden"),
                              ("x", "")]:
                with self.subTest(verb=verb, name=name[:20]):
                    self.refused(self.nnr("-c", before + statement % name), why)
                    self.assertEqual(facts(self.folder), was)

    def test_endings(self):
        """A session is no file of a shell, and weights are no file of another format."""
        for name in [".bashrc", "x", "x.nnr.sh", ".nnr", "nnr"]:
            for statement in ['save session "%s"', 'record "%s"']:
                self.refused(self.nnr("-c", statement % name), "is no name of a script; a session "
                             "is written into a file whose name ends in .nnr")
                self.refused(self.nnr("--check", "-c", statement % name), "is no name of a script")
        for name in ["h.npy", "w", "w.h5"]:
            self.refused(self.nnr("-c", NET + f'save weights "{name}"'), "does not say what to "
                         "write; end the name in .safetensors, or in .npz for NumPy")
        self.assertEqual(facts(self.folder), {})
        self.assertEqual(self.nnr("-c", 'let k = 1; save session "X.NNR"').returncode, 0)

    def test_a_folder_that_nobody_may_write(self):
        """The superuser may; so somebody else tries it for him, with a copy of the program."""
        self.folder.chmod(0o755)
        folder = self.folder / "closed"
        folder.mkdir(0o555)
        program = self.folder / "nnr"
        shutil.copy(NNR, program)
        other = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        for verb, (before, statement, ending) in VERBS.items():
            with self.subTest(verb=verb):
                done = subprocess.run(
                    [program, "--quiet", "--plot=none", "-c", before + statement % f"x.{ending}"],
                    cwd=folder, capture_output=True, text=True, timeout=600, **other)
                self.refused(done, "cannot be written: Permission denied")
                self.assertEqual(facts(folder), {})

    def test_a_limit_on_the_size_of_files(self):
        """The signal that comes with it kills nothing, and what was there stays."""
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (8, resource.RLIM_INFINITY))
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        for verb, (before, statement, ending) in VERBS.items():
            with self.subTest(verb=verb):
                (self.folder / f"x.{ending}").write_bytes(OLD)
                was = facts(self.folder)
                done = self.nnr("-c", before + statement % f"x.{ending}", preexec_fn=limit)
                self.refused(done, "cannot be written: File too large; a limit is set")
                self.assertEqual(facts(self.folder), was)

    def test_a_killed_save(self):
        """Neither half a file nor, after the next save, anything else is left."""
        path = self.folder / "w.safetensors"
        script = NET + 'save weights "w.safetensors"\n'
        self.nnr("-c", script)
        whole = path.read_bytes()
        for pause in range(20):
            with subprocess.Popen([NNR, "--quiet", "-c", NET + 'repeat 1000 { save weights '
                                   '"w.safetensors" }'], cwd=self.folder) as child:
                time.sleep(0.005 + pause * 0.0007)
                child.kill()
            self.assertEqual(path.read_bytes(), whole)
        (self.folder / ".nnr-2000000000-0.tmp").write_bytes(OLD)
        self.nnr("-c", script)
        self.assertEqual(list(facts(self.folder)), ["w.safetensors"])

    def type(self, line, answer, history):
        """Types a line at a prompt, waits for the answer, and leaves."""
        master, slave = pty.openpty()
        env = {**os.environ, "NNR_HISTFILE": str(history), "TERM": "dumb", "INPUTRC": "/dev/null"}
        with subprocess.Popen([NNR, "--quiet", "--plot=none"], stdin=slave, stdout=slave,
                              stderr=slave, env=env, cwd=self.folder) as child:
            os.close(slave)
            seen = b""
            os.write(master, line.encode() + b"\r")
            try:
                while select.select([master], [], [], 600)[0]:
                    seen += os.read(master, 65536)
                    if answer.encode() in seen.replace(b"\r", b""):
                        os.write(master, b"quit\r")
                        answer = "\0"
            except OSError:  # the program has left
                pass
            if child.poll() is None and answer != "\0":
                child.kill()
        os.close(master)
        self.assertEqual(child.returncode, 0, seen)

    def test_history(self):
        """It is for its owner alone, also where it was for all before; what is no file stays."""
        for kind, (make, error) in KINDS.items():
            with self.subTest(kind=kind):
                folder = self.folder / f"history {kind}".replace(" ", "_")
                folder.mkdir()
                path = folder / "history"
                make(path)
                was = facts(folder)
                self.type("print 41+1", "\n42\n", path)
                if error:
                    self.assertEqual(facts(folder), was)
                    continue
                name = "target" if path.is_symlink() else "history"
                mode, content, _ = facts(folder)[name]
                self.assertEqual(mode, stat.S_IFREG | 0o600)
                self.assertTrue(content.startswith(OLD) or kind in ("missing", "link to nothing"))
                self.assertIn(b"print 41+1\n", content)

    def test_an_npz_is_a_zip_of_npy_files(self):
        """numpy.load opens it; here is what its format says, without NumPy."""
        self.nnr("-c", "input 2\ndense 3 kernel_init=values(1, 2, 3, 4, 5, -0.5) as h\n"
                 'save weights "w.npz"')
        real, size = ("d", 8) if NNR.endswith("64") else ("f", 4)
        with zipfile.ZipFile(self.folder / "w.npz") as file:
            self.assertIsNone(file.testzip())
            self.assertEqual(file.namelist(), ["h.kernel.npy", "h.bias.npy"])
            for name, shape, numbers in [("h.kernel.npy", "(2, 3)", (1, 2, 3, 4, 5, -0.5)),
                                         ("h.bias.npy", "(3,)", (0, 0, 0))]:
                data = file.read(name)
                head, = struct.unpack("<H", data[8:10])
                self.assertEqual(data[:8], b"\x93NUMPY\x01\x00")
                self.assertEqual((10 + head) % 64, 0)
                self.assertEqual(data[9 + head:10 + head], b"\n")
                self.assertEqual(ast.literal_eval(data[10:10 + head].decode()),
                                 {"descr": f"<f{size}", "fortran_order": False,
                                  "shape": ast.literal_eval(shape)})
                self.assertEqual(struct.unpack(f"<{len(numbers)}{real}", data[10 + head:]), numbers)
        before = (self.folder / "w.npz").read_bytes()
        self.nnr("-c", "input 2\ndense 3 kernel_init=values(1, 2, 3, 4, 5, -0.5) as h\n"
                 'save weights "w.npz"')
        self.assertEqual((self.folder / "w.npz").read_bytes(), before)

    def test_pictures_stay_pictures(self):
        """The words that tell whose they are stand where each format allows them."""
        for ending in DRAWN:
            self.nnr("-c", PLOTTED + f'plot save "x.{ending}"')
        if not DRAWN:
            return
        png, at, kinds = (self.folder / "x.png").read_bytes(), 8, []
        while at < len(png):
            size, = struct.unpack(">I", png[at:at + 4])
            body = png[at + 4:at + 8 + size]
            self.assertEqual(struct.unpack(">I", png[at + 8 + size:at + 12 + size])[0],
                             zlib.crc32(body))
            kinds.append(body[:4])
            if body[:4] == b"tEXt":
                self.assertEqual(body[4:], b"Comment\0written by nnr")
            at += 12 + size
        self.assertEqual((kinds[0], kinds[1], kinds[-1]), (b"IHDR", b"tEXt", b"IEND"))
        import xml.etree.ElementTree as tree
        self.assertTrue(tree.parse(self.folder / "x.svg").getroot().tag.endswith("svg"))
        self.assertIn(b"%%EOF", (self.folder / "x.pdf").read_bytes()[-100:])


NPY = (b"\x93NUMPY\x01\x00\x46\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }"
       .ljust(79) + b"\n" + bytes(16))
NPZ = (pathlib.Path(__file__).parent / "../../scripts/data/points.npz").read_bytes()
IDX = bytes([0, 0, 8, 1, 0, 0, 0, 2, 1, 1])
# Each way to read a file: the statement and the file.
READ = {
    "data csv": ('data csv "%s" target=b', "csv", b"a,b\n1,2\n3,4\n"),
    "data npy": ('data npy "%s" target=input', "npy", NPY),
    "data npy, targets": ('data npy "y.npy" "%s"', "npy", NPY),
    "data npz": ('data npz "%s" "x" "y"', "npz", NPZ),
    "data idx": ('data idx "%s" target=input', "idx", IDX),
    "initialiser": ('input 2\ndense 2 kernel_init=npy("%s")', "npy", NPY),
    "source": ('source "%s"', "nnr", b"let k = 1\n"),
    "load weights": (NET + 'load weights "%s"', "safetensors", None),
    "load npz": (NET + 'load weights "%s"', "npz", None),
}


class Safe(Folder):
    def setUp(self):
        super().setUp()
        for name in ["in", "in/sub", "out", "inside"]:
            (self.folder / name).mkdir()
        self.inside = self.folder / "in"
        (self.inside / "out").symlink_to("../out")
        (self.inside / "y.npy").write_bytes(NPY)

    def safe(self, script, *words):
        (self.inside / "lesson.nnr").write_text(script)
        return self.nnr("--safe", *words, "in/lesson.nnr")

    def places(self, name):
        """Names of a file that lies outside, and of one inside."""
        (self.inside / f"far.{name}").symlink_to(f"../out/{name}")
        (self.inside / f"near.{name}").symlink_to(f"sub/{name}")
        outside = [f"../out/{name}", f"../inside/{name}", f"sub/../../out/{name}", f"out/{name}",
                   f"far.{name}", str(self.folder / "out" / name)]
        return outside, [f"sub/{name}", f"near.{name}", f"sub/../{name}", f"../in/{name}",
                         str(self.inside / "sub" / name)]

    def test_reading(self):
        for verb, (statement, ending, content) in READ.items():
            name = f"{verb.split(',')[0].replace(' ', '_')}{verb.count(',')}.{ending}"
            if content is None:
                self.nnr("-c", NET + f'save weights "w.{ending}"')
                content = (self.folder / f"w.{ending}").read_bytes()
            for folder in [self.inside, self.inside / "sub", self.folder / "out",
                           self.folder / "inside"]:
                (folder / name).write_bytes(content)
            outside, inside = self.places(name)
            for path in outside:
                with self.subTest(verb=verb, path=path):
                    self.refused(self.safe(statement % path), "lies outside of the folder that "
                                 f"--safe keeps to; only what is in {self.inside} or below it")
                    free = self.nnr("in/lesson.nnr")
                    self.assertEqual(free.returncode, 0, free.stderr)
            for path in inside:
                with self.subTest(verb=verb, path=path):
                    done = self.safe(statement % path)
                    self.assertEqual(done.returncode, 0, done.stderr)

    def test_writing(self):
        for verb, (before, statement, ending) in VERBS.items():
            name = f"{verb.replace(' ', '_')}.{ending}"
            outside, inside = self.places(name)
            was = {folder: facts(self.folder / folder) for folder in ("out", "inside")}
            for path in outside:
                with self.subTest(verb=verb, path=path):
                    self.refused(self.safe(before + statement % path), "lies outside of")
                    self.refused(self.safe(before + statement % path, "--check"),
                                 "lies outside of")
            # gnuplot takes its time; who draws changes nothing of where a name leads.
            for path in inside[:1] if ending in DRAWN else inside:
                with self.subTest(verb=verb, path=path):
                    for _ in range(2):  # the second time it is nnr's own that is replaced
                        done = self.safe(before + statement % path)
                        self.assertEqual(done.returncode, 0, done.stderr)
            for folder, found in was.items():
                self.assertEqual(facts(self.folder / folder), found)
            (self.inside / "sub" / name).write_bytes(OLD)
            for path in [f"sub/{name}", f"near.{name}"]:
                self.refused(self.safe(before + statement % path),
                             "is there, and nnr did not write it; with --safe")
            self.assertEqual((self.inside / "sub" / name).read_bytes(), OLD)
            self.assertEqual(self.nnr("in/lesson.nnr").returncode, 0)
            self.assertNotEqual((self.inside / "sub" / name).read_bytes(), OLD)

    def test_pictures_that_all_go_to_a_file(self):
        for name in ["../x.gp", "out/x.gp", str(self.folder / "x.gp")]:
            self.refused(self.safe(PLOTTED + f'plot terminal "{name}"\nplot loss'),
                         "lies outside of")
        done = self.safe(PLOTTED + 'plot terminal "x.gp"\nplot loss')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((self.inside / "x.gp").exists())
        # What the command line says is the person's own word.
        (self.inside / "lesson.nnr").write_text(PLOTTED)
        done = subprocess.run([NNR, "--safe", "--plot=all.gp", "in/lesson.nnr"], cwd=self.folder)
        self.assertEqual(done.returncode, 0)
        self.assertTrue((self.folder / "all.gp").exists())

    def test_which_folder(self):
        (self.folder / "t.nnr").write_text("let k = 1\n")
        (self.inside / "t.nnr").write_text("let k = 1\n")
        (self.inside / "sub" / "up.nnr").write_text('source "../t.nnr"\n')
        (self.inside / "sub" / "out.nnr").write_text('source "../../t.nnr"\n')
        self.assertEqual(self.safe('source "sub/up.nnr"\n').returncode, 0)
        self.refused(self.safe('source "sub/out.nnr"\n'), "lies outside of")
        for words, given in [(["-c", 'source "%s"'], ""), ([], 'source "%s"\n')]:
            for path, status in [("t.nnr", 0), ("in/t.nnr", 0), ("../t.nnr", 1)]:
                done = self.nnr("--safe", *[w.replace("%s", path) for w in words],
                                given=given.replace("%s", path))
                self.assertEqual(done.returncode, status, (words, given, path, done.stderr))
        # A name of the script that is a link leads to no other folder.
        (self.inside / "lesson.nnr").write_text('source "t.nnr"\n')
        (self.folder / "out" / "lesson.nnr").symlink_to("../in/lesson.nnr")
        done = self.nnr("--safe", "out/lesson.nnr")
        self.refused(done, "t.nnr")
        self.assertIn("--safe", self.nnr("--help").stdout)
        self.assertIn("--safe", self.nnr("-c", "help save").stdout)
        self.assertIn("--safe", self.nnr("-c", "help source").stdout)


if __name__ == "__main__":
    NNR = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
