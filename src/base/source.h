/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The texts that statements came from, kept as long as something may point into them. Lines and
 * columns are computed only when a place is shown. */
#ifndef NNR_BASE_SOURCE_H
#define NNR_BASE_SOURCE_H

#include "base/err.h"
#include "base/out.h"
#include "base/str.h"

struct source {
    char *name;       /* a file's name, "<prompt>" or "<-c>" */
    char *text;       /* NUL-terminated copy */
    size_t size;      /* bytes without the NUL */
    uint32_t line;    /* number of the text's first line, 1 for a file */
    struct span from; /* the `source` statement that read it, or nothing */
    bool hidden;      /* nothing of it is shown in errors */
};

struct sources {
    struct source *item; /* source number n stands at n - 1 */
    size_t count, room;
};

/* Adds a copy of the text; returns its number, or 0 when there is no memory. */
uint32_t sources_add(struct sources *all, const char *name, const char *text, size_t size,
                     uint32_t first_line, struct span from);
/* Nothing of that text is shown in errors from here on. */
void sources_hide(struct sources *all, uint32_t number);
/* NULL for number 0 or one that does not exist. */
const struct source *sources_get(const struct sources *all, uint32_t number);
/* Line from `source.line`, column from 1 in characters (UTF-8) of the byte `at`. */
void source_place(const struct source *s, uint32_t at, uint32_t *line, uint32_t *column);
/* The whole error as people read it: `name:line:column: what; hint`, the line with a caret under
 * the span, and a line for each `source` statement on the way. */
void sources_explain(const struct sources *all, const struct err *e, struct str *to);
/* The same for machines: one line with an object. `verb`: of the statement that failed, or NULL. */
void sources_json(const struct sources *all, const struct err *e, const char *verb, struct str *to);
/* Adds "file", "line" and "column" of a place to an object; nothing for no place. */
void source_json(const struct sources *all, struct span where, struct json *to);
void sources_finish(struct sources *all);

#endif
