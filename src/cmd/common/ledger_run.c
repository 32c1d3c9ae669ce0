/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/ledger_run.h"

#include "cmd/common/defaults.h"
#include "cmd/session/state.h"

#include "train/ledger.h"

int ledger_check(struct session *s, struct model *m, struct err *e)
{
    return choose_loss(s, m, e) || trainer_check(m, &s->data, e) ? -1 : 0;
}

int ledger_run(struct session *s, struct ledger *l, struct model *m, enum share share,
               bool gradients, struct err *e)
{
    const double slice = 0.01;
    struct progress p = {.what = "penalties"};
    if (choose_loss(s, m, e) || ledger_begin(l, m, &s->data, s->seed, share, gradients, e))
        return -1;
    double started = session_clock(s);
    while (ledger_next(l)) {
        double now = session_clock(s);
        if (now - started < slice)
            continue;
        started = now;
        if (session_tick(s, &p, e))
            return -1;
    }
    if (stop_check(&s->host->stop, e))
        return -1;
    ledger_end(l);
    return 0;
}
