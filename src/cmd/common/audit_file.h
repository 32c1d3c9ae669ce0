/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit of a model of Keras, as a file has it. */
#ifndef NNR_CMD_COMMON_AUDIT_FILE_H
#define NNR_CMD_COMMON_AUDIT_FILE_H

#include "base/str.h"

#include <stdbool.h>

struct err;

/* Whether a system may be audited by that name. */
int audit_system_check(const char *name, struct err *e);
/* Adds the audit of the file at that path: what the release that wrote it does with each
 * regularizer, and what the system `as` does (NULL: none is named); as text, or as a JSON object on
 * a line. *bent: by the one named, else by the one that wrote it, a penalty is not applied as
 * declared. On error *to is empty. */
int audit_file(const char *path, const char *as, bool json, struct str *to, bool *bent,
               struct err *e);

#endif
