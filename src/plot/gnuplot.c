/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/bridge.h"

#include "base/mem.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Seconds: how long a terminal may take to show that it works, and any picture to be drawn; and how
 * long a picture of text stays before the next one. */
static const double probe_limit = 3, job_limit = 10, text_pause = 0.5;

static char *copy(const char *text)
{
    return text ? mem_text(text, strlen(text)) : NULL;
}

struct gnuplot *gnuplot_create(const struct gnuplot_config *config)
{
    struct gnuplot *g = mem_new(1, sizeof *g);
    if (!g)
        return NULL;
    g->config = *config;
    g->program = copy(config->program);
    g->choice = copy(config->terminal);
    g->dry_run = copy(config->dry_run);
    g->text_shown = -text_pause;
    exchange_init(&g->exchange);
    if (g->program && g->choice && (g->dry_run || !config->dry_run))
        return g;
    gnuplot_destroy(g);
    return NULL;
}

void gnuplot_destroy(struct gnuplot *g)
{
    if (!g)
        return;
    process_end(&g->process, g->job != JOB_NONE);
    save_finish(g);
    exchange_finish(&g->exchange);
    for (size_t i = 0; i < g->windows; i++)
        str_finish(&g->window[i].program);
    mem_free(g->program);
    mem_free(g->choice);
    mem_free(g->dry_run);
    mem_free(g);
}

void gnuplot_resize(struct gnuplot *g, unsigned width, unsigned height)
{
    g->config.width = width;
    g->config.height = height;
}

void bridge_tell(struct gnuplot *g, const char *format, ...)
{
    char line[sizeof g->complaint];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    if (strcmp(line, g->complaint) == 0)
        return;
    memcpy(g->complaint, line, sizeof line);
    g->config.notice(g->config.self, line);
}

/* Nothing waits any longer. */
static void drop_frames(struct gnuplot *g)
{
    for (size_t i = 0; i < g->windows; i++) {
        str_finish(&g->window[i].program);
        g->window[i].waits = false;
    }
}

/* gnuplot is gone for good: told once, and everything goes on without it. */
static void give_up(struct gnuplot *g, const char *why)
{
    process_end(&g->process, true);
    g->failed = true;
    g->job = JOB_NONE;
    g->exchange.open = false;
    drop_frames(g);
    save_given_up(g, why);
    bridge_tell(g, "%s; everything goes on without pictures", why);
}

static bool start(struct gnuplot *g)
{
    if (g->process.pid)
        return true;
    const int why = process_start(&g->process, g->program, "-d");
    if (!why)
        return true;
    char text[220];
    snprintf(text, sizeof text, "%.60s cannot be started (%.60s); install gnuplot to see pictures",
             g->program, strerror(why));
    give_up(g, text);
    return false;
}

int bridge_begin(struct gnuplot *g, enum job job)
{
    if (!start(g))
        return -1;
    g->job = job;
    g->began = g->now;
    exchange_begin(&g->exchange);
    return 0;
}

void bridge_ask(struct gnuplot *g)
{
    if (exchange_ask(&g->exchange) == 0)
        return;
    g->job = JOB_NONE;
    save_given_up(g, "there is no memory for it");
}

static struct window *find(const struct gnuplot *g, const char *name)
{
    for (size_t i = 0; i < g->windows; i++)
        if (strcmp(g->window[i].name, name) == 0)
            return (struct window *)&g->window[i];
    return NULL;
}

static struct window *window_of(struct gnuplot *g, const char *name)
{
    struct window *w = find(g, name);
    if (w || g->windows == WINDOWS_MOST)
        return w ? w : &g->window[WINDOWS_MOST - 1];
    w = &g->window[g->windows++];
    snprintf(w->name, sizeof w->name, "%s", name);
    return w;
}

static int write_dry(const struct gnuplot *g, const struct str *program, struct err *e)
{
    FILE *file = fopen(g->dry_run, "ae");
    bool failed = !file || fwrite(program->text, 1, program->size, file) < program->size;
    if (file)
        failed = fclose(file) != 0 || failed;
    return failed
               ? err_at(e, (struct span){0}, "cannot write \"%s\": %s", g->dry_run, strerror(errno))
               : 0;
}

int gnuplot_show(struct gnuplot *g, const char *window, struct figure *f, struct err *e)
{
    if (figure_failed(f))
        return err_memory(e);
    int failed = g->dry_run ? write_dry(g, &f->program, e) : 0;
    if (!g->dry_run && !g->failed && !g->nowhere) {
        struct window *w = window_of(g, window);
        str_finish(&w->program);
        w->program = f->program;
        w->waits = true;
        w->closed = false;
        f->program = (struct str){0};
    }
    figure_finish(f);
    return failed;
}

bool gnuplot_wants(const struct gnuplot *g, const char *window)
{
    const struct window *w = find(g, window);
    if (g->failed || g->nowhere)
        return false;
    if (terminal_is_text(g) && g->now - g->text_shown < text_pause)
        return false;
    return !w || (!w->waits && !w->closed);
}

static bool frames_wait(const struct gnuplot *g)
{
    for (size_t i = 0; i < g->windows; i++)
        if (g->window[i].waits)
            return true;
    return false;
}

bool gnuplot_busy(const struct gnuplot *g)
{
    return g->job != JOB_NONE || g->saving.under_way || frames_wait(g);
}

