/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening a file that somebody named, to read it. */
#ifndef NNR_BASE_INPUT_H
#define NNR_BASE_INPUT_H

#include "base/entry.h"

/* Opens a file for reading and returns its descriptor, or -1 and *e at file->where. *size is how
 * many bytes it has. Only files are opened: a folder, a pipe, a device or a socket, which may never
 * end or never begin, is an error. Nothing here waits. */
int input_open(const struct file_name *file, uint64_t *size, struct err *e);
/* The error of a file that cannot be read, by errno. Returns -1. */
int input_refuse(const struct file_name *file, int why, struct err *e);

#endif
