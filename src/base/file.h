/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing a file so that its name always means a whole one: what is written stands beside it under
 * another name, which is renamed at the end. */
#ifndef NNR_BASE_FILE_H
#define NNR_BASE_FILE_H

#include "base/entry.h"

/* A file being written. */
struct file_out {
    const struct file_name *file; /* must outlive it */
    char *beside;                 /* the name it has until it is whole */
    int fd;
};

/* Makes the file beside its place. On error nothing is left. */
int file_begin(struct file_out *f, const struct file_name *file, struct err *e);
/* Writes n bytes. On error all is taken back, as by file_drop. */
int file_add(struct file_out *f, const void *bytes, size_t n, struct err *e);
/* Puts the file in its place; the descriptor, which is open for writing at its end, is handed to
 * *fd, or closed when fd is NULL. On error all is taken back. */
int file_end(struct file_out *f, int *fd, struct err *e);
/* Gives up: what was there before stays. */
void file_drop(struct file_out *f);

/* Writes n bytes to a descriptor: 0, or an errno. */
int file_write(int fd, const void *bytes, size_t n);
/* The error of a file that cannot be written, by errno. Returns -1. */
int file_refuse(const struct file_name *file, int why, struct err *e);

#endif
