/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of numpy.savez and savez_compressed: a zip whose members are npy files. */
#ifndef NNR_NUM_NPZ_H
#define NNR_NUM_NPZ_H

#include "base/zip.h"
#include "num/stored.h"
#include "num/tensor_file.h"

extern const struct tensor_format format_npz;

/* The member that numpy.load calls `name`: "x" is x.npy. ARCHIVE_NONE if there is none. */
size_t npz_find(const struct archive *a, const char *name);
/* Makes the name under which errors know a member: "w.npz: x", at the place of `file`. 0, or -1
 * without memory. */
int npz_member_name(struct arena *to, const struct file_name *file, const struct archive *a,
                    size_t member, struct file_name *name);

#endif
