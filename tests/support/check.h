/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What cmocka lacks: comparisons in double that print both numbers, and its headers in order. */
#ifndef NNR_TESTS_CHECK_H
#define NNR_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* |a - b| <= t, where NaN never is. */
#define check_near(a, b, t) check_near_(a, b, t, #a, __FILE__, __LINE__)
void check_near_(double a, double b, double t, const char *what, const char *file, int line);
/* `text` holds `part`. */
#define check_has(text, part) check_has_(text, part, __FILE__, __LINE__)
void check_has_(const char *text, const char *part, const char *file, int line);

#endif
