#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds the Debian package from what the tree holds, without running the tests again, asks lintian, and
# installs it into a folder of its own, from where it is run.
#
#     package.sh FOLDER     where to build; the packages stay there
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
rm -rf "$folder"/nnr* "$folder/root"
mkdir -p "$folder/nnr" "$folder/root/var/lib/dpkg"
(cd "$root" && git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$folder/nnr")
cd "$folder/nnr"
DEB_BUILD_OPTIONS='nocheck parallel=2' dpkg-buildpackage --no-sign --build=full --no-check-builddeps
cd "$folder"
lintian --fail-on error,warning --info ./*.changes
touch root/var/lib/dpkg/status
dpkg --root="$folder/root" --force-not-root --force-depends --install ./nnr_*.deb
find root -path '*/share/doc/nnr/copyright' | grep -q .
man --warnings -l root/usr/share/man/man1/nnr.1.gz >/dev/null
AUTOPKGTEST_TMP="$folder" PATH="$folder/root/usr/bin:$PATH" sh nnr/debian/tests/replays
