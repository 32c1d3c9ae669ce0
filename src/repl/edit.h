/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was typed, in the person's editor. */
#ifndef NNR_REPL_EDIT_H
#define NNR_REPL_EDIT_H

#include "repl/loop.h"

/* Whether a line asks for it: `edit` alone. */
bool edit_asked(const struct str *line);
/* Opens `text` in EDITOR, or VISUAL, and adds what comes back to `to`: 0, or -1 and *e. Nothing is
 * added where nothing was changed. */
int edit_text(struct loop *l, const struct str *text, struct str *to, struct err *e);

#endif
