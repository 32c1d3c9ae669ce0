/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A growing text. Zeroed memory is a valid empty one. When memory runs out it remembers that in
 * `failed` and takes nothing more, so that a long run of additions needs one check at its end. */
#ifndef NNR_BASE_STR_H
#define NNR_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct str {
    char *text; /* NUL-terminated once anything was added; NULL before */
    size_t size, room;
    bool failed;
};

void str_add(struct str *s, const char *text);
void str_bytes(struct str *s, const char *bytes, size_t n);
void str_addf(struct str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_addv(struct str *s, const char *format, va_list list);
void str_finish(struct str *s);

enum { NUMBER_ROOM = 40 };
/* A number for people: whole numbers as such, others with six significant digits. Returns text. */
const char *number_text(double x, char text[NUMBER_ROOM]);
/* The shortest decimal text that reads back as the same double; `null` for NaN and infinities. */
const char *number_exact(double x, char text[NUMBER_ROOM]);

#endif
