/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the process is connected to, and the modes of the terminal that a person types on. */
#ifndef NNR_REPL_TERMINAL_H
#define NNR_REPL_TERMINAL_H

#include <stdbool.h>
#include <termios.h>

struct terminal {
    bool in, out, err; /* which of the three are terminals */
    bool dumb;         /* it can neither go back nor show colours */
    bool held;         /* modes were changed; `modes` are those to give back */
    struct termios modes;
};

void terminal_look(struct terminal *t);
/* Characters of the screen of standard output, or of standard error; 80x24 without one. */
void terminal_size(unsigned *width, unsigned *height);
/* For the time of foreground work: what is typed is not shown and not lost, also after Ctrl-C; it
 * waits for the next prompt. */
void terminal_hold(struct terminal *t);
/* The modes as they were. */
void terminal_release(struct terminal *t);

#endif
