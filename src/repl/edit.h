/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was typed or done, in the person's editor. */
#ifndef NNR_REPL_EDIT_H
#define NNR_REPL_EDIT_H

#include "cmd/shell/run_text.h"
#include "repl/loop.h"

enum edit_part { EDIT_NOTHING, EDIT_LAST, EDIT_SESSION, EDIT_BACK };

/* What a line asks for: `edit`, `edit session`, `edit back`. */
enum edit_part edit_asked(const struct str *line);
/* Opens all that the session has done and goes on in a session of its own, which ran what came back
 * of it. */
enum outcome edit_whole(struct loop *l);
/* Goes on in the session that was left by edit_whole, or by this. */
void edit_return(struct loop *l);
/* Opens `text` in EDITOR, or VISUAL, and adds what comes back to `to`: 0, or -1 and *e. Nothing is
 * added where nothing was changed. */
int edit_text(struct loop *l, const struct str *text, struct str *to, struct err *e);

#endif
