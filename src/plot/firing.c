/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/firing.h"

#include "train/seen.h"

int firing_shares(struct model *m, const struct dataset *d, uint64_t seed, id value, size_t units,
                  double *share, struct err *e)
{
    struct evaluator pass;
    size_t seen = 0;
    for (size_t u = 0; u < units; u++)
        share[u] = 0;
    if (evaluator_begin(&pass, m, d, seed, SHARE_EVALUATION, false, e))
        return -1;
    while (evaluator_next(&pass)) {
        const struct frame *f = pass.trainer->infer_frame;
        for (struct seen s = seen_begin(f, value); seen_next(&s);)
            for (size_t i = 0; i < s.n; i += units)
                for (size_t u = 0; u < units; u++)
                    share[u] += real_abs(s.x[i + u]) > UNIT_SMALL;
        seen += seen_count(f, value) / units;
    }
    for (size_t u = 0; u < units && seen; u++)
        share[u] /= (double)seen;
    return stop_check(m->stop, e);
}
