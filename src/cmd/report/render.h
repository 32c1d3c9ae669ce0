/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report written out. Each adds to `to`, which fails when the report did. */
#ifndef NNR_CMD_REPORT_RENDER_H
#define NNR_CMD_REPORT_RENDER_H

struct err;
struct report;
struct session;
struct str;

/* Sentences, and tables whose columns are as wide as what stands in them. */
void report_render_text(const struct report *r, struct str *to);
/* One object on one line; numbers read back exactly. */
void report_render_json(const struct report *r, struct str *to);
/* The first table that machines have, else one row of the report's own values: a line of keys, then
 * rows, as RFC 4180 has them but for the line's end, which is a newline alone. Numbers read back
 * exactly, as nan and inf too; what there is not is empty, and an object or list is its JSON. */
void report_render_csv(const struct report *r, struct str *to);
/* What people read: paragraphs, and tables with pipes (GitHub's Markdown). */
void report_render_markdown(const struct report *r, struct str *to);

/* As text or JSON, as the host wants it; finishes the report. */
void report_write(const struct session *s, struct report *r, struct str *to);
/* The same to the host: 0, or -1 with ERR_MEMORY. */
int report_show(const struct session *s, struct report *r, struct err *e);

#endif
