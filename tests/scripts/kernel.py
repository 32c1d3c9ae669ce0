#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Jupyter kernel, as Jupyter sees it; needs python3-jupyter-kernel-test.

    kernel.py NNR
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import jupyter_kernel_test
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import start_new_kernel

NNR = ""
NAME = ""
LONG = 600
FOREVER = 1000000000
MODEL = """data moons 60 split=0.2
input 2
dense 8 tanh kernel=l2(1e-2) as h
dense 1 sigmoid
"""
jupyter_kernel_test.TIMEOUT = LONG


class Protocol(jupyter_kernel_test.KernelTests):
    """What Jupyter's own suite asks of any kernel."""
    language_name = "nnr"
    file_extension = ".nnr"
    code_hello_world = 'print "hello, world"'
    code_stderr = "model one\n" + MODEL + "train 1"
    completion_samples = [{"text": "tra", "matches": {"train"}},
                          {"text": "# é😀\ndense 4 activity=l2s", "matches": {"l2sp"}}]
    complete_code_samples = ["train 3", "repeat 3 {\n  train 1\n}", ""]
    incomplete_code_samples = ["repeat 3 {", "repeat 3 {\n  train 1", "print 1 \\"]
    invalid_code_samples = ["print ) ("]
    code_generate_error = "dense 4 rellu"
    code_display_data = [{"code": "model two\n" + MODEL + "train 1\nplot loss", "mime": "image/svg+xml"}]
    code_inspect_sample = "dense"

    @classmethod
    def setUpClass(cls):
        cls.km, cls.kc = start_new_kernel(startup_timeout=LONG, kernel_name=NAME)

    def execute_helper(self, code, timeout=LONG, **settings):
        return super().execute_helper(code, timeout=timeout, **settings)

    def flush_channels(self):
        """What came before is gone when a request of our own has ended; no wait tells that."""
        number = self.kc.kernel_info()
        for read, kind in ((self.kc.get_shell_msg, "kernel_info_reply"),
                           (self.kc.get_iopub_msg, "status")):
            while True:
                message = read(timeout=LONG)
                if (message["parent_header"].get("msg_id"), message["msg_type"]) == (number, kind) \
                        and message["content"].get("execution_state", "idle") == "idle":
                    break


def child_of(manager):
    own = manager.provisioner.process.pid
    child, = pathlib.Path(f"/proc/{own}/task/{own}/children").read_text().split()
    return int(child)


