#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sweeps in processes, as the program does them: the same output and files whatever happens.

    jobs.py NNR
"""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

NNR = ""
NET = """data moons 200 split=0.2
input 2
dense 16 tanh as h
dense 1 sigmoid
"""
SWEEP = NET + """
sweep h.kernel = l1(?) over 0 1e-4 1e-3 1e-2 seeds=2 keep=all log="log.csv" {
  train %d
  measure size = norm(h.kernel)
  print loss
}
results
save results "all.csv"
save results "all.json"
model main_5
save weights "five.safetensors"
"""


def script(epochs):
    return SWEEP % epochs


def children(pid):
    try:
        return [int(x) for x in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def is_there(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def killed(pids):
    """How many of them were there to be killed."""
    count = 0
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
            count += 1
        except ProcessLookupError:
            pass
    return count


def until(condition):
    """Waits for something that will be so."""
    while not condition():
        time.sleep(0.002)


class Jobs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def begin(self, name, text, *words, out=subprocess.PIPE):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        (folder / "script.nnr").write_text(text)
        return subprocess.Popen([NNR, "--quiet", *words, "script.nnr"], cwd=folder,
                                stdout=out, stderr=out, text=True)

    def end(self, name, process):
        """What it printed, and the files in its folder."""
        out, err = process.communicate(timeout=600)
        files = {p.name: p.read_bytes() for p in (self.folder / name).iterdir()}
        return process.returncode, out, err, files

    def run_in(self, name, text, *words):
        return self.end(name, self.begin(name, text, *words))

    def test_any_number_of_jobs(self):
        text = script(3)
        first = self.run_in("one", text, "--jobs", "1")
        self.assertEqual(first[0], 0, first[2])
        self.assertIn("five.safetensors", first[3])
        for jobs in ["2", "5", "100"]:
            self.assertEqual(self.run_in(jobs, text, "--jobs", jobs), first)
        self.assertEqual(self.run_in("cores", text), first)
        again = self.run_in("written", text.replace("keep=all", "keep=all jobs=3"))
        again[3].pop("script.nnr"), first[3].pop("script.nnr")
        self.assertEqual(again, first)

    def test_with_threads(self):
        text = script(2).replace("moons 200 split=0.2", "random 600 shape=300 batch=300") \
            .replace("input 2", "input 300").replace("dense 16", "dense 200") \
            .replace("dense 1 sigmoid", "dense 1")
        first = self.run_in("one", text, "--jobs", "1", "--threads", "2")
        self.assertEqual(first[0], 0, first[2])
        self.assertEqual(self.run_in("two", text, "--jobs", "2", "--threads", "2"), first)

    def test_a_killed_job(self):
        text = script(300)
        first = self.run_in("one", text, "--jobs", "1")
        for jobs, kills in ((2, 1), (3, 3)):
            # Where all jobs are over before they can be killed, it begins again.
            done, attempt = 0, 0
            while not done:
                attempt += 1
                name = f"killed{jobs}-{attempt}"
                p = self.begin(name, text, "--jobs", str(jobs))
                until(lambda: len(children(p.pid)) == jobs or p.poll() is not None)
                done = killed(children(p.pid)[:kills])
                self.assertEqual(self.end(name, p), first)

    def test_none_outlives_the_program(self):
        p = self.begin("gone", script(100000), "--jobs", "3")
        until(lambda: len(children(p.pid)) == 3)
        jobs = children(p.pid)
        p.kill()
        p.communicate()
        until(lambda: not any(is_there(pid) for pid in jobs))

    @staticmethod
    def long(epochs):
        text = script(epochs).replace("1e-4", "1e-4 2e-4 3e-4 4e-4 5e-4").replace("keep=all", "keep=none")
        return text.split("model main_5")[0]

    def stop(self, name, text, number):
        p = self.begin(name, text, "--jobs", "2")
        log = self.folder / name / "log.csv"
        until(lambda: log.exists() and len(log.read_text().splitlines()) > 3 or p.poll() is not None)
        jobs = children(p.pid)
        p.send_signal(number)
        code, _, _, files = self.end(name, p)
        until(lambda: not any(is_there(pid) for pid in jobs))
        return code, files["log.csv"].decode().splitlines()

    def test_stopped_and_taken_up_again(self):
        code, epochs = 0, 100
        while code == 0:  # the whole sweep was over before the signal came
            epochs *= 4
            name, text = f"stopped{epochs}", self.long(epochs)
            code, rows = self.stop(name, text, signal.SIGINT)
        self.assertEqual(code, 130)
        whole = self.run_in("whole", text, "--jobs", "2")
        self.assertEqual(rows, whole[3]["log.csv"].decode().splitlines()[:len(rows)])
        text = text.replace("keep=none", 'resume="log.csv"')
        resumed = self.run_in(name, text, "--jobs", "2")
        self.assertEqual(resumed[0], 0, resumed[2])
        self.assertEqual(resumed[3]["log.csv"], whole[3]["log.csv"])
        self.assertEqual(self.stop("told", self.long(10000), signal.SIGTERM)[0], 143)

    def test_no_terminal_is_written_to(self):
        """The jobs have no output of their own, nor the program's files."""
        p = self.begin("quiet", script(100000), "--jobs", "2")
        until(lambda: len(children(p.pid)) == 2)
        child = children(p.pid)[0]
        folder = pathlib.Path(f"/proc/{child}/fd")
        until(lambda: len(list(folder.iterdir())) <= 4)
        opened = {x.name: os.readlink(x) for x in folder.iterdir()}
        p.kill()
        p.communicate()
        self.assertEqual([opened.pop(x) for x in "012"], ["/dev/null"] * 3)
        self.assertEqual([x.split(":")[0] for x in opened.values()], ["socket"])

    def memory(self, text):
        """The most that it and its jobs had, in KiB."""
        p = self.begin("memory", text, "--jobs", "2", out=subprocess.DEVNULL)
        code = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(code[1])
        p.communicate()
        self.assertEqual(p.returncode, 0)
        return code[2].ru_maxrss

    def test_a_thousand_runs_take_little_memory(self):
        net = "data random 100 shape=100 target=10\ninput 100\ndense 60 relu as h\ndense 10\n"
        one = self.memory(net + "step 1\n")
        all_runs = self.memory(net + "sweep h.kernel = l2(?) over 1e-3 1e-2 seeds=500 keep=none "
                               "{ step 1 }\nresults\n")
        self.assertLess(all_runs - one, 40 * 1024)

    def test_wrong_numbers(self):
        for word in ["0", "x", "1025", "-1"]:
            done = subprocess.run([NNR, "--jobs", word, "-c", "help"], capture_output=True, text=True)
            self.assertEqual(done.returncode, 2)
            self.assertIn("is no number of jobs", done.stderr)


if __name__ == "__main__":
    # A sanitizer keeps what was freed for a while, and none of that is in use.
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
    NNR = str(pathlib.Path(sys.argv[1]).resolve())
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
