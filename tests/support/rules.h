/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What parsers are told in tests that have no verbs: `data rows` takes samples between braces. */
#ifndef NNR_TESTS_RULES_H
#define NNR_TESTS_RULES_H

#include "lang/parse.h"

static const struct arg_spec rules_samples[] = {{.name = "rows", .form = BODY, .type = ARG_ROWS}};
static const struct entry rules_typed = {.name = "rows", .args = rules_samples, .arg_count = 1};
static const struct entry rules_made = {.name = "moons"};
static const struct entry *const rules_kind_rows[] = {&rules_made, &rules_typed};
static const struct table rules_kinds = {.noun = "kind", .row = rules_kind_rows, .rows = 2};
static const struct arg_spec rules_kind[] = {
    {.name = "kind", .type = ARG_ENTRY, .of = &rules_kinds}};
static const struct entry rules_data = {.name = "data", .args = rules_kind, .arg_count = 1};
static const struct entry *const rules_verb_rows[] = {&rules_data};
static const struct table rules_verbs = {.noun = "verb", .row = rules_verb_rows, .rows = 1};
static const struct parse_rules rules = {.verbs = &rules_verbs};

#endif
