#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers to a lesson's exercises are graded.

    grade.py NNR
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

NNR = ""
LESSON = """\
data moons 40 batch=8
input 2
dense 4 tanh as h
dense 1 sigmoid
exercise "Shrink h." until norm(h.kernel) < 0.5 { set h.kernel = l2(1); train 200 }
hint "l2 pulls at large weights"
expect epoch == 200
let k = 0
for i in 1 2 {
  exercise "Make k larger." until k >= i and epoch < 1000 { let k = i }
}
exercise "Say nothing." until k == 2 { let k = k }
"""
GOOD = """\
answer 1 { set h.kernel = l2(2); train 250 }
answer 2 { let k = i }
answer 3 { }
"""


class Grade(unittest.TestCase):
    def setUp(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        self.folder = pathlib.Path(kept.name)

    def grade(self, answers, *words, lesson=LESSON):
        (self.folder / "lesson.nnr").write_text(lesson)
        (self.folder / "answers.nnr").write_text(answers)
        return subprocess.run([NNR, "--grade", "answers.nnr", *words, "lesson.nnr"],
                              cwd=self.folder, capture_output=True, text=True, timeout=600,
                              stdin=subprocess.DEVNULL)

    def lines(self, answers, *words, status=3, lesson=LESSON):
        done = self.grade(answers, *words, lesson=lesson)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout.splitlines()

    def test_all_solved(self):
        self.assertEqual(self.lines(GOOD, status=0),
                         ["1 solved: Shrink h.", "2 solved: Make k larger.",
                          "3 solved: Say nothing.", "3 of 3 exercises solved"])
        # What the lesson claims of its own answer need not hold after another one.
        self.assertIn("expected epoch == 200, but 250 == 200 is not so; passed over",
                      self.grade(GOOD).stderr)

    def test_json(self):
        rows = [json.loads(line) for line in self.lines("answer 2 { let k = 1 }", "--json")]
        self.assertEqual([row.get("result") for row in rows],
                         ["no answer", "not solved", "no answer", None])
        line = 1 + LESSON.split("Make k larger.")[0].count("\n")
        column = 1 + LESSON.splitlines()[line - 1].index("exercise")
        self.assertEqual(rows[1], {"verb": "exercise", "exercise": 2, "result": "not solved",
                                   "solved": False, "task": "Make k larger.",
                                   "why": "k is 1, wanted >= i (2)", "file": "lesson.nnr",
                                   "line": line, "column": column})
        self.assertEqual(rows[3], {"verb": None, "solved": 0, "exercises": 3})

    def test_what_an_answer_may_come_to(self):
        for answer, result in [
                ("answer 1 { train 1; skip }", "1 skipped: Shrink h."),
                ("answer 1 { train 1 }", "1 not solved: Shrink h. (norm(h.kernel) is "),
                ("answer 1 { quit; train 1 }", "1 quit: Shrink h. (the answer says quit)"),
                ("answer 1 {\n  tain 1 }", "1 error: Shrink h. (answers.nnr:2:3: no verb or layer "
                                           "\"tain\"; did you mean train?)"),
                ("answer 1 { exercise \"a\" until 1 > 0 { } }",
                 "1 error: Shrink h. (answers.nnr:1:12: an exercise stands in another one"),
                ("answer 1 { pause; seed 5; undo; undo }", "1 error: Shrink h. (answers.nnr:1:33: "
                                                           "there is nothing to take back"),
                ("answer 1 { source \"lesson.nnr\" }", "1 error: Shrink h. ("),
        ]:
            lines = self.lines(answer)
            self.assertTrue(lines[0].startswith(result), (answer, lines[0]))
            self.assertEqual(lines[1:], ["2 no answer: Make k larger.", "3 no answer: Say nothing.",
                                         "0 of 3 exercises solved"])

    def test_the_time_that_an_answer_may_take(self):
        for answer in ("repeat 1000000000 { }", "train 1000000000",
                       "train until loss < 0 max 1000000000"):
            lines = self.lines("answer 1 { %s }\nanswer 3 { }" % answer, "--time-limit", "0.2s")
            self.assertEqual(lines, ["1 out of time: Shrink h. (it took longer than 0.2 s)",
                                     "2 no answer: Make k larger.", "3 solved: Say nothing.",
                                     "1 of 3 exercises solved"])

    def test_wrong_answers_file(self):
        for answers, says in [
                ("answer 4 { }", "answers.nnr:1:1: there is no exercise 4: the lesson has 3; "),
                ("answer 0 { }", "answers.nnr:1:8: number is a whole number from 1 to 1000000"),
                ("answer 1 { }; answer 1 { }", "answers.nnr:1:15: there are two answers 1; "),
                ("answer 1 {", "answers.nnr:1:10: this { is not closed"),
                ("answer 1 { }\nsay 1", "answers.nnr:2:1: say stands beside answers"),
                ("say 1", "nnr: there is no answer in the file of answers; "),
                ("", "nnr: there is no answer in the file of answers; "),
                ("exercise \"Other.\" until 1 > 0 { }",
                 "answers.nnr:1:1: the lesson has no exercise \"Other.\""),
        ]:
            done = self.grade(answers)
            self.assertEqual(done.returncode, 1, answers)
            self.assertTrue(done.stderr.startswith(says) or "\n" + says in done.stderr,
                            (answers, done.stderr))

    def test_wrong_lesson(self):
        bad = 'let k = 1\nexercise "a" until k == 2 { let k = 3 }\n'
        done = self.grade("answer 1 { }", lesson=bad)
        self.assertEqual(done.returncode, 1)
        self.assertIn("lesson.nnr:2:20: the exercise is not solved: k is 3, wanted == 2",
                      done.stderr)
        # What an answer leaves behind may be what the lesson fails for.
        rest = 'exercise "a" until 1 > 0 { let k = 1 }\nprint k\nexercise "b" until 1 > 0 { }\n'
        done = self.grade("answer 1 { }\nanswer 2 { }", lesson=rest)
        self.assertEqual(done.stdout.splitlines(), ["1 solved: a", "2 not reached: b",
                                                    "1 of 2 exercises solved"])
        self.assertEqual(done.returncode, 1)
        self.assertIn("lesson.nnr:2:7: no quantity or variable \"k\"", done.stderr)

    def test_no_file_outside(self):
        kept = tempfile.TemporaryDirectory()
        self.addCleanup(kept.cleanup)
        outside = pathlib.Path(kept.name) / "out.csv"
        outside.write_text("1,2\n3,4\n")
        os.symlink(outside, self.folder / "link.csv")
        for path in (str(outside), "link.csv", f"../{outside.parent.name}/out.csv"):
            for statement in (f'data csv "{path}" target=1', f'source "{path}"',
                              f'save results "{path}"', f'save session "{path}"',
                              f'load weights "{path}"', f'save weights "{path}"'):
                lines = self.lines("answer 1 { %s }" % statement)
                self.assertTrue(lines[0].startswith("1 error: "), lines[0])
        self.assertEqual(outside.read_text(), "1,2\n3,4\n")

    def test_a_record_is_graded(self):
        (self.folder / "lesson.nnr").write_text(LESSON)
        script = LESSON.replace("set h.kernel = l2(1); train 200", "train 200; undo; set h.kernel "
                                "= l2(2); train 240; again; set h.kernel = l2(1); train 200")
        done = subprocess.run([NNR, "-c", 'record "mine.nnr"', "-"], input=script, text=True,
                              cwd=self.folder, capture_output=True, timeout=600)
        self.assertEqual(done.returncode, 0, done.stderr)
        # The loop's exercise stands in the loop.
        self.assertEqual(self.lines((self.folder / "mine.nnr").read_text())[:2],
                         ["1 solved: Shrink h.", "2 no answer: Make k larger."])

    def test_hostile_tasks(self):
        task = "\\u202e</script><img src=x>\x1b[31m"
        lesson = LESSON.replace("Shrink h.", task)
        for words in ([], ["--json"]):
            done = self.grade(GOOD, *words, lesson=lesson)
            self.assertNotIn("\x1b", done.stdout + done.stderr)
            if words:
                for line in done.stdout.splitlines():
                    json.loads(line)

    def test_options(self):
        for words in (["--grade", "answers.nnr"], ["--time-limit", "3s", "lesson.nnr"],
                      ["--grade", "a", "--time-limit", "0s", "lesson.nnr"],
                      ["--grade", "a", "--time-limit", "3h", "lesson.nnr"],
                      ["--grade", "a", "--time-limit", "-3", "lesson.nnr"],
                      ["--grade", "a", "--check", "lesson.nnr"], ["--grade", "a", "-"]):
            done = subprocess.run([NNR, *words], cwd=self.folder, capture_output=True, text=True,
                                  stdin=subprocess.DEVNULL, timeout=600)
            self.assertEqual(done.returncode, 2, words)


if __name__ == "__main__":
    NNR = str(pathlib.Path(sys.argv.pop()).resolve())
    unittest.main()
