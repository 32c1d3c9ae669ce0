/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings as numbers, and which of them can be set. */
#ifndef NNR_CMD_WORK_SETTINGS_H
#define NNR_CMD_WORK_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

struct arg_spec;
struct layer;
struct session;

/* The value of `optimizer.lr`, `data.batch`, `hidden.trainable`; false if there is no such setting.
 */
bool setting_number(struct session *s, const char *path, double *value);

/* Whether an argument of a layer can be changed by set. */
bool setting_changes(const struct arg_spec *spec);
/* The same of a dataset's. */
bool data_setting_changes(const struct arg_spec *spec);
/* Where trainable stands among a layer's arguments; the number of arguments if it has none. */
size_t setting_trainable(const struct layer *l);

#endif
