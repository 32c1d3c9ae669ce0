/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file into which statements are written while they are carried out. */
#ifndef NNR_CMD_SESSION_RECORD_H
#define NNR_CMD_SESSION_RECORD_H

#include <stdbool.h>
#include <sys/types.h>

struct err;
struct file_name;
struct line;
struct session;
struct span;
struct str;

/* Writes a new line to the record. An error ends recording. */
int record_line(struct session *s, const struct line *l, struct err *e);
void record_end(struct session *s);
/* Whether a session could be written into that file: it must end in .nnr, or a script of somebody
 * else's could plant a line in any file that is read as commands. */
int session_file_check(const struct file_name *file, struct err *e);
/* Adds all statements so far as the file of that path would have them; `where` is the place of an
 * error. */
int record_text(const struct session *s, const char *path, struct span where, struct str *to,
                struct err *e);
/* Writes all statements so far, at once or not at all. */
int save_session(struct session *s, const struct file_name *file, struct err *e);
/* Whether the path is that of the file being recorded. */
bool record_is_file(const struct session *s, const char *path);
/* Writes all statements so far; the open descriptor is handed on if fd is not NULL. */
int record_write(const struct session *s, const struct file_name *file, int *fd, off_t *size,
                 struct err *e);

#endif
