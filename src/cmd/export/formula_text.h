/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formulas as Python. */
#ifndef NNR_CMD_EXPORT_FORMULA_TEXT_H
#define NNR_CMD_EXPORT_FORMULA_TEXT_H

#include "cmd/export/script.h"

struct formula_names {
    void *self;
    /* Adds what a name means; false: nothing. */
    bool (*find)(void *self, struct str *to, const char *path);
    /* Whether axis 0 of what it means counts samples; NULL: of nothing it matters. */
    bool (*counts_samples)(void *self, const char *path);
};
/* Adds the formula. False: something in it has no counterpart. */
bool script_formula(const struct exported *s, struct str *to, const char *formula,
                    const struct formula_names *names);

#endif
