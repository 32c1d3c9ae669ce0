/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/common/measures.h"

#include "cmd/common/ledger_run.h"
#include "cmd/session/results.h"
#include "cmd/session/state.h"

#include "train/inputs.h"
#include "train/ledger.h"

#include <math.h>

static int of_share(struct session *s, struct model *m, enum share share, double *data,
                    double *penalty, double *accuracy, struct err *e)
{
    struct ledger l = {0};
    const int failed = ledger_run(s, &l, m, share, false, e);
    if (!failed) {
        *data = l.data;
        *accuracy = l.judged ? l.accuracy : NAN;
        *penalty = l.evaluated - l.data;
    }
    ledger_finish(&l);
    return failed;
}

int measure_run(struct session *s, struct model *m, struct results_run *to, struct err *e)
{
    const struct dataset *d = &s->data;
    struct err none = {0};
    double ignored;
    to->steps = m->state.step;
    to->epochs = m->state.epoch;
    for (size_t i = 0; i < RUN_FIGURES; i++)
        to->figure[i] = NAN;
    if (checking(s) || !s->has_data || !m->graph->layers)
        return 0;
    if (inputs_check(m->graph, d, &none))
        return none.kind == ERR_MEMORY ? err_memory(e) : 0;
    if (of_share(s, m, SHARE_TRAIN, &to->figure[RUN_DATA], &to->figure[RUN_PENALTY],
                 &to->figure[RUN_ACCURACY], e))
        return -1;
    if (d->training == d->samples)
        return 0;
    return of_share(s, m, SHARE_VALIDATION, &to->figure[RUN_VAL_DATA], &ignored,
                    &to->figure[RUN_VAL_ACCURACY], e);
}
