#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Compares every include line under src/ with the ladder: a rung sees itself and the rungs named
# for it here, and a library from outside is known to its own rungs only. cmd has rooms,
# each of which sees those named before it. Then units.py looks for long
# circles of files, and for headers that declare what another file defines. Prints offenders.
set -eu
cd "$(dirname "$0")/.."
wrong=0

find src -name '*.[ch]' | LC_ALL=C sort | xargs grep -Hn '^[[:space:]]*#[[:space:]]*include' | awk '
function allow(rung, list,    i, n, word) {
    n = split(list, word, " ")
    known[rung] = 1
    sees[rung, rung] = 1
    for (i = 1; i <= n; i++)
        sees[rung, word[i]] = 1
}
function rooms(list,    i, n, word) {
    n = split(list, word, " ")
    for (i = 1; i <= n; i++)
        room[word[i]] = i
}
function offend(why) {
    print $0 ": " why
    wrong = 1
}
BEGIN {
    allow("repl", "cmd lang base")
    allow("cmd", "keras plot train data nn expr lang num base")
    allow("plot", "train data nn num base")
    allow("train", "data nn expr num base")
    allow("nn", "expr num base")
    allow("data", "num base")
    allow("expr", "lang num base")
    allow("lang", "base")
    allow("num", "base")
    allow("keras", "base")
    allow("base", "")
    allow("hdf5", "base")
    allow("mpi", "base")
    rooms("session report common export exec verbs shell")
    outside["readline"] = " repl "
    outside["dlfcn.h"] = " base num "
    outside["hdf5.h"] = " hdf5 "
    outside["mpi.h"] = " mpi "
    outside["zlib.h"] = " base "
    outside["jansson.h"] = " base num keras cmd repl "
    outside["zip.h"] = " base "
}
{
    split($0, part, ":")
    split(part[1], folder, "/")
    rung = folder[2]
    name = $0
    sub(/^[^<"]*include[[:space:]]*[<"]/, "", name)
    sub(/[>"].*$/, "", name)
    split(name, step, "/")
    if (!known[rung])
        offend("\"" rung "\" is no rung of the ladder")
    else if ($0 ~ /include[[:space:]]*</) {
        if (step[1] in outside && !index(outside[step[1]], " " rung " "))
            offend(rung " must not know " step[1])
    } else if (name ~ /^[^\/]*\.def$/)
        next # a list that the build writes for this folder
    else if (name !~ /\//)
        offend("write the rung: \"" rung "/" name "\"")
    else if (!sees[rung, step[1]])
        offend(rung " does not see " step[1])
    else if (rung == "cmd" && !room[folder[3]])
        offend("\"" folder[3] "\" is no room of cmd")
    else if (rung == "cmd" && step[1] == "cmd" && room[step[2]] > room[folder[3]])
        offend(folder[3] " does not see " step[2])
}
END { exit wrong }' || wrong=1

# Every file that a statement names goes through base/place.c, which keeps to the folder of --safe:
# nobody else opens any; hdf5 opens what lies in memory. fork_pool.c opens /dev/null, process.c and system.c start gnuplot, save.c writes
# down what gnuplot would get, where the environment asks for that.
opens='(^|[^a-z_>.])(open|fopen|freopen|openat|creat|mkstemp|opendir|unlink|popen|system|execv[a-z]*)[(]'
if grep -nE "$opens" -r src --include='*.[ch]' |
    grep -vE '^src/(repl/|hdf5/|base/(file|place|system|fork_pool)\.c|plot/(process|save)\.c)' |
    grep -vE ':[[:space:]]*(/?\*|//)'; then
    echo "these open files past base/place.c"
    wrong=1
fi

python3 scripts/units.py || wrong=1
exit "$wrong"
