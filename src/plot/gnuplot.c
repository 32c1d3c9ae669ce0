/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/gnuplot.h"

#include "plot/answer.h"
#include "plot/ask.h"

#include <math.h>
#include <string.h>

/* How long gnuplot may have been left alone before it counts as waiting for us: somebody who does
 * not call gnuplot_advance for a minute learns nothing about gnuplot in that time. */
static const double attention = 1;

static int copy_text(struct gnuplot *g, const char **text)
{
    if (*text)
        *text = arena_text(&g->texts, *text, strlen(*text));
    return *text ? 0 : -1;
}

struct gnuplot *gnuplot_create(const struct gnuplot_config *config)
{
    struct gnuplot *g = mem_new(1, sizeof *g);
    if (!g)
        return NULL;
    g->config = *config;
    if (copy_text(g, &g->config.program) || copy_text(g, &g->config.terminal) ||
        (copy_text(g, &g->config.dry_run) && config->dry_run)) {
        arena_finish(&g->texts);
        mem_free(g);
        return NULL;
    }
    exchange_init(&g->exchange);
    g->devices = devices_for(&g->config);
    g->current = NO_WINDOW;
    return g;
}

void gnuplot_destroy(struct gnuplot *g)
{
    if (!g)
        return;
    process_end(&g->process, false);
    exchange_finish(&g->exchange);
    save_drop(&g->save);
    figure_finish(&g->save_figure);
    str_finish(&g->drawn);
    str_finish(&g->listed);
    for (size_t i = 0; i < g->windows; i++) {
        bridge_drop(&g->window[i]);
        mem_free(g->window[i].name);
    }
    mem_free(g->window);
    arena_finish(&g->texts);
    mem_free(g);
}

void gnuplot_resize(struct gnuplot *g, unsigned width, unsigned height)
{
    g->config.width = width;
    g->config.height = height;
}

static struct window *find_window(const struct gnuplot *g, const char *name)
{
    for (size_t i = 0; i < g->windows; i++)
        if (strcmp(g->window[i].name, name) == 0)
            return &g->window[i];
    return NULL;
}

/* NULL when there is no memory. */
static struct window *window_of(struct gnuplot *g, const char *name)
{
    struct window *w = find_window(g, name);
    if (w)
        return w;
    if (mem_room(&g->window, &g->window_room, g->windows + 1, sizeof *g->window))
        return NULL;
    w = &g->window[g->windows];
    *w = (struct window){.name = mem_text(name, strlen(name))};
    if (!w->name)
        return NULL;
    g->windows++;
    return w;
}

/* Adds a figure to the file that stands in for gnuplot. */
static int write_dry(struct gnuplot *g, const char *what, const char *name, const char *device,
                     const struct figure *f, struct err *e)
{
    struct str s = {0};
    str_addf(&s, "# %s ", what);
    figure_quote(&s, name);
    str_addf(&s, "\n%s", device);
    str_bytes(&s, f->program.text, f->program.size);
    int result = save_append(g->config.dry_run, &s, e);
    str_finish(&s);
    return result;
}

static int show_figure(struct gnuplot *g, const char *name, struct figure *f, struct err *e)
{
    if (figure_failed(f))
        return err_memory(e);
    if (g->config.dry_run)
        return write_dry(g, "window", name, "", f, e);
    if (!bridge_shows(g))
        return 0;
    struct window *w = window_of(g, name);
    if (!w)
        return err_memory(e);
    if (!w->waits)
        w->order = ++g->shows;
    bridge_drop(w);
    w->figure = *f;
    *f = (struct figure){0};
    w->waits = true;
    w->closed = false;
    return 0;
}

int gnuplot_show(struct gnuplot *g, const char *window, struct figure *f, struct err *e)
{
    int result = show_figure(g, window, f, e);
    figure_finish(f);
    return result;
}

bool gnuplot_open(const struct gnuplot *g)
{
    for (size_t i = 0; i < g->windows && !g->over; i++)
        if (g->window[i].opened)
            return bridge_windows(g);
    return false;
}

bool gnuplot_wants(const struct gnuplot *g, const char *window)
{
    static const double text_pause = 0.5, window_pause = 1.0 / 30;
    if (g->config.dry_run)
        return true;
    if (!bridge_shows(g))
        return false;
    const struct window *w = find_window(g, window);
    if (!w)
        return true;
    bool flies = g->question == ASK_FRAME && w == &g->window[g->flying];
    double pause = bridge_windows(g) ? window_pause : text_pause;
    return !w->waits && !w->closed && !flies && (!w->drawn || g->now >= w->last + pause);
}

static int save_now(struct gnuplot *g, const struct figure *f, struct err *e)
{
    struct str s = {0};
    save_plain(&g->save, f, &s);
    int result = s.failed ? err_memory(e) : save_end(&g->save, s.text, s.size, e);
    str_finish(&s);
    save_drop(&g->save);
    return result;
}

static int save_dry(struct gnuplot *g, const struct figure *f, struct err *e)
{
    struct str device = {0};
    str_addf(&device, "set term %s %s\n", g->save.format->device, g->save.format->size);
    int result =
        device.failed ? err_memory(e) : write_dry(g, "file", g->save.file.path, device.text, f, e);
    str_finish(&device);
    save_drop(&g->save);
    return result;
}

