/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statements as text that does them again, wherever it is read. */
#ifndef NNR_CMD_SESSION_STATEMENT_TEXT_H
#define NNR_CMD_SESSION_STATEMENT_TEXT_H

struct err;
struct line;
struct session;
struct statement;
struct stop;
struct str;

/* A statement as text, file names marked; the caller finishes it. Empty after an error, which may
 * be that `stop` asked to end. */
int statement_text(struct session *s, const struct statement *st, const struct stop *stop,
                   struct str *text, struct err *e);
/* The text of a line with file names as they are right in `folder`; before the first line the seed.
 */
void line_print(struct str *to, const struct session *s, const struct line *l, const char *folder);
/* All statements so far. */
void journal_print(struct str *to, const struct session *s, const char *folder);

#endif
