/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/shell/completeness.h"

#include "cmd/common/binder.h"
#include "cmd/verbs/help_text.h"

#include "lang/parse.h"

enum completeness session_completeness(const struct session *s, const char *text, size_t size)
{
    const struct parse_rules rules = session_parse_rules(s);
    struct arena arena = {0};
    struct script script = {0};
    struct err e = {0};
    char question[120];
    if (help_asked(text, size, question, sizeof question))
        return TEXT_COMPLETE;
    const enum parsed how = parse_script(&arena, text, size, 0, &rules, &script, &e);
    arena_finish(&arena);
    return how == PARSE_OK ? TEXT_COMPLETE : how == PARSE_INCOMPLETE ? TEXT_OPEN : TEXT_WRONG;
}
