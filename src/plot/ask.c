/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/ask.h"

#include "plot/answer.h"
#include "plot/page.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Windows are drawn at most so many times a second; gnuplot would take more, and paint fewer. */
static const double frames_a_second = 30;

static const char *device_of(const struct gnuplot *g)
{
    return g->device < g->devices.count ? g->devices.name[g->device] : "";
}

bool bridge_shows(const struct gnuplot *g)
{
    return !g->over && g->device < g->devices.count;
}

bool bridge_windows(const struct gnuplot *g)
{
    return device_is_window(device_of(g));
}

double bridge_patience(const struct gnuplot *g)
{
    return g->question == ASK_TRY ? 3 : 10;
}

size_t bridge_turn(const struct gnuplot *g, double *when)
{
    size_t turn = NO_WINDOW;
    *when = INFINITY;
    for (size_t i = 0; i < g->windows; i++) {
        const struct window *w = &g->window[i];
        double from = w->drawn && bridge_windows(g) ? w->last + 1 / frames_a_second : -INFINITY;
        if (!w->waits)
            continue;
        *when = fmin(*when, from);
        if (from <= g->now && (turn == NO_WINDOW || w->order < g->window[turn].order))
            turn = i;
    }
    return turn;
}

static const char no_memory[] = "there is not enough memory";

/* -1: there was no memory, and nothing is asked. */
static int send_question(struct gnuplot *g, enum question q)
{
    if (exchange_ask(&g->exchange))
        return -1;
    g->question = q;
    return 0;
}

static void ask_hello(struct gnuplot *g)
{
    exchange_begin(&g->exchange);
    str_add(&g->exchange.text, "set print \"-\"\n"
                               "print GPVAL_TERMINALS\n"
                               "set print\n");
    if (send_question(g, ASK_HELLO))
        bridge_lose(g, no_memory, NULL);
}

static void start_process(struct gnuplot *g)
{
    int why = process_start(&g->process, g->config.program, "-d");
    if (why == ENOENT)
        bridge_lose(g, "gnuplot is not installed",
                    "install it (Debian: apt install gnuplot-qt, Fedora: dnf install gnuplot, "
                    "macOS: brew install gnuplot)");
    else if (why)
        bridge_lose(g, "gnuplot cannot be started", strerror(why));
    else
        ask_hello(g);
}

/* The picture is complete only when its device has been left. */
static void leave_device(struct gnuplot *g)
{
    str_add(&g->exchange.text, "unset output\nset term unknown\n");
    g->current = NO_WINDOW;
}

static void ask_save(struct gnuplot *g)
{
    const struct save_format *how = g->save.format;
    bool first = device_listed(g->listed.text, how->device);
    const char *device = first ? how->device : how->or_device;
    if (!device || !device_listed(g->listed.text, device)) {
        save_undrawn(&g->save, &g->save_error, "this gnuplot was built without it");
        bridge_save_failed(g);
        return;
    }
    exchange_begin(&g->exchange);
    device_encoding(&g->exchange.text, device);
    str_addf(&g->exchange.text, "set term %s %s", device, how->size);
    device_big(&g->exchange.text, device, g->save_figure.big);
    str_add(&g->exchange.text, "\n");
    str_bytes(&g->exchange.text, g->save_figure.program.text, g->save_figure.program.size);
    str_add(&g->exchange.text, "\nunset multiplot\n");
    leave_device(g);
    if (send_question(g, ASK_SAVE)) {
        err_memory(&g->save_error);
        bridge_save_failed(g);
    }
}

static void ask_frame(struct gnuplot *g, size_t turn)
{
    struct window *w = &g->window[turn];
    struct str *to = &g->exchange.text;
    exchange_begin(&g->exchange);
    device_encoding(to, device_of(g));
    if (!bridge_windows(g)) {
        const unsigned height =
            g->config.height > PAGE_PROMPT_ROWS ? g->config.height - PAGE_PROMPT_ROWS : 0;
        device_picture(to, device_of(g), g->config.width, height, g->config.colour);
    } else if (g->current != turn || !w->opened) {
        /* The size only once: a person may have changed it. */
        device_window(to, device_of(g),
                      &(struct window_wish){.number = turn + 1,
                                            .title = w->name,
                                            .size = !w->opened,
                                            .persist = g->config.persist});
        exchange_bind(&g->exchange, turn + 1);
        w->big = false;
    }
    if (bridge_windows(g) && w->big != w->figure.big) {
        device_window_big(to, device_of(g), w->figure.big);
        w->big = w->figure.big;
    }
    device_program(to, device_of(g), &w->figure);
    /* It may not have closed what it opened if it failed. */
    str_add(to, "\nunset multiplot\n");
    g->current = turn;
    if (!bridge_windows(g))
        leave_device(g);
    bridge_drop(w);
    w->drawn = true;
    w->last = g->now;
    g->flying = turn;
    if (send_question(g, ASK_FRAME)) {
        g->current = NO_WINDOW;
        bridge_tell(g, "plot %s: %s for the picture", w->name, no_memory);
    }
}

static void ask_try(struct gnuplot *g)
{
    exchange_begin(&g->exchange);
    device_try(&g->exchange.text, device_of(g), 1);
    g->current = NO_WINDOW;
    if (send_question(g, ASK_TRY))
        bridge_lose(g, no_memory, NULL);
}

/* What a person should know about the device that was found, or not found. */
static void tell_device(struct gnuplot *g)
{
    bool none = g->device == g->devices.count;
    if (none && g->devices.asked)
        bridge_tell(g, "gnuplot cannot draw with \"%s\" here; figures can still be saved",
                    g->devices.name[0]);
    else if (none)
        bridge_tell(g, "gnuplot can open no window here; figures can still be saved");
    else if (g->device > 0 && !bridge_windows(g))
        bridge_tell(g, "gnuplot can open no window here, so plots are drawn as text");
}

/* Goes on to the next device that gnuplot has; a window has to be tried first. */
static void next_device(struct gnuplot *g)
{
    while (bridge_shows(g) && !device_listed(g->listed.text, device_of(g)))
        g->device++;
    if (bridge_shows(g) && bridge_windows(g)) {
        ask_try(g);
        return;
    }
    g->chosen = bridge_shows(g);
    for (size_t i = 0; !g->chosen && i < g->windows; i++)
        bridge_drop(&g->window[i]);
    tell_device(g);
}

bool bridge_ask(struct gnuplot *g)
{
    double when;
    size_t turn = bridge_turn(g, &when);
    if (g->over || g->question != ASK_NOTHING || (!g->save.format && when == INFINITY))
        return false;
    if (!g->process.pid)
        start_process(g);
    else if (g->save.format)
        ask_save(g);
    else if (!g->chosen)
        next_device(g);
    else if (turn != NO_WINDOW)
        ask_frame(g, turn);
    else
        return false;
    return true;
}
