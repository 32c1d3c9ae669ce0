/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether what was typed so far could be run. */
#ifndef NNR_CMD_SHELL_COMPLETENESS_H
#define NNR_CMD_SHELL_COMPLETENESS_H

#include <stddef.h>

struct session;

enum completeness {
    TEXT_COMPLETE,
    TEXT_OPEN, /* it ends inside { } or after a backslash */
    TEXT_WRONG /* no more text makes it right */
};

/* Looks at the text's grammar; nothing is run, and nothing of it kept. */
enum completeness session_completeness(const struct session *s, const char *text, size_t size);

#endif
