/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements in a page, coloured. */
#ifndef NNR_CMD_REPORT_HTML_CODE_H
#define NNR_CMD_REPORT_HTML_CODE_H

#include "base/str.h"

/* Adds statements, each word with the class of its kind, by the lexer: v verb, k key or clause, f
 * function, n number, s string, c comment, w what is wrong. */
void html_code(struct str *to, const char *text, size_t n);

#endif
