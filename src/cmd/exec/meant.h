/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines that are nearly nnr's: what was meant by them. */
#ifndef NNR_CMD_EXEC_MEANT_H
#define NNR_CMD_EXEC_MEANT_H

#include "cmd/exec/spoken.h"

struct session;
struct str;

/* Of a statement that is none: adds the line that was meant. Keys that stand alone (lr = 0.01), a
 * verb with = or brackets behind it (plot(loss)), other signs for = (x <- 3), a sign before a verb
 * (:quit). False: none is known. */
bool meant_line(struct piece text, struct str *to);
/* Whether a line calls a word that is neither a function here nor a penalty. */
bool meant_stranger(const struct session *s, struct piece text, struct piece *word);

#endif
