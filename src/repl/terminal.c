/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void terminal_look(struct terminal *t)
{
    const char *kind = getenv("TERM");
    *t = (struct terminal){
        .in = isatty(STDIN_FILENO),
        .out = isatty(STDOUT_FILENO),
        .err = isatty(STDERR_FILENO),
        .dumb = !kind || strcmp(kind, "dumb") == 0,
    };
}

void terminal_size(unsigned *width, unsigned *height)
{
    struct winsize size = {0};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && ioctl(STDERR_FILENO, TIOCGWINSZ, &size))
        size = (struct winsize){0};
    *width = size.ws_col ? size.ws_col : 80;
    *height = size.ws_row ? size.ws_row : 24;
}

void terminal_hold(struct terminal *t)
{
    if (t->held || !t->in || tcgetattr(STDIN_FILENO, &t->modes))
        return;
    struct termios now = t->modes;
    now.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
    now.c_lflag |= NOFLSH;
    now.c_cc[VMIN] = 1;
    now.c_cc[VTIME] = 0;
    t->held = tcsetattr(STDIN_FILENO, TCSADRAIN, &now) == 0;
}

void terminal_release(struct terminal *t)
{
    if (t->held)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &t->modes);
    t->held = false;
}
