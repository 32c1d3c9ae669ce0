/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/firing.h"

int firing_shares(struct model *m, const struct dataset *d, uint64_t seed, id value, size_t units,
                  double *share, struct err *e)
{
    struct evaluator pass;
    const size_t rows = shape_count(&m->graph->value[value].shape) / units;
    size_t seen = 0;
    for (size_t u = 0; u < units; u++)
        share[u] = 0;
    if (evaluator_begin(&pass, m, d, seed, SHARE_EVALUATION, false, e))
        return -1;
    while (evaluator_next(&pass)) {
        const real *y = frame_value(pass.trainer->infer_frame, value);
        for (size_t i = 0; i < pass.samples * rows; i++, y += units)
            for (size_t u = 0; u < units; u++)
                share[u] += real_abs(y[u]) > UNIT_SMALL;
        seen += pass.samples * rows;
    }
    for (size_t u = 0; u < units && seen; u++)
        share[u] /= (double)seen;
    return stop_check(m->stop, e);
}
