# SPDX-License-Identifier: GPL-3.0-or-later
"""log tensorboard, read back by a reader of its own: the frames of TFRecord with their checksums
(TensorFlow's record_writer.h), CRC-32C bit by bit (RFC 3720), and the fields of event.proto and
summary.proto, by the wire format of protocol buffers.

Usage: tensorboard.py NNR"""

import csv
import os
import pathlib
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import time

NNR = os.path.abspath(sys.argv[1])
NET = ("data moons 100 split=0.2 batch=16\ninput 2\n"
       "dense 6 tanh kernel=l2(1e-3) activity=l1(1e-3) as h\ndense 1 sigmoid\n")


def remainder(byte):
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    return byte


REMAINDERS = [remainder(byte) for byte in range(256)]


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ REMAINDERS[crc & 255 ^ byte]
    return crc ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283
assert crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720, B.4


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(data, cut=False):
    """The whole records; where a kill may have cut the last one, what there is of it is left out."""
    at = 0
    while at < len(data):
        left = len(data) - at
        if cut and (left < 12 or left < 16 + struct.unpack_from("<Q", data, at)[0]):
            return
        (size,) = struct.unpack_from("<Q", data, at)
        assert struct.unpack_from("<I", data, at + 8)[0] == masked(data[at:at + 8])
        body = data[at + 12:at + 12 + size]
        assert len(body) == size, "a record is cut"
        assert struct.unpack_from("<I", data, at + 12 + size)[0] == masked(body)
        yield body
        at += 16 + size


def varint(data, at):
    x = shift = 0
    while True:
        x |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return x, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            x, at = varint(data, at)
        elif key & 7 == 1:
            x, at = data[at:at + 8], at + 8
        elif key & 7 == 5:
            x, at = data[at:at + 4], at + 4
        else:
            assert key & 7 == 2, key
            size, at = varint(data, at)
            x, at = data[at:at + size], at + size
        yield key >> 3, x
    assert at == len(data)


def scalar(value):
    parts = dict(fields(value))
    assert set(parts) == {1, 2}
    return parts[1].decode(), struct.unpack("<f", parts[2])[0]


def events(folder, cut=False):
    """(step, tags and values or "start") of all files of a folder, in the order of their names."""
    for file in sorted(folder.iterdir()):
        assert "tfevents" in file.name
        first = True
        for body in records(file.read_bytes(), cut):
            parts = list(fields(body))
            known = dict(parts)
            wall = struct.unpack("<d", known[1])[0]
            assert abs(wall - time.time()) < 3600
            assert first == (3 in known)
            if first:
                assert known[3] == b"brain.Event:2" and set(known) == {1, 3}
            elif 7 in known:
                assert dict(fields(known[7])) == {1: 1}
                yield known.get(2, 0), "start"
            else:
                assert set(known) == {1, 2, 5}
                yield known[2], [scalar(v) for field, v in fields(known[5]) if field == 1]
            first = False


def curves(folder, cut=False):
    """As TensorBoard does it: a start takes away what was of its step and later."""
    found = {}
    for step, what in events(folder, cut):
        if what == "start":
            for curve in found.values():
                for late in [s for s in curve if s >= step]:
                    del curve[late]
            continue
        for tag, value in what:
            assert step not in found.setdefault(tag, {}), (tag, step)
            found[tag][step] = value
    return {tag: curve for tag, curve in found.items() if curve}


