/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/view.h"

#define ROW(name) extern const struct view_kind view_##name;
#include "plot/view_kinds.def"
#undef ROW

static const struct entry *const rows[] = {
#define ROW(name) &view_##name.entry,
#include "plot/view_kinds.def"
#undef ROW
};

const struct table view_kinds = {"view", rows, sizeof rows / sizeof *rows};
