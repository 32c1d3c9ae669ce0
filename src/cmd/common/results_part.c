/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/results_part.h"

#include "cmd/session/state.h"

#include "base/mem.h"

#include <string.h>

bool results_in_parts(const struct session *s)
{
    return s->host->parts > 1;
}

/* Neighbours are of different shares: what takes long is often beside its like. */
bool results_of_part(const struct session *s, size_t i)
{
    return !results_in_parts(s) || i % s->host->parts == s->host->part - 1;
}

/* The number stands before the ending. NULL without memory. */
static const char *put_number(struct arena *arena, const char *name, unsigned part)
{
    const char *slash = strrchr(name, '/'), *last = slash ? slash + 1 : name;
    const char *dot = strrchr(last, '.');
    struct str text = {0};
    str_bytes(&text, name, dot ? (size_t)(dot - name) : strlen(name));
    str_addf(&text, ".%u%s", part, dot ? dot : "");
    const char *copy = text.failed ? NULL : arena_text(arena, text.text, text.size);
    str_finish(&text);
    return copy;
}

int results_part_file(const struct session *s, struct arena *arena, const struct file_name *of,
                      struct file_name *to, struct err *e)
{
    *to = *of;
    if (!results_in_parts(s))
        return 0;
    to->name = put_number(arena, of->name, s->host->part);
    to->path = put_number(arena, of->path, s->host->part);
    return to->name && to->path ? 0 : err_memory(e);
}
