/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A report as a piece of a page. Adds to `to`, which fails when the report did. */
#ifndef NNR_CMD_REPORT_RENDER_HTML_H
#define NNR_CMD_REPORT_RENDER_HTML_H

struct report;
struct str;

/* What people read: paragraphs, and tables. */
void report_render_html(const struct report *r, struct str *to);
/* The same, where tables whose rows people may read as sentences are tables too. */
void report_render_html_tables(const struct report *r, struct str *to);

#endif
