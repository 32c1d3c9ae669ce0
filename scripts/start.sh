#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing, builds nnr and replays the sparse autoencoder; stays at the prompt when
# somebody sits there.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
build=$root/build

# Shows what a command says only when it fails.
quietly() {
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        exit 1
    fi
    rm -f "$log"
}

sh "$root/scripts/install.sh"
if [ ! -x "$build/src/nnr" ]; then
    echo 'building nnr; this takes a minute' >&2
fi
if [ ! -f "$build/build.ninja" ]; then
    tests=false
    if pkg-config --exists cmocka; then tests=true; fi
    quietly meson setup --buildtype=release -Dtests=$tests "$build" "$root"
fi
quietly ninja -C "$build" src/nnr

stay=
if [ -t 0 ] && [ -t 1 ]; then stay=-i; fi
exec "$build/src/nnr" $stay "$root/scripts/sparse-autoencoder.nnr"
