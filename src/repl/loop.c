/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/loop.h"

#include "cmd/common/page.h"
#include "cmd/common/plotting.h"

#include "cmd/session/host.h"
#include "cmd/shell/background.h"
#include "cmd/shell/run_text.h"
#include "cmd/shell/session.h"

#include "base/file.h"
#include "base/plain.h"
#include "base/ranks.h"
#include "base/source.h"
#include "base/system.h"
#include "repl/line.h"
#include "repl/outside.h"
#include "repl/signals.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static void write_bare(void *self, const char *bytes, size_t n)
{
    (void)self;
    fwrite(bytes, 1, n, stderr);
}

static void forget_out(void)
{
    system_forget_output(stdout);
    clearerr(stdout);
}

/* A signal that asks to stop ends a write that nobody takes: what was to be written is lost, and
 * nothing is wrong with the output. */
static void note_trouble(struct loop *l)
{
    if (errno == EINTR)
        forget_out();
    else if (!l->trouble)
        l->trouble = errno ? errno : EIO;
}

/* Whether somebody takes what is written, or will in a moment. */
static bool somebody_reads(void)
{
    enum { MOMENT = 100 };
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, MOMENT) != 0;
}

static void write_stdout(void *self, const char *bytes, size_t n)
{
    errno = 0;
    if (fwrite(bytes, 1, n, stdout) < n)
        note_trouble(self);
}

/* Failures to write are noticed here, where the buffer is emptied: between slices of work. */
static void flush_out(struct loop *l)
{
    /* To leave must not wait for a reader that has stopped reading. */
    if (l->leave && !somebody_reads())
        forget_out();
    errno = 0;
    if (fflush(stdout))
        note_trouble(l);
}

/* What is written while a line is being typed stands above it. Nothing but characters goes out,
 * and what `keep` says: texts may quote files and their names. */
static void show_above(struct loop *l, const char *bytes, size_t n, unsigned keep)
{
    if (ranks_follow(l->host.ranks))
        return;
    const struct out out = {write_stdout, l};
    progress_erase(&l->progress);
    line_hide();
    plain_write(&out, bytes, n, keep);
    if (line_asking())
        flush_out(l);
    line_show();
}

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

/* How many rows of the screen a text takes. */
static size_t rows_of(const char *bytes, size_t n, unsigned width)
{
    size_t rows = 0, column = 0;
    for (size_t i = 0; i < n; i++) {
        const bool ends = bytes[i] == '\n';
        column += !ends && ((unsigned char)bytes[i] & 0xC0) != 0x80;
        rows += ends || column > width;
        column = ends ? 0 : column > width ? 1 : column;
    }
    return rows;
}

/* What a person asks for and does not fit the screen goes through their pager; false: it does not.
 */
static bool page(struct loop *l, const char *bytes, size_t n)
{
    const bool asked = l->person && l->host.person && (!line_asking() || l->helping);
    if (!asked || !l->terminal.in || !l->terminal.out || l->terminal.dumb || l->options->json ||
        !is_set("PAGER") || rows_of(bytes, n, l->host.width) < l->host.height)
        return false;
    struct str text = {0};
    const struct out out = out_to(&text);
    plain_write(&out, bytes, n, PLAIN_LINES);
    const int status =
        text.failed ? 127 : loop_outside(l, getenv("PAGER"), NULL, text.text, text.size);
    str_finish(&text);
    /* A pager that is not there has shown nothing. */
    return status != 126 && status != 127;
}

static void write_out(void *self, const char *bytes, size_t n)
{
    if (!page(self, bytes, n))
        show_above(self, bytes, n, PLAIN_LINES);
}

static void write_picture(void *self, const char *bytes, size_t n)
{
    show_above(self, bytes, n, PLAIN_LINES | PLAIN_COLOURS);
}

