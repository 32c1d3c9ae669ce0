/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef NNR_CMD_VERBS_IMPORT_SAE_H
#define NNR_CMD_VERBS_IMPORT_SAE_H

#include "cmd/verbs/import.h"

/* import sae "sae_weights.safetensors" */
extern const struct importer import_sae;

#endif
