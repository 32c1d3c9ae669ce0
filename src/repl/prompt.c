/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/prompt.h"

#include "cmd/session/host.h"
#include "cmd/session/jobs.h"
#include "cmd/session/ways.h"
#include "cmd/shell/background.h"
#include "cmd/shell/complete.h"
#include "cmd/shell/hint.h"
#include "cmd/shell/run_text.h"
#include "cmd/shell/session.h"
#include "cmd/shell/typed.h"

#include "repl/edit.h"
#include "repl/init.h"
#include "repl/line.h"
#include "repl/signals.h"

#include <string.h>
#include <termios.h>
#include <unistd.h>

struct typing {
    struct loop *loop;
    struct str lines; /* typed and not yet run, each with its \n */
    size_t taken;     /* so much of them is done */
    struct str open;  /* statements begun and not ended */
    struct str last;  /* the newest that were run, for edit */
    uint32_t line;    /* the number of the first line of `open`, or of the next one */
    bool over;
    bool alive;       /* the prompt shown is that of training in the background */
    double refreshed; /* when it was shown last */
};

const char *prompt_strip(const char *line)
{
    const char *text = line + strspn(line, " \t");
    if (strncmp(text, "...>", 4) == 0)
        return text + 4;
    if (strncmp(text, "step>", 5) == 0)
        return text + 5;
    if (strncmp(text, "lesson>", 7) == 0)
        return text + 7;
    if (strncmp(text, "nnr", 3) != 0)
        return line;
    text += 3;
    if (*text == ':')
        text += 1 + strspn(text + 1, "abcdefghijklmnopqrstuvwxyz_0123456789");
    /* Of --safe, of a system that is emulated, and of an exercise. */
    while (strncmp(text, " (", 2) == 0 && strchr(text, ')'))
        text += strcspn(text, ")") + 1;
    if (strncmp(text, " exercise", 9) == 0)
        text += 9;
    /* Of training in the background the prompt tells more. */
    if (*text == ' ' && strstr(text, "step ") && strstr(text, " loss "))
        text += strcspn(text, ">");
    return *text == '>' ? text + 1 : line;
}

static void typed(void *self, const char *text)
{
    struct typing *t = self;
    /* Ctrl-C, too, comes out of readline as an end of the keys; what it does is done for the
     * signal. */
    if (!text && signals_interrupted())
        return;
    if (!text && t->open.size) {
        /* The end of input ends the statement that was begun, not the program. */
        str_finish(&t->open);
        out_add(t->loop->terminal.out ? &t->loop->host.out : &t->loop->host.err, "\n");
        return;
    }
    if (!text) {
        t->over = true;
        out_add(t->loop->terminal.out ? &t->loop->host.out : &t->loop->host.err, "\n");
        return;
    }
    str_add(&t->lines, text);
    str_add(&t->lines, "\n");
}

static bool interrupted(void *self)
{
    (void)self;
    return signals_interrupted();
}

static char **complete(void *self, const char *line, size_t point, size_t *start, char *suffix)
{
    const struct typing *t = self;
    return session_complete(t->loop->session, line, point, start, suffix);
}

/* More than this is a paste, of which no byte need be told. */
enum { LOOKED_AT = 1 << 16 };

/* Looks at the text that is open with the line behind it. */
static void look_at(struct loop *l, const struct str *open, const char *line, size_t n,
                    size_t point, struct line_look *to)
{
    const struct ways *ways = session_ways(l->session);
    const bool hints = !ways->no_hints, colours = l->host.colour && !ways->no_colour;
    struct str text = {0};
    if (open->size + n > LOOKED_AT || !(hints || colours))
        return;
    str_bytes(&text, open->size ? open->text : "", open->size);
    str_bytes(&text, line, n);
    unsigned char *class = text.failed ? NULL : mem_new(text.size + 1, 1);
    if (class) {
        const struct typed t = {text.text, text.size, open->size + point};
        typed_classes(l->session, &t, class);
        memcpy(to->class, class + open->size, n);
        to->coloured = colours;
        to->hints = hints;
        if (hints)
            typed_hint(l->session, &t, &to->hint);
        if (hints && colours && point == n)
            typed_rest(l->session, &t, &to->rest);
    }
    mem_free(class);
    str_finish(&text);
}

static void look(void *self, const char *line, size_t n, size_t point, struct line_look *to)
{
    const struct typing *t = self;
    look_at(t->loop, &t->open, line, n, point, to);
}

