/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/batch.h"

#include "cmd/session/host.h"
#include "cmd/session/script_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const struct span nowhere = {0};

/* Standard input as a script. */
struct input {
    struct loop *loop;
    struct str text;  /* what was read */
    size_t done;      /* so much of it was run */
    size_t seen;      /* so much of it was looked at for ends of lines */
    bool open;        /* a statement that began at `done` goes on */
    uint32_t line;    /* the number of the line at `done` */
    uint32_t further; /* lines between `done` and `seen` */
    bool wrong;       /* with --check something was, and the rest was looked at */
};

/* Whether the statements that began before can have ended with the line [from, to): inside braces
 * a } is needed, and after a \ any line will do. This only saves parsing a long block anew for
 * each of its lines. */
static bool may_end(const struct input *in, size_t from, size_t to)
{
    const char *t = in->text.text;
    size_t before = from > in->done ? from - 1 : from;
    while (before > in->done && strchr(" \t\r", t[before - 1]))
        before--;
    return !in->open || memchr(t + from, '}', to - from) ||
           (before > in->done && t[before - 1] == '\\');
}

static enum outcome run_to(struct input *in, size_t to, bool complete)
{
    struct str part = {.text = in->text.text + in->done, .size = to - in->done};
    enum outcome how = loop_text(in->loop, "<stdin>", ".", part, in->line, complete);
    in->open = how == OUTCOME_INCOMPLETE;
    if (in->open)
        return OUTCOME_OK;
    in->done = to;
    in->line += in->further;
    in->further = 0;
    if (how != OUTCOME_ERROR || !in->loop->options->check)
        return how;
    in->wrong = true;
    return OUTCOME_OK;
}

/* Runs all whole lines that have come. */
static enum outcome run_lines(struct input *in)
{
    enum outcome how = OUTCOME_OK;
    while (how == OUTCOME_OK && !loop_leaving(in->loop)) {
        const char *rest = in->text.text + in->seen;
        const char *end = memchr(rest, '\n', in->text.size - in->seen);
        if (!end)
            break;
        size_t from = in->seen;
        in->seen += (size_t)(end + 1 - rest);
        in->further++;
        if (may_end(in, from, in->seen))
            how = run_to(in, in->seen, false);
    }
    return how;
}

/* Drops what was run from the front of the text. */
static void forget_text(struct input *in)
{
    if (!in->done)
        return;
    memmove(in->text.text, in->text.text + in->done, in->text.size - in->done);
    in->text.size -= in->done;
    in->seen -= in->done;
    in->done = 0;
}

/* Reads what has come. 1: there will be no more. */
static int read_piece(struct input *in, struct err *e)
{
    char piece[SCRIPT_PIECE];
    ssize_t n = read(STDIN_FILENO, piece, sizeof piece);
    if (n < 0 && errno != EINTR && errno != EAGAIN) {
        err_at(e, nowhere, "cannot read the standard input: %s", strerror(errno));
        return err_hint(e, "give a script's name instead");
    }
    if (n <= 0)
        return n == 0;
    return script_add(&in->text, "<stdin>", piece, (size_t)n, e);
}

enum outcome batch_run(struct loop *l)
{
    struct input in = {.loop = l, .line = 1};
    struct err e = {0};
    enum outcome how = OUTCOME_OK;
    int ended = 0;
    while (how == OUTCOME_OK && !loop_leaving(l) && !ended) {
        if (!loop_wait(l))
            continue;
        ended = read_piece(&in, &e);
        if (ended < 0) {
            loop_complain(l, &e);
            how = OUTCOME_ERROR;
        } else if (in.text.size) {
            how = run_lines(&in);
            forget_text(&in);
        }
    }
    if (how == OUTCOME_OK && !loop_leaving(l) && in.text.size)
        how = run_to(&in, in.text.size, true);
    str_finish(&in.text);
    return how == OUTCOME_OK && in.wrong ? OUTCOME_ERROR : how;
}
