/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rows of the language's tables become in PyTorch and in Keras. A text is Python in which
 * words in { } are filled in (cmd/export/fill.h). A row that has none for a system is refused by
 * name when a model for that system needs it. */
#ifndef NNR_CMD_EXPORT_COUNTERPARTS_H
#define NNR_CMD_EXPORT_COUNTERPARTS_H

#include "base/entry.h"

#include <stdbool.h>

enum system { SYSTEM_TORCH, SYSTEM_KERAS, SYSTEMS };

struct counterpart {
    const char *name;
    /* Of a layer: its call; of an activation: of {z}; of a penalty: on a weight {x}; of a loss: for
     * each row of {y}, {t}; of an optimizer: what makes it; of an initialiser: what draws so. */
    const char *as[SYSTEMS];
    /* Of a layer of Keras: what makes it. */
    const char *made;
    /* Of a penalty: on an activity, where that differs; and where steps of it are masked, else it
     * is given the steps that are there. Of a crossentropy: at the pre-activation {z}. */
    const char *activity, *masked, *at;
    bool by_row;  /* of a layer: it looks at whole samples, so timedistributed has to deal them out
                   */
    bool needs_z; /* of an activation: what goes into it is kept, for penalties on thresholds */
};

/* Which table of the language a row is for. */
enum counterparts {
    OF_LAYERS,
    OF_ACTIVATIONS,
    OF_PENALTIES,
    OF_LOSSES,
    OF_OPTIMIZERS,
    OF_INITS,
    OF_CONSTRAINTS,
    COUNTERPARTS
};
/* The row of that name; NULL: there is none. */
const struct counterpart *counterpart_find(enum counterparts of, const char *name);
/* Of a term: NULL for a penalty of one's own, whatever it is called. */
const struct counterpart *counterpart_of_term(const struct args *args);

#endif
