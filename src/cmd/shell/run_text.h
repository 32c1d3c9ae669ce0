/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running a text: parse it whole, then carry out one statement after the other. */
#ifndef NNR_CMD_SHELL_RUN_TEXT_H
#define NNR_CMD_SHELL_RUN_TEXT_H

#include "cmd/session/host.h"

/* Runs the statements of `text`. `name` is shown in errors ("lesson.nnr", "<prompt>"); relative
 * file names are read against `folder`; `line` is the number of the text's first line. The whole
 * text is parsed before the first statement runs; it stops at the first error. With `complete`
 * false a text that ends inside braces is OUTCOME_INCOMPLETE, with true it is an error. */
enum outcome session_run(struct session *s, const char *name, const char *folder, const char *text,
                         size_t size, uint32_t line, bool complete);

/* What --let NAME=VALUE says: `let NAME = VALUE`, and nothing else. It is written in records. */
enum outcome session_let(struct session *s, const char *given);

#endif
