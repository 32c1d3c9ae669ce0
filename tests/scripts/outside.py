# SPDX-License-Identifier: GPL-3.0-or-later
"""nnr driven by other programs: variables from outside, parts of a sweep, results of several files,
by GNU parallel where it is installed.

Usage: outside.py NNR"""

import csv
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

NNR = os.path.abspath(sys.argv[1])
NET = ("data moons 60 split=0.2\ninput 2\ndense 4 tanh as h\ndense 1 sigmoid\n"
       "loss binary_crossentropy\noptimizer adam\n")
SWEEP = NET + ('sweep h.kernel = l2(?) over 0 1e-3 1e-2 1e-1 seeds=3 log="sweep.csv" {\n'
               "  train 1\n  measure norm_of = norm(h.kernel)\n}\n")
# What Slurm says to a task, and what it says to nobody else.
SLURM = ["SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN",
         "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP"]
PLAIN = {name: value for name, value in os.environ.items() if name not in SLURM}


def run(*words, cwd, text=None, env=None):
    return subprocess.run([NNR, "--plot=none", *words], input=text, text=True, capture_output=True,
                          cwd=cwd, timeout=600, env={**PLAIN, **(env or {})})


def right(*words, cwd, **more):
    got = run(*words, cwd=cwd, **more)
    assert got.returncode == 0, (words, got)
    return got


def rows(file):
    with open(file, newline="") as f:
        return list(csv.DictReader(f))


def a_let_of_the_script_gives_way(home):
    (home / "k.nnr").write_text("let k = 1\nlet n = 2*k\nprint k n\nlet k = 5\nprint k\n"
                                "repeat 2 { let n = n + 1 }\nprint n\n")
    assert right("k.nnr", cwd=home).stdout == "k = 1, n = 2\n5\n4\n"
    got = right("--let", "k=1e-3", "k.nnr", cwd=home)
    assert got.stdout == "k = 0.001, n = 0.002\n5\n2.002\n", got
    assert got.stderr == "k.nnr:1: let k gives way to --let: k = 0.001\n", got
    got = right("--let", "n=7", "--let=k=3", "-c", "print k", "k.nnr", cwd=home)
    assert got.stdout == "3\nk = 3, n = 7\n5\n9\n", got
    assert got.stderr.splitlines() == ["k.nnr:1: let k gives way to --let: k = 3",
                                       "k.nnr:2: let n gives way to --let: n = 7"], got
    assert right("--quiet", "--let", "k=3", "k.nnr", cwd=home).stderr == ""
    # A name that nobody gives a value to is there all the same; the second --let of a name counts.
    assert right("--let", "z=1", "--let", "z=2", "-c", "print z", cwd=home).stdout == "2\n"
    # A name that nothing has is told.
    got = right("--let", "kk=3", "--let", "j=2", "--let", "n=j", "k.nnr", cwd=home)
    assert got.stderr.splitlines() == ["k.nnr:2: let n gives way to --let: n = 2",
                                       "--let kk: nothing that was run has this name"], got
    for more in ([], ["--quiet"], ["--json"]):
        assert "--let kk" in right(*more, "--let", "kk=3", "-", cwd=home, text="print 1\n").stderr
    # Penalties too, in a file that the script reads, and with --check.
    (home / "inner.nnr").write_text("let how = l2(1)\nlet u = 3\n")
    (home / "outer.nnr").write_text('source "inner.nnr"\ninput 2\ndense u kernel=how as h\nlet\n')
    got = right("--let", "how=l1(0.5)+l2(0.25)", "outer.nnr", cwd=home)
    assert "let how = l1(0.5) + l2(0.25)\n" in got.stdout and "let u = 3\n" in got.stdout, got
    assert "inner.nnr:1: let how gives way to --let: how = l1(0.5) + l2(0.25)" in got.stderr, got
    right("--check", "--let", "how=l1(0.5)", "outer.nnr", cwd=home)


def a_record_has_the_given_value(home):
    (home / "r.nnr").write_text('record "rec.nnr"\nlet k = 1\nrecord none\nprint k\nlet k = 4\n'
                                "undo\nprint k\nundo\nprint k\n")
    got = right("--let", "k=3", "r.nnr", cwd=home)
    assert got.stdout == "3\ntaken back: let k=4\n3\ntaken back: let k=3\n3\n", got
    assert "let k = 1" not in (home / "rec.nnr").read_text()
    assert right("rec.nnr", "-i", cwd=home, text="print k\n").stdout.endswith("3\n")


