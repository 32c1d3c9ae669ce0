#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs what is missing to build and run nnr; `install.sh tests` also what the tests need, and
# `install.sh campaign` what the fuzzers need beside. Says nothing and does nothing when all is
# there. Packages are those of Debian and its relatives.
set -eu

has() {
    command -v "$1" >/dev/null 2>&1
}

library() {
    has pkg-config && pkg-config --exists "$1"
}

# A compiler alone is not enough: the C library's headers must be there too.
compiles() {
    has "$1" && printf '#include <stdio.h>\nint main(void) { return 0; }\n' |
        "$1" -x c -o /dev/null - 2>/dev/null
}

# clang's libFuzzer and sanitizers come in a package of their own.
fuzzes() {
    has clang && printf 'int LLVMFuzzerTestOneInput(void) { return 0; }\n' |
        clang -fsanitize=fuzzer,address,undefined -x c -o /dev/null - 2>/dev/null
}

meson_is_new_enough() {
    has meson && version=$(meson --version 2>/dev/null) && [ "${version%%.*}" -ge 1 ]
}

# Python's modules are those of the system.
tests_kernels() {
    /usr/bin/python3 -c 'import jupyter_kernel_test, ipykernel' 2>/dev/null
}

# need "WHAT" "PACKAGES" CHECK...: notes both unless the check succeeds.
need() {
    what=$1 packages=$2
    shift 2
    if ! "$@"; then
        missing="$missing
  $what"
        wanted="$wanted $packages"
    fi
}

# A library that is only loaded; a system that cannot be asked does without.
shared() {
    PATH="$PATH:/sbin:/usr/sbin"
    ! has ldconfig || ldconfig -p | grep -q "/$1\.so"
}

reads_hdf5() { /usr/bin/python3 -c 'import h5py' 2>/dev/null; }

look() {
    missing='' wanted=''
    need 'pkg-config' pkg-config has pkg-config
    need 'a C compiler (gcc)' 'gcc libc6-dev' compiles cc
    need 'meson, 1.0 or newer' meson meson_is_new_enough
    need 'ninja' ninja-build has ninja
    need 'readline' libreadline-dev library readline
    need 'openblas' libopenblas0 shared libopenblas
    need 'zlib' zlib1g-dev library zlib
    need 'jansson' libjansson-dev library jansson
    need 'libzip' libzip-dev library libzip
    need 'libhdf5' libhdf5-dev library hdf5
    need 'gnuplot' gnuplot-nox has gnuplot
    [ "$1" = tests ] || [ "$1" = campaign ] || return 0
    need 'gcc' 'gcc libc6-dev' compiles gcc
    need 'Open MPI' 'openmpi-bin libopenmpi-dev' library ompi-c
    need 'h5py' python3-h5py reads_hdf5
    need 'cmocka' libcmocka-dev library cmocka
    need 'chromium' chromium has chromium
    need 'clang' clang compiles clang
    need 'clang-format' clang-format has clang-format
    need 'clang-tidy' clang-tidy has clang-tidy
    need 'cppcheck' cppcheck has cppcheck
    need 'musl-gcc' musl-tools has musl-gcc
    need 'man' 'man-db groff' has man
    need 'what tests kernels of Jupyter' 'python3-ipykernel python3-jupyter-kernel-test' tests_kernels
    need 'zsh' zsh has zsh
    need 'fish' fish has fish
    need 'vim' vim has vim
    need 'what builds Debian packages' 'dpkg-dev debhelper' has dh
    need 'lintian' lintian has lintian
    [ "$1" = campaign ] || return 0
    need 'libFuzzer of clang' libclang-rt-dev fuzzes
}

give_up() {
    printf 'nnr: %s:%s\n' "$1" "$missing" >&2
    echo 'On Debian these are the packages:'"$wanted" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

look "${1-}"
[ -n "$wanted" ] || exit 0
has apt-get || give_up 'these are missing, and there is no apt-get here to install them'
[ "$(id -u)" -eq 0 ] || has sudo ||
    give_up 'these are missing, and only root can install them here'

echo "installing:$wanted" >&2
as_root apt-get -qq -o DPkg::Lock::Timeout=120 update >&2 ||
    give_up 'the list of packages could not be read, and these are missing'
# shellcheck disable=SC2086 # one word for each package
as_root apt-get -qq -y -o DPkg::Lock::Timeout=120 install --no-install-recommends $wanted >&2 ||
    give_up 'these could not be installed'

hash -r
look "${1-}"
[ -z "$wanted" ] || give_up 'these are still missing after the installation'
