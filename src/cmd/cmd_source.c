/* SPDX-License-Identifier: GPL-3.0-or-later */
/* source: the statements of another file, here. */
#include "cmd/check.h"
#include "cmd/command.h"
#include "cmd/journal.h"

#include "cmd/script.h"
#include "lang/parse.h"

#include <stdlib.h>
#include <string.h>

/* The files that are being read, innermost first: one that reads itself would never end. */
struct reading {
    const struct reading *outer;
    const char *path; /* as the system knows it */
};

enum { DEEPEST = 32 };

static int check_loop(const struct session *s, const char *path, struct span where, struct err *e)
{
    size_t depth = 0;
    for (const struct reading *r = s->reading; r; r = r->outer, depth++)
        if (strcmp(r->path, path) == 0) {
            err_at(e, where, "this file is being read already: it would read itself for ever");
            return err_hint(e, "take one of the two source statements out");
        }
    if (depth < DEEPEST)
        return 0;
    err_at(e, where, "source statements are nested more than %d deep", DEEPEST);
    return err_hint(e, "put the statements into fewer files");
}

static int run_text(struct session *s, const char *path, const struct str *text, struct span where,
                    struct err *e)
{
    struct arena arena = {0};
    struct script script;
    const char *bytes = text->text ? text->text : "";
    const uint32_t source = sources_add(&s->sources, path, bytes, text->size, 1, where);
    const struct text t = {bytes, text->size, source};
    if (source && checking(s))
        return check_text(s, &t, run_units_inside, e);
    int failed = source ? 0 : err_memory(e);
    /* The end of a file ends its statements, so what is incomplete is wrong. */
    if (!failed && parse_script(&arena, bytes, text->size, source, &script, e) != PARSE_OK)
        failed = -1;
    if (!failed)
        failed = run_units_inside(s, &script, e);
    arena_finish(&arena);
    return failed;
}

static int read_and_run(struct session *s, const struct file_name *file, struct err *e)
{
    const char *path = file->path;
    const struct span where = file->where;
    const char *folder = s->folder;
    struct str text = {0};
    char *known = realpath(path, NULL), *own = script_folder(path);
    const struct reading here = {.outer = s->reading, .path = known ? known : path};
    int failed = own ? check_loop(s, here.path, where, e) : err_memory(e);
    if (!failed)
        failed = script_read(file, &text, e) ? err_place(e, where) : 0;
    if (!failed) {
        s->folder = own;
        s->reading = &here;
        failed = run_text(s, path, &text, where, e);
        s->reading = here.outer;
        s->folder = folder;
    }
    str_finish(&text);
    mem_free(own);
    free(known);
    return failed;
}

static int run_source(struct session *s, const struct args *args, struct err *e)
{
    return read_and_run(s, &args_get(args, "file")->as.file, e);
}

static const struct arg_spec source_args[] = {
    {.name = "file",
     .form = POSITIONAL,
     .type = ARG_FILE,
     .required = true,
     .line = "its name, against the folder of the script that says it"},
};

const struct command command_source = {
    COMMAND(
        "source", source_args, "does the statements of another file",
        "The file is parsed whole before its first statement runs. Relative names in it are read "
        "against its own folder. With --safe, for scripts from strangers, everything that a script "
        "reads and writes must lie in the folder of the script that nnr was started with, or below "
        "it: at the prompt and with -c, in the working folder.",
        "source \"data/common.nnr\"\n"),
    .run = run_source,
    .changes = CHANGES_ALL,
};