size_t gnuplot_descriptors(const struct gnuplot *g,
                           struct gnuplot_descriptor to[GNUPLOT_DESCRIPTORS])
{
    const struct process *p = &g->process;
    size_t n = 0;
    if (!p->pid)
        return 0;
    if (p->in >= 0 && g->exchange.sent < g->exchange.text.size)
        to[n++] = (struct gnuplot_descriptor){p->in, true};
    if (p->out >= 0)
        to[n++] = (struct gnuplot_descriptor){p->out, false};
    if (p->err >= 0)
        to[n++] = (struct gnuplot_descriptor){p->err, false};
    return n;
}

double gnuplot_deadline(const struct gnuplot *g)
{
    if (g->job != JOB_NONE)
        return g->began + (g->job == JOB_PROBE ? probe_limit : job_limit);
    if (!gnuplot_busy(g))
        return INFINITY;
    return terminal_is_text(g) && !g->saving.under_way ? g->text_shown + text_pause : g->now;
}

static void read_all(struct gnuplot *g)
{
    char bytes[1 << 14];
    ssize_t n;
    while (g->process.out >= 0 && (n = process_read(&g->process.out, bytes, sizeof bytes)) > 0)
        exchange_out(&g->exchange, bytes, (size_t)n);
    while (g->process.err >= 0 && (n = process_read(&g->process.err, bytes, sizeof bytes)) > 0)
        exchange_err(&g->exchange, bytes, (size_t)n);
}

static void write_some(struct gnuplot *g)
{
    struct exchange *x = &g->exchange;
    while (x->open && x->sent < x->text.size) {
        ssize_t n = process_write(&g->process, x->text.text + x->sent, x->text.size - x->sent);
        if (n <= 0)
            return;
        x->sent += (size_t)n;
    }
}

static void note_closed(struct gnuplot *g)
{
    for (size_t i = 0; i < g->exchange.closures; i++)
        if (g->exchange.closed[i] < g->windows)
            g->window[g->exchange.closed[i]].closed = true;
    g->exchange.closures = 0;
}

/* A terminal of text puts a form feed before each picture. */
static void show_text(struct gnuplot *g)
{
    const struct str *out = &g->exchange.out;
    size_t at = 0;
    while (at < out->size && (out->text[at] == '\f' || out->text[at] == '\n'))
        at++;
    if (at < out->size)
        g->config.picture(g->config.self, out->text + at, out->size - at);
    g->text_shown = g->now;
}

static void frame_drawn(struct gnuplot *g)
{
    if (g->exchange.trouble)
        bridge_tell(g, "gnuplot: %s", g->exchange.message);
    else if (g->exchange.warning[0])
        bridge_tell(g, "gnuplot: %s", g->exchange.warning);
    if (terminal_is_text(g) && !g->exchange.trouble)
        show_text(g);
}

static void job_answered(struct gnuplot *g)
{
    const enum job job = g->job;
    g->exchange.open = false;
    g->job = JOB_NONE;
    if (job == JOB_PROBE && g->exchange.trouble)
        terminal_refused(g);
    else if (job == JOB_PROBE)
        terminal_works(g);
    else if (job == JOB_FRAME)
        frame_drawn(g);
    else if (job == JOB_OPEN)
        save_opened(g);
    else if (job == JOB_SAVE)
        save_written(g);
}

/* Of a terminal that is only tried it means no more than that this one does not work. */
static void job_lost(struct gnuplot *g, const char *why)
{
    if (g->job != JOB_PROBE) {
        give_up(g, why);
        return;
    }
    process_end(&g->process, true);
    g->job = JOB_NONE;
    g->exchange.open = false;
    terminal_refused(g);
}

static void draw_next(struct gnuplot *g)
{
    /* The one that was drawn last comes last. */
    for (size_t i = 1; i <= g->windows; i++) {
        const size_t at = (g->drawn + i) % g->windows;
        struct window *w = &g->window[at];
        if (!w->waits)
            continue;
        if (bridge_begin(g, JOB_FRAME))
            return;
        g->drawn = at;
        terminal_set(g, at, &g->exchange.text);
        if (!terminal_is_text(g))
            exchange_bind(&g->exchange, at);
        str_bytes(&g->exchange.text, w->program.text, w->program.size);
        str_add(&g->exchange.text, "\n");
        str_finish(&w->program);
        w->waits = false;
        bridge_ask(g);
        return;
    }
}

static void begin_next(struct gnuplot *g)
{
    if (g->saving.under_way) {
        save_next(g);
        return;
    }
    if (!frames_wait(g) || !terminal_settled(g))
        return;
    if (g->nowhere)
        drop_frames(g);
    else if (!terminal_is_text(g) || g->now - g->text_shown >= text_pause)
        draw_next(g);
}

void gnuplot_advance(struct gnuplot *g, double now)
{
    g->now = now;
    if (g->failed)
        return;
    if (g->process.pid) {
        read_all(g);
        write_some(g);
        note_closed(g);
    }
    if (g->job != JOB_NONE && exchange_answered(&g->exchange))
        job_answered(g);
    if (g->process.pid && process_gone(&g->process))
        job_lost(g, "gnuplot has ended");
    else if (g->job != JOB_NONE && now - g->began > (g->job == JOB_PROBE ? probe_limit : job_limit))
        job_lost(g, "gnuplot does not answer");
    if (!g->failed && g->job == JOB_NONE)
        begin_next(g);
    if (g->process.pid)
        write_some(g);
}
