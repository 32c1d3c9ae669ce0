/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cmd/session/record.h"

#include "cmd/session/past.h"
#include "cmd/session/script_file.h"
#include "cmd/session/state.h"
#include "cmd/session/statement_text.h"

#include "base/file.h"
#include "base/path.h"

#include <errno.h>
#include <limits.h>
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
static int cut_line(struct session *s, int why, struct err *e)
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
    return why ? cut_line(s, why, e) : 0;
}

bool record_is_file(const struct session *s, const char *path)
{
    struct stat a, b;
    return s->journal->fd >= 0 && fstat(s->journal->fd, &a) == 0 && stat(path, &b) == 0 &&
           a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static int too_long(struct span where, struct err *e)
{
    err_at(e, where, "the session is longer than a script may be");
    return err_hint(e, "a script has at most %d MiB", SCRIPT_LARGEST >> 20);
}

int session_file_check(const struct file_name *file, struct err *e)
{
    if (path_ends(file->name, ".nnr"))
        return file_check(file, FILE_OWN, e);
    err_at(e, file->where, "\"%.200s\" is no name of a script", file->name);
    return err_hint(e, "a session is written into a file whose name ends in .nnr");
}

int record_text(const struct session *s, const char *path, struct span where, struct str *to,
                struct err *e)
{
    char folder[PATH_MAX];
    if (s->journal->lost) {
        err_at(e, where, "memory ran out before, and not all that was done could be noted");
        return err_hint(e, "start anew for a session that can be written down");
    }
    journal_print(to, s, path_folder(path, folder, sizeof folder));
    return to->failed ? err_memory(e) : to->size > SCRIPT_LARGEST ? too_long(where, e) : 0;
}

int record_write(const struct session *s, const struct file_name *file, int *fd, off_t *size,
                 struct err *e)
{
    struct file_out out;
    struct str text = {0};
    str_add(&text, "# " FILE_OWN "\n");
    int failed = record_text(s, file->path, file->where, &text, e);
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
    return record_is_file(s, file->path) ? 0 : record_write(s, file, NULL, &size, e);
}
