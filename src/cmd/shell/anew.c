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

struct session *session_anew(struct session *s)
{
    struct session *own = session_create(s->host, s->journal->seed);
    if (own)
        session_hand_over(s, own);
    return own;
}

void session_give_up(struct session *own, struct session *s)
{
    const struct ways ways = s->ways;
    session_hand_over(own, s);
    s->ways = ways;
    session_destroy(own);
}
