/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a model is trained towards: for each output its loss and its columns of the targets. */
#ifndef NNR_TRAIN_OBJECTIVE_H
#define NNR_TRAIN_OBJECTIVE_H

#include "train/model.h"

struct objective {
    id value; /* the output */
    const struct args *loss;
    double weight;
    struct columns columns;
    size_t cols;       /* targets for each row of the output */
    size_t train_cols; /* the same in training: mixup makes shares of class numbers */
    bool judged;       /* its right answers can be counted */
};

/* Deals the targets out to the outputs, in their order by size; `|` in the data marks the borders.
 * to[] has room for OUTPUTS_MOST. */
int columns_deal(const struct model *m, const struct dataset *d, struct columns *to, struct err *e);
/* Checks losses and targets against the outputs. to[] has room for OUTPUTS_MOST. They refer to the
 * model's losses. */
int objectives_make(const struct model *m, const struct dataset *d, struct objective *to,
                    size_t *count, struct err *e);

/* Whether right answers can be counted at some output; needs no loss. */
bool objectives_judged(const struct model *m, const struct dataset *d);

#endif