class Cells(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.manager, cls.client = start_new_kernel(startup_timeout=LONG, kernel_name=NAME)

    @classmethod
    def tearDownClass(cls):
        cls.client.stop_channels()
        cls.manager.shutdown_kernel()

    def setUp(self):
        """After quit the next cell begins another session."""
        self.run_cell("quit")

    def messages(self, number):
        """What is published about a request, up to its end."""
        while True:
            message = self.client.get_iopub_msg(timeout=LONG)
            if message["parent_header"].get("msg_id") != number:
                continue
            if message["msg_type"] == "status":
                if message["content"]["execution_state"] == "idle":
                    return
                continue
            yield message["msg_type"], message["content"]

    def reply(self, number):
        while True:
            message = self.client.get_shell_msg(timeout=LONG)
            if message["parent_header"]["msg_id"] == number:
                return message["content"]

    def run_cell(self, code, status="ok"):
        number = self.client.execute(code, stop_on_error=False)
        told = list(self.messages(number))
        reply = self.reply(number)
        self.assertEqual(reply["status"], status, reply)
        return told, reply

    def text_of(self, code):
        told, _ = self.run_cell(code)
        return "".join(c["text"] for kind, c in told if kind == "stream" and c["name"] == "stdout")


class Kernel(Cells):
    def test_run(self):
        self.run_cell(MODEL + "train 3")
        self.assertIn("h.kernel", self.text_of("penalties"))
        self.assertEqual(self.text_of("print 1 + 1"), "2\n")

    def test_error(self):
        self.run_cell("let k = 3")
        told, reply = self.run_cell("let k = 4\ndense 4 rellu", "error")
        self.assertEqual(reply["evalue"], 'no activation "rellu"')
        self.assertRegex(reply["traceback"][0],
                         '^cell [0-9]+:2:9: no activation "rellu"; did you mean relu\\?$')
        self.assertEqual(reply["traceback"][2].strip(), "^~~~~")
        self.assertEqual([kind for kind, _ in told if kind == "error"], ["error"])
        self.assertEqual(self.text_of("print k"), "4\n")
        _, reply = self.run_cell("expect 1 == 2", "error")
        self.assertEqual(reply["ename"], "expect")

    def test_cursor(self):
        """Positions are characters, and not bytes or the halves of UTF-16."""
        for code, cursor, start, end, word in [
                ("# é😀\ntra", None, 5, 8, "train"), ("# é😀\ntra\n# é", 7, 5, 7, "train")]:
            number = self.client.complete(code, cursor)
            reply = self.reply(number)
            self.assertEqual((reply["cursor_start"], reply["cursor_end"]), (start, end))
            self.assertIn(word, reply["matches"])

    def test_inspect(self):
        number = self.client.inspect("# é😀\ndense 4 activity=l1(1e-3)", 23)
        reply = self.reply(number)
        self.assertTrue(reply["found"])
        self.assertIn("l1(", reply["data"]["text/plain"])
        number = self.client.inspect("zzz", 2)
        self.assertFalse(self.reply(number)["found"])

    def test_picture(self):
        told, _ = self.run_cell(MODEL + "train 3\nplot loss\nplot weights h")
        pictures = [c["data"] for kind, c in told if kind == "display_data"]
        pictures = [d for d in pictures if "image/svg+xml" in d]
        self.assertEqual(len(pictures), 2)
        for data in pictures:
            self.assertIn("<svg", data["image/svg+xml"])
            # A cell that is narrower than the picture needs no bar to scroll it.
            self.assertIn('style="max-width:100%;height:auto"', data["image/svg+xml"])
            self.assertTrue(data["text/plain"])

    def test_interrupt(self):
        self.run_cell(MODEL)
        for _ in range(2):
            number = self.client.execute(f"train {FOREVER}", stop_on_error=False)
            told = self.messages(number)
            for kind, content in told:
                if kind == "display_data":
                    self.assertIn(f"/{FOREVER}", content["data"]["text/plain"])
                    break
            self.manager.interrupt_kernel()
            rest = list(told)
            reply = self.reply(number)
            self.assertEqual((reply["status"], reply["ename"]), ("error", "stopped"))
            # The line of progress is empty when the cell has ended.
            last = [c for kind, c in rest if kind == "update_display_data"][-1]
            self.assertEqual(last["data"]["text/plain"], "")
        self.assertEqual(self.text_of("print 1 + 1"), "2\n")

    def test_quit(self):
        """After quit the next cell begins another session."""
        self.run_cell("let k = 3\nquit")
        self.run_cell("print k", "error")

    def test_dead(self):
        """What has ended by itself is told once; the next cell begins another session."""
        number = self.client.execute(MODEL + f"train {FOREVER}", stop_on_error=False)
        for kind, _ in self.messages(number):
            if kind == "display_data":
                break
        os.kill(child_of(self.manager), signal.SIGKILL)
        self.assertEqual(self.reply(number)["status"], "error")
        self.assertEqual(self.text_of("print 1 + 1"), "2\n")


    def test_interrupt_pictures(self):
        """However an interrupt falls into what is read, no line is cut."""
        self.run_cell(MODEL + "train 2")
        for _ in range(20):
            number = self.client.execute("repeat 5 { plot loss }", stop_on_error=False)
            told = self.messages(number)
            next(told)
            self.manager.interrupt_kernel()
            list(told)
            reply = self.reply(number)
            self.assertTrue(reply["status"] == "ok" or reply["ename"] == "stopped", reply)
        self.assertEqual(self.text_of("print 1 + 1"), "2\n")


class Shutdown(Cells):
    """While a cell trains: nnr goes with its kernel."""

    def test_shutdown(self):
        number = self.client.execute(MODEL + f"train {FOREVER}", stop_on_error=False)
        for kind, _ in self.messages(number):
            if kind == "display_data":
                break
        child = child_of(self.manager)
        self.client.shutdown()
        while pathlib.Path(f"/proc/{child}").exists():
            time.sleep(0.05)


class Installed(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)

    def install(self, *words, status=0, **variables):
        env = {k: v for k, v in os.environ.items()
               if k not in ("JUPYTER_DATA_DIR", "XDG_DATA_HOME", "HOME")}
        done = subprocess.run([NNR, "--install-kernel", *words], env={**env, **variables},
                              capture_output=True, text=True, timeout=LONG)
        self.assertEqual(done.returncode, status, done.stderr)
        return done

    def test_places(self):
        f = self.folder
        for place, words, variables in [
                (f / "a", [], {"JUPYTER_DATA_DIR": f"{f}/a", "XDG_DATA_HOME": f"{f}/b"}),
                (f / "b/jupyter", [], {"XDG_DATA_HOME": f"{f}/b", "HOME": f"{f}/c"}),
                (f / "c/.local/share/jupyter", [], {"HOME": f"{f}/c"}),
                (f / "d/share/jupyter", ["--prefix", f"{f}/d"], {"HOME": f"{f}/c"})]:
            for _ in range(2):
                done = self.install(*words, **variables)
                kernel = place / "kernels" / NAME
                self.assertIn(str(kernel), done.stdout)
                self.assertEqual(sorted(p.name for p in kernel.iterdir()),
                                 ["kernel.json", "logo-svg.svg", "nnr_kernel.py"])
                call = json.loads((kernel / "kernel.json").read_text())
                self.assertEqual(call["argv"][2], NNR)

    def test_refused(self):
        self.assertIn("JUPYTER_DATA_DIR", self.install(status=1).stderr)
        self.install("--prefix", "relative", status=1)
        for words in (["-c", "print 1"], ["a.nnr"], ["--serve"], ["--json"]):
            self.assertIn("do not go together", self.install(*words, status=2).stderr)
        (self.folder / "file").write_text("")
        self.install("--prefix", str(self.folder / "file"), status=1)
        self.assertEqual((self.folder / "file").read_text(), "")


if __name__ == "__main__":
    NNR = os.path.realpath(sys.argv.pop(1))
    NAME = pathlib.Path(NNR).name
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(JUPYTER_DATA_DIR=home, JUPYTER_RUNTIME_DIR=home, IPYTHONDIR=home,
                          JUPYTER_CONFIG_DIR=home)
        subprocess.run([NNR, "--install-kernel"], check=True, stdout=subprocess.DEVNULL)
        assert KernelSpecManager().get_kernel_spec(NAME).language == "nnr"
        unittest.main()