/* 1: gnuplot has to draw it first. Without a file it becomes a text. */
static int begin_save(struct gnuplot *g, const struct file_name *file, struct figure *f,
                      struct err *e)
{
    if (figure_failed(f))
        return err_memory(e);
    if (!file) {
        str_finish(&g->drawn);
        save_begin_text(&g->save, &g->drawn);
    } else if (save_begin(&g->save, file, e)) {
        return -1;
    }
    if (!g->save.format->device)
        return save_now(g, f, e);
    if (g->config.dry_run && file)
        return save_dry(g, f, e);
    if (g->over) {
        save_undrawn(&g->save, e, g->why);
        save_drop(&g->save);
        return g->advice ? err_hint(e, "%s", g->advice) : -1;
    }
    g->save_figure = *f;
    *f = (struct figure){0};
    return 1;
}

int gnuplot_save(struct gnuplot *g, const struct file_name *file, struct figure *f, struct err *e)
{
    if (g->save.format) {
        figure_finish(f);
        err_at(e, (struct span){0}, "\"%.200s\" is still being written",
               g->save.text ? "a picture" : g->save.file.name);
        return err_hint(e, "wait until it is there");
    }
    g->saved = begin_save(g, file, f, e);
    figure_finish(f);
    if (g->saved < 0)
        g->save_error = *e;
    return g->saved < 0 ? -1 : 0;
}

int gnuplot_draw(struct gnuplot *g, struct figure *f, struct err *e)
{
    return gnuplot_save(g, NULL, f, e);
}

void gnuplot_take(struct gnuplot *g, struct str *to)
{
    str_finish(to);
    *to = g->drawn;
    g->drawn = (struct str){0};
}

int gnuplot_saved(struct gnuplot *g, struct err *e)
{
    if (g->saved < 0)
        *e = g->save_error;
    return g->saved;
}

bool gnuplot_busy(const struct gnuplot *g)
{
    return gnuplot_deadline(g) < INFINITY;
}

size_t gnuplot_descriptors(const struct gnuplot *g,
                           struct gnuplot_descriptor to[GNUPLOT_DESCRIPTORS])
{
    const struct process *p = &g->process;
    size_t n = 0;
    if (!p->pid)
        return 0;
    if (p->in >= 0 && g->exchange.open && g->exchange.sent < g->exchange.text.size)
        to[n++] = (struct gnuplot_descriptor){p->in, true};
    if (p->out >= 0)
        to[n++] = (struct gnuplot_descriptor){p->out, false};
    if (p->err >= 0)
        to[n++] = (struct gnuplot_descriptor){p->err, false};
    return n;
}

double gnuplot_deadline(const struct gnuplot *g)
{
    double when;
    if (g->question != ASK_NOTHING)
        return g->now + fmin(attention, bridge_patience(g) - g->exchange.waited);
    bridge_turn(g, &when);
    if (g->save.format || (when < INFINITY && !g->chosen))
        return 0;
    return when == -INFINITY ? 0 : when;
}

static void read_all(struct gnuplot *g)
{
    enum { PIECE = 16384, PIECES = 64 }; /* somebody who never stops must not hold us */
    char bytes[PIECE];
    ssize_t n = 1;
    for (int i = 0; i < PIECES && n > 0; i++)
        if ((n = process_read(&g->process.out, bytes, PIECE)) > 0)
            exchange_out(&g->exchange, bytes, (size_t)n);
    n = 1;
    for (int i = 0; i < PIECES && n > 0; i++)
        if ((n = process_read(&g->process.err, bytes, PIECE)) > 0)
            exchange_err(&g->exchange, bytes, (size_t)n);
}

static void write_all(struct gnuplot *g)
{
    struct exchange *x = &g->exchange;
    ssize_t n = 1;
    while (x->open && x->sent < x->text.size && n > 0)
        if ((n = process_write(&g->process, x->text.text + x->sent, x->text.size - x->sent)) > 0)
            x->sent += (size_t)n;
}

/* What waits for a window that was closed would open it again. */
static void mark_closed(struct gnuplot *g)
{
    struct exchange *x = &g->exchange;
    for (size_t i = 0; i < x->closures; i++) {
        unsigned long number = x->closed[i];
        if (number < 1 || number > g->windows)
            continue;
        struct window *w = &g->window[number - 1];
        bridge_drop(w);
        w->closed = true;
        w->opened = false;
        if (g->current == number - 1)
            g->current = NO_WINDOW;
    }
    x->closures = 0;
}

/* One that has closed a pipe is of no use either, and soon ends. */
static bool is_gone(struct process *p)
{
    return p->in < 0 || p->out < 0 || p->err < 0 || process_gone(p);
}

static void attend_gnuplot(struct gnuplot *g, double passed)
{
    write_all(g);
    read_all(g);
    mark_closed(g);
    if (exchange_answered(&g->exchange)) {
        bridge_answer(g);
    } else if (is_gone(&g->process)) {
        bridge_lose(g, "gnuplot has ended unexpectedly", NULL);
    } else if (g->question != ASK_NOTHING) {
        g->exchange.waited += fmin(fmax(passed, 0), attention);
        if (g->exchange.waited >= bridge_patience(g))
            bridge_lose(g, "gnuplot gave no answer for 10 seconds", NULL);
    }
}

void gnuplot_advance(struct gnuplot *g, double now)
{
    double passed = now - g->now;
    g->now = now;
    if (g->process.pid)
        attend_gnuplot(g, passed);
    while (bridge_ask(g))
        continue;
    if (g->process.pid)
        write_all(g);
}
