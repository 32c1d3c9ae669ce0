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
