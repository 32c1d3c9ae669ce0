/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report written out. Each adds to `to`, which fails when the report did. */
#ifndef NNR_CMD_REPORT_RENDER_H
#define NNR_CMD_REPORT_RENDER_H

#include "cmd/session/transcript.h"
#include "cmd/session/words.h"

struct err;
struct report;
struct report_people;
struct session;
struct str;

/* Sentences, and tables whose columns are as wide as what stands in them. */
void report_render_text(const struct report *r, struct str *to);
/* One object on one line; numbers read back exactly. */
void report_render_json(const struct report *r, struct str *to);
/* The first table that machines have, else one row of the report's own values: a line of keys, then
 * rows, as RFC 4180 has them but for the line's end, which is a newline alone. Numbers read back
 * exactly, as nan and inf too; what there is not is empty. In a table an object is a column for
 * each of its keys, KEY.NAME; else an object or list is its JSON. */
void report_render_csv(const struct report *r, struct str *to);
/* What people read: paragraphs, and tables with pipes (GitHub's Markdown). */
void report_render_markdown(const struct report *r, struct str *to);
/* Adds text as Markdown shows it: paragraphs, or with `line` one line. */
void report_markdown_text(struct str *to, const char *text, size_t n, bool line);

/* Sentences and grids, in their order. */
void report_for_people(const struct report *r, const struct report_people *as, struct str *to);

/* A row of `report_formats` (cmd/session/words.h). */
struct report_renderer {
    struct entry entry;
    void (*render)(const struct report *r, struct str *to);
};
/* The argument of a verb that prints a table. */
#define REPORT_FORMAT                                                                              \
    ARG("format", KEY, ARG_CHOICE, .of = &report_formats, .standard = "text", .lists = true,       \
        .line = "how the table is written; with --json it is JSON in any case")
/* The format that a statement says. */
const struct report_renderer *report_renderer_of(const struct args *args);
/* Where a statement of that verb prints no table: 0, or -1 when it says a format. */
int report_no_format(const struct args *args, struct err *e);

/* Tells it to the transcript, if one is kept, as that kind of piece. */
void report_tell(const struct session *s, const struct report *r, enum told what);
/* In its format, or as text or JSON, as the host wants it; finishes the report. */
void report_write(const struct session *s, struct report *r, struct str *to);
/* The same to the host: 0, or -1 with ERR_MEMORY. */
int report_show(const struct session *s, struct report *r, struct err *e);

#endif
