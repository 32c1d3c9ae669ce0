#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Brings all C files into the form that .clang-format describes.
set -eu
cd "$(dirname "$0")/.."
exec find src tests -name '*.[ch]' -exec clang-format -i {} +
