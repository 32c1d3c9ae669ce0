/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The person's pager and editor, which have the terminal while they run. */
#ifndef NNR_REPL_OUTSIDE_H
#define NNR_REPL_OUTSIDE_H

#include <stddef.h>

/* Runs a command line of the person's in a shell: `input`, if it is not NULL, is its standard
 * input, and `file`, if it is not NULL, its last word. Returns its status as a shell has it: 128 +
 * the signal that ended it, 127 where it could not be started. */
int outside_run(const char *command, const char *file, const char *input, size_t n);

#endif
