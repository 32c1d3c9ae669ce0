/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text in a page: whatever a name or a string holds, it is shown as characters and nothing else. */
#ifndef NNR_CMD_REPORT_HTML_H
#define NNR_CMD_REPORT_HTML_H

#include "base/str.h"

/* Adds n bytes as text, also fit for an attribute in double quotes. Line breaks and tabs stay.
 * Control characters and hidden ones (plain_is_hidden) are written out as their numbers, [U+202E];
 * bytes that are no UTF-8 become U+FFFD. */
void html_text(struct str *to, const char *text, size_t n);
/* The same for what is escaped already: a text of an SVG. What is no entity of XML's is text. */
void html_clean(struct str *to, const char *text, size_t n);
/* The same as it is, but for the odd ones: text of other formats. */
void html_plain(struct str *to, const char *text, size_t n);
/* Adds lines of output: as a paragraph, or as they stand where blanks hold them in columns. */
void html_lines(struct str *to, const char *text, size_t n);

#endif
