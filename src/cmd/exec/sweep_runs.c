/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/sweep_runs.h"

#include "cmd/exec/sweep.h"

int sweep_runs(struct session *s, struct sweep *w, struct err *e)
{
    while (w->done < w->runs) {
        const size_t i = w->done;
        const bool taken = w->run[i].taken;
        if ((!taken && sweep_run_one(s, w, i, e)) || sweep_take_one(s, w, i, e) ||
            (!taken && sweep_progress(s, w, 0, true, e)))
            return -1;
    }
    return 0;
}
