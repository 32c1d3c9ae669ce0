/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model as a script of another system: what is being written, and what cannot be. */
#ifndef NNR_CMD_EXPORT_SCRIPT_H
#define NNR_CMD_EXPORT_SCRIPT_H

#include "cmd/export/counterparts.h"
#include "cmd/session/state.h"
#include "train/trainer.h"

/* Room for a name in Python. */
enum { PYTHON_NAME = 340 };

struct exported {
    struct session *session;
    struct model *model;
    const struct graph *graph;
    const struct trainer *trainer; /* prepared */
    enum system system;
    const char *parts; /* what its functions are, NUL-terminated */
    size_t parts_size;
    const char *file; /* the name, without its folder, of what stands beside it */
    struct arena arena;
    const char **name;  /* of each value, as a variable */
    const char **z;     /* of what goes into its activation, or NULL */
    const char **mask;  /* of the mask that it makes, or NULL */
    const char **row;   /* of each term, its row's name */
    id *order;          /* the terms in the order of the ledger */
    struct str text;    /* the lines of its own */
    struct str refused; /* what it cannot have, each thing once */
    size_t refusals;
};

#endif
