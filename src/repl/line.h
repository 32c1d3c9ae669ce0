/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line being typed: readline and nothing else. Only for a standard input that is a terminal. */
#ifndef NNR_REPL_LINE_H
#define NNR_REPL_LINE_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* What stands over and round a line. */
struct line_look {
    unsigned char *class; /* has room: of each byte, an enum typed_class */
    bool coloured;        /* `class` was set */
    bool hints;           /* what was typed before may be offered, too */
    struct str rest;      /* what is likely to follow, without it */
    struct str hint;      /* below the line */
};

/* Whom the line belongs to. */
struct line_owner {
    void *self;
    /* A line was typed, or several pasted at once with \n between them; NULL: there will be no
     * more. No line is being asked for any longer. */
    void (*typed)(void *self, const char *text);
    /* Whether Ctrl-C was pressed; then line_drop follows, or the line comes to `typed` as it is. */
    bool (*interrupted)(void *self);
    /* As session_complete. */
    char **(*complete)(void *self, const char *line, size_t point, size_t *start, char *suffix);
    /* Looks at the line, whose cursor is at byte `point`. NULL: it is shown plain. */
    void (*look)(void *self, const char *line, size_t n, size_t point, struct line_look *to);
    /* Shows help for what stands at byte `point`, above the line. NULL: there is none. */
    void (*help)(void *self, const char *line, size_t n, size_t point);
};

/* Before all others, and again for another owner, who must stay until then. `aside`: the prompt
 * goes to standard error. */
void line_start(const struct line_owner *owner, bool aside);
/* Remembers a line that was not typed, as those that were. */
void line_remember(const char *text);
/* Shows the prompt and begins a line on a screen of this size, in characters. */
void line_ask(const char *prompt, unsigned width, unsigned height);
bool line_asking(void);
/* Takes what was typed; call it when standard input is ready to read. */
void line_read(void);
/* Another prompt for the line being typed, which stays as it is. */
void line_prompt(const char *prompt);
/* Takes the line off the screen, before something is written where it stands, and shows it again
 * below that. Without a line they do nothing. */
void line_hide(void);
void line_show(void);
/* Gives the line up and goes to a new one of the screen; the terminal's modes are as before. */
void line_drop(void);
/* Before the process stops, and after it goes on: the terminal's modes, and the line anew. */
void line_suspend(void);
void line_resume(void);
/* The screen has another size. */
void line_resize(unsigned width, unsigned height);
/* Frees what is remembered; the terminal's modes are as before. */
void line_finish(void);

#endif
