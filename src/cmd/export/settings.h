/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands around the model: weights, data, optimizer. */
#ifndef NNR_CMD_EXPORT_SETTINGS_H
#define NNR_CMD_EXPORT_SETTINGS_H

#include "cmd/export/script.h"

void script_settings(struct exported *s);

#endif
