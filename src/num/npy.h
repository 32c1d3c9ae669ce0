/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of numpy.save, as they are or in gzip: versions 1 to 3 of the format (NEP 1,
 * numpy.lib.format); floats of 2, 4 and 8 bytes, whole numbers of 1 to 8, booleans; both byte
 * orders and both orders of axes. */
#ifndef NNR_NUM_NPY_H
#define NNR_NUM_NPY_H

#include "num/stored.h"

/* Opens the file, as stream_open, and reads its head. On error all is closed. */
int npy_open(struct stored *s, const struct file_name *file, const struct stop *stop,
             struct err *e);

/* The same of a member of an npz, which errors know as `file`; both must outlive it. */
int npy_open_member(struct stored *s, struct archive *a, size_t member,
                    const struct file_name *file, const struct stop *stop, struct err *e);
/* Adds the head of an npy file of reals in that shape, as they are in memory; behind an axis of
 * `rows`, if that is not 0. */
void npy_head(struct str *to, size_t rows, const struct shape *shape);

#endif
