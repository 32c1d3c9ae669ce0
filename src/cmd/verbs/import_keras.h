/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NNR_CMD_VERBS_IMPORT_KERAS_H
#define NNR_CMD_VERBS_IMPORT_KERAS_H

#include "cmd/verbs/import.h"

/* import keras "model.json" */
extern const struct importer import_keras;

#endif
