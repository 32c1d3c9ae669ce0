/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A standard input at which nobody sits. */
#ifndef NNR_REPL_BATCH_H
#define NNR_REPL_BATCH_H

#include "repl/loop.h"

#include "cmd/session/host.h"

/* Runs standard input as a script, each statement as soon as its last line has come, up to the
 * first error. */
enum outcome batch_run(struct loop *l);

#endif
