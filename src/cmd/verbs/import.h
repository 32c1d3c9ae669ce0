/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can be imported. */
#ifndef NNR_CMD_VERBS_IMPORT_H
#define NNR_CMD_VERBS_IMPORT_H

#include "base/entry.h"

struct session;

struct importer {
    struct entry entry;
    /* Adds the statements, and to `notes` what is to be said of them. */
    int (*statements)(struct session *s, const struct args *args, struct str *to, struct str *notes,
                      struct err *e);
    /* only=report: tells what could be imported, and changes nothing. NULL: there is no such
     * report. */
    int (*report)(struct session *s, const struct args *args, struct err *e);
};

#endif
