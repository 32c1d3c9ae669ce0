/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/exec/typed.h"

#include "cmd/common/binder.h"
#include "cmd/exec/advice.h"
#include "cmd/session/exercise.h"
#include "cmd/session/state.h"

#include "lang/parse.h"

#include <string.h>

static bool is_blank(const struct str *s)
{
    return !s->text || !s->text[strspn(s->text, " \t\r\n")];
}

/* Runs what was typed; what is wrong with it is shown and is no end. *open: it goes on in a further
 * line. */
static int take_typed(struct session *s, const struct str *text,
                      int (*run)(struct session *, const struct script *, struct err *), bool *open,
                      struct err *e)
{
    struct arena arena = {0};
    struct script script;
    struct err wrong = {0};
    const struct parse_rules rules = session_parse_rules(s);
    const char *folder = s->folder;
    const uint32_t outer = s->typed;
    const uint32_t source =
        sources_add(&s->sources, "<prompt>", text->text, text->size, 1, (struct span){0});
    if (!source)
        return err_memory(e);
    const enum parsed parsed =
        parse_script(&arena, text->text, text->size, source, &rules, &script, &wrong);
    *open = parsed == PARSE_INCOMPLETE;
    if (parsed == PARSE_ERROR)
        advise_text(s, &wrong);
    s->folder = ".";
    s->typed = source;
    int failed = 0;
    if (!*open && (parsed != PARSE_OK || run(s, &script, &wrong)) &&
        show_error(s, &wrong) == OUTCOME_STOPPED && !exercise_waits(s)) {
        *e = wrong;
        failed = -1;
    }
    s->typed = outer;
    s->folder = folder;
    arena_finish(&arena);
    return failed;
}

int typed_ask(struct session *s, const char *shown, const char *prompt,
              int (*run)(struct session *, const struct script *, struct err *), struct err *e)
{
    struct str typed = {0};
    bool open = false;
    int how = 0;
    do {
        if (!s->host->type(s->host->self, open ? NULL : shown, open ? "...> " : prompt, &typed)) {
            *e = (struct err){.kind = ERR_STOPPED, .what = "stopped"};
            how = -1;
        } else if (typed.failed) {
            how = err_memory(e);
        } else if (is_blank(&typed)) {
            how = 1;
        } else {
            how = take_typed(s, &typed, run, &open, e);
        }
    } while (open && how == 0);
    str_finish(&typed);
    return how;
}
