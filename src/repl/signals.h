/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals as bytes in a pipe: the handler does nothing else, so that everything that a signal
 * causes happens at a known place of the loop. */
#ifndef NNR_REPL_SIGNALS_H
#define NNR_REPL_SIGNALS_H

#include "base/err.h"

#include <stdbool.h>

/* Catches INT, TERM, HUP, WINCH, TSTP and CONT and ignores PIPE and XFSZ; what the parent process
 * had set to be ignored stays so. Fails when the system gives no pipe. */
int signals_start(struct err *e);
/* The end of the pipe to poll for reading. */
int signals_fd(void);
/* The next signal that came, or 0; never waits. */
int signals_next(void);
/* As if Ctrl-C had been pressed. Any thread may ask for it. */
void signals_interrupt(void);
/* Whether Ctrl-C was pressed, or the process was told to end, and signals_next has not said so yet.
 */
bool signals_interrupted(void);
/* Whether work is to end: that, or the program was told to leave. Any thread may ask. */
bool signals_stopping(void);
/* Stops the process as Ctrl-Z does; returns when it is continued. */
void signals_suspend(void);

#endif
