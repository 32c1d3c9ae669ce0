/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "repl/progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Seconds between two pictures of the line, and before its first: short work shows none. */
static const double pause = 0.1;

static void add_figure(struct str *s, const char *name, double x)
{
    bool plain = x == 0 || (fabs(x) >= 1e-4 && fabs(x) < 1e5);
    str_addf(s, plain ? "  %s %.4f" : "  %s %.3e", name, x);
}

static void add_epoch(struct str *s, const struct progress *p)
{
    str_addf(s, "epoch %llu/%llu", (unsigned long long)p->epoch, (unsigned long long)p->epochs);
    add_figure(s, "data", p->data);
    if (p->validates)
        add_figure(s, "validation", p->validation);
    add_figure(s, "penalty", p->penalty);
    if (p->judges)
        str_addf(s, "  accuracy %.3f, validation %.3f", p->accuracy, p->validation_accuracy);
}

static void add_left(struct str *s, double seconds)
{
    unsigned long long left = (unsigned long long)ceil(fmin(seconds, 1e9));
    if (left < 120)
        str_addf(s, "  %llu s left", left);
    else if (left < 7200)
        str_addf(s, "  %llu min left", (left + 59) / 60);
    else
        str_addf(s, "  %llu h left", (left + 3599) / 3600);
}

/* Of a sweep: how far it is, before what its run does. */
static void add_runs(struct str *s, const struct progress_line *l, const struct progress *p,
                     double now)
{
    const double seconds = now - l->sweep_began;
    str_addf(s, "sweep  %zu of %zu runs", p->runs_done, p->runs);
    if (p->runs_going)
        str_addf(s, ", %zu going on", p->runs_going);
    if (p->runs_done > l->runs_before && p->runs > p->runs_done)
        add_left(s, (double)(p->runs - p->runs_done) * seconds /
                        (double)(p->runs_done - l->runs_before));
}

/* The figure that the first look at a sweep has may be that of one that goes on. */
static void follow_sweep(struct progress_line *l, const struct progress *p, double now)
{
    if (!p->runs || l->runs != p->runs || p->runs_done < l->runs_done) {
        l->sweep_began = now;
        l->runs_before = p->runs_done;
    }
    l->runs = p->runs;
    l->runs_done = p->runs_done;
}

static void add_rate(struct str *s, const struct progress_line *l, const struct progress *p,
                     double now)
{
    double seconds = now - l->began;
    if (p->step <= l->first || seconds <= 0)
        return;
    double rate = (double)(p->step - l->first) / seconds;
    str_addf(s, rate < 10 ? "  %.1f steps/s" : "  %.0f steps/s", rate);
    if (p->steps > p->step)
        add_left(s, (double)(p->steps - p->step) / rate);
}

static void add_all(struct str *s, const struct progress_line *l, const struct progress *p,
                    double now)
{
    if (p->runs)
        add_runs(s, l, p, now);
    if (p->runs && strcmp(p->what, "sweep") == 0)
        return;
    str_addf(s, "%s%s%s%s  ", p->runs ? "  " : "", p->what, p->model ? " " : "",
             p->model ? p->model : "");
    if (p->epochs)
        add_epoch(s, p);
    else
        str_addf(s, p->steps ? "%llu of %llu" : "%llu", (unsigned long long)p->step,
                 (unsigned long long)p->steps);
    add_rate(s, l, p, now);
}

/* Where the terminal shows a ^C behind the line, it needs room, and it is wiped away too. */
enum { TRAIL = 2 };

/* Rewrites the line as `text`, with blanks over what is left of the former one. The last column
 * stays free, or the terminal would begin a new line. */
static void draw_line(struct progress_line *l, const char *text)
{
    char picture[PROGRESS_ROOM * 2];
    unsigned most = l->width > 1 + TRAIL ? l->width - 1 - TRAIL : 1;
    if (most > PROGRESS_ROOM - 1)
        most = PROGRESS_ROOM - 1;
    unsigned n = (unsigned)strlen(text);
    if (n > most)
        n = most;
    unsigned wiped = l->shown > most ? most : l->shown;
    unsigned blanks = l->shown && wiped + TRAIL > n ? wiped + TRAIL - n : 0;
    int size = snprintf(picture, sizeof picture, "\r%.*s%*s%s", (int)n, text, (int)blanks, "",
                        n ? "" : "\r");
    l->to.write(l->to.self, picture, (size_t)size);
    l->shown = n;
}

/* A figure that goes back, or another number of steps to do, is another piece of work. */
static void follow_work(struct progress_line *l, const struct progress *p, double now)
{
    if (l->running && p->step >= l->latest && p->steps == l->steps) {
        l->latest = p->step;
        return;
    }
    l->running = true;
    l->began = l->drawn = now;
    l->first = l->latest = p->step;
    l->steps = p->steps;
}

/* Without a terminal: of a sweep a line tells of a run that ended, else of an epoch. */
static void write_line(struct progress_line *l, const struct progress *p, double now)
{
    struct str s = {0};
    if (p->runs) {
        add_runs(&s, l, p, now);
    } else {
        if (p->model)
            str_addf(&s, "%s  ", p->model);
        add_epoch(&s, p);
    }
    str_add(&s, "\n");
    if (!s.failed)
        l->to.write(l->to.self, s.text, s.size);
    str_finish(&s);
}

/* No second has more lines than the room for their times. Short work shows all of its lines; those
 * of a long one come evenly, and leave room for its last. */
static bool may_tell(const struct progress_line *l, const struct progress *p, double now)
{
    const double evenly = 0.125;
    const uint64_t n = l->tells;
    if (n >= TELLS && now < l->told[n % TELLS] + 1)
        return false;
    const bool last = p->runs ? p->runs_done == p->runs : p->epoch == p->epochs;
    return n < TELLS || last || now >= l->told[(n - 1) % TELLS] + evenly;
}

void progress_show(struct progress_line *l, const struct progress *p, double now)
{
    if (l->silent)
        return;
    follow_sweep(l, p, now);
    if (!l->rewrites) {
        if ((p->runs ? p->run_ended : p->epoch_ended) && may_tell(l, p, now)) {
            l->told[l->tells++ % TELLS] = now;
            write_line(l, p, now);
        }
        return;
    }
    follow_work(l, p, now);
    if (now - l->drawn < pause)
        return;
    l->drawn = now;
    struct str s = {0};
    add_all(&s, l, p, now);
    if (!s.failed)
        draw_line(l, s.text);
    str_finish(&s);
}

void progress_erase(struct progress_line *l)
{
    if (l->shown)
        draw_line(l, "");
}

void progress_end(struct progress_line *l)
{
    progress_erase(l);
    l->running = false;
}