def parts_share_the_runs(home):
    right("-", cwd=home, text=SWEEP + 'save results "all.csv"\nresults\n')
    whole = rows(home / "all.csv")
    (home / "sweep.csv").unlink()
    for parts in 1, 5, 12:
        seen = []
        for part in range(1, parts + 1):
            got = right(f"--part={part}/{parts}", "-", cwd=home,
                        text=SWEEP + 'save results "saved.csv"\n')
            name = f"sweep.{part}.csv" if parts > 1 else "sweep.csv"
            mine = rows(home / name)
            assert mine == rows(home / name.replace("sweep", "saved"))
            assert mine == whole[part - 1::parts]
            if parts > 1:
                told = f"sweep: {len(mine)} run{'s' * (len(mine) > 1)} of 12, part {part} of {parts}"
                assert told in got.stdout, got
            seen += [(row["model"], row["seed"]) for row in mine]
        assert sorted(seen) == sorted((row["model"], row["seed"]) for row in whole)
        if parts == 5:
            the_files_are_read_together(home)
        for file in home.glob("sweep*.csv"):
            file.unlink()
    # More parts than runs: the last ones have none, and that is no error.
    got = right("--part", "13/13", "-", cwd=home, text=SWEEP + 'results\nsave results "n.csv"\n')
    assert "sweep: none of the 12 runs is in part 13 of 13\n" in got.stdout, got
    assert ": no runs\n" in got.stdout, got
    # What a file has already is counted among the part's own runs, and nothing is said of a part that has none.
    resumed = SWEEP.replace('log="sweep.csv" ', 'log="sweep.csv" resume="sweep.csv" ')
    for part, first, then in (("3/5", 'there is no "sweep.3.csv" yet: all 2 runs are to do', '2 of 2 runs are in "sweep.3.csv"'),
                              ("12/12", 'there is no "sweep.12.csv" yet: the one run is to do', '1 of 1 run is in "sweep.12.csv"'),
                              ("14/14", "", "")):
        for told in first, then:
            assert [line for line in right("--part", part, "-", cwd=home, text=resumed).stderr.splitlines()
                    if "sweep." in line] == ([told] if told else []), (part, told)
    for file in home.glob("sweep.*.csv"):
        file.unlink()
    assert rows(home / "n.13.csv") == []


def the_files_are_read_together(home):
    whole = right("-", cwd=home, text=SWEEP.replace('log="sweep.csv" ', "keep=none ") + "results\n")
    table = whole.stdout.splitlines()[-5:]
    got = right("-c", 'results "sweep.*.csv"', cwd=home)
    assert got.stdout.splitlines()[-5:] == table, (got, table)
    assert got.stderr == "12 runs in 5 files\n", got
    one = right("-c", 'results "sweep.?.csv" norm_of format=csv', cwd=home)
    assert one.stdout.splitlines()[0] == "h.kernel,n,norm_of,norm_of.std", one
    # A row twice counts once, and one of another sweep is refused.
    shutil.copy(home / "sweep.2.csv", home / "sweep.9.csv")
    got = right("-c", 'results "sweep.*.csv"', cwd=home)
    assert got.stdout.splitlines()[-5:] == table, got
    assert "3 rows are of a run that was there already; the first one counts" in got.stderr, got
    text = (home / "sweep.9.csv").read_text().splitlines()
    cells = text[1].split(",")
    cells[text[0].split(",").index("norm_of")] = "77"
    (home / "sweep.9.csv").write_text("\n".join([text[0], ",".join(cells), *text[2:]]) + "\n")
    got = right("-c", 'results "sweep.*.csv"', cwd=home)
    assert "1 of them has other figures than the first" in got.stderr, got
    for change, says in [
            (lambda t: t.replace("norm_of", "other"), "have not the same columns"),
            (lambda t: t.replace(t.split("\n")[1].split(",")[1], "0123456789abcdef"),
             "are of two sweeps"),
            (lambda t: t.replace(t.split("\n")[1].split(",")[0] + ",", "0.0.1,", 2)
             .replace("0.0.1,digest", "nnr,digest"), "are of two versions of nnr"),
            (lambda t: "a,b\n1,2\n", "holds no results of a sweep"),
            (lambda t: "", "holds no results of a sweep"),
            (lambda t: t.split("\n")[0] + "\n1,2\n", "holds no results of a sweep")]:
        (home / "sweep.9.csv").write_text(change((home / "sweep.2.csv").read_text()))
        got = run("-c", 'results "sweep.*.csv"', cwd=home)
        assert got.returncode == 1 and got.stderr.startswith("<-c>:1:9: ") and says in got.stderr, got
    (home / "sweep.9.csv").unlink()


