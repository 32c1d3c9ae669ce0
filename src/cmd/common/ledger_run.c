/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/ledger_run.h"

#include "cmd/common/defaults.h"
#include "cmd/session/state.h"

#include "train/ledger.h"

int ledger_check(struct session *s, struct model *m, struct err *e)
{
    return choose_loss(s, m, e) || trainer_check(m, &s->data, e) ? -1 : 0;
}

/* A tick when one is due; `started` is when the last one was. */
static int tick_if_due(struct session *s, double *started, struct err *e)
{
    const double slice = 0.01, now = session_clock(s);
    struct progress p = {.what = "penalties"};
    if (now - *started < slice)
        return 0;
    *started = now;
    return session_tick(s, &p, e);
}

int ledger_run(struct session *s, struct ledger *l, struct model *m, enum share share,
               bool gradients, struct err *e)
{
    if (choose_loss(s, m, e) || ledger_begin(l, m, &s->data, s->seed, share, gradients, e))
        return -1;
    double started = session_clock(s);
    while (ledger_next(l))
        if (tick_if_due(s, &started, e))
            return -1;
    if (stop_check(&s->host->stop, e))
        return -1;
    ledger_end(l);
    return ledger_check_domains(l, e);
}

int ledger_run_moves(struct session *s, struct ledger *l, struct span where, struct err *e)
{
    double started = session_clock(s);
    if (ledger_moves_begin(l, &s->data, e))
        return err_place(e, where);
    while (ledger_moves_next(l))
        if (tick_if_due(s, &started, e))
            return -1;
    if (stop_check(&s->host->stop, e))
        return -1;
    ledger_moves_end(l);
    return 0;
}
