/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the prompt behaves: what `set prompt.hints = no` and the like say. It is the person's, not
 * the model's: undo, marks and records know nothing of it. */
#ifndef NNR_CMD_SESSION_WAYS_H
#define NNR_CMD_SESSION_WAYS_H

#include <stdbool.h>

struct ways {
    bool no_hints;  /* prompt.hints: what is likely to follow, and what is due */
    bool no_colour; /* prompt.color: of the line being typed */
    bool timer;     /* prompt.timer: how long each statement took */
};

#endif
