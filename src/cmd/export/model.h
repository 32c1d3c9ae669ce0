/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The function that runs the model. */
#ifndef NNR_CMD_EXPORT_MODEL_H
#define NNR_CMD_EXPORT_MODEL_H

#include "cmd/export/script.h"

void script_model(struct exported *s);

#endif
