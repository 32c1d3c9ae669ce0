/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/steps_text.h"

#include "train/model.h"

long steps_text(struct str *to, const struct model *m, uint64_t first, bool named)
{
    const char *on = named ? " on " : "", *name = named ? m->name : "";
    const uint64_t whole = m->state.step - first - m->history.behind;
    if (whole)
        str_addf(to, "step %llu%s%s", (unsigned long long)whole, on, name);
    if (m->history.behind)
        str_addf(to, "%sstep 1 observe=no%s%s", whole ? "; " : "", on, name);
    return (whole != 0) + m->history.behind;
}
