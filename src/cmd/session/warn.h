/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What failed and is no error: people are told of it also with --quiet. */
#ifndef NNR_CMD_SESSION_WARN_H
#define NNR_CMD_SESSION_WARN_H

#include <stdarg.h>
#include <stdbool.h>

struct session;

void session_warn(const struct session *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* One line for people; `silent`: for the transcript alone. */
void notice_line(const struct session *s, bool silent, const char *format, va_list list)
    __attribute__((format(printf, 3, 0)));

#endif
