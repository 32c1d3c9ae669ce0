/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/loop.h"

#include "base/source.h"
#include "repl/line.h"
#include "repl/signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static void write_bare(void *self, const char *bytes, size_t n)
{
    (void)self;
    fwrite(bytes, 1, n, stderr);
}

/* Failures to write are noticed here, where the buffer is emptied: between slices of work. */
static void flush_out(struct loop *l)
{
    if (fflush(stdout) && !l->trouble)
        l->trouble = errno ? errno : EIO;
}

static void write_out(void *self, const char *bytes, size_t n)
{
    struct loop *l = self;
    progress_erase(&l->progress);
    if (fwrite(bytes, 1, n, stdout) < n && !l->trouble)
        l->trouble = errno ? errno : EIO;
}

static void write_err(void *self, const char *bytes, size_t n)
{
    struct loop *l = self;
    progress_erase(&l->progress);
    flush_out(l);
    write_bare(NULL, bytes, n);
}

static double seconds(void *self)
{
    (void)self;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void fit_screen(struct loop *l)
{
    terminal_size(&l->host.width, &l->host.height);
    l->progress.width = l->host.width;
}

void loop_suspend(struct loop *l)
{
    bool held = l->terminal.held;
    progress_erase(&l->progress);
    line_suspend();
    terminal_release(&l->terminal);
    signals_suspend();
    if (held)
        terminal_hold(&l->terminal);
    line_resume();
}

/* Somebody else may have stopped the process and changed the terminal's modes meanwhile. */
static void go_on(struct loop *l)
{
    if (l->terminal.held) {
        terminal_release(&l->terminal);
        terminal_hold(&l->terminal);
    }
    line_resume();
}

static void take_signal(struct loop *l, int number)
{
    if (number == SIGWINCH) {
        fit_screen(l);
        line_resize();
    } else if (number == SIGTSTP) {
        loop_suspend(l);
    } else if (number == SIGCONT) {
        go_on(l);
    } else if (number == SIGINT && l->person) {
        l->stop = true;
    } else {
        l->leave = number;
    }
}

void loop_look(struct loop *l)
{
    for (int number = signals_next(); number; number = signals_next())
        take_signal(l, number);
}

bool loop_leaving(const struct loop *l)
{
    return l->leave || l->trouble;
}

static bool tick(void *self, const struct progress *p)
{
    struct loop *l = self;
    loop_look(l);
    flush_out(l);
    if (p)
        progress_show(&l->progress, p, seconds(NULL));
    return !l->stop && !loop_leaving(l);
}

int loop_init(struct loop *l, const struct options *o, struct err *e)
{
    *l = (struct loop){.options = o};
    terminal_look(&l->terminal);
    l->host = (struct host){
        .self = l,
        .json = o->json,
        .quiet = o->quiet,
        .check = o->check,
        .out = {write_out, l},
        .err = {write_err, l},
        .tick = tick,
        .clock = seconds,
    };
    l->progress = (struct progress_line){
        .to = {write_bare, NULL},
        .silent = o->json || o->quiet,
        .rewrites = l->terminal.err,
    };
    fit_screen(l);
    session_threads(o->threads ? o->threads : 1);
    l->session = session_create(&l->host, o->seed);
    return l->session ? 0 : err_memory(e);
}

void loop_finish(struct loop *l)
{
    session_destroy(l->session);
    terminal_release(&l->terminal);
    flush_out(l);
}

enum outcome loop_text(struct loop *l, const char *name, const char *folder, struct str text,
                       uint32_t line, bool complete)
{
    fit_screen(l);
    if (l->person)
        terminal_hold(&l->terminal);
    enum outcome how = session_run(l->session, name, folder, text.size ? text.text : "", text.size,
                                   line, complete);
    loop_look(l);
    progress_end(&l->progress);
    flush_out(l);
    terminal_release(&l->terminal);
    return how;
}

bool loop_wait(struct loop *l)
{
    enum { SIGNALS, INPUT, WATCHED };
    struct pollfd watched[WATCHED] = {
        [SIGNALS] = {.fd = signals_fd(), .events = POLLIN},
        [INPUT] = {.fd = STDIN_FILENO, .events = POLLIN},
    };
    int forever = -1;
    if (poll(watched, WATCHED, forever) < 0)
        return false;
    loop_look(l);
    return watched[INPUT].revents != 0;
}

void loop_complain(struct loop *l, const struct err *e)
{
    struct str s = {0};
    sources_explain(NULL, e, &s);
    out_add(&l->host.err, s.failed ? "nnr: not enough memory\n" : s.text);
    str_finish(&s);
}
