/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model as a Python script for another system, with its numbers beside it. */
#ifndef NNR_CMD_EXPORT_EXPORT_H
#define NNR_CMD_EXPORT_EXPORT_H

#include "cmd/export/counterparts.h"

struct err;
struct file_name;
struct session;

/* Writes the session's current model into `file`, NAME.py, and its numbers into NAME.npz. What the
 * other system cannot have is an error that names all of it; then, and with --check, nothing is
 * written. */
int export_model(struct session *s, enum system system, const struct file_name *file,
                 struct err *e);

#endif
