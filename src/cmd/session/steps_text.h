/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training that was done, as statements that do it again. */
#ifndef NNR_CMD_SESSION_STEPS_TEXT_H
#define NNR_CMD_SESSION_STEPS_TEXT_H

#include <stdbool.h>
#include <stdint.h>

struct model;
struct str;

/* Adds what takes the steps that the model took since step `first` again, with the points that they
 * put into the history; returns how many statements that is. With `named` they name the model. */
long steps_text(struct str *to, const struct model *m, uint64_t first, bool named);

#endif