static void write_err(void *self, const char *bytes, size_t n)
{
    struct loop *l = self;
    if (ranks_follow(l->host.ranks)) {
        l->told.size = 0;
        str_bytes(&l->told, bytes, n);
        return;
    }
    progress_erase(&l->progress);
    flush_out(l);
    line_hide();
    const struct out out = {write_bare, NULL};
    plain_write(&out, bytes, n, PLAIN_LINES);
    line_show();
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

int loop_outside(struct loop *l, const char *command, const char *file, const char *input, size_t n)
{
    const bool held = l->terminal.held, stop = l->stop;
    progress_erase(&l->progress);
    flush_out(l);
    line_hide();
    line_suspend();
    terminal_release(&l->terminal);
    const int status = outside_run(command, file, input, n);
    if (held)
        terminal_hold(&l->terminal);
    line_resume();
    loop_look(l);
    l->stop = stop;
    return status;
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
        line_resize(l->host.width, l->host.height);
    } else if (number == SIGTSTP) {
        loop_suspend(l);
    } else if (number == SIGCONT) {
        go_on(l);
    } else if (number == SIGINT && (l->person || l->serving || session_exercising(l->session))) {
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

/* Waits for signals, the session's descriptors and its deadline and, if wanted, standard input.
 * Lets the session work, and tells whether input is ready. */
static bool wait_for(struct loop *l, bool input)
{
    enum { SIGNALS, INPUT, OTHERS };
    struct session_descriptor due[SESSION_DESCRIPTORS];
    struct pollfd watched[OTHERS + SESSION_DESCRIPTORS] = {
        [SIGNALS] = {.fd = signals_fd(), .events = POLLIN},
        [INPUT] = {.fd = input ? l->input : -1, .events = POLLIN},
    };
    const size_t n = session_descriptors(l->session, due);
    for (size_t i = 0; i < n; i++)
        watched[OTHERS + i] =
            (struct pollfd){.fd = due[i].fd, .events = due[i].write ? POLLOUT : POLLIN};
    const double left = session_deadline(l->session) - seconds(NULL);
    const int most = 60000;
    int pause = isinf(left) ? -1 : left <= 0 ? 0 : left > 60 ? most : (int)(left * 1000) + 1;
    if (poll(watched, (nfds_t)(OTHERS + n), pause) < 0)
        return false;
    loop_look(l);
    session_advance(l->session);
    loop_look(l);
    return watched[INPUT].revents != 0;
}

static bool goes_on(const struct loop *l)
{
    return !l->stop && !loop_leaving(l);
}

static bool host_wait(void *self)
{
    struct loop *l = self;
    flush_out(l);
    wait_for(l, false);
    return goes_on(l);
}

/* Shows the hint, and reads up to the Enter that a person presses; with `windows` only as long as
 * some are open. */
static void read_enter(struct loop *l, const char *hint, bool windows)
{
    char typed[256];
    ssize_t n = 0;
    /* What was typed before the question is no answer to it. */
    tcflush(STDIN_FILENO, TCIFLUSH);
    out_addf(&l->host.err, "-- %s ", hint);
    while (goes_on(l) && !(n > 0 && memchr(typed, '\n', (size_t)n)) &&
           (!windows || session_windows_open(l->session)))
        if (wait_for(l, true) && (n = read(STDIN_FILENO, typed, sizeof typed)) <= 0)
            break;
    out_add(&l->host.err, "\n");
}

static bool person_sits_there(const struct loop *l)
{
    return l->terminal.in && l->terminal.out && !l->options->check;
}

static bool host_ask(void *self, const char *hint)
{
    struct loop *l = self;
    if (person_sits_there(l))
        read_enter(l, hint, false);
    return goes_on(l);
}

void loop_hold(struct loop *l)
{
    flush_out(l);
    if (person_sits_there(l) && !l->options->persist && session_windows_open(l->session))
        read_enter(l, "the pictures stay until Enter", true);
}

/* Short epochs end every few microseconds; the system need not be asked that often. */
static bool looked_just_now(struct loop *l, double now)
{
    const double pause = 0.003;
    if (now - l->looked < pause)
        return true;
    l->looked = now;
    return false;
}

/* For loops in the middle of work. */
static bool stopping(void *self)
{
    (void)self;
    return signals_stopping();
}

static bool tick(void *self, const struct progress *p)
{
    struct loop *l = self;
    const double now = seconds(NULL);
    if (!looked_just_now(l, now)) {
        loop_look(l);
        flush_out(l);
        session_advance(l->session);
    }
    /* Work behind the prompt has that to tell of it. */
    if (p && l->progressed)
        l->progressed(l->listener, p, now);
    else if (p && !line_asking())
        progress_show(&l->progress, p, now);
    return goes_on(l);
}

static const char *where_pictures_go(void)
{
    return is_set("NNR_PLOT") ? getenv("NNR_PLOT") : "auto";
}

/* Whether a report may be asked for that nobody can see coming. */
static bool keeps_all(const struct options *o)
{
    const bool piped = !o->text && (!o->file || strcmp(o->file, "-") == 0);
    return o->report || o->stay || piped;
}

int loop_init(struct loop *l, const struct options *o, struct err *e)
{
    *l = (struct loop){.options = o, .input = STDIN_FILENO};
    terminal_look(&l->terminal);
    l->host = (struct host){
        .self = l,
        .json = o->json,
        .quiet = o->quiet,
        .check = o->check,
        .out = {write_out, l},
        .err = {write_err, l},
        .stop = {.asked = stopping},
        .tick = tick,
        .clock = seconds,
        .ask = host_ask,
        .wait = host_wait,
        .picture = write_picture,
        .safe = o->safe,
        .step = o->step,
        .keeps = keeps_all(o),
        .jobs = o->jobs,
        .part = o->part,
        .parts = o->parts,
        .plot = o->plot ? o->plot : where_pictures_go(),
        .big = o->big,
        .persist = o->persist,
        .display = is_set("DISPLAY") || is_set("WAYLAND_DISPLAY"),
        .screen = l->terminal.out,
        .watched = l->terminal.in && l->terminal.out,
        .colour = l->terminal.out && !is_set("NO_COLOR") && !l->terminal.dumb,
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

void loop_join(struct loop *l, struct ranks *r)
{
    if (!ranks_several(r))
        return;
    l->host.ranks = r;
    /* What passes through a launcher, some of which give a terminal of their own, is no screen. */
    l->host.screen = false;
    file_share(r);
    if (ranks_follow(r)) {
        l->host.plot = "none";
        l->progress.silent = true;
    }
}

void loop_finish(struct loop *l)
{
    session_destroy(l->session);
    session_destroy(l->aside);
    terminal_release(&l->terminal);
    flush_out(l);
}

/* How the session ended, if that was not its own end. */
static const char *ended_how(const struct loop *l, int leave, enum outcome how)
{
    if (leave || how == OUTCOME_STOPPED)
        return "The run was interrupted. This page has what was done until then.";
    if (l->trouble)
        return "The run ended when its output could not be written any more.";
    if (how == OUTCOME_EXPECT)
        return "The run ended here: what was expected does not hold.";
    return how == OUTCOME_ERROR && !l->person ? "The run ended here, with this error." : NULL;
}

int loop_report(struct loop *l, enum outcome how)
{
    const char *path = l->options->report;
    const int leave = l->leave, trouble = l->trouble;
    struct err e = {0};
    if (!path)
        return 0;
    const char *ended = ended_how(l, leave, how);
    /* Whoever waits for a picture is to be heard of signals that come from now on. */
    l->leave = l->trouble = 0;
    l->stop = false;
    const int failed = session_page(l->session, path, ended, &e);
    l->leave = leave ? leave : l->leave;
    l->trouble = trouble;
    if (failed)
        loop_complain(l, &e);
    return failed;
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
    return wait_for(l, true);
}

void loop_tell(const struct options *o, const struct err *e)
{
    struct str text = {0}, object = {0};
    sources_explain(NULL, e, &text);
    if (o->json)
        sources_json(NULL, e, NULL, &object);
    if (object.size && !object.failed)
        fputs(object.text, stdout);
    const struct out out = {write_bare, NULL};
    const char *told = text.failed ? "nnr: not enough memory\n" : text.text;
    plain_write(&out, told, strlen(told), PLAIN_LINES);
    str_finish(&object);
    str_finish(&text);
}

void loop_complain(struct loop *l, const struct err *e)
{
    progress_erase(&l->progress);
    loop_tell(l->options, e);
}
