/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "cmd/common/binder.h"
#include "cmd/exec/check.h"
#include "cmd/exec/exec.h"
#include "cmd/session/command.h"
#include "cmd/session/journal.h"
#include "cmd/session/library.h"
#include "cmd/session/script_file.h"
#include "cmd/session/state.h"

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

/* What is no script by its name may be anything, a list of passwords too: an error in it tells the
 * place and the fault, and quotes nothing. */
static bool is_hidden(const char *path)
{
    const size_t n = strlen(path);
    return n < 4 || strcmp(path + n - 4, ".nnr") != 0;
}

static int hide_contents(struct err *e)
{
    if (e->kind == ERR_EXPECT)
        strcpy(e->what, "what is expected there is not so");
    err_unquote(e);
    return err_hint(e, "the line is shown when the file's name ends in .nnr");
}

static bool has_exercise(const struct script *script)
{
    bool has = false;
    for (size_t i = 0; i < script->count && !has; i++)
        has = holds_exercise(&script->statement[i]);
    return has;
}

static int run_text(struct session *s, const char *path, const struct str *text, struct span where,
                    struct err *e)
{
    struct arena arena = {0};
    struct script script;
    const struct parse_rules rules = session_parse_rules(s);
    const char *bytes = text->text ? text->text : "";
    const uint32_t source = sources_add(&s->sources, path, bytes, text->size, 1, where);
    const struct text t = {bytes, text->size, source};
    if (source && checking(s) && !s->trying)
        return check_text(s, &t, run_units_inside, e);
    int failed = source ? 0 : err_memory(e);
    if (is_hidden(path))
        sources_hide(&s->sources, source);
    /* The end of a file ends its statements, so what is incomplete is wrong. */
    if (!failed && parse_script(&arena, bytes, text->size, source, &rules, &script, e) != PARSE_OK)
        failed = -1;
    const bool spells = s->journal->spells;
    s->journal->spells = spells && !failed && has_exercise(&script);
    if (!failed)
        failed = run_units_inside(s, &script, e);
    s->journal->spells = spells;
    arena_finish(&arena);
    if (failed && is_hidden(path) && e->where.source == source && e->kind != ERR_STOPPED)
        return hide_contents(e);
    return failed;
}

/* A file of that name is read before a script that the program has with it. */
static int read_text(struct session *s, const struct file_name *file, struct str *text,
                     struct err *e)
{
    size_t size;
    if (!library_stands(file->name, file->path))
        return script_read(file, &s->host->stop, text, e);
    const char *library = library_text(file->name, &size);
    return script_add(text, file->name, library, size, e);
}

static int read_and_run(struct session *s, const struct file_name *file, struct err *e)
{
    const char *path = file->path;
    const char *folder = s->folder;
    struct str text = {0};
    char *known = realpath(path, NULL), *own = script_folder(path);
    const struct reading here = {.outer = s->reading, .path = known ? known : path};
    int failed = own ? check_loop(s, here.path, file->where, e) : err_memory(e);
    if (!failed)
        failed = read_text(s, file, &text, e);
    if (!failed) {
        s->folder = own;
        s->reading = &here;
        failed = run_text(s, path, &text, file->where, e);
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
    ARG("file", POSITIONAL, ARG_FILE, .required = true,
        .line = "its name, against the folder of the script that says it"),
};

const struct command command_source = {
    COMMAND(
        "source", source_args, "does the statements of another file",
        "The file is parsed whole before its first statement runs. Relative names in it are read "
        "against its own folder. An error in it shows the line, unless the file's name does not "
        "end in .nnr: then it tells the place and the fault, and quotes nothing of the file.\n\n"
        "\"penalties.nnr\" is with the program: a library of penalties as formulas, each with the "
        "paper that it is from and a word on when to take it. A file of that name comes first. "
        "define lists what it holds.\n\n"
        "With --safe, for scripts from strangers, everything that a script reads and writes must "
        "lie in the folder of the script that nnr was started with, or below it: at the prompt and "
        "with -c, in the working folder.",
        "source \"penalties.nnr\"\n"),
    .run = run_source,
    .changes = CHANGES_ALL,
    .coaches = true,
};
