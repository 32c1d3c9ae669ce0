/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/data.h"

#include "cmd/session/state.h"

int need_data(const struct session *s, struct err *e)
{
    if (s->has_data)
        return 0;
    err_at(e, (struct span){0}, "there is no data yet");
    return err_hint(e, "load some, for example data digits target=input");
}
