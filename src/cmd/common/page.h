/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The report of a session: a file in which everything stands that was said and done, as its
 * transcript has it. A page of HTML has its pictures inside and asks for nothing else; Markdown has
 * them beside it: lesson.md lesson-1.svg lesson-2.svg. */
#ifndef NNR_CMD_COMMON_PAGE_H
#define NNR_CMD_COMMON_PAGE_H

struct err;
struct file_name;
struct session;

/* Whether a report could be written there: its ending says how. */
int page_check(const struct file_name *file, struct err *e);
/* Writes it. `ended` says how the session came to its end if that was not its own, or is NULL. What
 * is not on the page, a picture that cannot be drawn, is told there. */
int page_write(struct session *s, const struct file_name *file, const char *ended, struct err *e);

/* For who runs the session: the same by a path alone. */
int session_page_check(const char *path, struct err *e);
int session_page(struct session *s, const char *path, const char *ended, struct err *e);

#endif
