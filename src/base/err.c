/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_at(struct err *e, struct span where, const char *format, ...)
{
    va_list list;
    e->kind = ERR_INPUT;
    e->where = where;
    e->inside = (struct span){0};
    e->hint[0] = 0;
    va_start(list, format);
    vsnprintf(e->what, sizeof e->what, format, list);
    va_end(list);
    return -1;
}

int err_hint(struct err *e, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(e->hint, sizeof e->hint, format, list);
    va_end(list);
    return -1;
}

int err_memory(struct err *e)
{
    e->kind = ERR_MEMORY;
    e->where = e->inside = (struct span){0};
    strcpy(e->what, "not enough memory");
    strcpy(e->hint, "nothing was changed; make the model or the data smaller");
    return -1;
}

int err_place(struct err *e, struct span where)
{
    if (!e->where.source)
        e->where = where;
    return -1;
}

int err_unquote(struct err *e)
{
    char *first = strchr(e->what, '"'), *last = strrchr(e->what, '"');
    if (first && last > first) {
        char rest[sizeof e->what];
        strcpy(rest, last);
        snprintf(first, sizeof e->what - (size_t)(first - e->what), "\"...%s", rest);
    }
    return -1;
}

struct span span_join(struct span a, struct span b)
{
    if (!a.source)
        return b;
    if (b.source == a.source && b.end > a.end)
        a.end = b.end;
    return a;
}
