/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plot/pass.h"

#include <string.h>

/* More samples than a compiled plan has room for would have the plan of training thrown away. */
static size_t piece_room(const struct model *m)
{
    enum { ALONE = 64 };
    const struct trainer *t = trainer_of(m);
    if (!t || !t->infer)
        return ALONE;
    return t->infer->capacity < t->batch.order_room ? t->infer->capacity : t->batch.order_room;
}

int pass_rows(struct model *m, const struct dataset *d, uint64_t seed, const real *x, size_t rows,
              id value, real *to, struct err *e)
{
    struct dataset piece = *d;
    const size_t n = shape_count(&m->graph->value[value].shape), most = piece_room(m);
    piece.y = NULL;
    for (size_t first = 0; first < rows; first += piece.samples) {
        struct evaluator pass;
        piece.samples = rows - first < most ? rows - first : most;
        piece.training = piece.batch = piece.samples;
        piece.x = (real *)x + first * d->inputs;
        if (evaluator_begin(&pass, m, &piece, seed, SHARE_TRAIN, false, e))
            return -1;
        evaluator_next(&pass);
        if (stop_check(m->stop, e))
            return -1;
        memcpy(to + first * n, frame_value(pass.trainer->infer_frame, value),
               piece.samples * n * sizeof *to);
    }
    return 0;
}
