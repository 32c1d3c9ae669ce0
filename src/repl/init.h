/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The person's own statements, which the prompt begins with: nnr/init.nnr under XDG_CONFIG_HOME, or
 * under ~/.config. */
#ifndef NNR_REPL_INIT_H
#define NNR_REPL_INIT_H

#include "repl/loop.h"

/* Runs the file, if there is one, and says so. What is wrong in it is told, and is no end. */
void init_run(struct loop *l);

#endif
