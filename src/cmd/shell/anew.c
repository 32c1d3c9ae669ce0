/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/shell/anew.h"

#include "cmd/session/past.h"
#include "cmd/session/record.h"
#include "cmd/session/state.h"
#include "cmd/session/transcript.h"
#include "cmd/shell/session.h"

int session_text(const struct session *s, struct str *to, struct err *e)
{
    return record_text(s, "session.nnr", (struct span){0}, to, e);
}

void session_hand_over(struct session *from, struct session *to)
{
    struct transcript *told = to->transcript;
    to->ways = from->ways;
    to->transcript = from->transcript;
    from->transcript = told;
}

struct session *session_anew(struct session *s, const struct str *text, enum outcome *how)
{
    struct session *own = session_create(s->host, s->journal->seed);
    if (!own) {
        struct err e = {0};
        err_memory(&e);
        *how = show_error(s, &e);
        return NULL;
    }
    session_hand_over(s, own);
    *how = session_run(own, "<edit>", ".", text->text, text->size, 1, true);
    if (*how == OUTCOME_OK || *how == OUTCOME_QUIT)
        return own;
    const struct ways ways = s->ways;
    session_hand_over(own, s);
    s->ways = ways;
    session_destroy(own);
    return NULL;
}
