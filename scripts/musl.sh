#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Whether nnr builds and runs on another C library, musl, with what that has alone. There are no zlib,
# jansson, libzip and readline for it here: their headers are those of the system, and what calls them is left open (libzip is
# loaded when it is wanted), so the program does all but read packed files and JSON and ask at a terminal.
#
#     musl.sh FOLDER     where to build
set -eu
folder=$1
if [ ! -f "$folder/build.ninja" ]; then
    headers='-idirafter /usr/include -idirafter /usr/include/x86_64-linux-gnu'
    CC=musl-gcc meson setup -Dtests=false -Dlevels=false -Doptimization=1 "-Dc_args=$headers" "$folder"
fi
built=$(ninja -C "$folder" -t targets all |
    sed -n 's/^\(src\/nnr\.p\/.*\.o\|src\/lib[a-z_]*\.a\): .*/\1/p')
# shellcheck disable=SC2086 # one word for each file
ninja -C "$folder" $built
# shellcheck disable=SC2086
(cd "$folder" && musl-gcc -static -o nnr-musl -Wl,--warn-unresolved-symbols \
    -Wl,--start-group $built -Wl,--end-group 2>links.log)
# Nothing but those libraries may be missing.
left=$(sed -n "s/.*undefined reference to .\([a-zA-Z0-9_]*\).*/\1/p" "$folder/links.log" | sort -u |
    grep -v -E '^(rl_|inflate|json_|add_history|append_history|clear_history|history_|using_history)' || true)
if [ -n "$left" ]; then
    echo "musl lacks: $left"
    exit 1
fi
"$folder/nnr-musl" --plot none -c '
    data xor; input 2; dense 8 tanh kernel=l2(1e-4); dense 1 sigmoid; optimizer adam lr=0.05
    train 300; expect loss < 0.1; checkgrad; penalties'
