/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What things are called in a script, and what it cannot have. */
#ifndef NNR_CMD_EXPORT_NAMES_H
#define NNR_CMD_EXPORT_NAMES_H

#include "cmd/export/script.h"

/* Names for all values, masks and rows. 0, or -1 and *e (memory). */
int script_names(struct exported *s, struct err *e);
/* Notes that there is no counterpart: "the penalty ar". */
void script_refuse(struct exported *s, const char *what, const char *name);
/* Whether a penalty's numbers are as many as its weight's: they stand beside the script. */
bool stays_near(const struct args *args);

#endif
