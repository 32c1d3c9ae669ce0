/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the line being typed may go on, and what is due. */
#ifndef NNR_CMD_SHELL_HINT_H
#define NNR_CMD_SHELL_HINT_H

#include "cmd/shell/typed.h"

struct str;

/* Adds what to type at the cursor, in one line: the argument that is due, then how the statement or
 * call is written. Nothing where nothing is known. */
void typed_hint(struct session *s, const struct typed *t, struct str *to);
/* Adds the rest of the word at the cursor, as completion has it first; nothing before its first
 * letter, nor behind one that begins several. */
void typed_rest(struct session *s, const struct typed *t, struct str *to);

/* Adds the word that help is wanted on: that at the cursor, or else the statement or call that it
 * is in. */
void typed_topic(struct session *s, const struct typed *t, struct str *to);

#endif
