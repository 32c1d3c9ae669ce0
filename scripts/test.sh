#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# All checks: the tests with gcc, with clang, and with gcc under the address and undefined-behaviour
# sanitizers; the formatting; the ladder. The last line is "N passed, N failed".
set -u
cd "$(dirname "$0")/.." || exit 1
sh scripts/install.sh tests || exit 1

passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# check "NAME" COMMAND...: one more that passed or failed; what it says is shown if it failed.
check() {
    name=$1
    shift
    if "$@" >"$log" 2>&1; then
        passed=$((passed + 1))
        echo "$name: ok"
    else
        failed=$((failed + 1))
        cat "$log"
        echo "$name: FAILED"
    fi
}

# The number that meson's summary gives under a heading, such as Ok.
figure() {
    awk -v heading="$1:" 'index($0, heading) == 1 { n = $NF } END { print n + 0 }' "$log"
}

# prepare FOLDER COMPILER [OPTION...]: a build folder, set up and built.
prepare() {
    folder=$1 compiler=$2
    shift 2
    if [ ! -f "$folder/build.ninja" ]; then
        env CC="$compiler" meson setup "$@" "$folder" || return 1
    fi
    ninja -C "$folder"
}

# run FOLDER COMPILER [OPTION...]: builds there and runs all tests.
run() {
    echo "== $1"
    if ! prepare "$@" >"$log" 2>&1; then
        cat "$log"
        failed=$((failed + 1))
        return
    fi
    meson test -C "$1" --no-rebuild --print-errorlogs >"$log" 2>&1
    status=$?
    cat "$log"
    good=$(figure Ok) bad=$(($(figure Fail) + $(figure Timeout) + $(figure 'Unexpected Pass')))
    # A run that could not even begin must not count as nothing.
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    passed=$((passed + good)) failed=$((failed + bad))
}

formatting() {
    find src tests -name '*.[ch]' -exec clang-format --dry-run -Werror {} +
}

check formatting formatting
check ladder sh scripts/ladder.sh
run build-test-gcc gcc --buildtype=release
run build-test-clang clang --buildtype=release
ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export ASAN_OPTIONS UBSAN_OPTIONS
run build-test-asan gcc -Db_sanitize=address,undefined -Db_lundef=false -Dbuildtype=debugoptimized

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
