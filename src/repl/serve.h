/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nnr --serve: requests in, replies out, each a line of JSON (docs/serve.md). */
#ifndef NNR_REPL_SERVE_H
#define NNR_REPL_SERVE_H

#include "repl/loop.h"

/* Answers requests until the input ends, or one asks to quit, or a signal says so. Errors of what
 * is run end a request and never the session. */
enum outcome serve_run(struct loop *l);

#endif
