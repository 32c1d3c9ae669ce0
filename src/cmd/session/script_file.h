/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a script, before it means anything. */
#ifndef NNR_CMD_SESSION_SCRIPT_FILE_H
#define NNR_CMD_SESSION_SCRIPT_FILE_H

#include <stddef.h>

struct err;
struct file_name;
struct stop;
struct str;

/* How many bytes are read at a time. */
enum { SCRIPT_PIECE = 64 << 10 };
/* The most that a script may have. */
enum { SCRIPT_LARGEST = 64 << 20 };

/* Reads a whole file; `text` is the caller's to finish, also after an error. What is no file or
 * cannot be read (base/input.h), what is no text or is larger than 64 MiB is an error that says
 * what to do. `stop`, which may be NULL, ends it with ERR_STOPPED. */
int script_read(const struct file_name *file, const struct stop *stop, struct str *text,
                struct err *e);
/* The same from a descriptor that is open, up to its end: a pipe perhaps. It stays open. */
int script_take(int fd, const struct file_name *file, const struct stop *stop, struct str *text,
                struct err *e);
/* Adds `n` bytes that were read from what `name` says. A zero byte, and more than 64 MiB in all,
 * are errors. */
int script_add(struct str *text, const char *name, const char *piece, size_t n, struct err *e);
/* The folder of a script, or NULL when there is no memory; mem_free. */
char *script_folder(const char *path);

#endif
