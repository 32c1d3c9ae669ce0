/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may stand where the cursor is. */
#ifndef NNR_CMD_SHELL_COMPLETE_H
#define NNR_CMD_SHELL_COMPLETE_H

#include "cmd/shell/spot.h"

#include <stddef.h>

/* What may stand at byte `point` of the line being typed: a list of whole words, ended by NULL,
 * that could replace the word which begins at *start; *suffix is what follows a unique one (' ',
 * '=' or 0). The list and its words are freed with mem_free. NULL: nothing. */
char **session_complete(struct session *s, const char *line, size_t point, size_t *start,
                        char *suffix);

/* The same, of the first `most` words that it finds. */
char **complete_first(struct session *s, const char *line, size_t point, size_t most, size_t *start,
                      char *suffix);

/* For the other files of cmd/shell, which look at the line too: */

/* The statement that the cursor is in, and where its word begins. */
struct cursor {
    bool string;  /* it stands inside quotes */
    size_t begin; /* of the statement */
    size_t word;  /* of the cursor's word */
};
struct cursor find_cursor(const char *line, size_t point);
/* The argument that the value number `n` belongs to, by place; NULL: none is left. */
const struct arg_spec *due_place(const struct entry *entry, size_t n);
/* The argument by place that is due at the cursor. */
const struct arg_spec *due_at(const struct spot *p);
/* The row that a call inside the cursor's value means: l1 in kernel=l1(; NULL: a function. */
const struct entry *row_of_call(const struct session *s, const struct spot *p, const char *callee);

#endif
