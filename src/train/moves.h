/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each row of the ledger moved in the last step. u is the update as it was taken: the gradient
 * clipped, its noise, the decay, the optimizer, penalties with prox=yes, the constraints. u' is
 * what the same state would have made of the gradient without the row's, or, of a row that acts
 * after the optimizer, without what it did there. moves = |u - u'| / |u|, over all weights that may
 * move. With sam= the gradient is the second one, and the row is left out of it where it was taken.
 * For a key of the optimizer u' is what the step would have been with the key at 0. */
#ifndef NNR_TRAIN_MOVES_H
#define NNR_TRAIN_MOVES_H

#include "train/row_gradient.h"
#include "train/trainer.h"

struct moves;

/* Whether the last step is known: it was kept, and neither the model nor its data has changed
 * since. */
int moves_check(const struct model *m, struct err *e);
/* For `rows` rows, whose parts are borrowed as long as it lives, on the data that the last step
 * saw. NULL: *e; that the step is not known is found here at the latest. */
struct moves *moves_create(struct model *m, const struct dataset *d, const struct row_parts *row,
                           size_t rows, struct err *e);
void moves_destroy(struct moves *x);
/* Looks at the next row; false: all of them are done, or the model's stop asks to end. A row costs
 * its gradient and five updates. */
bool moves_next(struct moves *x);
/* Of a row, and of the data loss. NaN where nothing moved at all. */
double moves_row(const struct moves *x, size_t row);
/* Of a key of the optimizer, by its number among opt_step_keys. */
double moves_key(const struct moves *x, size_t key);
double moves_data(const struct moves *x);
/* Whether the row would move hardly more if it were twice as strong. With g the gradient and r the
 * row's part of it: |u(g + r) - u(g - r)| < 1.1 |u(g) - u(g - r)|, where the optimizer starts
 * afresh, as if the row had been that strong from the start; and |r| > |g - r| over the weights
 * that r pulls at. Without the latter, weights that nothing but the row moves would decide it for a
 * weak row: adam moves them as far for any strength. It is not asked of a row that acts after the
 * optimizer, which is saturated where nearly all that it could take to 0 is there. */
bool moves_saturated(const struct moves *x, size_t row);

#endif
