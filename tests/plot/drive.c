/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drive.h"

#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct place {
    char folder[64];
    char *log;
};

int drive_setup(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    snprintf(p->folder, sizeof p->folder, "/tmp/nnr-plot-XXXXXX");
    if (!mkdtemp(p->folder) || chdir(p->folder))
        return -1;
    unsetenv("FAKE_TERMS");
    setenv("FAKE_LOG", "log", 1);
    setenv("GNUTERM", "a_name_that_must_not_arrive", 1);
    *state = p;
    return 0;
}

int drive_teardown(void **state)
{
    struct place *p = *state;
    DIR *d = opendir(p->folder);
    for (struct dirent *e; d && (e = readdir(d)) != NULL;)
        if (remove(e->d_name) && e->d_name[0] != '.')
            print_error("cannot remove %s\n", e->d_name);
    closedir(d);
    int result = chdir("/") || rmdir(p->folder);
    free(p->log);
    free(p);
    return result;
}

static void note(void *self, const char *line)
{
    struct drive *d = self;
    d->noticed++;
    str_addf(&d->notices, "%s\n", line);
}

static void take(void *self, const char *text, size_t n)
{
    struct drive *d = self;
    d->pictures++;
    str_finish(&d->picture);
    str_bytes(&d->picture, text, n);
}

struct gnuplot_config drive_config(struct drive *d, const char *mode)
{
    *d = (struct drive){0};
    setenv("FAKE_MODE", mode, 1);
    return (struct gnuplot_config){
        .program = FAKE_GNUPLOT,
        .terminal = "auto",
        .screen = true,
        .colour = true,
        .width = 80,
        .height = 24,
        .self = d,
        .notice = note,
        .picture = take,
    };
}

void drive_open(struct drive *d, const struct gnuplot_config *c)
{
    d->g = gnuplot_create(c);
    assert_non_null(d->g);
}

void drive_start(struct drive *d, const char *mode)
{
    struct gnuplot_config c = drive_config(d, mode);
    drive_open(d, &c);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void turn(struct drive *d, double most)
{
    struct gnuplot_descriptor wanted[GNUPLOT_DESCRIPTORS];
    struct pollfd watched[GNUPLOT_DESCRIPTORS];
    size_t n = gnuplot_descriptors(d->g, wanted);
    for (size_t i = 0; i < n; i++)
        watched[i] = (struct pollfd){wanted[i].fd, wanted[i].write ? POLLOUT : POLLIN, 0};
    double wait = fmin(gnuplot_deadline(d->g) - d->now, most);
    /* Leaping time is for those who never answer; a little true time lets the others. */
    if (d->leap > 0)
        wait = fmin(wait, 0.2);
    int ready = poll(watched, n, wait > 0 ? (int)ceil(wait * 1000) : 0);
    assert_true(ready >= 0 || errno == EINTR);
    d->now = fmax(ready ? d->now : d->now + d->leap, seconds());
    gnuplot_advance(d->g, d->now);
}

void drive_idle(struct drive *d)
{
    double end = seconds() + 600;
    while (gnuplot_busy(d->g)) {
        assert_true(seconds() < end);
        turn(d, 5);
    }
}

void drive_wait(struct drive *d, double length)
{
    double end = seconds() + length;
    for (double left; (left = end - seconds()) > 0;)
        turn(d, left);
}

void drive_leap(struct drive *d, double length)
{
    for (const double end = d->now + length; gnuplot_busy(d->g) && d->now < end;) {
        d->now = fmin(d->now + 0.5, end);
        gnuplot_advance(d->g, d->now);
    }
}

void drive_until_drawing(struct drive *d, void **state)
{
    while (!strstr(drive_log(state), "\nplot "))
        drive_wait(d, 0.01);
}

void drive_close(struct drive *d)
{
    gnuplot_destroy(d->g);
    d->g = NULL;
    str_finish(&d->notices);
    str_finish(&d->picture);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

struct figure drive_figure(const char *title)
{
    struct figure f = {0};
    char name[16];
    str_add(&f.program, "reset\n");
    figure_begin(&f, name);
    for (int i = 0; i < 3; i++)
        figure_row(&f, (double[]){i, i * i}, 2);
    figure_end(&f);
    str_add(&f.program, "set title ");
    figure_quote(&f.program, title);
    str_addf(&f.program, " noenhanced\nplot %s using 1:2 with lines notitle\n", name);
    return f;
}

void drive_show(struct drive *d, const char *window, const char *title)
{
    struct figure f = drive_figure(title);
    struct err e = {0};
    assert_int_equal(gnuplot_show(d->g, window, &f, &e), 0);
    assert_null(f.program.text);
}

int drive_save(struct gnuplot *g, const char *path, struct figure *f, struct err *e)
{
    const struct file_name file = {.name = path, .path = path};
    return gnuplot_save(g, &file, f, e);
}

char *drive_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    size_t room = 1 << 24;
    char *text = calloc(room, 1);
    assert_true(fread(text, 1, room - 1, file) < room - 1);
    fclose(file);
    return text;
}

const char *drive_log(void **state)
{
    struct place *p = *state;
    free(p->log);
    p->log = drive_file("log");
    return p->log ? p->log : "";
}

unsigned drive_count(const char *text, const char *part)
{
    unsigned n = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        n++;
    return n;
}
