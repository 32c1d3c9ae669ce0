#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# clang-tidy and cppcheck over src; says nothing when both have nothing to say.
#
#     lint.sh [BUILD [deep]]
#
# BUILD, or build, is a folder in which nnr was built; deep: with clang's analyzer as well, which
# takes 20 times as long.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${1-build} checks=-clang-analyzer-*
if [ "${2-}" = deep ]; then checks=; fi
if [ ! -f "$build/compile_commands.json" ]; then
    echo "lint.sh: $build is no folder in which nnr was built" >&2
    exit 1
fi
wrong=0
cores=$(nproc 2>/dev/null || echo 2)

log=$(mktemp)
trap 'rm -f "$log"' EXIT
find src -name '*.c' -print0 |
    xargs -0 -P "$cores" -n 8 clang-tidy -p "$build" --quiet --checks="$checks" >"$log" 2>/dev/null ||
    wrong=1
if [ "$wrong" -ne 0 ]; then cat "$log"; fi
cppcheck --quiet --std=c11 -j "$cores" --enable=warning,performance,portability -Isrc -DLEVEL=base \
    --suppressions-list=scripts/cppcheck.txt --error-exitcode=1 \
    --template='{file}:{line}: {severity}: {message} [{id}]' src || wrong=1
exit "$wrong"
