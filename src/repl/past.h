/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines typed in earlier sessions, in a file: NNR_HISTFILE, or nnr/history under
 * XDG_STATE_HOME. An empty NNR_HISTFILE switches it off. Whatever goes wrong with the file is no
 * trouble of the person's: typing works without it. */
#ifndef NNR_REPL_PAST_H
#define NNR_REPL_PAST_H

/* Reads the newest lines of the file into readline's history, and leaves no others in it. Only its
 * end is read, however long it has grown; what is no file is left alone. */
void past_load(void);
/* Appends the newest line of readline's history, in one write. */
void past_keep(const char *line);

#endif
