# SPDX-License-Identifier: GPL-3.0-or-later
# written by nnr --install-kernel
"""nnr in Jupyter: a kernel that passes cells on to nnr --serve (docs/serve.md, docs/notebooks.md).

    nnr_kernel.py NNR -f CONNECTION_FILE
"""

import json
import os
import signal
import subprocess
import sys

from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

PROTOCOL = 1
NNR = "nnr"


class Gone(Exception):
    """nnr has ended."""


class Nnr:
    """nnr --serve: a request, and the events that answer it."""

    def __init__(self):
        # In a session of its own the Ctrl-C of a terminal does not reach it.
        self.process = subprocess.Popen([NNR, "--serve"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, start_new_session=True)
        self.requests = 0
        self.waits = set()
        self.reading = self.stop = False
        if self.read().get("protocol") != PROTOCOL:
            self.end()
            raise Gone(f"{NNR} speaks another protocol: install its kernel again")

    def send(self, request, **members):
        self.requests += 1
        self.waits.add(self.requests)
        data = json.dumps({"id": self.requests, "request": request, **members}).encode() + b"\n"
        try:
            while data:
                data = data[os.write(self.process.stdin.fileno(), data):]
        except OSError as why:
            raise Gone(f"{NNR} has ended") from why
        return self.requests

    def read(self):
        line = self.process.stdout.readline()
        if not line.endswith(b"\n"):
            raise Gone(f"{NNR} has ended")
        return json.loads(line)

    def interrupt(self):
        """At any moment; a line that is being written is finished before."""
        self.stop = True
        if self.reading:
            self.send_interrupt()

    def send_interrupt(self):
        self.stop = False
        try:
            self.send("interrupt")
        except Gone:
            pass  # whoever reads hears of it

    def ask(self, request, heard=lambda event: None, **members):
        """Hands what comes to `heard`, and returns the event that ends the request."""
        self.waits, last = set(), None
        number = self.send(request, **members)
        self.reading = True
        if self.stop:
            self.send_interrupt()
        try:
            while self.waits:
                event = self.read()
                if event["event"] == "done":
                    self.waits.discard(event["id"])
                    last = event if event["id"] == number else last
                elif event["id"] == number:
                    heard(event)
        finally:
            self.reading = False
        return last

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdin.close()


class NnrKernel(Kernel):
    implementation = "nnr"
    implementation_version = "1"
    banner = "nnr: what each penalty does to a neural network"
    language_info = {"name": "nnr", "mimetype": "text/x-nnr", "file_extension": ".nnr"}

    def __init__(self, **settings):
        super().__init__(**settings)
        self.nnr = None
        self.stop = False
        self.bar = 0

    def pre_handler_hook(self):
        """An interrupt must not end what reads and writes lines in their middle."""
        self.stop = False
        if self.nnr:
            self.nnr.stop = False
        self.saved_sigint_handler = signal.signal(signal.SIGINT, self.interrupted)

    def interrupted(self, *_):
        self.stop = True
        if self.nnr:
            self.nnr.interrupt()

    def ask(self, request, heard=lambda event: None, **members):
        if not self.nnr:
            self.nnr = Nnr()
        self.nnr.stop = self.nnr.stop or self.stop
        try:
            return self.nnr.ask(request, heard, **members)
        except Gone:
            self.forget()
            raise

    def forget(self):
        nnr, self.nnr = self.nnr, None
        if nnr:
            nnr.end()

    def publish(self, kind, **content):
        self.send_response(self.iopub_socket, kind, content)

    def show_progress(self, event):
        """One line that changes; it is emptied when the cell has ended."""
        words = [event.get("model", ""), event["what"]]
        if "runs" in event:
            words += [f"{event['runs_done']} of {event['runs']} runs"]
        if "epochs" in event:
            words += [f"epoch {event['epoch']}/{event['epochs']}"]
            words += [f"{key} {event[key]:.4g}" for key in ("data", "validation", "penalty", "accuracy")
                      if event.get(key) is not None]
        elif "steps" in event:
            words += [f"{event['step']} of {event['steps']} steps"]
        self.show_bar("  ".join(word for word in words if word))

    def show_bar(self, text):
        new = not self.bar
        self.bar = self.bar or self.execution_count
        self.publish("display_data" if new else "update_display_data",
                     data={"text/plain": text}, metadata={},
                     transient={"display_id": f"nnr-progress-{self.bar}"})

    def show(self, event):
        kind = event["event"]
        if kind in ("text", "notice"):
            self.publish("stream", name="stdout" if kind == "text" else "stderr", text=event["text"])
        elif kind == "picture":
            self.publish("display_data", metadata={},
                         data={"image/svg+xml": event["svg"], "text/plain": event["words"]})
        elif kind == "progress":
            self.show_progress(event)

    def failed(self, name, value, lines):
        content = {"ename": name, "evalue": value, "traceback": lines}
        self.publish("error", **content)
        return {"status": "error", "execution_count": self.execution_count, **content}

    def do_execute(self, code, silent, store_history=True, user_expressions=None,
                   allow_stdin=False, *, cell_id=None):
        wrong = {}

        def heard(event):
            if event["event"] == "error":
                wrong.update(event)
            elif not silent:
                self.show(event)

        self.bar = 0
        try:
            done = self.ask("run", heard, text=code, name=f"cell {self.execution_count}")
        except (Gone, OSError) as why:
            return self.failed("nnr", str(why), [str(why)])
        if self.bar:
            self.show_bar("")
        if done["status"] == "quit":
            self.forget()
        if wrong:
            return self.failed(done["status"], wrong["error"], wrong["text"].splitlines())
        if done["status"] == "stopped":
            return self.failed("stopped", "interrupted", ["interrupted"])
        return {"status": "ok", "execution_count": self.execution_count, "payload": [],
                "user_expressions": {}}

    def do_complete(self, code, cursor_pos):
        done = self.ask("complete", text=code, cursor=cursor_pos)
        return {"status": "ok", "matches": done.get("words", []), "metadata": {},
                "cursor_start": done.get("from", cursor_pos), "cursor_end": done.get("to", cursor_pos)}

    def do_inspect(self, code, cursor_pos, detail_level=0, omit_sections=()):
        done = self.ask("inspect", text=code, cursor=cursor_pos)
        return {"status": "ok", "found": done.get("found", False), "metadata": {},
                "data": {"text/plain": done["text"]} if done.get("found") else {}}

    def do_is_complete(self, code):
        status = {"yes": "complete", "no": "incomplete", "wrong": "invalid"}
        done = self.ask("is_complete", text=code)
        return {"status": status.get(done.get("complete"), "unknown"), "indent": "  "}

    def do_shutdown(self, restart):
        self.forget()
        return {"status": "ok", "restart": restart}


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        NNR = sys.argv.pop(1)
    IPKernelApp.launch_instance(kernel_class=NnrKernel)
