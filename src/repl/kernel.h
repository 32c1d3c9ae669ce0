/* SPDX-License-Identifier: GPL-3.0-or-later */
/* nnr --install-kernel: the files by which Jupyter knows nnr. */
#ifndef NNR_REPL_KERNEL_H
#define NNR_REPL_KERNEL_H

#include "base/err.h"
#include "base/str.h"

/* Writes the kernel for this program into Jupyter's folder below `prefix`, or into the person's own
 * (NULL), and adds a sentence that says where. A kernel that stands there is replaced. */
int kernel_install(const char *prefix, struct str *told, struct err *e);

#endif
