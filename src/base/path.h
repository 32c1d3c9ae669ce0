/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of files. */
#ifndef NNR_BASE_PATH_H
#define NNR_BASE_PATH_H

#include "base/mem.h"

#include <stdbool.h>

/* Whether a name ends in `.nnr` or the like, in small or large letters. */
bool path_ends(const char *name, const char *ending);
/* The path of the file that `name` means when it is read against `folder`: folder/name, or `name`
 * itself when it is absolute or the folder is "" or NULL. It lives in `to`; NULL when there is no
 * memory. */
const char *path_join(struct arena *to, const char *folder, const char *name);
/* Writes the folder that the file of `path` stands in, from the root where the system can tell, cut
 * to the room of `text`. Returns text. */
const char *path_folder(const char *path, char *text, size_t room);

#endif
