/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/signals.h"

#include "base/system.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* A handler gets no argument of ours, so the pipe must be known to all. */
static int read_end = -1, write_end = -1;
static atomic_int interrupted, leaving;

/* Whoever sits in readline, which asks for more of a paste, has to come back for these. */
static bool interrupts_readline(int number)
{
    return number == SIGINT || number == SIGTERM || number == SIGHUP;
}

static void note(int number)
{
    int kept = errno;
    if (interrupts_readline(number))
        interrupted = 1;
    if (number == SIGTERM || number == SIGHUP)
        leaving = 1;
    unsigned char byte = (unsigned char)number;
    /* It fails only when the pipe is full, and then it holds enough of them. */
    ssize_t written = write(write_end, &byte, 1);
    (void)written;
    errno = kept;
}

void signals_interrupt(void)
{
    note(SIGINT);
}

/* A write to a pipe that nobody empties, say, goes on after a change of the terminal's size, but
 * ends when work is to end. */
static void listen_for(int number)
{
    const bool ends = number == SIGINT || number == SIGTERM || number == SIGHUP;
    struct sigaction before, now = {.sa_handler = note, .sa_flags = ends ? 0 : SA_RESTART};
    sigemptyset(&now.sa_mask);
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(number, &now, NULL);
}

int signals_start(struct err *e)
{
    int ends[2];
    if (system_pipe(ends, false)) {
        err_at(e, (struct span){0}, "cannot make a pipe: %s", strerror(errno));
        return err_hint(e, "close other programs and try again");
    }
    read_end = ends[0];
    write_end = ends[1];
    static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT};
    for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++)
        listen_for(caught[i]);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
    /* A file that may not grow further is an error of its write. */
    sigaction(SIGXFSZ, &ignore, NULL);
    return 0;
}

int signals_fd(void)
{
    return read_end;
}

int signals_next(void)
{
    unsigned char byte;
    if (read(read_end, &byte, 1) != 1)
        return 0;
    if (interrupts_readline(byte))
        interrupted = 0;
    return byte;
}

bool signals_interrupted(void)
{
    return interrupted;
}

bool signals_stopping(void)
{
    return interrupted || leaving;
}

void signals_suspend(void)
{
    struct sigaction stop, go_on;
    struct sigaction standard = {.sa_handler = SIG_DFL}, ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGTSTP, &standard, &stop);
    sigaction(SIGCONT, &ignore, &go_on); /* whoever called need not be told */
    raise(SIGTSTP);
    sigaction(SIGCONT, &go_on, NULL);
    sigaction(SIGTSTP, &stop, NULL);
}