def what_was_measured_alone_is_no_sweep(home):
    right("-c", 'data rows { 1 -> 1 }; input 1; dense 1; loss mse; measure m = 1; save results "alone.csv"',
          cwd=home)
    got = run("-c", 'results "alone.csv"', cwd=home)
    assert got.returncode == 1 and ('<-c>:1:9: "alone.csv" holds models that were measured, and no sweep'
                                    in got.stderr), got


def wrong_names_are_one_error(home):
    for statement, says in [('results "no*.csv"', 'no file fits "no*.csv"'),
                            ('results "no/x.csv"', '"no/x.csv": No such file or directory'),
                            ('results "a" "b"', "results reads the files of one name"),
                            ('results ""', "")]:
        got = run("-c", statement, cwd=home)
        assert got.returncode == 1 and got.stderr.startswith("<-c>:1:") and says in got.stderr, got
    for words in ["0/3"], ["4/3"], ["3"], ["a/b"], ["3/"], ["-1/3"], ["1/999999999"], ["1/2x"]:
        got = run("--part", *words, "-c", "print 1", cwd=home)
        assert got.returncode == 2 and "is no part of a sweep" in got.stderr, got
    (home / "safe").mkdir()
    (home / "safe/x.nnr").write_text('results "../*.csv"\n')
    got = run("--safe", "safe/x.nnr", cwd=home)
    assert got.returncode == 1 and "x.nnr:1:9: " in got.stderr and "outside" in got.stderr, got


def a_task_of_a_slurm_array_is_a_part(home):
    def slurm(task, count, first, last, step=1):
        return dict(zip(SLURM, map(str, [task, count, first, last, step])))
    small = SWEEP.replace(' log="sweep.csv"', "").replace("seeds=3 ", "")
    for env, part in [(slurm(0, 4, 0, 3), "part 1 of 4"), (slurm(3, 4, 0, 3), "part 4 of 4"),
                      (slurm(5, 3, 1, 5, 2), "part 3 of 3")]:
        assert part in right("-", cwd=home, text=small, env=env).stdout
    assert "part 2 of 9" in right("--part", "2/9", "-", cwd=home, text=small + "\n",
                                  env=slurm(1, 4, 1, 4)).stdout
    gaps = slurm(7, 3, 1, 7)
    got = run("-", cwd=home, text=small, env=gaps)
    assert got.returncode == 1 and "its numbers have gaps" in got.stderr, got
    assert "4 runs;" in right("--part=1/1", "-", cwd=home, text=small, env=gaps).stdout
    # Without a sweep nobody asks.
    right("-c", "print 1", cwd=home, env=gaps)


def gnu_parallel_drives_it(home):
    parallel = shutil.which("parallel")
    # Another program has that name too.
    told = parallel and subprocess.run([parallel, "--version"], capture_output=True, text=True)
    if not told or "GNU parallel" not in told.stdout:
        return
    (home / "p.nnr").write_text(SWEEP)
    (home / "one.nnr").write_text("let k = 0\nlet n = 4\n" + NET.replace("dense 4", "dense n") +
                                  "set h.kernel = l2(k)\ntrain 1\nprint k n val.loss.data\n")
    home_of = {**PLAIN, "PARALLEL_HOME": str(home), "HOME": str(home)}

    def do(*words):
        got = subprocess.run([parallel, "--will-cite", "-j2", *words], cwd=home, env=home_of,
                             capture_output=True, text=True, timeout=600)
        assert got.returncode == 0, got
        return got.stdout
    do(f"{NNR} --quiet --part {{}}/3 p.nnr", ":::", "1", "2", "3")
    assert right("-c", 'results "sweep.*.csv"', cwd=home).stderr == "12 runs in 3 files\n"
    lines = do("-k", f"{NNR} --quiet --let k={{1}} --let n={{2}} one.nnr | tail -n 1", ":::", "0",
               "1e-2", ":::", "3", "5").splitlines()
    assert [line.rsplit(",", 1)[0] for line in lines] == [
        f"k = {k}, n = {n}" for k in ("0", "0.01") for n in (3, 5)], lines


with tempfile.TemporaryDirectory() as name:
    path = pathlib.Path(name).resolve()
    for test in (a_let_of_the_script_gives_way, a_record_has_the_given_value, parts_share_the_runs,
                 what_was_measured_alone_is_no_sweep, wrong_names_are_one_error, a_task_of_a_slurm_array_is_a_part,
                 gnu_parallel_drives_it):
        test(path)
