/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/warn.h"

#include "cmd/session/host.h"
#include "cmd/session/state.h"
#include "cmd/session/transcript.h"

#include "base/plain.h"

#include <stdio.h>
#include <string.h>

void notice_line(const struct session *s, bool silent, const char *format, va_list list)
{
    if (checking(s) || (silent && !session_tells(s)))
        return;
    /* On the stack: a notice must not be lost, nor a statement fail, for want of memory. */
    char text[600];
    vsnprintf(text, sizeof text - 1, format, list);
    /* It may quote what is no one line. */
    plain_clean(text);
    session_tell(s, TOLD_NOTICE, &(struct str){.text = text, .size = strlen(text)});
    if (silent)
        return;
    strcat(text, "\n");
    out_add(&s->host->err, text);
}

void session_warn(const struct session *s, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    notice_line(s, false, format, list);
    va_end(list);
}