/* F1: help on the word at the cursor, or on the statement that it is in. The terminal stays
 * readline's meanwhile. */
static void help(void *self, const char *line, size_t n, size_t point)
{
    const struct typing *t = self;
    struct str word = {0}, ask = {0};
    typed_topic(t->loop->session, &(struct typed){line, n, point}, &word);
    str_addf(&ask, word.size ? "help \"%s\"\n" : "help%s\n", word.size ? word.text : "");
    t->loop->helping = true;
    if (!word.failed && !ask.failed)
        session_run(t->loop->session, "<prompt>", ".", ask.text, ask.size, t->line, true);
    t->loop->helping = false;
    str_finish(&ask);
    str_finish(&word);
}

/* What was typed and not run is given up. */
static void clear_line(struct typing *t)
{
    str_finish(&t->lines);
    str_finish(&t->open);
    t->taken = 0;
}

static void no_memory(struct typing *t)
{
    struct err e = {0};
    err_memory(&e);
    loop_complain(t->loop, &e);
    clear_line(t);
}

static uint32_t count_lines(const struct str *s)
{
    uint32_t n = 0;
    for (size_t i = 0; i < s->size; i++)
        n += s->text[i] == '\n';
    return n;
}

/* Runs what is open; `whole`: it does not go on in a further line. */
static void run_text(struct typing *t, bool whole)
{
    struct loop *l = t->loop;
    const bool ran = session_running(l->session);
    enum outcome how = loop_text(l, "<prompt>", ".", t->open, t->line, false);
    if (whole && how == OUTCOME_INCOMPLETE)
        how = loop_text(l, "<prompt>", ".", t->open, t->line, true);
    if (how == OUTCOME_QUIT)
        t->over = true;
    if (how != OUTCOME_INCOMPLETE) {
        t->line += count_lines(&t->open);
        str_finish(&t->last);
        t->last = t->open;
        t->open = (struct str){0};
    }
    if (l->stop) {
        /* It may have come when the statement had just begun training behind the prompt. */
        if (!ran)
            session_stop(l->session);
        l->stop = false;
        clear_line(t);
    }
}

/* What was typed last, in the editor; what comes back is typed so. */
static void edit_last(struct typing *t)
{
    struct str text = {0};
    struct err e = {0};
    str_finish(&t->open);
    if (edit_text(t->loop, &t->last, &text, &e)) {
        loop_complain(t->loop, &e);
    } else if (!text.size) {
        out_add(&t->loop->host.err, "edit: nothing was changed, and nothing is run\n");
    } else {
        while (text.size && strchr(" \t\n", text.text[text.size - 1]))
            text.text[--text.size] = 0;
        line_remember(text.text);
        str_add(&t->open, text.text);
        str_add(&t->open, "\n");
        run_text(t, true);
    }
    str_finish(&text);
}

/* Another session goes on, or the same one; what was typed last is what it was. */
static void edit_session(struct typing *t, enum edit_part what)
{
    t->line += count_lines(&t->open);
    str_finish(&t->open);
    if (what == EDIT_BACK)
        edit_return(t->loop);
    else if (edit_whole(t->loop) == OUTCOME_QUIT)
        t->over = true;
    if (t->loop->stop) {
        t->loop->stop = false;
        clear_line(t);
    }
}

static void run_open(struct typing *t)
{
    const enum edit_part what = edit_asked(&t->open);
    if (what == EDIT_LAST)
        edit_last(t);
    else if (what)
        edit_session(t, what);
    else
        run_text(t, false);
}

/* Runs the next typed line; false when there is none. */
static bool run_line(struct typing *t)
{
    if (t->lines.failed)
        no_memory(t);
    if (t->taken == t->lines.size) {
        str_finish(&t->lines);
        t->taken = 0;
        return false;
    }
    char *line = t->lines.text + t->taken, *end = strchr(line, '\n');
    t->taken += (size_t)(end + 1 - line);
    *end = 0;
    str_add(&t->open, prompt_strip(line));
    str_add(&t->open, "\n");
    if (t->open.failed)
        no_memory(t);
    else
        run_open(t);
    return true;
}

/* Ctrl-C while a line is typed. */
static void give_up(struct typing *t)
{
    t->loop->stop = t->over = false;
    if (line_asking())
        line_drop();
    clear_line(t);
}

