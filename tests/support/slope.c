/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "slope.h"

#include "check.h"

#include <math.h>

static double difference(const struct slope *s, double *x, size_t i, double h)
{
    const double old = x[i];
    x[i] = old + h;
    const double up = s->f(s->self, x);
    x[i] = old - h;
    const double down = s->f(s->self, x);
    x[i] = old;
    return (up - down) / (2 * h);
}

/* Whether x stands on a kink itself, where both sides have slopes of their own however close one
 * looks, and g is between them: then it is one of the function's subgradients, and no difference
 * can say more. */
static bool is_between_sides(const struct slope *s, double *x, size_t i, double g)
{
    const double h[] = {2e-5, 1e-5}, old = x[i], here = s->f(s->self, x);
    double gap[2], low = 0, high = 0;
    for (size_t k = 0; k < 2; k++) {
        x[i] = old + h[k];
        const double right = (s->f(s->self, x) - here) / h[k];
        x[i] = old - h[k];
        const double left = (here - s->f(s->self, x)) / h[k];
        gap[k] = fabs(right - left);
        low = fmin(left, right);
        high = fmax(left, right);
    }
    x[i] = old;
    /* Where it is curved alone, half as near leaves half the gap. */
    const double some = SLOPE_MOST * fmax(1, fmax(fabs(low), fabs(high)));
    return gap[1] > some && gap[1] > 0.9 * gap[0] && g >= low - some && g <= high + some;
}

void slope_add(struct slope *s, double *x, const double *g, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        /* The next term of the series is h^2 f''' / 6, the rounding 1e-16 f / h: 1e-10 f both. */
        const double wide = difference(s, x, i, 2e-5), narrow = difference(s, x, i, 1e-5);
        const double scale = fmax(1, fabs(narrow)), error = (g[i] - narrow) / scale;
        s->checked++;
        if (fabs(wide - narrow) > SLOPE_MOST / 10 * scale) {
            s->skipped++;
            continue;
        }
        if (!(fabs(error) <= SLOPE_MOST) && is_between_sides(s, x, i, g[i])) {
            s->skipped++;
            continue;
        }
        s->wrong += !(fabs(error) <= SLOPE_MOST);
        if (!(fabs(error) <= fabs(s->worst)))
            s->worst = error;
    }
}

bool slope_fine(const struct slope *s)
{
    return s->wrong == 0 && s->skipped * 100 <= s->checked;
}

void slope_check(const struct slope *s, const char *what)
{
    print_message("%s: %zu coordinates, %zu at a kink, worst signed error %+.2g\n", what,
                  s->checked, s->skipped, s->worst);
    if (!slope_fine(s))
        fail_msg("%s: %zu of %zu wrong, %zu skipped, worst %+.3g", what, s->wrong, s->checked,
                 s->skipped, s->worst);
}
