/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Python's words: literals, names, and the parts of the scripts that come with the program. */
#ifndef NNR_CMD_EXPORT_PYTHON_H
#define NNR_CMD_EXPORT_PYTHON_H

#include "base/entry.h"

/* A text as a literal that means it whatever it holds; bytes that are no ASCII stand as escapes of
 * UTF-8, and a file's name goes through os.fsdecode where it has such. */
void python_text(struct str *to, const char *text);
void python_file(struct str *to, const char *name);
/* The shortest literal of the same double. */
void python_number(struct str *to, double x);
/* (3, 2); of one number (3,). */
void python_shape(struct str *to, const struct shape *s);
/* The value of an argument as a literal. */
void python_argument(struct str *to, const struct arg *a);
/* Whether a word stands somewhere in a text, whole. */
bool python_mentions(const char *text, const char *word);
/* Whether a function or a class of that name stands among the parts. */
bool python_defines(const char *parts, const char *word);
/* A word of Python itself, or one that the scripts give a meaning. */
bool python_reserves(const char *word);

/* Adds the parts that `own` mentions, and those that these mention, in their order. What `parts`
 * holds is told at its beginning. 0, or -1 without memory. */
int python_parts(struct str *to, const char *parts, size_t size, const char *own);

#endif