def single(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def head_of(tag):
    group, name = tag.split("/", 1)
    if group == "loss":
        return "loss" if name == "total" else name
    if group == "validation":
        return "validation" if name == "total" else "validation_data"
    return name


def saved(file):
    """The same curves by `save history`."""
    found = {}
    with open(file, newline="") as f:
        for row in csv.DictReader(f):
            step = int(row.pop("step"))
            for head, cell in row.items():
                if cell:
                    found.setdefault(head, {})[step] = single(float(cell))
    return found


def run(text, *options, cwd, **more):
    return subprocess.run([NNR, "--plot=none", *options, "-"], input=text, text=True,
                          capture_output=True, cwd=cwd, timeout=600, **more)


def right(text, *options, cwd, **more):
    got = run(text, *options, cwd=cwd, **more)
    assert got.returncode == 0, got
    return got


def same_as_history(folder, file):
    logged = {head_of(tag): curve for tag, curve in curves(folder).items()}
    assert logged == saved(file), (logged, saved(file))


def every_curve_is_that_of_the_history(home):
    right(NET + 'log tensorboard "runs/free"\nwatch norm(h.kernel) every 3\ntrain 3\n'
          'set h.kernel = l1(0.01)\nstep 7\nlet k = 2\nrepeat 2 { train 1 }\nrename net\nrename main\n'
          'save history "h.csv"\n', cwd=home)
    same_as_history(home / "runs/free/main", home / "h.csv")
    tags = set(curves(home / "runs/free/main"))
    assert {"loss/total", "loss/data", "loss/penalty", "penalty/h.kernel l2(0.001)",
            "penalty/h.kernel l1(0.01)", "penalty/h.activity l1(0.001)", "validation/total",
            "validation/data", "output/h.output mean |a|", "watch/norm(h.kernel)"} <= tags, tags
    assert len(list((home / "runs/free/main").iterdir())) == 1


def undo_and_goto_begin_again(home):
    right(NET + 'log tensorboard "back"\ntrain 2\nmark m\ntrain 3\nundo\ntrain 1\ngoto m\ntrain 2\n'
          'save history "b.csv"\nclone other\ntrain 1\nsave history "o.csv"\nundo\nundo\nlog off\n'
          'train 5\n', cwd=home)
    same_as_history(home / "back/main", home / "b.csv")
    # What a clone had before it was not logged in its folder.
    logged = curves(home / "back/other")["loss/total"]
    assert list(logged) == [25] and logged[25] == saved(home / "o.csv")["loss"][25]
    # A second program that logs into the same folder takes the place of the first.
    right(NET + 'log tensorboard "back"\ntrain 2\nsave history "s.csv"\n', cwd=home)
    assert len(list((home / "back/main").iterdir())) == 2
    same_as_history(home / "back/main", home / "s.csv")


def the_runs_of_a_sweep_have_folders(home):
    for jobs in ("1", "2"):
        right(NET + f'log tensorboard "sweep{jobs}"\n'
              'sweep h.kernel = l2(?) over 0 1e-2 seeds=2 { train 1; train 1 }\nmodel main_2\n'
              f'save history "m{jobs}.csv"\ntrain 1\nsave history "n{jobs}.csv"\n',
              "--jobs", jobs, cwd=home)
    folders = sorted(f.name for f in (home / "sweep1").iterdir())
    assert folders == ["main_1_seed1", "main_1_seed2", "main_2", "main_2_seed1", "main_2_seed2"]
    for folder in folders:
        one, two = (list(events(home / f"sweep{jobs}" / folder)) for jobs in (1, 2))
        assert one == two, (folder, one, two)
    # The model that stays is that of the first seed; on its own it goes on in its own folder.
    same_as_history(home / "sweep1/main_2_seed1", home / "m1.csv")
    assert list(curves(home / "sweep1/main_2")["loss/data"]) == [15]
    right(NET + 'log tensorboard "plain"\nsweep h.kernel = l2(?) over 0 1e-2 { train 1 }\n', cwd=home)
    assert sorted(f.name for f in (home / "plain").iterdir()) == ["main_1", "main_2"]


def training_is_the_same(home):
    text = NET + "train 3\nprint sum(h.kernel) loss\n"
    plain = right(text, "--json", "--quiet", cwd=home).stdout.splitlines()[-1]
    logged = right('log tensorboard "same"\n' + text, "--json", "--quiet", cwd=home)
    assert plain.replace('"line": 6', '"line": 7') == logged.stdout.splitlines()[-1]
    assert right('log tensorboard "none"\n' + text, "--check", cwd=home).stdout == ""
    assert not (home / "none").exists()


def a_record_logs_again(home):
    right('record "r.nnr"\n' + NET + 'log tensorboard "again"\ntrain 2\nlog\n', cwd=home)
    before = list(events(home / "again/main"))
    for file in (home / "again/main").iterdir():
        file.unlink()
    got = subprocess.run([NNR, "r.nnr"], cwd=home, capture_output=True, text=True, timeout=600)
    assert got.returncode == 0, got
    assert list(events(home / "again/main")) == before


def until_it_has_records(folder):
    while not (folder.exists() and any(f.stat().st_size > 2000 for f in folder.iterdir())):
        time.sleep(0.05)


def whoever_ends_it_leaves_a_file_to_read(home):
    work = subprocess.Popen([NNR, "--plot=none", "-"], cwd=home, stdin=subprocess.PIPE, text=True,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    work.stdin.write(NET + 'log tensorboard "killed"\ntrain 100000000\n')
    work.stdin.close()
    folder = home / "killed/main"
    until_it_has_records(folder)
    work.send_signal(signal.SIGKILL)
    work.wait()
    # The system ends a write of several pages between two of them.
    assert len(curves(folder, cut=True)["loss/total"]) > 1
    stopped = subprocess.Popen([NNR, "--plot=none", "-"], cwd=home, stdin=subprocess.PIPE, text=True,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stopped.stdin.write(NET + 'log tensorboard "stopped"\ntrain 100000000\n')
    stopped.stdin.close()
    folder = home / "stopped/main"
    until_it_has_records(folder)
    stopped.send_signal(signal.SIGINT)
    assert stopped.wait() == 128 + signal.SIGINT
    assert len(curves(folder)["loss/total"]) > 1


def a_full_disk_is_told_once(home):
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))
    got = right(NET + 'log tensorboard "full"\n' + "train 2\n" * 6 + "log\n"
                'sweep h.kernel = l2(?) over 1 2 { train 1 }\n', cwd=home, preexec_fn=limit)
    told = [line for line in got.stderr.splitlines() if "log tensorboard" in line]
    assert told == ['log tensorboard: "full" cannot be written: File too large; nothing more is '
                    'logged'], got.stderr
    assert "log off" in got.stdout and got.stdout.count("train: ") == 6
    assert len(curves(home / "full/main")["loss/total"]) > 1
    quiet = right(NET + 'log tensorboard "quiet"\n' + "train 2\n" * 6, "--quiet", cwd=home, preexec_fn=limit)
    assert quiet.stderr == 'log tensorboard: "quiet" cannot be written: File too large; nothing more is logged\n', quiet


def files_stay_in_the_folder_of_safe(home):
    (home / "in").mkdir()
    (home / "in/safe.nnr").write_text(NET + 'log tensorboard "a/b"\ntrain 1\n')
    (home / "in/out.nnr").write_text(NET + 'log tensorboard "../x"\n')
    os.symlink("..", home / "in/up")
    (home / "in/link.nnr").write_text(NET + 'log tensorboard "up/y"\n')
    for name, status in ("safe", 0), ("out", 1), ("link", 1):
        got = subprocess.run([NNR, "--safe", f"in/{name}.nnr"], cwd=home, capture_output=True,
                             text=True, timeout=600)
        assert got.returncode == status, got
        assert status == 0 or ':5:17: "' in got.stderr and "outside" in got.stderr, got
    assert curves(home / "in/a/b/main")
    assert not (home / "x").exists() and not (home / "y").exists()


def fast_points_are_thinned_and_the_last_one_stays(home):
    right(NET + 'watch norm(h.kernel) every 1\nlog tensorboard "fast"\nstep 4000\nstep 3\n',
          cwd=home)
    steps = list(curves(home / "fast/main")["loss/data"])
    assert steps[:1000] == list(range(1000)) and steps[-1] == 4003 and 4000 in steps, len(steps)


def slips_are_one_error(home):
    (home / "file").write_text("x")
    for statement, column, says in [
            ("log tensorboard", 5, 'log tensorboard needs a folder; write log tensorboard "runs/free"'),
            ('log off "x"', 9, "log off takes no folder"),
            ('log board "x"', 5, 'no way to log "board"'),
            ("log tensorboard runs", 17, "stands in quotes"),
            ('log tensorboard "file"', 17, '"file" is no folder'),
            ('log tensorboard "file/x"', 17, '"file/x"'),
            ('log tensorboard ""', 17, ""),
            ('log tensorboard "/proc/x"', 17, '"/proc/x" cannot be written'),
            (f'log tensorboard "{"n" * 300}"', 17, "File name too long"),
            ('sweep h.kernel = l2(?) over 1 { log tensorboard "x" }', 33, "log")]:
        got = run(NET + 'log tensorboard "good"\n' + statement + "\n", cwd=home)
        assert got.returncode == 1 and f":6:{column}: " in got.stderr and says in got.stderr, got
        got = run(NET + statement + "\nlog\n", cwd=home)
    got = right('log tensorboard "good"\nlog\nlog off\nlog\nlog off\n', cwd=home)
    assert got.stdout == 'log tensorboard "good"\nlog off\n', got
    assert not (home / "good/main").exists()


with tempfile.TemporaryDirectory() as name:
    path = pathlib.Path(name).resolve()
    for test in (every_curve_is_that_of_the_history, undo_and_goto_begin_again,
                 the_runs_of_a_sweep_have_folders, training_is_the_same, a_record_logs_again,
                 whoever_ends_it_leaves_a_file_to_read, a_full_disk_is_told_once,
                 files_stay_in_the_folder_of_safe,
                 fast_points_are_thinned_and_the_last_one_stays, slips_are_one_error):
        test(path)