/* While training runs the prompt tells how far it is. */
static void keep_alive(struct typing *t)
{
    const double pause = 0.2;
    struct loop *l = t->loop;
    const double now = l->host.clock(l->host.self);
    const bool running = session_running(l->session);
    if (!line_asking() || t->open.size || (!running && !t->alive) ||
        (running && now - t->refreshed < pause))
        return;
    t->refreshed = now;
    t->alive = running;
    line_prompt(session_prompt(l->session));
}

static void wait_for_keys(struct typing *t)
{
    struct loop *l = t->loop;
    const bool ran = session_running(l->session);
    if (!line_asking()) {
        line_ask(t->open.size ? "...> " : session_prompt(l->session), l->host.width,
                 l->host.height);
        t->alive = ran;
    }
    if (loop_wait(l) && !l->stop) {
        line_read();
        loop_look(l);
    }
    /* The first Ctrl-C ends the training behind the prompt, and leaves what is being typed; in the
     * middle of a step the training has seen it by itself. */
    if (l->stop && (session_stop(l->session) || ran))
        l->stop = false;
    keep_alive(t);
    if (l->stop)
        give_up(t);
}

/* What a person types at a step of a script. */
struct answer {
    struct loop *loop;
    struct str *typed;
    bool over;
};

/* Ctrl-D leaves, as at the prompt. */
static void answered(void *self, const char *text)
{
    struct answer *a = self;
    a->over = true;
    for (const char *line = text ? text : "quit"; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        const char *own = prompt_strip(line);
        str_bytes(a->typed, own, strcspn(own, "\n"));
        str_add(a->typed, "\n");
    }
}

static char **complete_answer(void *self, const char *line, size_t point, size_t *start,
                              char *suffix)
{
    const struct answer *a = self;
    return session_complete(a->loop->session, line, point, start, suffix);
}

static void look_at_answer(void *self, const char *line, size_t n, size_t point,
                           struct line_look *to)
{
    const struct answer *a = self;
    look_at(a->loop, &(struct str){0}, line, n, point, to);
}

static void read_answer(struct loop *l, struct answer *a, const char *prompt)
{
    line_ask(prompt, l->host.width, l->host.height);
    while (!a->over && !l->stop && !loop_leaving(l))
        if (loop_wait(l) && !l->stop) {
            line_read();
            loop_look(l);
        }
    if (line_asking())
        line_drop();
}

bool prompt_type(void *self, const char *shown, const char *prompt, struct str *typed)
{
    struct loop *l = self;
    struct answer a = {.loop = l, .typed = typed};
    const struct line_owner owner = {.self = &a,
                                     .typed = answered,
                                     .interrupted = interrupted,
                                     .complete = complete_answer,
                                     .look = l->terminal.dumb ? NULL : look_at_answer};
    if (!l->terminal.in || !l->terminal.out)
        return true;
    loop_look(l);
    if (shown)
        out_add(&l->host.err, shown);
    terminal_release(&l->terminal);
    /* What was typed before the question is no answer to it; an exercise has a prompt, which takes
     * it. */
    if (!session_exercising(l->session))
        tcflush(STDIN_FILENO, TCIFLUSH);
    line_start(&owner, false);
    do {
        /* Ctrl-C in an exercise ended what was being done, or what was being typed. */
        if (l->stop && session_exercising(l->session)) {
            l->stop = false;
            str_finish(typed);
            prompt = NULL;
        }
        read_answer(l, &a, prompt ? prompt : session_prompt(l->session));
    } while (l->stop && session_exercising(l->session) && !loop_leaving(l));
    if (l->person)
        terminal_hold(&l->terminal);
    if (l->owner)
        line_start(l->owner, false);
    return a.over && !l->stop && !loop_leaving(l);
}

static void greet_person(struct loop *l)
{
    if (l->terminal.out && !l->options->quiet && !l->options->json)
        out_add(&l->host.out,
                "nnr " NNR_VERSION ": \"help\" tells what can be typed, Ctrl-D leaves\n");
}

void prompt_run(struct loop *l)
{
    struct typing t = {.loop = l, .line = 1};
    struct line_owner owner = {.self = &t,
                               .typed = typed,
                               .interrupted = interrupted,
                               .complete = complete,
                               .look = l->terminal.dumb || !l->terminal.out ? NULL : look,
                               .help = help};
    l->host.person = true;
    line_start(&owner, !l->terminal.out);
    l->owner = &owner;
    greet_person(l);
    init_run(l);
    while (!t.over && !loop_leaving(l))
        if (!run_line(&t))
            wait_for_keys(&t);
    line_finish();
    l->owner = NULL;
    clear_line(&t);
    str_finish(&t.last);
}
