/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/ends.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool ends_suit(const struct view_request *r, const struct end *end, size_t count)
{
    const size_t longest = r->big ? ENDS_LONGEST / 2 : ENDS_LONGEST;
    if (r->text || !count || count > ENDS_MOST)
        return false;
    for (size_t i = 0; i < count; i++)
        if (strlen(end[i].name) > longest)
            return false;
    return true;
}

static double label_height(const struct axis *a, double y)
{
    const double part =
        a->log ? log(y / a->low) / log(a->high / a->low) : (y - a->low) / (a->high - a->low);
    return fmin(1, fmax(0, part));
}

/* Those at the right side first, from below. */
static int in_order(const void *a, const void *b)
{
    const struct end *x = a, *y = b;
    return x->early != y->early ? x->early - y->early : (x->y > y->y) - (x->y < y->y);
}

/* Moves heights apart from below, and back down where the highest would leave the frame. */
static void spread_labels(struct end *end, size_t count, double gap)
{
    for (size_t i = 1; i < count; i++)
        end[i].y = fmax(end[i].y, end[i - 1].y + gap);
    for (size_t i = count; i-- > 0;) {
        const double most = i + 1 < count ? end[i + 1].y - gap : 1;
        end[i].y = fmin(end[i].y, most);
    }
}

/* So many characters of the small letters take at most so many of the others; the letters of
 * windows are wider than those of files. */
static size_t room_for(const struct end *end, size_t count)
{
    size_t longest = 0;
    for (size_t i = 0; i < count; i++)
        longest = strlen(end[i].name) > longest ? strlen(end[i].name) : longest;
    return count ? longest * 7 / 8 + 4 : 2;
}

/* How many of the labels before one, at the same height, it stands above. */
static size_t early_level(const struct end *end, size_t i, const struct axis *axis, double gap)
{
    const double height = label_height(axis, end[i].y);
    size_t level = 0;
    for (size_t k = 0; k < i; k++)
        level += end[k].early && fabs(label_height(axis, end[k].y) - height) < gap;
    return level;
}

void ends_add(struct str *to, const struct view_request *r, struct end *end, size_t count,
              const struct axis *axis, size_t rows)
{
    const double gap = 0.042 * (double)rows * (r->big ? 1.6 : 1);
    size_t aside = 0;
    for (size_t i = 0; i < count; i++) {
        end[i].y = end[i].early ? end[i].y : label_height(axis, end[i].y);
        aside += !end[i].early;
    }
    qsort(end, count, sizeof *end, in_order);
    spread_labels(end, aside, gap);
    str_addf(to, "unset key\nset rmargin %zu\n", room_for(end, aside));
    for (size_t i = 0; i < count; i++) {
        str_add(to, "set label ");
        figure_quote(to, end[i].name);
        if (end[i].early)
            str_addf(to, " at first %.9g, first %.9g right offset character 0, %g", end[i].x,
                     end[i].y, 0.9 + 1.1 * (double)early_level(end, i, axis, gap));
        else
            str_addf(to, " at graph 1, graph %.4f left offset character 0.8, 0", end[i].y);
        str_addf(to, " front font ',10' noenhanced textcolor rgb '%s'\n",
                 style_colour(end[i].colour));
    }
}
