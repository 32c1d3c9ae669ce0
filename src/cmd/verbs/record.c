/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record. */
#include "cmd/session/record.h"
#include "cmd/common/binder.h"
#include "cmd/session/command.h"
#include "cmd/session/journal.h"
#include "cmd/session/state.h"

#include "base/path.h"

#include <limits.h>
#include <string.h>

static int show_record(const struct session *s, struct err *e)
{
    const struct journal *j = s->journal;
    struct str text = {0};
    if (j->fd >= 0)
        str_addf(&text, "record \"%s\"\n", j->path);
    else
        str_add(&text, "record none\n");
    return session_report_words(s, "record", &text, e);
}

/* The whole path, which holds when the working folder is another. */
static char *whole_path(const char *path)
{
    struct str to = {0};
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    path_folder(path, folder, sizeof folder);
    str_addf(&to, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder, slash ? slash + 1 : path);
    if (!to.failed)
        return to.text;
    str_finish(&to);
    return NULL;
}

static int begin_record(struct session *s, const struct file_name *file, struct err *e)
{
    struct journal *j = s->journal;
    off_t size;
    int fd = -1;
    if (record_is_file(s, file->path))
        return 0;
    char *name = mem_text(file->name, strlen(file->name)), *path = whole_path(file->path);
    if (!name || !path || record_write(s, file, &fd, &size, e)) {
        const bool memory = !name || !path;
        mem_free(name);
        mem_free(path);
        return memory ? err_memory(e) : -1;
    }
    record_end(s);
    j->fd = fd;
    j->size = size;
    j->name = name;
    j->path = path;
    return 0;
}

static int run_record(struct session *s, const struct args *args, struct err *e)
{
    const struct arg *given = args_get(args, "file");
    const struct node *n = given->given ? given->as.exprs.item[0] : NULL;
    if (s->journal->level > 1 || s->journal->bodies) {
        err_at(e, args->where, "record stands by itself, not in { } or a file that source reads");
        return err_hint(e, "else the record would be written over when it is done again");
    }
    if (!n)
        return show_record(s, e);
    if (n->kind == NODE_PATH && strcmp(n->text, "none") == 0) {
        record_end(s);
        return 0;
    }
    if (n->kind != NODE_STRING || !*n->text) {
        err_at(e, n->where, "record takes a file's name in quotes, or none");
        return err_hint(e, "write record \"mine.nnr\"");
    }
    struct arena arena = {0};
    struct file_name file;
    int failed = session_file(s, &arena, n, &file, e) || session_file_check(&file, e);
    if (!failed && !checking(s))
        failed = begin_record(s, &file, e);
    arena_finish(&arena);
    return failed ? -1 : 0;
}

static const struct arg_spec record_args[] = {
    ARG("file", POSITIONAL, ARG_EXPR,
        .line = "its name in quotes; none ends recording; alone, record says where it goes"),
};

const struct command command_record = {
    COMMAND("record", record_args, "writes what is done into a script, as it happens",
            "record \"mine.nnr\" first writes all statements so far, then each one that succeeds. "
            "The script does the same again, to the same bits: the seed, and the loss and "
            "optimizer that were chosen, are in it; what ran in the background or was interrupted "
            "is written as step N. Comments, help, record, save session and quit are not. Files "
            "that were read are named, and must still be there. A second record goes on in its own "
            "file; record none ends it. A file of that name, which ends in .nnr, is replaced, with "
            "--safe only if nnr wrote it: help save.",
            "data xor\ninput 2\ndense 4 tanh\ndense 1 sigmoid\ntrain 5\nrecord\nrecord none\n"),
    .run = run_record,
    .unwritten = any_statement,
    .beyond_run = true,
};
