/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one poll loop: it waits for signals and for typed or piped text, and runs statements.
 * Scripts, -c and the prompt all go through loop_text. */
#ifndef NNR_REPL_LOOP_H
#define NNR_REPL_LOOP_H

#include "base/ranks.h"
#include "cmd/session/host.h"
#include "repl/options.h"
#include "repl/progress.h"
#include "repl/terminal.h"

struct loop {
    const struct options *options;
    struct session *session;
    struct session *aside; /* the one before `edit session`, to which `edit back` goes, or NULL */
    struct host host;
    struct terminal terminal;
    struct progress_line progress;
    double looked;   /* when tick last asked for signals and let pictures go on */
    bool person;     /* a prompt is shown, and Ctrl-C stops work and never the program */
    bool serving;    /* requests come: Ctrl-C stops what is being done and never the program */
    bool helping;    /* a key has asked for help, in the middle of a line */
    bool stop;       /* Ctrl-C was pressed; whoever acts on it clears it */
    int input;       /* what is waited for: standard input, or where requests come */
    int leave;       /* the signal to leave on, or 0 */
    struct str told; /* by a silent rank: what it would have said last on standard error; its owner
                      * is who made the loop */
    /* Hears how far the work is, in place of the line on standard error; NULL: nobody does. */
    void (*progressed)(void *listener, const struct progress *p, double now);
    void *listener;
    const struct line_owner *owner; /* of the prompt's line; NULL: there is no prompt */
    int trouble; /* errno of the first write to standard output that failed, or 0 */
};

/* Makes the session. Signals must have been started. */
int loop_init(struct loop *l, const struct options *o, struct err *e);
/* From here on it is one of several ranks, of which only rank 0 says, shows and writes anything. */
void loop_join(struct loop *l, struct ranks *r);
void loop_finish(struct loop *l);

/* Runs a text, as session_run, and what the screen needs round it. */
enum outcome loop_text(struct loop *l, const char *name, const char *folder, struct str text,
                       uint32_t line, bool complete);
/* Writes the report of --report, if there is one: 0, or -1 when that failed, which was told. A
 * session that was stopped is told as far as it came; a second signal gives up what is left of the
 * pictures. */
int loop_report(struct loop *l, enum outcome how);
/* Where a person is there: windows of pictures stay until Enter, or until they were closed. */
void loop_hold(struct loop *l);
/* Waits until standard input is ready to read, true, or something else happened, false: a signal,
 * a picture, a slice of training in the background. */
bool loop_wait(struct loop *l);
/* Acts on the signals that came; never waits. */
void loop_look(struct loop *l);
/* Whether nothing more may run. */
bool loop_leaving(const struct loop *l);
/* As outside_run, with the terminal as it was before; a Ctrl-C meanwhile is not for nnr. */
int loop_outside(struct loop *l, const char *command, const char *file, const char *input,
                 size_t n);
/* Gives the terminal back and stops the process, as Ctrl-Z asks; returns when it goes on. */
void loop_suspend(struct loop *l);
/* Shows an error that has no place in a text; with --json also as an object. */
void loop_tell(const struct options *o, const struct err *e);
/* The same while a session runs. */
void loop_complain(struct loop *l, const struct err *e);

#endif
