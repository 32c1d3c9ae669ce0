/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figures of a run, of its model as it stands. */
#ifndef NNR_CMD_COMMON_MEASURES_H
#define NNR_CMD_COMMON_MEASURES_H

struct err;
struct model;
struct results_run;
struct session;

/* Counters and figures, each as the quantity of its name has it; NaN for what there is not (no
 * data, no validation share, no classes). With --check there are none. */
int measure_run(struct session *s, struct model *m, struct results_run *to, struct err *e);

#endif
