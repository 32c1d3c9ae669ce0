/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <math.h>
#include <string.h>

void check_near_(double a, double b, double t, const char *what, const char *file, int line)
{
    if (fabs(a - b) <= t)
        return;
    print_error("%s: %.17g is not within %g of %.17g (off by %.3g)\n", what, a, t, b, a - b);
    _fail(file, line);
}

void check_has_(const char *text, const char *part, const char *file, int line)
{
    if (text && strstr(text, part))
        return;
    print_error("this text does not hold \"%s\":\n%s\n", part, text ? text : "(nothing)");
    _fail(file, line);
}
