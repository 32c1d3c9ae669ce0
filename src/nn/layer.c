/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nn/layer.h"

#define ROW(name) extern const struct layer_kind layer_##name;
#include "nn/layers.def"
#undef ROW

static const struct entry *const rows[] = {
#define ROW(name) &layer_##name.entry,
#include "nn/layers.def"
#undef ROW
};

const struct table layer_kinds = {"layer", rows, sizeof rows / sizeof *rows};
