/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What installing puts beside the program: its manual page, how shells complete its options, how
 * editors colour its scripts. Written by the program, from its tables. */
#ifndef NNR_REPL_INSTALLED_H
#define NNR_REPL_INSTALLED_H

#include "base/err.h"

struct str;

/* Whether there is a file of that name: man, bash, vim, ...; if not, -1 and *e. */
int installed_check(const char *what, struct err *e);
/* Writes it. */
void installed_write(struct str *to, const char *what);

#endif
