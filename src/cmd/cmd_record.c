/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record, and what save session writes: what was done, as a script that does it again. */
#include "base/file.h"
#include "base/path.h"
#include "cmd/command.h"
#include "cmd/journal.h"
#include "cmd/script.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void record_end(struct session *s)
{
    struct journal *j = s->journal;
    if (j->fd >= 0)
        close(j->fd);
    mem_free(j->name);
    mem_free(j->path);
    j->fd = -1;
    j->name = j->path = NULL;
}

/* What was written of a line that did not fit goes again: the record ends with a whole one. */
static int broken(struct session *s, int why, struct err *e)
{
    struct journal *j = s->journal;
    const struct file_name file = {.name = j->name, .path = j->path};
    const bool cut = ftruncate(j->fd, j->size) == 0;
    file_refuse(&file, why, e);
    err_hint(e,
             "the statement was done, and recording ends%s; save session can write all of it "
             "to another place",
             cut ? "" : " in the middle of a line");
    record_end(s);
    return -1;
}

int record_line(struct session *s, const struct line *l, struct err *e)
{
    struct journal *j = s->journal;
    struct str text = {0};
    char folder[PATH_MAX];
    if (j->fd < 0)
        return 0;
    line_print(&text, s, l, path_folder(j->path, folder, sizeof folder));
    const bool fits = j->size + (off_t)text.size <= SCRIPT_LARGEST;
    const int why = text.failed ? ENOMEM : fits ? file_write(j->fd, text.text, text.size) : EFBIG;
    if (!why)
        j->size += (off_t)text.size;
    str_finish(&text);
    return why ? broken(s, why, e) : 0;
}

/* Whether the path is that of the file being recorded. */
static bool is_record(const struct session *s, const char *path)
{
    struct stat a, b;
    return s->journal->fd >= 0 && fstat(s->journal->fd, &a) == 0 && stat(path, &b) == 0 &&
           a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int too_long(const struct file_name *file, struct err *e)
{
    err_at(e, file->where, "the session is longer than a script may be");
    return err_hint(e, "a script has at most %d MiB", SCRIPT_LARGEST >> 20);
}

int session_file_check(const struct file_name *file, struct err *e)
{
    if (path_ends(file->name, ".nnr"))
        return file_check(file, FILE_OWN, e);
    err_at(e, file->where, "\"%.200s\" is no name of a script", file->name);
    return err_hint(e, "a session is written into a file whose name ends in .nnr");
}

/* Writes all statements so far; the open descriptor is handed on if fd is not NULL. */
static int write_all(const struct session *s, const struct file_name *file, int *fd, off_t *size,
                     struct err *e)
{
    struct file_out out;
    struct str text = {0};
    char folder[PATH_MAX];
    if (s->journal->lost) {
        err_at(e, file->where, "memory ran out before, and not all that was done could be noted");
        return err_hint(e, "start anew for a session that can be written down");
    }
    str_add(&text, "# " FILE_OWN "\n");
    journal_print(&text, s, path_folder(file->path, folder, sizeof folder));
    int failed = text.failed ? err_memory(e) : text.size > SCRIPT_LARGEST ? too_long(file, e) : 0;
    if (!failed)
        failed = file_begin(&out, file, FILE_OWN, e);
    if (!failed)
        failed = file_add(&out, text.text, text.size, e) || file_end(&out, fd, e);
    *size = (off_t)text.size;
    str_finish(&text);
    return failed ? -1 : 0;
}

int save_session(struct session *s, const struct file_name *file, struct err *e)
{
    off_t size;
    /* What is recorded holds all this already. */
    return is_record(s, file->path) ? 0 : write_all(s, file, NULL, &size, e);
}

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
    if (is_record(s, file->path))
        return 0;
    char *name = mem_text(file->name, strlen(file->name)), *path = whole_path(file->path);
    if (!name || !path || write_all(s, file, &fd, &size, e)) {
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
    {.name = "file",
     .form = POSITIONAL,
     .type = ARG_EXPR,
     .line = "its name in quotes; none ends recording; alone, record says where it goes"},
};

const struct command command_record = {
    COMMAND(
        "record", record_args, "writes what is done into a script, as it happens",
        "record \"mine.nnr\" first writes all statements so far, then each one that succeeds. The "
        "script does the same again, to the same bits: the seed, and the loss and optimizer that "
        "were chosen, are in it; what ran in the background or was interrupted is written as step "
        "N. Comments, help, record, save session and quit are not. Files that were read are named, "
        "and must still be there. A second record goes on in its own file; record none ends it. A "
        "file of that name, which ends in .nnr, is replaced, with --safe only if nnr wrote it: "
        "help save.",
        "data xor\ninput 2\ndense 4 tanh\ndense 1 sigmoid\ntrain 5\nrecord\nrecord none\n"),
    .run = run_record,
    .unwritten = true,
};
