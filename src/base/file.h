/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing a file so that its name always means a whole one: what is written stands beside it under
 * another name, which is renamed at the end. A link is followed, and the file it leads to is
 * written; a folder, a device, a pipe, and a file that nobody may write are refused. */
#ifndef NNR_BASE_FILE_H
#define NNR_BASE_FILE_H

#include "base/entry.h"
#include "base/place.h"

/* What stands near the beginning or the end of files that nnr writes. */
#define FILE_OWN "written by nnr"

/* A file being written. */
struct file_out {
    const struct file_name *file; /* must outlive it */
    const char *own;              /* what tells a file of nnr's; must outlive it */
    struct file_place place;
    char beside[40]; /* the name in the place's folder that it has until it is whole, or "" */
    int fd;
};

struct ranks;

/* From here on rank 0 alone writes files, and all ranks meet at the end of each. */
void file_share(struct ranks *r);
/* Whether the file could be begun, as far as can be told without writing. `own` is a text by which
 * a file that nnr wrote is known: when file->within is set, no other is written over. */
int file_check(const struct file_name *file, const char *own, struct err *e);
/* The same of a file that nobody named: one that is there must be nnr's own. */
int file_check_unnamed(const struct file_name *file, const char *own, struct err *e);
/* Makes the file beside its place, and removes what processes that were killed left there. On error
 * nothing is left. */
int file_begin(struct file_out *f, const struct file_name *file, const char *own, struct err *e);
/* Writes n bytes. On error all is taken back, as by file_drop. */
int file_add(struct file_out *f, const void *bytes, size_t n, struct err *e);
/* Puts the file in its place, with the mode of the one it replaces, when all of it is on the disk;
 * the descriptor, which is open for writing at its end, is handed to *fd, or closed when fd is
 * NULL. On error all is taken back. */
int file_end(struct file_out *f, int *fd, struct err *e);
/* Gives up: what was there before stays. A file that was put in its place already stays, too. */
void file_drop(struct file_out *f);

/* Writes n bytes to a descriptor: 0, or an errno. */
int file_write(int fd, const void *bytes, size_t n);
/* The error of a file that cannot be written, by errno. Returns -1. */
int file_refuse(const struct file_name *file, int why, struct err *e);
/* The error of a file outside of file->within, which place_open tells by EXDEV. Returns -1. */
int file_outside(const struct file_name *file, struct err *e);

#endif
