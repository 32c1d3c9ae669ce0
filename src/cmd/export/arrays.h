/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands beside a script: a file of numpy.savez. */
#ifndef NNR_CMD_EXPORT_ARRAYS_H
#define NNR_CMD_EXPORT_ARRAYS_H

#include "cmd/export/script.h"

/* weight/PATH; slot0/PATH and so on, pruned/PATH, average/PATH, start/NUMBER where there are such;
 * input/NAME, target/NUMBER, sample_weight: the training samples and behind them those of
 * validation. 0, or -1 and *e. */
int script_arrays(struct exported *s, const struct file_name *file, struct err *e);

#endif
