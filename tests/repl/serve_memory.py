#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""--serve where memory runs out: whichever allocation fails, each request has its end, and the next
one is answered.

    serve_memory.py FAKE_NNR
"""

import json
import subprocess
import sys

FAKE = sys.argv[1]
SHORT = "not enough memory"


def main():
    nnr = subprocess.Popen([FAKE, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                           encoding="utf-8")

    def ask(number, request, **members):
        print(json.dumps({"id": number, "request": request, **members}), file=nnr.stdin, flush=True)
        told = []
        while True:
            event = json.loads(nnr.stdout.readline())
            told.append(event)
            if event["event"] == "done":
                return told

    assert json.loads(nnr.stdout.readline())["event"] == "hello"
    failed = 0
    for n in range(1, 60):
        for request, members in [("run", {"text": "echo x"}), ("complete", {"text": "ec"}),
                                 ("inspect", {"text": "echo"}), ("is_complete", {"text": "echo"}),
                                 ("nonsense", {})]:
            done = ask(1, "run", text=f"nomem {n}")[-1]
            assert done["status"] in ("ok", "error"), done
            *_, done = told = ask("é\n", request, **members)
            if any(SHORT in json.dumps(event) for event in told):
                failed += 1
                # Of what could not be read nothing is known.
                assert done["id"] in (None, "é\n"), told
            # What is left of the counter is for nobody.
            assert ask(3, "run", text="nomem 1000000")[-1]["event"] == "done"
            first, *_, last = ask(4, "run", text="echo y")
            assert (first["text"], last["status"]) == ("y\n", "ok"), (n, request, first, last)
    assert failed > 50, failed
    nnr.stdin.close()
    assert nnr.wait() == 0


main()
