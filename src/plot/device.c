/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/device.h"

#include "plot/figure.h"
#include "plot/page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_device(struct devices *d, const char *name)
{
    snprintf(d->name[d->count++], DEVICE_NAME, "%s", name);
}

struct devices devices_for(const struct gnuplot_config *c)
{
    struct devices d = {.asked = strcmp(c->terminal, "auto") != 0};
    if (d.asked) {
        if (strcmp(c->terminal, "none") != 0)
            add_device(&d, c->terminal);
        return d;
    }
    if (c->display) {
        add_device(&d, "qt");
        add_device(&d, "wxt");
        add_device(&d, "x11");
    }
    if (c->screen)
        add_device(&d, "dumb");
    return d;
}

bool device_is_window(const char *name)
{
    return strcmp(name, "qt") == 0 || strcmp(name, "wxt") == 0 || strcmp(name, "x11") == 0;
}

bool device_listed(const char *list, const char *name)
{
    size_t n = strlen(name);
    if (!list || !n || strpbrk(name, " \t\n"))
        return false;
    for (const char *at = list; (at = strstr(at, name)) != NULL; at += n) {
        bool begins = at == list || at[-1] == ' ';
        if (begins && (at[n] == ' ' || at[n] == '\n' || !at[n]))
            return true;
    }
    return false;
}

void device_encoding(struct str *to, const char *name)
{
    /* With an encoding of its own, x11 (gnuplot 5.4) tells of closed windows at each plot though
     * nobody closed any, and runs that in the middle of another command. */
    bool own = strcmp(name, "x11") != 0;
    str_addf(to, "set encoding %s\n", own ? "utf8" : "default");
}

void device_window(struct str *to, const char *name, const struct window_wish *w)
{
    struct str whole = {0};
    str_addf(&whole, "nnr %s", w->title);
    str_addf(to, "set term %s %lu%s noraise%s title ", name, w->number,
             w->size ? " size 800,600" : "", w->persist ? " persist" : "");
    figure_quote(to, whole.failed ? "nnr" : whole.text);
    str_add(to, "\n");
    str_finish(&whole);
}

void device_big(struct str *to, const char *name, bool big)
{
    if (big && strcmp(name, "dumb") != 0)
        str_add(to, " fontscale " FIGURE_BIG " linewidth " FIGURE_BIG);
}

/* gnuplot 5.4's wxt scales no text without markup (noenhanced) that has no font of its own, so its
 * fonts are larger themselves. */
static bool scales_fonts(const char *name)
{
    return strcmp(name, "wxt") != 0;
}

static long big_size(long size)
{
    return lround((double)size * strtod(FIGURE_BIG, NULL));
}

void device_window_big(struct str *to, const char *name, bool big)
{
    enum { WXT_SIZE = 10 };
    const char *by = big ? FIGURE_BIG : "1";
    if (scales_fonts(name))
        str_addf(to, "set termoption fontscale %s\n", by);
    else
        str_addf(to, "set termoption font ',%ld'\n", big ? big_size(WXT_SIZE) : WXT_SIZE);
    str_addf(to, "set termoption linewidth %s\n", by);
}

void device_program(struct str *to, const char *name, const struct figure *f)
{
    /* In a text of a person's each quote would be two. */
    static const char font[] = "font ',";
    const char *at = f->program.text ? f->program.text : "", *end = at + f->program.size, *found;
    while (f->big && !scales_fonts(name) &&
           (found = memmem(at, (size_t)(end - at), font, sizeof font - 1))) {
        char *behind;
        found += sizeof font - 1;
        const long size = strtol(found, &behind, 10);
        str_bytes(to, at, (size_t)(found - at));
        str_addf(to, "%ld", big_size(size));
        at = behind;
    }
    str_bytes(to, at, (size_t)(end - at));
}

void device_picture(struct str *to, const char *name, unsigned width, unsigned height, bool colour)
{
    if (strcmp(name, "dumb") == 0)
        str_addf(to, "set term dumb %s size %u,%u\n", colour ? "ansi256" : "mono",
                 width < PAGE_COLUMNS_LEAST ? PAGE_COLUMNS_LEAST : width,
                 height < PAGE_ROWS_LEAST ? PAGE_ROWS_LEAST : height);
    else
        str_addf(to, "set term %s\n", name);
}

void device_try(struct str *to, const char *name, unsigned long number)
{
    device_window(to, name, &(struct window_wish){.number = number, .title = "", .size = true});
    str_add(to, "plot [0:1][0:1] NaN notitle\n");
    /* The helper that draws for x11 says only after a while that it cannot. */
    if (strcmp(name, "x11") == 0)
        str_add(to, "pause 0.3\n");
}
