/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/answer.h"

#include "plot/ask.h"

#include <stdio.h>
#include <string.h>

/* FNV-1a (Fowler, Noll and Vo). */
static uint64_t text_digest(const char *text)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 0x100000001b3u;
    return h;
}

void bridge_tell(struct gnuplot *g, const char *format, ...)
{
    char line[600];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    uint64_t h = text_digest(line);
    size_t kept = g->tellings < TOLD_MOST ? g->tellings : TOLD_MOST;
    for (size_t i = 0; i < kept; i++)
        if (g->told[i] == h)
            return;
    g->told[g->tellings++ % TOLD_MOST] = h;
    if (g->config.notice)
        g->config.notice(g->config.self, line);
}

void bridge_drop(struct window *w)
{
    figure_finish(&w->figure);
    w->waits = false;
}

void bridge_save_failed(struct gnuplot *g)
{
    save_drop(&g->save);
    figure_finish(&g->save_figure);
    g->saved = -1;
}

/* Whoever waits for a save is told by its error, everybody else by a line. */
static void report_loss(struct gnuplot *g, const char *why, const char *advice)
{
    if (!g->save.format) {
        bridge_tell(g, "%s, so plots are left out%s%s", why, advice ? "; " : "",
                    advice ? advice : "");
        return;
    }
    save_undrawn(&g->save, &g->save_error, why);
    if (advice)
        err_hint(&g->save_error, "%s", advice);
    bridge_save_failed(g);
}

void bridge_lose(struct gnuplot *g, const char *why, const char *advice)
{
    bool trying = g->question == ASK_TRY;
    process_end(&g->process, true);
    g->question = ASK_NOTHING;
    g->exchange.open = false;
    g->current = NO_WINDOW;
    if (trying) {
        /* The next device is tried by a fresh gnuplot. */
        g->device++;
        return;
    }
    g->over = true;
    g->why = why;
    g->advice = advice;
    report_loss(g, why, advice);
    for (size_t i = 0; i < g->windows; i++)
        bridge_drop(&g->window[i]);
}

/* A picture of characters begins with a form feed, which would clear some screens. */
static void strip_feed(struct str *picture)
{
    if (picture->size && picture->text[0] == '\f') {
        memmove(picture->text, picture->text + 1, picture->size);
        picture->size--;
    }
}

static void answer_hello(struct gnuplot *g)
{
    str_finish(&g->listed);
    g->listed = g->exchange.out;
    g->exchange.out = (struct str){0};
    str_add(&g->listed, "");
}

static void answer_frame(struct gnuplot *g)
{
    struct exchange *x = &g->exchange;
    struct window *w = &g->window[g->flying];
    w->opened = !w->closed;
    if (x->lost)
        bridge_tell(g, "plot %s: the picture is too large", w->name);
    else if (x->trouble)
        bridge_tell(g, "plot %s: gnuplot says: %s", w->name, x->message);
    else if (x->warning[0])
        bridge_tell(g, "plot %s: gnuplot warns: %s", w->name, x->warning);
    strip_feed(&x->out);
    if (!bridge_windows(g) && !x->lost && !x->trouble && x->out.size && g->config.picture)
        g->config.picture(g->config.self, x->out.text, x->out.size);
}

static void answer_save(struct gnuplot *g)
{
    struct exchange *x = &g->exchange;
    if (x->lost)
        save_undrawn(&g->save, &g->save_error, "the picture is too large");
    else if (x->trouble)
        save_undrawn(&g->save, &g->save_error, x->message);
    else if (!x->out.size)
        save_undrawn(&g->save, &g->save_error, "gnuplot drew nothing");
    if (x->lost || x->trouble || !x->out.size) {
        bridge_save_failed(g);
        return;
    }
    strip_feed(&x->out);
    g->saved = save_end(&g->save, x->out.text, x->out.size, &g->save_error);
    figure_finish(&g->save_figure);
}

void bridge_answer(struct gnuplot *g)
{
    enum question q = g->question;
    g->question = ASK_NOTHING;
    g->exchange.open = false;
    if (q == ASK_HELLO)
        answer_hello(g);
    else if (q == ASK_FRAME)
        answer_frame(g);
    else if (q == ASK_SAVE)
        answer_save(g);
    else if (g->exchange.trouble || g->exchange.blind)
        g->device++;
    else
        g->chosen = true;
    str_finish(&g->exchange.out);
}
