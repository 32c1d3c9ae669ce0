/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person types while a script is being run. */
#ifndef NNR_CMD_EXEC_TYPED_H
#define NNR_CMD_EXEC_TYPED_H

struct err;
struct script;
struct session;

/* Shows a text, asks with a prompt (NULL: the session's own), and hands what is typed to `run` as
 * soon as it is whole; what is wrong with it is shown and is no end. 1: Enter alone; 0: something
 * was run; -1 and *e: please stop, or no memory. */
int typed_ask(struct session *s, const char *shown, const char *prompt,
              int (*run)(struct session *, const struct script *, struct err *), struct err *e);

#endif
