/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of the table of verbs stand in the files of their handlers. */
#ifndef NNR_CMD_COMMAND_H
#define NNR_CMD_COMMAND_H

#include "cmd/state.h"

#define COMMAND(verb, takes, line, text, script)                                                   \
    .entry = {.name = verb,                                                                        \
              .args = takes,                                                                       \
              .arg_count = sizeof takes / sizeof *takes,                                           \
              .summary = line,                                                                     \
              .details = text,                                                                     \
              .example = script}
/* The same for a verb that takes nothing. */
#define COMMAND_ALONE(verb, line, text, script)                                                    \
    .entry = {.name = verb, .summary = line, .details = text, .example = script}

#endif
