/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether a text is JSON (RFC 8259), for tests of --json. */
#ifndef NNR_TESTS_IS_JSON_H
#define NNR_TESTS_IS_JSON_H

#include <stdbool.h>

/* `text` is lines, each of them one JSON object and nothing else; *lines becomes how many. */
bool is_json_lines(const char *text, int *lines);

#endif
