/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "train/opt.h"

#define ROW(name) extern const struct opt_kind opt_##name;
#include "train/optimizers.def"
#undef ROW

static const struct entry *const rows[] = {
#define ROW(name) &opt_##name.entry,
#include "train/optimizers.def"
#undef ROW
};

const struct table opt_kinds = {"optimizer", rows, sizeof rows / sizeof *rows};
