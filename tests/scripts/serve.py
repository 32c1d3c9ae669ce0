#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""nnr --serve: requests and replies in lines of JSON, as docs/serve.md has them.

    serve.py NNR SOURCE
"""

import json
import os
import pathlib
import random
import re
import resource
import select
import signal
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

NNR = ""
SOURCE = pathlib.Path()
# Nothing here takes long; what waits longer has hung.
LONG = 600
MODEL = """data moons 60 split=0.2
input 2
dense 8 tanh kernel=l2(1e-2) as h
dense 1 sigmoid
"""
KINDS = ["run", "complete", "inspect", "is_complete", "interrupt", "quit"]
FOREVER = 1000000000


class Serve(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)
        self.ids = 0
        self.rest = b""

    def start(self, *words, **settings):
        self.nnr = subprocess.Popen([NNR, "--serve", *words], cwd=self.folder, bufsize=0,
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, **settings)
        self.addCleanup(self.close, self.nnr)
        hello = self.read()
        self.assertEqual([hello["event"], hello["protocol"], hello["requests"]],
                         ["hello", 1, KINDS])

    @staticmethod
    def close(nnr):
        nnr.kill()
        nnr.wait()
        for pipe in (nnr.stdin, nnr.stdout, nnr.stderr):
            pipe.close()

    def write(self, line):
        """Raw bytes: reads nothing meanwhile."""
        data = line if isinstance(line, bytes) else (line + "\n").encode()
        while data:
            data = data[self.nnr.stdin.write(data):]

    def send(self, request, **members):
        self.ids += 1
        self.write(json.dumps({"id": self.ids, "request": request, **members}))
        return self.ids

    def read(self):
        while b"\n" not in self.rest:
            ready, _, _ = select.select([self.nnr.stdout], [], [], LONG)
            self.assertTrue(ready, "nnr says nothing")
            piece = os.read(self.nnr.stdout.fileno(), 1 << 16)
            self.assertTrue(piece, "nnr has ended")
            self.rest += piece
        line, self.rest = self.rest.split(b"\n", 1)
        return json.loads(line)

    def until_done(self, number):
        """The events of a request, the last one first."""
        events = []
        while True:
            event = self.read()
            self.assertEqual(event["id"], number)
            if event["event"] == "done":
                return event, events
            events.append(event)

    def ask(self, request, **members):
        return self.until_done(self.send(request, **members))

    def run_text(self, text, status="ok", **members):
        done, events = self.ask("run", text=text, **members)
        self.assertEqual(done["status"], status, events)
        return events

    def text_of(self, text):
        return "".join(e["text"] for e in self.run_text(text) if e["event"] == "text")

    def end(self, status=0):
        self.nnr.stdin.close()
        self.assertEqual(self.nnr.wait(LONG), status)

    def is_alive(self):
        self.assertEqual(self.text_of("print 1 + 1"), "2\n")

    def busy(self):
        """Training that does not end by itself, and goes on when this returns."""
        number = self.send("run", text=f"train {FOREVER}")
        while self.read()["event"] != "progress":
            pass
        return number

    def stopped(self, number):
        done, _ = self.until_done(number)
        self.assertEqual(done["status"], "stopped")

    # Results

    def test_text(self):
        self.start()
        self.run_text(MODEL + "train 2")
        self.assertEqual(self.text_of("print 1/4"), "0.25\n")
        alone = subprocess.run([NNR, "--plot", "none", "-c", MODEL + "train 2\npenalties"],
                               capture_output=True, text=True, cwd=self.folder, timeout=LONG)
        self.assertIn(self.text_of("penalties"), alone.stdout)
        self.end()

    def test_objects(self):
        self.start()
        self.run_text(MODEL)
        events = self.run_text("print 1/4\n\nseed\nshow h\nexpect 1 == 1", name="a b", **{"as": "json"})
        results = [e["result"] for e in events if e["event"] == "result"]
        self.assertEqual([(r["verb"], r["file"], r["line"], r["column"]) for r in results],
                         [("print", "a b", 1, 1), ("seed", "a b", 3, 1), ("show", "a b", 4, 1),
                          ("expect", "a b", 5, 1)])
        self.assertEqual(results[0]["print"], [0.25])
        self.assertEqual(results[1]["seed"], 1)
        self.assertEqual({e["event"] for e in events}, {"result"})
        self.end()

    def test_same_objects_as_json(self):
        self.start()
        text = MODEL + "penalties\nshow h\nsweep h.kernel = l2(?) over 1e-3, 1e-2 { train 1 }\nresults"
        events = self.run_text(text, name="<-c>", **{"as": "json"})
        told = [e["result"] for e in events if e["event"] == "result"]
        alone = subprocess.run([NNR, "--plot", "none", "--json", "-c", text], capture_output=True,
                               text=True, cwd=self.folder, timeout=LONG, check=True)
        printed = [json.loads(line) for line in alone.stdout.splitlines()]

        def timeless(value):
            if isinstance(value, dict):
                return {k: timeless(v) for k, v in value.items() if "seconds" not in k}
            return [timeless(v) for v in value] if isinstance(value, list) else value

        self.assertEqual(timeless(told), timeless(printed))
        self.end()

    def test_errors(self):
        self.start()
        self.run_text("let k = 3")
        for text, line, column, verb in [("print 1\ndense 4 rellu", 2, 9, "dense"),
                                         ("say 1\n\nprnt 2", 3, 1, "prnt"), ("repeat 3 {", 1, 10, None)]:
            events = self.run_text(text, "error", name="cell 7")
            wrong, = [e for e in events if e["event"] == "error"]
            self.assertEqual((wrong["file"], wrong["line"], wrong["column"], wrong["verb"]),
                             ("cell 7", line, column, verb))
            self.assertTrue(wrong["hint"])
            self.assertTrue(wrong["text"].startswith(f"cell 7:{line}:{column}: {wrong['error']}"))
            self.assertIn("^", wrong["text"])
        self.run_text("let k = 4\nprint (", "error")
        self.assertEqual(self.text_of("print k"), "3\n")
        events = self.run_text("expect 1 == 2", "expect")
        self.assertEqual([e["event"] for e in events], ["error"])
        events = self.run_text("expect 1 == 2", "expect", **{"as": "json"})
        self.assertEqual([e["event"] for e in events], ["result", "error"])
        self.assertIs(events[0]["result"]["holds"], False)
        self.is_alive()
        self.end()

    def test_notices(self):
        self.start()
        events = self.run_text(MODEL + "train 1")
        self.assertIn({"id": 1, "event": "notice",
                       "text": "loss binary_crossentropy (chosen: none was given)\n"}, events)
        self.end()

    def test_pictures(self):
        self.start()
        self.run_text(MODEL + "train 3")
        seen = set()
        for text in ("plot loss", "plot weights h", "watch loss\ntrain 2\nunwatch"):
            picture, = [e for e in self.run_text(text) if e["event"] == "picture"]
            root = xml.etree.ElementTree.fromstring(picture["svg"])
            self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
            self.assertTrue(picture["words"])
            ids = set(re.findall(r' id="([^"]*)"', picture["svg"]))
            self.assertTrue(ids)
            self.assertFalse(ids & seen, "two pictures of one page share a name")
            seen |= ids
        self.run_text('plot loss\nplot save "loss.svg"')
        self.assertTrue((self.folder / "loss.svg").exists())
        self.assertEqual([e for e in self.run_text("plot terminal none\nplot loss")], [])
        self.end()

    def test_no_gnuplot(self):
        self.start(env={**os.environ, "PATH": str(self.folder)})
        self.run_text(MODEL + "train 1")
        event, = self.run_text("plot loss")
        self.assertEqual(event["event"], "notice")
        self.is_alive()
        self.end()

    def test_large_text(self):
        """Longer than any pipe; it comes in pieces that are whole characters."""
        self.start()
        words = "é€😀x" * 40000
        self.assertEqual(self.text_of(f'print "{words}"'), words + "\n")
        self.end()

    # What is asked of a text

    def test_complete(self):
        self.start()
        self.run_text(MODEL)
        for text, cursor, start, end, word in [
                ("dense 4 activity=l", None, 17, 18, "l1"),
                ("tra", 2, 0, 2, "train"),
                ('# é😀\ndense 4 activity=l', None, 22, 23, "l2"),
                ("pen\ntrain 1", 3, 0, 3, "penalties"),
                ("", None, 0, 0, "dense")]:
            more = {} if cursor is None else {"cursor": cursor}
            done, events = self.ask("complete", text=text, **more)
            self.assertEqual(events, [])
            self.assertEqual((done["from"], done["to"]), (start, end))
            self.assertIn(word, done["words"])
        done, _ = self.ask("complete", text="zzz")
        self.assertEqual(done["words"], [])
        self.end()

    def test_inspect(self):
        self.start()
        self.run_text(MODEL)
        for text, cursor, word in [("dense 4", 3, "dense"), ("é dense 4 activity=l1(1)", 19, "l1"),
                                   ("train 5", 7, "train"), ("print 1\ndense?", None, "dense")]:
            more = {} if cursor is None else {"cursor": cursor}
            done, events = self.ask("inspect", text=text, **more)
            self.assertEqual(events, [])
            self.assertTrue(done["found"])
            self.assertEqual(done["word"], word)
            self.assertIn(word, done["text"])
        for text in ("", "   ", "zzz qqq"):
            done, events = self.ask("inspect", text=text)
            self.assertEqual((done["found"], done["text"], events), (False, "", []))
        self.end()

    def test_is_complete(self):
        self.start()
        for text, answer in [("train 3", "yes"), ("repeat 3 {", "no"), ("repeat 3 {\n train 1", "no"),
                             ("repeat 3 {\n train 1\n}", "yes"), ("print 1 \\", "no"), ("", "yes"),
                             ("print ) (", "wrong"), ("dense?", "yes")]:
            done, events = self.ask("is_complete", text=text)
            self.assertEqual((done["complete"], events), (answer, []), text)
        self.end()

    # What is wrong with a request

    def refused(self, line, number=None, text=None):
        self.write(line)
        done, events = self.until_done(number)
        self.assertEqual((done["status"], events), ("refused", []))
        self.assertTrue(done["error"])
        self.assertTrue(done["hint"])
        if text:
            self.assertIn(text, done["error"])
        return done

    def test_bad_requests(self):
        self.start()
        self.run_text("let k = 3")
        for line, number, text in [
                ("{", None, "line 2"), ("nonsense", None, "line 3"), ("[1]", None, "is an object"),
                ("3", None, "is an object"), ('{"id": 1, "request": "run", "text": "le', None, "line 6"),
                (b'{"id": 1, "request": "run", "text": "\xff\xfe"}\n', None, "line 7"),
                (b'{"id": 1, "request": "run", "text": "a\x00b"}\n', None, "line 8"),
                ('{"id": 1, "request": "run", "text": "a\\u0000b"}', None, None),
                ('{"id": 1, "request": "run", "text": "\\ud800"}', None, None),
                ('{"id": 1, "id": 2, "request": "run", "text": "a"}', None, None),
                ("[" * 100000, None, "levels"), ('{"a":' * 100000, None, "levels"),
                ('{"request": "run", "text": "let k = 4"}', None, "needs an id"),
                ('{"id": null, "request": "run", "text": "let k = 4"}', None, "no id"),
                ('{"id": 1.5, "request": "run", "text": "let k = 4"}', None, "no id"),
                ('{"id": 9007199254740993, "request": "quit"}', None, "no id"),
                (json.dumps({"id": "x" * 201, "request": "quit"}), None, "no id"),
                ('{"id": 5}', 5, "nothing is requested"), ('{"id": 5, "request": 1}', 5, "no text"),
                ('{"id": "a\\"é", "request": "runn"}', 'a"é', "runn"),
                ('{"id": 6, "request": "run"}', 6, "missing"),
                ('{"id": 6, "request": "run", "text": 4}', 6, "no text"),
                ('{"id": 6, "request": "run", "text": "let k = 4", "more": 1}', 6, "more"),
                ('{"id": 6, "request": "run", "text": "let k = 4", "cursor": 1}', 6, "cursor"),
                ('{"id": 6, "request": "run", "text": "let k = 4", "as": "xml"}', 6, None),
                ('{"id": 6, "request": "run", "text": "let k = 4", "name": "a\\nb"}', 6, None),
                ('{"id": 6, "request": "run", "text": "let k = 4", "name": ""}', 6, None),
                ('{"id": 6, "request": "complete", "text": "é", "cursor": 2}', 6, "cursor"),
                ('{"id": 6, "request": "complete", "text": "é", "cursor": -1}', 6, "cursor"),
                ('{"id": 6, "request": "interrupt", "text": ""}', 6, "text")]:
            self.refused(line, number, text)
        self.write("")
        self.write(" \t\r")
        self.assertEqual(self.text_of("print k"), "3\n")
        self.end()

    def test_random_lines(self):
        """Whatever a line holds, it has one reply."""
        draw = random.Random(1)
        lines = [json.dumps({"id": 1, "request": k, "text": "print h.kernel", "cursor": 3}).encode()
                 for k in KINDS[:4]] + [
            b'{"id": "a", "request": "run", "text": "data xor\\ninput 2", "as": "json", "name": "b"}']
        letters = b'{}[]":,\\ \x00\xff\xc3\xa9tfn0123456789.-eE+'
        self.start()
        for _ in range(100):
            sent = 0
            for _ in range(20):
                line = bytearray(draw.choice(lines))
                for _ in range(draw.randrange(1, 6)):
                    at = draw.randrange(len(line))
                    line[at:at + draw.randrange(3)] = bytes(draw.choices(letters, k=draw.randrange(3)))
                sent += bool(line.strip(b" \t\r"))
                self.write(bytes(line) + b"\n")
            while sent:
                sent -= self.read()["event"] == "done"
        self.is_alive()
        self.end()

    def test_ids(self):
        self.start()
        for number in (0, -3, 2 ** 53, "", "a b", 'é"\\\n'):
            self.write(json.dumps({"id": number, "request": "run", "text": "print 1"}))
            done, events = self.until_done(number)
            self.assertEqual((done["status"], len(events)), ("ok", 1))
        self.end()

    def test_long_line(self):
        """A hundred megabytes in a line are read and forgotten; the next line is heard."""
        def limit():
            resource.setrlimit(resource.RLIMIT_DATA, (400 << 20, 400 << 20))

        sanitized = b"__asan_init" in pathlib.Path(NNR).read_bytes()
        self.start(preexec_fn=None if sanitized else limit)
        piece = b"x" * (1 << 20)
        self.write(b'{"id": 1, "request": "run", "text": "')
        for _ in range(100):
            self.write(piece)
        done = self.refused(b'"}\n', None, "too long")
        self.assertEqual(done["line"], 1)
        self.is_alive()
        self.end()

    def test_large_request(self):
        self.start()
        self.assertEqual(self.text_of("# " + "x" * (3 << 20) + "\nprint 7"), "7\n")
        self.end()

    # Ends

    def test_quit(self):
        self.start()
        done, _ = self.ask("quit")
        self.assertEqual(done["status"], "quit")
        self.assertEqual(self.nnr.wait(LONG), 0)

    def test_quit_statement(self):
        self.start()
        self.run_text("quit", "quit")
        self.assertEqual(self.nnr.wait(LONG), 0)

    def test_end_of_input(self):
        """What was asked before the end is answered; of the last line the end may be missing."""
        self.start()
        first = self.send("run", text="print 5")
        self.write(b'{"id": 99, "request": "run", "text": "print 6"}')
        self.nnr.stdin.close()
        for number, text in [(first, "5\n"), (99, "6\n")]:
            done, (event,) = self.until_done(number)
            self.assertEqual((done["status"], event["text"]), ("ok", text))
        self.assertEqual(self.nnr.wait(LONG), 0)
        self.assertEqual(self.nnr.stderr.read(), b"")

    def test_end_in_a_line(self):
        self.start()
        self.write(b'{"id": 1, "request": "run", "te')
        self.nnr.stdin.close()
        done, _ = self.until_done(None)
        self.assertEqual((done["status"], done["line"]), ("refused", 1))
        self.assertEqual(self.nnr.wait(LONG), 0)

    def test_reader_gone(self):
        self.start()
        self.run_text(MODEL)
        self.busy()
        self.nnr.stdout.close()
        self.assertEqual(self.nnr.wait(LONG), 128 + signal.SIGPIPE)

    def test_terminated(self):
        self.start()
        self.run_text(MODEL)
        self.busy()
        self.nnr.terminate()
        self.assertEqual(self.nnr.wait(LONG), 128 + signal.SIGTERM)

    # Interrupts

    def test_interrupt_training(self):
        self.start()
        self.run_text(MODEL)
        before = self.text_of("print h.kernel")
        for _ in range(3):
            number = self.busy()
            second = self.send("interrupt")
            self.stopped(number)
            done, _ = self.until_done(second)
            self.assertEqual(done["status"], "ok")
        self.assertNotEqual(self.text_of("print h.kernel"), before)
        self.run_text("undo 3")
        self.assertEqual(self.text_of("print h.kernel"), before)
        self.end()

    def test_two_interrupts(self):
        self.start()
        self.run_text(MODEL)
        number = self.busy()
        both = [self.send("interrupt"), self.send("interrupt")]
        self.stopped(number)
        for one in both:
            self.assertEqual(self.until_done(one)[0]["status"], "ok")
        self.is_alive()
        self.end()

    def test_interrupt_waiting(self):
        """What waits before an interrupt is not begun; what comes behind it is done."""
        self.start()
        self.run_text(MODEL + "let k = 1")
        number = self.busy()
        waiting = [self.send("run", text="let k = 2"), self.send("complete", text="tr")]
        self.write('{"id": 77, "request": "nonsense"}')
        stop = self.send("interrupt")
        after = self.send("run", text="print k")
        self.stopped(number)
        for one in waiting:
            self.stopped(one)
        self.assertEqual(self.until_done(77)[0]["status"], "refused")
        self.assertEqual(self.until_done(stop)[0]["status"], "ok")
        done, events = self.until_done(after)
        self.assertEqual((done["status"], events[0]["text"]), ("ok", "1\n"))
        self.end()

    def test_interrupt_nothing(self):
        self.start()
        for _ in range(3):
            self.assertEqual(self.ask("interrupt")[0]["status"], "ok")
            self.is_alive()
        self.end()

    def test_interrupt_at_once(self):
        """Whether it comes before, during or after: one reply each, and the session goes on."""
        self.start()
        self.run_text(MODEL + "train 2")
        for text in ("train 3", "plot loss", "sweep h.kernel = l2(?) over 1e-3, 1e-2 { train 2 }",
                     "penalties", "repeat 50 { train 1 }", "checkgrad"):
            for kind in ("run", "complete", "inspect", "is_complete"):
                number = self.send(kind, text=text)
                stop = self.send("interrupt")
                self.assertIn(self.until_done(number)[0]["status"], ("ok", "stopped"))
                self.assertEqual(self.until_done(stop)[0]["status"], "ok")
        self.is_alive()
        self.run_text("plot loss")
        self.end()

    def test_interrupt_sweep(self):
        for jobs in ("1", "2"):
            self.start("--jobs", jobs)
            self.run_text(MODEL)
            number = self.send("run", text=f"sweep h.kernel = l2(?) over 1e-3, 1e-2 {{ train {FOREVER} }}")
            while self.read()["event"] != "progress":
                pass
            stop = self.send("interrupt")
            self.stopped(number)
            self.until_done(stop)
            self.is_alive()
            self.end()

    def test_interrupt_signal(self):
        """Ctrl-C of a terminal is the same."""
        self.start()
        self.run_text(MODEL)
        number = self.busy()
        self.nnr.send_signal(signal.SIGINT)
        self.stopped(number)
        self.is_alive()
        self.end()

    # A client that does not read

    def flood(self):
        """Fills what the system keeps of the replies: a mebibyte of text, and a pipe has less."""
        return self.send("run", text='print "' + "x" * (1 << 20) + '"')

    def test_unread_interrupt(self):
        self.start()
        self.run_text(MODEL)
        number = self.flood()
        late = self.send("run", text=f"train {FOREVER}")
        stop = self.send("interrupt")
        done, events = self.until_done(number)
        self.assertIn(done["status"], ("ok", "stopped"))
        self.stopped(late)
        self.assertEqual(self.until_done(stop)[0]["status"], "ok")
        self.is_alive()
        self.end()

    def test_unread_terminated(self):
        self.start()
        self.flood()
        self.nnr.terminate()
        self.assertEqual(self.nnr.wait(LONG), 128 + signal.SIGTERM)

    def test_unread_quit(self):
        self.start()
        self.flood()
        self.send("quit")
        self.assertEqual(self.nnr.wait(LONG), 1)
        self.assertIn(b"cannot write the standard output", self.nnr.stderr.read())

    def test_too_many(self):
        """As many as may wait are kept, and those that are refused are counted."""
        self.start()
        self.run_text(MODEL)
        number = self.busy()
        first = self.ids + 1
        sent = 3000
        for _ in range(sent):
            self.send("run", text="let k = 1")
        stop = self.send("interrupt")
        self.stopped(number)
        stopped, refused = 0, 0
        while stopped + refused < sent + 1:
            event = self.read()
            self.assertEqual(event["event"], "done")
            if event["status"] == "stopped":
                self.assertEqual(event["id"], first + stopped)
                stopped += 1
            elif event["status"] == "refused":
                self.assertIsNone(event["id"])
                refused += event["requests"]
            else:
                self.assertEqual((event["id"], event["status"]), (stop, "ok"))
                break
        self.assertGreaterEqual(stopped, 1000)
        self.is_alive()
        self.end()

    # The rest

    def test_progress(self):
        self.start()
        self.run_text(MODEL)
        number = self.busy()
        seen = [self.read() for _ in range(3)]
        self.send("interrupt")
        self.stopped_with(number)
        for event in seen:
            self.assertEqual((event["event"], event["what"], event["epochs"]),
                             ("progress", "train", FOREVER))
            self.assertLessEqual({"epoch", "step", "data", "penalty"}, event.keys())
        steps = [event["step"] for event in seen]
        self.assertEqual(steps, sorted(steps))

    def stopped_with(self, number):
        while True:
            event = self.read()
            if event["event"] == "done":
                self.assertEqual((event["id"], event["status"]), (number, "stopped"))
                return

    def test_nobody_is_there(self):
        """Nothing asks a person, and nothing reads the requests but nnr."""
        self.start()
        self.run_text("run", "error")
        self.run_text("pause")
        self.run_text('exercise "three" { let k = 3 } until k == 3')
        self.is_alive()
        self.end()

    def test_safe(self):
        self.start("--safe", "--seed", "7", "--let", "k=3")
        self.assertEqual(self.text_of("print k\nseed"), "3\nseed 7\n")
        self.run_text('save session "/tmp/x.nnr"', "error")
        self.end()

    def test_options(self):
        (self.folder / "a.nnr").write_text("print 1\n")
        for words in (["-c", "print 1"], ["a.nnr"], ["-i"], ["--check"], ["--step"], ["--json"]):
            done = subprocess.run([NNR, "--serve", *words], capture_output=True, text=True,
                                  input="", cwd=self.folder, timeout=LONG)
            self.assertEqual(done.returncode, 2)
            self.assertIn("do not go together", done.stderr)

    def test_page(self):
        """The dialogue of docs/serve.md: > is sent, < comes; ... stands for what is left out."""
        page = (SOURCE / "docs" / "serve.md").read_text()
        dialogue = re.search(r"```dialogue\n(.*?)```", page, re.S).group(1).splitlines()
        self.assertGreater(len(dialogue), 10)
        self.start()
        for line in dialogue[1:]:
            self.assertIn(line[:2], ("> ", "< "))
            if line[0] == ">":
                self.write(line[2:])
            else:
                self.same(json.loads(line[2:]), self.read())
        self.assertEqual(self.nnr.wait(LONG), 0)

    def same(self, shown, came):
        self.assertEqual(shown.keys(), came.keys())
        for key, value in shown.items():
            if isinstance(value, dict):
                self.same(value, came[key])
            elif isinstance(value, str) and "..." in value:
                pattern = ".*".join(map(re.escape, value.split("...")))
                self.assertRegex(came[key], re.compile(pattern, re.S))
            elif isinstance(value, list) and isinstance(value[0], float):
                self.assertAlmostEqual(value[0], came[key][0], places=5)
            else:
                self.assertEqual(value, came[key])


if __name__ == "__main__":
    NNR = os.path.abspath(sys.argv.pop(1))
    SOURCE = pathlib.Path(sys.argv.pop(1))
    unittest.main()
