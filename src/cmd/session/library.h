/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scripts that the program has with it: scripts/penalties.nnr and scripts/lessons. */
#ifndef NNR_CMD_SESSION_LIBRARY_H
#define NNR_CMD_SESSION_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

#define LIBRARY_NAME "penalties.nnr"

/* The text of the script of that name, *size bytes without an end of their own; NULL: there is
 * none. It lives as long as the program. */
const char *library_text(const char *name, size_t *size);
/* Whether a file's name means such a script, as there is no file at the path that it means. */
bool library_stands(const char *name, const char *path);
/* How many lessons there are, in the order of their numbers. */
size_t library_lessons(void);
/* The text of one, as library_text, and the name of its file. */
const char *library_lesson(size_t i, const char **name, size_t *size);

#endif
