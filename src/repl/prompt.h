/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The prompt, where a person types. */
#ifndef NNR_REPL_PROMPT_H
#define NNR_REPL_PROMPT_H

#include "repl/loop.h"

/* Asks and runs until the person leaves or a signal says so. An error, a failed expect and Ctrl-C
 * end a statement and never the prompt. */
void prompt_run(struct loop *l);
/* As host->type, on a loop. */
bool prompt_type(void *self, const char *shown, const char *prompt, struct str *typed);
/* The text behind a prompt that was pasted with it: behind `nnr> `, `nnr:sparse> `,
 * `step> ` or `...> `. */
const char *prompt_strip(const char *line);

#endif
