/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may stand where the cursor is. */
#ifndef NNR_CMD_SHELL_COMPLETE_H
#define NNR_CMD_SHELL_COMPLETE_H

#include <stddef.h>

struct session;

/* What may stand at byte `point` of the line being typed: a list of whole words, ended by NULL,
 * that could replace the word which begins at *start; *suffix is what follows a unique one (' ',
 * '=' or 0). The list and its words are freed with mem_free. NULL: nothing. */
char **session_complete(struct session *s, const char *line, size_t point, size_t *start,
                        char *suffix);

#endif
