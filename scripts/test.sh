#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# All checks: the tests with gcc, with clang, and with gcc under the address and undefined-behaviour
# sanitizers; threads under their sanitizer; the campaign of random trials and fuzzers; the
# formatting; the ladder; clang-tidy and cppcheck; types that clash between files. The last line is
# "N passed, N failed".
#
#     test.sh [--quick | --long]
#
# With --quick one compiler without optimisation and without sanitizers tries, in float, the suites
# that a change needs (scripts/quick.py): a minute or two.
# With --long the campaign tries a hundred times as often, and each fuzzer a million times or a
# hundred thousand sessions: that takes hours.
set -u
cd "$(dirname "$0")/.." || exit 1
sh scripts/install.sh tests || exit 1
long='' quick=''
case ${1-} in
--long) long=yes ;;
--quick) quick=yes ;;
esac

passed=0 failed=0
log=$(mktemp) beside=$(mktemp -d)
trap 'rm -rf "$log" "$beside"' EXIT

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
        return 1
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
    if command -v ccache >/dev/null; then compiler="ccache $compiler"; fi
    if [ ! -f "$folder/build.ninja" ]; then
        env CC="$compiler" ${linker:+CC_LD="$linker"} meson setup "$@" "$folder" || return 1
    fi
    # shellcheck disable=SC2086 # one word for each target
    ninja -C "$folder" $targets
}

# run FOLDER COMPILER [OPTION...]: builds there what $targets names, or all, and runs all tests.
run() {
    echo "== $1"
    if ! prepare "$@" >"$log" 2>&1; then
        cat "$log"
        failed=$((failed + 1))
        return
    fi
    # A loaded machine is no fault of the program: what hangs is still found.
    tests "$1" -t 5 --no-suite campaign
}

# tests FOLDER WORD...: runs the tests there that the words choose.
tests() {
    meson test --no-rebuild --print-errorlogs -C "$@" >"$log" 2>&1
    status=$?
    cat "$log"
    good=$(figure Ok) bad=$(($(figure Fail) + $(figure Timeout) + $(figure 'Unexpected Pass')))
    # A run that could not even begin must not count as nothing.
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    passed=$((passed + good)) failed=$((failed + bad))
}

# later NAME COMMAND...: begins it, beside what else there is; when all have ended, soon NAME shows what
# it said and fails if it did. What has one thread takes no longer with others beside it.
later() {
    name=$1
    shift
    ("$@" >"$beside/$name" 2>&1 && touch "$beside/$name.good") &
}
soon() {
    cat "$beside/$1" 2>/dev/null
    [ -f "$beside/$1.good" ]
}

# fuzz NAME RUNS: so many inputs from a fixed seed; leaks are looked for at the end, not after each
# input, and all inputs count the same: that is twenty times as fast. What is found is kept in build-test-fuzz/found;
# the fuzzers have no rights of root's.
fuzz() {
    ASAN_OPTIONS=$ASAN_OPTIONS:allocator_may_return_null=1:max_allocation_size_mb=600 \
        "build-test-fuzz/tests/campaign/$1" -runs="$2" -seed=1 -max_len=900 \
        -detect_leaks=0 -entropic=0 \
        -timeout=120 -rss_limit_mb=3000 -malloc_limit_mb=0 \
        -artifact_prefix="$PWD/build-test-fuzz/found/"
}

formatting() {
    find src tests -name '*.[ch]' -exec clang-format --dry-run -Werror {} +
}

# The last line, and the exit code.
finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    exit
}

targets='' linker=''
check formatting formatting
check ladder sh scripts/ladder.sh
if [ -n "$quick" ]; then
    targets=build.ninja
    if check build-test-quick prepare build-test-quick gcc -Dlevels=false -Doptimization=0; then
        targets=$(python3 scripts/quick.py targets build-test-quick)
        names=$(python3 scripts/quick.py names build-test-quick)
        # shellcheck disable=SC2086 # one word for each name
        if [ -z "$names" ]; then
            echo 'no test needed'
        elif check 'programs of the tests' prepare build-test-quick gcc; then
            tests build-test-quick -t 5 $names
        fi
    fi
    finish
fi
# Hundreds of programs are linked; what is installed is linked by the usual one, below.
linker=$(command -v ld.gold >/dev/null && echo gold)
run build-test-gcc gcc --buildtype=release
run build-test-clang clang --buildtype=release
linker='' targets='src/nnr src/nnr64'
later lint sh scripts/lint.sh build-test-clang
later types prepare build-test-types gcc -Dtests=false -Dlevels=false -Db_lto=true \
    -Doptimization=0 "-Dc_link_args=-Werror -Wlto-type-mismatch"
later musl sh scripts/musl.sh build-test-musl
if [ -d .git ]; then
    later package sh scripts/package.sh build-test-package
fi
wait
check lint soon lint
check 'types in all files' soon types
check 'another C library' soon musl
if [ -d .git ]; then
    check 'Debian package' soon package
fi
linker=$(command -v ld.gold >/dev/null && echo gold) targets=
ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export ASAN_OPTIONS UBSAN_OPTIONS
# Lines and functions are all that a report of theirs names.
sanitizing='-Db_lundef=false -Doptimization=1 -Ddebug=false -Dc_args=-g1'
# shellcheck disable=SC2086 # one word for each option
run build-test-asan gcc -Db_sanitize=address,undefined $sanitizing

echo '== campaign'
loads=15000 files=30000 expressions=20000 sessions=3000
if [ -n "$long" ]; then
    loads=1000000 files=1000000 expressions=1000000 sessions=100000
    export CAMPAIGN=100
fi
patience=5
if [ -n "$long" ]; then patience=0; fi
tests build-test-gcc -t "$patience" --suite campaign
tests build-test-asan -t "$patience" keys random_sessions
targets='tests/test_workers tests/test_workers64'
# shellcheck disable=SC2086
if check 'build-test-tsan' prepare build-test-tsan gcc -Dlevels=false -Db_sanitize=thread $sanitizing; then
    tests build-test-tsan test_workers test_workers64
fi
targets='tests/campaign/fuzz_load tests/campaign/fuzz_files tests/campaign/fuzz_expr tests/campaign/fuzz_session'
linker=''
# shellcheck disable=SC2086
if check 'packages of the fuzzers' sh scripts/install.sh campaign &&
    check 'build-test-fuzz' prepare build-test-fuzz clang -Dfuzz=true -Dlevels=false \
        -Db_sanitize=address,undefined $sanitizing; then
    mkdir -p build-test-fuzz/found && chmod 777 build-test-fuzz/found
    later fuzz_load fuzz fuzz_load "$loads"
    later fuzz_files fuzz fuzz_files "$files"
    later fuzz_expr fuzz fuzz_expr "$expressions"
    later fuzz_session fuzz fuzz_session "$sessions"
    wait
    for one in "fuzz_load, $loads" "fuzz_files, $files" "fuzz_expr, $expressions" "fuzz_session, $sessions"; do
        check "$one inputs" soon "${one%,*}"
        grep '^campaign:' "$log"
    done
fi

finish
