/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The curves of a model as a table: a row for each step, a column for each curve. */
#ifndef NNR_CMD_COMMON_HISTORY_TABLE_H
#define NNR_CMD_COMMON_HISTORY_TABLE_H

#include "train/history.h"

struct err;
struct file_name;
struct model;
struct str;

/* The value of a series at a step, at step 0 its start; NaN where it has no point, and for NULL. */
double history_value_at(const struct series *s, double step);
/* The sum of the penalties that have a point at that step. */
double history_penalty_at(const struct history *h, double step);
/* Adds what a curve is called: data, validation and validation_data, a penalty by its slot and
 * text, a watched expression by its text, else the output and what is told of it. */
void history_series_name(struct str *to, const struct series *s);

/* Whether the curves could be written into that file, whose name ends in .csv or .json. */
int history_file_check(const struct file_name *file, struct err *e);
/* Writes all curves of a model: step, loss, data and penalty, then a column for each curve, with a
 * row for each step at which one has a point; in JSON the events too. All at once or not at all. */
int history_save(const struct model *m, const struct file_name *file, struct err *e);

#endif
