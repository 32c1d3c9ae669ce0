/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What nnr chooses by itself where nothing was said: the loss and the optimizer. */
#ifndef NNR_CMD_COMMON_DEFAULTS_H
#define NNR_CMD_COMMON_DEFAULTS_H

#include <stdbool.h>

struct err;
struct model;
struct session;

/* Chooses a loss if there is none. Needs data. */
int choose_loss(struct session *s, struct model *m, struct err *e);
/* At the end of a statement: says what it chose, or takes it back if it failed. */
void settle_chosen(struct session *s, bool keep);
/* Says what was chosen for a model in this statement, before the statement ends. */
void say_chosen(const struct session *s, const struct model *m);
/* The model has layers; else an error that says how to begin. */
int need_layers(const struct model *m, struct err *e);
/* A loss that was named is not argued with, but a target out of reach is said, before the first
 * step. */
void say_out_of_reach(const struct session *s, const struct model *m);
/* Chooses an optimizer if there is none. */
int choose_optimizer(struct session *s, struct model *m, struct err *e);

#endif
