/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where pictures go: a window that was tried first, characters on the screen, or nowhere. The
 * default terminal of gnuplot is not asked: it may hang or end gnuplot where there is no display.
 */
#include "plot/bridge.h"

#include <stdio.h>
#include <string.h>

static const char *const windows[] = {"qt", "wxt", "x11"};
enum { CANDIDATES = sizeof windows / sizeof *windows };

bool terminal_is_text(const struct gnuplot *g)
{
    return g->terminal && strcmp(g->terminal, "dumb") == 0;
}

static void fall_back(struct gnuplot *g)
{
    if (g->config.screen)
        g->terminal = "dumb";
    else
        g->nowhere = true;
    if (g->config.display)
        bridge_tell(g, "no window of gnuplot works here (qt, wxt and x11 were tried); %s",
                    g->config.screen ? "pictures are made of text" : "plot save writes files");
}

static void probe(struct gnuplot *g)
{
    if (bridge_begin(g, JOB_PROBE))
        return;
    str_addf(&g->exchange.text,
             "set term %s 0 noraise\nset output\nplot [0:1] x\nset term unknown\n",
             windows[g->tried]);
    bridge_ask(g);
}

bool terminal_settled(struct gnuplot *g)
{
    if (g->terminal || g->nowhere)
        return true;
    if (strcmp(g->choice, "auto") != 0)
        g->terminal = g->choice;
    else if (!g->config.display || g->tried == CANDIDATES)
        fall_back(g);
    else
        probe(g);
    return g->terminal || g->nowhere;
}

void terminal_refused(struct gnuplot *g)
{
    if (g->tried < CANDIDATES)
        g->tried++;
}

void terminal_works(struct gnuplot *g)
{
    g->terminal = windows[g->tried];
}

void terminal_set(const struct gnuplot *g, size_t window, struct str *to)
{
    if (terminal_is_text(g)) {
        const unsigned width = g->config.width > 20 ? g->config.width - 1 : 20;
        const unsigned height = g->config.height > 13 ? g->config.height - 3 : 10;
        str_addf(to, "set term dumb %s size %u,%u\n", g->config.colour ? "ansi256" : "mono", width,
                 height);
    } else {
        str_addf(to, "set term %s %zu size 900,600 noraise title ", g->terminal, window);
        char title[80];
        snprintf(title, sizeof title, "nnr %.60s", g->window[window].name);
        figure_quote(to, title);
        str_add(to, "\n");
    }
    str_add(to, "set output\n");
}
