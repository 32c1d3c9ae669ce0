/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A number for the state of a session: the same in every process that was told the same. */
#ifndef NNR_CMD_SESSION_DIGEST_H
#define NNR_CMD_SESSION_DIGEST_H

#include <stdint.h>

struct session;

#define DIGEST_START 0xCBF29CE484222325u

/* Folds in seed, data, emulation, variables, own penalties and all models. */
uint64_t digest_state(const struct session *s, uint64_t hash);

#endif
