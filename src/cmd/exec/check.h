/* SPDX-License-Identifier: GPL-3.0-or-later */
/* --check tells all that is wrong. What failed would have made names, layers or data, and what is
 * wrong only for want of them is not told. */
#ifndef NNR_CMD_EXEC_CHECK_H
#define NNR_CMD_EXEC_CHECK_H

#include "cmd/session/host.h"

struct script;
struct statement;

struct text {
    const char *text;
    size_t size;
    uint32_t source;
};

/* Looks at all statements of a text, which `run` carries out, piece by piece where some cannot be
 * read. -1 only when it cannot go on: no memory, or stopped. */
int check_text(struct session *s, const struct text *t,
               int (*run)(struct session *, const struct script *, struct err *), struct err *e);
/* Before a text: what it comes to is its own; what is missing from before stays so. */
void checks_begin(struct session *s);
/* After a statement: an error is shown if it is one in its own right. -1 when it cannot go on. */
int check_goes_on(struct session *s, const struct statement *st, int failed, struct err *e);
/* OUTCOME_ERROR if an error was shown since. */
enum outcome checks_outcome(const struct session *s);
void checks_finish(struct session *s);

#endif
