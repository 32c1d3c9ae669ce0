/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host.h"

#include "check.h"
#include "folder.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What text of that size has: the next power of two. */
static size_t room_for(size_t size)
{
    size_t room = 1;
    while (room < size + 1)
        room *= 2;
    return room;
}

static void keep(void *self, const char *bytes, size_t n)
{
    struct kept *k = self;
    const size_t room = room_for(k->size + n);
    char *text = k->text && room == room_for(k->size) ? k->text : realloc(k->text, room);
    if (!text)
        abort();
    memcpy(text + k->size, bytes, n);
    k->text = text;
    k->size += n;
    k->text[k->size] = 0;
}

static void forget(struct kept *k)
{
    k->size = 0;
    keep(k, "", 0);
}

static bool tick(void *self, const struct progress *p)
{
    struct fake *f = self;
    f->ticks++;
    if (p)
        f->last = *p;
    return f->ticks != f->stop_at;
}

static double look_at_clock(void *self)
{
    struct fake *f = self;
    f->now += f->pace;
    return f->now;
}

static bool ask(void *self, const char *hint)
{
    struct fake *f = self;
    snprintf(f->asked, sizeof f->asked, "%s", hint);
    return !f->refuses;
}

static bool type(void *self, const char *shown, const char *prompt, struct str *typed)
{
    struct fake *f = self;
    keep(&f->shown, shown ? shown : "", shown ? strlen(shown) : 0);
    prompt = prompt ? prompt : session_prompt(f->session);
    keep(&f->shown, prompt, strlen(prompt));
    const size_t n = f->answers ? strcspn(f->answers, "|") : 0;
    if (n)
        str_bytes(typed, f->answers, n);
    str_add(typed, "\n");
    if (f->answers)
        f->answers += n + (f->answers[n] == '|');
    return !f->refuses;
}

static bool wait_a_little(void *self)
{
    struct fake *f = self;
    f->now += 0.001;
    poll(NULL, 0, 1);
    session_advance(f->session);
    return true;
}

static void picture(void *self, const char *text, size_t n)
{
    struct fake *f = self;
    keep(&f->out, text, n);
}

void fake_start_as(struct fake *f, const char *flag)
{
    *f = (struct fake){.folder = "."};
    f->host = (struct host){
        .self = f,
        .json = strcmp(flag, "json") == 0,
        .check = strcmp(flag, "check") == 0,
        .quiet = strcmp(flag, "quiet") == 0,
        .width = 80,
        .height = 24,
        .out = {keep, &f->out},
        .err = {keep, &f->err},
        .tick = tick,
        .clock = look_at_clock,
        .plot = "none",
        .jobs = 1,
        .ask = ask,
        .type = type,
        .wait = wait_a_little,
        .picture = picture,
    };
    forget(&f->out);
    forget(&f->err);
    forget(&f->shown);
    f->session = session_create(&f->host, 1);
    assert_non_null(f->session);
}

void fake_start(struct fake *f)
{
    fake_start_as(f, "");
}

void fake_finish(struct fake *f)
{
    session_destroy(f->session);
    free(f->out.text);
    free(f->err.text);
    free(f->shown.text);
    *f = (struct fake){0};
}

enum outcome fake_run(struct fake *f, const char *text)
{
    forget(&f->out);
    forget(&f->err);
    f->ticks = 0;
    return session_run(f->session, "t", f->folder, text, strlen(text), 1, true);
}

enum outcome fake_example(struct fake *f, const char *example)
{
    char *text = folder_instead_of_tmp(example);
    f->host.person = true; /* run is for one */
    const enum outcome how = fake_run(f, text);
    free(text);
    return how;
}

void fake_ok_(struct fake *f, const char *text, const char *file, int line)
{
    enum outcome how = fake_run(f, text);
    if (how == OUTCOME_OK)
        return;
    print_error("outcome %d of:\n%s\n%s\n", (int)how, text, f->err.text);
    _fail(file, line);
}

void fake_says_(struct fake *f, const char *text, enum outcome how, const char *first,
                const char *file, int line)
{
    enum outcome got = fake_run(f, text);
    size_t n = strcspn(f->err.text, "\n");
    if (got == how && strlen(first) == n && strncmp(f->err.text, first, n) == 0)
        return;
    print_error("%s\noutcome %d, not %d, or not as expected:\n%s\n%s\n", text, (int)got, (int)how,
                first, f->err.text);
    _fail(file, line);
}

void fake_prints_(struct fake *f, const char *text, const char *out, const char *file, int line)
{
    fake_ok_(f, text, file, line);
    if (strcmp(f->out.text, out) == 0)
        return;
    print_error("%s\nprinted:\n%s\nand not:\n%s\n", text, f->out.text, out);
    _fail(file, line);
}

double fake_number(struct fake *f, const char *expression)
{
    char text[400];
    bool json = f->host.json;
    snprintf(text, sizeof text, "print %s", expression);
    f->host.json = true;
    fake_ok(f, text);
    f->host.json = json;
    /* {"print": [1.5]}, or {"print": [[1.5]]} for a tensor of one number */
    return strtod(f->out.text + strcspn(f->out.text, "-0123456789"), NULL);
}

size_t count_of(const char *text, const char *part)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        n++;
    return n;
}
