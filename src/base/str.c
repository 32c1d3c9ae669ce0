/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/str.h"

#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void str_bytes(struct str *s, const char *bytes, size_t n)
{
    if (s->failed || mem_room(&s->text, &s->room, s->size + n + 1, 1)) {
        s->failed = true;
        return;
    }
    if (n)
        memcpy(s->text + s->size, bytes, n);
    s->size += n;
    s->text[s->size] = 0;
}

void str_add(struct str *s, const char *text)
{
    str_bytes(s, text, strlen(text));
}

void str_addv(struct str *s, const char *format, va_list list)
{
    va_list again;
    va_copy(again, list);
    int n = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (n < 0 || s->failed || mem_room(&s->text, &s->room, s->size + (size_t)n + 1, 1)) {
        s->failed = true;
        return;
    }
    vsnprintf(s->text + s->size, (size_t)n + 1, format, list);
    s->size += (size_t)n;
}

void str_addf(struct str *s, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    str_addv(s, format, list);
    va_end(list);
}

void str_finish(struct str *s)
{
    mem_free(s->text);
    *s = (struct str){0};
}

const char *number_text(double x, char text[NUMBER_ROOM])
{
    if (isnan(x))
        return strcpy(text, "nan");
    if (isinf(x))
        return strcpy(text, x < 0 ? "-inf" : "inf");
    if (x == floor(x) && fabs(x) <= 9007199254740992.0) /* 2^53: exact */
        snprintf(text, NUMBER_ROOM, "%.0f", x == 0 ? 0.0 : x);
    else
        snprintf(text, NUMBER_ROOM, "%.6g", x);
    return text;
}

const char *number_exact(double x, char text[NUMBER_ROOM])
{
    if (!isfinite(x))
        return strcpy(text, "null");
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, NUMBER_ROOM, "%.*g", digits, x);
        if (strtod(text, NULL) == x)
            break;
    }
    return text;
}
