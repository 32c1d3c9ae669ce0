/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mark, goto. */
#include "cmd/session/marks.h"
#include "cmd/session/command.h"
#include "cmd/session/names.h"
#include "cmd/session/state.h"

#include <string.h>

enum { MARKED = PART_MODELS | PART_DATA };

static int run_mark(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *name = args_get(args, "name");
    struct mark m = {0};
    if (name_check_word(name->as.text, name->where, e))
        return -1;
    int failed = !(m.name = mem_text(name->as.text, strlen(name->as.text))) ||
                         mem_room(&s->mark, &s->mark_room, s->marks + 1, sizeof m) ||
                         index_reserve(&s->names->marks, s->marks + 1)
                     ? err_memory(e)
                     : snapshot_take(s, MARKED, &m.state, e);
    if (failed) {
        mark_finish(s, &m);
        return -1;
    }
    struct mark *old = mark_named(s, m.name);
    if (old)
        mark_finish(s, old);
    *(old ? old : &s->mark[s->marks++]) = m;
    return 0;
}

static int run_goto(struct session *s, const struct args *args, struct err *e)
{
    struct mark *from = mark_find(s, args_get(args, "name"), e);
    return from ? snapshot_restore(s, &from->state, MARKED, e) : -1;
}

static const struct arg_spec mark_args[] = {
    ARG("name", POSITIONAL, ARG_NAME, .required = true, .line = "the mark", .naming = NAMING_MARKS),
};

#define EXAMPLE                                                                                    \
    "data moons 100\ninput 2\ndense 8 tanh as h\ndense 1 sigmoid\nstep 5\nmark before\n"           \
    "set h.activity = l1(1e-2)\nstep 20\nlet with_it = mean(abs(h.output))\ngoto before\n"         \
    "step 20\nprint with_it mean(abs(h.output))\n"

const struct command command_mark = {
    COMMAND("mark", mark_args, "keeps the state under a name, for goto",
            "A mark holds models, data and settings; not variables, files or pictures. A second "
            "mark of the same name overwrites the first.",
            EXAMPLE),
    .run = run_mark,
    .beyond_run = true,
};
const struct command command_goto = {
    COMMAND("goto", mark_args, "sets the state back to a mark",
            "It sets back the state and never the place in the script: what stands below is done "
            "next, from the state that was marked.",
            EXAMPLE),
    .run = run_goto,
    .changes = CHANGES_ALL,
    .stop_first = true,
    .beyond_run = true,
};
